"""Marks that stand still in a corner while the picture under them moves: test-tier watermarks.

An edge that keeps its place and direction through a scene, horizontally and vertically, belongs to
something laid over the picture. Edges of the picture itself wander and average out. Where nothing
moves nothing can be told, and a mark that is as faint as noise, or covers the whole frame, is not
found.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from video_platform.quality.expectation import Box, SceneSpan
from video_platform.quality.picture import LOOK_EVERY

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Luma = NDArray[np.uint8]
else:
    Luma = Any

_ROWS = 270
"""Height at which corners are looked at: small letters still have edges."""
_WIDTH, _HEIGHT = 0.24, 0.16
"""Of a corner, as shares of the frame."""
_LOOKS, _LEAST_LOOKS = 8, 5
"""At a scene, evenly through it; with fewer nothing is told."""
_EDGE = 14.0
_STEADY = 0.9
_LEAST_PIXELS = 14
"""With steady edges in each direction: a few letters."""
_STILL = 0.4
"""Where so much of all edges keep their place, the picture itself stands still."""
CORNERS = ("top left", "top right", "bottom left", "bottom right")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A mark in a corner, and the scene in which it stands."""

    corner: str
    scene: int
    at_s: float
    pixels: int


class MarkWatcher:
    """Collects edges of the corners, scene by scene."""

    def __init__(self, scenes: Sequence[SceneSpan], rate: float, known: Sequence[Box] = ()) -> None:
        """``known``: places of our own logo, titles and captions, in pixels."""
        self._scenes = scenes
        self._known = known
        self._due = _due_looks(scenes, rate)
        self._counts: dict[int, list[Any]] = {}
        self._looks: dict[int, int] = {}
        self._scale = 1.0

    def see(self, index: int, luma: Luma) -> None:
        """Look at this picture, if it is its turn."""
        import cv2
        import numpy as np

        scene = self._due.get(index)
        if scene is None:
            return
        self._scale = min(1.0, _ROWS / luma.shape[0])
        size = (round(luma.shape[1] * self._scale), round(luma.shape[0] * self._scale))
        step = max(1, luma.shape[0] // (2 * _ROWS))
        part = np.ascontiguousarray(luma[::step, ::step])
        small = cv2.resize(part, size, interpolation=cv2.INTER_AREA)
        edges = [cv2.Sobel(small, cv2.CV_32F, dx, 1 - dx, scale=0.25) for dx in (1, 0)]
        signs = [sign * edge > _EDGE for edge in edges for sign in (1, -1)]
        counts = self._counts.setdefault(scene, [np.zeros(s.shape, np.uint16) for s in signs])
        for count, sign in zip(counts, signs, strict=True):
            count += sign
        self._looks[scene] = self._looks.get(scene, 0) + 1

    def finish(self) -> list[Mark]:
        """The marks that were found, one a corner at most for each scene."""
        return [
            mark
            for scene, counts in sorted(self._counts.items())
            if self._looks[scene] >= _LEAST_LOOKS
            for mark in self._marks(scene, counts)
        ]

    def _marks(self, scene: int, counts: Sequence[Any]) -> list[Mark]:
        import numpy as np

        least = _STEADY * self._looks[scene]
        steady = [(counts[n] >= least) | (counts[n + 1] >= least) for n in (0, 2)]
        edges = sum(int(np.count_nonzero(count)) for count in counts)
        if sum(int(np.count_nonzero(plane)) for plane in steady) > _STILL * edges:
            return []
        for plane in steady:
            self._leave_out(plane)
        span = self._scenes[scene]
        found = []
        for corner, (left, top, right, bottom) in zip(
            CORNERS, _corners(steady[0].shape), strict=True
        ):
            sizes = [int(np.count_nonzero(plane[top:bottom, left:right])) for plane in steady]
            if min(sizes) >= _LEAST_PIXELS:
                found.append(
                    Mark(corner=corner, scene=span.scene, at_s=span.start_s, pixels=sum(sizes))
                )
        return found

    def _leave_out(self, plane: Any) -> None:
        for box in self._known:
            left, top, right, bottom = (round(side * self._scale) for side in box)
            plane[max(0, top - 2) : bottom + 2, max(0, left - 2) : right + 2] = False


def _due_looks(scenes: Sequence[SceneSpan], rate: float) -> dict[int, int]:
    """Which scene each picture is looked at for; transitions at both ends are left out."""
    due: dict[int, int] = {}
    for number, scene in enumerate(scenes):
        step_s = (scene.end_s - scene.start_s) / (_LOOKS + 2)
        for look in range(1, _LOOKS + 2):
            at_s = scene.start_s + look * step_s
            due[round(at_s * rate / LOOK_EVERY) * LOOK_EVERY] = number
    return due


def _corners(shape: tuple[int, int]) -> list[Box]:
    height, width = shape
    x, y = round(_WIDTH * width), round(_HEIGHT * height)
    return [
        (0, 0, x, y),
        (width - x, 0, width, y),
        (0, height - y, x, height),
        (width - x, height - y, width, height),
    ]
