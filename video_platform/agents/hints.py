"""Hints of one tenant: its publications' figures at a common age, compared.

Reading them changes nothing and spends nothing. A brief carries them only where a person says so.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from video_platform.agents.studio import Studio
from video_platform.db.models import MetricRow, PublicationRow
from video_platform.domain.excerpt import sentences_of
from video_platform.domain.hints import Hints, Measured, find_hints
from video_platform.domain.manifests import Montage
from video_platform.domain.project import Stage
from video_platform.domain.script import Script

AGE = timedelta(hours=48)
"""Old enough for most of what a post will get in its first wave; at this age all are compared."""
_LATEST = timedelta(days=7)
"""A first look later than this would favour the post."""
MOST_POSTS = 2_000
"""The newest so many are compared."""


def hints_of(studio: Studio, *, platform: str = "") -> Hints:
    """What the tenant's publications tell.

    Args:
        platform: only of this network; empty: of all, each against its network's usual post.
    """
    posts = []
    for row in _published(studio, platform):
        views = _views_at_age(studio, row)
        measured = None if views is None else _measured(studio, row, views)
        if measured is not None:
            posts.append(measured)
    return find_hints(posts)


def _published(studio: Studio, platform: str) -> list[PublicationRow]:
    wanted = select(PublicationRow).where(PublicationRow.published_at.is_not(None))
    if platform:
        wanted = wanted.where(PublicationRow.platform == platform)
    newest = wanted.order_by(PublicationRow.published_at.desc()).limit(MOST_POSTS)
    with studio.database.session() as session:
        return list(session.scalars(newest))


def _views_at_age(studio: Studio, row: PublicationRow) -> int | None:
    """Views at the first look at the common age; nothing: too young, or never looked at then."""
    assert row.published_at is not None  # noqa: S101 - selected for it
    since: datetime = row.published_at
    look = (
        select(MetricRow.views)
        .where(
            MetricRow.publication == row.id,
            MetricRow.views.is_not(None),
            MetricRow.at >= since + AGE,
            MetricRow.at < since + _LATEST,
        )
        .order_by(MetricRow.at)
        .limit(1)
    )
    with studio.database.session() as session:
        return session.scalars(look).first()


def _measured(studio: Studio, row: PublicationRow, views: int) -> Measured | None:
    script = studio.made(Script, Stage.SCRIPT, row.project)
    montage = studio.made(Montage, Stage.MONTAGE, row.project)
    films = [one for one in montage.films if one.format == row.format] if montage else []
    if script is None or not films or row.published_at is None:
        return None
    first = script.scenes[0]
    return Measured(
        platform=row.platform,
        opening=" ".join(first.words[: sentences_of(first, 0)[0].end]),
        duration_s=films[0].duration_ms / 1000,
        hour=row.published_at.astimezone(ZoneInfo(row.zone)).hour,
        views=views,
    )
