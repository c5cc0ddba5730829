"""Tables, in SQLAlchemy's typed declarative form."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, DateTime, ForeignKey, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """Common registry of all tables."""

    type_annotation_map = {dict[str, Any]: JSON, datetime: DateTime(timezone=True)}  # noqa: RUF012


class ProjectRow(Base):
    """One film wish; ``key`` is also the Dagster partition and is never reused."""

    __tablename__ = "projects"

    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    title: Mapped[str] = mapped_column(String(255))
    brief: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]


class TakeRow(Base):
    """A wish for another result of one scene; scene 0 means the whole stage.

    ``cause`` (a run id, a request id) makes a wish count once, however often it is replayed.
    """

    __tablename__ = "takes"
    __table_args__ = (UniqueConstraint("project", "stage", "scene_id", "cause"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    project: Mapped[str] = mapped_column(ForeignKey("projects.key"), index=True)
    stage: Mapped[str] = mapped_column(String(40))
    scene_id: Mapped[int]
    cause: Mapped[str] = mapped_column(String(80))


class SceneEditRow(Base):
    """A person's change to one scene of the script; later edits replace earlier ones."""

    __tablename__ = "scene_edits"

    project: Mapped[str] = mapped_column(ForeignKey("projects.key"), primary_key=True)
    scene_id: Mapped[int] = mapped_column(primary_key=True)
    edit: Mapped[dict[str, Any]]


class CommandRow(Base):
    """Something a person asked for that a Dagster run has to do; a sensor turns it into one."""

    __tablename__ = "commands"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    project: Mapped[str] = mapped_column(ForeignKey("projects.key"), index=True)
    kind: Mapped[str] = mapped_column(String(40))
    created_at: Mapped[datetime]


class GenerationRow(Base):
    """One generation, keyed by the content hash of its request.

    ``state`` is ``reserved`` from before the provider is called until its result is stored, then
    ``stored``; ``failed`` keeps the reason.
    """

    __tablename__ = "generations"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    provider: Mapped[str] = mapped_column(String(80))
    capability: Mapped[str] = mapped_column(String(40))
    request: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(String(20))
    result: Mapped[dict[str, Any] | None] = mapped_column(JSON, nullable=True)
    error: Mapped[str | None] = mapped_column(Text, nullable=True)
    attempts: Mapped[int]
    reserved_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
