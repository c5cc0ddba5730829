"""Fits music to the film by whole bars, and draws how it makes way for the voice.

Nothing here reads a file: an arrangement says which stretches of the music follow one another, and
reads them from wherever the music is kept. Because it is known when someone speaks, the music
follows a drawn curve instead of a compressor, and cannot pump.
"""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]
else:
    Samples = Any

_FALL_MS = 250
"""The music has gone down when the first word begins."""
_RISE_MS = 600
_HOLD_MS = 150
_SHORTEST_SWELL_MS = 500
"""In a pause that leaves less than this at full level, the music stays down: it would pump."""
_FADE_IN_MS = 300
_FADE_OUT_MS = 900
_JOIN_MS = 40
"""Cross-fade where bars of the music are joined."""
_TAIL_MS = 12_000
"""The music's own ending that is kept when it is fitted to the film."""

Read = Callable[[int, int], Samples]
"""Gives samples from and to a position of the music, shape (samples, 2)."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """Samples ``start`` to ``end`` of the film's music, from ``source`` on in the music itself."""

    start: int
    end: int
    source: int


@dataclass(frozen=True, slots=True)
class Arrangement:
    """Music of exactly ``length`` samples, made of stretches of other music.

    Made by ``arrange``. Joins are cross-faded: what leads up to a stretch is faded in over the end
    of the one before, so that a beat that begins a stretch keeps its attack.
    """

    length: int
    rate_hz: int
    pieces: tuple[_Piece, ...]

    @property
    def ranges(self) -> list[tuple[int, int]]:
        """From and to of every stretch in the music itself."""
        return [(piece.source, piece.source + piece.end - piece.start) for piece in self.pieces]

    def render(self, start: int, end: int, read: Read) -> Samples:
        """Samples ``start`` to ``end``, shape (end - start, 2); silence outside the music."""
        import numpy as np

        block = np.zeros((end - start, 2), np.float32)
        for piece in self.pieces:
            first, last = max(start, piece.start), min(end, piece.end)
            if first < last:
                shift = piece.source - piece.start
                block[first - start : last - start] = read(first + shift, last + shift)
        for before, after in itertools.pairwise(self.pieces):
            self._blend(block, start, before, after, read)
        self._fade(block, start)
        return block

    def _blend(self, block: Samples, start: int, before: _Piece, after: _Piece, read: Read) -> None:
        """Cross-fade into ``after`` as far as it lies in the block."""
        import numpy as np

        overlap = min(_JOIN_MS * self.rate_hz // 1000, before.end - before.start, after.source)
        first, last = max(start, after.start - overlap), min(start + len(block), after.start)
        if first >= last:
            return
        shift = after.source - after.start
        place = np.arange(first, last) - (after.start - overlap)
        ramp = ((place + 0.5) / overlap).astype(np.float32)[:, None]
        part = block[first - start : last - start]
        part += (read(first + shift, last + shift) - part) * ramp

    def _fade(self, block: Samples, start: int) -> None:
        """Fade in at the beginning and out at the end, by a quarter of a sine: even in power."""
        import numpy as np

        place = np.arange(start, start + len(block))
        ends = ((place, _FADE_IN_MS), (self.length - 1 - place, _FADE_OUT_MS))
        for distance, fade_ms in ends:
            fade = min(fade_ms * self.rate_hz // 1000, self.length // 2)
            near = distance < fade
            if near.any():
                gain = np.sin(np.pi / 2 * np.maximum(distance[near], 0) / fade)
                block[near] *= gain.astype(np.float32)[:, None]


def arrange(sounding: int, length: int, *, bar: float, rate_hz: int) -> Arrangement:
    """Fit ``sounding`` samples of music to ``length``: its own ending, and whole bars before it.

    Bars in the middle are dropped or repeated, and joins lie on the beat. ``bar`` is the length of
    a bar in samples, 0 when unknown.
    """
    if sounding <= 0 or length <= 0:
        return Arrangement(max(length, 0), rate_hz, ())
    if sounding == length:
        return _arrangement([(0, length)], length, rate_hz)
    unit = bar if bar >= rate_hz / 4 else 1.0
    ending = min(_TAIL_MS * rate_hz // 1000, sounding // 3, length // 2)
    # The ending begins on a bar, so that whatever is joined before it keeps the beat.
    at = max(int((sounding - ending) // unit * unit), sounding - length + 1)
    body = _bars(at, length - (sounding - at), unit, rate_hz)
    return _arrangement([*body, (at, sounding)], length, rate_hz)


def _arrangement(ranges: Sequence[tuple[int, int]], length: int, rate_hz: int) -> Arrangement:
    pieces: list[_Piece] = []
    at = 0
    for start, end in ranges:
        if end > start:
            pieces.append(_Piece(at, at + end - start, start))
            at += end - start
    return Arrangement(length, rate_hz, tuple(pieces))


def _bars(available: int, length: int, unit: float, rate_hz: int) -> list[tuple[int, int]]:
    """Ranges of the first ``available`` samples that make up ``length`` and end with a bar."""
    whole = max(int(available // unit * unit), 1)
    # Starting inside the first bar makes the last one end on the beat.
    ranges = [(int(-length % unit), whole)]
    # What is repeated leaves out the music's introduction.
    loop_start = int(min(whole // 2, max(4 * unit, 4 * rate_hz)) // unit * unit)
    while _total(ranges) < length:
        ranges.append((loop_start, whole))
    start, end = ranges.pop()
    return [*ranges, (start, end - (_total([*ranges, (start, end)]) - length))]


def _total(ranges: Sequence[tuple[int, int]]) -> int:
    return sum(end - start for start, end in ranges)


def duck_curve(
    speech: Sequence[tuple[int, int]], start_ms: float, count: int, step_ms: float
) -> Samples:
    """How far the music is ducked, 0 to 1, at ``count`` times from ``start_ms``, ``step_ms`` apart.

    Down before each stretch of speech and up after it, along raised cosines, so that neither end of
    a ramp is heard. In short pauses it stays down.
    """
    import numpy as np

    time_ms = start_ms + np.arange(count) * step_ms
    depth = np.zeros(count, np.float32)
    for begin, end in _long_stretches(speech):
        first, last = np.searchsorted(time_ms, (begin - _FALL_MS, end + _HOLD_MS + _RISE_MS))
        near = time_ms[first:last]
        down = np.clip((near - (begin - _FALL_MS)) / _FALL_MS, 0, 1)
        up = np.clip((near - (end + _HOLD_MS)) / _RISE_MS, 0, 1)
        shape = (0.5 - 0.5 * np.cos(np.pi * down)) * (0.5 + 0.5 * np.cos(np.pi * up))
        depth[first:last] = np.maximum(depth[first:last], shape)
    return depth


def _long_stretches(speech: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Stretches of speech, joined over pauses in which the music could not come up and stay."""
    shortest = _HOLD_MS + _RISE_MS + _SHORTEST_SWELL_MS + _FALL_MS
    joined: list[tuple[int, int]] = []
    for begin, end in sorted(speech):
        if joined and begin - joined[-1][1] < shortest:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((begin, end))
    return joined
