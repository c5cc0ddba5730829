"""Words as captions show them against words as the engine hears them.

Captions keep every token of ``str.split``; the engine must hear no emoji, control character or
stray markup. So each token gets a spoken form, the forms are joined by spaces, and where each
form begins is kept: the engine's events name characters of the joined text.

    tokens   It    cost   $3.50          😀   —    yesterday
    spoken   It    cost   3.50 dollars        —    yesterday
    starts   0     3      8              21   21   23
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from video_platform.domain.language import Language
from video_platform.domain.timing import Word

_DROPPED_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "So", "Sk", "Zl", "Zp"})
_KEPT = frozenset("°©®™№")
"""Symbols (So) that the engine reads as words."""
_MARKUP = frozenset("<>[]{}|~^\\#*_`\u0640")
"""Read aloud or taken for commands; the last one only stretches Arabic letters."""
_CURRENCIES = {
    Language.ENGLISH: {"$": "dollars", "€": "euros", "£": "pounds", "¥": "yen"},
    Language.FRENCH: {"$": "dollars", "€": "euros", "£": "livres", "¥": "yens"},
    Language.ARABIC: {"$": "دولار", "€": "يورو", "£": "جنيه", "¥": "ين"},
}
_SIGNS = {
    Language.ENGLISH: {"&": "and", "<": "less than", ">": "greater than", "→": "to"},
    Language.FRENCH: {"&": "et", "<": "inférieur à", ">": "supérieur à", "→": "vers"},
    Language.ARABIC: {"&": "و", "<": "أقل من", ">": "أكثر من", "→": "إلى", "%": "بالمئة"},
}
"""Tokens of one sign."""
_PRICE = re.compile(r"(?P<open>\W*)(?P<sign>[$€£¥])(?P<amount>\d[\d.,]*)(?P<rest>.*)", re.DOTALL)
_PRICE_AFTER = re.compile(r"(?P<amount>\d[\d.,]*)(?P<sign>[$€£¥])(?P<rest>.*)", re.DOTALL)
_SCALE = re.compile(r"(thousand|million|billion|trillion)s?\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class SpokenText:
    """What the engine is given. ``starts[i]`` is where token ``i`` begins in ``text``."""

    text: str
    tokens: tuple[str, ...]
    starts: tuple[int, ...]

    def token_at(self, position: int) -> int:
        """Index of the token that the character at ``position`` belongs to."""
        while position < len(self.text) and self.text[position] == " ":
            position += 1
        return max(0, bisect_right(self.starts, position) - 1)


def prepare_text(text: str, language: Language) -> SpokenText:
    """Clean ``text`` for the engine and remember where its tokens went."""
    tokens = tuple(text.split())
    forms = _spoken_forms(tokens, language)
    starts: list[int] = []
    spoken: list[str] = []
    cursor = 0
    for form in forms:
        starts.append(cursor)
        if form:
            spoken.append(form)
            cursor += len(form) + 1
    return SpokenText(text=" ".join(spoken), tokens=tokens, starts=tuple(starts))


def _spoken_forms(tokens: Sequence[str], language: Language) -> list[str]:
    """What to say for each token; empty when it has no sound and no pause."""
    forms: list[str] = []
    pending = ""  # a currency that follows the next token: "$3 million" is "3 million dollars"
    for index, token in enumerate(tokens):
        form = _SIGNS[language].get(token) or _clean(token)
        if pending:
            form, pending = _append_word(form, pending), ""
        else:
            following = tokens[index + 1] if index + 1 < len(tokens) else ""
            form, pending = _say_price(form, following, language)
        forms.append(" ".join(form.split()))
    return forms


def _clean(token: str) -> str:
    """``token`` without what has no sound; never with astral characters or espeak commands."""
    plain = "".join(
        char if ord(char) <= 0xFFFF else unicodedata.normalize("NFKC", char) for char in token
    )
    kept = (
        " " if char in _MARKUP else char
        for char in unicodedata.normalize("NFC", plain)
        if ord(char) <= 0xFFFF
        and (char in _KEPT or unicodedata.category(char) not in _DROPPED_CATEGORIES)
    )
    return "".join(kept).strip()


def _say_price(form: str, following: str, language: Language) -> tuple[str, str]:
    """``$3.50`` as ``3.50 dollars``, and a currency that must wait for the next token."""
    names = _CURRENCIES[language]
    before = _PRICE.fullmatch(form)
    if before is not None:
        name = names[before["sign"]]
        amount = before["open"] + before["amount"] + before["rest"]
        if not before["rest"] and _SCALE.match(following):
            return amount, name
        return _append_word(amount, name), ""
    after = _PRICE_AFTER.fullmatch(form)
    if after is not None:
        return f"{after['amount']} {names[after['sign']]}{after['rest']}", ""
    return names.get(form, form), ""


def _append_word(form: str, word: str) -> str:
    """Put ``word`` after the last letter or digit, before closing punctuation."""
    end = len(form)
    while end and not form[end - 1].isalnum():
        end -= 1
    return f"{form[:end]} {word}{form[end:]}".strip()


def place_words(
    spoken: SpokenText, events: Sequence[tuple[int, float]], ends_ms: Sequence[float]
) -> tuple[Word, ...]:
    """One word per token from the engine's ``(position, start in ms)`` events.

    ``ends_ms[i]`` is where the sound that began with event ``i`` stops. Tokens without an event
    share the time of the word before them by length when they hold letters or digits (``12 000``
    is one number to the engine), and get an empty slot at its end when they are punctuation.

    Raises:
        ValueError: there is no event: nothing was said.
    """
    if not events:
        raise ValueError("nothing was said")
    heads = _first_events(spoken, events)
    order = sorted(heads)
    words: list[Word] = []
    first_ms = round(events[heads[order[0]]][1])
    words.extend(Word(token, first_ms, first_ms) for token in spoken.tokens[: order[0]])
    for rank, token_index in enumerate(order):
        is_last = rank + 1 == len(order)
        after = len(spoken.tokens) if is_last else order[rank + 1]
        last_event = (len(events) if is_last else heads[after]) - 1
        begin = max(words[-1].end_ms if words else 0, round(events[heads[token_index]][1]))
        end = max(begin, round(ends_ms[last_event]))
        if not is_last:
            end = min(end, max(begin, round(events[heads[after]][1])))
        words.extend(_share(spoken.tokens[token_index:after], begin, end))
    return tuple(words)


def _first_events(spoken: SpokenText, events: Sequence[tuple[int, float]]) -> dict[int, int]:
    """The first event of each token that has one; an event that steps back joins the word it
    interrupts, so that words stay in the order of the text."""
    heads: dict[int, int] = {}
    latest = -1
    for index, (position, _) in enumerate(events):
        token = spoken.token_at(position)
        if token > latest:
            heads[token] = index
            latest = token
    return heads


def _share(tokens: Sequence[str], begin_ms: int, end_ms: int) -> list[Word]:
    """Divide a stretch of sound among a spoken token and the silent ones behind it."""
    weights = [sum(char.isalnum() for char in token) for token in tokens]
    weights[0] = max(1, weights[0])
    total = sum(weights)
    edges = [begin_ms]
    for count in range(1, len(weights) + 1):
        edges.append(begin_ms + (end_ms - begin_ms) * sum(weights[:count]) // total)
    return [Word(token, edges[i], edges[i + 1]) for i, token in enumerate(tokens)]
