"""Answers kept under the key their caller gave, so that a repeated request repeats nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError

from video_platform.db.database import Database
from video_platform.db.models import IdempotencyRow

LIFE = timedelta(hours=24)
"""How long an answer is kept."""
_LEASE = timedelta(seconds=60)
"""How long a request may take before it counts as lost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptAnswer:
    """What is known of a key: whose request it was, and the answer if there is one."""

    request_hash: str
    is_running: bool
    status: int = 0
    headers: Mapping[str, Any] = field(default_factory=dict)
    body: str | None = None


class IdempotencyKeys:
    """Repository of idempotency keys, by key and route."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(self, key: str, route: str, request_hash: str) -> KeptAnswer | None:
        """Begin a request under its key; what is known of it when it was begun before."""
        now = datetime.now(UTC)
        stale = delete(IdempotencyRow).where(
            IdempotencyRow.key == key,
            IdempotencyRow.route == route,
            IdempotencyRow.created_at < now - LIFE,
        )
        row = IdempotencyRow(
            tenant=self._database.tenant,
            key=key,
            route=route,
            request_hash=request_hash,
            lease_until=now + _LEASE,
            created_at=now,
        )
        try:
            with self._database.session() as session, session.begin():
                session.execute(stale)
                session.add(row)
        except IntegrityError:
            return self._known(key, route, now)
        return None

    def keep(
        self, key: str, route: str, *, status: int, headers: Mapping[str, str], body: str
    ) -> None:
        """The answer, for whoever asks again."""
        with self._database.session() as session, session.begin():
            session.execute(
                update(IdempotencyRow)
                .where(IdempotencyRow.key == key, IdempotencyRow.route == route)
                .values(status=status, headers=dict(headers), answer=body)
            )

    def let_go(self, key: str, route: str) -> None:
        """Nothing was done under this key: it may be used again."""
        with self._database.session() as session, session.begin():
            session.execute(
                delete(IdempotencyRow).where(
                    IdempotencyRow.key == key, IdempotencyRow.route == route
                )
            )

    def sweep(self) -> int:
        """Forget what is older than a day; returns how many."""
        with self._database.session() as session, session.begin():
            done: Any = session.execute(
                delete(IdempotencyRow).where(IdempotencyRow.created_at < datetime.now(UTC) - LIFE)
            )
            return int(done.rowcount)

    def _known(self, key: str, route: str, now: datetime) -> KeptAnswer | None:
        with self._database.session() as session:
            row = session.get(IdempotencyRow, (self._database.tenant, key, route))
            if row is None:
                # Let go a moment ago; whoever asks again begins anew.
                return KeptAnswer(request_hash="", is_running=True)
            return KeptAnswer(
                request_hash=row.request_hash,
                is_running=row.answer is None and row.lease_until > now,
                status=row.status,
                headers=row.headers,
                body=row.answer,
            )
