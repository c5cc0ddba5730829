"""Setting text: cleaning it, breaking it into balanced lines, and fitting sizes to a box."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from video_platform.domain.language import Language
from video_platform.providers.vendors.embedded_painter.faces import (
    Face,
    coverage,
    measure,
)
from video_platform.providers.vendors.embedded_painter.palette import Colour

_NBSP = "\u00a0"
_NARROW_NBSP = "\u202f"
_JOINERS = "\u200c\u200d"
_BREAKS = re.compile(r"[^\S\u00a0\u202f\u2007]+")
_FRENCH_BEFORE = re.compile(r"[ \u00a0\u202f\u2007]+([:;?!%»€])")
_FRENCH_AFTER = re.compile(r"«[ \u00a0\u202f\u2007]*")
_BEFORE_PERCENT = re.compile(r"(?<=\d) +(?=[%٪‰°€$])")
_THOUSANDS = re.compile(r"(?<=\d) (?=\d{3}(?!\d))")
# Arabic needs two marks on one letter. More are a prank that climbs out of its line, and Latin
# marks that did not compose with their letter have no place of their own in the typeface.
_PILED_MARKS = re.compile(r"([\u064b-\u065f\u0670]{2})[\u064b-\u065f\u0670]+|[\u0300-\u036f]+")
# Longer texts are running text: even lines matter less there, and cost more to find.
_BALANCED_WORDS = 48
_SMALLEST_PX = 3
_SAFETY = 1.004
"""Hinting makes real lines a hair wider than scaled measures."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Text to set.

    Args:
        size: wanted font size in pixels; ``floor`` is the smallest readable one.
        gap: space above it, in pixels at the wanted size.
        leading: line pitch in shares of the size; 0 takes the language's own.
        lines: more lines than this make the text smaller, if it can be.
        tight: no room for descenders that are not there, as for a figure standing alone.
    """

    text: str
    size: float
    floor: float
    colour: Colour
    face: Face = "semibold"
    gap: float = 0.0
    leading: float = 0.0
    lines: int = 99
    tight: bool = False


@dataclass(frozen=True, slots=True)
class Setting:
    """A paragraph broken into lines at its final size; measures in pixels."""

    paragraph: Paragraph
    lines: tuple[str, ...]
    size: int
    gap: float
    pitch: float
    above: float
    below: float
    width: float

    @property
    def height(self) -> float:
        """From the top of its first line to the bottom of its last, without the gap."""
        return self.above + self.pitch * (len(self.lines) - 1) + self.below


def clean(text: str, language: Language) -> str:
    """``text`` as the typeface can show it: no control characters, no missing glyphs."""
    text = unicodedata.normalize("NFC", text)
    if language is Language.FRENCH:
        text = _FRENCH_BEFORE.sub(rf"{_NBSP}\1", text)
        text = _FRENCH_AFTER.sub(f"«{_NBSP}", text)
    text = _THOUSANDS.sub(_NBSP, _BEFORE_PERCENT.sub(_NBSP, text))
    known = coverage()
    kept: list[str] = []
    for character in text.replace(_NARROW_NBSP, _NBSP).replace("\u2007", _NBSP):
        if character.isspace():
            kept.append(_NBSP if character == _NBSP else " ")
        elif character in _JOINERS or unicodedata.category(character)[0] == "C":
            kept.append(_joiner(character, language, kept))
        elif ord(character) in known:
            kept.append(character)
        else:
            kept += [c for c in unicodedata.normalize("NFKD", character) if ord(c) in known]
    text = _PILED_MARKS.sub(lambda found: found[1] or "", "".join(kept))
    return " ".join(split_words(text))


def _joiner(character: str, language: Language, before: list[str]) -> str:
    """Joiners matter inside Arabic words only; other invisible characters are dropped."""
    inside = bool(before) and before[-1] not in ("", " ", _NBSP)
    if character in _JOINERS and language.is_rtl and inside:
        return character
    return " " if character in "\n\r\t\v\f" else ""


def split_words(text: str) -> list[str]:
    """Words a line may break between; non-breaking spaces hold theirs together."""
    return [word for word in _BREAKS.split(text) if word.strip(_NBSP)]


def unbroken(text: str) -> str:
    """``text`` on one line: its spaces become non-breaking."""
    return _NBSP.join(split_words(text))


def fit(
    paragraphs: Sequence[Paragraph], width: float, height: float, language: Language
) -> list[Setting]:
    """Set paragraphs one under another as large as wanted or as fits, all by the same share.

    Sizes stop at their floors as long as that helps; words break only when shrinking does not
    suffice. Text that still does not fit goes below the floor rather than being cut.
    """
    filled = [paragraph for paragraph in paragraphs if paragraph.text]
    for may_split in (False, True):
        found = _largest(filled, width, height, language, may_split=may_split)
        if found:
            return found
    small = [replace(one, size=min(one.size, one.floor), floor=0.0, lines=999) for one in filled]
    found = _largest(small, width, height, language, may_split=True)
    return found or [_set(one, _SMALLEST_PX, 0.1, width, language, split=True)[0] for one in small]


def _largest(
    paragraphs: Sequence[Paragraph],
    width: float,
    height: float,
    language: Language,
    *,
    may_split: bool,
) -> list[Setting] | None:
    low, high = 0.0, 1.0
    best = _try(paragraphs, high, width, height, language, split=may_split)
    if best:
        return best
    best = _try(paragraphs, low, width, height, language, split=may_split)
    if not best:
        return None
    for _ in range(8):
        middle = (low + high) / 2
        found = _try(paragraphs, middle, width, height, language, split=may_split)
        if found:
            low, best = middle, found
        else:
            high = middle
    return best


def _try(
    paragraphs: Sequence[Paragraph],
    scale: float,
    width: float,
    height: float,
    language: Language,
    *,
    split: bool,
) -> list[Setting] | None:
    settings: list[Setting] = []
    total = 0.0
    for paragraph in paragraphs:
        size = int(max(paragraph.floor, paragraph.size * scale, _SMALLEST_PX))
        setting, fits = _set(paragraph, size, scale, width, language, split=split)
        allowed = paragraph.lines if not split else 999
        if not fits or len(setting.lines) > allowed:
            return None
        settings.append(setting)
        total += setting.height + (setting.gap if len(settings) > 1 else 0.0)
        if total > height:
            return None
    return settings


def _set(
    paragraph: Paragraph, size: int, scale: float, width: float, language: Language, *, split: bool
) -> tuple[Setting, bool]:
    lines = _break(paragraph.text, paragraph.face, width / size / _SAFETY, language, split)
    sizes = [measure(line, paragraph.face, language) for line in lines]
    widest = max(one.width for one in sizes) * size * _SAFETY
    setting = Setting(
        paragraph=paragraph,
        lines=lines,
        size=size,
        gap=paragraph.gap * max(0.6, min(1.0, scale + 0.15)),
        pitch=size * (paragraph.leading or natural_leading(language, paragraph.text)),
        above=size * max(sizes[0].above + 0.02, 0.7 if paragraph.tight else 0.74),
        below=size * max(sizes[-1].below + 0.02, 0.02 if paragraph.tight else 0.2),
        width=widest,
    )
    return setting, widest <= width


def natural_leading(language: Language, text: str = "") -> float:
    """Line pitch that keeps marks of neighbouring lines apart."""
    if language.is_rtl or any("\u0600" <= character <= "\u08ff" for character in text):
        return 1.52
    return 1.2


@lru_cache(maxsize=2048)
def _break(text: str, face: Face, width: float, language: Language, split: bool) -> tuple[str, ...]:
    """Lines of about equal length, as few as ``width`` (in shares of the size) allows."""
    words = split_words(text)
    if split:
        words = [part for word in words for part in _split(word, face, width, language)]
    lines = _greedy(words, face, width, language)
    if len(lines) > 1 and len(words) <= _BALANCED_WORDS:
        lines = _balance(words, len(lines), face, width, language) or lines
    return tuple(lines)


def _balance(
    words: Sequence[str], count: int, face: Face, width: float, language: Language
) -> list[str]:
    """The same number of lines, as even as can be: the least sum of squared empty room."""
    space = _space(face, language)
    reach = [0.0]
    for word in words:
        reach.append(reach[-1] + measure(word, face, language).width + space)
    endless = float("inf")
    best: list[list[tuple[float, int]]] = [[(0.0, 0)] + [(endless, 0)] * len(words)]
    for _ in range(count):
        row: list[tuple[float, int]] = [(endless, 0)]
        for end in range(1, len(words) + 1):
            costs = [
                (best[-1][start][0] + (width - used) ** 2, start)
                for start in range(end)
                if (used := reach[end] - reach[start] - space) <= width
            ]
            row.append(min(costs, default=(endless, 0)))
        best.append(row)
    if best[-1][-1][0] == endless:
        return []
    lines: list[str] = []
    end = len(words)
    for line in range(count, 0, -1):
        start = best[line][end][1]
        lines.insert(0, " ".join(words[start:end]))
        end = start
    return lines


def _space(face: Face, language: Language) -> float:
    return measure("x x", face, language).width - measure("xx", face, language).width


def _greedy(words: Sequence[str], face: Face, width: float, language: Language) -> list[str]:
    space = _space(face, language)
    lines: list[list[str]] = []
    used = 0.0
    for word in words:
        wide = measure(word, face, language).width
        if lines and used + space + wide <= width:
            lines[-1].append(word)
            used += space + wide
        else:
            lines.append([word])
            used = wide
    return [" ".join(line) for line in lines]


def _split(word: str, face: Face, width: float, language: Language) -> list[str]:
    """A word that is too wide, in pieces; never between a letter and its mark."""
    if measure(word, face, language).width <= width:
        return [word]
    pieces, piece = [], ""
    for cluster in re.findall(r"\S[\u0300-\u036f\u064b-\u065f\u0670]*|\s", word):
        if piece and measure(piece + cluster, face, language).width > width:
            pieces.append(piece)
            piece = ""
        piece += cluster
    return [*pieces, piece]
