"""What each scene shows: the kind of picture and the few words on it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from video_platform.domain.script import OnScreen, OnScreenKind
from video_platform.providers.vendors.embedded_writer._figures import (
    Figure,
    find_figures,
    words_after,
)
from video_platform.providers.vendors.embedded_writer._headlines import (
    HEADLINE_CHARACTERS,
    ITEM_CHARACTERS,
    clauses,
    enumeration,
    fit,
    headline_candidates,
    noun_phrases,
    shorten,
)
from video_platform.providers.vendors.embedded_writer._icons import MOST_KEYWORDS, concepts_in
from video_platform.providers.vendors.embedded_writer._lexicon import Lexicon
from video_platform.providers.vendors.embedded_writer._passages import Passage, PassageKind
from video_platform.providers.vendors.embedded_writer._sentences import (
    capitalise,
    leans_on_previous,
    split_sentences,
)
from video_platform.providers.vendors.embedded_writer._terms import content_stems

_QUOTE_CHARACTERS: Final = 120
_NOTE_CHARACTERS: Final = 60
_STRIKING: Final = 1.9
_SPOKEN_QUOTE: Final = re.compile(r"[«“]\s*([^«»“”]{25,120}?)\s*[»”]")


@dataclass(slots=True)
class Designer:
    """Chooses layouts one scene after another, so that neighbours differ.

    ``topic`` are the film's own concepts, used where a scene names none.
    """

    words: Lexicon
    title: str
    weights: Mapping[str, float]
    topic: tuple[str, ...]
    take: int = 0
    used: set[str] = field(default_factory=set)
    shown: set[str] = field(default_factory=set)
    last: OnScreenKind | None = None
    run: int = 0

    def design(self, group: Sequence[Passage], narration: str, *, is_last: bool) -> OnScreen:
        """The on-screen words of a middle or closing scene."""
        screen = self._closing(group) if is_last else self._middle(group)
        self.run = self.run + 1 if screen.kind is self.last else 1
        self.last = screen.kind
        self.used.add(screen.headline.casefold())
        return self._with_keywords(screen, narration)

    def opening(self, narration: str, subtitle: str = "") -> OnScreen:
        """The title card."""
        headline, note = split_title(self.title, self.words)
        self.used.add(headline.casefold())
        self.last = OnScreenKind.TITLE
        card = OnScreen(kind=OnScreenKind.TITLE, headline=headline, note=note or subtitle)
        return self._with_keywords(card, narration)

    def _with_keywords(self, screen: OnScreen, narration: str) -> OnScreen:
        told = concepts_in(
            [(screen.headline, 2.5), (" ".join(screen.items), 1.0), (screen.note, 1.0), (narration, 1.0)]
        )
        extra: list[str] = []
        if "%" in screen.figure or "٪" in screen.figure:
            extra.append("chart")
        elif any(sign in screen.figure for sign in "$€£"):
            extra.append("money")
        if screen.kind is OnScreenKind.QUOTE:
            extra.append("quote")
        keywords = tuple(dict.fromkeys([*told, *extra]))[:MOST_KEYWORDS] or self.topic[:2]
        return OnScreen(
            kind=screen.kind,
            headline=screen.headline,
            items=screen.items,
            figure=screen.figure,
            note=screen.note,
            keywords=keywords or ("idea",),
        )

    def _middle(self, group: Sequence[Passage]) -> OnScreen:
        first = group[0]
        if first.kind is PassageKind.QUOTE:
            return self._quote(first.items[0], first.speaker)
        if first.kind in (PassageKind.LIST, PassageKind.STEPS):
            return self._list(first)
        offers = [
            self._comparison, self._quantities, self._number, self._spoken_quote, self._enumeration,
        ]
        if self.take % 2:
            offers = [self._enumeration, self._comparison, self._number, self._spoken_quote]
        for offer in offers:
            screen = offer(group)
            if screen is not None and not (screen.kind is self.last and self.run >= 2):
                return screen
        return OnScreen(kind=OnScreenKind.STATEMENT, headline=self.headline(group))

    def _quote(self, quote: str, speaker: str) -> OnScreen:
        line = quote if len(quote) <= _QUOTE_CHARACTERS else fit(quote, self.words, _QUOTE_CHARACTERS)
        return OnScreen(kind=OnScreenKind.QUOTE, headline=line, note=speaker)

    def _spoken_quote(self, group: Sequence[Passage]) -> OnScreen | None:
        for passage in group:
            found = _SPOKEN_QUOTE.search(passage.text)
            if found and len(found[1]) > 0.45 * len(passage.text):
                return OnScreen(kind=OnScreenKind.QUOTE, headline=found[1].rstrip(",،"))
        return None

    def _list(self, passage: Passage) -> OnScreen:
        is_steps = passage.kind is PassageKind.STEPS
        items = tuple(capitalise(item) for item in passage.items)
        if len(items) == 1:
            headline = fit(items[0], self.words, HEADLINE_CHARACTERS)
            return OnScreen(kind=OnScreenKind.STATEMENT, headline=headline)
        offers = [passage.heading] if passage.heading else []
        offers += [line for _, line in self._lines([passage.lead])] if passage.lead else []
        offers += [fit(passage.lead, self.words, HEADLINE_CHARACTERS)] if passage.lead else []
        headline = self._first_unused(offers) or passage.heading or offers[-1:] or self.title
        if isinstance(headline, list):
            headline = headline[0]
        # A painter numbers steps from 1, so only the first part of a long row may call itself that.
        kind = OnScreenKind.STEPS if is_steps and not passage.chunk else OnScreenKind.LIST
        headline = split_title(headline, self.words)[0]
        return OnScreen(kind=kind, headline=headline, items=items[:4])

    def _comparison(self, group: Sequence[Passage]) -> OnScreen | None:
        for passage in group:
            sides = compare(passage.text, self.words)
            if sides:
                return OnScreen(
                    kind=OnScreenKind.COMPARISON,
                    headline=self.headline(group, avoid=sides),
                    items=sides,
                )
        return None

    def _number(self, group: Sequence[Passage]) -> OnScreen | None:
        offers: list[tuple[float, Figure, str]] = []
        for passage in group:
            for sentence in split_sentences(passage.text, self.words):
                for figure in find_figures(sentence, self.words)[:2]:
                    if figure.text not in self.shown:
                        offers.append((figure.strength, figure, sentence))
        if not offers:
            return None
        strength, figure, sentence = max(offers, key=lambda offer: offer[0])
        if strength < _STRIKING and (not figure.is_date or self.last is OnScreenKind.NUMBER):
            return None
        note = note_of(sentence, figure, self.words)
        if not note:
            return None
        self.shown.add(figure.text)
        headline = self.headline(group, avoid=(note,))
        return OnScreen(
            kind=OnScreenKind.NUMBER, headline=headline, figure=figure.text, note=note
        )

    def _quantities(self, group: Sequence[Passage]) -> OnScreen | None:
        """Several measures in a row are a table, not one figure."""
        screen = self._enumeration(group)
        is_table = screen is not None and sum(any(map(str.isdigit, i)) for i in screen.items) > 1
        return screen if is_table else None

    def _enumeration(self, group: Sequence[Passage]) -> OnScreen | None:
        for passage in group:
            items = enumeration(passage.text, self.words)
            if items and all(len(item) <= ITEM_CHARACTERS for item in items):
                return OnScreen(
                    kind=OnScreenKind.LIST,
                    headline=self.headline(group, avoid=items),
                    items=tuple(capitalise(item) for item in items),
                )
        return None

    def _closing(self, group: Sequence[Passage]) -> OnScreen:
        lines = self._lines([passage.text for passage in reversed(group)])
        heading, _ = split_title(self.title, self.words)
        strong = [line for worth, line in lines if worth > 1.4]
        headline = self._first_unused(strong) or heading
        return OnScreen(kind=OnScreenKind.CLOSING, headline=headline)

    def _lines(self, texts: Sequence[str]) -> list[tuple[float, str]]:
        found = [
            (worth - 0.1 * order, line)
            for order, text in enumerate(texts)
            for sentence in split_sentences(text, self.words)
            for worth, line in headline_candidates(sentence, self.words, dict(self.weights))
        ]
        return sorted(found, key=lambda offer: -offer[0])

    def _first_unused(self, lines: Sequence[str]) -> str:
        return next(
            (line for line in lines if line and line.casefold() not in self.used
             and len(line) <= HEADLINE_CHARACTERS),
            "",
        )

    def headline(self, group: Sequence[Passage], avoid: Sequence[str] = ()) -> str:
        """The best short line for a scene that no other scene has."""
        taken = set(content_stems(" ".join(avoid), self.words)) if avoid else set()

        def repeats(line: str) -> bool:
            stems = set(content_stems(line, self.words))
            return bool(stems) and len(stems & taken) > 0.5 * len(stems)

        strong = [
            capitalise(term) for p in group for term in p.strong if 2 <= len(term.split()) <= 6
        ]
        heading = group[0].heading
        fresh = [split_title(heading, self.words)[0]] if heading else []
        lines = [(w, x) for w, x in self._lines([p.text for p in group]) if not repeats(x)]
        good = [line for worth, line in lines if worth >= 1.55]
        offers = [*strong, *fresh, *good, *(line for _, line in lines)]
        phrases = [x for p in group for x in noun_phrases(p.text, self.words, dict(self.weights))]
        chosen = self._first_unused([*offers, *(x for x in phrases if not repeats(x))])
        if not chosen and not heading:
            chosen = self._first_unused([fit(p.text, self.words, HEADLINE_CHARACTERS) for p in group])
        running = fresh[0] if fresh else split_title(self.title, self.words)[0]
        return capitalise(chosen or running)


def split_title(title: str, words: Lexicon) -> tuple[str, str]:
    """A title as headline and subtitle, parted at its colon or dash where it is long."""
    title = title.strip()
    parts = re.split(r"\s*:\s+|\s+[—–]\s+", title, maxsplit=1)
    if len(parts) == 2 and len(parts[0]) >= 3 and len(title) > 28 and len(parts[0]) <= HEADLINE_CHARACTERS:
        return capitalise(parts[0]), capitalise(parts[1])[:_NOTE_CHARACTERS * 2]
    if len(title) <= HEADLINE_CHARACTERS + 16:
        return capitalise(title), ""
    short = shorten(title, words, HEADLINE_CHARACTERS) or fit(title, words, HEADLINE_CHARACTERS)
    return capitalise(short), ""


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
    if len(after) <= _NOTE_CHARACTERS and len(content_stems(after, words)) >= 2 and not figure.is_date:
        return after
    if figure.is_date and after and len(after) <= _NOTE_CHARACTERS:
        return capitalise(after)
    start, end = figure.span
    marks = [m.end() for m in re.finditer(r"[,،;:؛—–](?=\s)", sentence[:start])]
    begin = marks[-1] if marks else 0
    stop = re.search(r"[,،;:؛.!?؟—–](?=\s|$)", sentence[end:])
    clause = sentence[begin : end + stop.start() if stop else len(sentence)].strip(" ,،;:.؛—–")
    ends_clause = clause.endswith(figure.text)
    if figure.is_date and ends_clause:
        line = _LAST_SMALL.sub("", clause[: -len(figure.text)].strip())
        return capitalise(line) if len(line) <= _NOTE_CHARACTERS + 12 else ""
    is_adverbial = clause.split(" ")[0].casefold() in words.joints and len(clause.split()) <= 5
    if figure.is_date or (is_adverbial and begin == 0):
        rest = sentence[end:].lstrip(" ,،")
        line = shorten(clauses(rest, words)[0][0], words, _NOTE_CHARACTERS, 12) if rest.strip(" .") else ""
        if line:
            return capitalise(line)
    if len(clause) <= _NOTE_CHARACTERS + 12:
        return capitalise(clause)
    return capitalise(after) if after and len(after) <= _NOTE_CHARACTERS else ""
