"""From times of characters to times of words: what speech services tell, as captions need it."""

from collections.abc import Mapping, Sequence
from typing import Any

from video_platform.domain.timing import Word

Mark = tuple[str, float, float]
"""A character with its start and end in seconds."""
_COLUMNS = ("characters", "character_start_times_seconds", "character_end_times_seconds")


def character_marks(alignment: object) -> list[Mark]:
    """The characters of an alignment; empty when there is none, or it contradicts itself."""
    columns = [alignment.get(name) for name in _COLUMNS] if isinstance(alignment, Mapping) else []
    lists = [column for column in columns if isinstance(column, list)]
    if len(lists) != len(_COLUMNS) or len({len(column) for column in lists}) != 1:
        return []
    rows = list(zip(*lists, strict=True))
    return rows if all(_is_mark(row) for row in rows) else []


def heard_words(entries: object) -> list[Word]:
    """Words of a transcript, each an object with ``text``, ``start`` and ``end`` in seconds.

    White space, sounds (``type`` says so) and entries without times are left out.
    """
    spans: list[Mark] = []
    for entry in entries if isinstance(entries, list) else []:
        if not isinstance(entry, Mapping) or entry.get("type", "word") != "word":
            continue
        mark: tuple[Any, ...] = (entry.get("text"), entry.get("start"), entry.get("end"))
        if _is_mark(mark) and str(mark[0]).strip():
            spans.append((str(mark[0]).strip(), float(mark[1]), float(mark[2])))
    return _in_order(spans)


def time_words(text: str, marks: Sequence[Mark]) -> list[Word]:
    """The words of ``text`` with their times; empty when the characters are not those of the text.

    A word is what stands between white space. What was paid for is good without times, too.
    """
    spans: list[Mark] = []
    is_inside = False
    for character, start_s, end_s in marks:
        if character.isspace():
            is_inside = False
        elif is_inside:
            spans[-1] = (spans[-1][0] + character, spans[-1][1], max(spans[-1][2], end_s))
        elif character:
            spans.append((character, start_s, end_s))
            is_inside = True
    if [word for word, _, _ in spans] != text.split():
        return []
    return _in_order(spans)


def _in_order(spans: Sequence[Mark]) -> list[Word]:
    """Whole milliseconds: no word begins before the last one ended, and each lasts at least one."""
    words: list[Word] = []
    last = 0
    for text, start_s, end_s in spans:
        start_ms = max(last, round(start_s * 1000))
        last = max(start_ms + 1, round(end_s * 1000))
        words.append(Word(text, start_ms, last))
    return words


def _is_mark(row: tuple[Any, ...]) -> bool:
    """A text with two moments in seconds; infinities are none."""
    return isinstance(row[0], str) and all(
        isinstance(time_s, int | float) and 0 <= time_s < 1e6 for time_s in row[1:]
    )
