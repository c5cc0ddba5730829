"""When each word is said: recognised words laid onto the written ones, or times spread by length.

What a listener hears and what captions show differ: a recogniser spells numbers out, drops
punctuation, joins and splits words. The written words always win; only times are taken over.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import TYPE_CHECKING, Any

from video_platform.domain.generation import JsonValue
from video_platform.domain.timing import Word

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Span = tuple[float, float]
"""Start and end in milliseconds."""

_READERS = {"audio/wav": "wav", "audio/flac": "flac", "audio/mpeg": "mp3", "audio/mp4": "mov"}
"""Forced, so that no file is taken for a playlist that opens others."""
_LEAST_WORD_MS = 60.0
"""A written word that was not recognised needs so much room, or shares its neighbour's."""
_WINDOW_MS = 20
_LEAST_PAUSE_MS = 120
_SILENCE_DB = -38.0
"""Below the loudest window; voices of services come without background noise."""


@dataclass(frozen=True, slots=True)
class Alignment:
    """Written words with their times.

    Args:
        matched: share of the written words that were recognised as such, 0 to 1.
    """

    words: tuple[Word, ...]
    matched: float


def align_words(text: str, heard: Sequence[Word], duration_ms: int) -> Alignment:
    """The words of ``text`` at the times of the recognised ones.

    Equal words take their times over; what was recognised otherwise shares the time of what was
    recognised there, by length; what was not recognised at all fills the gap it left.
    """
    written = text.split()
    heard = [word for word in heard if _plain(word.text)]
    if not written or not heard:
        return Alignment(spread_words(text, [(0.0, float(duration_ms))], duration_ms), 0.0)
    spans: list[Span | None] = [None] * len(written)
    plain_written = [_plain(word) for word in written]
    plain_heard = [_plain(word.text) for word in heard]
    matcher = SequenceMatcher(None, plain_written, plain_heard, autojunk=False)
    matched = 0
    for kind, i1, i2, j1, j2 in matcher.get_opcodes():
        if kind == "equal":
            matched += i2 - i1
            spans[i1:i2] = [(float(w.start_ms), float(w.end_ms)) for w in heard[j1:j2]]
        elif kind == "replace":
            whole = (float(heard[j1].start_ms), float(heard[j2 - 1].end_ms))
            spans[i1:i2] = _share(written[i1:i2], [whole])
    filled = _fill(written, spans, float(duration_ms))
    return Alignment(_ordered(written, filled, duration_ms), matched / len(written))


def spread_words(text: str, parts: Sequence[Span], duration_ms: int) -> tuple[Word, ...]:
    """The words of ``text`` over the parts in which somebody speaks, each by its length."""
    written = text.split()
    parts = [part for part in parts if part[1] > part[0]] or [(0.0, float(duration_ms))]
    return _ordered(written, _share(written, parts), duration_ms)


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


def _plain(word: str) -> str:
    """A word as it is compared: without case, punctuation, accents and Arabic vowel signs."""
    parts = unicodedata.normalize("NFKD", word.casefold())
    kept = "".join(sign for sign in parts if sign.isalnum())
    return kept.translate(_SAME_IN_ARABIC)


_SAME_IN_ARABIC = str.maketrans({"أ": "ا", "إ": "ا", "آ": "ا", "ى": "ي", "ة": "ه"})


def _weight(word: str) -> int:
    """How long a word takes to say, as far as its spelling tells; figures take longer."""
    return 1 + sum(3 if sign.isdigit() else 1 for sign in word if sign.isalnum())


def _share(words: Sequence[str], parts: Sequence[Span]) -> list[Span | None]:
    """Time of these parts shared out by length; a word across a pause keeps its larger side."""
    total = sum(end - start for start, end in parts)
    weights = [_weight(word) for word in words]
    each = total / sum(weights)
    spans: list[Span | None] = []
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


def _fill(words: Sequence[str], spans: list[Span | None], duration_ms: float) -> list[Span]:
    """Give the words that were not recognised the time between their neighbours."""
    filled = list(spans)
    at = 0
    while at < len(filled):
        if filled[at] is not None:
            at += 1
            continue
        end = at
        while end < len(filled) and filled[end] is None:
            end += 1
        _fill_run(words, filled, at, end, duration_ms)
        at = end
    return [span for span in filled if span is not None]


def _fill_run(
    words: Sequence[str], spans: list[Span | None], first: int, end: int, duration_ms: float
) -> None:
    before, after = (
        (spans[first - 1] if first else None),
        (spans[end] if end < len(spans) else None),
    )
    low = before[1] if before else 0.0
    high = after[0] if after else duration_ms
    if high - low < _LEAST_WORD_MS * (end - first):
        # No room of its own: it was said within a neighbour's time.
        if before:
            first, low = first - 1, before[0]
        elif after:
            end, high = end + 1, after[1]
    spans[first:end] = _share(words[first:end], [(low, max(high, low))])


def _ordered(
    words: Sequence[str], spans: Sequence[Span | None], duration_ms: int
) -> tuple[Word, ...]:
    """Whole milliseconds, one word after the other, each at least one long, none past the end."""
    starts: list[int] = []
    ends: list[int] = []
    last = 0
    for span in spans:
        begin, stop = span or (0.0, 0.0)
        starts.append(max(last, round(begin)))
        ends.append(max(starts[-1] + 1, round(stop)))
        last = ends[-1]
    limit = max(duration_ms, len(words))
    for at in reversed(range(len(words))):
        ends[at] = min(ends[at], limit)
        starts[at] = min(starts[at], ends[at] - 1)
        limit = starts[at]
    return tuple(Word(*one) for one in zip(words, starts, ends, strict=True))
