"""Mixes the score in blocks: memory does not grow with the length of the piece.

notes -> dry left, dry right, send -> (equaliser, room) by FFT -> scratch file
scratch file -> gain to the house loudness -> limiter -> WAV
"""

import wave
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from video_platform.providers.vendors.embedded_composer._instruments import (
    RATE_HZ,
    Samples,
    is_pad,
    play_pad,
    play_tone,
)
from video_platform.providers.vendors.embedded_composer._score import (
    BARS_PER_PHRASE,
    Note,
    Piece,
    write_ending,
    write_phrase,
)

LOUDNESS_LUFS: Final = -18.0
CEILING: Final = 10 ** (-3.3 / 20)
_KERNEL: Final = 8192
"""Taps of the linear-phase equaliser: enough to cut below 30 Hz."""
_ROOM_S: Final = 1.9
_TAIL_S: Final = 9.0
"""No note rings longer than this past the end of its block."""
_CONTEXT: Final = 4800
_LEVELS: Final = {
    # instrument: (level, share sent to the room)
    "warm_pad": (0.42, 0.30),
    "bright_pad": (0.32, 0.30),
    "dark_pad": (0.52, 0.30),
    "strings": (0.36, 0.35),
    "piano": (0.46, 0.28),
    "electric_piano": (0.36, 0.22),
    "marimba": (0.42, 0.22),
    "bell": (0.26, 0.45),
    "pluck": (0.50, 0.28),
    "muted_pluck": (0.62, 0.24),
    "low_strings": (0.66, 0.26),
    "bass": (0.34, 0.02),
    "kick": (0.38, 0.04),
    "tom": (0.34, 0.22),
    "shaker": (0.55, 0.15),
    "hat": (0.60, 0.12),
    "clap": (0.45, 0.30),
    "rim": (0.55, 0.22),
}
Stereo = NDArray[np.float32]
"""Shape (2, samples)."""


@dataclass(slots=True)
class Desk:
    """Three running buses (dry left, dry right, room send) with what still rings."""

    buses: NDArray[np.float32] = field(default_factory=lambda: np.zeros((3, 0), dtype=np.float32))
    start: int = 0

    def play(self, notes: Iterable[Note], length: int) -> NDArray[np.float32]:
        """Mix notes that begin in the next ``length`` samples, and hand those samples over."""
        room = length + int(_TAIL_S * RATE_HZ)
        grown = np.zeros((3, max(room, self.buses.shape[1])), dtype=np.float32)
        grown[:, : self.buses.shape[1]] = self.buses
        for note in notes:
            self._add(grown, note)
        self.buses = grown[:, length:].copy()
        self.start += length
        return grown[:, :length]

    def _add(self, buses: NDArray[np.float32], note: Note) -> None:
        at = max(0, round(note.at_s * RATE_HZ) - self.start)
        level, send = _LEVELS[note.instrument]
        gain = np.float32(level * note.velocity**1.1)
        if is_pad(note.instrument):
            tone = play_pad(note.instrument, note.pitch, note.length_s, self.start + at)
            size = min(tone.shape[1], buses.shape[1] - at)
            buses[:2, at : at + size] += gain * tone[:, :size]
            buses[2, at : at + size] += gain * np.float32(send) * tone[0, :size]
            return
        mono = play_tone(note.instrument, note.pitch, round(note.length_s * 1000))
        size = min(len(mono), buses.shape[1] - at)
        angle = (note.pan + 1) * np.pi / 4
        mono = mono[:size] * gain
        buses[0, at : at + size] += np.float32(np.cos(angle)) * mono
        buses[1, at : at + size] += np.float32(np.sin(angle)) * mono
        buses[2, at : at + size] += np.float32(send) * mono


def render_piece(piece: Piece, samples: int, directory: Path) -> Path:
    """Write ``music.wav`` with exactly ``samples`` stereo samples."""
    scratch = directory / "mix.f32"
    meter = LoudnessMeter()
    with scratch.open("wb") as file:
        for block in _mix_blocks(piece, samples):
            meter.add(block)
            file.write(np.ascontiguousarray(block.T).tobytes())
    gain = 10 ** ((LOUDNESS_LUFS - meter.integrated_lufs()) / 20)
    path = directory / "music.wav"
    with wave.open(str(path), "wb") as file_out:
        file_out.setnchannels(2)
        file_out.setsampwidth(2)
        file_out.setframerate(RATE_HZ)
        for block in _finish_blocks(scratch, samples, gain):
            file_out.writeframes(np.round(block.T * 32767).astype("<i2").tobytes())
    scratch.unlink()
    return path


