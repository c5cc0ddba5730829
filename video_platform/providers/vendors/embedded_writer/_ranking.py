"""How much each passage deserves to be in the film."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from video_platform.providers.vendors.embedded_writer._figures import find_figures
from video_platform.providers.vendors.embedded_writer._lexicon import Lexicon
from video_platform.providers.vendors.embedded_writer._passages import Passage, PassageKind
from video_platform.providers.vendors.embedded_writer._terms import content_stems

_KIND_WORTH: Final = {
    PassageKind.SENTENCE: 0.0,
    PassageKind.LIST: 1.0,
    PassageKind.STEPS: 0.9,
    PassageKind.QUOTE: 0.4,
}
_GOOD_SECONDS: Final = (3.0, 9.0)


def rank(
    passages: list[Passage], weights: Mapping[str, float], title: str, words: Lexicon, take: int
) -> list[Passage]:
    """The same passages with their scores; another ``take`` weighs them a little differently."""
    title_terms = set(content_stems(title, words))
    ranked = []
    for position, passage in enumerate(passages):
        before = passages[position - 1] if position else None
        opens = before is None or before.paragraph != passage.paragraph
        score = _worth(passage, weights, title_terms, words) + (0.7 if opens else 0.0)
        after = passages[position + 1] if position + 1 < len(passages) else None
        ends = after is None or after.paragraph != passage.paragraph
        if passage.paragraph == passages[0].paragraph:
            score += 1.2 if ends else 0.4  # an introduction ends with what the text is about
        if take:
            score *= 0.6 + 0.8 * chance(f"{take}:{position}")
        ranked.append(replace(passage, score=score))
    return ranked


def _worth(
    passage: Passage, weights: Mapping[str, float], title_terms: set[str], words: Lexicon
) -> float:
    terms = set(content_stems(passage.text, words))
    folded = passage.text.casefold()
    worth = _KIND_WORTH[passage.kind]
    if terms:
        worth += 1.6 * sum(weights.get(term, 0.0) for term in terms) / (len(terms) ** 0.6)
        worth += 0.25 * min(3, len(terms & title_terms))
        heading_terms = set(content_stems(passage.heading, words))
        worth += 0.2 * min(2, len(terms & heading_terms))
    figures = find_figures(passage.text, words)
    worth += min(0.9, 0.3 * figures[0].strength) if figures else 0.0
    worth += 0.15 * min(3, sum(cue in folded for cue in words.cues))
    worth += 0.5 if passage.strong else 0.0
    worth += 0.4 if any(mark in folded for mark in words.contrasts[:2]) else 0.0
    worth -= 1.2 * sum(mark in folded for mark in words.noise)
    worth -= 0.3 if passage.text.rstrip("»” ").endswith(("?", "؟")) else 0.0
    worth -= 0.3 if passage.needs_previous else 0.0
    short, long = _GOOD_SECONDS
    worth -= 0.8 if passage.seconds < short else 0.0
    worth -= 0.12 * max(0.0, passage.seconds - long)
    return worth


def chance(text: str) -> float:
    """A number from 0 to 1 that depends on ``text`` alone."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") / 2**32
