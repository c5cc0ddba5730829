"""A still becomes moving frames: planar YUV 4:2:0, warped at sub-pixel precision.

The picture is converted once to BT.709 limited range; each frame is then one affine warp per plane.
Planes are centre-sited, so one formula moves luma and chroma alike.
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
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
    """A picture as planes, ready to be viewed."""

    def __init__(self, planes: tuple[Plane, Plane, Plane]) -> None:
        self.planes = planes

    @classmethod
    def load(cls, path: Path, covering: tuple[int, int]) -> "Still":
        """The picture at ``path``, shrunk to what covers this size: the nearest a move comes."""
        return cls(_load_planes(path, covering))

    def draw(self, view: View, target: FrameBuffer) -> None:
        """Fill ``target`` with the view; the picture covers the frame, its excess is cropped."""
        import cv2
        import numpy as np

        height, width = self.planes[0].shape
        frame_height, frame_width = target.planes[0].shape
        # The largest part of the picture with the frame's ratio, shrunk by the zoom.
        cover = min(width / frame_width, height / frame_height) / view.zoom
        left = view.x * width - cover * frame_width / 2
        top = view.y * height - cover * frame_height / 2
        for plane, source, shrink in zip(target.planes, self.planes, (1, 2, 2), strict=True):
            # Pixel centres: x_source + 0.5 = cover * (x_target + 0.5) + left, in plane units.
            shift = cover * 0.5 - 0.5
            matrix = np.array([[cover, 0, left / shrink + shift], [0, cover, top / shrink + shift]])
            cv2.warpAffine(
                source,
                matrix,
                (plane.shape[1], plane.shape[0]),
                dst=plane,
                flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
                borderMode=cv2.BORDER_REPLICATE,
                # The default rounds positions to 1/32 pixel, which trembles in slow moves.
                hint=cv2.ALGO_HINT_ACCURATE,
            )


def _load_planes(path: Path, covering: tuple[int, int]) -> tuple[Plane, Plane, Plane]:
    import cv2
    import numpy as np
    from PIL import Image

    with Image.open(path) as image:
        rgb = np.asarray(image.convert("RGB"))
    excess = min(rgb.shape[1] / covering[0], rgb.shape[0] / covering[1])
    if excess > _SHRINK_FROM:
        # A warp looks at four pixels only: a picture much larger than the frame would glitter.
        size = (round(rgb.shape[1] / excess), round(rgb.shape[0] / excess))
        rgb = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)
    height, width = rgb.shape[0] & ~1, rgb.shape[1] & ~1
    # ITU-R BT.709, limited range: luma 16 to 235, chroma 16 to 240.
    matrix = np.array(
        [
            [0.18258588, 0.61423059, 0.06200706, 16.0],
            [-0.10064373, -0.33857195, 0.43921569, 128.0],
            [0.43921569, -0.39894216, -0.04027352, 128.0],
        ],
        np.float32,
    )
    yuv = cv2.transform(rgb[:height, :width].astype(np.float32), matrix)
    half = (width // 2, height // 2)
    chroma = cv2.resize(yuv[:, :, 1:], half, interpolation=cv2.INTER_AREA)
    planes = (yuv[:, :, 0], chroma[:, :, 0], chroma[:, :, 1])
    first, second, third = (
        np.ascontiguousarray(np.clip(np.rint(plane), 0, 255).astype(np.uint8)) for plane in planes
    )
    return first, second, third


_SHRINK_FROM = 1.15
"""Pictures are made about a tenth larger than the frame; those are left as they are."""


class StillCache:
    """The last few pictures as planes: a body and its two transitions share theirs."""

    def __init__(self, size: int = 4) -> None:
        self._size = size
        self._stills: OrderedDict[tuple[Path, tuple[int, int]], Still] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, path: Path, covering: tuple[int, int]) -> Still:
        """The picture at ``path``, converted at most once while it is in use."""
        key = (path, covering)
        with self._lock:
            still = self._stills.get(key)
            if still is None:
                still = Still.load(path, covering)
                self._stills[key] = still
                while len(self._stills) > self._size:
                    self._stills.popitem(last=False)
            self._stills.move_to_end(key)
            return still
