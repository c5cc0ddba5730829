"""Transitions between two frames, computed on the YUV planes. One function each, one table.

Lengths in the frame are even numbers of luma pixels, so that chroma agrees with luma exactly.
"""

import math
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from video_platform.domain.timeline import TransitionKind
from video_platform.montage.motion import FrameBuffer

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Plane = NDArray[np.uint8]
else:
    Plane = Any

_BLACK = (16, 128, 128)
"""Black in limited-range YUV."""

Blend = Callable[[FrameBuffer, FrameBuffer, float, FrameBuffer, bool], None]


def ease(position: float) -> float:
    """Slow start and slow end, 0 to 1."""
    return position * position * (3 - 2 * position)


def _cut(a: FrameBuffer, b: FrameBuffer, position: float, out: FrameBuffer, _rtl: bool) -> None:
    out.data[:] = (a if position < 0.5 else b).data


def _dissolve(
    a: FrameBuffer, b: FrameBuffer, position: float, out: FrameBuffer, _rtl: bool
) -> None:
    import cv2

    share = ease(position)
    cv2.addWeighted(a.data, 1 - share, b.data, share, 0, dst=out.data.reshape(-1, 1))


def _fade(a: FrameBuffer, b: FrameBuffer, position: float, out: FrameBuffer, _rtl: bool) -> None:
    """Out to black, then in from it."""
    import cv2

    source, share = (a, 1 - 2 * position) if position < 0.5 else (b, 2 * position - 1)
    for plane, black, target in zip(source.planes, _BLACK, out.planes, strict=True):
        cv2.convertScaleAbs(plane, dst=target, alpha=share, beta=(1 - share) * black)


def _wipe(a: FrameBuffer, b: FrameBuffer, position: float, out: FrameBuffer, rtl: bool) -> None:
    """The new picture is uncovered against the reading direction."""
    covered = _even(_width(out) * ease(position))
    for first, second, target, shrink in _planes(a, b, out):
        columns = target.shape[1]
        edge = covered // shrink if rtl else columns - covered // shrink
        left, right = (second, first) if rtl else (first, second)
        target[:, :edge] = left[:, :edge]
        target[:, edge:] = right[:, edge:]


def _slide(a: FrameBuffer, b: FrameBuffer, position: float, out: FrameBuffer, rtl: bool) -> None:
    """The new picture pushes the old one out, the way a page is turned in the language."""
    moved = _even(_width(out) * ease(position))
    for first, second, target, shrink in _planes(a, b, out):
        columns, by = target.shape[1], moved // shrink
        if rtl:
            target[:, :by] = second[:, columns - by :]
            target[:, by:] = first[:, : columns - by]
        else:
            target[:, : columns - by] = first[:, by:]
            target[:, columns - by :] = second[:, :by]


def _push_up(a: FrameBuffer, b: FrameBuffer, position: float, out: FrameBuffer, _rtl: bool) -> None:
    """The new picture comes from below and pushes the old one out."""
    moved = _even(out.planes[0].shape[0] * ease(position))
    for first, second, target, shrink in _planes(a, b, out):
        rows, by = target.shape[0], moved // shrink
        target[: rows - by] = first[by:]
        target[rows - by :] = second[:by]


_GROWN, _SMALL = 1.35, 0.85
"""Size the old picture grows to, and the new one grows from."""


