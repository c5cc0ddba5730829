"""Sentences of running text, and safe light rewriting of one sentence."""

import re
from typing import Final

from video_platform.domain.language import Language
from video_platform.providers.vendors.embedded_writer._lexicon import Lexicon, word_set

_END: Final = re.compile(r"[.!?؟…]+(?:\s?[»”\"’)\]])*(?=\s)|[.؟!](?=[\u0600-\u06ff])")
_OPENING: Final = "«“(["
_CLOSING: Final = "»”)]"
_QUOTE_LIMIT = 400
"""Past this many characters an open quote was never closed: stop waiting for it."""
_PARENTHETICAL: Final = re.compile(r"\s*[(\[][^()\[\]]{0,300}[)\]]")
_FINAL: Final = re.compile(r"[.!?…؟][\"”»’)\]\s]*$")
_LOOSE_END: Final = re.compile(r"[\s,،؛;:–—-]+$")


def split_sentences(text: str, words: Lexicon) -> list[str]:
    """Sentences in order; abbreviations, decimals, initials and open quotes do not end one."""
    sentences: list[str] = []
    start = depth = scanned = 0
    for match in _END.finditer(text):
        depth = max(0, depth + _depth_change(text[scanned : match.end()]))
        scanned = match.end()
        if depth and match.end() - start < _QUOTE_LIMIT:
            continue
        if _ends_sentence(text, match, words):
            sentences.append(text[start : match.end()].strip())
            start, depth = match.end(), 0
    sentences.append(text[start:].strip())
    return [sentence for sentence in sentences if any(c.isalnum() for c in sentence)]


def _depth_change(text: str) -> int:
    return sum(text.count(mark) for mark in _OPENING) - sum(text.count(mark) for mark in _CLOSING)


def _ends_sentence(text: str, match: re.Match[str], words: Lexicon) -> bool:
    rest = text[match.end() : match.end() + 12].lstrip()
    first = next((character for character in rest if character.isalnum()), "")
    if first.islower():
        return False
    if match[0][0] != ".":
        return True
    token = text[max(0, match.start() - 24) : match.start()].split(" ")[-1].lstrip("(«“\"'’[")
    name = token.casefold()
    if name in words.abbreviations:
        return name in ("etc", "إلخ", "الخ")
    is_initial = len(token) == 1 and token.isupper()
    return not is_initial and not re.fullmatch(r"(?:\w\.)+\w", token)


def finish(sentence: str, words: Lexicon) -> str:
    """The sentence with a capital at its start and a full stop at its end."""
    bare = sentence.strip()
    if not _FINAL.search(bare):
        bare = _LOOSE_END.sub("", bare) + words.full_stop
    return capitalise(bare)


def capitalise(text: str) -> str:
    """First letter upper case; words such as ``iPhone`` or ``e-mail`` aside."""
    for position, character in enumerate(text):
        if character.isdigit():
            return text
        if character.isalpha():
            if text[position + 1 : position + 2].isupper():
                return text
            return text[:position] + character.upper() + text[position + 1 :]
    return text


def without_parentheticals(sentence: str) -> str:
    """Drop what stands in round or square brackets, unless little else remains."""
    shorter = re.sub(r"\s+([,.;:!?،؛؟])", r"\1", _PARENTHETICAL.sub("", sentence)).strip()
    if " :" in sentence or " ;" in sentence or " ?" in sentence or " !" in sentence:
        shorter = _PARENTHETICAL.sub("", sentence).strip()
    return shorter if len(shorter.split()) >= 4 else sentence


def without_connective(sentence: str, words: Lexicon) -> str:
    """Drop an opening such as “However,” whose antecedent is not in the film."""
    folded = sentence.casefold()
    for opener in words.connectives:
        if folded.startswith(opener):
            rest = sentence[len(opener) :]
            found = re.match(r"\s*[,،:]\s*", rest)
            if found and len(rest.split()) >= 4:
                return capitalise(rest[found.end() :])
    return sentence


def leans_on_previous(sentence: str, words: Lexicon) -> bool:
    """Whether the sentence opens with a word that needs the sentence before it."""
    folded = sentence.casefold().lstrip("«“\"'( ")
    if folded.startswith(words.firm):
        return False
    openers = re.findall(r"[^\W\d_]+", folded)[:2]
    if not openers:
        return False
    first = openers[0]
    if first in words.weak or any(
        folded.startswith(c + w) for c in words.connectives for w in ",،"
    ):
        return True
    if _POINTS_BACK[words.language].search(sentence):
        return True
    return words.language.is_rtl and len(first) > 4 and first.endswith(("ها", "هم", "هما"))


