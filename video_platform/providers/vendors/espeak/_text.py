"""Words as captions show them against words as the engine hears them.

Captions keep every token of ``str.split``; the engine must hear no emoji, control character or
stray markup. So each token gets a spoken form, the forms are joined by spaces, and where each
form begins is kept: the engine's events name characters of the joined text.

    tokens   It    cost   $3.50          😀   —    yesterday
    spoken   It    cost   3 dollars 50        —    yesterday
    starts   0     3      8              21   21   23
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from video_platform.domain.language import Language
from video_platform.domain.timing import Word
from video_platform.providers.vendors.espeak._arabic import vowel

_DROPPED_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "So", "Sk", "Zl", "Zp"})
_KEPT = frozenset("°©®™№")
"""Symbols (So) that the engine reads as words."""
_MARKUP = frozenset("<>[]{}|~^\\#*_`")
"""Signs that would be read aloud or taken for commands; they part words."""
_TATWEEL = "\u0640"
"""Only stretches Arabic letters."""
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
_ABBREVIATIONS: dict[Language, dict[str, str]] = {
    Language.ENGLISH: {"e.g.": "for example", "i.e.": "that is", "vs.": "versus", "vs": "versus"},
    Language.FRENCH: {
        "M.": "monsieur",
        "Mme": "madame",
        "MM.": "messieurs",
        "Dr": "docteur",
        "n°": "numéro",
        "km²": "kilomètres carrés",
        "m²": "mètres carrés",
        "km/h": "kilomètres heure",
        "etc.": "et cetera.",
    },
    Language.ARABIC: {"د.": "دكتور", "م.": "مهندس"},
}
"""What the engine would spell out, or end a sentence at."""
_HOURS = re.compile(r"(?P<hours>\d{1,2})h(?P<minutes>\d{2})?(?P<rest>\W*)")
_PRICE = re.compile(r"(?P<open>\W*)(?P<sign>[$€£¥])(?P<amount>\d[\d.,]*)(?P<rest>.*)", re.DOTALL)
_PRICE_AFTER = re.compile(r"(?P<amount>\d[\d.,]*)(?P<sign>[$€£¥])(?P<rest>.*)", re.DOTALL)
_SHORT_SCALES = {"k": "thousand", "m": "million", "bn": "billion", "b": "billion"}
_SHORT_SCALE = re.compile(r"(?P<scale>k|m|bn|b)(?P<closing>\W*)", re.IGNORECASE)
_CENTS = re.compile(r"(?P<whole>[1-9]\d{0,2}(?:,\d{3})*)[.,](?P<cents>[1-9]\d)")
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
        form = _SIGNS[language].get(token) or _expand(_clean(token), language)
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
        and char != _TATWEEL
        and (char in _KEPT or unicodedata.category(char) not in _DROPPED_CATEGORIES)
    )
    return "".join(kept).strip()


def _expand(form: str, language: Language) -> str:
    """Abbreviations in full, with the punctuation behind them; Arabic with short vowels."""
    bare = form.rstrip(",;:!?)»”")
    full = _ABBREVIATIONS[language].get(bare)
    if full is not None:
        return full + form[len(bare) :]
    hours = _HOURS.fullmatch(form) if language is Language.FRENCH else None
    if hours is not None:
        return f"{hours['hours']} heures {hours['minutes'] or ''}".strip() + hours["rest"]
    return vowel(form) if language is Language.ARABIC else form


def _say_price(form: str, following: str, language: Language) -> tuple[str, str]:
    """``$3.50`` as ``3 dollars 50``, and a currency that must wait for the next token."""
    names = _CURRENCIES[language]
    before = _PRICE.fullmatch(form)
    if before is not None:
        name = names[before["sign"]]
        if not before["rest"] and _SCALE.match(following):
            return before["open"] + before["amount"], name
        scaled = _SHORT_SCALE.fullmatch(before["rest"])
        if scaled is not None:
            scale = _SHORT_SCALES[scaled["scale"].lower()]
            return f"{before['open']}{before['amount']} {scale} {name}{scaled['closing']}", ""
        closing = before["amount"][len(before["amount"].rstrip(".,")) :] + before["rest"]
        return before["open"] + _count_money(before["amount"].rstrip(".,"), name) + closing, ""
    after = _PRICE_AFTER.fullmatch(form)
    if after is not None:
        return _count_money(after["amount"], names[after["sign"]]) + after["rest"], ""
    bare = form.rstrip(".,;:!?)»”")
    return names.get(bare, bare) + form[len(bare) :], ""


def _count_money(amount: str, name: str) -> str:
    """An amount with its currency: cents last, one is singular."""
    if amount == "1":
        return f"1 {name.removesuffix('s')}"
    cents = _CENTS.fullmatch(amount)
    if cents is not None:
        return f"{cents['whole']} {name} {cents['cents']}"
    return f"{amount} {name}"


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
