"""From the engine's raw 22 kHz speech to a mastered 48 kHz track.

Everything is zero-phase or look-ahead, so a word stays at the sample where the engine put it.
"""

import wave
from collections.abc import Sequence
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

Samples: TypeAlias = NDArray[np.float32]

RATE_HZ: Final = 48_000
EDGE_MS: Final = 60
"""Silence kept before the first and after the last sound."""
LOUDNESS_LUFS: Final = -20.0
CEILING: Final = 10 ** (-3.2 / 20)
"""Sample peak; a little under -3 dBFS leaves room for what lies between samples."""
_UP, _DOWN = 320, 147  # 22,050 Hz to 48,000 Hz
_SPAN = 2048 * _DOWN
_MARGIN = 32 * _DOWN
_MS: Final = RATE_HZ // 1000
_BLOCK: Final = 1 << 18
_OVERLAP: Final = 1 << 13
_FRAME_MS = 5
_SILENCE_BELOW_PEAK_DB = 46.0

Curve: TypeAlias = Sequence[tuple[float, float]]
"""An equaliser as (Hz, dB) points, joined on a logarithmic scale."""


def read_wav(path: Path) -> Samples:
    """Mono samples between -1 and 1."""
    with wave.open(str(path), "rb") as file:
        raw = file.readframes(file.getnframes())
    return np.frombuffer(raw, dtype="<i2").astype(np.float32) / np.float32(32768)


