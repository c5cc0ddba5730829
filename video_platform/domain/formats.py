"""The shapes a film is made in, and where text may stand in each of them."""

from dataclasses import dataclass
from enum import StrEnum


class Format(StrEnum):
    """Aspect ratio of a film, width first."""

    WIDE = "16:9"
    TALL = "9:16"
    SQUARE = "1:1"
    PORTRAIT = "4:5"

    @property
    def slug(self) -> str:
        """The ratio as it stands in file names: ``16x9``."""
        return self.value.replace(":", "x")


@dataclass(frozen=True, slots=True)
class Frame:
    """A picture's size in pixels and its text zones as fractions of that size.

    ``margin_x`` and ``margin_y`` keep text away from the edges. Captions live between
    ``caption_top`` and ``caption_bottom``, measured from the top. Drawn pictures keep their own
    text above ``caption_top``, so that the two never meet.
    """

    width_px: int
    height_px: int
    margin_x: float
    margin_y: float
    caption_top: float
    caption_bottom: float


# Title-safe 5 % on wide screens (EBU R 95). On tall ones the networks draw their own buttons over
# roughly the lowest fifth and the right edge, so captions stay above that and margins are wider.
FRAMES: dict[Format, Frame] = {
    Format.WIDE: Frame(1920, 1080, 0.06, 0.06, 0.80, 0.94),
    Format.TALL: Frame(1080, 1920, 0.08, 0.10, 0.66, 0.79),
    Format.SQUARE: Frame(1080, 1080, 0.06, 0.06, 0.79, 0.93),
    Format.PORTRAIT: Frame(1080, 1350, 0.06, 0.06, 0.79, 0.93),
}