def _zoom(a: FrameBuffer, b: FrameBuffer, position: float, out: FrameBuffer, _rtl: bool) -> None:
    """The camera flies through the old picture into the new one, which it dissolves into.

    Around the new picture, while it is small, is its mirror image.
    """
    import cv2

    share = _crossing(position)
    height, width = out.planes[0].shape
    lost = 1 - 1 / (1 + (_GROWN - 1) * _eased_between(0, _CROSSING[1], position))
    # Quick at first: the mirror image must be gone before anyone can read in it.
    missing = (1 - _SMALL) * (1 - max(0.0, position - _CROSSING[0]) / (1 - _CROSSING[0])) ** 3
    cut_off = _even(width * lost / 2), _even(height * lost / 2)
    added = _even(width * missing / 2), _even(height * missing / 2)
    for first, second, target, shrink in _planes(a, b, out):
        if share < 1:
            _grow(first, (cut_off[0] // shrink, cut_off[1] // shrink), target)
        if share > 0:
            new = _shrink(second, (added[0] // shrink, added[1] // shrink))
            cv2.addWeighted(target, 1 - share, new, share, 0, dst=target)


def _grow(plane: Plane, cut_off: tuple[int, int], target: Plane) -> None:
    """Fill ``target`` with the plane but for ``cut_off`` columns and rows on either side."""
    import cv2

    height, width = plane.shape
    x, y = cut_off
    cv2.resize(plane[y : height - y, x : width - x], (width, height), dst=target)


def _shrink(plane: Plane, added: tuple[int, int]) -> Plane:
    """The plane, smaller, amid ``added`` columns and rows of its mirror image on either side."""
    import cv2
    import numpy as np

    height, width = plane.shape
    x, y = added
    small = cv2.resize(plane, (width - 2 * x, height - 2 * y))
    return np.asarray(cv2.copyMakeBorder(small, y, y, x, x, cv2.BORDER_REFLECT), np.uint8)


def _circle(a: FrameBuffer, b: FrameBuffer, position: float, out: FrameBuffer, _rtl: bool) -> None:
    """The new picture opens from the centre, in a circle."""
    import cv2

    radius = ease(position) * math.hypot(*out.planes[0].shape) / 2
    for first, second, target, shrink in _planes(a, b, out):
        mask = _disc(target.shape, radius / shrink)
        kept = cv2.multiply(first, 255 - mask, scale=1 / 255)
        cv2.multiply(second, mask, scale=1 / 255, dst=target)
        cv2.add(kept, target, dst=target)


def _disc(shape: tuple[int, ...], radius: float) -> Plane:
    """255 within ``radius`` pixels of the centre, 0 outside, the share covered on the edge."""
    import cv2
    import numpy as np

    distance = _distances(shape)
    edge = 255 * (radius + 0.5)
    return np.asarray(cv2.addWeighted(distance, -255, distance, 0, edge, dtype=cv2.CV_8U), np.uint8)


@lru_cache(maxsize=8)
def _distances(shape: tuple[int, ...]) -> Any:
    """Distance of each pixel's middle to the plane's, in pixels; the same for every frame."""
    import numpy as np

    height, width = shape
    rows, columns = np.ogrid[:height, :width]
    distances = np.hypot(rows - (height - 1) / 2, columns - (width - 1) / 2)
    return distances.astype(np.float32)


_DEFOCUS = 0.022
"""Standard deviation of the strongest blur, as a share of the frame's shorter side."""


def _blur(a: FrameBuffer, b: FrameBuffer, position: float, out: FrameBuffer, _rtl: bool) -> None:
    """The old picture goes out of focus, the new one comes into it."""
    import cv2

    share = _crossing(position)
    deviation = _DEFOCUS * min(out.planes[0].shape) * ease(1 - abs(2 * position - 1))
    for first, second, target, shrink in _planes(a, b, out):
        cv2.addWeighted(first, 1 - share, second, share, 0, dst=target)
        _defocus(target, deviation / shrink)


def _defocus(plane: Plane, deviation: float) -> None:
    """Blur a plane in place by a Gaussian; wide ones are made small, where blurring is cheap."""
    import cv2

    height, width = plane.shape
    small: Any = plane
    factor = 1
    # A half is fine enough for narrow blurs too; smaller ones would show as squares in them.
    while deviation / factor >= (4 if factor > 1 else 1.4):
        rows, columns = small.shape
        half = ((columns + 1) // 2, (rows + 1) // 2)
        small = cv2.resize(small, half, interpolation=cv2.INTER_AREA)
        factor *= 2
    # Making it small and large again blurs too: a quarter of the factor's square, as a variance.
    rest = (deviation / factor) ** 2 - (1 - 1 / factor**2) / 4
    soft = cv2.GaussianBlur(small, (0, 0), max(math.sqrt(max(0, rest)), 1e-3))
    cv2.resize(soft, (width, height), dst=plane)


def _planes(
    a: FrameBuffer, b: FrameBuffer, out: FrameBuffer
) -> Iterator[tuple[Plane, Plane, Plane, int]]:
    """The planes of three frames side by side, and how much smaller than luma they are."""
    return zip(a.planes, b.planes, out.planes, (1, 2, 2), strict=True)


def _width(frame: FrameBuffer) -> int:
    return int(frame.planes[0].shape[1])


def _even(length: float) -> int:
    """The nearest even number of pixels."""
    return round(length / 2) * 2


def _eased_between(begin: float, end: float, position: float) -> float:
    """0 until ``begin``, 1 from ``end`` on, eased between."""
    return ease(min(1.0, max(0.0, (position - begin) / (end - begin))))


_CROSSING = (0.3, 0.7)
"""Where the new picture appears and the old one is gone, if both change their shape meanwhile."""


def _crossing(position: float) -> float:
    """How much of the new picture is seen."""
    return _eased_between(*_CROSSING, position)


BLENDS: dict[TransitionKind, Blend] = {
    TransitionKind.CUT: _cut,
    TransitionKind.DISSOLVE: _dissolve,
    TransitionKind.FADE: _fade,
    TransitionKind.WIPE: _wipe,
    TransitionKind.SLIDE: _slide,
    TransitionKind.PUSH_UP: _push_up,
    TransitionKind.ZOOM: _zoom,
    TransitionKind.CIRCLE: _circle,
    TransitionKind.BLUR: _blur,
}


def blend(
    kind: TransitionKind,
    a: FrameBuffer,
    b: FrameBuffer,
    position: float,
    out: FrameBuffer,
    *,
    rtl: bool,
) -> None:
    """Draw the transition at ``position`` (0: all ``a``, 1: all ``b``) into ``out``."""
    BLENDS[kind](a, b, position, out, rtl)
