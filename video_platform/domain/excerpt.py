"""Which sentences of a film a shorter one of it says: its hook, its key statements, its ending.

A film of so many seconds is filled from the outside in. Its first sentence is the hook and its last
one the ending; between them stand the statements that tell most, in their own order. Sentences stay
whole, and of one scene only sentences in a row are taken, so that its voice is cut once at each
side, in a pause.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from video_platform.domain.script import OnScreenKind, Scene
from video_platform.errors import InvalidInput

SHORTEST_S, LONGEST_S = 5, 600
_ENDS = re.compile(r"[.!?؟。…]+[\"'”’»)\]]*$")
_TITLES = re.compile(r"^(?:\d{1,3}|\w|Mr|Mrs|Ms|Dr|Prof|St|No|vs|MM|Mme|etc)\.$", re.IGNORECASE)
"""Ends in a dot, but ends no sentence, unless it is the scene's last word."""
_CLOSING = re.compile(r"^[.!?؟。…\"'”’»)\]]+$")
_NUMBER = re.compile(r"\d")
_TELLING: Mapping[OnScreenKind, float] = {
    OnScreenKind.NUMBER: 1.5,
    OnScreenKind.STATEMENT: 0.5,
    OnScreenKind.QUOTE: 1.0,
    OnScreenKind.COMPARISON: 0.5,
    OnScreenKind.CLOSING: 0.5,
}
"""What a scene's sentences gain by what it shows."""
_FIGURE, _TITLE_WORD, _FIRST_IN_SCENE = 1.0, 0.7, 0.5
_TITLE_LETTERS = 4
"""Words of the title with fewer letters say nothing of its subject."""
_COMFORTABLE_WORDS = 22
"""Longer sentences cost more time than they tell."""

Length = Callable[[Sequence["Passage"]], int]
"""How many milliseconds a film of these passages lasts."""


@dataclass(frozen=True, slots=True, order=True)
class Passage:
    """Words ``first`` to before ``end`` of the scene at ``position``."""

    position: int
    first: int
    end: int


def choose_passages(
    title: str, scenes: Sequence[Scene], seconds: int, length_ms: Length
) -> tuple[Passage, ...]:
    """What a film of at most ``seconds`` says, in the film's order; one passage a scene at most.

    Raises:
        InvalidInput: ``cut_too_short``: not even one sentence fits.
    """
    if not SHORTEST_S <= seconds <= LONGEST_S:
        raise InvalidInput(
            f"A cut of {seconds} s is not possible.",
            hint=f"Choose {SHORTEST_S} to {LONGEST_S} seconds.",
            code="cut_length_impossible",
        )
    found = [one for place, scene in enumerate(scenes) for one in sentences_of(scene, place)]
    budget_ms = seconds * 1000
    chosen: tuple[Passage, ...] = ()
    # Hook and ending first; then what tells most. Each round, since a sentence beside a chosen one
    # costs less than it did alone.
    waiting = [found[0], found[-1], *_by_importance(title, scenes, found)]
    while waiting:
        taken = next((one for one in waiting if _fits(chosen, one, budget_ms, length_ms)), None)
        if taken is None:
            break
        chosen = _joined(chosen, taken)
        waiting = [one for one in waiting if one != taken]
    if not chosen:
        shortest = min(length_ms((one,)) for one in found)
        raise InvalidInput(
            f"No whole sentence of the film fits into {seconds} s.",
            hint=f"The shortest takes {-(-shortest // 1000)} s.",
            code="cut_too_short",
        )
    return chosen


def sentences_of(scene: Scene, position: int) -> list[Passage]:
    """The scene's sentences; what follows the last full stop is one, too."""
    words = scene.words
    # In French a mark may stand apart from its word: what closes a quotation belongs to it.
    ends = [
        number
        for number, word in enumerate(words, start=1)
        if number == len(words) or (_is_end(word) and not _is_closing(words[number]))
    ]
    return [Passage(position, a, b) for a, b in zip([0, *ends], ends, strict=False)]


def _is_end(word: str) -> bool:
    return (bool(_ENDS.search(word)) and not _TITLES.match(word)) or _is_closing(word)


def _is_closing(word: str) -> bool:
    return bool(_CLOSING.match(word))


def importance(title: str, scene: Scene, sentence: Passage) -> float:
    """How much a sentence tells; more is more."""
    words = scene.words[sentence.first : sentence.end]
    subject = {word for word in _plain(title.split()) if len(word) >= _TITLE_LETTERS}
    return (
        _TELLING.get(scene.on_screen.kind, 0.0)
        + _FIGURE * any(_NUMBER.search(word) for word in words)
        + _TITLE_WORD * len(subject & set(_plain(words)))
        + _FIRST_IN_SCENE * (sentence.first == 0)
        - max(0, len(words) - _COMFORTABLE_WORDS) / _COMFORTABLE_WORDS
    )


def _by_importance(
    title: str, scenes: Sequence[Scene], found: Sequence[Passage]
) -> Sequence[Passage]:
    return sorted(found, key=lambda one: (-importance(title, scenes[one.position], one), one))


def _plain(words: Sequence[str]) -> list[str]:
    return ["".join(filter(str.isalnum, word)).casefold() for word in words]


def _fits(chosen: tuple[Passage, ...], more: Passage, budget_ms: int, length_ms: Length) -> bool:
    """Whether a sentence has room: in a scene of its own, or beside what is chosen of its scene."""
    mine = [one for one in chosen if one.position == more.position]
    touches = all(more.end == one.first or more.first == one.end for one in mine)
    return touches and length_ms(_joined(chosen, more)) <= budget_ms


def _joined(chosen: tuple[Passage, ...], more: Passage) -> tuple[Passage, ...]:
    mine = [one for one in chosen if one.position == more.position]
    whole = Passage(
        more.position,
        min(one.first for one in (*mine, more)),
        max(one.end for one in (*mine, more)),
    )
    return tuple(sorted({*(one for one in chosen if one not in mine), whole}))
