"""Style presets: a look of pictures and cut as a data file.

A preset is a TOML file: ``about``, the ``style_words`` that end the prompt of every picture, and
defaults of the cut. A file of the same name in the data directory's ``presets`` goes before one of
the product. A brief takes a preset's values over when it is chosen: a file that changes later
changes no film.
"""

import tomllib
from dataclasses import replace
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from video_platform.domain.brief import Brief
from video_platform.domain.look import CaptionLook, CaptionStyle, Grade, GradePreset, Look
from video_platform.errors import BriefError, NotFound, VideoPlatformError

_OURS = Path(__file__).resolve().parent.parent / "presets"
_MAX_BYTES = 20_000
_PLAIN_STYLE = "clean"


class Preset(BaseModel):
    """A look.

    Args:
        style: of drawn pictures, as the picture provider calls it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    about: str = Field(min_length=1, max_length=200)
    style_words: str = Field("", max_length=300)
    style: str = _PLAIN_STYLE
    grade: GradePreset = GradePreset.NONE
    captions: CaptionStyle = CaptionStyle.ACTIVE_WORD
    accent: str = Look().accent

    def dress(self, brief: Brief, name: str) -> Brief:
        """The brief with the preset's values wherever it makes no choice of its own."""
        own, look = Look(), brief.look
        if look.captions == own.captions:
            look = replace(look, captions=CaptionLook(style=self.captions))
        if look.grade == own.grade:
            look = replace(look, grade=Grade(preset=self.grade))
        if look.accent == own.accent:
            look = replace(look, accent=self.accent)
        return replace(
            brief,
            look=look,
            style=self.style if brief.style == _PLAIN_STYLE else brief.style,
            direction=replace(brief.direction, preset=name, style_words=self.style_words),
        )


class Presets:
    """The presets of an installation.

    Args:
        own: folder of the user's files; it need not exist.
    """

    def __init__(self, own: Path) -> None:
        self._folders = (own, _OURS)

    def names(self) -> list[str]:
        """All names, sorted."""
        return sorted({path.stem for folder in self._folders for path in folder.glob("*.toml")})

    def find(self, name: str) -> Preset:
        """The preset of this name.

        Raises:
            NotFound: ``preset_missing``.
            BriefError: ``preset_invalid``: its file is not what a preset is; the message says why.
        """
        if name in self.names():
            for folder in self._folders:
                path = folder / f"{name}.toml"
                if path.is_file():
                    return _read(path)
        raise NotFound(
            f"There is no style preset {name[:60]!r}.",
            hint=f"Choose from {', '.join(self.names())}.",
            code="preset_missing",
        )


def _read(path: Path) -> Preset:
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise ValueError(f"it is larger than {_MAX_BYTES} bytes")
        preset = Preset.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
        Look(accent=preset.accent)
    except (OSError, ValueError, ValidationError, VideoPlatformError) as error:
        raise BriefError(
            f"{path.name} is no style preset: {error}",
            hint="See docs/look.md.",
            code="preset_invalid",
        ) from error
    return preset
