"""Short lines for the screen: a clause or phrase of the source, never cut inside a thought."""

import re
from typing import Final

from video_platform.providers.vendors.embedded_writer._lexicon import Lexicon, word_set
from video_platform.providers.vendors.embedded_writer._sentences import (
    capitalise,
    leans_on_previous,
    without_connective,
    without_parentheticals,
)
from video_platform.providers.vendors.embedded_writer._terms import content_stems, tokens

HEADLINE_CHARACTERS: Final = 48
HEADLINE_WORDS: Final = 7
_TELLING_PHRASE: Final = 0.9
"""Least weight of a phrase's words, where 1 is the text's most frequent word."""
ITEM_CHARACTERS: Final = 42
_CLAUSE_MARK: Final = re.compile(r"\s*[,،;؛:](?=\s)\s*|\s+[—–]\s+|\s*[()«»“”]\s*|[.!?؟…]+(?=\s|$)")
_EDGE: Final = " ,،;؛:.…!—–-\"'’“”«»()"


_THAN: Final = frozenset(("que", "qu", "than"))
_RELATIVES: Final = word_set("which who whose qui que qu dont الذي التي الذين مما")
_MORE: Final = word_set("plus moins aussi autant mieux more less")


def clauses(sentence: str, words: Lexicon) -> list[tuple[str, bool]]:
    """Clauses of a sentence, and whether each one opens a thought of its own."""
    found: list[tuple[str, bool]] = []
    for position, part in enumerate(_CLAUSE_MARK.split(sentence)):
        run: list[str] = []
        is_main = position == 0
        for token in part.split():
            bare = token.casefold().split("’")[0].split("'")[0]
            is_than = bare in _THAN and any(word.casefold() in _MORE for word in run)
            if run and bare in words.subordinators and not is_than:
                found.append((" ".join(run), is_main))
                run, is_main = [], False
            run.append(token)
        if run:
            found.append((" ".join(run), is_main))
    return [(text.strip(_EDGE), is_main) for text, is_main in found if text.strip(_EDGE)]


def _bare(token: str) -> str:
    return token.casefold().strip(_EDGE).split("’")[-1].split("'")[-1]


def _dangles(tokens_: list[str], words: Lexicon) -> bool:
    last = _bare(tokens_[-1])
    return last in words.stops or last in words.tails or last in words.joints or last.isdigit()


_NOT_A_CONJUNCTION: Final = word_set("وتيرة ويلات والد والدة والدين والدي واله والي")


def without_and(line: str, words: Lexicon) -> str:
    """An Arabic line without the “and” that ties it to the sentence before."""
    first = line.split(" ", 1)[0]
    is_tied = len(first) >= 5 and first.startswith(("وال", "وت", "وي"))
    if words.language.is_rtl and is_tied and first not in _NOT_A_CONJUNCTION:
        return line[1:]
    return line


def shorten(clause: str, words: Lexicon, limit: int, max_words: int = HEADLINE_WORDS + 1) -> str:
    """The longest opening of ``clause`` that fits and ends before a joint; empty when none does."""
    clause = without_and(clause, words)
    parts = clause.split()
    if len(clause) <= limit and len(parts) <= max_words:
        return clause
    if words.language.is_rtl and "بين" not in parts:
        for end in range(min(len(parts) - 1, max_words), 2, -1):
            if re.match(r"و(?:ال|ت|ي)\w{3}", parts[end]) and len(" ".join(parts[:end])) <= limit:
                return " ".join(parts[:end]).strip(_EDGE)
    for end in range(min(len(parts) - 1, max_words), 1, -1):
        head = parts[:end]
        is_joint = parts[end].casefold() in words.joints | words.subordinators
        if is_joint and len(" ".join(head)) <= limit and not _dangles(head, words):
            return " ".join(head).strip(_EDGE)
    return ""


_GENITIVES: Final = word_set("of de du des d")


def fit(text: str, words: Lexicon, limit: int) -> str:
    """``text`` within ``limit`` characters at any price: at a joint, or between two words."""
    text = text.strip(_EDGE)
    for clause, _ in [(text, True), *clauses(text, words)[:1]]:
        short = shorten(clause, words, limit, max_words=12)
        if short and (short == text or not _dangles(short.split(), words)):
            return short
    parts = text.split()
    follows = ""
    while len(parts) > 1 and (
        len(" ".join(parts)) > limit or _dangles(parts, words) or _bare(follows) in _GENITIVES
    ):
        follows = parts.pop()
    return " ".join(parts)[:limit].strip(_EDGE)


_COPULA: Final = re.compile(
    r"^(?P<subject>(?:[\w’'-]+\s){1,5}?)"
    r"(?:is|are|was|were|has|have|can|may|will|est|sont|était|étaient|a|ont|peut|peuvent)\s"
)


