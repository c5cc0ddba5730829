"""Concept words that choose a scene's icons, from its own words."""

from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from typing import Final

from video_platform.providers.vendors.embedded_writer._concepts import CONCEPTS
from video_platform.providers.vendors.embedded_writer._terms import stem, tokens

MOST_KEYWORDS: Final = 5
_SHORTEST_PREFIX: Final = 3
_GENERAL: Final = frozenset(
    (
        "time",
        "people",
        "list",
        "arrow",
        "location",
        "check",
        "calendar",
        "question",
        "growth",
        "tool",
    )
)
"""Concepts that many sentences touch and few are about: they come after the telling ones."""


@cache
def _tables() -> tuple[dict[str, str], dict[str, str]]:
    whole: dict[str, str] = {}
    prefixes: dict[str, str] = {}
    for concept, line in CONCEPTS.items():
        for word in line.split():
            if word.endswith("*"):
                prefixes.setdefault(_own_stem(word[:-1]), concept)
            else:
                whole.setdefault(word, concept)
                whole.setdefault(_own_stem(word), concept)
    return whole, prefixes


def _own_stem(word: str) -> str:
    """Only Arabic is matched by stem: its article and conjunction are part of the word."""
    return stem(word) if "\u0600" <= word[0] <= "\u06ff" else word


@cache
def concept_of(token: str) -> str:
    """The concept a word calls for; empty for most words."""
    whole, prefixes = _tables()
    for form in dict.fromkeys((token, _own_stem(token))):
        if form in whole:
            return whole[form]
        for length in range(len(form), _SHORTEST_PREFIX, -1):
            if form[:length] in prefixes:
                return prefixes[form[:length]]
    return ""


def concepts_in(texts: Sequence[tuple[str, float]]) -> tuple[str, ...]:
    """Concepts of weighted texts, most telling first; equal ones in order of appearance."""
    scores: dict[str, float] = defaultdict(float)
    for text, weight in texts:
        for token in tokens(text):
            if concept := concept_of(token):
                scores[concept] += weight * (0.45 if concept in _GENERAL else 1.0)
    return tuple(sorted(scores, key=lambda concept: -scores[concept])[:MOST_KEYWORDS])
