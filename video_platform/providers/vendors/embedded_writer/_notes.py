"""Small print of a picture: what a figure counts, and the two sides of a comparison."""

import re
from typing import Final

from video_platform.providers.vendors.embedded_writer._figures import Figure, words_after
from video_platform.providers.vendors.embedded_writer._headlines import (
    ITEM_CHARACTERS,
    clauses,
    shorten,
)
from video_platform.providers.vendors.embedded_writer._lexicon import Lexicon
from video_platform.providers.vendors.embedded_writer._sentences import (
    capitalise,
    leans_on_previous,
)
from video_platform.providers.vendors.embedded_writer._terms import content_stems

_NOTE_CHARACTERS: Final = 60


def compare(sentence: str, words: Lexicon) -> tuple[str, str] | tuple[()]:
    """The two sides a sentence sets against each other, both short enough to show."""
    for mark in words.contrasts:
        found = re.search(rf"(?:,|،|\s)\s*{re.escape(mark)}\s+", sentence, re.IGNORECASE)
        if not found:
            continue
        left = _side(sentence[: found.start()], words)
        right = _side(sentence[found.end() :], words)
        if left and right and left.casefold() != right.casefold():
            return left, right
    return ()


def _side(text: str, words: Lexicon) -> str:
    parts = [clause for clause, _ in clauses(text, words)]
    if not parts or leans_on_previous(text, words):
        return ""
    for part in (text.strip(" .،,؛;!?؟"), parts[0]):
        if len(part) <= ITEM_CHARACTERS:
            return capitalise(part)
        short = shorten(part, words, ITEM_CHARACTERS, max_words=9)
        is_whole = len(short) >= 0.6 * len(part) and not re.search(r"\d", part[len(short) :])
        if short and is_whole:
            return capitalise(short)
    return ""


_LAST_SMALL: Final = re.compile(
    r"(?:\s+(?:in|on|by|around|about|since|en|le|vers|dès|depuis|in the year|في|عام|سنة|منذ|نحو))+$"
)


def note_of(sentence: str, figure: Figure, words: Lexicon) -> str:
    """What a figure counts: the words after it where they say so, else its whole clause."""
    after = words_after(sentence, figure)
    if (
        len(after) <= _NOTE_CHARACTERS
        and len(content_stems(after, words)) >= 2
        and not figure.is_date
    ):
        return after
    if figure.is_date and after and len(after) <= _NOTE_CHARACTERS:
        return capitalise(after)
    start, end = figure.span
    marks = [m.end() for m in re.finditer(r"[,،;:؛—–](?=\s)", sentence[:start])]
    begin = marks[-1] if marks else 0
    stop = re.search(r"[,،;:؛.!?؟—–](?=\s|$)", sentence[end:])
    clause = sentence[begin : end + stop.start() if stop else len(sentence)].strip(" ,،;:.؛—–")
    opener, _, told = clause.partition(" ")
    clause = told if begin and opener.casefold() in words.subordinators else clause
    ends_clause = clause.endswith(figure.text)
    if figure.is_date and not ends_clause and len(sentence[begin:start].split()) >= 3:
        return capitalise(clause) if len(clause) <= _NOTE_CHARACTERS + 12 else ""
    before = _LAST_SMALL.sub("", clause[: -len(figure.text)].strip()) if ends_clause else ""
    if figure.is_date and len(before.split()) >= 3:
        return capitalise(before) if len(before) <= _NOTE_CHARACTERS + 12 else ""
    is_adverbial = clause.split(" ")[0].casefold() in words.joints and len(clause.split()) <= 5
    if figure.is_date or is_adverbial:
        rest = sentence[end:].lstrip(" ,،")
        following = clauses(rest, words)
        line = shorten(following[0][0], words, _NOTE_CHARACTERS, 12) if following else ""
        if line:
            return capitalise(line)
    if len(clause) <= _NOTE_CHARACTERS + 12:
        return capitalise(clause)
    return capitalise(after) if after and len(after) <= _NOTE_CHARACTERS else ""
