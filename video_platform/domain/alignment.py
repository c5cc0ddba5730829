"""Written words laid onto heard ones: dynamic programming on how alike groups of words are spelled.

A listener spells figures out, splits and joins words, drops and adds some, in any language. Each
step of the path takes up to four words of one side and one of the other, or leaves a word out; the
path with the highest sum of likenesses wins::

    written   507       GW    l'eau      froide
              |---\\      |     /---|        |
    heard     five hundred  gigawatts  l  eau  froid

The written words always win; only times are taken over.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from video_platform.domain.timing import Word

_GROUP = 4
_BAND = 24
"""So far from the diagonal a path is looked for, in words: a listener does not lose a page."""
_LEFT_OUT = 0.08
"""Price of leaving a word out."""
_ALIKE = 0.45
"""Groups that are less alike do not take times over."""
_LEAST_WORD_MS = 60.0
"""A word that was not heard needs so much room, or shares its neighbour's."""
_ARABIC = str.maketrans(
    {"أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ة": "ه", "ؤ": "و", "ئ": "ي"}
)


@dataclass(frozen=True, slots=True)
class Aligned:
    """Written words with times, and the share of them (0 to 1) that were heard as such."""

    words: tuple[Word, ...]
    confidence: float


def align(written: Sequence[str], heard: Sequence[Word], duration_ms: int) -> Aligned:
    """The written words at the times of the heard ones; what was not heard fills the gaps."""
    listened = [word for word in heard if plain(word.text)]
    # Signs that nobody says, such as a quotation mark between blanks, take no word's time.
    said = [at for at, word in enumerate(written) if plain(word)]
    spans: list[tuple[float, float] | None] = [None] * len(written)
    groups = _path([written[at] for at in said], listened)
    for (first, end), (low, high), _ in _with_others(groups, len(said), len(listened)):
        begin, stop = float(listened[low].start_ms), float(listened[high - 1].end_ms)
        place = slice(said[first], said[end - 1] + 1)
        spans[place] = _shared(written[place], begin, stop)
    matched = sum(likeness * (end - first) for (first, end), _, likeness in groups)
    filled = _filled(written, spans, float(duration_ms))
    return Aligned(in_order(written, filled, duration_ms), matched / max(1, len(said)))


