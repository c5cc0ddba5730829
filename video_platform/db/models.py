"""Tables, in SQLAlchemy's typed declarative form."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    ForeignKey,
    Integer,
    String,
    Text,
    UniqueConstraint,
)
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
    """One generation, keyed by the content hash of tenant, provider and request.

    States and what may follow them::

        claimed -> sending -> submitted -> stored
                      |           |
                      +-----------+-----> failed
                      +-> unknown

    ``claimed`` is committed before anything is sent, ``sending`` right before the request leaves,
    ``submitted`` with the provider's job right after its answer. ``owner`` holds the row until
    ``lease_until`` (seconds since 1970); whoever takes it over raises ``fence``, and what the one
    before writes with its old number is refused. Amounts are whole millionths of a US dollar.
    """

    __tablename__ = "generation_ledger"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    tenant: Mapped[str] = mapped_column(String(80), index=True)
    project: Mapped[str] = mapped_column(String(80), index=True)
    provider: Mapped[str] = mapped_column(String(80))
    capability: Mapped[str] = mapped_column(String(40))
    request: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(String(20), index=True)
    owner: Mapped[str] = mapped_column(String(80))
    fence: Mapped[int]
    lease_until: Mapped[float]
    attempts: Mapped[int]
    sends: Mapped[int] = mapped_column(default=0)
    """How often a request has left for the provider."""
    job: Mapped[dict[str, Any] | None] = mapped_column(JSON, nullable=True)
    result: Mapped[dict[str, Any] | None] = mapped_column(JSON, nullable=True)
    error_code: Mapped[str] = mapped_column(String(60), default="")
    error: Mapped[str] = mapped_column(Text, default="")
    estimate_microusd: Mapped[int] = mapped_column(BigInteger, default=0)
    held_microusd: Mapped[int] = mapped_column(BigInteger, default=0)
    """Reserved in the budgets and not yet settled."""
    cost_microusd: Mapped[int] = mapped_column(BigInteger, default=0)
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    submitted_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


class BudgetRow(Base):
    """What one tenant or project has spent, holds reserved, and may spend at most."""

    __tablename__ = "budgets"

    scope: Mapped[str] = mapped_column(String(160), primary_key=True)
    cap_microusd: Mapped[int | None] = mapped_column(BigInteger, nullable=True)
    held_microusd: Mapped[int] = mapped_column(BigInteger, default=0)
    spent_microusd: Mapped[int] = mapped_column(BigInteger, default=0)


class ServiceRow(Base):
    """What all processes share about one service: how it fares, and who may call it when.

    A process that wants a place or a call first updates this row, and so waits for the others.
    """

    __tablename__ = "services"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    version: Mapped[int] = mapped_column(default=0)
    failures: Mapped[int] = mapped_column(default=0)
    closed_until: Mapped[float] = mapped_column(default=0.0)


class ServicePlaceRow(Base):
    """One of the places a service gives an account at the same time, held for a while."""

    __tablename__ = "service_places"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    service: Mapped[str] = mapped_column(String(80), index=True)
    until: Mapped[float]


class ServiceCallRow(Base):
    """A call to a service in the last minute."""

    __tablename__ = "service_calls"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    service: Mapped[str] = mapped_column(String(80), index=True)
    at: Mapped[float]
