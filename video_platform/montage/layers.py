"""Small pictures that are laid over frames: premultiplied once, so that drawing is two passes.

With colour ``c`` and coverage ``a`` (0 to 1) a pixel ``p`` becomes ``p * (1 - a) + c * a``. A
patch keeps ``c * a`` and ``1 - a`` for each plane, in the frame's own format: BT.709 limited range,
chroma at half size. Its place and size are even, so that both sizes agree.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from video_platform.montage.motion import FrameBuffer

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Plane = NDArray[np.uint8]
    Canvas = NDArray[np.float32]
else:
    Plane = Any
    Canvas = Any

Rgb = tuple[int, int, int]

_RED, _BLUE = 0.2126, 0.0722
"""Shares of red and blue in luma: ITU-R BT.709."""


def to_yuv(rgb: Rgb) -> tuple[float, float, float]:
    """A colour in BT.709 limited range: luma 16 to 235, chroma 16 to 240, not rounded."""
    red, green, blue = (channel / 255 for channel in rgb)
    luma = _RED * red + (1 - _RED - _BLUE) * green + _BLUE * blue
    return (
        16 + 219 * luma,
        128 + 112 * (blue - luma) / (1 - _BLUE),
        128 + 112 * (red - luma) / (1 - _RED),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Ink:
    """Coverage, 0 to 255, shape (height, width), with its top left pixel at (``x``, ``y``)."""

    mask: Plane
    x: int
    y: int

    def moved(self, x: int, y: int) -> "Ink":
        """The same ink so much farther right and down."""
        return Ink(self.mask, self.x + x, self.y + y)

    @property
    def right(self) -> int:
        """First column after it."""
        return self.x + int(self.mask.shape[1])

    @property
    def bottom(self) -> int:
        """First row below it."""
        return self.y + int(self.mask.shape[0])


@dataclass(frozen=True, slots=True, eq=False)
class Paint:
    """Ink in a colour; ``opacity`` 0 to 1."""

    ink: Ink
    rgb: Rgb
    opacity: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Patch:
    """A picture ready to be laid on frames at (``x``, ``y``), which are even, as its size is.

    ``planes`` hold colour times coverage, ``kept`` 255 less coverage: Y, U and V each, U and V at
    half size. Nothing in it changes, so threads may share it.
    """

    x: int
    y: int
    planes: tuple[Plane, Plane, Plane]
    kept: tuple[Plane, Plane, Plane]

    @classmethod
    def from_rgba(cls, rgba: Plane, x: int, y: int) -> "Patch":
        """A picture with straight alpha, shape (height, width, 4), its top left at (x, y)."""
        import cv2
        import numpy as np

        seen = np.ascontiguousarray(rgba[:, :, 3])
        left, top, width, height = cv2.boundingRect(seen)
        part = rgba[top : top + height, left : left + width]
        canvas = _Canvas(x + left, y + top, x + left + width, y + top + height)
        # Colours are linear in red, green and blue: black, and what each of them adds to it.
        black = np.array(to_yuv((0, 0, 0)))
        units = np.array([to_yuv(unit) for unit in ((255, 0, 0), (0, 255, 0), (0, 0, 255))])
        colours = part[:, :, :3] @ ((units - black) / 255) + black
        ink = Ink(seen[top : top + height, left : left + width], x + left, y + top)
        canvas.lay(ink, [colours[:, :, plane] for plane in range(3)], 1.0)
        return canvas.to_patch()

    @classmethod
    def from_paints(cls, paints: Sequence[Paint]) -> "Patch":
        """Paints one over the other, the first at the bottom."""
        inks = [paint.ink for paint in paints if paint.ink.mask.size]
        canvas = _Canvas(
            min((ink.x for ink in inks), default=0),
            min((ink.y for ink in inks), default=0),
            max((ink.right for ink in inks), default=0),
            max((ink.bottom for ink in inks), default=0),
        )
        for paint in paints:
            if paint.ink.mask.size:
                canvas.lay(paint.ink, to_yuv(paint.rgb), paint.opacity)
        return canvas.to_patch()

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        height, width = self.planes[0].shape
        return int(width), int(height)

    def draw(self, target: FrameBuffer, opacity: float = 1.0) -> None:
        """Lay it on the frame; what is outside is cut off. ``opacity`` is 0 to 1."""
        import cv2

        for whole, plane, kept, by in zip(
            target.planes, self.planes, self.kept, (1, 2, 2), strict=True
        ):
            rows, seen_rows = _overlap(self.y // by, plane.shape[0], whole.shape[0])
            columns, seen_columns = _overlap(self.x // by, plane.shape[1], whole.shape[1])
            place, light = whole[rows, columns], plane[seen_rows, seen_columns]
            share = kept[seen_rows, seen_columns]
            if not place.size:
                return
            if opacity < 1:
                light = cv2.convertScaleAbs(light, alpha=opacity)  # type: ignore[assignment]
                share = cv2.convertScaleAbs(share, alpha=opacity, beta=255 * (1 - opacity))  # type: ignore[assignment]
            cv2.multiply(place, share, dst=place, scale=1 / 255)
            cv2.add(place, light, dst=place)

    def recoloured(self, inks: Sequence[Ink], old: Rgb, new: Rgb) -> "Patch":
        """The patch with these inks, which lie on top in colour ``old``, in colour ``new``.

        Premultiplied colour is linear in it, so only the difference has to be laid on.
        """
        import numpy as np

        change = [(b - a) / 255 for a, b in zip(to_yuv(old), to_yuv(new), strict=True)]
        planes = [plane.copy() for plane in self.planes]
        for ink in inks:
            if not ink.mask.size:
                continue
            luma, chroma, x, y = _aligned(ink)
            for plane, mask, share, by in zip(
                planes, (luma, chroma, chroma), change, (1, 2, 2), strict=True
            ):
                rows, columns = mask.shape
                top, left = (y - self.y) // by, (x - self.x) // by
                place = plane[top : top + rows, left : left + columns]
                place[:] = np.clip(np.rint(place + mask * share), 0, 255)
        return Patch(self.x, self.y, (planes[0], planes[1], planes[2]), self.kept)


def _overlap(start: int, length: int, limit: int) -> tuple[slice, slice]:
    """What of ``length`` pixels from ``start`` on is inside ``limit``: there, and in themselves."""
    first, end = max(0, start), max(0, min(limit, start + length))
    return slice(first, end), slice(first - start, max(first, end) - start)


class _Canvas:
    """Where a patch is put together: premultiplied Y, U, V and coverage, each 0 to 255."""

    def __init__(self, left: int, top: int, right: int, bottom: int) -> None:
        import numpy as np

        self._x, self._y = left - left % 2, top - top % 2
        height, width = bottom + bottom % 2 - self._y, right + right % 2 - self._x
        self._planes: Canvas = np.zeros((4, height, width), np.float32)

    def lay(self, ink: Ink, yuv: Sequence[Any], opacity: float) -> None:
        """Lay a colour, or three planes of them, where the ink is, which is inside."""
        import numpy as np

        rows = slice(ink.y - self._y, ink.bottom - self._y)
        columns = slice(ink.x - self._x, ink.right - self._x)
        share = ink.mask * np.float32(opacity / 255)
        for plane, value in zip(self._planes, (*yuv, 255.0), strict=True):
            place = plane[rows, columns]
            place += share * (value - place)

    def to_patch(self) -> Patch:
        """What has been laid, in whole numbers."""
        import cv2
        import numpy as np

        luma, blue, red, cover = self._planes
        height, width = luma.shape

        def halved(plane: Canvas) -> Any:
            half = (width // 2, height // 2)
            return cv2.resize(plane, half, interpolation=cv2.INTER_AREA) if plane.size else plane

        def rounded(plane: Canvas) -> Plane:
            result: Plane = np.rint(plane).astype(np.uint8)
            return result

        kept = rounded(255 - halved(cover))
        return Patch(
            self._x,
            self._y,
            (rounded(luma), rounded(halved(blue)), rounded(halved(red))),
            (rounded(255 - cover), kept, kept),
        )


def _aligned(ink: Ink) -> tuple[Canvas, Canvas, int, int]:
    """The ink's mask from an even place on, the same at half size, and that place."""
    import cv2
    import numpy as np

    x, y = ink.x - ink.x % 2, ink.y - ink.y % 2
    mask = np.pad(ink.mask, ((ink.y - y, ink.bottom % 2), (ink.x - x, ink.right % 2)))
    whole = mask.astype(np.float32)
    half = (mask.shape[1] // 2, mask.shape[0] // 2)
    small: Any = cv2.resize(whole, half, interpolation=cv2.INTER_AREA)
    return whole, small, x, y


def rounded_rectangle(width: int, height: int, *, radius: int) -> Ink:
    """A filled rectangle with round corners, smooth at its edge, at (0, 0)."""
    import numpy as np

    radius = min(radius, width // 2, height // 2)
    mask = np.full((height, width), 255, np.uint8)
    centres = radius - 0.5 - np.arange(radius)
    distance = np.hypot(centres[:, None], centres[None, :])
    corner = np.rint(255 * np.clip(radius + 0.5 - distance, 0, 1)).astype(np.uint8)
    mask[:radius, :radius] = corner
    mask[:radius, width - radius :] = corner[:, ::-1]
    mask[height - radius :] = mask[:radius][::-1]
    return Ink(mask, 0, 0)


def softened(inks: Sequence[Ink], *, radius: int) -> Ink:
    """The soft shadow of some inks: dense under them, gone about three times ``radius`` away."""
    import cv2
    import numpy as np

    inks = [ink for ink in inks if ink.mask.size]
    if not inks:
        return Ink(np.zeros((0, 0), np.uint8), 0, 0)
    left, top = (min(edge) - 3 * radius for edge in zip(*((i.x, i.y) for i in inks), strict=True))
    width = max(ink.right for ink in inks) + 3 * radius - left
    height = max(ink.bottom for ink in inks) + 3 * radius - top
    mask = np.zeros((height, width), np.uint8)
    for ink in inks:
        place = mask[ink.y - top : ink.bottom - top, ink.x - left : ink.right - left]
        np.maximum(place, ink.mask, out=place)
    soft = cv2.GaussianBlur(mask, (0, 0), radius)
    result: Plane = cv2.convertScaleAbs(soft, alpha=_SHADOW_GAIN)  # type: ignore[assignment]
    return Ink(result, left, top)


_SHADOW_GAIN = 2.4
"""Blurred letters cover less than half: so much more, and their shadow carries white text."""
