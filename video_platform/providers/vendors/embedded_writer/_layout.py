"""What each scene shows: the kind of picture and the few words on it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from video_platform.domain.script import OnScreen, OnScreenKind
from video_platform.providers.vendors.embedded_writer._figures import (
    Figure,
    find_figures,
)
from video_platform.providers.vendors.embedded_writer._headlines import (
    HEADLINE_CHARACTERS,
    ITEM_CHARACTERS,
    enumeration,
    fit,
    headline_candidates,
    noun_phrases,
    subject_of,
)
from video_platform.providers.vendors.embedded_writer._icons import MOST_KEYWORDS, concepts_in
from video_platform.providers.vendors.embedded_writer._lexicon import Lexicon
from video_platform.providers.vendors.embedded_writer._notes import compare, note_of
from video_platform.providers.vendors.embedded_writer._passages import Passage, PassageKind
from video_platform.providers.vendors.embedded_writer._sentences import (
    capitalise,
    leans_on_previous,
    split_sentences,
)
from video_platform.providers.vendors.embedded_writer._terms import content_stems
from video_platform.providers.vendors.embedded_writer._titles import split_title

_QUOTE_CHARACTERS: Final = 120
_NOTE_CHARACTERS: Final = 60
_STRIKING: Final = 1.9
_STRONG_LINE: Final = 2.1
_SPOKEN_QUOTE: Final = re.compile(r"[«“]\s*(?P<a>[^«»“”]{25,120}?)\s*[»”]|\"(?P<b>[^\"]{25,120})\"")
_SPEAKER: Final = re.compile(
    r"(?:says|said|wrote|writes|explained|explains|noted|dit|écrit|affirme|explique|disait|déclare)"
    r"(?:\s(?:alors|then|once))?\s(?P<after>[^\W\d_][^,.;:«“\"]{2,48})[.,;]?\s*$"
    r"|^(?:قال|يقول|كتب)\s(?P<before>[^,،.:«“\"]{3,40})[:،]"
)


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
    owns_heading: bool = True

    def heading_owners(self, groups: Sequence[Sequence[Passage]]) -> set[int]:
        """Which scene of each section shows its heading: the first in need of a line."""
        owners: dict[int, tuple[float, int]] = {}
        for number, group in enumerate(groups):
            if not number or not group[0].heading or group[0].kind is PassageKind.QUOTE:
                continue
            lines = self._lines([passage.text for passage in group] + [group[0].lead])
            strength = lines[0][0] if lines else 0.0
            need = 0.0 if strength >= _STRONG_LINE else 1.0
            if any(compare(passage.text, self.words) for passage in group):
                need = 2.0  # its own words stand in the two sides already
            best = owners.get(group[0].section)
            if best is None or need > best[0]:
                owners[group[0].section] = (need, number)
        return {number for _, number in owners.values()}

    def design(
        self, group: Sequence[Passage], narration: str, *, is_last: bool, owns_heading: bool = True
    ) -> OnScreen:
        """The on-screen words of a middle or closing scene."""
        self.owns_heading = owns_heading
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
            [
                (screen.headline, 2.5),
                (" ".join(screen.items), 1.0),
                (screen.note, 1.0),
                (narration, 1.0),
            ]
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
            self._spoken_quote,
            self._comparison,
            self._quantities,
            self._number,
            self._enumeration,
        ]
        if self.take % 2:
            offers = [self._enumeration, self._comparison, self._number, self._spoken_quote]
        for offer in offers:
            screen = offer(group)
            if screen is not None and not (screen.kind is self.last and self.run >= 2):
                return screen
        return OnScreen(kind=OnScreenKind.STATEMENT, headline=self.headline(group))

    def _quote(self, quote: str, speaker: str) -> OnScreen:
        line = (
            quote if len(quote) <= _QUOTE_CHARACTERS else fit(quote, self.words, _QUOTE_CHARACTERS)
        )
        return OnScreen(kind=OnScreenKind.QUOTE, headline=line, note=speaker)

    def _spoken_quote(self, group: Sequence[Passage]) -> OnScreen | None:
        for sentence in split_sentences(group[0].text, self.words):
            found = _SPOKEN_QUOTE.search(sentence)
            quote = (found["a"] or found["b"]).rstrip(",،") if found else ""
            if len(quote) > 0.45 * len(sentence):
                said = _SPEAKER.search(sentence)
                speaker = (said["after"] or said["before"]).strip() if said else ""
                return OnScreen(kind=OnScreenKind.QUOTE, headline=quote, note=speaker)
        return None

    def _list(self, passage: Passage) -> OnScreen:
        is_steps = passage.kind is PassageKind.STEPS
        items = tuple(capitalise(item) for item in passage.items)
        if len(items) == 1:
            headline = fit(items[0], self.words, HEADLINE_CHARACTERS)
            return OnScreen(kind=OnScreenKind.STATEMENT, headline=headline)
        offers = [passage.heading] if passage.heading and self.owns_heading else []
        offers += [line for _, line in self._lines([passage.lead])] if passage.lead else []
        offers += [fit(passage.lead, self.words, HEADLINE_CHARACTERS)] if passage.lead else []
        running = passage.heading or (offers[-1] if offers else self.title)
        headline = self._first_unused(offers) or running
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
                    headline=self._beside([passage], group, sides),
                    items=sides,
                )
        return None

    def _number(self, group: Sequence[Passage]) -> OnScreen | None:
        offers: list[tuple[float, Figure, str, Passage]] = []
        for passage in group:
            for sentence in split_sentences(passage.text, self.words):
                for figure in find_figures(sentence, self.words)[:2]:
                    if figure.text not in self.shown:
                        offers.append((figure.strength, figure, sentence, passage))
        if not offers:
            return None
        strength, figure, sentence, source = max(offers, key=lambda offer: offer[0])
        if strength < _STRIKING and (not figure.is_date or self.last is OnScreenKind.NUMBER):
            return None
        note = note_of(sentence, figure, self.words)
        if not note:
            return None
        self.shown.add(figure.text)
        headline = self._beside([source], group, (note,))
        return OnScreen(kind=OnScreenKind.NUMBER, headline=headline, figure=figure.text, note=note)

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
                    headline=self._beside([passage], group, items),
                    items=tuple(capitalise(item) for item in items),
                )
        return None

    def _closing(self, group: Sequence[Passage]) -> OnScreen:
        lines = self._lines([passage.text for passage in reversed(group)])
        heading, _ = split_title(self.title, self.words)
        strong = [line for worth, line in lines if worth > 1.4]
        headline = self._first_unused(strong) or heading
        is_list = group[-1].kind in (PassageKind.LIST, PassageKind.STEPS)
        items = tuple(capitalise(item) for item in group[-1].items) if is_list else ()
        return OnScreen(kind=OnScreenKind.CLOSING, headline=headline, items=items)

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
            (
                line
                for line in lines
                if line and line.casefold() not in self.used and len(line) <= HEADLINE_CHARACTERS
            ),
            "",
        )

    def _beside(
        self, own: Sequence[Passage], group: Sequence[Passage], avoid: Sequence[str]
    ) -> str:
        """A line from the passage shown; from the scene's others where that has none."""
        line = self.headline(own, avoid)
        return line if line.casefold() not in self.used else self.headline(group, avoid)

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
        offers = [*strong, *(fresh if self.owns_heading else ()), *good, *(x for _, x in lines)]
        phrases = [x for p in group for x in noun_phrases(p.text, self.words, dict(self.weights))]
        chosen = self._first_unused([*offers, *(x for x in phrases if not repeats(x))])
        if not chosen and not heading:
            cut = [fit(p.text, self.words, HEADLINE_CHARACTERS) for p in group]
            cut = [x for x in cut if not repeats(x) and not leans_on_previous(x, self.words)]
            chosen = self._first_unused([x for x in cut if len(x.split()) > 1])
        subjects = [subject_of(p.text, self.words) for p in group]
        chosen = chosen or self._first_unused([x for x in subjects if len(x.split()) > 1])
        running = fresh[0] if fresh else split_title(self.title, self.words)[0]
        return capitalise(chosen or running)
