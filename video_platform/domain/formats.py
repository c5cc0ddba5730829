"""The shapes a film is made in, and where text may stand in each of them."""

from dataclasses import dataclass
from enum import StrEnum

from video_platform.domain.look import Network


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

    ``margin_x`` keeps text away from the sides, ``margin_y`` from the top. Captions live between
    ``caption_top`` and ``caption_bottom``, measured from the top; no text stands below that. Drawn
    pictures keep their own text above ``caption_top``, so that the two never meet.
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

# What networks draw over a tall film: where figures differ from side to side, the larger one counts
# for both, so that captions stay centred. Zones keep their usual height.
_TALL_FRAMES: dict[Network, Frame] = {
    # Reels, in Meta's guide to ads: 14 % at the top, 35 % at the bottom, 6 % at the sides.
    Network.INSTAGRAM: Frame(1080, 1920, 0.08, 0.14, 0.52, 0.65),
    # Shorts, in Google's asset specifications for ads: of 1080 x 1920 pixels 288 at the top, 672 at
    # the bottom, 192 at the right.
    Network.YOUTUBE: Frame(1080, 1920, 0.178, 0.15, 0.52, 0.65),
    # TikTok publishes pictures and no figures. Read off them by adfuseai.com (TikTok ad sizes and
    # specifications): of 1080 x 1920 pixels 150 at the top, 440 at the bottom, 150 at the right.
    Network.TIKTOK: Frame(1080, 1920, 0.14, 0.10, 0.63, 0.76),
}


def frame_for(ratio: Format, network: Network) -> Frame:
    """The usual frame of a format, its text zones clear of what ``network`` draws over it."""
    if ratio is Format.TALL:
        return _TALL_FRAMES.get(network, FRAMES[ratio])
    return FRAMES[ratio]
