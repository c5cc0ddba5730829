"""How projects get on: status, progress and their partition, as the runs and sensors report it."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import case, select, update

from video_platform.boundaries import boundary
from video_platform.db.database import Database
from video_platform.db.models import ProjectRow
from video_platform.db.repositories.events import Events
from video_platform.domain.events import EventKind
from video_platform.domain.project import ProjectStatus


class Lifecycle:
    """Repository of what happens to projects, as against what people change of them."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._events = Events(database)

    @boundary("project.moved")
    def move(
        self, project: str, status: ProjectStatus, failure: Mapping[str, Any] | None = None
    ) -> None:
        """Move a project on, and say so to whoever listens; nothing happens twice.

        ``failure`` (``code``, ``message``, ``hint``, ``stage``) belongs to the status and goes with
        it.
        """
        kept = dict(failure) if failure else None
        with self._database.session() as session, session.begin():
            row = session.get(ProjectRow, project, with_for_update=True)
            if row is None or (row.status == status.value and row.failure == kept):
                return
            before, row.status, row.failure = row.status, status.value, kept
            row.updated_at = datetime.now(UTC)
            told = [(EventKind.PROJECT_STATUS, {"status": status.value, "from": before})]
            if kept:
                told.append((EventKind.PROJECT_FAILED, kept))
            for kind, facts in told:
                self._events.add(session, kind, facts, project=project, tenant=row.tenant)

    def begin(self, project: str) -> None:
        """A run is about to be made: progress counts from 0 again."""
        with self._database.session() as session, session.begin():
            session.execute(
                update(ProjectRow)
                .where(ProjectRow.key == project)
                .values(progress=0.0, sentence="waiting for its turn")
            )

    def progress(self, project: str, share: float, sentence: str) -> float:
        """How far a project is, 0 to 1, and what is being done; returns what is shown.

        Stages that do not wait for one another end in any order: progress never goes back.
        """
        ahead = case((ProjectRow.progress > share, ProjectRow.progress), else_=share)
        with self._database.session() as session, session.begin():
            session.execute(
                update(ProjectRow)
                .where(ProjectRow.key == project)
                .values(progress=ahead, sentence=sentence)
                .execution_options(synchronize_session=False)
            )
            mine = select(ProjectRow.progress).where(ProjectRow.key == project)
            return session.scalars(mine).first() or share

    def is_unwanted(self, project: str) -> bool:
        """Whether a person has said that no film is wanted: cancelled, archived, or not there.

        A project that failed is none: it is asked for again, and goes on from what it paid for.
        """
        with self._database.session() as session:
            row = session.get(ProjectRow, project)
            return (
                row is None
                or row.archived_at is not None
                or row.status == ProjectStatus.CANCELLED.value
            )

    def to_retire(self, *, limit: int) -> list[str]:
        """Archived projects whose partition still exists."""
        wanted = select(ProjectRow.key).where(
            ProjectRow.archived_at.is_not(None), ProjectRow.retired_at.is_(None)
        )
        with self._database.session() as session:
            return list(session.scalars(wanted.limit(limit)))

    def retired(self, projects: Sequence[str]) -> None:
        """Note that these partitions are gone."""
        with self._database.session() as session, session.begin():
            session.execute(
                update(ProjectRow)
                .where(ProjectRow.key.in_(projects))
                .values(retired_at=datetime.now(UTC))
            )
