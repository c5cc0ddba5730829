"""What is asked for a scene's picture: its own words, who appears, the style and the brand.

A scene without any of these is asked for in its own words alone.
"""

from video_platform.domain.direction import Direction, Sheet, SheetKind
from video_platform.domain.generation import Reference
from video_platform.domain.script import Scene

_KINDS = {
    SheetKind.CHARACTER: "character",
    SheetKind.PLACE: "place",
    SheetKind.PROP: "object",
}


def scene_prompt(scene: Scene, direction: Direction, colours: tuple[str, ...] = ()) -> str:
    """The words for picture and clip of a scene."""
    parts = [scene.visual_prompt, *(_described(one) for one in sheets_of(scene, direction))]
    if direction.style_words:
        parts.append(f"Style: {direction.style_words.strip().rstrip('.')}.")
    if colours:
        parts.append(f"Colour palette: {', '.join(colours)}.")
    return " ".join(parts)


def references_of(scene: Scene, direction: Direction) -> tuple[Reference, ...]:
    """Pictures of who appears: the first of everybody, then the second, and so on.

    Providers take some and leave the rest.
    """
    sheets = sheets_of(scene, direction)
    most = max((len(sheet.pictures) for sheet in sheets), default=0)
    return tuple(
        Reference(name=sheet.name, media=sheet.pictures[place])
        for place in range(most)
        for sheet in sheets
        if place < len(sheet.pictures)
    )


def sheets_of(scene: Scene, direction: Direction) -> tuple[Sheet, ...]:
    """The reference sheets of who and what is seen in a scene."""
    return direction.find(scene.appears)


def _described(sheet: Sheet) -> str:
    return f"{sheet.name} ({_KINDS[sheet.kind]}): {sheet.description.strip().rstrip('.')}."
