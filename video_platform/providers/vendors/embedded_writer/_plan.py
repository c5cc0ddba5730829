"""Which passages make the film, and how they are shared out among its scenes."""

import heapq
from collections import Counter
from collections.abc import Sequence
from typing import Final, TypeAlias

from video_platform.providers.vendors.embedded_writer._passages import Passage, PassageKind
from video_platform.providers.vendors.embedded_writer._speech import SCENE_PAUSE_S

Group: TypeAlias = tuple[Passage, ...]
"""The passages of one scene, in the order of the source."""

_SCENE_GOOD_S: Final = 6.2
_SCENE_FULL_S: Final = 9.6
_FACTORS: Final = (
    1.0, 0.97, 1.03, 0.94, 1.06, 0.91, 1.09, 0.88, 1.12, 0.85, 1.15, 0.8, 1.2, 0.75, 1.25, 1.35,
)
"""Shares of the wanted length to try: what fits best depends on the sentences at hand."""
_SCENE_LEAST_S: Final = 2.7
_HURRY_S: Final = 1.2
"""A scene too short to be read counts as this many seconds off the mark."""
_CLOSE_ENOUGH: Final = 0.03
_CROWDING: Final = 0.74
"""Each passage taken from a section makes its others worth this much less."""


def plan_scenes(
    passages: Sequence[Passage], duration_s: float, opening_s: float = 0.0
) -> list[Group]:
    """Scenes of about ``duration_s`` in all; of everything when the text holds no more.

    ``opening_s`` is spoken before the first passage (the title).
    """
    everything = _group(passages)
    if _length(everything, opening_s) <= duration_s * 1.06:
        return everything
    best: list[Group] = []
    best_miss = float("inf")
    for factor in _FACTORS:
        groups = _group(_select(passages, duration_s * factor, opening_s))
        miss = abs(_length(groups, opening_s) - duration_s)
        miss += _HURRY_S * sum(group_seconds(group) < _SCENE_LEAST_S for group in groups[1:])
        if miss < best_miss - 0.05:
            best, best_miss = groups, miss
        if best_miss <= _CLOSE_ENOUGH * duration_s:
            break
    return best


def _length(groups: Sequence[Group], opening_s: float) -> float:
    return opening_s + sum(group_seconds(group) + SCENE_PAUSE_S for group in groups)


def group_seconds(group: Sequence[Passage]) -> float:
    """Seconds of speech in a scene."""
    return sum(p.seconds for p in group) + 0.25 * (len(group) - 1)


def _cost(passage: Passage) -> float:
    return passage.seconds + SCENE_PAUSE_S * min(1.0, passage.seconds / 7.0)


def _chain(passages: Sequence[Passage], place: int) -> list[int]:
    """A passage and those it cannot do without: what it leans on, and the rest of its list."""
    if passages[place].kind in (PassageKind.LIST, PassageKind.STEPS):
        first = last = place
        while passages[first].chunk:
            first -= 1
        while last + 1 < len(passages) and passages[last + 1].chunk:
            last += 1
        return list(range(first, last + 1))
    chain = [place]
    while passages[chain[-1]].needs_previous and chain[-1] > 0 and len(chain) < 4:
        before = passages[chain[-1] - 1]
        if before.section != passages[place].section:
            break
        chain.append(chain[-1] - 1)
    return chain


def _select(passages: Sequence[Passage], budget_s: float, opening_s: float) -> list[Passage]:
    left = budget_s - opening_s
    chosen: set[int] = set()
    taken: Counter[int] = Counter()

    def take(chain: list[int]) -> None:
        nonlocal left
        for place in chain:
            if place not in chosen:
                chosen.add(place)
                left -= _cost(passages[place])
                taken[passages[place].section] += 1

    for chain in _ends(passages, left):
        take(chain)
    heap = [(-p.score, p.place, 0) for p in passages if p.place not in chosen]
    heapq.heapify(heap)
    while heap and left > 1.5:
        _, place, seen = heapq.heappop(heap)
        section = passages[place].section
        if place in chosen:
            continue
        if taken[section] != seen:
            worth = passages[place].score * _CROWDING ** taken[section]
            heapq.heappush(heap, (-worth, place, taken[section]))
            continue
        chain = _chain(passages, place)
        if sum(_cost(passages[i]) for i in chain if i not in chosen) <= left + 0.5:
            take(chain)
    return [passages[place] for place in sorted(chosen)]


def _ends(passages: Sequence[Passage], budget_s: float) -> list[list[int]]:
    """What must be there: the opening and the conclusion, or as much of them as fits."""
    opening = [0]
    closings = [_chain(passages, len(passages) - 1), [len(passages) - 1]]
    for closing in closings:
        if sum(_cost(passages[i]) for i in {*opening, *closing}) <= budget_s:
            return [opening, closing]
    if _cost(passages[0]) <= budget_s * 1.1:
        return [opening]
    return [[min(range(min(6, len(passages))), key=lambda i: _cost(passages[i]))]]


def _group(passages: Sequence[Passage]) -> list[Group]:
    groups: list[list[Passage]] = []
    for passage in passages:
        if groups and _belongs(groups[-1], passage):
            groups[-1].append(passage)
        else:
            groups.append([passage])
    if len(groups) > 2:
        _settle_closing(groups)
    return [tuple(group) for group in groups]


def _belongs(group: list[Passage], passage: Passage) -> bool:
    """Whether ``passage`` continues the scene rather than opening the next."""
    last = group[-1]
    kinds = {last.kind, passage.kind}
    if kinds != {PassageKind.SENTENCE} or last.section != passage.section:
        return False
    now, then = group_seconds(group), group_seconds([*group, passage])
    if then > _SCENE_FULL_S:
        return now < 2.6 and then < _SCENE_FULL_S + 2.5
    is_next = passage.place == last.place + 1
    if is_next and passage.needs_previous:
        return True
    if passage.paragraph != last.paragraph and now > 3.4:
        return False
    return now < _SCENE_GOOD_S and then <= _SCENE_FULL_S - (0.0 if now < 4.2 else 1.4)


def _settle_closing(groups: list[list[Passage]]) -> None:
    """Give a closing shorter than three seconds the sentence before it."""
    before, closing = groups[-2], groups[-1]
    is_short = group_seconds(closing) < 3.0 and before[-1].place + 1 == closing[0].place
    if len(closing) > 1 and closing[0].paragraph != closing[-1].paragraph:
        groups.insert(-1, [p for p in closing if p.paragraph != closing[-1].paragraph])
        closing[:] = [p for p in closing if p.paragraph == closing[-1].paragraph]
    elif is_short and before[-1].kind is PassageKind.SENTENCE:
        closing.insert(0, before.pop())
        if not before:
            groups.remove(before)
