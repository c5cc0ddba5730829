"""Projects: the brief, what a person changed, what was made of it, and how far it is."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from video_platform.db.models.base import Base, Tenanted


class ProjectRow(Tenanted, Base):
    """One film wish; ``key`` is also the Dagster partition and is never reused.

    ``version`` grows with every change a person makes, so that an edit of something older is
    noticed. ``progress`` (0 to 1) and ``sentence`` are what the runs say last.
    """

    __tablename__ = "projects"
    __table_args__ = (Index("ix_projects_tenant_created", "tenant", "created_at", "key"),)

    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    owner: Mapped[str | None] = mapped_column(ForeignKey("users.id"), nullable=True)
    title: Mapped[str] = mapped_column(String(255))
    description: Mapped[str] = mapped_column(Text, default="")
    status: Mapped[str] = mapped_column(String(50), default="draft", index=True)
    brief: Mapped[dict[str, Any]]
    version: Mapped[int] = mapped_column(default=1)
    progress: Mapped[float] = mapped_column(default=0.0)
    sentence: Mapped[str] = mapped_column(Text, default="")
    failure: Mapped[dict[str, Any] | None] = mapped_column(JSON, nullable=True)
    """``code``, ``message``, ``hint`` and ``stage`` of what went wrong last."""
    copied_from: Mapped[str | None] = mapped_column(String(80), nullable=True)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime | None]
    archived_at: Mapped[datetime | None]
    retired_at: Mapped[datetime | None]
    """When its partition was taken out of Dagster's set; its data stay."""


class KitRow(Tenanted, Base):
    """A brand kit under its name; ``version`` grows with every change."""

    __tablename__ = "brand_kits"
    __table_args__ = (UniqueConstraint("tenant", "name", name="uq_brand_kits_tenant_name"),)

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str] = mapped_column(String(40))
    kit: Mapped[dict[str, Any]]
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class TakeRow(Tenanted, Base):
    """A wish for another result of one scene; scene 0 means the whole stage.

    ``cause`` (a run id, a request id) makes a wish count once, however often it is replayed.
    """

    __tablename__ = "takes"
    __table_args__ = (
        UniqueConstraint(
            "project", "stage", "scene_id", "cause", name="takes_project_stage_scene_id_cause_key"
        ),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    project: Mapped[str] = mapped_column(ForeignKey("projects.key"), index=True)
    stage: Mapped[str] = mapped_column(String(40))
    scene_id: Mapped[int]
    cause: Mapped[str] = mapped_column(String(80))


class PickRow(Tenanted, Base):
    """The take a person chose for one scene of a stage, instead of the newest."""

    __tablename__ = "picks"

    project: Mapped[str] = mapped_column(ForeignKey("projects.key"), primary_key=True)
    stage: Mapped[str] = mapped_column(String(40), primary_key=True)
    scene_id: Mapped[int] = mapped_column(primary_key=True)
    take: Mapped[int]


class SceneEditRow(Tenanted, Base):
    """A person's change to one scene of the script; later edits replace earlier ones."""

    __tablename__ = "scene_edits"

    project: Mapped[str] = mapped_column(ForeignKey("projects.key"), primary_key=True)
    scene_id: Mapped[int] = mapped_column(primary_key=True)
    edit: Mapped[dict[str, Any]]


class ApprovalRow(Tenanted, Base):
    """A stage a person has said yes to, for the result with this content hash."""

    __tablename__ = "approvals"

    project: Mapped[str] = mapped_column(ForeignKey("projects.key"), primary_key=True)
    stage: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[str] = mapped_column(String(64), primary_key=True)
    user: Mapped[str | None] = mapped_column(String(40), nullable=True)
    approved_at: Mapped[datetime]


class AssetRow(Tenanted, Base):
    """One piece of material of a project: made by a provider, uploaded, or a finished film.

    ``kind`` is ``image``, ``video``, ``audio``, ``voice``, ``music``, ``captions`` or ``film``.
    The bytes are in the media store under ``sha256``; equal bytes of one place are one row.
    ``take`` counts the versions of one scene from 0.
    """

    __tablename__ = "assets"
    __table_args__ = (
        UniqueConstraint("project", "stage", "scene_id", "format", "sha256"),
        Index("ix_assets_tenant_created", "tenant", "created_at", "id"),
        Index("ix_assets_tenant_sha256", "tenant", "sha256"),
    )

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    project: Mapped[str | None] = mapped_column(
        ForeignKey("projects.key"), nullable=True, index=True
    )
    kind: Mapped[str] = mapped_column(String(50))
    stage: Mapped[str] = mapped_column(String(40), default="")
    scene_id: Mapped[int] = mapped_column(default=0)
    format: Mapped[str] = mapped_column(String(10), default="")
    take: Mapped[int] = mapped_column(default=0)
    provider: Mapped[str] = mapped_column(String(100), default="")
    prompt: Mapped[str] = mapped_column(Text, default="")
    generation: Mapped[str] = mapped_column(String(64), default="")
    sha256: Mapped[str] = mapped_column(String(64))
    media_type: Mapped[str] = mapped_column(String(80))
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    facts: Mapped[dict[str, Any]] = mapped_column("metadata", JSON, default=dict)
    cost_microusd: Mapped[int] = mapped_column(BigInteger, default=0)
    is_current: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]


class UploadRow(Tenanted, Base):
    """A file on its way in, in pieces; ``received_bytes`` is where the next one begins."""

    __tablename__ = "uploads"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    project: Mapped[str | None] = mapped_column(ForeignKey("projects.key"), nullable=True)
    name: Mapped[str] = mapped_column(String(255))
    media_type: Mapped[str] = mapped_column(String(80))
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    received_bytes: Mapped[int] = mapped_column(BigInteger, default=0)
    sha256: Mapped[str] = mapped_column(String(64), default="")
    state: Mapped[str] = mapped_column(String(20), default="open")
    asset: Mapped[str | None] = mapped_column(String(40), nullable=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class TimelineRow(Tenanted, Base):
    """The cut of a project: what the montage was given last, and what a person changed of it.

    ``tracks`` is the architecture's list of ``{type, clips}``; ``edits`` survives a new timeline.
    """

    __tablename__ = "timelines"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    project: Mapped[str] = mapped_column(ForeignKey("projects.key"), unique=True)
    duration_ms: Mapped[int] = mapped_column(default=0)
    tracks: Mapped[list[Any]] = mapped_column(JSON, default=list)
    edits: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    version: Mapped[int] = mapped_column(default=1)
    render_status: Mapped[str] = mapped_column(String(50), default="")
    output_path: Mapped[str] = mapped_column(String(500), default="")
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime | None]
