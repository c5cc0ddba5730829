"""Projects with their takes and edits."""

import json
from collections import defaultdict
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from video_platform.db.models import CommandRow, ProjectRow, SceneEditRow, TakeRow
from video_platform.domain.brief import Brief
from video_platform.domain.codec import from_json, to_json
from video_platform.domain.project import Project, SceneEdit, Stage
from video_platform.errors import ProjectMissing


def _plain(value: object) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(to_json(value))
    return document


class Projects:
    """Repository of projects."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, key: str, title: str, brief: Brief, *, command: str = "") -> Project:
        """Store a new project, or return the one already stored under ``key``.

        A ``command`` is stored with a new project in one transaction: a sensor runs it.
        """
        row = ProjectRow(
            key=key, title=title[:255], brief=_plain(brief), created_at=datetime.now(UTC)
        )
        try:
            with Session(self._engine) as session, session.begin():
                session.add(row)
                session.flush()
                if command:
                    session.add(CommandRow(project=key, kind=command, created_at=row.created_at))
        except IntegrityError:
            # The same brief was submitted before, or by another process a moment ago; the look it
            # is cut with is the last one wished for.
            with Session(self._engine) as session, session.begin():
                session.get_one(ProjectRow, key).brief = _plain(brief)
        return self.get(key)

    def get(self, key: str) -> Project:
        """The project with this key; ``ProjectMissing`` when there is none."""
        with Session(self._engine) as session:
            row = session.get(ProjectRow, key)
            if row is None:
                raise ProjectMissing(
                    f"There is no project {key!r}.", hint="List them: video-platform projects."
                )
            takes: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
            for take in session.scalars(select(TakeRow).where(TakeRow.project == key)):
                takes[take.stage][take.scene_id] += 1
            edits = session.scalars(select(SceneEditRow).where(SceneEditRow.project == key))
            return Project(
                key=row.key,
                title=row.title,
                brief=from_json(Brief, json.dumps(row.brief).encode()),
                created_at=row.created_at.isoformat(),
                takes={stage: dict(scenes) for stage, scenes in takes.items()},
                edits={
                    e.scene_id: from_json(SceneEdit, json.dumps(e.edit).encode()) for e in edits
                },
            )

    def list_keys(self) -> list[str]:
        """Keys of all projects, newest first."""
        with Session(self._engine) as session:
            rows = session.scalars(select(ProjectRow.key).order_by(ProjectRow.created_at.desc()))
            return list(rows)

    def ask_again(self, key: str, stage: Stage, scene_ids: tuple[int, ...], cause: str) -> None:
        """Record a wish for another take of some scenes (none: the whole stage), once a cause."""
        for scene_id in scene_ids or (0,):
            row = TakeRow(project=key, stage=stage.value, scene_id=scene_id, cause=cause)
            try:
                with Session(self._engine) as session, session.begin():
                    session.add(row)
            except IntegrityError:
                continue  # this cause already counted

    def edit_scene(self, key: str, scene_id: int, edit: SceneEdit) -> None:
        """Store a scene's edit; fields left ``None`` keep an earlier edit of theirs."""
        with Session(self._engine) as session, session.begin():
            row = session.get(SceneEditRow, (key, scene_id))
            changes = {name: text for name, text in _plain(edit).items() if text is not None}
            session.merge(
                SceneEditRow(
                    project=key, scene_id=scene_id, edit={**(row.edit if row else {}), **changes}
                )
            )