def write_wav(path: Path, samples: Samples) -> None:
    """Write 48 kHz mono 16-bit PCM."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(np.round(samples * 32767).astype("<i2").tobytes())


def find_speech(samples: Samples, rate_hz: int) -> tuple[int, int]:
    """First and one-past-last sample that can be heard; ``(0, 0)`` when there is none."""
    loud = np.flatnonzero(loud_frames(samples, rate_hz))
    if not loud.size:
        return 0, 0
    frame = frame_length(rate_hz)
    return int(loud[0]) * frame, min(len(samples), (int(loud[-1]) + 1) * frame)


def frame_length(rate_hz: int) -> int:
    """Samples in one frame of the energy measure."""
    return rate_hz * _FRAME_MS // 1000


def loud_frames(samples: Samples, rate_hz: int) -> NDArray[np.bool_]:
    """For each frame, whether it can be heard beside the loudest one."""
    frame = frame_length(rate_hz)
    padded = np.pad(samples, (0, -len(samples) % frame))
    energy = np.square(padded.reshape(-1, frame)).mean(axis=1) if len(padded) else padded
    threshold = energy.max(initial=0.0) * 10 ** (-_SILENCE_BELOW_PEAK_DB / 10)
    audible: NDArray[np.bool_] = energy > max(threshold, 1e-9)
    return audible


def sound_ends(
    samples: Samples, rate_hz: int, starts: Sequence[int], *, pause_ms: int = 90
) -> list[int]:
    """Where the sound begun at each start stops: the next start, or earlier before a pause."""
    frame = frame_length(rate_hz)
    loud = loud_frames(samples, rate_hz)
    ends = []
    for index, start in enumerate(starts):
        limit = starts[index + 1] if index + 1 < len(starts) else len(samples)
        # The frame in which the next sound starts tells nothing about this one.
        heard = np.flatnonzero(loud[start // frame : limit // frame])
        last = (start // frame + int(heard[-1]) + 1) * frame if heard.size else start
        is_pause = limit - last >= pause_ms * rate_hz // 1000 or limit == len(samples)
        ends.append(max(start, min(last, limit)) if is_pause else limit)
    return ends


def cut_speech(samples: Samples, begin: int, end: int) -> Samples:
    """Samples ``begin`` to ``end``, both of which may lie outside, with soft edges."""
    inside = samples[max(0, begin) : max(0, end)]
    cut = np.pad(inside, (max(0, -begin), max(0, end - len(samples))))
    ramp = np.linspace(0, 1, 110, dtype=np.float32)  # 5 ms
    if len(cut) >= 2 * len(ramp):
        cut[: len(ramp)] *= ramp
        cut[-len(ramp) :] *= ramp[::-1]
    return cut


def master(samples: Samples, curve: Curve) -> Samples:
    """22,050 Hz speech as a finished 48 kHz track of the house loudness."""
    track = resample(samples, curve)
    track = soften_sibilants(track)
    track = compress(track)
    gain = np.float32(10 ** ((LOUDNESS_LUFS - loudness_lufs(track)) / 20))
    limited = limit(track * gain)
    # The limiter takes a little loudness away; give it back once.
    missing_db = min(1.5, max(0.0, LOUDNESS_LUFS - loudness_lufs(limited)))
    return limit(limited * np.float32(10 ** (missing_db / 20)))


def resample(samples: Samples, curve: Curve) -> Samples:
    """Bring 22,050 Hz to 48,000 Hz and equalise, both in one pass over overlapping spectra."""
    length = -(-len(samples) * _UP // _DOWN)
    size_in = _SPAN + 2 * _MARGIN
    size_out = size_in // _DOWN * _UP
    bins = size_in // 2 + 1
    shape = _response(np.arange(bins) * (22_050 / size_in), curve) * (_UP / _DOWN)
    padded = np.pad(samples, (_MARGIN, _MARGIN + _SPAN))
    out = np.zeros(length + _SPAN // _DOWN * _UP, dtype=np.float32)
    margin_out = _MARGIN // _DOWN * _UP
    span_out = _SPAN // _DOWN * _UP
    for index, begin in enumerate(range(0, len(samples), _SPAN)):
        block = np.fft.rfft(padded[begin : begin + size_in], size_in) * shape
        spread = np.zeros(size_out // 2 + 1, dtype=np.complex64)
        spread[:bins] = block
        wave_out = np.fft.irfft(spread, size_out)
        out[index * span_out : (index + 1) * span_out] = wave_out[margin_out:-margin_out]
    return out[:length]


def _response(frequencies: NDArray[np.floating], curve: Curve) -> NDArray[np.complex64]:
    """Gain by frequency: the curve, a high-pass at 70 Hz, a roll-off of the buzz above 9 kHz,
    and a group delay that differs by band.

    The engine adds all partials in step, which is what makes it buzz; spreading each pulse over
    two milliseconds, as a throat does, takes the edge away and lowers the peaks.
    """
    points = np.array(curve, dtype=np.float64)
    safe = np.maximum(frequencies, 1.0)
    gain_db = np.interp(np.log(safe), np.log(points[:, 0]), points[:, 1])
    high_pass = 1 / np.sqrt(1 + (70 / safe) ** 6)
    low_pass = 1 / np.sqrt(1 + (safe / 9_300) ** 12)
    edge = np.clip((11_000 - frequencies) / 900, 0, 1)
    gain = 10 ** (gain_db / 20) * high_pass * low_pass * np.sin(edge * np.pi / 2) ** 2
    delay_s = 0.001 * np.sin(2 * np.pi * np.log2(safe / 200) / 1.7) * (safe > 60)
    step_hz = frequencies[1] - frequencies[0]
    phase = -2 * np.pi * np.cumsum(delay_s) * step_hz
    response: NDArray[np.complex64] = (gain * np.exp(1j * phase)).astype(np.complex64)
    return response


def _filter(samples: Samples, gain: NDArray[np.floating]) -> Samples:
    """Zero-phase filter by magnitude (one per bin of ``_BLOCK``), over overlapping blocks."""
    inner = _BLOCK - 2 * _OVERLAP
    padded = np.pad(samples, (_OVERLAP, _BLOCK))
    magnitude = gain.astype(np.float32)
    out = np.empty_like(samples)
    for begin in range(0, len(samples), inner):
        spectrum = np.fft.rfft(padded[begin : begin + _BLOCK]) * magnitude
        block = np.fft.irfft(spectrum, _BLOCK)[_OVERLAP : _OVERLAP + inner]
        out[begin : begin + inner] = block[: len(samples) - begin]
    return out


def _power(track: Samples) -> NDArray[np.float64]:
    """Mean square of every millisecond."""
    padded = np.pad(track, (0, -len(track) % _MS))
    mean: NDArray[np.float64] = np.square(padded).reshape(-1, _MS).mean(axis=1, dtype=np.float64)
    return mean


def _smooth(values: NDArray[np.float64], width: int) -> NDArray[np.float64]:
    """Centred average with a Hann window of odd ``width``."""
    window = np.hanning(width + 2)[1:-1]
    padded = np.pad(values, width // 2, mode="edge")
    return np.convolve(padded, window / window.sum(), mode="valid")


def _apply(gain: NDArray[np.float64], track: Samples) -> Samples:
    """``track`` with a gain given for the middle of every millisecond; block by block, because
    the places in between need double precision."""
    centres = np.arange(len(gain)) * _MS + _MS / 2
    out = np.empty_like(track)
    for begin in range(0, len(track), _BLOCK):
        part = track[begin : begin + _BLOCK]
        places = np.arange(begin, begin + len(part))
        out[begin : begin + len(part)] = part * np.interp(places, centres, gain)
    return out


def soften_sibilants(track: Samples) -> Samples:
    """Turn the 4.5 to 9.5 kHz band down by half of what exceeds its share (a gentle de-esser)."""
    hz = np.fft.rfftfreq(_BLOCK, 1 / RATE_HZ)
    rise = 1 / (1 + (4_500 / np.maximum(hz, 1.0)) ** 8)
    hiss = _filter(track, rise / (1 + (hz / 9_500) ** 8))
    level = np.sqrt(_smooth(_power(hiss), 11)) + 1e-7
    spoken = _power(track)
    threshold = 0.45 * np.sqrt(spoken[spoken > 1e-6].mean() if (spoken > 1e-6).any() else 1.0)
    gain = np.minimum(1.0, np.sqrt(threshold / level))
    return track + _apply(_smooth(gain, 5) - 1, hiss)


def compress(track: Samples) -> Samples:
    """Even out loud and quiet words: 2:1 over the middle level, 60 ms wide, looking ahead."""
    power = _power(track)
    # Breaths and pauses are left alone, or their noise would come up.
    over = np.maximum(np.sqrt(_smooth(power, 61) / max(power.mean(), 1e-14)), 0.5)
    return _apply(_smooth(over**-0.5, 21), track)


def limit(track: Samples) -> Samples:
    """Keep every sample under the ceiling by turning down 6 ms on both sides of a peak."""
    peaks = np.abs(np.pad(track, (0, -len(track) % _MS))).reshape(-1, _MS).max(axis=1)
    wanted = np.minimum(1.0, CEILING / np.maximum(peaks.astype(np.float64), 1e-9))
    reach = 6
    around = np.lib.stride_tricks.sliding_window_view(
        np.pad(wanted, reach, mode="edge"), 2 * reach + 1
    ).min(axis=1)
    limited = _apply(_smooth(around, 2 * reach - 1), track)
    return np.clip(limited, -CEILING, CEILING, out=limited)


def loudness_lufs(track: Samples) -> float:
    """Integrated loudness of one channel after ITU-R BS.1770-4, gates included."""
    block, hop = 400, 100  # milliseconds
    weighted = _power(_filter(track, _k_weight()))
    weighted = np.pad(weighted, (0, max(0, block - len(weighted))))
    energy = np.cumsum(np.pad(weighted, (1, 0)))
    starts = np.arange(0, len(weighted) - block + 1, hop)
    power = (energy[starts + block] - energy[starts]) / block
    loud = power[power > 10 ** ((-70 + 0.691) / 10)]
    if not loud.size:
        return -70.0
    kept = loud[loud > loud.mean() * 0.1]
    return float(-0.691 + 10 * np.log10(kept.mean()))


def _k_weight() -> NDArray[np.float64]:
    """Magnitude of the K filter of BS.1770; without its phase every block keeps its energy."""
    z = np.exp(-2j * np.pi * np.fft.rfftfreq(_BLOCK))
    shelf = (1.53512485958697 - 2.69169618940638 * z + 1.19839281085285 * z**2) / (
        1 - 1.69065929318241 * z + 0.73248077421585 * z**2
    )
    high_pass = (1 - 2 * z + z**2) / (1 - 1.99004745483398 * z + 0.99007225036621 * z**2)
    magnitude: NDArray[np.float64] = np.abs(shelf * high_pass)
    return magnitude
