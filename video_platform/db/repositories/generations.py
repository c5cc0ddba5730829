"""Rows of the generation ledger: claims with leases, and the steps of one generation.

Every write names the fence its writer holds; a row that was taken over refuses it.
"""

import hashlib
import json
import os
import socket
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, String, and_, cast, exists, func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from video_platform.boundaries import boundary
from video_platform.db.database import Database
from video_platform.db.models import CommandRow, GenerationRow
from video_platform.db.repositories import budgets
from video_platform.db.repositories.commands import UNDER_WAY, hold_wanted
from video_platform.domain.codec import from_json, to_json
from video_platform.domain.generation import Generation
from video_platform.errors import LeaseLost


class GenerationState(StrEnum):
    """See ``db.models.GenerationRow``."""

    CLAIMED = "claimed"
    SENDING = "sending"
    SUBMITTED = "submitted"
    STORED = "stored"
    FAILED = "failed"
    UNKNOWN = "unknown"


RUNNING = frozenset({GenerationState.CLAIMED, GenerationState.SENDING, GenerationState.SUBMITTED})
_LEFT = (GenerationState.CLAIMED.value, GenerationState.SUBMITTED.value)
"""What somebody has to go on from; ``sending`` becomes ``unknown`` by ``close_abandoned``."""
_SETTLED_AFTER = timedelta(minutes=5)
_ASKED_FOR = timedelta(days=1)
"""How long after it was sent a request of unknown outcome is asked after: by then it has arrived or
never will, and the service may still know it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """What is about to be generated, and for whom."""

    key: str
    tenant: str
    project: str
    provider: str
    capability: str
    request: bytes
    estimate_microusd: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A row as it was read."""

    key: str
    tenant: str
    project: str
    provider: str
    capability: str
    state: GenerationState
    owner: str
    fence: int
    lease_until: float
    attempts: int
    sends: int
    job: Mapping[str, Any] | None
    result: Generation | None
    error_code: str
    error: str
    estimate_microusd: int
    held_microusd: int
    cost_microusd: int
    created_at: datetime
    sent_at: datetime | None
    submitted_at: datetime | None
    is_mine: bool = False
    """Whether the reader holds the row now."""


_HOST_CHARACTERS = 40
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_PROCESS_NUMBERS = Path("/proc/self/ns/pid")
"""Names the set of process numbers this process is counted in: each container has its own."""


def this_machine() -> str:
    """Where process numbers mean the same: this host, since it started, in this container.

    A host name alone does not tell containers or cloned machines apart.
    """
    host = socket.gethostname()
    try:
        told = f"{_BOOT_ID.read_text()} {_PROCESS_NUMBERS.readlink()}"
    except OSError:  # no Linux: no containers that share a name
        told = ""
    digest = hashlib.sha256(f"{host} {told}".encode()).hexdigest()[:12]
    return f"{host[:_HOST_CHARACTERS]}:{digest}"


def this_process() -> str:
    """A name for this process among all that share a database."""
    return f"{this_machine()}:{os.getpid()}"


def is_gone(owner: str) -> bool:
    """Whether an owner is surely not running any more: a process of this machine that ended."""
    machine, _, process = owner.rpartition(":")
    if machine != this_machine() or not process.isdigit():
        return False
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


