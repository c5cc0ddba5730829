"""How a film is cut: what a person may choose about its look and sound, all of it optional."""

import re
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Annotated

from video_platform.domain.codec import ABSENT
from video_platform.domain.language import Language
from video_platform.domain.media import Media
from video_platform.errors import BriefError


class CaptionStyle(StrEnum):
    """How spoken words are burned into the picture."""

    ACTIVE_WORD = "active_word"
    """White on a dark plate, the spoken word in the accent colour."""
    KARAOKE = "karaoke"
    """White on a dark plate; words take the accent colour as they are spoken and keep it."""
    PLAIN = "plain"
    """White on a dark plate."""
    OUTLINE = "outline"
    """White with a dark outline, no plate, the spoken word in the accent colour."""
    NONE = "none"
    """Nothing is burned in; caption files are still made."""


class CaptionPlace(StrEnum):
    """Where captions stand."""

    BOTTOM = "bottom"
    MIDDLE = "middle"
    TOP = "top"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptionLook:
    """Style, place and size of burned captions; ``size`` 1 is the format's usual size."""

    style: CaptionStyle = CaptionStyle.ACTIVE_WORD
    place: CaptionPlace = CaptionPlace.BOTTOM
    size: float = 1.0

    def __post_init__(self) -> None:
        """Refuse sizes nobody could read or fit."""
        _within("caption size", self.size, 0.5, 2.0)


class Fit(StrEnum):
    """What happens to a picture of another shape than the frame."""

    CROP = "crop"
    """It covers the frame; its excess is cut off."""
    PAD = "pad"
    """It is shown whole, on black."""
    BLUR = "blur"
    """It is shown whole, on a blurred, darkened copy of itself that covers the frame."""


class GradePreset(StrEnum):
    """A named look of the colours."""

    NONE = "none"
    WARM = "warm"
    COOL = "cool"
    VIVID = "vivid"
    MUTED = "muted"
    MONO = "mono"
    FILM = "film"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grade:
    """Colour grading: a preset, then the controls, then a LUT file. Neutral by default.

    Args:
        exposure_stops: -3 to 3; one stop doubles the light.
        contrast: -1 (flat) to 1, around middle grey.
        saturation: 0 (grey) to 2; 1 leaves colours as they are.
        temperature: -1 (cool) to 1 (warm).
        lut: an Adobe ``.cube`` file in the store, 1D or 3D.
    """

    preset: GradePreset = GradePreset.NONE
    exposure_stops: float = 0.0
    contrast: float = 0.0
    saturation: float = 1.0
    temperature: float = 0.0
    lut: Media | None = None

    def __post_init__(self) -> None:
        """Refuse values outside the ranges above."""
        _within("exposure", self.exposure_stops, -3, 3)
        _within("contrast", self.contrast, -1, 1)
        _within("saturation", self.saturation, 0, 2)
        _within("temperature", self.temperature, -1, 1)

    @property
    def is_neutral(self) -> bool:
        """Whether pictures come out as they went in."""
        return self == Grade()


class Corner(StrEnum):
    """A corner of the frame, inside its margins."""

    TOP_LEFT = "top_left"
    TOP_RIGHT = "top_right"
    BOTTOM_LEFT = "bottom_left"
    BOTTOM_RIGHT = "bottom_right"