def _with_others(groups: Sequence["_Group"], rows: int, columns: int) -> list["_Group"]:
    """The groups, and between two of them what was heard as something else altogether."""
    made: list[_Group] = []
    row = column = 0
    for group in (*groups, ((rows, rows), (columns, columns), 0.0)):
        (first, end), (low, high), _ = group
        if row < first and column < low:
            made.append(((row, first), (column, low), 0.0))
        made.append(group)
        row, column = end, high
    return made[:-1]


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """A word as it is compared: without case, punctuation, accents and Arabic variants."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in parts if sign.isalnum()).translate(_ARABIC)


@lru_cache(maxsize=65536)
def _alike(one: str, other: str) -> float:
    """How alike two spellings are, 0 to 1: the share of pairs of letters they have in common."""
    if one == other:
        return 1.0
    pairs, others = (_pairs(text) for text in (one, other))
    return 2 * len(pairs & others) / (len(pairs) + len(others))


@lru_cache(maxsize=16384)
def _pairs(text: str) -> frozenset[tuple[str, int]]:
    padded = f" {text} "
    found: dict[str, int] = {}
    made = set()
    for at in range(len(padded) - 1):
        pair = padded[at : at + 2]
        found[pair] = found.get(pair, 0) + 1
        made.add((pair, found[pair]))
    return frozenset(made)


_Group = tuple[tuple[int, int], tuple[int, int], float]


def _path(written: Sequence[str], heard: Sequence[Word]) -> list[_Group]:
    """Groups of written words, with those heard for them and how alike they are, in order."""
    ours, theirs = [plain(word) for word in written], [plain(word.text) for word in heard]
    rows, columns = len(ours), len(theirs)
    best: dict[tuple[int, int], float] = {(0, 0): 0.0}
    came: dict[tuple[int, int], tuple[int, int, float]] = {}
    for i in range(rows + 1):
        middle = round(i * columns / max(1, rows))
        for j in range(max(0, middle - _BAND), min(columns, middle + _BAND) + 1):
            value = best.get((i, j))
            if value is None:
                continue
            for di, dj in _STEPS:
                if i + di > rows or j + dj > columns:
                    continue
                likeness = 0.0
                gain = -_LEFT_OUT * (di + dj)
                if di and dj:
                    likeness = _alike("".join(ours[i : i + di]), "".join(theirs[j : j + dj]))
                    # A little less for groups, so that words that fit alone stay alone.
                    gain = likeness - 0.05 * (di + dj)
                to = (i + di, j + dj)
                if value + gain > best.get(to, float("-inf")):
                    best[to] = value + gain
                    came[to] = (di, dj, likeness)
    return _walked_back(came, rows, columns)


_STEPS = (
    (1, 1),
    *((1, n) for n in range(2, _GROUP + 1)),
    *((n, 1) for n in range(2, _GROUP + 1)),
    (1, 0),
    (0, 1),
)


def _walked_back(
    came: dict[tuple[int, int], tuple[int, int, float]], i: int, j: int
) -> list[_Group]:
    groups: list[_Group] = []
    while (i, j) in came:
        di, dj, likeness = came[i, j]
        if di and dj and likeness >= _ALIKE:
            groups.append(((i - di, i), (j - dj, j), likeness))
        i, j = i - di, j - dj
    return groups[::-1]


def weight_of(word: str) -> int:
    """How long a word takes to say, as far as its spelling tells; figures take longer."""
    return 1 + sum(3 if sign.isdigit() else 1 for sign in word if sign.isalnum())


def _shared(words: Sequence[str], begin: float, stop: float) -> list[tuple[float, float] | None]:
    """A stretch of time shared out by length."""
    weights = [weight_of(word) for word in words]
    each = (stop - begin) / sum(weights)
    spans: list[tuple[float, float] | None] = []
    for weight in weights:
        spans.append((begin, begin + weight * each))
        begin += weight * each
    return spans


def _filled(
    words: Sequence[str], spans: Sequence[tuple[float, float] | None], duration_ms: float
) -> list[tuple[float, float]]:
    """Words that were not heard get the time between those that were."""
    filled = list(spans)
    at = 0
    while at < len(filled):
        end = at
        while end < len(filled) and filled[end] is None:
            end += 1
        if end > at:
            _fill_run(words, filled, at, end, duration_ms)
        at = end + 1
    return [span for span in filled if span is not None]


def _fill_run(
    words: Sequence[str],
    spans: list[tuple[float, float] | None],
    first: int,
    end: int,
    duration_ms: float,
) -> None:
    """Fill ``first`` to ``end``; where the gap is too short, a neighbour's time is shared."""
    before = spans[first - 1] if first else None
    after = spans[end] if end < len(spans) else None
    low = before[1] if before else 0.0
    high = after[0] if after else duration_ms
    if high - low < _LEAST_WORD_MS * (end - first):
        # No room of its own: it was said within a neighbour's time.
        if before:
            first, low = first - 1, before[0]
        elif after:
            end, high = end + 1, after[1]
    spans[first:end] = _shared(words[first:end], low, max(low, high))


def in_order(
    words: Sequence[str], spans: Sequence[tuple[float, float]], duration_ms: int
) -> tuple[Word, ...]:
    """Whole milliseconds, one word after the other, each at least one long, none past the end."""
    made: list[tuple[int, int]] = []
    last = 0
    for begin, stop in spans:
        start = max(last, round(begin))
        last = max(start + 1, round(stop))
        made.append((start, last))
    limit = max(duration_ms, len(words))
    for at in reversed(range(len(made))):
        end = min(made[at][1], limit)
        start = min(made[at][0], end - 1)
        made[at], limit = (start, end), start
    return tuple(Word(text, *times) for text, times in zip(words, made, strict=True))
