"""Marks that stand still in a corner while the picture under them moves: test-tier watermarks.

An edge that keeps its place, its direction and its strength through a scene, horizontally and
vertically, belongs to something laid over the picture. Edges of the picture itself wander; one that
drifts along itself stays an edge, but not as strong a one. Where nothing
moves nothing can be told, and a mark that is as faint as noise, or covers the whole frame, is not
found.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
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
_EVEN = 0.15
"""So much may an edge's strength vary, as a share of it (standard deviation). Of marks it is under
0.05, on drawn pictures that zoom by 1 % in a scene 0.2 and more."""
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


@dataclass(slots=True)
class _Edges:
    """What was seen of one scene's edges, across and down: how often, how strong, how steady."""

    scene: int
    looks: int = 0
    counts: list[Any] = field(default_factory=list)
    """Of looks with an edge: left to right, right to left, and the same down."""
    sums: list[Any] = field(default_factory=list)
    squares: list[Any] = field(default_factory=list)

    def add(self, small: Luma) -> None:
        """One more look."""
        import cv2
        import numpy as np

        edges = [cv2.Sobel(small, cv2.CV_32F, dx, 1 - dx, scale=0.25) for dx in (1, 0)]
        if not self.looks:
            self.counts = [np.zeros(small.shape, np.uint16) for _ in range(4)]
            self.sums, self.squares = (
                [np.zeros(small.shape, np.float32) for _ in range(2)] for _ in range(2)
            )
        signs = [sign * edge > _EDGE for edge in edges for sign in (1, -1)]
        for count, sign in zip(self.counts, signs, strict=True):
            count += sign
        for total, square, edge in zip(self.sums, self.squares, edges, strict=True):
            total += edge
            square += edge * edge
        self.looks += 1

    def lasting(self) -> list[Any]:
        """Where an edge keeps its place and direction, across and down."""
        least = _STEADY * self.looks
        return [(self.counts[n] >= least) | (self.counts[n + 1] >= least) for n in (0, 2)]

    def even(self) -> list[Any]:
        """Where an edge is as strong in every look: what drifts along itself is not."""
        kept = []
        for total, square in zip(self.sums, self.squares, strict=True):
            mean = total / self.looks
            kept.append(square / self.looks - mean**2 < (_EVEN * mean) ** 2)
        return kept


class MarkWatcher:
    """Looks at the corners, scene by scene; what was seen of a scene is judged when it ends."""

    def __init__(self, scenes: Sequence[SceneSpan], rate: float, known: Sequence[Box] = ()) -> None:
        """``known``: places of our own logo, titles and captions, in pixels."""
        self._scenes = scenes
        self._known = known
        self._due = _due_looks(scenes, rate)
        self._edges = _Edges(scene=-1)
        self._found: list[Mark] = []
        self._scale = 1.0

    def see(self, index: int, luma: Luma) -> None:
        """Look at this picture, if it is its turn; pictures come in order."""
        import cv2
        import numpy as np

        scene = self._due.get(index)
        if scene is None:
            return
        if scene != self._edges.scene:
            self._settle()
            self._edges = _Edges(scene=scene)
        self._scale = min(1.0, _ROWS / luma.shape[0])
        size = (round(luma.shape[1] * self._scale), round(luma.shape[0] * self._scale))
        step = max(1, luma.shape[0] // (2 * _ROWS))
        part = np.ascontiguousarray(luma[::step, ::step])
        small: Any = cv2.resize(part, size, interpolation=cv2.INTER_AREA)
        self._edges.add(small)

    def finish(self) -> list[Mark]:
        """The marks that were found, one a corner at most for each scene."""
        self._settle()
        self._edges = _Edges(scene=-1)
        return self._found

    def _settle(self) -> None:
        if self._edges.looks >= _LEAST_LOOKS:
            self._found += self._marks(self._edges)

    def _marks(self, edges: _Edges) -> list[Mark]:
        import numpy as np

        lasting = edges.lasting()
        seen = sum(int(np.count_nonzero(count)) for count in edges.counts)
        if sum(int(np.count_nonzero(plane)) for plane in lasting) > _STILL * seen:
            return []
        steady = [plane & even for plane, even in zip(lasting, edges.even(), strict=True)]
        for plane in steady:
            self._leave_out(plane)
        span = self._scenes[edges.scene]
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
