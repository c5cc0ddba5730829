"""The instruments: every tone is computed, none is sampled, so the music belongs to nobody.

All tones are float32 at 48 kHz and start and end at zero. Partials stop well below half the
sample rate, so nothing folds back.
"""

import hashlib
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

Samples: TypeAlias = NDArray[np.float32]

RATE_HZ: Final = 48_000
_LOOP: Final = 1 << 18
"""Length of a pad's endless table: 5.5 s."""
_HIGHEST_HZ: Final = 14_000.0


def frequency_hz(pitch: int) -> float:
    """Equal temperament, A4 = 440 Hz."""
    return float(440.0 * 2 ** ((pitch - 69) / 12))


def _seconds(length_s: float) -> NDArray[np.float32]:
    return np.arange(int(length_s * RATE_HZ), dtype=np.float32) / np.float32(RATE_HZ)


def _noise(size: int, name: str) -> NDArray[np.float64]:
    digest = hashlib.sha256(name.encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:8], "big")).standard_normal(size)


def _edges(tone: Samples, attack_s: float, release_s: float) -> Samples:
    """Raised-cosine start and end, in place; a tone never begins or stops with a click."""
    rise = min(len(tone), max(2, int(attack_s * RATE_HZ)))
    fall = min(len(tone), max(2, int(release_s * RATE_HZ)))
    tone[:rise] *= _half_cosine(rise)
    tone[-fall:] *= _half_cosine(fall)[::-1]
    return tone


@lru_cache(maxsize=64)
def _half_cosine(size: int) -> Samples:
    ramp: Samples = (0.5 - 0.5 * np.cos(np.linspace(0, np.pi, size))).astype(np.float32)
    return ramp


# Pads: one inverse transform gives an endless, lush ensemble (Paul Nasca's PADsynth).

_PADS: Final[Mapping[str, tuple[float, int, float, float]]] = {
    # slope of the partials, how many, width of the first in cents, odd partials' share
    "warm_pad": (1.55, 14, 26.0, 1.0),
    "bright_pad": (1.25, 20, 22.0, 1.0),
    "dark_pad": (2.1, 9, 34.0, 1.0),
    "strings": (1.15, 22, 30.0, 0.9),
}


