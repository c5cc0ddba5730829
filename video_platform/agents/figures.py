"""How publications fare over time: looks at single posts, added up day by day."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select

from video_platform.db.database import Database
from video_platform.db.models import MetricRow, PublicationRow

_BATCH = 5000
Figures = tuple[int | None, int | None, int | None, int | None]
"""Views, likes, comments, shares; nothing where no network said."""
_NOTHING: Figures = (None, None, None, None)


@dataclass(frozen=True, slots=True)
class Look:
    """One look at one publication."""

    publication: str
    at: datetime
    figures: Figures


@dataclass(frozen=True, slots=True)
class Point:
    """What all publications of a series had by a moment."""

    at: datetime
    figures: Figures


@dataclass(slots=True)
class Series:
    """The sum of several publications over time.

    Args:
        points: one a day that anything was counted on, the earliest first.
    """

    publications: int = 0
    points: list[Point] = field(default_factory=list)


def by_platform(database: Database, *, project: str = "", platform: str = "") -> dict[str, Series]:
    """A series for every platform that figures are known of, by name."""
    looks: dict[str, list[Look]] = defaultdict(list)
    wanted = (
        select(
            PublicationRow.platform,
            MetricRow.publication,
            MetricRow.at,
            MetricRow.views,
            MetricRow.likes,
            MetricRow.comments,
            MetricRow.shares,
        )
        .join(PublicationRow, PublicationRow.id == MetricRow.publication)
        .order_by(MetricRow.at, MetricRow.id)
        .execution_options(yield_per=_BATCH)
    )
    wanted = wanted.where(PublicationRow.project == project) if project else wanted
    wanted = wanted.where(PublicationRow.platform == platform) if platform else wanted
    with database.session() as session:
        for name, publication, at, *figures in session.execute(wanted):
            views, likes, comments, shares = figures
            looks[name].append(Look(publication, at, (views, likes, comments, shares)))
    return {name: add_up(found) for name, found in sorted(looks.items())}


def add_up(looks: Iterable[Look]) -> Series:
    """Looks, the earliest first, as one series: of every publication the last known figures count.

    A figure a network leaves out keeps what it said before.
    """
    last: dict[str, Figures] = {}
    total = _NOTHING
    days: dict[str, Point] = {}
    for look in looks:
        before = last.get(look.publication, _NOTHING)
        after = _each(lambda new, old: old if new is None else new, look.figures, before)
        grown = _each(lambda new, old: None if new is None else new - (old or 0), after, before)
        total = _each(lambda more, sum_: sum_ if more is None else (sum_ or 0) + more, grown, total)
        last[look.publication] = after
        days[look.at.date().isoformat()] = Point(look.at, total)
    return Series(publications=len(last), points=list(days.values()))


def _each(
    of: Callable[[int | None, int | None], int | None], first: Figures, second: Figures
) -> Figures:
    views, likes, comments, shares = map(of, first, second)
    return views, likes, comments, shares
