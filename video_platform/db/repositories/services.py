"""Limits of a service that all processes of an installation share, and how the service fares."""

import time
import uuid
from collections.abc import Callable
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from video_platform.db.database import Database
from video_platform.db.models import ServiceCallRow, ServicePlaceRow, ServiceRow

_MINUTE_S = 60.0


class Services:
    """Repository of what is shared about services."""

    def __init__(self, database: Database, *, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def take_place(self, service: str, *, at_once: int, hold_s: float) -> str | None:
        """A place among ``at_once`` for ``hold_s`` seconds at most, or nothing while all are taken.

        A place that is never given back (its holder died) is free again after that time.
        """
        self._ensure(service)
        with self._database.session() as session, session.begin():
            self._lock(session, service)
            now = self._clock()
            mine = ServicePlaceRow.service == service
            session.execute(delete(ServicePlaceRow).where(mine, ServicePlaceRow.until < now))
            taken = session.scalar(select(func.count()).select_from(ServicePlaceRow).where(mine))
            if (taken or 0) >= at_once:
                return None
            place = uuid.uuid4().hex
            session.add(ServicePlaceRow(id=place, service=service, until=now + hold_s))
            return place

    def keep_place(self, place: str, *, hold_s: float) -> None:
        """Hold a place a while longer."""
        with self._database.session() as session, session.begin():
            session.execute(
                update(ServicePlaceRow)
                .where(ServicePlaceRow.id == place)
                .values(until=self._clock() + hold_s)
            )

    def give_back(self, place: str) -> None:
        """Free a place."""
        with self._database.session() as session, session.begin():
            session.execute(delete(ServicePlaceRow).where(ServicePlaceRow.id == place))

    def wait_for_call(self, service: str, *, per_minute: int) -> float:
        """Seconds until a call may be made; 0 means now, and the call is counted.

        No span of a minute, wherever it begins, holds more than ``per_minute`` calls.
        """
        self._ensure(service)
        with self._database.session() as session, session.begin():
            self._lock(session, service)
            now = self._clock()
            mine = ServiceCallRow.service == service
            session.execute(
                delete(ServiceCallRow).where(mine, ServiceCallRow.at <= now - _MINUTE_S)
            )
            times = list(
                session.scalars(select(ServiceCallRow.at).where(mine).order_by(ServiceCallRow.at))
            )
            if len(times) >= per_minute:
                return max(0.01, times[len(times) - per_minute] + _MINUTE_S - now)
            session.add(ServiceCallRow(service=service, at=now))
            return 0.0

    def record(self, service: str, *, failed: bool, after: int, pause_s: float) -> None:
        """Count a failure or forget them all; ``after`` of them in a row close it for a while."""
        self._ensure(service)
        failures = ServiceRow.failures + 1 if failed else 0
        with self._database.session() as session, session.begin():
            session.execute(
                update(ServiceRow).where(ServiceRow.name == service).values(failures=failures)
            )
            if failed:
                session.execute(
                    update(ServiceRow)
                    .where(ServiceRow.name == service, ServiceRow.failures >= after)
                    .values(closed_until=self._clock() + pause_s, failures=after - 1)
                )

    def closed_for(self, service: str) -> float:
        """Seconds this service is not called any more, after failures in a row; 0 when it is."""
        with self._database.session() as session:
            row = session.get(ServiceRow, service)
            return max(0.0, row.closed_until - self._clock()) if row else 0.0

    def _lock(self, session: Session, service: str) -> None:
        """Whoever updates the row first is alone with the service until the end."""
        session.execute(
            update(ServiceRow)
            .where(ServiceRow.name == service)
            .values(version=ServiceRow.version + 1)
        )

    def _ensure(self, service: str) -> None:
        with self._database.session() as session:
            if session.get(ServiceRow, service) is not None:
                return
        try:
            with self._database.session() as session, session.begin():
                row: Any = ServiceRow(name=service)
                session.add(row)
        except IntegrityError:
            return  # another process was quicker