@lru_cache(maxsize=32)
def pad_table(instrument: str, pitch: int) -> NDArray[np.float32]:
    """A stereo table, shape (2, 2**18), that loops without a seam; RMS 0.1."""
    slope, partials, width_cents, odd = _PADS[instrument]
    base_hz = frequency_hz(pitch)
    bin_hz = RATE_HZ / _LOOP
    magnitude = np.zeros(_LOOP // 2 + 1)
    for number in range(1, partials + 1):
        centre_hz = base_hz * number
        if centre_hz > 9_000:
            break
        width_hz = max(0.4, (2 ** (width_cents / 1200) - 1) * base_hz * number**0.9)
        low = max(1, int((centre_hz - 4 * width_hz) / bin_hz))
        high = int((centre_hz + 4 * width_hz) / bin_hz)
        distance = (np.arange(low, high) * bin_hz - centre_hz) / width_hz
        level = number**-slope * (odd if number % 2 else 1.0)
        magnitude[low:high] += level * np.exp(-(distance**2)) / np.sqrt(width_hz)
    waves = []
    for part in ("middle", "side"):
        digest = hashlib.sha256(f"{instrument}{pitch}{part}".encode()).digest()
        random = np.random.default_rng(int.from_bytes(digest[:8], "big"))
        phase = random.uniform(0, 2 * np.pi, len(magnitude))
        wave = np.fft.irfft(magnitude * np.exp(1j * phase))
        waves.append(0.1 * wave / np.sqrt(np.mean(wave**2)))
    # Wide, yet a telephone with one loudspeaker hears the whole middle.
    middle, side = 0.85 * waves[0], 0.53 * waves[1]
    return np.array((middle + side, middle - side), dtype=np.float32)


def play_pad(instrument: str, pitch: int, length_s: float, offset: int) -> NDArray[np.float32]:
    """A held tone in stereo with a slow start and a tail that the next chord grows over."""
    attack_s = min(length_s * 0.4, 0.9 if instrument != "bright_pad" else 0.35)
    release_s = min(1.2, length_s * 0.6)
    size = int((length_s + release_s) * RATE_HZ)
    table = pad_table(instrument, pitch)
    places = (np.arange(size) + offset) % _LOOP
    tone = table[:, places]
    rise, fall = int(attack_s * RATE_HZ), int(release_s * RATE_HZ)
    tone[:, :rise] *= _half_cosine(rise)
    tone[:, -fall:] *= _half_cosine(fall)[::-1]
    return tone


# Struck and plucked tones: sums of decaying partials.


def _partials(
    pitch: int, length_s: float, table: tuple[tuple[float, float, float], ...]
) -> Samples:
    """Sum of sines: (frequency ratio, level, seconds to -60 dB)."""
    time = _seconds(length_s)
    base_hz = frequency_hz(pitch)
    tone = np.zeros(len(time), dtype=np.float32)
    for rank, (ratio, level, decay_s) in enumerate(table):
        hz = base_hz * ratio
        if hz > _HIGHEST_HZ:
            continue
        heard = time[: int(min(length_s, decay_s * 1.1) * RATE_HZ)]
        wave = np.sin(np.float32(2 * np.pi * hz) * heard + np.float32(0.7 * rank))
        tone[: len(heard)] += np.float32(level) * wave * np.exp(heard * np.float32(-6.9 / decay_s))
    return tone


def _piano(pitch: int, length_s: float) -> Samples:
    """A felt piano: few partials, a little stretched, two strings not quite in tune."""
    ring_s = min(length_s, 4.2 * 2 ** ((60 - pitch) / 24))
    stretch = 0.0004
    table = []
    for number in range(1, 11):
        ratio = number * (1 + stretch * number**2) ** 0.5
        level = 0.9 * number**-1.35 * np.exp(-0.11 * number)
        decay_s = ring_s / (1 + 0.42 * (number - 1))
        table.append((ratio, level * 0.6, decay_s))
        if number <= 3:
            table.append((ratio * 1.0007, level * 0.4, decay_s * 1.2))
    tone = _partials(pitch, ring_s, tuple(table))
    thump = _filtered_noise(0.05, 60, 900, "felt") * 0.25
    tone[: len(thump)] += thump[: len(tone)]
    return _edges(tone, 0.004, ring_s * 0.3)


def _electric_piano(pitch: int, length_s: float) -> Samples:
    """Two-operator FM with a fading index, and a slow tremolo."""
    ring_s = min(length_s, 3.0)
    time = _seconds(ring_s)
    angle = np.float32(2 * np.pi * frequency_hz(pitch)) * time
    index = 1.1 * np.exp(-time * np.float32(5.0)) + np.float32(0.12)
    tine = 0.10 * np.sin(angle * 14) * np.exp(-time * 18) if frequency_hz(pitch) < 900 else 0
    tone = np.sin(angle + index * np.sin(angle)) * np.exp(-time * np.float32(1.7)) + tine
    tone *= 1 + 0.08 * np.sin(2 * np.pi * 4.6 * time)
    return _edges((0.8 * tone).astype(np.float32), 0.004, ring_s * 0.35)


def _marimba(pitch: int, length_s: float) -> Samples:
    ring_s = min(length_s, 1.3 * 2 ** ((60 - pitch) / 24))
    tone = _partials(
        pitch, ring_s, ((1, 0.9, ring_s), (3.93, 0.22, ring_s * 0.35), (9.3, 0.05, 0.12))
    )
    return _edges(tone, 0.003, ring_s * 0.3)


def _bell(pitch: int, length_s: float) -> Samples:
    """A celesta-like bell, soft in the attack."""
    ring_s = min(length_s, 2.4)
    table = ((1, 0.7, ring_s), (2.0, 0.16, ring_s * 0.6), (3.0, 0.10, 0.7), (4.2, 0.05, 0.35))
    return _edges(_partials(pitch, ring_s, table), 0.006, ring_s * 0.3)


def _string_pluck(pitch: int, length_s: float, *, brightness: float, decay: float) -> Samples:
    """Karplus-Strong, one period at a time; tuned by playing the finished loop a little faster."""
    base_hz = frequency_hz(pitch)
    period = int(RATE_HZ / base_hz)
    size = int(length_s * RATE_HZ * 1.06)
    noise = _noise(period, f"pluck {pitch}")
    spectrum = np.fft.rfft(noise)
    harmonic = np.arange(len(spectrum))
    spectrum = np.exp(1j * np.angle(spectrum)) * (harmonic > 0) / np.maximum(harmonic, 1) ** 0.4
    spectrum *= np.exp(-harmonic * base_hz / brightness)
    loop = np.fft.irfft(spectrum, period)
    loop /= np.abs(loop).max()
    rows = -(-size // period)
    # A loop filtered once per turn is a spectrum scaled once per turn: all turns at once.
    per_turn = decay ** (period / RATE_HZ) * np.cos(np.pi * harmonic / period) ** 0.5
    turns = np.arange(rows)[:, None]
    with np.errstate(divide="ignore"):
        gains = np.exp(turns * np.log(np.maximum(per_turn, 1e-9))[None, :])
    string = np.fft.irfft(np.fft.rfft(loop)[None, :] * gains, period, axis=1).ravel()
    speed = base_hz * period / RATE_HZ
    places = np.arange(int(length_s * RATE_HZ)) * speed
    tone: Samples = np.interp(places, np.arange(len(string)), string).astype(np.float32)
    return tone


def _pluck(pitch: int, length_s: float) -> Samples:
    ring_s = min(length_s, 1.9)
    tone = _string_pluck(pitch, ring_s, brightness=2600, decay=0.06)
    return _edges(0.62 * tone, 0.003, ring_s * 0.4)


def _muted_pluck(pitch: int, length_s: float) -> Samples:
    ring_s = min(length_s, 0.6)
    tone = _string_pluck(pitch, ring_s, brightness=1500, decay=0.0004)
    return _edges(0.85 * tone, 0.003, ring_s * 0.5)


def _low_strings(pitch: int, length_s: float) -> Samples:
    """Short bows: a stretch of the ensemble table with a quick swell."""
    size = int(min(length_s, 0.75) * RATE_HZ)
    tone = 2.4 * pad_table("strings", pitch)[0, 9000 : 9000 + size]
    tone *= np.exp(-np.arange(size, dtype=np.float32) / (0.30 * RATE_HZ))
    return _edges(tone.astype(np.float32), 0.025, size / RATE_HZ * 0.4)


def _bass(pitch: int, length_s: float) -> Samples:
    """A round bass: a sine, with overtones that small loudspeakers can play."""
    size_s = length_s + 0.12
    time = _seconds(size_s)
    angle = np.float32(2 * np.pi * frequency_hz(pitch)) * time
    body = np.sin(angle) + 0.5 * np.sin(2 * angle) * np.exp(-time * 2.2)
    body += 0.22 * np.sin(3 * angle) * np.exp(-time * 4.0)
    tone = 0.75 * np.tanh(0.9 * body) * np.exp(-time * np.float32(0.55))
    return _edges(tone.astype(np.float32), 0.012, 0.12)


# Percussion.


def _filtered_noise(length_s: float, low_hz: float, high_hz: float, name: str) -> Samples:
    """Noise between two frequencies with soft slopes; peak 1."""
    size = int(length_s * RATE_HZ)
    spectrum = np.fft.rfft(_noise(size, name))
    hz = np.maximum(np.fft.rfftfreq(size, 1 / RATE_HZ), 1)
    spectrum *= 1 / (1 + (low_hz / hz) ** 4) / (1 + (hz / high_hz) ** 4)
    noise = np.fft.irfft(spectrum, size)
    noise *= np.exp(-5 * np.arange(size) / size)
    burst: Samples = (noise / np.abs(noise).max()).astype(np.float32)
    return burst


def _kick(_take: int) -> Samples:
    time = _seconds(0.32)
    sweep = 46 * time + 62 / 26 * (1 - np.exp(-26 * time))
    tone = np.sin(2 * np.pi * sweep) * np.exp(-time * 11)
    return _edges(tone.astype(np.float32), 0.002, 0.1)


def _tom(take: int) -> Samples:
    time = _seconds(0.9)
    sweep = 62 * time + 34 / 18 * (1 - np.exp(-18 * time))
    tone = 0.9 * np.sin(2 * np.pi * sweep) * np.exp(-time * 5.5)
    skin = _filtered_noise(0.12, 80, 500, f"tom {take}") * 0.25
    tone[: len(skin)] += skin
    return _edges(tone.astype(np.float32), 0.003, 0.3)


def _shaker(take: int) -> Samples:
    return _edges(0.5 * _filtered_noise(0.11, 5200, 11_000, f"shaker {take}"), 0.018, 0.05)


def _hat(take: int) -> Samples:
    return _edges(0.45 * _filtered_noise(0.07, 7000, 12_500, f"hat {take}"), 0.002, 0.04)


def _clap(take: int) -> Samples:
    burst = _filtered_noise(0.2, 900, 5200, f"clap {take}")
    early = np.zeros_like(burst)
    for delay_s, level in ((0.0, 0.5), (0.011, 0.6), (0.021, 1.0)):
        shift = int(delay_s * RATE_HZ)
        early[shift:] += np.float32(level) * burst[: len(burst) - shift]
    return _edges(0.5 * early, 0.002, 0.12)


def _rim(take: int) -> Samples:
    time = _seconds(0.09)
    tone = 0.5 * np.sin(2 * np.pi * 820 * time) * np.exp(-time * 70)
    tone[: int(0.03 * RATE_HZ)] += 0.3 * _filtered_noise(0.03, 1800, 6000, f"rim {take}")
    return _edges(tone.astype(np.float32), 0.001, 0.04)


TONES: Final[Mapping[str, Callable[[int, float], Samples]]] = {
    "piano": _piano,
    "electric_piano": _electric_piano,
    "marimba": _marimba,
    "bell": _bell,
    "pluck": _pluck,
    "muted_pluck": _muted_pluck,
    "low_strings": _low_strings,
    "bass": _bass,
}
"""Makers of mono tones: (MIDI pitch, longest length in seconds)."""
DRUMS: Final[Mapping[str, Callable[[int], Samples]]] = {
    "kick": _kick,
    "tom": _tom,
    "shaker": _shaker,
    "hat": _hat,
    "clap": _clap,
    "rim": _rim,
}
"""Makers of drum sounds: any number is another take of the same sound."""


def is_pad(instrument: str) -> bool:
    """Whether the instrument is played by ``play_pad``."""
    return instrument in _PADS


@lru_cache(maxsize=160)
def play_tone(instrument: str, pitch: int, length_ms: int) -> Samples:
    """One mono tone or drum, kept for the next time it is played; do not change it in place."""
    drum = DRUMS.get(instrument)
    return drum(pitch) if drum is not None else TONES[instrument](pitch, length_ms / 1000)