def _phrases(piece: Piece) -> Iterator[tuple[Iterable[Note], float]]:
    """Notes of each phrase and where it ends, in seconds."""
    for index in range(piece.phrases):
        last_bar = min(piece.bars, (index + 1) * BARS_PER_PHRASE)
        yield write_phrase(piece, index), last_bar * piece.bar_s
    yield write_ending(piece), piece.ending_s + piece.ring_s


def _mix_blocks(piece: Piece, samples: int) -> Iterator[Stereo]:
    """The mix through equaliser and room, block after block, faded at its very end."""
    desk = Desk()
    room = Room()
    done = 0
    for notes, end_s in _phrases(piece):
        end = min(samples, round(end_s * RATE_HZ))
        block = room.process(desk.play(notes, end - desk.start))
        yield _fade(block, done, samples, piece.ring_s)
        done += block.shape[1]
    rest = samples - done
    if rest > 0:  # the equaliser is late by half its kernel
        block = room.process(desk.play((), rest))
        yield _fade(block, done, samples, piece.ring_s)


def _fade(block: Stereo, start: int, samples: int, ring_s: float) -> Stereo:
    """Let the last third of the ring sink to nothing."""
    fade = int(ring_s * 0.45 * RATE_HZ)
    places = np.arange(start, start + block.shape[1])
    share = np.clip((samples - 1 - places) / fade, 0, 1)
    edge = np.clip(places / 240, 0, 1)  # 5 ms: a first note may begin within a wave
    return (block * (share**2 * (3 - 2 * share) * edge)).astype(np.float32)


class Room:
    """Equaliser and reverberation as one linear filter, so blocks join without a seam."""

    def __init__(self) -> None:
        self._kernel = _design_equaliser()
        self._walls = _design_room(self._kernel)
        self._tail = np.zeros((2, 0), dtype=np.float32)
        self._late = len(self._kernel) // 2

    def process(self, buses: NDArray[np.float32]) -> Stereo:
        """Filter the next samples; the first call gives fewer by the filter's delay."""
        length = buses.shape[1]
        # A block may be shorter than what still rings from the ones before it.
        reach = max(self._walls.shape[1], self._tail.shape[1] - length)
        size = _fast_size(length + reach)
        send = np.fft.rfft(buses[2], size)
        dry = np.fft.rfft(self._kernel, size)
        sides = []
        for side in (0, 1):
            spectrum = np.fft.rfft(buses[side], size) * dry
            spectrum += send * np.fft.rfft(self._walls[side], size)
            sides.append(np.fft.irfft(spectrum, size)[: length + reach])
        whole = np.array(sides, dtype=np.float32)
        whole[:, : self._tail.shape[1]] += self._tail
        self._tail = whole[:, length:].copy()
        out = whole[:, :length]
        cut, self._late = min(self._late, length), max(0, self._late - length)
        return out[:, cut:]


