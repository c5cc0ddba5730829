"""Brand kits, style presets and directions, as callers say them; files stand as ids of assets."""

import uuid
from datetime import datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from api.schemas.base import Input, Name, Output, Text, shown
from api.schemas.look import CaptionsIn
from video_platform.agents.looks import (
    MOST_TAGS,
    DirectionForm,
    KitForm,
    Stale,
    show_direction,
    show_kit,
)
from video_platform.agents.presets import Preset
from video_platform.db.repositories.kits import StoredKit
from video_platform.domain.direction import (
    MOST_CANDIDATES,
    MOST_PICTURES,
    MOST_SHEETS,
    Direction,
    FootageUse,
    SheetKind,
)
from video_platform.domain.language import Language
from video_platform.domain.look import CaptionStyle, Corner, GradePreset
from video_platform.domain.project import Stage

_ASSET = "3f2c8a4e-5b1d-4c76-9a3e-0f1b2c3d4e5f"
_COLOURS = {"ground": "#0B2A3C", "text": "#F4F7F8", "main": "#1C6E8C", "accent": "#FFB347"}
_CAPTIONS = {"style": "karaoke", "place": "bottom", "size": 1.0}
_LOGO = {"file": _ASSET, "corner": "top_left", "width": 0.12, "opacity": 0.9}
_KIT = {
    "logo": _LOGO,
    "colours": _COLOURS,
    "captions": _CAPTIONS,
    "intro": _ASSET,
    "outro": None,
    "voices": {"en": "en-gb"},
    "style_words": "clean northern light",
}
_SHEET = {
    "name": "Mara",
    "kind": "character",
    "description": "a woman of sixty in a yellow raincoat",
    "pictures": [_ASSET],
}
_DIRECTION = {
    "kit": "harbour",
    "preset": "documentary",
    "sheets": [_SHEET],
    "continuity": False,
    "images": 3,
    "clips": 1,
    "footage": "generate",
}
_STALE = {"project": "why-bread-rises-0123456789", "stages": ["scene_images", "timeline"]}
_SHA = "ab" * 32
Colour = Annotated[str, StringConstraints(pattern=r"^#[0-9A-Fa-f]{6}$")]
ShortText = Annotated[str, StringConstraints(max_length=600, pattern=r"^[^\x00]*$")]


class KitLogoIn(Input):
    """A logo: an uploaded picture."""

    model_config = shown(**_LOGO)

    file: uuid.UUID
    corner: Corner = Corner.TOP_RIGHT
    width: float = Field(default=0.1, ge=0.02, le=0.5)
    opacity: float = Field(default=0.9, ge=0.05, le=1)


class Colours(Input):
    """A brand's colours."""

    model_config = shown(**_COLOURS)

    ground: Colour
    text: Colour
    main: Colour
    accent: Colour


class TypefaceIn(Input):
    """A typeface: uploaded fonts of one family."""

    model_config = shown(regular=_ASSET, bold=None)

    regular: uuid.UUID
    bold: uuid.UUID | None = Field(default=None, description="Without it bold text is regular.")


class KitIn(Input):
    """What all films of a brand have in common; what is left out is left to each brief."""

    model_config = shown(**_KIT)

    logo: KitLogoIn | None = None
    colours: Colours | None = None
    captions: CaptionsIn | None = None
    intro: uuid.UUID | None = Field(default=None, description="An uploaded clip of at most 20 s.")
    outro: uuid.UUID | None = None
    voices: dict[Language, Name] = Field(default_factory=dict, description="Voice by language.")
    style_words: ShortText = ""
    typeface: TypefaceIn | None = None

    def form(self) -> KitForm:
        """As the core reads it; ``BriefError`` comes later, when files are found."""
        return KitForm.model_validate(self.model_dump(mode="json"))


class KitLogoOut(Output):
    """A logo; its file stands as its hash."""

    model_config = shown(sha256=_SHA, corner="top_left", width=0.12, opacity=0.9)

    sha256: str
    corner: Corner
    width: float
    opacity: float


class TypefaceOut(Output):
    """A typeface, and the languages it is used for."""

    model_config = shown(family="Inter", regular=_SHA, bold=None, languages=["en", "fr"])

    family: str
    regular: str
    bold: str | None
    languages: list[Language]


class KitBody(Output):
    """A kit as it is stored; files stand as hashes."""

    model_config = shown(
        **{
            **_KIT,
            "logo": {"sha256": _SHA, "corner": "top_left", "width": 0.12, "opacity": 0.9},
            "intro": _SHA,
            "typeface": None,
        }
    )

    logo: KitLogoOut | None
    colours: Colours | None
    captions: CaptionsIn | None
    intro: str | None
    outro: str | None
    voices: dict[Language, str]
    style_words: str
    typeface: TypefaceOut | None


