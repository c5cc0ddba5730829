"""What people asked for, what became of it, and which of it is next."""

import logging
from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, exists, select, update
from sqlalchemy.orm import Session, aliased

from video_platform import tracing
from video_platform.boundaries import boundary
from video_platform.db.database import Database
from video_platform.db.models import CommandRow
from video_platform.domain.command import Command, CommandState
from video_platform.errors import Stopped

_log = logging.getLogger(__name__)
_TRACE = "traceparent"
"""Where a command's arguments name the request's span; no argument to whoever reads them."""
UNDER_WAY = (CommandState.WAITING.value, CommandState.STARTED.value)


class Commands:
    """Repository of commands."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        session: Session,
        project: str,
        kind: str,
        *,
        arguments: Mapping[str, Any] | None = None,
        priority: int = 0,
        user: str | None = None,
    ) -> int:
        """Write a command in the caller's transaction, with the change it belongs to; its id."""
        row = CommandRow(
            project=project,
            kind=kind,
            arguments=traced(arguments or {}),
            priority=priority,
            user=user,
            state=CommandState.WAITING.value,
            created_at=datetime.now(UTC),
        )
        session.add(row)
        session.flush()
        asked_for(row)
        return row.id

    def get(self, command_id: int) -> Command | None:
        """One command."""
        with self._database.session() as session:
            row = session.get(CommandRow, command_id)
            return None if row is None else _command(row)

    def of_project(self, project: str, *, limit: int = 50) -> list[Command]:
        """A project's commands, the newest first."""
        wanted = select(CommandRow).where(CommandRow.project == project)
        return self._read(wanted.order_by(CommandRow.id.desc()).limit(limit))

    def startable(self, *, limit: int) -> list[Command]:
        """Commands whose turn it is: the oldest of each project that has none under way.

        The most urgent come first, then the oldest.
        """
        earlier = aliased(CommandRow)
        before = and_(
            earlier.project == CommandRow.project,
            earlier.state.in_(UNDER_WAY),
            earlier.id < CommandRow.id,
        )
        wanted = (
            select(CommandRow)
            .where(
                CommandRow.state == CommandState.WAITING.value,
                CommandRow.cancel_asked_at.is_(None),
                ~exists().where(before),
            )
            .order_by(CommandRow.priority.desc(), CommandRow.id)
            .limit(limit)
        )
        return self._read(wanted)

    def under_way(self) -> list[Command]:
        """Commands that have a run, the oldest first."""
        wanted = select(CommandRow).where(CommandRow.state == CommandState.STARTED.value)
        return self._read(wanted.order_by(CommandRow.id))

    def to_cancel(self) -> list[Command]:
        """Commands under way that a person wants ended."""
        wanted = select(CommandRow).where(
            CommandRow.state.in_(UNDER_WAY), CommandRow.cancel_asked_at.is_not(None)
        )
        return self._read(wanted.order_by(CommandRow.id))

    def silent(self, now: datetime, *, for_s: float) -> list[Command]:
        """Commands under way whose run gave no sign of life for so long."""
        last = now - timedelta(seconds=for_s)
        found = self.under_way()
        return [one for one in found if (one.heartbeat_at or one.started_at or now) < last]

    @boundary("command.requested")
    def requested(self, command: Command) -> bool:
        """Note that a run was asked for under the command's ``run_key``; false: not ours any more.

        Dagster knows a run key once: asked again after a crash between the two, it starts none.
        """
        return self._move(
            command,
            CommandState.WAITING,
            state=CommandState.STARTED.value,
            attempts=command.attempts + 1,
            started_at=datetime.now(UTC),
            heartbeat_at=None,
        )

    @boundary("command.repeated")
    def repeat(self, command: Command) -> bool:
        """Let a command whose run was lost wait for another one."""
        return self._move(
            command, CommandState.STARTED, state=CommandState.WAITING.value, run_id=""
        )

    def running(self, command_id: int, run_id: str) -> None:
        """Note which run it is, and that it lives."""
        self._set(command_id, run_id=run_id, heartbeat_at=datetime.now(UTC))

    def beat(self, command_id: int) -> bool:
        """A sign of life; false: a person wants it ended."""
        self._set(command_id, heartbeat_at=datetime.now(UTC))
        found = self.get(command_id)
        return found is not None and found.cancel_asked_at is None and not found.state.is_over

    @boundary("command.ended")
    def end(
        self, command: Command, state: CommandState, failure: Mapping[str, Any] | None = None
    ) -> bool:
        """Close it; false: it was closed before."""
        with self._database.session() as session, session.begin():
            done: Any = session.execute(
                update(CommandRow)
                .where(CommandRow.id == command.id, CommandRow.state.in_(UNDER_WAY))
                .values(
                    state=state.value,
                    failure=dict(failure) if failure else None,
                    finished_at=datetime.now(UTC),
                )
            )
            return bool(done.rowcount)

    def ask_to_cancel(self, session: Session, project: str) -> int:
        """Wish the end of all commands of a project that are not over; returns how many."""
        done: Any = session.execute(
            update(CommandRow)
            .where(
                CommandRow.project == project,
                CommandRow.state.in_(UNDER_WAY),
                CommandRow.cancel_asked_at.is_(None),
            )
            .values(cancel_asked_at=datetime.now(UTC))
        )
        return int(done.rowcount)

    def _move(self, command: Command, before: CommandState, **values: Any) -> bool:
        with self._database.session() as session, session.begin():
            done: Any = session.execute(
                update(CommandRow)
                .where(
                    CommandRow.id == command.id,
                    CommandRow.state == before.value,
                    CommandRow.attempts == command.attempts,
                )
                .values(**values)
            )
            return bool(done.rowcount)

    def _set(self, command_id: int, **values: Any) -> None:
        with self._database.session() as session, session.begin():
            session.execute(update(CommandRow).where(CommandRow.id == command_id).values(**values))

    def _read(self, query: Select[tuple[CommandRow]]) -> list[Command]:
        with self._database.session() as session:
            return [_command(row) for row in session.scalars(query)]