def subject_of(sentence: str, words: Lexicon) -> str:
    """What a sentence such as “Honey bees are ...” is about; empty where that is not plain."""
    found = _COPULA.match(sentence)
    if not found or leans_on_previous(sentence, words):
        return ""
    subject = found["subject"].strip()
    is_bare = subject.split()[0].casefold() not in words.joints and not _dangles(
        subject.split(), words
    )
    return subject if is_bare and content_stems(subject, words) else ""


def headline_candidates(
    sentence: str, words: Lexicon, weights: dict[str, float]
) -> list[tuple[float, str]]:
    """Lines a sentence offers, each with its worth; the best first."""
    plain = without_connective(without_parentheticals(sentence), words)
    offers: list[tuple[float, str]] = []
    for clause, is_main in clauses(plain, words):
        parts = clause.split()
        if not is_main and _bare(parts[0]) in _RELATIVES:
            continue  # without its noun it says nothing
        if parts and not is_main and parts[0].casefold() in words.subordinators and len(parts) > 3:
            clause = " ".join(parts[1:])
        line = shorten(clause, words, HEADLINE_CHARACTERS)
        is_end = bool(line) and plain.rstrip(_EDGE + "?؟").endswith(line)
        if line and (worth := _worth(line, clause, is_main, words, weights, is_end=is_end)) > 0:
            offers.append((worth, capitalise(line)))
    return sorted(offers, key=lambda offer: -offer[0])


def _worth(
    line: str,
    clause: str,
    is_main: bool,
    words: Lexicon,
    weights: dict[str, float],
    *,
    is_end: bool,
) -> float:
    parts = line.split()
    stems = content_stems(line, words)
    least = 2 if is_main else 3
    if len(stems) < least or len(parts) < 2 or (_dangles(parts, words) and not is_end):
        return 0.0
    worth = 1.0 + sum(weights.get(term, 0.0) for term in stems) / len(stems)
    worth += 0.25 * min(len(stems), 4)
    first = tokens(line)[0] if tokens(line) else ""
    if leans_on_previous(line, words):
        worth -= 1.6
    if first in words.joints:
        worth -= 1.1
    if not is_main:
        worth -= 0.5
    if len(line) < len(clause):
        worth -= 0.5
    if len(parts) > HEADLINE_WORDS:
        worth -= 0.2
    return worth


def noun_phrases(sentence: str, words: Lexicon, weights: dict[str, float]) -> list[str]:
    """Noun and adjective pairs that can be told apart from verbs (Arabic only); best first."""
    offers: list[tuple[float, str]] = []
    for clause, _ in clauses(without_parentheticals(sentence), words):
        run: list[str] = []
        for token in [*clause.split(), ""]:
            bare = _bare(token)
            if token and bare not in words.stops and bare not in words.tails and not bare.isdigit():
                run.append(token)
                continue
            is_end = not token or bare in words.joints or bare in ("of", "de", "du", "des", "d")
            if is_end and 2 <= len(run) <= 4 and _is_phrase(run, words):
                worth = sum(weights.get(term, 0.0) for term in content_stems(" ".join(run), words))
                if worth >= _TELLING_PHRASE:
                    offers.append((worth, capitalise(" ".join(run).strip(_EDGE))))
            run = []
    return [line for _, line in sorted(offers, key=lambda offer: -offer[0])]


def _is_phrase(run: list[str], words: Lexicon) -> bool:
    """In Arabic a noun and its adjective share the article; elsewhere nothing tells a verb."""
    return words.language.is_rtl and len(run) == 2 and all(word.startswith("ال") for word in run)


def enumeration(sentence: str, words: Lexicon) -> tuple[str, ...]:
    """Three or four short parallel things named in a sentence; empty when it names none."""
    joiner = re.escape(words.last_joiner.strip("، ,"))
    is_rtl = words.language.is_rtl
    last = r"\s*،?\s+و(?=\w{3})" if is_rtl else rf",?\s+{joiner}\s+"
    mark = r"(?:،\s+و?|\s+و(?=ال))" if is_rtl else r",\s+"
    thing = r"[^,،;؛:.!?؟—–()«»“”]{2,40}?"
    pattern = rf"(^|:\s)({thing}(?:{mark}{thing})+){last}([^,،;؛:.!?؟—–()«»“”]{{2,60}})"
    for found in re.finditer(pattern, sentence):
        items = [item.strip(_EDGE) for item in [*re.split(mark, found[2]), found[3]]]
        if len(items[-1].split()) > 4:
            items.pop()
        if not 3 <= len(items) <= 4 or any(not 0 < len(item.split()) <= 4 for item in items):
            continue
        if found[1] or _is_parallel(items, words):
            return tuple(items)
    return ()


def _is_parallel(items: list[str], words: Lexicon) -> bool:
    """Whether a list that opens its sentence hides no verb in its first item."""
    starts_bare = [tokens(item)[:1] and tokens(item)[0] not in words.stops for item in items]
    longest = max(len(item.split()) for item in items[1:])
    return len(items[0].split()) <= longest and len(set(map(bool, starts_bare))) == 1
