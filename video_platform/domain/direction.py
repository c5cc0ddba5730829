"""Art direction: what keeps a film's pictures of one kind, and how the best of several is chosen.

A reference sheet says what somebody or something looks like, once for all scenes. Whatever here is
left at its default changes no request, so that nothing made before is paid for again.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from video_platform.domain.media import Media
from video_platform.errors import BriefError

MOST_SHEETS = 24
MOST_PICTURES = 4
"""Pictures of one sheet: services take up to eight in all, and more of one thing help little."""
MOST_CANDIDATES = 8
_NAME = re.compile(r"[^\W_][\w .'’-]{0,39}")
_COLOUR, _COLOURS = re.compile(r"#[0-9A-Fa-f]{6}"), 4
_DESCRIPTION_CHARACTERS, _STYLE_CHARACTERS = 600, 600


class SheetKind(StrEnum):
    """What a reference sheet describes."""

    CHARACTER = "character"
    PLACE = "place"
    PROP = "prop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A reference sheet: what somebody or something looks like in every scene.

    Args:
        name: as scripts and prompts call it; unique in a film, whatever its case.
        description: what never changes: face, clothes, colours, material.
        pictures: shown to providers that take reference images, the most telling first.
    """

    name: str
    description: str
    kind: SheetKind = SheetKind.CHARACTER
    pictures: tuple[Media, ...] = ()

    def __post_init__(self) -> None:
        """Refuse names nobody could call, and what is too long for a prompt."""
        if not _NAME.fullmatch(self.name):
            raise _invalid(
                f"{self.name[:60]!r} is no name for a sheet",
                "Begin with a letter or digit; at most 40 letters, digits, blanks, dots, dashes.",
            )
        if not 0 < len(self.description.strip()) <= _DESCRIPTION_CHARACTERS:
            raise _invalid(
                f"The sheet {self.name!r} is described in {len(self.description)} characters",
                f"Describe it in 1 to {_DESCRIPTION_CHARACTERS}.",
            )
        if len(self.pictures) > MOST_PICTURES:
            raise _invalid(
                f"The sheet {self.name!r} has {len(self.pictures)} pictures",
                f"Give at most {MOST_PICTURES}.",
            )


class FootageUse(StrEnum):
    """Where a scene's picture or clip comes from."""

    GENERATE = "generate"
    """Providers make it."""
    PREFER = "prefer"
    """The tenant's own library, where something in it fits the scene; else providers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Direction:
    """What a person may ask of the pictures as a whole.

    Args:
        kit: name of the tenant's brand kit; empty: none.
        preset: name of the style preset ``style_words`` were taken from.
        style_words: end the prompt of every picture and clip.
        sheets: who and what appears in the film.
        cast: names the script's writer was told; later changes of ``sheets`` leave the script be.
        continuity: clips begin with the last frame of the clip before, unless a scene says no.
        images: pictures made of each scene and format, the best of which is used.
        clips: likewise of clips.
        footage: whether the tenant's own library goes before providers.
        colours: ground, text, main and accent colour of a brand, ``#RRGGBB``; none: a palette in
            the film's mood.
    """

    kit: str = ""
    preset: str = ""
    style_words: str = ""
    sheets: tuple[Sheet, ...] = ()
    cast: tuple[str, ...] = ()
    continuity: bool = False
    images: int = 1
    clips: int = 1
    footage: FootageUse = FootageUse.GENERATE
    colours: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse sheets of one name, and numbers of candidates nobody would want to pay."""
        names = [sheet.name.casefold() for sheet in self.sheets]
        if len(names) > MOST_SHEETS or len(set(names)) != len(names):
            raise _invalid(
                f"The sheets {', '.join(names[:MOST_SHEETS])} are too many or share a name",
                f"Give at most {MOST_SHEETS}, each with a name of its own.",
            )
        for what, wanted in (("pictures", self.images), ("clips", self.clips)):
            if not 1 <= wanted <= MOST_CANDIDATES:
                raise _invalid(
                    f"{wanted} {what} of each scene cannot be made",
                    f"Choose 1 to {MOST_CANDIDATES}.",
                )
        if self.colours:
            check_colours(self.colours)
        if len(self.style_words) > _STYLE_CHARACTERS:
            raise _invalid(
                f"The style has {len(self.style_words)} characters",
                f"Say it in at most {_STYLE_CHARACTERS}.",
            )

    def find(self, names: Iterable[str]) -> tuple[Sheet, ...]:
        """The sheets of these names, in the direction's own order; unknown names are left out."""
        wanted = {name.casefold() for name in names}
        return tuple(sheet for sheet in self.sheets if sheet.name.casefold() in wanted)

    def mentioned(self, text: str) -> tuple[str, ...]:
        """Names of the sheets that a text calls by name, as whole words."""
        return tuple(
            sheet.name
            for sheet in self.sheets
            if re.search(rf"(?<!\w){re.escape(sheet.name)}(?!\w)", text, re.IGNORECASE)
        )


def check_names(direction: Direction, names: Sequence[str]) -> None:
    """Refuse to let somebody appear of whom there is no sheet.

    Raises:
        BriefError: ``sheet_missing``.
    """
    known = {sheet.name.casefold() for sheet in direction.sheets}
    for name in names:
        if name.casefold() not in known:
            listed = ", ".join(sheet.name for sheet in direction.sheets) or "none yet"
            raise BriefError(
                f"There is no reference sheet of {name!r}.",
                hint=f"There is: {listed}.",
                code="sheet_missing",
            )


def check_colours(colours: Sequence[str]) -> None:
    """Refuse what are not the four colours of a brand.

    Raises:
        BriefError: ``colours_invalid``.
    """
    if len(colours) != _COLOURS or not all(_COLOUR.fullmatch(one) for one in colours):
        raise BriefError(
            f"{', '.join(colours)[:80]} are not the {_COLOURS} colours of a brand.",
            hint="Give ground, text, main and accent colour as #RRGGBB.",
            code="colours_invalid",
        )


def _invalid(message: str, hint: str) -> BriefError:
    return BriefError(f"{message}.", hint=hint, code="direction_invalid")