def traced(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments of a new command, with the request it comes with beside them."""
    place = tracing.place()
    return {**arguments, _TRACE: place} if place else dict(arguments)


def asked_for(row: CommandRow) -> None:
    """Say that a command was written, in the log and to the request's span."""
    tracing.note(project_id=row.project, command=row.id)
    _log.info("Command %d, %s, is asked for", row.id, row.kind, extra={"project_id": row.project})


def hold_wanted(session: Session, command_ids: Collection[int]) -> None:
    """Keep commands from being cancelled until the caller's transaction ends.

    Raises:
        Stopped: one was cancelled, or is over.
    """
    if not command_ids:
        return
    wanted = select(CommandRow).where(CommandRow.id.in_(command_ids)).order_by(CommandRow.id)
    for row in session.scalars(wanted.with_for_update(read=True)):
        if row.cancel_asked_at is not None or row.state not in UNDER_WAY:
            raise Stopped(
                f"Command {row.id} was cancelled or has ended: nothing more is bought for it.",
                hint="What it made is kept; ask for the film again to go on from there.",
            )


def _command(row: CommandRow) -> Command:
    arguments = dict(row.arguments)
    place = str(arguments.pop(_TRACE, ""))
    return Command(
        id=row.id,
        tenant=row.tenant,
        project=row.project,
        kind=row.kind,
        arguments=arguments,
        traceparent=place if tracing.is_place(place) else "",
        priority=row.priority,
        state=CommandState(row.state),
        run_id=row.run_id,
        attempts=row.attempts,
        failure=row.failure,
        created_at=row.created_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
        heartbeat_at=row.heartbeat_at,
        cancel_asked_at=row.cancel_asked_at,
    )
