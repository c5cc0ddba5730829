"""How publications fare: one row per look, so that growth can be shown."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from video_platform.db.database import Database
from video_platform.db.models import MetricRow, PublicationRow
from video_platform.domain.publication import PublicationState

_AGES: tuple[tuple[timedelta, timedelta], ...] = (
    (timedelta(days=1), timedelta(hours=1)),
    (timedelta(days=7), timedelta(hours=6)),
    (timedelta(days=30), timedelta(days=1)),
    (timedelta(days=365), timedelta(days=7)),
)
"""Up to an age, how often a post is counted; after the last one no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Countable:
    """A publication whose figures are due."""

    id: str
    tenant: str
    platform: str
    account: str
    external_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """Figures of a publication at one moment; nothing where the network does not say."""

    publication: str
    at: datetime
    views: int | None
    likes: int | None
    comments: int | None
    shares: int | None


class PublicationMetrics:
    """Repository of figures.

    Args:
        clock: the time; default: the database's own.
    """

    def __init__(self, database: Database, *, clock: Callable[[], datetime] | None = None) -> None:
        self._database = database
        self._clock = clock or database.now

    def due(self, *, limit: int) -> list[Countable]:
        """Published ones whose figures are due, the longest waiting first."""
        with self._database.session() as session:
            rows = session.scalars(
                select(PublicationRow)
                .where(
                    PublicationRow.state == PublicationState.PUBLISHED.value,
                    PublicationRow.external_id != "",
                    PublicationRow.retry_at <= self._clock(),
                )
                .order_by(PublicationRow.retry_at)
                .limit(limit)
            )
            return [
                Countable(
                    id=row.id,
                    tenant=row.tenant,
                    platform=row.platform,
                    account=row.account or "",
                    external_id=row.external_id,
                )
                for row in rows
            ]

    def add(self, publication_id: str, **figures: int | None) -> None:
        """Keep figures of now, and plan the next look by the post's age."""
        now = self._clock()
        with self._database.session() as session, session.begin():
            self._plan(session, publication_id, now)
            session.add(MetricRow(publication=publication_id, at=now, **figures))

    def put_off(self, publication_id: str, *, by: timedelta) -> None:
        """Look again after ``by``, because the network would not say now."""
        with self._database.session() as session, session.begin():
            self._write(session, publication_id, retry_at=self._clock() + by)

    def series(self, publication_id: str, *, limit: int = 1000) -> list[Count]:
        """The figures of one publication, the oldest first."""
        return self._read([publication_id], limit)

    def of_project(self, project: str, *, limit: int = 10_000) -> list[Count]:
        """The figures of a project's publications, the oldest first."""
        with self._database.session() as session:
            wanted = select(PublicationRow.id).where(PublicationRow.project == project)
            ids = list(session.scalars(wanted))
        return self._read(ids, limit)

    def _plan(self, session: Any, publication_id: str, now: datetime) -> None:
        published = session.scalars(
            select(PublicationRow.published_at).where(PublicationRow.id == publication_id)
        ).first()
        age = now - (published or now)
        pause = next((pause for until, pause in _AGES if age < until), None)
        later = None if pause is None else now + pause
        self._write(session, publication_id, retry_at=later, checked_at=now)

    def _write(self, session: Any, publication_id: str, **values: Any) -> None:
        session.execute(
            update(PublicationRow)
            .where(
                PublicationRow.id == publication_id,
                PublicationRow.state == PublicationState.PUBLISHED.value,
            )
            .values(**values)
            .execution_options(synchronize_session=False)
        )

    def _read(self, ids: list[str], limit: int) -> list[Count]:
        with self._database.session() as session:
            rows = session.scalars(
                select(MetricRow)
                .where(MetricRow.publication.in_(ids))
                .order_by(MetricRow.at, MetricRow.id)
                .limit(limit)
            )
            return [
                Count(
                    publication=row.publication,
                    at=row.at,
                    views=row.views,
                    likes=row.likes,
                    comments=row.comments,
                    shares=row.shares,
                )
                for row in rows
            ]
