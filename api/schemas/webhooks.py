"""Webhooks as the API takes and shows them."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from video_platform.domain.events import EventKind
from video_platform.domain.webhook import Delivery, DeliveryState, Webhook

_URL = "https://example.com/hooks/films"
Kinds = Annotated[
    list[EventKind],
    Field(max_length=len(EventKind), description="None: all but `stage.progress`."),
]
Address = Annotated[str, Field(min_length=8, max_length=2000, examples=[_URL])]


def _shown(**values: Any) -> ConfigDict:
    return ConfigDict(extra="forbid", json_schema_extra={"examples": [values]})


class WebhookWish(BaseModel):
    """A new webhook."""

    model_config = _shown(url=_URL, kinds=["video.rendered", "publication.unconfirmed"])

    url: Address
    kinds: Kinds = []


class WebhookChange(BaseModel):
    """What may be changed; ``enabled`` true also takes back that it was switched off."""

    model_config = _shown(enabled=True)

    url: Address | None = None
    kinds: Kinds | None = None
    enabled: bool | None = None


class WebhookView(BaseModel):
    """A webhook; its secret is shown once, when it is made or changed."""

    model_config = _shown(
        id="9f2c4e7a1b3d4f60a1b2c3d4e5f60718",
        url=_URL,
        kinds=["video.rendered"],
        enabled=True,
        disabled_why="",
        created_at="2026-11-22T20:00:00Z",
        secret=None,
    )

    id: str
    url: str
    kinds: list[EventKind]
    enabled: bool
    disabled_why: str
    created_at: datetime
    secret: str | None = Field(
        default=None, description="`whsec_...`: keep it, it is not shown again."
    )

    @classmethod
    def of(cls, webhook: Webhook, secret: str | None = None) -> "WebhookView":
        """A stored webhook as it is shown."""
        return cls(
            id=webhook.id,
            url=webhook.url,
            kinds=list(webhook.kinds),
            enabled=webhook.disabled_at is None,
            disabled_why=webhook.disabled_why,
            created_at=webhook.created_at,
            secret=secret,
        )


class DeliveryView(BaseModel):
    """One event on its way to a webhook."""

    model_config = _shown(
        id="msg_9f2c4e7a1b3d4f60a1b2c3d4e5f60718",
        kind="video.rendered",
        state="delivered",
        attempts=1,
        status=204,
        error="",
        due_at="2026-11-22T20:00:00Z",
        created_at="2026-11-22T20:00:00Z",
        finished_at="2026-11-22T20:00:01Z",
        body='{"type": "video.rendered"}',
    )

    id: str = Field(description="Stays the same over all attempts: `webhook-id`.")
    kind: EventKind
    state: DeliveryState
    attempts: int
    status: int = Field(description="HTTP status of the last attempt; 0: no answer.")
    error: str
    due_at: datetime
    created_at: datetime
    finished_at: datetime | None
    body: str

    @classmethod
    def of(cls, delivery: Delivery) -> "DeliveryView":
        """A stored delivery as it is shown."""
        return cls(
            id=delivery.id,
            kind=delivery.kind,
            state=delivery.state,
            attempts=delivery.attempts,
            status=delivery.status,
            error=delivery.error,
            due_at=delivery.due_at,
            created_at=delivery.created_at,
            finished_at=delivery.finished_at,
            body=delivery.body,
        )
