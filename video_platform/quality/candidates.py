"""Technical checks of pictures and clips of which one has to be chosen.

They say what is surely wrong (nothing but one colour, black, far too small) and how sharp the rest
is. Whether a picture shows what it should is for somebody who can see.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from video_platform.quality.picture import BLACK_LUMA, BLACK_SHARE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Luma = NDArray[np.uint8]
else:
    Luma = Any

_LOOK_PX = 768
"""Longer side at which pictures are compared: sharpness depends on the size it is measured at."""
_UNIFORM_STEPS = 3.0
"""Standard deviation of brightness below which a picture is one colour and its noise."""
_SHARP = 120.0
"""Variance of the Laplacian of an ordinary photograph at that size: half of the marks."""
_SMALLEST_SHARE = 0.5
"""A picture whose pixels cover less of the frame's height or width looks soft at once."""
_CLIP_LOOKS = 8
_STILL_STEPS = 0.35
"""Mean change of brightness from look to look below which a clip stands still."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Technical:
    """What the checks found.

    Args:
        score: 0 (useless) to 1.
        faults: why it is useless: ``black``, ``uniform``, ``small``, ``frozen``, ``short``.
        sharpness: 0 to 1.
    """

    score: float
    faults: tuple[str, ...] = ()
    sharpness: float = 0.0


def check_picture(path: Path, width_px: int, height_px: int) -> Technical:
    """A picture for a frame of this size."""
    import numpy as np
    from PIL import Image

    with Image.open(path) as opened:
        size = opened.size
        opened.thumbnail((_LOOK_PX, _LOOK_PX))
        luma = np.asarray(opened.convert("L"))
    return _judged([luma], size, (width_px, height_px), ())


def check_clip(path: Path, width_px: int, height_px: int, *, duration_ms: int) -> Technical:
    """A clip for a frame of this size that should last so long."""
    import cv2
    import numpy as np

    looks = list(_looks(path, every_ms=duration_ms / _CLIP_LOOKS))
    seen = [look.luma for look in looks]
    size = looks[-1].size if looks else (0, 0)
    length_ms = looks[-1].at_ms if looks else 0.0
    changes = [float(np.mean(cv2.absdiff(one, other))) for one, other in pairwise(seen)]
    faults = []
    if changes and max(changes) < _STILL_STEPS:
        faults.append("frozen")
    if length_ms < duration_ms / 2:
        faults.append("short")
    return _judged(seen, size, (width_px, height_px), tuple(faults))


@dataclass(frozen=True, slots=True, eq=False)
class _Look:
    """A frame of a clip: its own size, its time, and its brightness, small."""

    size: tuple[int, int]
    at_ms: float
    luma: Luma


def _looks(path: Path, *, every_ms: float) -> Iterator[_Look]:
    import av
    import cv2

    due_ms = 0.0
    with av.open(path) as reader:
        for frame in reader.decode(video=0):
            at_ms = (frame.time or 0.0) * 1000
            if at_ms < due_ms:
                continue
            due_ms = at_ms + every_ms
            luma: Any = frame.to_ndarray(format="gray")
            scale = _LOOK_PX / max(luma.shape)
            if scale < 1:
                luma = cv2.resize(luma, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
            yield _Look((frame.width, frame.height), at_ms, luma)


def _judged(
    looks: list[Luma], size: tuple[int, int], frame: tuple[int, int], faults: tuple[str, ...]
) -> Technical:
    """The middle look stands for all: clips often begin and end softly."""
    if not looks:
        return Technical(score=0.0, faults=("empty",))
    luma = looks[len(looks) // 2]
    covers = min(1.0, size[0] / frame[0], size[1] / frame[1])
    found = [*faults, *_faults(luma)]
    if covers < _SMALLEST_SHARE:
        found.append("small")
    sharpness = _sharpness(luma)
    score = 0.0 if found else covers * (0.5 + 0.5 * sharpness)
    return Technical(score=round(score, 4), faults=tuple(found), sharpness=round(sharpness, 4))


def _faults(luma: Luma) -> Iterator[str]:
    if float((luma <= BLACK_LUMA).mean()) >= BLACK_SHARE:
        yield "black"
    elif float(luma.std()) < _UNIFORM_STEPS:
        yield "uniform"


def _sharpness(luma: Luma) -> float:
    """Variance of the Laplacian on a scale from 0 to 1."""
    import cv2

    variance = float(cv2.Laplacian(luma, cv2.CV_64F).var())
    return 1 - math.exp(-math.log(2) * variance / _SHARP)
