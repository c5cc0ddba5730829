"""Hints: what the publications that fared well had in common, as plain, countable statements.

A hint is never free text: it names a kind of opening, a range of lengths or a part of the day. So
it can be shown, chosen, and told a language model without carrying anybody's words there.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median

LEAST_POSTS = 8
"""Fewer measured posts say nothing."""
LEAST_IN_GROUP = 3
LEAST_RATIO = 1.2
"""A group counts as better when its median post fared so many times as well as the median of all
others."""


class HintKind(StrEnum):
    """What is compared."""

    HOOK = "hook"
    LENGTH = "length"
    TIME = "time"


class Hook(StrEnum):
    """How a film begins."""

    QUESTION = "question"
    NUMBER = "number"
    STATEMENT = "statement"


LENGTHS: Mapping[str, tuple[int, int]] = {
    "under-20-s": (0, 20),
    "20-to-45-s": (20, 45),
    "45-to-90-s": (45, 90),
    "over-90-s": (90, 1_000_000),
}
"""Ranges of a film's length in seconds, half open."""
TIMES: Mapping[str, tuple[int, int]] = {
    "night": (0, 6),
    "morning": (6, 12),
    "afternoon": (12, 18),
    "evening": (18, 24),
}
"""Parts of the day, by the hour at the place it was published for; half open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One publication, looked at when it was as old as the others.

    Args:
        duration_s: of its film. ``hour``: of the day, 0 to 23, in its own zone.
        views: at that age.
    """

    platform: str
    opening: str
    duration_s: float
    hour: int
    views: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """One thing that went with more views; it does not say that it caused them.

    Args:
        posts: how many had it. ``others``: how many had not.
        ratio: median of theirs by median of the others', each against its network's usual post.
    """

    kind: HintKind
    value: str
    posts: int
    others: int
    ratio: float

    @property
    def code(self) -> str:
        """As a brief carries it: ``hook=question``."""
        return f"{self.kind.value}={self.value}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hints:
    """What can be said.

    Args:
        posts: how many publications were old enough to be compared.
    """

    posts: int
    hints: tuple[Hint, ...] = ()

    @property
    def is_enough(self) -> bool:
        """Whether there were enough to say anything."""
        return self.posts >= LEAST_POSTS


def hook_of(opening: str) -> Hook:
    """What kind of opening a first sentence is."""
    if opening.rstrip("\"'”’») ").endswith(("?", "؟")):
        return Hook.QUESTION
    return Hook.NUMBER if any(sign.isdigit() for sign in opening) else Hook.STATEMENT


def guides_script(code: str) -> bool:
    """Whether a hint can be told whoever writes; length and time are a person's to choose."""
    kind, _, value = code.partition("=")
    return kind == HintKind.HOOK.value and value in list(Hook)


def find_hints(posts: Sequence[Measured]) -> Hints:
    """What went with more views; nothing where too few posts tell."""
    if len(posts) < LEAST_POSTS:
        return Hints(posts=len(posts))
    fared = list(zip(posts, _against_usual(posts), strict=True))
    sorts: Mapping[HintKind, Callable[[Measured], str]] = {
        HintKind.HOOK: lambda post: hook_of(post.opening).value,
        HintKind.LENGTH: lambda post: _range_of(LENGTHS, post.duration_s),
        HintKind.TIME: lambda post: _range_of(TIMES, post.hour),
    }
    found = (
        _best(kind, [(sort(post), value) for post, value in fared]) for kind, sort in sorts.items()
    )
    return Hints(posts=len(posts), hints=tuple(one for one in found if one is not None))


def _against_usual(posts: Sequence[Measured]) -> list[float]:
    """Views by the median of the post's own network: networks count differently."""
    by_platform: dict[str, list[int]] = defaultdict(list)
    for post in posts:
        by_platform[post.platform].append(post.views)
    usual = {name: max(1.0, float(median(views))) for name, views in by_platform.items()}
    return [post.views / usual[post.platform] for post in posts]


def _best(kind: HintKind, rows: Sequence[tuple[str, float]]) -> Hint | None:
    """The group that fared best, where it did so clearly."""
    candidates = []
    for value in sorted({name for name, _ in rows}):
        mine = [fared for name, fared in rows if name == value]
        others = [fared for name, fared in rows if name != value]
        if min(len(mine), len(others)) >= LEAST_IN_GROUP and median(others) > 0:
            ratio = round(median(mine) / median(others), 2)
            candidates.append(
                Hint(kind=kind, value=value, posts=len(mine), others=len(others), ratio=ratio)
            )
    best = max(candidates, key=lambda one: one.ratio, default=None)
    return best if best is not None and best.ratio >= LEAST_RATIO else None


def _range_of(ranges: Mapping[str, tuple[int, int]], value: float) -> str:
    return next(name for name, (low, high) in ranges.items() if low <= value < high)
