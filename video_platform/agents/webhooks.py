"""Webhooks of one tenant: made, changed, tried out. Secrets leave here once."""

import base64
import secrets
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from video_platform.db.database import Database
from video_platform.db.repositories.webhooks import Webhooks
from video_platform.domain.events import EventKind
from video_platform.domain.webhook import Webhook
from video_platform.errors import InvalidInput
from video_platform.notifying.courier import bound_to, check_address
from video_platform.vault import Vault

_SECRET_BYTES = 32
_MOST = 20


class WebhookDesk:
    """What a tenant may do with its webhooks."""

    def __init__(self, database: Database, vault: Vault, *, allow_loopback: bool) -> None:
        self.rows = Webhooks(database)
        self._tenant = database.tenant
        self._vault = vault
        self._allow_loopback = allow_loopback

    def make(self, url: str, kinds: Sequence[EventKind]) -> tuple[Webhook, str]:
        """A new webhook and its secret.

        Raises:
            InvalidInput: the address cannot be used (``webhook_url_invalid``), or there are as many
                webhooks as a tenant may have (``webhooks_too_many``).
        """
        address = check_address(url, allow_loopback=self._allow_loopback)
        if len(self.rows.all()) >= _MOST:
            raise InvalidInput(
                f"A tenant may have {_MOST} webhooks.",
                hint="Remove one that is not used.",
                code="webhooks_too_many",
            )
        webhook_id, secret = uuid.uuid4().hex, _new_secret()
        sealed = self._seal(webhook_id, secret)
        return self.rows.add(webhook_id, address, tuple(dict.fromkeys(kinds)), sealed), secret

    def change(
        self,
        webhook_id: str,
        *,
        url: str | None,
        kinds: Sequence[EventKind] | None,
        enabled: bool | None,
    ) -> Webhook:
        """Change what is given. What happened while it was off is not told any more."""
        values: dict[str, Any] = {}
        if url is not None:
            values["url"] = check_address(url, allow_loopback=self._allow_loopback)
        if kinds is not None:
            values["kinds"] = [kind.value for kind in dict.fromkeys(kinds)]
        if enabled is False:
            values |= {"disabled_at": datetime.now(UTC), "disabled_why": "Switched off."}
        if enabled:
            values |= {"disabled_at": None, "disabled_why": ""}
        return self.rows.change(webhook_id, **values)

    def change_secret(self, webhook_id: str) -> tuple[Webhook, str]:
        """A new secret; the one before signs too, until the next change."""
        secret, before = _new_secret(), self.rows.get(webhook_id).secret
        sealed = self._seal(webhook_id, secret)
        return self.rows.change(webhook_id, secret=sealed, previous_secret=before), secret

    def _seal(self, webhook_id: str, secret: str) -> str:
        return self._vault.seal(secret, bound_to(self._tenant, webhook_id))


def _new_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()