class Generations:
    """Repository of generations."""

    def __init__(
        self, database: Database, *, owner: str = "", clock: Callable[[], float] = time.time
    ) -> None:
        self._database = database
        self._owner = owner or this_process()
        self._clock = clock

    @boundary("ledger.claimed")
    def claim(self, intent: Intent, *, lease_s: float) -> Entry:
        """Hold the row of this intent, or say who else does.

        A new or failed generation begins anew as ``claimed``. One whose holder is gone is taken
        over in the state it was left in. What is stored, unknown, or held is returned as it is.
        """
        if self._insert(intent, lease_s):
            return self._read(intent.key, is_mine=True)
        entry = self._read(intent.key)
        now = self._clock()
        if entry.state is GenerationState.FAILED:
            fresh = {
                "state": GenerationState.CLAIMED,
                "job": None,
                "error": "",
                "error_code": "",
                "estimate_microusd": intent.estimate_microusd,
            }
            return self._take(entry, lease_s, project=intent.project, **fresh)
        is_free = entry.lease_until < now or not entry.owner or is_gone(entry.owner)
        if entry.state in RUNNING and is_free:
            return self._take(entry, lease_s)
        return entry

    @boundary("ledger.reopened")
    def reopen(self, entry: Entry, state: GenerationState, *, lease_s: float) -> Entry:
        """Hold a generation that had ended: ``claimed`` begins it anew, ``sending`` looks it up.

        ``submitted`` looks at its job again.
        """
        job = entry.job if state is GenerationState.SUBMITTED else None
        kept = None if job is None else dict(job)
        return self._take(entry, lease_s, state=state, job=kept, error="", error_code="")

    def left_behind(self, *, answerable: Collection[str], limit: int) -> list[Entry]:
        """Generations that nobody works on and that no command under way will ask for again.

        Those come first that were free first. One that rests is left out until its pause is over.

        Args:
            answerable: providers that can say what became of a request of theirs; of these,
                unknown outcomes count as well, for a day.
        """
        row, now = GenerationRow, self._clock()
        moment = datetime.fromtimestamp(now, UTC)
        is_asked_after = and_(
            row.state == GenerationState.UNKNOWN.value,
            # An update to None writes the JSON value, an insert none at all.
            func.coalesce(cast(row.job, String), "null") == "null",
            row.provider.in_(answerable),
            row.sent_at.between(moment - _ASKED_FOR, moment - _SETTLED_AFTER),
        )
        wanted = (
            select(row)
            .where(row.lease_until < now, or_(row.state.in_(_LEFT), is_asked_after), is_nobodys())
            .order_by(row.lease_until, row.key)
            .limit(limit)
        )
        with self._database.session() as session:
            return [_entry(one) for one in session.scalars(wanted)]

    @boundary("ledger.taken")
    def take(self, entry: Entry, *, lease_s: float) -> Entry:
        """Hold a generation in the state it is in, unless it was held or changed since it was read.

        What is returned is not ``is_mine`` then.
        """
        return self._take(entry, lease_s)

    @boundary("ledger.rested")
    def rest(self, key: str, fence: int, *, for_s: float, code: str, error: str) -> None:
        """Leave the row in its state, and say why; who wants it may take it over at once.

        ``left_behind`` does not list it for ``for_s`` seconds.
        """
        until = self._clock() + for_s
        self._write(key, fence, owner="", lease_until=until, error_code=code, error=error)

    def renew(self, key: str, fence: int, *, lease_s: float) -> None:
        """Hold the row a while longer."""
        self._write(key, fence, lease_until=self._clock() + lease_s)

    @boundary("ledger.let_go")
    def let_go(self, key: str, fence: int) -> None:
        """Leave the row in its state for the next one to take over at once."""
        self._write(key, fence, lease_until=0.0)

    @boundary("ledger.sending")
    def sending(self, key: str, fence: int, *, commands: Collection[int] = ()) -> None:
        """The request leaves now: from here on its outcome may be unknown.

        Args:
            commands: ids of the commands it is sent for; a cancel of one waits for this
                transaction, or is seen by it.

        Raises:
            Stopped: one of them was cancelled or is over; nothing is written.
        """
        with self._database.session() as session, session.begin():
            self._write_in(
                session,
                key,
                fence,
                state=GenerationState.SENDING,
                sends=GenerationRow.sends + 1,
                sent_at=datetime.now(UTC),
            )
            # Second: on SQLite the write above is what keeps a cancel out.
            hold_wanted(session, commands)

    @boundary("ledger.submitted")
    def submitted(self, key: str, fence: int, job: bytes) -> None:
        """The provider took it and gave this job."""
        self._write(
            key,
            fence,
            state=GenerationState.SUBMITTED,
            job=json.loads(job),
            submitted_at=datetime.now(UTC),
        )

    @boundary("ledger.noted")
    def note(self, key: str, fence: int, code: str, error: str) -> None:
        """Say what went wrong with a job that can be looked at again."""
        self._write(key, fence, error_code=code, error=error)

    @boundary("ledger.stored")
    def stored(self, fence: int, generation: Generation, *, cost_microusd: int) -> None:
        """The result is in the store, and what was held for it is spent."""
        self._write(
            generation.key,
            fence,
            settled_microusd=cost_microusd,
            state=GenerationState.STORED,
            result=json.loads(to_json(generation)),
            cost_microusd=cost_microusd,
            lease_until=0.0,
            finished_at=datetime.now(UTC),
        )

    @boundary("ledger.failed")
    def failed(
        self, key: str, fence: int, code: str, error: str, *, cost_microusd: int = 0
    ) -> None:
        """It gave nothing; what was held for it is free again but for what it cost."""
        self._close(key, fence, GenerationState.FAILED, code, error, settled_microusd=cost_microusd)

    @boundary("ledger.unknown")
    def unknown(self, key: str, fence: int, code: str, error: str) -> None:
        """Nobody knows what became of it: what is held stays held."""
        self._close(key, fence, GenerationState.UNKNOWN, code, error)

    @boundary("ledger.given_up")
    def given_up(self, key: str, fence: int, cost_microusd: int) -> None:
        """What was sent before counts as paid; it may be sent again."""
        self._write(key, fence, settled_microusd=cost_microusd)

    def _close(
        self,
        key: str,
        fence: int,
        state: GenerationState,
        code: str,
        error: str,
        settled_microusd: int | None = None,
    ) -> None:
        self._write(
            key,
            fence,
            settled_microusd=settled_microusd,
            state=state,
            error_code=code,
            error=error,
            lease_until=0.0,
            finished_at=datetime.now(UTC),
        )

    def find(self, key: str) -> Entry | None:
        """The row of this key."""
        with self._database.session() as session:
            row = session.get(GenerationRow, key)
            return None if row is None else _entry(row)

    def request(self, key: str) -> bytes:
        """What was asked, as canonical JSON."""
        with self._database.session() as session:
            asked = session.get_one(GenerationRow, key).request
        return to_json(asked)

    def list(
        self, *, state: GenerationState | None = None, project: str = "", limit: int = 200
    ) -> list[Entry]:
        """Rows, the newest first."""
        query = select(GenerationRow).order_by(GenerationRow.created_at.desc()).limit(limit)
        if state is not None:
            query = query.where(GenerationRow.state == state.value)
        if project:
            query = query.where(GenerationRow.project == project)
        with self._database.session() as session:
            return [_entry(row) for row in session.scalars(query)]

    def close_abandoned(self, *, grace_s: float) -> int:
        """Mark as unknown what was being sent by a holder that is gone; returns how many.

        Whoever wants such a generation looks it up first where its provider can be asked.
        """
        dead = self._clock() - grace_s
        with self._database.session() as session, session.begin():
            done: Any = session.execute(
                update(GenerationRow)
                .where(
                    GenerationRow.state == GenerationState.SENDING.value,
                    GenerationRow.lease_until < dead,
                )
                .values(
                    state=GenerationState.UNKNOWN.value,
                    fence=GenerationRow.fence + 1,
                    error_code="outcome_unknown",
                    error="The process that sent it ended before an answer was stored.",
                )
            )
            return int(done.rowcount)

    def _insert(self, intent: Intent, lease_s: float) -> bool:
        try:
            with self._database.session() as session, session.begin():
                session.add(
                    GenerationRow(
                        key=intent.key,
                        tenant=intent.tenant,
                        project=intent.project,
                        provider=intent.provider,
                        capability=intent.capability,
                        request=json.loads(intent.request),
                        state=GenerationState.CLAIMED.value,
                        owner=self._owner,
                        fence=1,
                        lease_until=self._clock() + lease_s,
                        attempts=1,
                        estimate_microusd=intent.estimate_microusd,
                        created_at=datetime.now(UTC),
                    )
                )
        except IntegrityError:
            return False
        return True

    def _take(self, entry: Entry, lease_s: float, **values: Any) -> Entry:
        """Raise the fence, unless somebody else did since the row was read."""
        with self._database.session() as session, session.begin():
            done: Any = session.execute(
                update(GenerationRow)
                .where(
                    GenerationRow.key == entry.key,
                    GenerationRow.fence == entry.fence,
                    # A holder that was slow and renewed its lease meanwhile keeps it.
                    GenerationRow.lease_until == entry.lease_until,
                )
                .values(
                    owner=self._owner,
                    fence=entry.fence + 1,
                    lease_until=self._clock() + lease_s,
                    attempts=GenerationRow.attempts + 1,
                    **_plain(values),
                )
            )
            is_mine = done.rowcount == 1
        return self._read(entry.key, is_mine=is_mine)

    def _write(
        self, key: str, fence: int, *, settled_microusd: int | None = None, **values: Any
    ) -> None:
        """Write under the fence; with ``settled_microusd`` what is held becomes that cost."""
        with self._database.session() as session, session.begin():
            self._write_in(session, key, fence, **values)
            if settled_microusd is not None:
                budgets.settle(session, session.get_one(GenerationRow, key), settled_microusd)

    def _write_in(self, session: Session, key: str, fence: int, **values: Any) -> None:
        done: Any = session.execute(
            update(GenerationRow)
            .where(GenerationRow.key == key, GenerationRow.fence == fence)
            # The fence itself: a settlement alone has nothing else to write.
            .values(fence=fence, **_plain(values))
        )
        if done.rowcount != 1:
            raise LeaseLost(
                f"Generation {key[:12]} was taken over by another process.",
                hint="Nothing is lost: the other process finishes it.",
            )

    def _read(self, key: str, *, is_mine: bool = False) -> Entry:
        with self._database.session() as session:
            return _entry(session.get_one(GenerationRow, key), is_mine=is_mine)


def is_nobodys() -> ColumnElement[bool]:
    """Whether a generation's project has no command under way: nobody will ask for it again."""
    return ~exists().where(
        CommandRow.project == GenerationRow.project, CommandRow.state.in_(UNDER_WAY)
    )


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value.value if isinstance(value, StrEnum) else value for name, value in values.items()
    }


def _entry(row: GenerationRow, *, is_mine: bool = False) -> Entry:
    stored = row.state == GenerationState.STORED.value and row.result is not None
    return Entry(
        key=row.key,
        tenant=row.tenant,
        project=row.project,
        provider=row.provider,
        capability=row.capability,
        state=GenerationState(row.state),
        owner=row.owner,
        fence=row.fence,
        lease_until=row.lease_until,
        attempts=row.attempts,
        sends=row.sends,
        job=row.job,
        result=from_json(Generation, json.dumps(row.result).encode()) if stored else None,
        error_code=row.error_code,
        error=row.error,
        estimate_microusd=row.estimate_microusd,
        held_microusd=row.held_microusd,
        cost_microusd=row.cost_microusd,
        created_at=row.created_at,
        sent_at=row.sent_at,
        submitted_at=row.submitted_at,
        is_mine=is_mine,
    )
