"""Where in a picture its subject is, so that a crop to another shape keeps it in the frame.

No model is asked. What draws the eye is what differs: from the picture's edges in colour, from its
surroundings in detail, and what has the colour of skin. The crop is the window that holds the most
of it; among equal ones, the one nearest to the middle::

    16:9 picture                  its 9:16 crop
    ┌──────────────────────┐         ┌─────┐
    │               subject│    ->   │  subject
    └──────────────────────┘         └─────┘
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]
    Map = NDArray[np.float32]
else:
    Pixels = Map = Any

FRAMING_VERSION = "1"
"""Part of the key of every reframed shot: raise it when equal pictures are cropped otherwise."""
SAME_SHAPE = 0.02
"""Shapes this near to each other count as one: nothing worth choosing is cut off."""

_SIDE_PX = 96
"""Longer side of the picture that is looked at; a subject is larger than its pixels."""
_DETAIL, _SKIN = 0.5, 0.6
"""Weights of detail and skin beside a difference in colour of 1."""
_BACKGROUND = 0.35
"""Saliency below this share of the greatest is background, however much of it there is."""
_SAMPLES = 3
"""Frames of a clip that are looked at."""


@dataclass(frozen=True, slots=True)
class Focus:
    """Middle of the crop, as shares of the picture's width and height."""

    x: float = 0.5
    y: float = 0.5


def is_reframed(width: float, height: float, frame: tuple[int, int]) -> bool:
    """Whether a picture of this size loses something where it covers a frame (width, height)."""
    return bool(width and height) and (
        abs(width * frame[1] / (height * frame[0]) - 1) >= SAME_SHAPE
    )


def find_focus(rgb: Pixels, frame: tuple[int, int]) -> Focus:
    """Where to crop a picture (height, width, RGB) to the shape of ``frame`` (width, height)."""
    return _best_window(saliency(rgb), rgb.shape[1] / rgb.shape[0], frame)


def crop(rgb: Pixels, frame: tuple[int, int]) -> Pixels:
    """The part of a picture with the frame's shape that holds its subject."""
    height, width = rgb.shape[:2]
    wide = min(width, round(height * frame[0] / frame[1]))
    high = min(height, round(width * frame[1] / frame[0]))
    left, top = corner(find_focus(rgb, frame), (width, height), (wide, high))
    return rgb[top : top + high, left : left + wide]


def corner(focus: Focus, whole: tuple[int, int], part: tuple[int, int]) -> tuple[int, int]:
    """Top left pixel of a part (width, height) of a whole around a focus, inside the whole."""
    left, top = (
        min(max(0, round(share * all_ - some / 2)), all_ - some)
        for share, all_, some in zip((focus.x, focus.y), whole, part, strict=True)
    )
    return left, top


def saliency(rgb: Pixels) -> Map:
    """How much each place draws the eye, 0 to 1, at a longer side of 96 pixels or fewer."""
    import cv2
    import numpy as np

    factor = _SIDE_PX / max(rgb.shape[:2])
    size = (max(4, round(rgb.shape[1] * factor)), max(4, round(rgb.shape[0] * factor)))
    small: Any = cv2.resize(np.ascontiguousarray(rgb), size, interpolation=cv2.INTER_AREA)
    lab = cv2.cvtColor(small, cv2.COLOR_RGB2LAB).astype(np.float32)
    total = _unlike_edges(lab) + _DETAIL * _detail(lab[:, :, 0]) + _SKIN * _skin(small)
    soft = cv2.GaussianBlur(total.astype(np.float32), (0, 0), 2)
    peak = float(soft.max())
    if peak < 1e-3:
        return np.zeros_like(soft, dtype=np.float32)
    result: Map = np.clip((soft / peak - _BACKGROUND) / (1 - _BACKGROUND), 0, 1)
    return result


def _unlike_edges(lab: Any) -> Any:
    """Distance in colour from the nearest of the four edges' middle colours, 0 to 1."""
    import numpy as np

    edges = (lab[:3], lab[-3:], lab[:, :3], lab[:, -3:])
    colours = [np.median(edge.reshape(-1, 3), axis=0) for edge in edges]
    nearest = np.min([np.linalg.norm(lab - colour, axis=2) for colour in colours], axis=0)
    return np.minimum(nearest / 100, 1)


def _detail(light: Any) -> Any:
    """Strength of edges against the picture's usual one, 0 to 1."""
    import cv2
    import numpy as np

    across, along = cv2.Sobel(light, cv2.CV_32F, 1, 0), cv2.Sobel(light, cv2.CV_32F, 0, 1)
    strength = cv2.GaussianBlur(np.hypot(across, along), (0, 0), 2)
    # Detail everywhere is a texture, and shows nothing.
    return np.clip((strength - float(np.median(strength))) / 200, 0, 1)


def _skin(rgb: Any) -> Any:
    """1 where chroma is that of skin, of whatever lightness: ITU-R BT.601 Cr and Cb.

    The bounds are Chai and Ngan's, "Face segmentation using skin-color map" (1999). Where more
    than a third of a picture has this colour, it is sand or wood.
    """
    import cv2
    import numpy as np

    chroma = cv2.cvtColor(rgb, cv2.COLOR_RGB2YCrCb)
    red, blue = chroma[:, :, 1], chroma[:, :, 2]
    found = ((red >= 133) & (red <= 173) & (blue >= 77) & (blue <= 127)).astype(np.float32)
    return found if float(found.mean()) < 1 / 3 else np.zeros_like(found)


def _best_window(found: Map, ratio: float, frame: tuple[int, int]) -> Focus:
    """The window of the frame's shape that holds the most; ``ratio``: width by height."""
    shape = frame[0] / frame[1]
    if ratio > shape:
        return Focus(x=_best_middle(found.sum(axis=0), shape / ratio))
    return Focus(y=_best_middle(found.sum(axis=1), ratio / shape))


def _best_middle(weights: Any, share: float) -> float:
    """Middle of the stretch of this share of the whole that weighs most.

    Stretches that hold all of a small subject weigh the same: it stands in their middle.
    """
    import numpy as np

    length = max(1, min(len(weights), round(share * len(weights))))
    sums = np.convolve(weights, np.ones(length), "valid")
    if float(sums.max()) <= 0:
        return 0.5
    good = np.flatnonzero(sums >= 0.995 * sums.max())
    return float(good.mean() + length / 2) / len(weights)


@lru_cache(maxsize=64)
def focus_of_footage(path: Path, media_format: str, frame: tuple[int, int]) -> Focus:
    """One focus for a whole clip, from a few of its frames: a crop that wandered would be a move.

    It depends on the file alone, so that a scene's body and its transitions agree.
    """
    import av
    import numpy as np

    options = {"protocol_whitelist": "file"}
    with av.open(str(path), format=media_format, options=options) as container:
        stream = container.streams.video[0]
        length = container.duration or 0
        found = []
        for number in range(_SAMPLES):
            container.seek((2 * number + 1) * length // (2 * _SAMPLES))
            decoded = next(container.decode(stream), None)
            if decoded is not None:
                seen: Any = decoded.to_ndarray(format="rgb24")
                turned = np.rot90(seen, int(decoded.rotation) // 90)
                aspect = float(getattr(decoded, "sample_aspect_ratio", None) or 1)
                lying = bool(decoded.rotation % 180)
                ratio = turned.shape[1] / turned.shape[0] * (1 / aspect if lying else aspect)
                found.append((saliency(turned), ratio))
    if not found:
        return Focus()
    return _best_window(np.mean([one for one, _ in found], axis=0), found[0][1], frame)