_POINTS_BACK: Final = {
    Language.ENGLISH: re.compile(
        r"^\W*(?:\w+\s+){0,3}(?:this|these|those|such)\s"
        r"|^The (?:\w+est|latter|former|others?|second|third|same|result)"
        r" (?:is|are|was|were|ha[sd]|have|held)\b"
        r"|\s(?:them|him|it|this|that|so)[.!?]*$"
        r"|^[^A-Z]*\w[^A-Z]*\s(?:he|she|him)\s[^A-Z]*$"
    ),
    Language.FRENCH: re.compile(
        r"^\W*(?:[\w’']+\s+){0,2}(?:cette|cet|ces|ceux-ci|celles-ci|celui-ci|celle-ci|lui|eux)[\s,]"
        r"|^[^,]{0,60},\s(?:ils|elles)\s"
        r"|\s(?:cela|celui-ci|celle-ci|ceux-ci|celles-ci)[.!?]*$"
    ),
    Language.ARABIC: re.compile(r"^\W*(?:\S+\s+){0,2}(?:هذا|هذه|ذلك|تلك|هؤلاء)\s"),
}
"""Pronouns and demonstratives whose noun stands in an earlier sentence."""


def split_long(sentence: str, words: Lexicon, limit: int) -> list[str]:
    """Parts of at most about ``limit`` characters, cut where a new main clause begins.

    Only text without a better place is cut at a comma or, last of all, between two words.
    """
    if len(sentence) <= limit:
        return [sentence]
    for cut in (_cut_at_marks, _cut_at_clauses):
        parts = cut(sentence, words)
        if len(parts) > 1:
            return [piece for part in parts for piece in split_long(part, words, limit)]
    return [sentence] if len(sentence) <= limit * 1.5 else _cut_hard(sentence, words, limit)


def _cut_at_marks(sentence: str, words: Lexicon) -> list[str]:
    parts = [
        part for part in re.split(r"\s*[;؛]\s+|\s+[—–]\s+(?=\S+ \S+ \S+ \S+)", sentence) if part
    ]
    if len(parts) < 2 or any(len(part.split()) < 4 for part in parts):
        return [sentence]
    return [finish(part, words) for part in parts]


_KEPT_BREAKS: Final = word_set("but yet or so mais car")
"""Words between clauses that carry meaning and may open a sentence."""


def _cut_at_clauses(sentence: str, words: Lexicon) -> list[str]:
    joined = "|".join(re.escape(word) for word in words.breaks)
    middle = len(sentence) / 2
    matches = [
        match
        for match in re.finditer(rf"[,،]\s+({joined})\s+", sentence)
        if len(sentence[: match.start()].split()) >= 5
        and len(sentence[match.end() :].split()) >= 5
        and _opens_clause(sentence[match.end() :], words)
    ]
    if not matches:
        return [sentence]
    best = min(matches, key=lambda match: abs(match.start() - middle))
    keeps_word = words.language.is_rtl or best[1].casefold() in _KEPT_BREAKS
    rest = sentence[best.start(1) if keeps_word else best.end() :]
    return [finish(sentence[: best.start()], words), finish(rest, words)]


_SUBJECTS: Final = word_set(
    """
    it he she they we you i this these that those the there its his her their le la les il
    elle ils elles on nous vous ce cette ces un une des leur leurs son sa ses l’
    """
)


def _opens_clause(rest: str, words: Lexicon) -> bool:
    if words.language.is_rtl:
        return True
    first = re.split(r"[\s’']", rest.casefold(), maxsplit=1)[0]
    return first in _SUBJECTS or first == "l"


def _cut_hard(sentence: str, words: Lexicon, limit: int) -> list[str]:
    """Equal-sized runs of words, ended at a comma or before a joint word where one is near."""
    tokens = sentence.split()
    tokens = [t[i : i + limit] for t in tokens for i in range(0, len(t), limit)]
    pieces: list[str] = []
    current: list[str] = []
    for token in tokens:
        size = sum(len(word) + 1 for word in current)
        is_joint = token.casefold() in words.joints | words.subordinators
        at_comma = bool(current) and current[-1][-1] in ",،:"
        is_full = size + len(token) > limit * 1.3
        if current and (is_full or (size > limit * 0.7 and (is_joint or at_comma))):
            pieces.append(" ".join(current))
            current = []
        current.append(token)
    if pieces and len(current) < 4:
        pieces[-1] = " ".join([pieces[-1], *current])
    elif current:
        pieces.append(" ".join(current))
    return pieces
