"""Projects with their takes, picks, edits and approvals."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from video_platform.boundaries import boundary
from video_platform.db.database import Database
from video_platform.db.models import (
    ApprovalRow,
    CommandRow,
    PickRow,
    ProjectRow,
    SceneEditRow,
    TakeRow,
)
from video_platform.db.repositories.commands import asked_for, traced
from video_platform.db.repositories.kits import find_kit, read_kit
from video_platform.db.repositories.pages import Mark, older_than
from video_platform.domain.brief import Brief
from video_platform.domain.codec import from_json, to_json
from video_platform.domain.project import Project, ProjectStatus, SceneEdit, Stage
from video_platform.errors import Conflict, ProjectMissing

_WANTED = ""
"""Value of an approval that is still to be given."""


class ProjectOrder(StrEnum):
    """How lists of projects are sorted; the newest come first."""

    CREATED = "created"
    UPDATED = "updated"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredProject:
    """What is stored about a project beside its brief; see ``db.models.ProjectRow``."""

    key: str
    title: str
    description: str
    brief: Brief
    status: ProjectStatus
    version: int
    progress: float
    sentence: str
    failure: Mapping[str, Any] | None
    owner: str | None
    copied_from: str | None
    created_at: datetime
    updated_at: datetime
    archived_at: datetime | None


def _plain(value: object) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(to_json(value))
    return document


class Projects:
    """Repository of projects."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @boundary("project.added")
    def add(self, key: str, title: str, brief: Brief, *, command: str = "") -> Project:
        """Store a new project, or return the one already stored under ``key``.

        A ``command`` is stored with a new project in one transaction: a sensor runs it.
        """
        try:
            with self._database.session() as session, session.begin():
                made = self.create(session, key, title, brief)
                if command:
                    row = CommandRow(
                        project=key,
                        kind=command,
                        arguments=traced({}),
                        created_at=made.created_at,
                    )
                    session.add(row)
                    session.flush()
                    asked_for(row)
        except IntegrityError:
            # The same brief was submitted before, or by another process a moment ago; the look it
            # is cut with is the last one wished for.
            with self._database.session() as session, session.begin():
                session.get_one(ProjectRow, key).brief = _plain(brief)
        return self.get(key)

    def create(
        self,
        session: Session,
        key: str,
        title: str,
        brief: Brief,
        *,
        description: str = "",
        owner: str | None = None,
        copied_from: str | None = None,
    ) -> StoredProject:
        """Store a new project in the caller's transaction; ``IntegrityError`` when it is there."""
        now = datetime.now(UTC)
        row = ProjectRow(
            key=key,
            title=title[:255],
            description=description,
            brief=_plain(brief),
            owner=owner,
            copied_from=copied_from,
            status=ProjectStatus.DRAFT.value,
            created_at=now,
            updated_at=now,
        )
        session.add(row)
        session.flush()
        return _stored(row)

    def get(self, key: str) -> Project:
        """The project with this key, dressed in its brand kit.

        What a person wrote, without the kit, is in ``stored``.

        Raises:
            ProjectMissing: there is no such project.
            NotFound: ``kit_missing``.
        """
        with self._database.session() as session:
            row = _row(session, key)
            takes: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
            for take in session.scalars(select(TakeRow).where(TakeRow.project == key)):
                takes[take.stage][take.scene_id] += 1
            picks: dict[str, dict[int, int]] = defaultdict(dict)
            for pick in session.scalars(select(PickRow).where(PickRow.project == key)):
                picks[pick.stage][pick.scene_id] = pick.take
            edits = session.scalars(select(SceneEditRow).where(SceneEditRow.project == key))
            return Project(
                key=row.key,
                title=row.title,
                brief=_dressed(session, _brief(row)),
                created_at=row.created_at.isoformat(),
                takes={stage: dict(scenes) for stage, scenes in takes.items()},
                edits={
                    e.scene_id: from_json(SceneEdit, json.dumps(e.edit).encode()) for e in edits
                },
                picks=dict(picks),
            )

    def stored(self, key: str) -> StoredProject:
        """Everything but takes and edits; ``ProjectMissing`` when there is none."""
        with self._database.session() as session:
            return _stored(_row(session, key))

    def tenant_of(self, key: str) -> str:
        """Whose project this is; ``ProjectMissing`` when there is none."""
        with self._database.session() as session:
            found = session.scalars(select(ProjectRow.tenant).where(ProjectRow.key == key)).first()
        if found is None:
            raise ProjectMissing(f"There is no project {key!r}.")
        return found

    def list_keys(self) -> list[str]:
        """Keys of all projects, newest first."""
        with self._database.session() as session:
            rows = session.scalars(select(ProjectRow.key).order_by(ProjectRow.created_at.desc()))
            return list(rows)

    def find(
        self,
        *,
        status: ProjectStatus | None = None,
        language: str = "",
        text: str = "",
        is_archived: bool = False,
        order: ProjectOrder = ProjectOrder.CREATED,
        before: Mark | None = None,
        limit: int = 50,
    ) -> list[StoredProject]:
        """Projects after ``before`` in their order; ``text`` is looked for in title and words."""
        column: Any = _ORDERED_BY[order]
        archived = ProjectRow.archived_at
        query = select(ProjectRow).where(
            archived.is_not(None) if is_archived else archived.is_(None)
        )
        if status is not None:
            query = query.where(ProjectRow.status == status.value)
        if language:
            query = query.where(ProjectRow.brief["language"].as_string() == language)
        if text:
            query = query.where(
                or_(
                    ProjectRow.title.icontains(text, autoescape=True),
                    ProjectRow.description.icontains(text, autoescape=True),
                )
            )
        if before is not None:
            query = query.where(older_than(before, column, ProjectRow.key))
        query = query.order_by(column.desc(), ProjectRow.key.desc()).limit(limit)
        with self._database.session() as session:
            return [_stored(row) for row in session.scalars(query)]

    def change(
        self, session: Session, key: str, *, version: int | None = None, **values: Any
    ) -> StoredProject:
        """Write a person's change in the caller's transaction, and count it.

        Args:
            version: what the person saw; nothing: whatever is there.
            values: columns and what they become; a ``brief`` is written as one.

        Raises:
            ProjectMissing: there is no such project.
            Conflict: it was changed since that version.
        """
        if "brief" in values:
            values["brief"] = _plain(values["brief"])
        wanted = update(ProjectRow).where(ProjectRow.key == key)
        if version is not None:
            wanted = wanted.where(ProjectRow.version == version)
        done: Any = session.execute(
            wanted.values(
                version=ProjectRow.version + 1, updated_at=datetime.now(UTC), **values
            ).execution_options(synchronize_session=False)
        )
        session.expire_all()
        row = _row(session, key)
        if not done.rowcount:
            raise Conflict(
                f"Project {key} is at version {row.version}, not {version}.",
                hint="Read it again, and change what you find then.",
                code="version_stale",
            )
        return _stored(row)

    def set_status(self, session: Session, key: str, status: ProjectStatus, **values: Any) -> None:
        """Note where a project is, with ``progress``, ``sentence`` or ``failure``.

        No change by a person: the version stays.
        """
        session.execute(
            update(ProjectRow).where(ProjectRow.key == key).values(status=status.value, **values)
        )

    def ask_again(self, key: str, stage: Stage, scene_ids: tuple[int, ...], cause: str) -> None:
        """Record a wish for another take of some scenes (none: the whole stage), once a cause.

        The wish takes the place of what was picked for them before, and of a person's own file.

        Raises:
            Conflict: a scene that is named is locked.
        """
        named = scene_ids or (0,)
        project = self.get(key)
        project.refuse_locked(stage, named)
        for scene_id in named:
            row = TakeRow(project=key, stage=stage.value, scene_id=scene_id, cause=cause)
            picked = delete(PickRow).where(PickRow.project == key, PickRow.stage == stage.value)
            if scene_id:
                picked = picked.where(PickRow.scene_id == scene_id)
            try:
                with self._database.session() as session, session.begin():
                    session.add(row)
                    session.flush()
                    session.execute(picked)
                    pins = project.pins(scene_id)
                    if pins.of(stage) is not None:
                        unpinned = SceneEdit(pins=pins.put(stage, None))
                        self.put_edit(session, key, scene_id, unpinned)
            except IntegrityError:
                continue  # this cause already counted

    def pick(self, session: Session, key: str, stage: Stage, scene_id: int, take: int) -> None:
        """Choose a take for a scene in the caller's transaction."""
        row = session.get(PickRow, (key, stage.value, scene_id))
        if row is None:
            session.add(PickRow(project=key, stage=stage.value, scene_id=scene_id, take=take))
        else:
            row.take = take

    def edit_scene(self, key: str, scene_id: int, edit: SceneEdit) -> None:
        """Store a scene's edit; fields left ``None`` keep an earlier edit of theirs."""
        with self._database.session() as session, session.begin():
            self.put_edit(session, key, scene_id, edit)

    def put_edit(self, session: Session, key: str, scene_id: int, edit: SceneEdit) -> None:
        """As ``edit_scene``, in the caller's transaction."""
        row = session.get(SceneEditRow, (key, scene_id))
        changes = {name: value for name, value in _plain(edit).items() if value is not None}
        if row is None:
            session.add(SceneEditRow(project=key, scene_id=scene_id, edit=changes))
        else:
            row.edit = {**row.edit, **changes}

    def want_approvals(self, session: Session, key: str, stages: Iterable[Stage]) -> None:
        """Let the project stop after these stages until a person says yes."""
        for stage in stages:
            session.merge(
                ApprovalRow(
                    project=key, stage=stage.value, value=_WANTED, approved_at=datetime.now(UTC)
                )
            )

    def approve(
        self, session: Session, key: str, stage: Stage, value: str, user: str | None
    ) -> None:
        """Say yes to a stage's result with this content hash."""
        session.merge(
            ApprovalRow(
                project=key,
                stage=stage.value,
                value=value,
                user=user,
                approved_at=datetime.now(UTC),
            )
        )

    def forget_approvals(self, session: Session, key: str, stages: Iterable[Stage]) -> None:
        """Take back what was said of earlier results of these stages."""
        session.execute(
            delete(ApprovalRow).where(
                ApprovalRow.project == key,
                ApprovalRow.stage.in_([stage.value for stage in stages]),
                ApprovalRow.value != _WANTED,
            )
        )

    def approvals(self, key: str) -> dict[Stage, bool]:
        """Stages a person wants to approve, in their order, and whether it was done."""
        with self._database.session() as session:
            rows = session.execute(
                select(ApprovalRow.stage, ApprovalRow.value).where(ApprovalRow.project == key)
            )
            found: dict[str, set[str]] = defaultdict(set)
            for stage, value in rows:
                found[stage].add(value)
        return {
            stage: found[stage.value] != {_WANTED}
            for stage in Stage
            if _WANTED in found.get(stage.value, ())
        }


_ORDERED_BY: dict[ProjectOrder, Any] = {
    ProjectOrder.CREATED: ProjectRow.created_at,
    ProjectOrder.UPDATED: func.coalesce(ProjectRow.updated_at, ProjectRow.created_at),
}


def _row(session: Session, key: str) -> ProjectRow:
    row = session.get(ProjectRow, key)
    if row is None:
        raise ProjectMissing(
            f"There is no project {key!r}.", hint="List them: video-platform projects."
        )
    return row


def _brief(row: ProjectRow) -> Brief:
    return from_json(Brief, json.dumps(row.brief).encode())


def _dressed(session: Session, brief: Brief) -> Brief:
    name = brief.direction.kit
    return read_kit(find_kit(session, name)).dress(brief) if name else brief


def _stored(row: ProjectRow) -> StoredProject:
    return StoredProject(
        key=row.key,
        title=row.title,
        description=row.description,
        brief=_brief(row),
        status=ProjectStatus(row.status),
        version=row.version,
        progress=row.progress,
        sentence=row.sentence,
        failure=row.failure,
        owner=row.owner,
        copied_from=row.copied_from,
        created_at=row.created_at,
        updated_at=row.updated_at or row.created_at,
        archived_at=row.archived_at,
    )
