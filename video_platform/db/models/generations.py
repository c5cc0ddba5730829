"""The generation ledger, budgets, and what all processes share about the services they call."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from video_platform.db.models.base import Base, Tenanted


class GenerationRow(Tenanted, Base):
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


class BudgetRow(Tenanted, Base):
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
