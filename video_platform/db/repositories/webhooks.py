"""Webhooks and what is on its way to them."""

import json
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from video_platform.db.database import Database
from video_platform.db.models import EventCounterRow, EventRow, WebhookDeliveryRow, WebhookRow
from video_platform.domain.events import EventKind
from video_platform.domain.webhook import Delivery, DeliveryState, Webhook, kinds_of
from video_platform.errors import WebhookMissing

_LEASE = timedelta(seconds=60)
"""A delivery whose courier died is tried again after this; an attempt takes 15 s at most."""


class Webhooks:
    """Repository of webhooks and deliveries."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, webhook_id: str, url: str, kinds: Sequence[EventKind], secret: str) -> Webhook:
        """Store a webhook; it is told of what happens from now on."""
        with self._database.session() as session, session.begin():
            last = session.scalars(select(EventCounterRow.last)).first() or 0
            row = WebhookRow(
                id=webhook_id,
                url=url,
                kinds=[kind.value for kind in kinds],
                secret=secret,
                seen=last,
                created_at=datetime.now(UTC),
            )
            session.add(row)
        return self.get(webhook_id)

    def get(self, webhook_id: str) -> Webhook:
        """One webhook; ``WebhookMissing`` when there is none."""
        with self._database.session() as session:
            return _webhook(self._row(session, webhook_id))

    def all(self) -> list[Webhook]:
        """The tenant's webhooks, the oldest first."""
        with self._database.session() as session:
            rows = session.scalars(select(WebhookRow).order_by(WebhookRow.created_at))
            return [_webhook(row) for row in rows]

    def change(self, webhook_id: str, **values: Any) -> Webhook:
        """Set fields of a webhook."""
        with self._database.session() as session, session.begin():
            row = self._row(session, webhook_id)
            for name, value in values.items():
                setattr(row, name, value)
        return self.get(webhook_id)

    def remove(self, webhook_id: str) -> None:
        """Delete a webhook with its log."""
        with self._database.session() as session, session.begin():
            row = self._row(session, webhook_id)
            session.execute(
                delete(WebhookDeliveryRow).where(WebhookDeliveryRow.webhook == webhook_id)
            )
            session.delete(row)

    def deliveries(self, webhook_id: str, *, limit: int = 100) -> list[Delivery]:
        """A webhook's log, the newest first."""
        with self._database.session() as session:
            self._row(session, webhook_id)
            rows = session.scalars(
                select(WebhookDeliveryRow)
                .where(WebhookDeliveryRow.webhook == webhook_id)
                .order_by(WebhookDeliveryRow.created_at.desc(), WebhookDeliveryRow.seq.desc())
                .limit(limit)
            )
            return [_delivery(row) for row in rows]

    def replay(self, webhook_id: str, delivery_id: str) -> Delivery:
        """Send a delivery again, now, under its old id; ``WebhookMissing`` when there is none."""
        with self._database.session() as session, session.begin():
            row = session.get(WebhookDeliveryRow, delivery_id)
            if row is None or row.webhook != webhook_id:
                raise WebhookMissing(f"There is no delivery {delivery_id!r}.")
            row.state, row.attempts, row.due_at = "pending", 0, datetime.now(UTC)
            row.finished_at = None
            return _delivery(row)

    def ping(self, webhook_id: str) -> Delivery:
        """Put a test delivery on its way to one webhook."""
        now = datetime.now(UTC)
        with self._database.session() as session, session.begin():
            webhook = self._row(session, webhook_id)
            row = _row_for(webhook, 0, EventKind.WEBHOOK_PING, {}, now)
            session.add(row)
            session.flush()
            return _delivery(row)

    def spread(self, *, limit: int = 200) -> int:
        """Make deliveries of new events for every webhook; returns how many.

        Event by event the webhook's ``seen`` moves with its deliveries in one transaction: none is
        forgotten, none is made twice.
        """
        with self._database.session() as session:
            behind = session.execute(
                select(WebhookRow.id, WebhookRow.tenant)
                .join(EventCounterRow, EventCounterRow.tenant == WebhookRow.tenant)
                .where(WebhookRow.disabled_at.is_(None), EventCounterRow.last > WebhookRow.seen)
            ).all()
        return sum(self._spread_to(webhook, tenant, limit) for webhook, tenant in behind)

    def _spread_to(self, webhook_id: str, tenant: str, limit: int) -> int:
        with self._database.of(tenant).session() as session, session.begin():
            row = session.get(WebhookRow, webhook_id, with_for_update=True)
            if row is None:
                return 0
            found = session.scalars(
                select(EventRow).where(EventRow.seq > row.seen).order_by(EventRow.seq).limit(limit)
            ).all()
            if not found:
                return 0
            before, wanted = row.seen, _webhook(row).wants
            moved: Any = session.execute(
                update(WebhookRow)
                .where(WebhookRow.id == webhook_id, WebhookRow.seen == before)
                .values(seen=found[-1].seq)
            )
            if moved.rowcount != 1:
                return 0
            mine = [event for event in found if wanted(EventKind(event.kind))]
            for event in mine:
                data = {"id": event.seq, "project": event.project, **event.data}
                session.add(_row_for(row, event.seq, EventKind(event.kind), data, event.at))
            return len(mine)

    def claim(self, now: datetime, *, limit: int) -> list[Delivery]:
        """Deliveries that are due, each given to one courier only."""
        claimed = []
        with self._database.session() as session, session.begin():
            rows = session.scalars(
                select(WebhookDeliveryRow)
                .join(WebhookRow, WebhookRow.id == WebhookDeliveryRow.webhook)
                .where(
                    WebhookDeliveryRow.state == DeliveryState.PENDING.value,
                    WebhookDeliveryRow.due_at <= now,
                    WebhookRow.disabled_at.is_(None),
                )
                .order_by(WebhookDeliveryRow.due_at)
                .limit(limit)
                .with_for_update(skip_locked=True, of=WebhookDeliveryRow)
            ).all()
            for row in rows:
                taken: Any = session.execute(
                    update(WebhookDeliveryRow)
                    .where(
                        WebhookDeliveryRow.id == row.id,
                        WebhookDeliveryRow.attempts == row.attempts,
                        WebhookDeliveryRow.due_at == row.due_at,
                    )
                    .values(attempts=row.attempts + 1, due_at=now + _LEASE)
                )
                if taken.rowcount == 1:
                    session.refresh(row)
                    claimed.append(_delivery(row))
        return claimed

    def settle(self, delivery: Delivery, **values: Any) -> None:
        """Note how an attempt went, unless it was replayed meanwhile."""
        with self._database.session() as session, session.begin():
            session.execute(
                update(WebhookDeliveryRow)
                .where(
                    WebhookDeliveryRow.id == delivery.id,
                    WebhookDeliveryRow.attempts == delivery.attempts,
                )
                .values(**values)
            )

    @staticmethod
    def _row(session: Session, webhook_id: str) -> WebhookRow:
        row = session.get(WebhookRow, webhook_id)
        if row is None:
            raise WebhookMissing(f"There is no webhook {webhook_id!r}.")
        return row


