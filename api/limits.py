"""How often a route may be called: moving windows, shared by all processes through Redis.

While Redis does not answer: what spends or posts is closed with 503, what only reads is open, and
sign-ins are counted by each process for itself, so that passwords cannot be tried without end.
"""

import logging
import threading
import time
from dataclasses import dataclass, field
from enum import Enum
from ipaddress import IPv6Address, ip_address, ip_network
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI, Request

from api.deps import CurrentPrincipal, api_settings_of
from api.problems import ApiError
from video_platform.errors import NotConfigured

if TYPE_CHECKING:
    from limits import RateLimitItem
    from limits.strategies import MovingWindowRateLimiter

_READS = {"GET", "HEAD", "OPTIONS"}
_REDIS_TIMEOUT_S = 0.5
_building = threading.Lock()
_log = logging.getLogger(__name__)


class WithoutRedis(Enum):
    """What becomes of a limited route while Redis does not answer."""

    CLOSED = "closed to all but reads"
    COUNTED_HERE = "counted by this process alone"


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``calls`` in any ``window_s`` seconds."""

    name: str
    calls: int
    window_s: int
    without_redis: WithoutRedis = WithoutRedis.CLOSED


LIMITS = {
    limit.name: limit
    for limit in (
        # The architecture's table.
        Limit("projects", 100, 60),
        Limit("generate", 20, 60),
        Limit("render", 5, 60),
        Limit("publish", 10, 3600),
        Limit("login", 5, 60, WithoutRedis.COUNTED_HERE),
    )
}


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a caller stands after a call: calls left, and seconds until there are more."""

    limit: Limit
    is_allowed: bool
    remaining: int
    reset_s: int


@dataclass
class Windows:
    """Counts calls, in Redis at ``redis_url`` or in this process."""

    redis_url: str = ""
    _alone: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def __post_init__(self) -> None:
        from limits.strategies import MovingWindowRateLimiter

        self._here = MovingWindowRateLimiter(_storage("memory://"))
        self._shared = MovingWindowRateLimiter(_storage(self.redis_url)) if self.redis_url else None

    def hit(self, limit: Limit, who: str, *, is_read: bool = False) -> Standing | None:
        """Count a call of ``who``; None: nobody counts, and it may pass.

        Raises:
            ApiError: 503, Redis does not answer and the limit is closed without it.
        """
        from limits.errors import StorageError

        if self._shared is None:
            return self._hit_here(limit, who)
        try:
            return _hit(self._shared, limit, who)
        except StorageError as error:
            _log.warning("Redis does not answer: %s", error)
        if limit.without_redis is WithoutRedis.COUNTED_HERE:
            return self._hit_here(limit, who)
        if is_read:
            return None
        raise ApiError(
            503,
            "limits_unavailable",
            "Calls cannot be counted at the moment, so nothing that spends or posts is taken.",
            hint="Nothing was done. Reading works; try again shortly.",
        )

    def _hit_here(self, limit: Limit, who: str) -> Standing:
        # The library's memory can drop a window's lock while another thread waits for it.
        with self._alone:
            return _hit(self._here, limit, who)


def _storage(url: str) -> Any:
    from limits.errors import ConfigurationError
    from limits.storage import storage_from_string

    timeouts = {"socket_timeout": _REDIS_TIMEOUT_S, "socket_connect_timeout": _REDIS_TIMEOUT_S}
    options: dict[str, Any] = {} if url.startswith("memory:") else timeouts
    try:
        return storage_from_string(url, wrap_exceptions=True, **options)
    except (ConfigurationError, ValueError) as error:
        raise NotConfigured(
            f"Redis cannot be used: {error}.",
            hint="Check VIDEO_PLATFORM_REDIS_URL (redis://host:port/0), and install the extra "
            "`redis`.",
        ) from error


def _hit(windows: "MovingWindowRateLimiter", limit: Limit, who: str) -> Standing:
    item = _item(limit)
    is_allowed = windows.hit(item, limit.name, who)
    reset_at, remaining = windows.get_window_stats(item, limit.name, who)
    reset_s = max(1, int(reset_at - time.time()) + 1)
    return Standing(limit, is_allowed, max(0, remaining) if is_allowed else 0, reset_s)


def _item(limit: Limit) -> "RateLimitItem":
    from limits import RateLimitItemPerSecond

    return RateLimitItemPerSecond(limit.calls, limit.window_s, namespace="video-platform")


def windows_of(app: FastAPI) -> Windows:
    """The windows of an application; built when they are first needed."""
    with _building:
        if getattr(app.state, "windows", None) is None:
            app.state.windows = Windows(api_settings_of(app).redis_url)
        windows: Windows = app.state.windows
        return windows


def demand(request: Request, limit: Limit, who: str) -> None:
    """Count this call for ``who``; ``api.middleware`` tells the caller in the answer's headers.

    Raises:
        ApiError: 429, it is one too many; 503, see ``Windows.hit``.
    """
    windows = windows_of(request.app)
    standing = windows.hit(limit, who, is_read=request.method in _READS)
    if standing is None:
        return
    request.state.rate_limit = standing
    if not standing.is_allowed:
        raise ApiError(
            429,
            "rate_limited",
            f"More than {limit.calls} calls in {limit.window_s} seconds.",
            hint=f"Try again in {standing.reset_s} seconds.",
            headers={"Retry-After": str(standing.reset_s)},
        )


@dataclass(frozen=True)
class ByCaller:
    """Counts calls of a person or key in a tenant."""

    limit: Limit

    def __call__(self, request: Request, principal: CurrentPrincipal) -> None:
        """Count this one."""
        demand(request, self.limit, f"{principal.tenant}:{principal.user_id}")


@dataclass(frozen=True)
class ByAddress:
    """Counts calls of a network address, for routes where nobody is known yet."""

    limit: Limit

    def __call__(self, request: Request) -> None:
        """Count this one."""
        demand(request, self.limit, f"address:{address_of(request)}")


def limited(name: str) -> ByCaller:
    """``dependencies=[Depends(limited("projects"))]``: count calls by tenant and user."""
    return ByCaller(LIMITS[name])


def limited_by_address(name: str) -> ByAddress:
    """``dependencies=[Depends(limited_by_address("login"))]``: count calls by address."""
    return ByAddress(LIMITS[name])


def address_of(request: Request) -> str:
    """The caller's address; of IPv6 the network, since one household has all addresses of it."""
    host = request.client.host if request.client else ""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if isinstance(address, IPv6Address):
        mapped = address.ipv4_mapped
        return str(mapped or ip_network((address, 64), strict=False))
    return str(address)


def headers_of(standing: Standing) -> dict[str, str]:
    """The fields of the IETF draft on rate limit headers, as of its tenth version."""
    limit = standing.limit
    return {
        "RateLimit-Policy": f'"{limit.name}";q={limit.calls};w={limit.window_s}',
        "RateLimit": f'"{limit.name}";r={standing.remaining};t={standing.reset_s}',
    }
