"""A still becomes moving frames: planar YUV 4:2:0, warped at sub-pixel precision.

The picture is converted once to BT.709 limited range; each frame is then one affine warp per plane.
Planes are centre-sited, so one formula moves luma and chroma alike.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from video_platform.domain.manifests import Motion, MotionKind

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Plane = NDArray[np.uint8]
else:
    Plane = Any

_DIRECTIONS = {
    MotionKind.PAN_LEFT: (-1, 0),
    MotionKind.PAN_RIGHT: (1, 0),
    MotionKind.PAN_UP: (0, -1),
    MotionKind.PAN_DOWN: (0, 1),
}
"""Where the camera travels: the view moves this way over the picture."""


@dataclass(frozen=True, slots=True)
class View:
    """The part of a picture that fills the frame: centre and zoom, as fractions of the picture."""

    x: float = 0.5
    y: float = 0.5
    zoom: float = 1.0


def view_at(motion: Motion | None, position: float) -> View:
    """The view at ``position`` (0: first frame of the clip, 1: last) of a move."""
    if motion is None or motion.kind is MotionKind.HOLD:
        return View()
    zoom = 1.0 + motion.strength
    if motion.kind in _DIRECTIONS:
        dx, dy = _DIRECTIONS[motion.kind]
        travel = (1 - 1 / zoom) * (position - 0.5)
        return View(0.5 + dx * travel, 0.5 + dy * travel, zoom)
    share = position if motion.kind is MotionKind.ZOOM_IN else 1 - position
    # A constant ratio from frame to frame looks like a constant speed to the eye.
    return View(zoom=float(zoom**share))


class FrameBuffer:
    """One frame of planar YUV 4:2:0 in a single block, with its planes as views."""

    def __init__(self, width_px: int, height_px: int) -> None:
        import numpy as np

        luma, chroma = width_px * height_px, width_px * height_px // 4
        self.data: Plane = np.empty(luma + 2 * chroma, np.uint8)
        half = (height_px // 2, width_px // 2)
        self.planes: tuple[Plane, Plane, Plane] = (
            self.data[:luma].reshape(height_px, width_px),
            self.data[luma : luma + chroma].reshape(half),
            self.data[luma + chroma :].reshape(half),
        )


class Still:
    """A picture as planes, ready to be viewed.

    A view is a scale and a sub-pixel shift. ``cv2.resize`` does the scale three times as fast as an
    affine warp, but starts on whole pixels only. So it is started on the whole pixel, up to
    ``_SKIP`` target pixels before the frame, from which the scale's own steps come nearest to the
    wanted place: with the scales pictures are kept at, within 0.04 pixels and 0.006 on average.
    """

    def __init__(self, planes: tuple[Plane, Plane, Plane]) -> None:
        import cv2

        self._height, self._width = planes[0].shape
        # Room for starting before the picture; seen only by frames that are cut off anyway.
        self._planes: tuple[Any, ...] = tuple(
            cv2.copyMakeBorder(plane, _PAD, _PAD, _PAD, _PAD, cv2.BORDER_REPLICATE)
            for plane in planes
        )

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self._width, self._height

    def draw(self, view: View, target: FrameBuffer, scratch: "Scratch") -> None:
        """Fill ``target`` with the view; the picture covers the frame, its excess is cropped."""
        frame_height, frame_width = target.planes[0].shape
        # The largest part of the picture with the frame's ratio, shrunk by the zoom.
        scale = min(self._width / frame_width, self._height / frame_height) / view.zoom
        left = view.x * self._width - scale * frame_width / 2
        top = view.y * self._height - scale * frame_height / 2
        for plane, source, shrink in zip(target.planes, self._planes, (1, 2, 2), strict=True):
            _sample(source, scale, (left / shrink, top / shrink), plane, scratch)


class Scratch:
    """Memory for what is drawn beyond the frame's edges; one for each thread at work."""

    def __init__(self) -> None:
        self._data: Plane | None = None

    def shaped(self, height: int, width: int) -> Plane:
        """A plane of this shape, with anything in it."""
        import numpy as np

        if self._data is None or self._data.size < height * width:
            self._data = np.empty(height * width, np.uint8)
        return self._data[: height * width].reshape(height, width)


_SKIP = 48
"""Target pixels that may be drawn before the frame's first: more come nearer and cost more."""
_LARGEST_SCALE = 1.5
_PAD = round(_SKIP * _LARGEST_SCALE) + 4


def _sample(
    source: Plane, scale: float, origin: tuple[float, float], target: Plane, scratch: Scratch
) -> None:
    """Fill ``target`` from a padded plane: pixel 0 begins at ``origin``, in unpadded pixels."""
    import cv2
    import numpy as np

    height, width = target.shape
    if scale == 1 and origin == (0, 0):
        np.copyto(target, source[_PAD : _PAD + height, _PAD : _PAD + width])
        return
    x, columns = _start(origin[0], scale)
    y, rows = _start(origin[1], scale)
    # One pixel more than is needed: the size is rounded.
    wide = min(int((columns + width + 1) * scale) + 1, source.shape[1] - x)
    high = min(int((rows + height + 1) * scale) + 1, source.shape[0] - y)
    part, factor = source[y : y + high, x : x + wide], 1 / scale
    drawn = cv2.resize(
        part,
        None,
        dst=scratch.shaped(round(high * factor), round(wide * factor)),
        fx=factor,
        fy=factor,
        interpolation=cv2.INTER_LINEAR,
    )
    np.copyto(target, drawn[rows : rows + height, columns : columns + width])


def _start(origin: float, scale: float) -> tuple[int, int]:
    """Where to begin in the padded plane, and how many target pixels that is before the frame."""
    import numpy as np

    before = (origin + _PAD) - np.arange(_SKIP + 1) * scale
    skipped = int(np.argmin(np.abs(before - np.rint(before))))
    return round(float(before[skipped])), skipped
