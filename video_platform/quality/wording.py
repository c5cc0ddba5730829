"""What language a text is in, whether its letters survived, and what it must not say.

The script (Latin, Arabic) is told by Unicode; languages that share one, by their commonest words.
"""

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from video_platform.domain.language import Language

_DATA = Path(__file__).parent / "data"
_LEAST_WORDS = 12
"""Shorter texts may well have none of the commonest words."""
_RTL_SHARE = 0.5
_BROKEN = re.compile(
    # UTF-8 read as Windows-1252, once or twice: a lead byte followed by a continuation byte.
    r"[ÂÃ][\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc"
    r"\u2013-\u203a\u20ac\u2122]"
    r"|â[\u0080\u0082\u20ac][\u0080-\u00bf\u0152-\u017e\u02c6\u02dc\u2013-\u203a\u2122]?"
    r"|[ØÙ][\u0080-\u00bf\u0152-\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]"
    r"|\ufffd"
)
_WORDS = re.compile(r"[^\W_]+")
_QUESTIONS = re.compile(r"\?{3,}")


@lru_cache(maxsize=8)
def load(name: str) -> Any:
    """A data file of this room, by its name without ending."""
    return json.loads((_DATA / f"{name}.json").read_text(encoding="utf-8"))


def broken_letters(text: str) -> str:
    """The first piece of text whose encoding was lost, with what stands around it; else nothing."""
    found = _BROKEN.search(text) or _QUESTIONS.search(text)
    if not found:
        odd = next(
            (
                c
                for c in text
                if unicodedata.category(c) in ("Cc", "Co", "Cn", "Cs") and c not in "\n\t\r"
            ),
            "",
        )
        return f"U+{ord(odd):04X}" if odd else ""
    return text[max(0, found.start() - 8) : found.end() + 8].replace("\n", " ")


def is_arabic(text: str) -> bool:
    """Whether most letters are of the Arabic script."""
    letters = [c for c in text if c.isalpha()]
    arabic = sum("ARABIC" in unicodedata.name(c, "") for c in letters)
    return bool(letters) and arabic > _RTL_SHARE * len(letters)


def guess_language(text: str) -> Language | None:
    """The language of a text; nothing when it is too short or too odd to tell."""
    if is_arabic(text):
        return Language.ARABIC
    words = re.findall(r"[^\W\d_]+", text.casefold())
    if len(words) < _LEAST_WORDS:
        return None
    common: Mapping[str, Sequence[str]] = load("stop_words")
    shares = {
        code: sum(word in set(known) for word in words) / len(words)
        for code, known in common.items()
    }
    best, other = sorted(shares, key=shares.__getitem__, reverse=True)[:2]
    is_clear = shares[best] > 0.1 and shares[best] > 1.5 * shares[other]
    return Language(best) if is_clear else None


def first_difference(wanted: Sequence[str], shown: Sequence[str]) -> int | None:
    """Where two runs of words differ first; nothing when they are equal."""
    for at, (one, other) in enumerate(zip(wanted, shown, strict=False)):
        if one != other:
            return at
    return None if len(wanted) == len(shown) else min(len(wanted), len(shown))


def found_terms(text: str, terms: Iterable[str]) -> list[str]:
    """Which of these words or phrases stand in the text as whole words, whatever their case."""
    plain = _spaced(text)
    return [term for term in terms if _spaced(term) in plain]


def _spaced(text: str) -> str:
    """The words alone, with a blank before, between and after them."""
    return f" {' '.join(_WORDS.findall(_folded(text)))} "


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