@dataclass(frozen=True, slots=True, kw_only=True)
class Logo:
    """A picture that stands in a corner all through the film; its transparency is kept."""

    media: Media
    corner: Corner = Corner.TOP_RIGHT
    width: float = 0.1
    """Share of the frame's shorter side."""
    opacity: float = 0.9

    def __post_init__(self) -> None:
        """Refuse a logo that hides the film, or cannot be seen."""
        _within("logo width", self.width, 0.02, 0.5)
        _within("logo opacity", self.opacity, 0.05, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """Words in a corner, all through the film, that say that AI made it.

    Args:
        language: of the words; nothing: the film's.
    """

    corner: Corner = Corner.TOP_RIGHT
    language: Language | None = None

    def within(self, film: Language) -> "Label":
        """The label of a film in this language, its own language decided."""
        return replace(self, language=self.language or film)

    @property
    def text(self) -> str:
        """What it says, in its language or else in English."""
        return _LABELS[self.language or Language.ENGLISH]


_LABELS = {
    Language.ENGLISH: "Made with AI",
    Language.FRENCH: "Créé avec l’IA",
    Language.ARABIC: "صُنع بالذكاء الاصطناعي",
}


class Presenter(StrEnum):
    """How an avatar's clip is shown."""

    FULL = "full"
    """In place of the scene's picture."""
    CORNER = "corner"
    """As a round inset over the scene's picture."""


class Network(StrEnum):
    """A network a film may be cut for: its buttons' zones and its loudness."""

    ANY = "any"
    YOUTUBE = "youtube"
    TIKTOK = "tiktok"
    INSTAGRAM = "instagram"
    LINKEDIN = "linkedin"
    X = "x"
    BROADCAST = "broadcast"
    """EBU R 128: -23 LUFS."""


class Export(StrEnum):
    """A further file of the same film, beside the H.264 one."""

    H265 = "h265"
    AV1 = "av1"
    WEBM = "webm"
    GIF = "gif"
    """A short silent preview."""
    AUDIO = "audio"
    """The sound alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Typeface:
    """A brand's own typeface for captions and titles.

    Args:
        family: as the files name themselves.
        bold: none: bold text is set in the regular one.
        languages: of which it has every letter; films in others are set in ours.
    """

    family: str
    regular: Media
    bold: Media | None = None
    languages: tuple[Language, ...] = ()


_COLOR = re.compile(r"#[0-9A-Fa-f]{6}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Everything a person may choose about the cut of a film; the defaults are a good film."""

    captions: CaptionLook = field(default_factory=CaptionLook)
    grade: Grade = field(default_factory=Grade)
    fit: Fit = Fit.CROP
    accent: str = "#FFD050"
    """Colour of the spoken word and the progress bar, ``#RRGGBB``."""
    titles: bool = False
    """The film's title over its beginning, each scene's headline as a lower third."""
    logo: Logo | None = None
    label: Label | None = None
    progress_bar: bool = False
    presenter: Presenter = Presenter.FULL
    network: Network = Network.ANY
    exports: tuple[Export, ...] = ()
    intro: Annotated[Media | None, ABSENT] = None
    """A clip with its own sound before the film."""
    outro: Annotated[Media | None, ABSENT] = None
    """Likewise after it."""
    typeface: Annotated[Typeface | None, ABSENT] = None

    def __post_init__(self) -> None:
        """Refuse what is not a colour, exports named twice, and two things in one corner."""
        if not _COLOR.fullmatch(self.accent):
            raise BriefError(
                f"{self.accent!r} is not a colour.",
                hint="Write it as #RRGGBB, e.g. #FFD050.",
                code="look_invalid",
            )
        if self.logo and self.label and self.logo.corner is self.label.corner:
            raise BriefError(
                f"Logo and label cannot both stand in {self.label.corner.value}.",
                hint="Choose another corner for one of them.",
                code="look_invalid",
            )
        if len(set(self.exports)) != len(self.exports):
            raise BriefError(
                "An export is named twice.", hint="Name each once.", code="look_invalid"
            )

    @property
    def accent_rgb(self) -> tuple[int, int, int]:
        """The accent colour as red, green and blue, 0 to 255."""
        red, green, blue = (int(self.accent[at : at + 2], 16) for at in (1, 3, 5))
        return red, green, blue


def _within(what: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise BriefError(
            f"A {what} of {value} is not possible.",
            hint=f"Choose {low} to {high}.",
            code="look_invalid",
        )
