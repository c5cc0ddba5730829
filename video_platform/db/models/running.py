"""What people asked for, what a sensor made of it, and what happened since."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from video_platform.db.models.base import Base, Tenanted


class CommandRow(Tenanted, Base):
    """Something a person asked for; a sensor turns it into exactly one Dagster run.

    States and what may follow them::

        waiting -> started -> succeeded | failed | cancelled
            +----------------------------> cancelled

    ``kind`` is the name of a job. Commands of one project are run in the order of their ids, those
    of different projects by ``priority`` (larger first).
    """

    __tablename__ = "commands"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    project: Mapped[str] = mapped_column(ForeignKey("projects.key"), index=True)
    kind: Mapped[str] = mapped_column(String(40))
    arguments: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    priority: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(String(20), default="waiting", index=True)
    user: Mapped[str | None] = mapped_column(String(40), nullable=True)
    run_id: Mapped[str] = mapped_column(String(80), default="", index=True)
    attempts: Mapped[int] = mapped_column(default=0)
    heartbeat_at: Mapped[datetime | None]
    """When its run last gave a sign of life."""
    failure: Mapped[dict[str, Any] | None] = mapped_column(JSON, nullable=True)
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    cancel_asked_at: Mapped[datetime | None]


class EventCounterRow(Tenanted, Base):
    """The number of a tenant's last event.

    Whoever writes an event raises it in the same transaction, and so waits for the one before:
    numbers are seen in their order, and none is seen late.
    """

    __tablename__ = "event_counters"

    tenant: Mapped[str] = mapped_column(String(80), primary_key=True)
    last: Mapped[int] = mapped_column(BigInteger, default=0)


class EventRow(Tenanted, Base):
    """Something that happened, numbered within its tenant from 1 without a gap."""

    __tablename__ = "events"

    tenant: Mapped[str] = mapped_column(String(80), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    project: Mapped[str | None] = mapped_column(String(80), nullable=True, index=True)
    kind: Mapped[str] = mapped_column(String(60))
    data: Mapped[dict[str, Any]]
    at: Mapped[datetime] = mapped_column(index=True)


class IdempotencyRow(Tenanted, Base):
    """An answer kept under the key its caller gave, so that a repeated request repeats nothing.

    ``answer`` is empty while the first request is still being worked on.
    """

    __tablename__ = "idempotency_keys"

    tenant: Mapped[str] = mapped_column(String(80), primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    route: Mapped[str] = mapped_column(String(120), primary_key=True)
    request_hash: Mapped[str] = mapped_column(String(64))
    status: Mapped[int] = mapped_column(default=0)
    headers: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    answer: Mapped[str | None] = mapped_column(Text, nullable=True)
    lease_until: Mapped[datetime]
    created_at: Mapped[datetime]


class WebhookRow(Tenanted, Base):
    """Where a tenant wants to be told of events. Secrets are encrypted."""

    __tablename__ = "webhooks"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    url: Mapped[str] = mapped_column(String(2000))
    kinds: Mapped[list[Any]] = mapped_column(JSON, default=list)
    """Event kinds it wants; none means all."""
    secret: Mapped[str] = mapped_column(Text)
    previous_secret: Mapped[str] = mapped_column(Text, default="")
    seen: Mapped[int] = mapped_column(BigInteger, default=0)
    """The last event that was looked at for it."""
    failures: Mapped[int] = mapped_column(default=0)
    disabled_at: Mapped[datetime | None]
    disabled_why: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]


class WebhookDeliveryRow(Tenanted, Base):
    """One event for one webhook, and how its delivery goes."""

    __tablename__ = "webhook_deliveries"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    webhook: Mapped[str] = mapped_column(ForeignKey("webhooks.id"), index=True)
    seq: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(String(60))
    body: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(20), index=True)
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime] = mapped_column(index=True)
    status: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
