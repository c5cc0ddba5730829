"""Brings deliveries to their webhooks: signed, once at a time, again until they are taken.

A webhook's address comes from a user: only public hosts over https are connected to, redirects are
not followed, and of an answer nothing but its status is read.
"""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from video_platform.db.repositories.webhooks import Webhooks
from video_platform.domain.webhook import Delivery, DeliveryState, Webhook, pause_before
from video_platform.errors import InvalidInput, VideoPlatformError
from video_platform.vault import Vault

if TYPE_CHECKING:
    import httpx

_TIMEOUT_S = 15.0
_CONNECT_S = 5.0
_AT_ONCE = 8
_GONE = 410
_BODY_BYTES = 20_000
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def check_address(url: str, *, allow_loopback: bool = False) -> str:
    """The address of a webhook as it is stored.

    Raises:
        InvalidInput: ``webhook_url_invalid``: it is not https, names no host, or carries a name
            and password. Whether the host is public is checked when it is connected to.
    """
    import httpx

    try:
        parsed = httpx.URL(url)
        parts, host = urlsplit(url), parsed.host
        host.encode("idna")
        _ = parts.port  # raises when it is no port
    except (ValueError, httpx.InvalidURL) as error:
        raise _invalid(url, "it is not an address") from error
    is_local = allow_loopback and host in _LOOPBACK
    if parsed.scheme != "https" and not (is_local and parsed.scheme == "http"):
        raise _invalid(url, "it does not begin with https")
    if (
        not host
        or any(not (c.isalnum() or c in ".-:") for c in host)
        or parts.username
        or parts.password
        or parts.fragment
    ):
        raise _invalid(url, "only a host, a port, a path and a query may stand in it")
    return str(parsed)


def _invalid(url: str, why: str) -> InvalidInput:
    return InvalidInput(
        f"{url[:200]!r} cannot be a webhook: {why}.",
        hint="Give an https address that the internet can reach.",
        code="webhook_url_invalid",
    )


def bound_to(tenant: str, webhook: str) -> str:
    """What a webhook's secret is sealed for."""
    return f"webhook:{tenant}:{webhook}"


class Courier:
    """Delivers what is due.

    Args:
        webhooks: of the whole system.
        allow_loopback: whether addresses on this machine are connected to (development).
    """

    def __init__(
        self,
        webhooks: Webhooks,
        vault: Vault,
        *,
        allow_loopback: bool = False,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        jitter: Callable[[], float] = lambda: random.uniform(-1, 1),  # noqa: S311
    ) -> None:
        self._webhooks = webhooks
        self._vault = vault
        self._allow_loopback = allow_loopback
        self._clock = clock
        self._jitter = jitter

    def deliver_due(self, *, limit: int = 40) -> int:
        """Make deliveries of what is new, and try all that are due once; returns how many."""
        self._webhooks.spread()
        due = self._webhooks.claim(self._clock(), limit=limit)
        if not due:
            return 0
        with ThreadPoolExecutor(_AT_ONCE) as pool, self._client() as client:
            list(pool.map(lambda one: self._deliver(client, one), due))
        return len(due)

    def _deliver(self, client: "httpx.Client", delivery: Delivery) -> None:
        try:
            webhook = self._webhooks.get(delivery.webhook)
            status, why = self._post(client, webhook, delivery)
        except VideoPlatformError as error:
            webhook, status, why = None, 0, str(error)
        now = self._clock()
        if 200 <= status < 300:
            self._webhooks.settle(
                delivery,
                state=DeliveryState.DELIVERED.value,
                status=status,
                error="",
                finished_at=now,
            )
            return
        if status == _GONE and webhook is not None:
            self._webhooks.change(
                webhook.id, disabled_at=now, disabled_why="It answered 410: gone."
            )
        pause = pause_before(delivery.attempts + 1, self._jitter())
        over = pause is None or status == _GONE
        self._webhooks.settle(
            delivery,
            state=(DeliveryState.FAILED if over else DeliveryState.PENDING).value,
            status=status,
            error=why[:500],
            due_at=now if pause is None else now + pause,
            finished_at=now if over else None,
        )

    def _post(
        self, client: "httpx.Client", webhook: Webhook, delivery: Delivery
    ) -> tuple[int, str]:
        import httpx

        address = check_address(webhook.url, allow_loopback=self._allow_loopback)
        body = delivery.body.encode()
        if len(body) > _BODY_BYTES:
            return 0, f"The event is larger than {_BODY_BYTES} bytes."
        headers = {"Content-Type": "application/json", **self.headers(webhook, delivery)}
        try:
            # The answer's body is never read: only its status counts.
            with client.stream("POST", address, content=body, headers=headers) as answer:
                return answer.status_code, f"It answered {answer.status_code}."
        except httpx.TimeoutException:
            return 0, f"It did not answer within {_TIMEOUT_S:.0f} s."
        except httpx.HTTPError as error:
            return 0, f"It could not be reached: {error}."

    def headers(self, webhook: Webhook, delivery: Delivery) -> dict[str, str]:
        """Id, time and signatures; two of them while a secret is being changed."""
        import standardwebhooks

        now = self._clock()
        sealed = [secret for secret in (webhook.secret, webhook.previous_secret) if secret]
        whose = bound_to(webhook.tenant, webhook.id)
        signatures = [
            standardwebhooks.Webhook(self._vault.open(one, whose)).sign(
                delivery.id, now, delivery.body
            )
            for one in sealed
        ]
        return {
            "webhook-id": delivery.id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": " ".join(signatures),
        }

    def _client(self) -> "httpx.Client":
        import httpx

        from video_platform.providers.transport import public_only

        # Also in development: a webhook on this machine is allowed, one in its network is not.
        return httpx.Client(
            transport=public_only(named=_LOOPBACK if self._allow_loopback else ()),
            follow_redirects=False,
            trust_env=False,
            timeout=httpx.Timeout(_TIMEOUT_S, connect=_CONNECT_S),
            headers={"User-Agent": "video-platform"},
        )