def _row_for(
    webhook: WebhookRow, seq: int, kind: EventKind, data: dict[str, Any], at: datetime
) -> WebhookDeliveryRow:
    body = {"type": kind.value, "timestamp": at.isoformat(), "data": data}
    now = datetime.now(UTC)
    return WebhookDeliveryRow(
        id=f"msg_{uuid.uuid4().hex}",
        tenant=webhook.tenant,
        webhook=webhook.id,
        seq=seq,
        kind=kind.value,
        body=json.dumps(body, ensure_ascii=False),
        state=DeliveryState.PENDING.value,
        due_at=now,
        created_at=now,
    )


def _webhook(row: WebhookRow) -> Webhook:
    return Webhook(
        id=row.id,
        tenant=row.tenant,
        url=row.url,
        kinds=kinds_of(row.kinds),
        secret=row.secret,
        previous_secret=row.previous_secret,
        seen=row.seen,
        failures=row.failures,
        disabled_at=row.disabled_at,
        disabled_why=row.disabled_why,
        created_at=row.created_at,
    )


def _delivery(row: WebhookDeliveryRow) -> Delivery:
    return Delivery(
        id=row.id,
        tenant=row.tenant,
        webhook=row.webhook,
        seq=row.seq,
        kind=EventKind(row.kind),
        body=row.body,
        state=DeliveryState(row.state),
        attempts=row.attempts,
        due_at=row.due_at,
        status=row.status,
        error=row.error,
        created_at=row.created_at,
        finished_at=row.finished_at,
    )
