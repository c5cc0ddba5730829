"""The log of what happened, in one order per tenant."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from video_platform.db.database import ALL_TENANTS, Database
from video_platform.db.models import EventCounterRow, EventRow
from video_platform.domain.events import Event, EventKind
from video_platform.errors import WrongTenant


class Events:
    """Repository of events."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        session: Session,
        kind: EventKind,
        data: Mapping[str, Any],
        *,
        project: str | None = None,
        tenant: str = "",
    ) -> int:
        """Write an event in the caller's transaction, so that it is seen with what it tells of.

        The tenant's counter stays locked until the transaction ends: keep what follows short. A
        session of the whole system names the ``tenant``.
        """
        whose = tenant or session.info["tenant"]
        if whose == ALL_TENANTS:
            raise WrongTenant("An event of nobody was about to be written.")
        seq = _next(session, whose)
        session.add(
            EventRow(
                tenant=whose,
                seq=seq,
                kind=kind.value,
                project=project,
                data=dict(data),
                at=datetime.now(UTC),
            )
        )
        return seq

    def tell(self, kind: EventKind, data: Mapping[str, Any], *, project: str | None = None) -> int:
        """Write an event in a transaction of its own."""
        with self._database.session() as session, session.begin():
            return self.add(session, kind, data, project=project)

    def after(self, seq: int, *, limit: int = 500, project: str | None = None) -> list[Event]:
        """Events after ``seq``, the oldest first."""
        query = select(EventRow).where(EventRow.seq > seq).order_by(EventRow.seq).limit(limit)
        if project is not None:
            query = query.where(EventRow.project == project)
        with self._database.session() as session:
            return [_event(row) for row in session.scalars(query)]

    def last(self) -> int:
        """The number of the tenant's last event; 0 before the first."""
        with self._database.session() as session:
            return session.scalars(select(EventCounterRow.last)).first() or 0

    def counters(self) -> dict[str, int]:
        """The last number of every tenant this database may see."""
        with self._database.session() as session:
            rows = session.execute(select(EventCounterRow.tenant, EventCounterRow.last))
            return {row.tenant: row.last for row in rows}

    def forget_before(self, age: timedelta) -> int:
        """Delete events older than ``age``; returns how many. Numbers are never used again."""
        with self._database.session() as session, session.begin():
            done: Any = session.execute(
                delete(EventRow).where(EventRow.at < datetime.now(UTC) - age)
            )
            return int(done.rowcount)


def _next(session: Session, tenant: str) -> int:
    """The next number, alone: whoever updates the counter first is waited for."""
    for _ in range(2):
        done: Any = session.execute(
            update(EventCounterRow)
            .where(EventCounterRow.tenant == tenant)
            .values(last=EventCounterRow.last + 1)
            .execution_options(synchronize_session=False)
        )
        if done.rowcount:
            mine = select(EventCounterRow.last).where(EventCounterRow.tenant == tenant)
            return int(session.scalars(mine.execution_options(populate_existing=True)).one())
        try:
            with session.begin_nested():
                session.add(EventCounterRow(tenant=tenant, last=0))
        except IntegrityError:
            continue  # another process was quicker
    raise RuntimeError(f"The event counter of {tenant!r} cannot be written.")


def _event(row: EventRow) -> Event:
    return Event(
        tenant=row.tenant,
        seq=row.seq,
        kind=EventKind(row.kind),
        project=row.project,
        data=row.data,
        at=row.at,
    )
