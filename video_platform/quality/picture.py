"""Brightness and change of every picture, and the black and frozen spans they add up to.

A picture is looked at on a coarse grid, some sixty rows high: black and frozen films are so
everywhere. Captions go on while the picture beneath them stands still, so rows that hold text can
be left out.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Luma = NDArray[np.uint8]
    Shares = NDArray[np.float32]
else:
    Luma = Shares = Any

Span = tuple[float, float]
"""From and to, in seconds; half open."""

BLACK_LUMA = 24
"""Black is 16; encoders add a few steps of noise."""
BLACK_SHARE = 0.985
_GRID_ROWS = 60
LOOK_EVERY = 2
"""Every second picture is looked at, every one decoded: a black flash of one may be missed."""
_LAG = 3
"""Slow moves do not show from one picture to the next, but from one to the sixth after it."""
_CHANGE = 3
"""Steps of brightness: a held picture, encoded again, changes by less."""


@dataclass(frozen=True, slots=True, eq=False)
class PictureSignals:
    """One figure for every second picture, arrays of shape (figures,).

    Args:
        rate: figures a second.
        dark: share of the picture that is black, text rows left out.
        changed: share of it that differs from the sixth picture before; 1 for the first ones.
    """

    rate: float
    dark: Shares
    changed: Shares


class SignalRecorder:
    """Collects the signals while a film is decoded."""

    def __init__(self, text_rows: Sequence[tuple[float, float]] = ()) -> None:
        """``text_rows``: from and to, as shares of the height, what changes over any picture."""
        self._text_rows = text_rows
        self._before: deque[Any] = deque(maxlen=_LAG)
        self._dark: list[float] = []
        self._changed: list[float] = []

    def see(self, _index: int, luma: Luma) -> None:
        """The next picture."""
        import cv2
        import numpy as np

        step = max(1, luma.shape[0] // _GRID_ROWS)
        grid = luma[step // 2 :: step, step // 2 :: step]
        if self._text_rows:
            grid = grid[self._rows_without_text(grid.shape[0])]
        small = np.ascontiguousarray(grid)
        self._dark.append(float(np.count_nonzero(small <= BLACK_LUMA)) / small.size)
        changed = 1.0
        if len(self._before) == _LAG and self._before[0].shape == small.shape:
            distance = cv2.absdiff(small, self._before[0])
            changed = float(np.count_nonzero(distance > _CHANGE)) / small.size
        self._changed.append(changed)
        self._before.append(small)

    def _rows_without_text(self, rows: int) -> Any:
        import numpy as np

        kept = np.ones(rows, bool)
        for first, end in self._text_rows:
            kept[int(first * rows) : int(-(-end * rows // 1))] = False
        return kept if kept.any() else ~kept

    def finish(self, rate: float) -> PictureSignals:
        """All that was seen, at so many pictures a second."""
        import numpy as np

        return PictureSignals(
            rate / LOOK_EVERY, np.array(self._dark, np.float32), np.array(self._changed, np.float32)
        )


def black_spans(signals: PictureSignals) -> list[Span]:
    """Where nothing but black is shown."""
    return _spans(signals.dark >= BLACK_SHARE, signals.rate)


def frozen_spans(signals: PictureSignals, *, least_changed: float = 1.5e-3) -> list[Span]:
    """Where the picture stands still; a span begins where the picture it holds does."""
    found = _spans(signals.changed <= least_changed, signals.rate)
    return [(max(0.0, start - _LAG / signals.rate), end) for start, end in found]


def _spans(is_so: Any, rate: float) -> list[Span]:
    import numpy as np

    edges = np.flatnonzero(np.diff(np.concatenate(([0], is_so.astype(np.int8), [0]))))
    return [(float(a) / rate, float(b) / rate) for a, b in edges.reshape(-1, 2)]


def beyond(spans: Sequence[Span], allowed: Sequence[Span]) -> list[Span]:
    """What of ``spans`` lies outside all ``allowed`` ones."""
    left = list(spans)
    for low, high in allowed:
        left = [
            part
            for start, end in left
            for part in ((start, min(end, low)), (max(start, high), end))
            if part[1] > part[0]
        ]
    return sorted(left)