def _fast_size(least: int) -> int:
    """The next length that transforms quickly: 2^a times 1, 3, 5, 9 or 15."""
    return min(
        factor << max(0, (-(-least // factor) - 1).bit_length()) for factor in (1, 3, 5, 9, 15)
    )


def _design_equaliser() -> Samples:
    """Linear-phase taps: cut below 30 Hz, make room for a voice at 1 to 4 kHz, soften the top."""
    hz = np.maximum(np.fft.rfftfreq(_KERNEL, 1 / RATE_HZ), 0.1)
    octaves = np.log2(hz / 2_100)
    gain_db = -5.0 * np.exp(-((octaves / 1.05) ** 2))
    gain_db -= 1.5 * np.exp(-((np.log2(hz / 280) / 0.6) ** 2))  # mud
    gain = 10 ** (gain_db / 20) / np.sqrt(1 + (30 / hz) ** 8) / np.sqrt(1 + (hz / 13_500) ** 6)
    gain[0] = 0.0
    taps = np.roll(np.fft.irfft(gain), _KERNEL // 2) * np.hanning(_KERNEL)
    taps -= taps.mean()  # the window leaks a little DC
    kernel: Samples = taps.astype(np.float32)
    return kernel


def _design_room(kernel: Samples) -> NDArray[np.float32]:
    """A stereo impulse response: decaying noise, darker as it fades, through the equaliser."""
    size = int(_ROOM_S * RATE_HZ)
    random = np.random.default_rng(20_240_601)
    time = np.arange(size) / RATE_HZ
    hz = np.fft.rfftfreq(size, 1 / RATE_HZ)
    sides = []
    for _ in range(2):
        noise = np.fft.rfft(random.standard_normal(size))
        bright = np.fft.irfft(noise / (1 + (hz / 5_500) ** 2), size) * np.exp(-time * 9.0)
        dark = np.fft.irfft(noise / (1 + (hz / 1_600) ** 2), size) * np.exp(-time * 3.6)
        wall = (bright + 1.3 * dark) * (1 - np.exp(-time * 90))
        wall = np.roll(np.pad(wall, (0, 960)), 960)  # 20 ms before the first reflection
        wall[-4800:] *= np.linspace(1, 0, 4800)
        wall *= 1.5 / np.sqrt(np.sum(wall**2))
        full = _fast_size(len(wall) + len(kernel))
        both = np.fft.irfft(np.fft.rfft(wall, full) * np.fft.rfft(kernel, full), full)
        sides.append(both[: len(wall) + len(kernel)])
    return np.array(sides, dtype=np.float32)


class LoudnessMeter:
    """Integrated loudness of a stereo stream after ITU-R BS.1770-4.

    The K filter is applied by magnitude to each block on its own; blocks are seconds long, so
    what is lost at their edges does not show in the first decimal.
    """

    def __init__(self) -> None:
        self._steps: list[float] = []
        self._rest = np.zeros((2, 0), dtype=np.float32)

    def add(self, block: Stereo) -> None:
        """Measure the next samples."""
        if not block.shape[1]:
            return
        size = _fast_size(block.shape[1] + 4800)
        gain = _k_weight(size)
        weighted = np.array(
            [np.fft.irfft(np.fft.rfft(side, size) * gain, size)[: len(side)] for side in block]
        )
        joined = np.concatenate((self._rest, weighted), axis=1)
        step = RATE_HZ // 10
        whole = joined.shape[1] // step
        energy = np.square(joined[:, : whole * step], dtype=np.float64).reshape(2, whole, step)
        self._steps.extend(energy.mean(axis=2).sum(axis=0).tolist())
        self._rest = joined[:, whole * step :]

    def integrated_lufs(self) -> float:
        """Loudness so far, gates included; -70 when nothing was heard."""
        steps = np.array(self._steps)
        power = np.convolve(steps, np.full(4, 0.25), mode="valid") if len(steps) > 3 else steps
        loud = power[power > 10 ** ((-70 + 0.691) / 10)]
        if not loud.size:
            return -70.0
        kept = loud[loud > loud.mean() * 0.1]
        return float(-0.691 + 10 * np.log10(kept.mean()))


def _k_weight(size: int) -> NDArray[np.float64]:
    """Magnitude of the K filter at 48 kHz."""
    z = np.exp(-2j * np.pi * np.fft.rfftfreq(size))
    shelf = (1.53512485958697 - 2.69169618940638 * z + 1.19839281085285 * z**2) / (
        1 - 1.69065929318241 * z + 0.73248077421585 * z**2
    )
    high_pass = (1 - 2 * z + z**2) / (1 - 1.99004745483398 * z + 0.99007225036621 * z**2)
    magnitude: NDArray[np.float64] = np.abs(shelf * high_pass)
    return magnitude


def _finish_blocks(scratch: Path, samples: int, gain: float) -> Iterator[Stereo]:
    """Read the mix back, raise it to loudness, and keep it under the ceiling.

    Each block is limited with 100 ms of its neighbours in sight, so the gain is the same on
    both sides of a join.
    """
    size = 10 * RATE_HZ
    for begin in range(0, samples, size):
        end = min(samples, begin + size)
        first, last = max(0, begin - _CONTEXT), min(samples, end + _CONTEXT)
        raw = np.fromfile(scratch, dtype=np.float32, count=2 * (last - first), offset=8 * first)
        block = raw.reshape(-1, 2).T * np.float32(gain)
        yield _limit(block)[:, begin - first : end - first]


def _limit(block: Stereo) -> Stereo:
    """Turn down 20 ms around every peak over the ceiling, both sides alike.

    Frames are counted from the start of the piece (the context is a whole number of them).
    """
    frame = 96
    length = block.shape[1]
    peaks = np.abs(np.pad(block, ((0, 0), (0, -length % frame)))).max(axis=0)
    peaks = peaks.reshape(-1, frame).max(axis=1)
    wanted = np.minimum(1.0, CEILING / np.maximum(peaks, 1e-9))
    if wanted.min() >= 1.0:
        return block
    reach = 10
    around = np.lib.stride_tricks.sliding_window_view(
        np.pad(wanted, reach, mode="edge"), 2 * reach + 1
    ).min(axis=1)
    window = np.hanning(2 * reach + 1)[1:-1]
    smooth = np.convolve(
        np.pad(around, reach - 1, mode="edge"), window / window.sum(), mode="valid"
    )
    centres = np.arange(len(smooth)) * frame + frame / 2
    gain = np.interp(np.arange(length), centres, smooth)
    return np.clip(block * gain, -CEILING, CEILING).astype(np.float32)
