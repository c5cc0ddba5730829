"""Brings a track to its target loudness under a ceiling that no peak may pass.

Peaks come first: the limiter looks ahead and turns down before a peak arrives, and peaks between
the samples count. Loudness gives way only where reaching it would squash the film.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from video_platform.domain.loudness import LoudnessTarget
from video_platform.montage.meter import Meter
from video_platform.montage.mixing import BLOCK, STEP, Track, apply_curve

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]
else:
    Samples = Any

MOST_SQUASHED_LU = 3.0
"""How much loudness the limiter may take: more is heard as a flat, breathless film."""
_CLOSE_LU = 0.05
_TRIES = 12
_REACH = 4
"""Steps the limiter looks ahead, and over which its gain is rounded."""
_RELEASE_DB = 0.1
"""By so much the limiter opens again in a step: 6 dB in 60 ms."""
_BETWEEN = 1.5
"""A peak between two samples is taken to be at most this much higher than the samples near it."""
_TAPS = 24


@dataclass(frozen=True, slots=True)
class Level:
    """How a track is brought to its loudness.

    Args:
        curve: linear gain at the start of every step, and at the end of the last.
        integrated_lufs: what it will have, before an encoder changes it.
    """

    curve: Samples
    integrated_lufs: float

    def blocks(self, track: Track) -> Iterator[Samples]:
        """The track at its level, block by block."""
        for start, block in track.blocks():
            steps = -(-len(block) // STEP)
            yield apply_curve(block, self.curve[start // STEP : start // STEP + steps + 1])


def find_level(track: Track, target: LoudnessTarget) -> Level:
    """The gain that gives the target loudness, limited to the target's true peak.

    Silence keeps its gain. The loudness stays below the target where the limiter would have to take
    more than ``MOST_SQUASHED_LU``.
    """
    wanted = target.integrated_lufs - track.integrated_lufs
    gain_db = 0.0 if track.is_silent else wanted
    for _ in range(_TRIES):
        level = _limited(track, gain_db, target.true_peak_dbtp)
        unlimited = track.integrated_lufs + gain_db
        squashed = unlimited - level.integrated_lufs
        step = min(target.integrated_lufs - level.integrated_lufs, MOST_SQUASHED_LU - squashed)
        if squashed == 0 or abs(step) <= _CLOSE_LU:
            break
        gain_db += step
    return level


def _limited(track: Track, gain_db: float, ceiling_dbtp: float) -> Level:
    import numpy as np

    gain, ceiling = 10 ** (gain_db / 20), 10 ** (ceiling_dbtp / 20)
    peaks = _true_peaks(track, ceiling / gain / _BETWEEN) * gain
    limit = limiter_curve(peaks, ceiling)
    curve = (gain * limit).astype(np.float32)
    if limit.min() == 1:
        return Level(curve, track.integrated_lufs + gain_db)
    meter = Meter(track.rate_hz)
    for block in Level(curve, 0).blocks(track):
        meter.add(block)
    return Level(curve, meter.integrated_lufs())


def limiter_curve(peaks: Samples, ceiling: float) -> "NDArray[np.float64]":
    """Gain at the start of every step, and at the end of the last, to keep peaks under a ceiling.

    Down along a rounded ramp before a peak, up again slowly. Within a step the gain runs straight
    between its ends, which are both low enough for it.
    """
    import numpy as np

    wanted = np.minimum(0, 20 * np.log10(ceiling / np.maximum(peaks, 1e-9)))
    if not wanted.any():
        return np.ones(len(peaks) + 1)
    ends = np.minimum(np.append(wanted, 0), np.append(0, wanted))
    # Rising by no more than the release, as a running minimum over a slope.
    slope = _RELEASE_DB * np.arange(len(ends))
    opened = np.minimum(0, np.minimum.accumulate(ends - slope) + slope)
    around = np.lib.stride_tricks.sliding_window_view(
        np.pad(opened, 2 * _REACH, mode="edge"), 2 * _REACH + 1
    ).min(axis=1)
    window = np.hanning(2 * _REACH + 3)[1:-1]
    gain: NDArray[np.float64] = np.convolve(10 ** (around / 20), window / window.sum(), "valid")
    return gain


def _true_peaks(track: Track, above: float) -> Samples:
    """The track's peaks, looked at between the samples wherever they are higher than ``above``."""
    import numpy as np

    peaks = track.peaks.copy()
    kernel = _interpolation()
    for start in range(0, track.length, BLOCK):
        here = peaks[start // STEP : (start + BLOCK) // STEP]
        loud = np.flatnonzero(here > above)
        if len(loud) == 0:
            continue
        begin, end = max(0, start - _TAPS), min(track.length, start + BLOCK + _TAPS)
        before, after = _TAPS - (start - begin), start + BLOCK + _TAPS - end
        block = np.pad(track.read(begin, end), ((before, after), (0, 0)))
        for side in block.T:
            windows = np.lib.stride_tricks.sliding_window_view(side, STEP + _TAPS)
            between = windows[_TAPS // 2 + 1 :: STEP][loud] @ kernel
            here[loud] = np.maximum(here[loud], np.abs(between).max(axis=1))
    return peaks


def _interpolation() -> Samples:
    """Turns ``STEP`` samples with half of ``_TAPS`` around them into three values after each.

    A windowed sinc at quarters of a sample, as the true-peak meter of ITU-R BS.1770 looks.
    """
    import numpy as np

    half = _TAPS // 2
    place = np.arange(1 - half, half + 1)[:, None] - np.array([0.25, 0.5, 0.75])
    taps = np.sinc(place) * np.cos(np.pi / 2 * place / (half + 1)) ** 2
    kernel = np.zeros((STEP + _TAPS, STEP, 3), np.float32)
    for sample in range(STEP):
        kernel[sample : sample + _TAPS, sample] = taps
    return kernel.reshape(STEP + _TAPS, -1)
