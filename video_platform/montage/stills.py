"""Pictures become planes: decoded, graded, fitted and converted to BT.709 once, then only moved."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from video_platform.domain.look import Fit
from video_platform.errors import UnsupportedMedia
from video_platform.montage.framing import crop
from video_platform.montage.motion import Still

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]
else:
    Pixels = Any

Colors = Callable[[Pixels], Pixels]
"""A grade: RGB in, RGB out, shape (height, width, 3)."""

_CLOSEST, _FARTHEST = 1.03, 1.2
"""Source pixels a target pixel at the nearest view. Below, nothing hits between pixels; above, a
warp that looks at four pixels only would glitter."""
_KEPT_AT = 1.04
_BACKDROP_LIGHT = 0.55
"""How bright the blurred copy behind a whole picture is: the picture stays the subject."""
_SAME_SHAPE = 0.02


@dataclass(frozen=True, slots=True)
class StillRequest:
    """A picture at ``path`` for views no nearer than ``covering`` (width, height in pixels).

    Reframed pictures are cropped around their subject, others around their middle.
    """

    path: Path
    covering: tuple[int, int]
    fit: Fit = Fit.CROP
    is_reframed: bool = False


def load_still(request: StillRequest, colors: Colors | None = None) -> Still:
    """The picture as planes, at the size from which a move over it is drawn best."""
    return Still(to_planes(_fitted(load_picture(request.path, colors), request)))


def load_cutout(request: StillRequest, colors: Colors | None = None) -> tuple[Still, Still]:
    """A transparent picture and its mask (0 to 255 in every plane), to be moved alike."""
    import cv2
    import numpy as np

    rgba = np.asarray(_open(request.path).convert("RGBA"))
    if colors:
        rgba = np.dstack([colors(np.ascontiguousarray(rgba[:, :, :3])), rgba[:, :, 3]])
    share = rgba[:, :, 3:].astype(np.float32) / 255
    lit = rgba[:, :, :3] * share
    # What is transparent takes the colour of what is near: it shines through where pixels mix.
    near = cv2.GaussianBlur(lit, (0, 0), 4) / np.maximum(
        cv2.GaussianBlur(share, (0, 0), 4)[:, :, None], 1 / 255
    )
    rgb = np.where(share > 1 / 32, rgba[:, :, :3], np.clip(near, 0, 255)).astype(np.uint8)
    picture = Still(to_planes(_fitted(rgb, request)))
    width, height = picture.size
    mask = resized(rgba[:, :, 3], (width, height))
    half = resized(mask, (width // 2, height // 2))
    return picture, Still((mask, half, half))


def _open(path: Path) -> Any:
    """The picture, upright, decoded to its end."""
    from PIL import Image, ImageOps

    try:
        with Image.open(path, formats=["PNG", "JPEG", "WEBP"]) as image:
            return ImageOps.exif_transpose(image)
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        raise UnsupportedMedia(f"{path.name} is not a picture: {error}.") from error


def load_picture(path: Path, colors: Colors | None = None) -> Pixels:
    """The picture upright and without transparency, graded: (height, width, RGB).

    Raises:
        UnsupportedMedia: it cannot be decoded.
    """
    import numpy as np

    rgb = np.asarray(_on_black(_open(path)))
    return colors(rgb) if colors else rgb


def _on_black(image: Any) -> Any:
    """The picture without transparency."""
    from PIL import Image

    if not image.has_transparency_data:
        return image.convert("RGB")
    whole = image.convert("RGBA")
    ground = Image.new("RGBA", whole.size, (0, 0, 0, 255))
    return Image.alpha_composite(ground, whole).convert("RGB")


def _fitted(rgb: Pixels, request: StillRequest) -> Pixels:
    """The picture, or a canvas of the frame's shape that shows it whole."""
    width, height = request.covering
    if request.is_reframed:
        rgb = crop(rgb, request.covering)
    shape = (rgb.shape[1] / rgb.shape[0]) / (width / height)
    if request.fit is Fit.CROP or abs(shape - 1) < _SAME_SHAPE:
        excess = min(rgb.shape[1] / width, rgb.shape[0] / height)
        if _CLOSEST <= excess <= _FARTHEST:
            return rgb
        factor = _KEPT_AT / excess
        return resized(rgb, (round(rgb.shape[1] * factor), round(rgb.shape[0] * factor)))
    return whole_on_canvas(rgb, (round(width * _KEPT_AT), round(height * _KEPT_AT)), request.fit)


