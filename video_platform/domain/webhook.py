"""Webhooks: who wants to be told of what, and how telling them fares."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from video_platform.domain.events import EventKind

SCHEDULE = (
    timedelta(0),
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""Pauses before each attempt, as the Standard Webhooks specification proposes."""
CHATTY = frozenset({EventKind.STAGE_PROGRESS})
"""Kinds that only go to who asks for them by name."""


class DeliveryState(StrEnum):
    """How one delivery stands."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """An address that wants to be told. Secrets are sealed; no ``kinds`` means all but the chatty.

    ``seen`` is the last event that was looked at for it.
    """

    id: str
    tenant: str
    url: str
    kinds: tuple[EventKind, ...]
    secret: str
    previous_secret: str
    seen: int
    failures: int
    disabled_at: datetime | None
    disabled_why: str
    created_at: datetime

    def wants(self, kind: EventKind) -> bool:
        """Whether events of this kind are for it."""
        return kind in self.kinds if self.kinds else kind not in CHATTY


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One event for one webhook. Its ``id`` stays the same over all attempts."""

    id: str
    tenant: str
    webhook: str
    seq: int
    kind: EventKind
    body: str
    state: DeliveryState
    attempts: int
    due_at: datetime
    status: int
    error: str
    created_at: datetime
    finished_at: datetime | None


def pause_before(attempt: int, jitter: float) -> timedelta | None:
    """How long to wait before an attempt (2 is the first repetition); none: give up.

    Args:
        jitter: -1 to 1; moves the pause by up to a tenth.
    """
    if attempt > len(SCHEDULE):
        return None
    return SCHEDULE[attempt - 1] * (1 + 0.1 * jitter)


def kinds_of(names: Sequence[str]) -> tuple[EventKind, ...]:
    """Event kinds by name, without repetitions."""
    return tuple(dict.fromkeys(EventKind(name) for name in names))
