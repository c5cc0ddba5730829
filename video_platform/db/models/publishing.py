"""Accounts at networks, what is to be published there and when, and how it fares."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from video_platform.db.models.base import Base, Tenanted


class AccountRow(Tenanted, Base):
    """A tenant's account at a network. Tokens are encrypted; the key's id stands in the text."""

    __tablename__ = "accounts"
    __table_args__ = (UniqueConstraint("tenant", "platform", "external_id"),)

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    platform: Mapped[str] = mapped_column(String(40))
    external_id: Mapped[str] = mapped_column(String(255))
    name: Mapped[str] = mapped_column(String(255), default="")
    scopes: Mapped[list[Any]] = mapped_column(JSON, default=list)
    access_token: Mapped[str] = mapped_column(Text)
    refresh_token: Mapped[str] = mapped_column(Text, default="")
    token_expires_at: Mapped[datetime | None]
    health: Mapped[str] = mapped_column(String(40), default="ok")
    health_why: Mapped[str] = mapped_column(Text, default="")
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """What the network says of the account and its posts need: ids of pages, limits."""
    version: Mapped[int] = mapped_column(default=1)
    connected_at: Mapped[datetime]
    checked_at: Mapped[datetime | None]
    disconnected_at: Mapped[datetime | None]


class ConnectionRow(Tenanted, Base):
    """A connection under way: the state that was given to the browser, hashed, and its verifier."""

    __tablename__ = "account_connections"

    state_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user: Mapped[str] = mapped_column(String(40))
    platform: Mapped[str] = mapped_column(String(40))
    verifier: Mapped[str] = mapped_column(Text)
    redirect_uri: Mapped[str] = mapped_column(String(2000))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class PublicationRow(Tenanted, Base):
    """One film on one account at one time.

    States and what may follow them::

        scheduled -> preparing -> prepared -> committing -> published
            |            |            |           +-------> unconfirmed -> published | failed
            |            +------------+-----------+-------> failed -> scheduled (by a person)
            +------------+------------+-------------------> cancelled

    ``version`` grows with every edit; ``fence`` with every process that takes the row over. The
    network's ``handle`` is stored before the commit, ``committing`` before its request leaves.
    """

    __tablename__ = "publications"
    __table_args__ = (Index("ix_publications_due", "state", "due_at"),)

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    project: Mapped[str] = mapped_column(ForeignKey("projects.key"), index=True)
    account: Mapped[str | None] = mapped_column(ForeignKey("accounts.id"), nullable=True)
    platform: Mapped[str] = mapped_column(String(40))
    format: Mapped[str] = mapped_column(String(10))
    film: Mapped[str] = mapped_column(String(64), default="")
    """SHA-256 of the film that went out, or goes; empty: the project's newest at its time."""
    post: Mapped[dict[str, Any]]
    """Title, caption, hashtags, flags: what the person last saw and accepted."""
    state: Mapped[str] = mapped_column(String(20), index=True)
    due_at: Mapped[datetime]
    zone: Mapped[str] = mapped_column(String(64), default="UTC")
    batch: Mapped[str] = mapped_column(String(40), default="", index=True)
    version: Mapped[int] = mapped_column(default=1)
    owner: Mapped[str] = mapped_column(String(80), default="")
    fence: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]
    handle: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    commits: Mapped[int] = mapped_column(default=0)
    """How often the word that publishes has left for the network: never twice by itself."""
    attempts: Mapped[int] = mapped_column(default=0)
    retry_at: Mapped[datetime | None]
    url: Mapped[str] = mapped_column(String(2000), default="")
    external_id: Mapped[str] = mapped_column(String(255), default="")
    error_code: Mapped[str] = mapped_column(String(60), default="")
    error: Mapped[str] = mapped_column(Text, default="")
    late_why: Mapped[str] = mapped_column(Text, default="")
    disclosure: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    committed_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    checked_at: Mapped[datetime | None]


class SlotRow(Tenanted, Base):
    """A weekly time at which an account's queue publishes; Monday is 0."""

    __tablename__ = "publication_slots"
    __table_args__ = (UniqueConstraint("account", "weekday", "minute", "zone"),)

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    account: Mapped[str] = mapped_column(ForeignKey("accounts.id"), index=True)
    weekday: Mapped[int]
    minute: Mapped[int]
    zone: Mapped[str] = mapped_column(String(64))


class MetricRow(Tenanted, Base):
    """How a publication fared at one moment."""

    __tablename__ = "publication_metrics"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    publication: Mapped[str] = mapped_column(ForeignKey("publications.id"), index=True)
    at: Mapped[datetime]
    views: Mapped[int | None] = mapped_column(BigInteger, nullable=True)
    likes: Mapped[int | None] = mapped_column(BigInteger, nullable=True)
    comments: Mapped[int | None] = mapped_column(BigInteger, nullable=True)
    shares: Mapped[int | None] = mapped_column(BigInteger, nullable=True)
