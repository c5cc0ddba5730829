"""Which passages make the film, and how they are shared out among its scenes."""

import heapq
from collections import Counter
from collections.abc import Sequence
from typing import Final, TypeAlias

from video_platform.providers.vendors.embedded_writer._passages import Passage, PassageKind
from video_platform.providers.vendors.embedded_writer._ranking import chance
from video_platform.providers.vendors.embedded_writer._speech import SCENE_PAUSE_S

Group: TypeAlias = tuple[Passage, ...]
"""The passages of one scene, in the order of the source."""

_SCENE_GOOD_S: Final = 6.2
_SCENE_FULL_S: Final = 9.6
_FACTORS: Final = (
    1.0,
    0.97,
    1.03,
    0.94,
    1.06,
    0.91,
    1.09,
    0.88,
    1.12,
    0.85,
    1.15,
    0.8,
    1.2,
    0.75,
    1.25,
    1.35,
)
"""Shares of the wanted length to try: what fits best depends on the sentences at hand."""
_SCENE_LEAST_S: Final = 2.7
_HURRY: Final = 6.0
"""What a scene too short to be read takes from the worth of a film."""
_CLOSING_SHARE: Final = 0.25
"""Most of a film's time that its conclusion and what it leans on may take."""
_LONG_LIST: Final = 6
"""A list of more scenes than this need not be told to its end."""
_REFINEMENTS: Final = 6
_LEAST_LEFT_S: Final = 1.5
_MANY: Final = 1500
_FEW: Final = 2000
_VARIANTS: Final = 40
"""Short texts are tried in many selections; long ones need few, having more to choose from."""
_CLOSE_ENOUGH: Final = 0.045
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
    plans = []
    selector = _Selector(passages)
    steps = _FACTORS if len(passages) <= _MANY else _FACTORS[:5]
    for variant in range(max(1, min(_VARIANTS, _FEW // len(passages)))):
        tastes = [chance(f"{variant}:{p.place}") if variant else 0.5 for p in passages]
        factors = list(steps)
        for number, factor in enumerate(factors):
            groups = _group(selector.select(duration_s * factor - opening_s, tastes))
            length = _length(groups, opening_s)
            plans.append((_bad(groups, abs(length - duration_s), duration_s), groups))
            if number == len(factors) - 1 and len(factors) < len(steps) + _REFINEMENTS:
                best = min(plans, key=lambda plan: plan[0])
                if best[0][0]:  # costs are estimates: correct by what they turned out to be
                    factors.append(factor * max(0.3, min(3.0, duration_s / length)))
    return min(plans, key=lambda plan: plan[0])[1]


def _bad(groups: Sequence[Group], miss_s: float, duration_s: float) -> tuple[float, float]:
    """How far a plan is off, then how little it says; lower is better."""
    worth = 0.0
    taken: Counter[int] = Counter()
    for group in groups:
        for passage in group:
            crowd = _CROWDING ** taken[passage.section]
            worth += passage.score * crowd * passage.seconds**0.6
            taken[passage.section] += 1
        worth -= _HURRY if group_seconds(group) < _SCENE_LEAST_S else 0.0
    off = max(0.0, miss_s - _CLOSE_ENOUGH * duration_s)
    return round(off, 1), -worth


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
        first = place - passages[place].chunk
        last = place
        while last + 1 < len(passages) and passages[last + 1].chunk and last - first < _LONG_LIST:
            last += 1
        is_long = last - first >= _LONG_LIST
        return sorted({first, place}) if is_long else list(range(first, last + 1))
    chain = [place]
    while passages[chain[-1]].needs_previous and chain[-1] > 0 and len(chain) < 4:
        before = passages[chain[-1] - 1]
        if before.section != passages[place].section:
            break
        chain.append(chain[-1] - 1)
    return chain


class _Selector:
    """Chooses passages for a budget, again and again, from costs computed once."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        self.passages = passages
        self.chains = [_chain(passages, place) for place in range(len(passages))]
        self.costs = [_cost(passage) for passage in passages]

    def select(self, budget_s: float, tastes: Sequence[float]) -> list[Passage]:
        """Passages for a budget, the worthiest first; ``tastes`` (0 to 1) tilt the choice."""
        left = budget_s
        chosen: set[int] = set()
        taken: Counter[int] = Counter()

        def take(chain: Sequence[int]) -> None:
            nonlocal left
            for place in chain:
                if place not in chosen:
                    chosen.add(place)
                    left -= self.costs[place]
                    taken[self.passages[place].section] += 1

        for chain in _ends(self.passages, left):
            take(chain)
        queues = self._queues(tastes)
        heap = [(-queue[-1][0] * _CROWDING ** taken[name], name) for name, queue in queues.items()]
        heapq.heapify(heap)
        while heap and left > _LEAST_LEFT_S:
            _, section = heapq.heappop(heap)
            place = queues[section].pop()[1]
            missing = [i for i in self.chains[place] if i not in chosen]
            if sum(self.costs[i] for i in missing) <= left + 0.5:
                take(missing)
            if queues[section]:
                worth = queues[section][-1][0] * _CROWDING ** taken[section]
                heapq.heappush(heap, (-worth, section))
        return [self.passages[place] for place in sorted(chosen)]

    def _queues(self, tastes: Sequence[float]) -> dict[int, list[tuple[float, int]]]:
        """Worth and place of each section's passages, the best last."""
        queues: dict[int, list[tuple[float, int]]] = {}
        for passage, taste, chain in zip(self.passages, tastes, self.chains, strict=True):
            cost = sum(self.costs[i] for i in chain)
            worth = passage.score * (0.6 + 0.8 * taste) / (cost / 6.0) ** 0.35
            queues.setdefault(passage.section, []).append((worth, passage.place))
        for queue in queues.values():
            queue.sort()
        return queues


def _ends(passages: Sequence[Passage], budget_s: float) -> list[list[int]]:
    """What must be there: the opening and the conclusion, or as much of them as fits."""
    opening = [0]
    chain = _chain(passages, len(passages) - 1)
    spent = sum(_cost(passages[i]) for i in chain)
    closings = [chain] if spent <= _CLOSING_SHARE * budget_s else []
    closings += [chain[:2], [len(passages) - 1]]
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
    if passage.paragraph != last.paragraph and now > 4.2:
        return False
    return now < _SCENE_GOOD_S and then <= _SCENE_FULL_S - (0.0 if now < 4.2 else 1.4)


def _settle_closing(groups: list[list[Passage]]) -> None:
    """Give a closing shorter than three seconds the sentence before it."""
    before, closing = groups[-2], groups[-1]
    is_short = group_seconds(closing) < 3.0 and before[-1].place + 1 == closing[0].place
    cut = len(closing) - 1
    while cut > 0 and closing[cut - 1].place + 1 == closing[cut].place:
        cut -= 1
    if cut:
        groups.insert(-1, closing[:cut])
        del closing[:cut]
    elif is_short and before[-1].kind is PassageKind.SENTENCE:
        closing.insert(0, before.pop())
        if not before:
            groups.remove(before)
