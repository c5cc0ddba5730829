"""Captions: timed words grouped into cues of at most two lines that read well."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from video_platform.domain.formats import Format
from video_platform.domain.timing import Word

PAUSE_MS = 400
"""A silence this long ends a cue: the eye rests where the ear does."""
_LINGER_MS = 200
"""Cues stay this long after their last word, and are gone before the next transition begins."""
_CLOSERS = "\"'»”’)]"
_SENTENCE_END = re.compile(r"[.!?…؟]$")
_SPEAKING = re.compile(r"\w")
_OPENERS = "«“‘([¿¡"
_UNIT = re.compile(r"(%|°\w?|[€$£]|[kcmµ]?[gmlLsWVJ]\d?|km|kg|h|min|TWh|[GMkT]Wh?)\W*$")
_CLAUSE_END = re.compile(r"[,;:،؛—–]$")

LINE_CHARACTERS: dict[Format, int] = {
    Format.WIDE: 42,
    Format.TALL: 22,
    Format.SQUARE: 28,
    Format.PORTRAIT: 28,
}
"""Characters in a line of captions; 42 on wide screens is the broadcasters' usual limit."""


@dataclass(frozen=True, slots=True)
class Cue:
    """Words shown together; ``lines`` holds the same words, broken into one or two lines."""

    words: tuple[Word, ...]
    lines: tuple[tuple[Word, ...], ...]
    end_ms: int

    @property
    def start_ms(self) -> int:
        """When the cue appears: with its first word."""
        return self.words[0].start_ms

    @property
    def text(self) -> str:
        """The lines as plain text."""
        return "\n".join(" ".join(word.text for word in line) for line in self.lines)


def group_words(words: Sequence[Word], *, line_characters: int) -> tuple[Cue, ...]:
    """Cues of at most two lines, in order; every word is in exactly one.

    A cue ends at a sentence's end, at a pause, at a clause's end once a line is full, or where two
    lines are full. A word longer than a line stands alone.
    """
    groups: list[list[Word]] = []
    for word in words:
        if groups and not _must_break(groups[-1], word, line_characters):
            groups[-1].append(word)
        else:
            groups.append([word])
    cues = []
    for index, group in enumerate(groups):
        following = groups[index + 1][0].start_ms if index + 1 < len(groups) else None
        end = group[-1].end_ms + _LINGER_MS
        cues.append(
            Cue(
                words=tuple(group),
                lines=_break_lines(group, line_characters),
                end_ms=end if following is None else max(min(end, following), group[-1].start_ms),
            )
        )
    return tuple(cues)


def _is_glued(before: Word, after: Word) -> bool:
    """Whether two words may not be parted: ``1 kg``, ``« oui »``, ``combien ?``."""
    if not _SPEAKING.search(after.text) or not _SPEAKING.search(before.text):
        # A lone mark goes with what it closes, an opening one with what it opens.
        return after.text[0] not in _OPENERS or before.text[-1] in _OPENERS
    return before.text[-1].isdigit() and bool(_UNIT.match(after.text))


def _length(words: Sequence[Word]) -> int:
    return sum(len(word.text) for word in words) + len(words) - 1


def _must_break(group: Sequence[Word], word: Word, line: int) -> bool:
    candidate = [*group, word]
    if _length(candidate) > 2 * line or len(_break_lines(candidate, line)) > 2:
        return True
    if _is_glued(group[-1], word):
        return False
    last = group[-1].text.rstrip(_CLOSERS)
    if word.start_ms - group[-1].end_ms >= PAUSE_MS or _SENTENCE_END.search(last):
        return True
    return bool(_CLAUSE_END.search(last)) and _length(group) >= line * 0.6


def _break_lines(words: Sequence[Word], line: int) -> tuple[tuple[Word, ...], ...]:
    """One line where it fits, else the most even two; more only for words that cannot fit."""
    if _length(words) <= line or len(words) == 1:
        return (tuple(words),)
    cuts = [
        cut for cut in range(1, len(words)) if not _is_glued(words[cut - 1], words[cut])
    ] or range(1, len(words))
    best = min(cuts, key=lambda cut: max(_length(words[:cut]), _length(words[cut:])))
    halves = (tuple(words[:best]), tuple(words[best:]))
    if max(map(_length, halves)) <= line or len(words) == 2:
        return halves
    return (halves[0], *_break_lines(words[best:], line))
