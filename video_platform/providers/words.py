"""When each word is said: recognised words laid onto the written ones, or times spread by length.

What a listener hears and what captions show differ: a recogniser spells numbers out, drops
punctuation, joins and splits words. The written words always win; only times are taken over.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from video_platform.domain.alignment import align, in_order, weight_of
from video_platform.domain.generation import JsonValue
from video_platform.domain.timing import Word

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Span = tuple[float, float]
"""Start and end in milliseconds."""

_READERS = {"audio/wav": "wav", "audio/flac": "flac", "audio/mpeg": "mp3", "audio/mp4": "mov"}
"""Forced, so that no file is taken for a playlist that opens others."""
_WINDOW_MS = 20
_LEAST_PAUSE_MS = 120
_SILENCE_DB = -38.0
"""Below the loudest window; voices of services come without background noise."""


@dataclass(frozen=True, slots=True)
class Alignment:
    """Written words with their times.

    Args:
        matched: share of the written words that were recognised as such, 0 to 1; a word that was
            recognised in another spelling counts as far as it is alike.
    """

    words: tuple[Word, ...]
    matched: float


def align_words(text: str, heard: Sequence[Word], duration_ms: int) -> Alignment:
    """The words of ``text`` at the times of the recognised ones; see ``domain.alignment``."""
    found = align(text.split(), heard, duration_ms)
    return Alignment(found.words, found.confidence)


def spread_words(text: str, parts: Sequence[Span], duration_ms: int) -> tuple[Word, ...]:
    """The words of ``text`` over the parts in which somebody speaks, each by its length."""
    written = text.split()
    parts = [part for part in parts if part[1] > part[0]] or [(0.0, float(duration_ms))]
    return in_order(written, _share(written, parts), duration_ms)


def word_details(words: Sequence[Word]) -> list[JsonValue]:
    """Words as ``Produced.details["words"]`` holds them."""
    return [{"text": w.text, "start_ms": w.start_ms, "end_ms": w.end_ms} for w in words]


def speaking_parts(path: Path, media_type: str) -> list[Span]:
    """Where a voice track is not silent, in milliseconds."""
    import numpy as np

    samples, rate_hz = _samples(path, _READERS.get(media_type))
    size = max(1, rate_hz * _WINDOW_MS // 1000)
    count = len(samples) // size
    if not count:
        return []
    windows = samples[: count * size].reshape(count, size).astype(np.float64)
    power = np.sqrt(np.mean(windows**2, axis=1))
    is_loud = power > max(float(power.max()) * 10 ** (_SILENCE_DB / 20), 1e-6)
    edges = np.flatnonzero(np.diff(np.concatenate(([0], is_loud.astype(np.int8), [0]))))
    parts: list[Span] = []
    for begin, end in edges.reshape(-1, 2) * _WINDOW_MS:
        if parts and begin - parts[-1][1] < _LEAST_PAUSE_MS:
            parts[-1] = (parts[-1][0], float(end))
        else:
            parts.append((float(begin), float(end)))
    return parts


def _samples(path: Path, reader: str | None) -> "tuple[NDArray[np.float32], int]":
    """The track as mono samples from -1 to 1."""
    import av
    import numpy as np

    rate_hz = 16_000
    resampler = av.AudioResampler(format="flt", layout="mono", rate=rate_hz)
    pieces: list[Any] = [np.zeros(0, np.float32)]
    with av.open(str(path), format=reader, options={"protocol_whitelist": "file"}) as container:
        for frame in container.decode(audio=0):
            pieces += [made.to_ndarray().reshape(-1) for made in resampler.resample(frame)]
    pieces += [made.to_ndarray().reshape(-1) for made in resampler.resample(None)]
    return np.concatenate(pieces), rate_hz


def _share(words: Sequence[str], parts: Sequence[Span]) -> list[Span]:
    """Time of these parts shared out by length; a word across a pause keeps its larger side."""
    total = sum(end - start for start, end in parts)
    weights = [weight_of(word) for word in words]
    each = total / sum(weights)
    spans: list[Span] = []
    said = 0.0
    for weight in weights:
        spans.append(_place(said, said + weight * each, parts))
        said += weight * each
    return spans


def _place(begin: float, end: float, parts: Sequence[Span]) -> Span:
    """Speaking time ``begin`` to ``end`` on the track's own clock."""
    best: Span = (parts[-1][1], parts[-1][1])
    most, passed = -1.0, 0.0
    for start, stop in parts:
        low, high = max(begin, passed), min(end, passed + stop - start)
        if high - low > most + 1e-6:
            best, most = (start + low - passed, start + high - passed), high - low
        passed += stop - start
    return best
