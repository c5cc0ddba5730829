"""Webhooks: who is told of what happens, and how telling them fares."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from api.deps import Editor, TheInstallation, Viewer
from api.schemas.webhooks import DeliveryView, WebhookChange, WebhookView, WebhookWish
from video_platform.agents.webhooks import WebhookDesk
from video_platform.db.repositories.webhooks import Webhooks

router = APIRouter(prefix="/webhooks", tags=["webhooks"])
WebhookId = Annotated[str, Path(max_length=40)]


def _desk(who: Editor, installation: TheInstallation) -> WebhookDesk:
    return WebhookDesk(
        installation.database.of(who.tenant),
        installation.vault(),
        allow_loopback=installation.settings.allow_local_webhooks,
    )


def _rows(who: Viewer, installation: TheInstallation) -> Webhooks:
    return Webhooks(installation.database.of(who.tenant))


WritingDesk = Annotated[WebhookDesk, Depends(_desk)]
Rows = Annotated[Webhooks, Depends(_rows)]


@router.get("", summary="The tenant's webhooks")
def list_webhooks(rows: Rows) -> list[WebhookView]:
    """Without their secrets."""
    return [WebhookView.of(one) for one in rows.all()]


@router.post("", status_code=201, summary="Be told of what happens")
def create_webhook(wish: WebhookWish, desk: WritingDesk, response: Response) -> WebhookView:
    """Deliveries are signed as Standard Webhooks say; the secret is in this answer only."""
    webhook, secret = desk.make(wish.url, wish.kinds)
    response.headers["Location"] = f"/api/v1/webhooks/{webhook.id}"
    return WebhookView.of(webhook, secret)


@router.get("/{webhook_id}", summary="One webhook")
def read_webhook(webhook_id: WebhookId, rows: Rows) -> WebhookView:
    """Without its secret."""
    return WebhookView.of(rows.get(webhook_id))


@router.patch("/{webhook_id}", summary="Change a webhook, switch it off or on")
def change_webhook(webhook_id: WebhookId, change: WebhookChange, desk: WritingDesk) -> WebhookView:
    """What is not given stays as it is."""
    changed = desk.change(webhook_id, url=change.url, kinds=change.kinds, enabled=change.enabled)
    return WebhookView.of(changed)


@router.delete("/{webhook_id}", status_code=204, summary="Remove a webhook with its log")
def delete_webhook(webhook_id: WebhookId, desk: WritingDesk) -> None:
    """What is on its way to it is not delivered."""
    desk.rows.remove(webhook_id)


@router.post("/{webhook_id}/secret", summary="A new secret; the old one signs beside it")
def change_secret(webhook_id: WebhookId, desk: WritingDesk) -> WebhookView:
    """Deliveries carry both signatures, so that a receiver can change over in its own time."""
    webhook, secret = desk.change_secret(webhook_id)
    return WebhookView.of(webhook, secret)


@router.post("/{webhook_id}/ping", status_code=202, summary="Send a test delivery")
def ping_webhook(webhook_id: WebhookId, desk: WritingDesk) -> DeliveryView:
    """Its outcome is in the log."""
    return DeliveryView.of(desk.rows.ping(webhook_id))


@router.get("/{webhook_id}/deliveries", summary="What was delivered, and what was not")
def list_deliveries(webhook_id: WebhookId, rows: Rows) -> list[DeliveryView]:
    """The newest hundred."""
    return [DeliveryView.of(one) for one in rows.deliveries(webhook_id)]


@router.post(
    "/{webhook_id}/deliveries/{delivery_id}/replay",
    status_code=202,
    summary="Deliver once more, under the same id",
)
def replay_delivery(
    webhook_id: WebhookId, delivery_id: Annotated[str, Path(max_length=40)], desk: WritingDesk
) -> DeliveryView:
    """Attempts count from one again."""
    return DeliveryView.of(desk.rows.replay(webhook_id, delivery_id))
