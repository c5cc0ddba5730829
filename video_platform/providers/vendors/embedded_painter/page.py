"""Where things may stand: boxes, and the zones of one picture."""

from dataclasses import dataclass
from enum import StrEnum

from video_platform.domain.formats import Format, frame_for
from video_platform.domain.generation import ImageRequest
from video_platform.errors import InvalidInput

# The film zooms up to about 6 % into a picture, and captions start right below the text zone.
_ZOOM_RESERVE = 0.05
_CAPTION_RESERVE = 0.03
_OVERSIZE_RANGE = (0.05, 4.0)


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels; ``right`` and ``bottom`` are outside it."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """Its width in pixels."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Its height in pixels."""
        return self.bottom - self.top

    @property
    def centre(self) -> tuple[float, float]:
        """Its middle."""
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    def holds(self, x: float, y: float) -> bool:
        """Whether a point lies in it."""
        return self.left <= x < self.right and self.top <= y < self.bottom

    def inset(self, x: float, y: float | None = None) -> "Box":
        """The box made smaller on each side by ``x`` (and ``y``); negative values grow it."""
        y = x if y is None else y
        return Box(self.left + x, self.top + y, self.right - x, self.bottom - y)

    def columns(self, *shares: float, gap: float = 0.0) -> list["Box"]:
        """Side by side, first column left, widths in proportion to ``shares``."""
        unit = (self.width - gap * (len(shares) - 1)) / sum(shares)
        boxes, left = [], self.left
        for share in shares:
            boxes.append(Box(left, self.top, left + unit * share, self.bottom))
            left += unit * share + gap
        return boxes

    def rows(self, *shares: float, gap: float = 0.0) -> list["Box"]:
        """One above another, heights in proportion to ``shares``."""
        unit = (self.height - gap * (len(shares) - 1)) / sum(shares)
        boxes, top = [], self.top
        for share in shares:
            boxes.append(Box(self.left, top, self.right, top + unit * share))
            top += unit * share + gap
        return boxes

    def square(self) -> "Box":
        """The largest square in the middle."""
        half = min(self.width, self.height) / 2
        x, y = self.centre
        return Box(x - half, y - half, x + half, y + half)


class Shape(StrEnum):
    """How a frame is built: beside one another, one above another, or in between."""

    WIDE = "wide"
    TALL = "tall"
    BLOCK = "block"


_SHAPES = {
    Format.WIDE: Shape.WIDE,
    Format.TALL: Shape.TALL,
    Format.SQUARE: Shape.BLOCK,
    Format.PORTRAIT: Shape.BLOCK,
}


@dataclass(frozen=True, slots=True)
class Page:
    """One picture's size and zones in pixels.

    Args:
        unit: a hundredth of the short side; every size follows from it.
        safe: where text may stand.
        caption_top, caption_bottom: captions stand between; nothing that matters is drawn below.
        is_rtl: layouts are computed left to right and turned over by ``at``.
    """

    width: int
    height: int
    unit: float
    safe: Box
    caption_top: float
    caption_bottom: float
    shape: Shape
    is_rtl: bool

    @property
    def top_line(self) -> float:
        """Height of the progress marks: above the text zone, inside the margin."""
        return self.safe.top - self.height * _ZOOM_RESERVE + self.unit

    @property
    def full(self) -> Box:
        """The whole picture."""
        return Box(0, 0, self.width, self.height)

    def at(self, box: Box) -> Box:
        """Where a box of a left-to-right layout really stands."""
        if not self.is_rtl:
            return box
        return Box(self.width - box.right, box.top, self.width - box.left, box.bottom)


def plan_page(request: ImageRequest) -> Page:
    """The zones of the picture that is asked for."""
    low, high = _OVERSIZE_RANGE
    if not low <= request.oversize <= high:
        raise InvalidInput(
            f"A picture cannot be made {request.oversize} times its frame's size.",
            hint=f"Use an oversize from {low} to {high}.",
            code="oversize_invalid",
        )
    frame = frame_for(request.format, request.network)
    width = _even(frame.width_px * request.oversize)
    height = _even(frame.height_px * request.oversize)
    safe = Box(
        width * (frame.margin_x + _ZOOM_RESERVE),
        height * (frame.margin_y + _ZOOM_RESERVE),
        width * (1 - frame.margin_x - _ZOOM_RESERVE),
        height * (frame.caption_top - _CAPTION_RESERVE),
    )
    return Page(
        width=width,
        height=height,
        unit=min(width, height) / 100,
        safe=safe,
        caption_top=height * frame.caption_top,
        caption_bottom=height * frame.caption_bottom,
        shape=_SHAPES[request.format],
        is_rtl=request.language.is_rtl,
    )


def _even(value: float) -> int:
    return max(2, round(value / 2) * 2)
