"""Scripts and scenes, and what a person changes of them."""

from pydantic import Field

from api.schemas.base import Input, Line, Name, Output, SceneNumber, Text, shown
from video_platform.domain.direction import MOST_SHEETS
from video_platform.domain.language import Language
from video_platform.domain.project import SceneEdit, Stage
from video_platform.domain.script import OnScreenKind, Scene, Script

_EDIT = {"narration": "Flour, water and time.", "headline": "Three things"}
_ON_SCREEN = {
    "kind": "statement",
    "headline": "Three things",
    "items": [],
    "figure": "",
    "note": "",
    "keywords": ["bread"],
}
_SCENE = {
    "id": 1,
    "duration": 7.5,
    "narration": "Flour, water and time.",
    "visual_prompt": "A bowl of dough at a window, morning light.",
    "music_mood": "calm",
    "on_screen": _ON_SCREEN,
    "appears": ["Mara"],
    "continues": None,
}


class SceneChange(Input):
    """What a scene says and shows; fields left out stay as they are."""

    model_config = shown(**_EDIT)

    narration: Text | None = None
    visual_prompt: Text | None = None
    headline: Line | None = None
    appears: list[Name] | None = Field(
        default=None, max_length=MOST_SHEETS, description="Names of reference sheets; []: nobody."
    )
    continues: bool | None = Field(
        default=None, description="Whether its clip goes on from the one before."
    )

    def to_edit(self) -> SceneEdit:
        """The change as the core knows it."""
        return SceneEdit(
            narration=self.narration,
            visual_prompt=self.visual_prompt,
            headline=self.headline,
            appears=None if self.appears is None else tuple(self.appears),
            continues=self.continues,
        )


class NumberedChange(SceneChange):
    """A change of one scene among several."""

    model_config = shown(id=1, **_EDIT)

    id: SceneNumber


class ScriptChange(Input):
    """Changes of several scenes at once."""

    model_config = shown(scenes=[{"id": 1, **_EDIT}], build=True)

    scenes: list[NumberedChange] = Field(min_length=1, max_length=500)
    build: bool = Field(default=True, description="Whether what changed is made at once.")


class SceneOrder(Input):
    """Every scene's id, in the order they shall be seen."""

    model_config = shown(order=[2, 1, 3], build=True)

    order: list[SceneNumber] = Field(min_length=1, max_length=500)
    build: bool = True


class TakeWish(Input):
    """Another result of a scene's pictures, voice or clip."""

    model_config = shown(stage="scene_images")

    stage: Stage = Stage.SCENE_IMAGES


class OnScreenOut(Output):
    """Words shown in the picture."""

    model_config = shown(**_ON_SCREEN)

    kind: OnScreenKind
    headline: str
    items: list[str]
    figure: str
    note: str
    keywords: list[str]


class SceneOut(Output):
    """One scene; `duration` is in seconds and only aimed at: the voice decides."""

    model_config = shown(**_SCENE)

    id: int
    duration: float
    narration: str
    visual_prompt: str
    music_mood: str
    on_screen: OnScreenOut
    appears: list[str]
    continues: bool | None = Field(description="null: as the project's direction says")


class ScriptOut(Output):
    """A script, with the person's changes in it."""

    model_config = shown(
        title="Why bread rises",
        duration=60.0,
        language="en",
        sources=[],
        notice="",
        scenes=[_SCENE],
    )

    title: str
    duration: float
    language: Language
    sources: list[str]
    notice: str
    scenes: list[SceneOut]


def show_scene(scene: Scene) -> SceneOut:
    """A scene."""
    seen = scene.on_screen
    return SceneOut(
        id=scene.id,
        duration=scene.duration,
        narration=scene.narration,
        visual_prompt=scene.visual_prompt,
        music_mood=scene.music_mood,
        appears=list(scene.appears),
        continues=scene.continues,
        on_screen=OnScreenOut(
            kind=seen.kind,
            headline=seen.headline,
            items=list(seen.items),
            figure=seen.figure,
            note=seen.note,
            keywords=list(seen.keywords),
        ),
    )


def show_script(script: Script) -> ScriptOut:
    """A script."""
    return ScriptOut(
        title=script.title,
        duration=script.duration,
        language=script.language,
        sources=list(script.sources),
        notice=script.notice,
        scenes=[show_scene(scene) for scene in script.scenes],
    )