class StaleOut(Output):
    """A project of which these stages are made anew by its next build."""

    model_config = shown(**_STALE)

    project: str
    stages: list[Stage]


class KitOut(Output):
    """A kit under its name."""

    model_config = shown(
        name="harbour",
        version=1,
        kit=KitBody.model_config["json_schema_extra"]["examples"][0],  # type: ignore[index]
        stale=[_STALE],
        created_at="2026-11-22T10:00:00Z",
        updated_at="2026-11-22T10:00:00Z",
    )

    name: str
    version: int
    kit: KitBody
    stale: list[StaleOut] = Field(description="What this change made stale; empty when read.")
    created_at: datetime
    updated_at: datetime


class PresetOut(Output):
    """A style preset."""

    model_config = shown(
        name="documentary",
        about="Natural light, real places.",
        style_words="documentary photograph, natural light",
        style="clean",
        grade="film",
        captions="outline",
        accent="#F2E8D5",
    )

    name: str
    about: str
    style_words: str
    style: str
    grade: GradePreset
    captions: CaptionStyle
    accent: str


class SheetIn(Input):
    """A reference sheet: what somebody or something looks like in every scene."""

    model_config = shown(**_SHEET)

    name: Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=r"^[^\x00]*$")]
    kind: SheetKind = SheetKind.CHARACTER
    description: ShortText
    pictures: list[uuid.UUID] = Field(default_factory=list, max_length=MOST_PICTURES)


class DirectionIn(Input):
    """What is wished of the pictures; what is left out stays as it is."""

    model_config = shown(**_DIRECTION)

    kit: Annotated[str, StringConstraints(max_length=40, pattern=r"^[^\x00]*$")] | None = Field(
        default=None, description="Empty: none."
    )
    preset: Annotated[str, StringConstraints(max_length=80, pattern=r"^[^\x00]*$")] | None = Field(
        default=None, description="Empty: takes its style words away."
    )
    sheets: list[SheetIn] | None = Field(
        default=None, max_length=MOST_SHEETS, description="Takes the place of all sheets."
    )
    continuity: bool | None = Field(
        default=None, description="Clips begin with the last frame of the one before."
    )
    images: int | None = Field(
        default=None, ge=1, le=MOST_CANDIDATES, description="Pictures made of each scene."
    )
    clips: int | None = Field(
        default=None, ge=1, le=MOST_CANDIDATES, description="Clips made of each scene."
    )
    footage: FootageUse | None = None

    def form(self) -> DirectionForm:
        """As the core reads it."""
        wished = self.model_dump(mode="json", exclude_none=True, exclude={"build"})
        return DirectionForm.model_validate(wished)


class DirectionChange(DirectionIn):
    """A change of a project's direction."""

    model_config = shown(**_DIRECTION, build=False)

    build: bool = Field(default=False, description="Whether what changes is made at once.")


class SheetOut(Output):
    """A sheet; its pictures stand as hashes."""

    model_config = shown(**{**_SHEET, "pictures": [_SHA]})

    name: str
    kind: SheetKind
    description: str
    pictures: list[str]


class DirectionOut(Output):
    """The direction of a stored project as a person wrote it, not dressed in its kit."""

    model_config = shown(
        **{**_DIRECTION, "sheets": [{**_SHEET, "pictures": [_SHA]}]}, style_words="natural light"
    )

    kit: str
    preset: str
    style_words: str
    sheets: list[SheetOut]
    continuity: bool
    images: int
    clips: int
    footage: FootageUse


class TagsIn(Input):
    """Words an own file is found by."""

    model_config = shown(tags=["harbour", "fishing boats", "dawn"])

    tags: list[Annotated[str, StringConstraints(min_length=1, max_length=60)]] = Field(
        max_length=MOST_TAGS
    )


class MatchOut(Output):
    """A file of the library that fits a scene."""

    model_config = shown(scene=3, asset=_ASSET, kind="video", text="harbour boats", likeness=0.8)

    scene: int
    asset: str
    kind: str
    text: Text
    likeness: float = Field(description="Share of the shorter one's words that both have.")


def show_stored_kit(stored: StoredKit, stale: list[Stale]) -> KitOut:
    """A kit."""
    return KitOut(
        name=stored.name,
        version=stored.version,
        kit=KitBody.model_validate(show_kit(stored.kit)),
        stale=show_stale(stale),
        created_at=stored.created_at,
        updated_at=stored.updated_at,
    )


def show_stale(stale: list[Stale]) -> list[StaleOut]:
    """What becomes stale."""
    return [StaleOut(project=one.project, stages=list(one.stages)) for one in stale]


def show_preset(name: str, preset: Preset) -> PresetOut:
    """A preset."""
    return PresetOut(name=name, **preset.model_dump())


def show_directed(direction: Direction) -> DirectionOut:
    """A direction."""
    return DirectionOut.model_validate(show_direction(direction))