def resized(pixels: Pixels, size: tuple[int, int]) -> Pixels:
    """Another size, with the filter that suits the direction."""
    import cv2

    shrinks = size[0] < pixels.shape[1]
    other: Any = cv2.resize(pixels, size, interpolation=(cv2.INTER_CUBIC, cv2.INTER_AREA)[shrinks])
    return cast("Pixels", other)


def whole_on_canvas(rgb: Pixels, size: tuple[int, int], fit: Fit) -> Pixels:
    """The whole picture in the middle of a canvas, on black or on a blurred copy of itself."""
    import numpy as np

    width, height = size
    canvas = backdrop(rgb, size) if fit is Fit.BLUR else np.zeros((height, width, 3), np.uint8)
    factor = min(width / rgb.shape[1], height / rgb.shape[0])
    inner = resized(rgb, (round(rgb.shape[1] * factor), round(rgb.shape[0] * factor)))
    top, left = (height - inner.shape[0]) // 2, (width - inner.shape[1]) // 2
    canvas[top : top + inner.shape[0], left : left + inner.shape[1]] = inner
    return canvas


def backdrop(rgb: Pixels, size: tuple[int, int]) -> Pixels:
    """A blurred, darkened copy that covers ``size``; made small, where blurring is cheap."""
    import cv2

    width, height = size
    factor = max(width / rgb.shape[1], height / rgb.shape[0])
    wide, high = round(width / factor), round(height / factor)
    top, left = (rgb.shape[0] - high) // 2, (rgb.shape[1] - wide) // 2
    small = cv2.resize(
        rgb[top : top + high, left : left + wide],
        (max(2, width // 16), max(2, height // 16)),
        interpolation=cv2.INTER_AREA,
    )
    soft = cv2.GaussianBlur(small, (0, 0), max(1.0, width / 16 / 24))
    dark: Any = cv2.convertScaleAbs(soft, alpha=_BACKDROP_LIGHT)
    return resized(dark, size)


def to_planes(rgb: Pixels) -> tuple[Pixels, Pixels, Pixels]:
    """Planar YUV 4:2:0 of an RGB picture, ITU-R BT.709 limited range; chroma centre-sited."""
    import cv2
    import numpy as np

    height, width = rgb.shape[0] & ~1, rgb.shape[1] & ~1
    # Luma 16 to 235, chroma 16 to 240.
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


class StillCache:
    """The last few pictures as planes: a body and its two transitions share theirs."""

    def __init__(self, size: int = 4, colors: Colors | None = None) -> None:
        self._size = size
        self.colors = colors
        self._stills: OrderedDict[StillRequest, Still] = OrderedDict()
        self._busy: dict[StillRequest, threading.Lock] = {}
        self._lock = threading.Lock()

    def get(self, request: StillRequest) -> Still:
        """The picture, converted at most once while it is in use."""
        with self._lock:
            mine = self._busy.setdefault(request, threading.Lock())
        with mine:
            with self._lock:
                still = self._stills.get(request)
                if still is not None:
                    self._stills.move_to_end(request)
                    return still
            # Outside the common lock: others convert their own pictures meanwhile.
            still = load_still(request, self.colors)
            with self._lock:
                self._stills[request] = still
                while len(self._stills) > self._size:
                    gone, _ = self._stills.popitem(last=False)
                    self._busy.pop(gone, None)
            return still
