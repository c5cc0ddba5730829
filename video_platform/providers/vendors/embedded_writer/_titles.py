"""Titles: made where the text has none, parted where they are long."""

import re
from collections.abc import Sequence
from typing import Final

from video_platform.providers.vendors.embedded_writer._clean import has_speech
from video_platform.providers.vendors.embedded_writer._headlines import (
    HEADLINE_CHARACTERS,
    fit,
    headline_candidates,
    shorten,
    subject_of,
)
from video_platform.providers.vendors.embedded_writer._lexicon import Lexicon
from video_platform.providers.vendors.embedded_writer._passages import Passage
from video_platform.providers.vendors.embedded_writer._sentences import capitalise, split_sentences

_SUBTITLE_CHARACTERS: Final = 120
_ABOUT: Final = frozenset(("about", "on", "sur", "à propos de", "عن", "حول"))


def split_title(title: str, words: Lexicon) -> tuple[str, str]:
    """A title as headline and subtitle, parted at its colon or dash where it is long."""
    title = title.strip()
    parts = re.split(r"\s*:\s+|\s+[—–]\s+", title, maxsplit=1)
    if (
        len(parts) == 2
        and len(parts[0]) >= 3
        and len(title) > 28
        and len(parts[0]) <= HEADLINE_CHARACTERS
    ):
        return capitalise(parts[0]), capitalise(parts[1])[:_SUBTITLE_CHARACTERS]
    if len(title) <= HEADLINE_CHARACTERS + 16:
        return capitalise(title), ""
    short = shorten(title, words, HEADLINE_CHARACTERS) or fit(title, words, HEADLINE_CHARACTERS)
    return capitalise(short), ""


def make_title(passages: Sequence[Passage], words: Lexicon, weights: dict[str, float]) -> str:
    """A title for a text without one: what its first sentence is about, or its best line."""
    first = split_sentences(passages[0].text, words)[0]
    if subject := subject_of(first, words):
        return capitalise(subject)
    for _, line in headline_candidates(first, words, weights):
        if first.casefold().startswith(line.casefold()):
            return line
    line = fit(first, words, HEADLINE_CHARACTERS)
    if len(line.split()) > 1:
        return capitalise(line)
    for passage in passages[1:4]:
        for _, other in headline_candidates(passage.text, words, weights):
            return other
    return line if has_speech(line) else passages[0].text[:HEADLINE_CHARACTERS]


def topic_of(line: str, words: Lexicon) -> str:
    """A wish such as “make a short video about bees” reduced to its subject."""
    rest, changed = line.strip(), True
    is_request = False
    while changed:
        changed = False
        for opener in words.request_openers:
            found = re.match(rf"{re.escape(opener)}(?=\s)\s+", rest, re.IGNORECASE)
            if found and len(rest) > found.end():
                rest, changed = rest[found.end() :], True
                is_request = is_request or opener in (
                    "about",
                    "on",
                    "sur",
                    "à propos de",
                    "عن",
                    "حول",
                )
                break
        if is_request:
            break
    subject = rest if is_request else line.strip()
    return subject[:1].upper() + subject[1:]
