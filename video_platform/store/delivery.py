"""Addresses under which a network of caches delivers stored films, without the API in the way.

An address is signed as S3 servers check it (AWS Signature Version 4 in the query), for the name
the viewer asks: the network, or a plain proxy, passes name and query on to the store and needs no
secret of its own. The time of signing is the full hour, so that everybody's address of a film is
the same for an hour and a cache that keeps films by their whole address has them once.
"""

import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol
from urllib.parse import quote, urlsplit

from video_platform.domain.media import Media
from video_platform.errors import NotConfigured

_WINDOW = timedelta(hours=1)
_VALID = timedelta(hours=7)
"""From the full hour on: at least six hours, as long as the API's own links."""
_ALGORITHM = "AWS4-HMAC-SHA256"
_UNRESERVED = "-_.~"


@dataclass(frozen=True, slots=True)
class Signer:
    """An account of the store; ``token`` belongs to temporary ones."""

    access_key: str
    secret_key: str
    region: str
    token: str = ""


class Signing(Protocol):
    """A backend whose server checks signed addresses."""

    def signer(self) -> Signer:
        """The account the server knows. ``StoreError`` when there is none."""
        ...

    def path_of(self, key: str) -> str:
        """Where its server has ``key``, from ``/`` on."""
        ...


@dataclass(frozen=True, slots=True)
class Address:
    """Where a film is, for whoever holds this, until ``expires_in`` seconds are over."""

    url: str
    expires_in: int


class Delivery:
    """Signs addresses of media below ``base_url``.

    Args:
        base_url: scheme and name of the network of caches, no path: ``https://media.example.com``.
        now: the clock.

    Raises:
        NotConfigured: ``base_url`` is no such address.
    """

    def __init__(
        self,
        blobs: Signing,
        base_url: str,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._blobs = blobs
        self.origin = _origin(base_url)
        self._now = now

    def address(self, media: Media, *, name: str = "") -> Address:
        """Where a player, or with ``name`` a download under that name, gets the bytes."""
        now = self._now()
        signed_at = now.replace(minute=0, second=0, microsecond=0)
        disposition = f"attachment; filename*=utf-8''{quote(name)}" if name else ""
        path = quote(self._blobs.path_of(media.key), safe=f"/{_UNRESERVED}")
        query = _signed_query(
            self._blobs.signer(), urlsplit(self.origin).netloc, path, signed_at, disposition
        )
        expires_in = int((signed_at + _VALID - now).total_seconds())
        return Address(f"{self.origin}{path}?{query}", expires_in)


def _origin(base_url: str) -> str:
    parts = urlsplit(base_url)
    is_plain = not (parts.path.strip("/") or parts.query or parts.fragment or parts.username)
    if parts.scheme not in ("http", "https") or not parts.hostname or not is_plain:
        raise NotConfigured(
            f"{base_url!r} is not the address of a network of caches.",
            hint="Set VIDEO_PLATFORM_CDN_BASE_URL to https://NAME, without a path.",
        )
    return f"{parts.scheme}://{parts.netloc}"


def _signed_query(
    signer: Signer, host: str, path: str, signed_at: datetime, disposition: str
) -> str:
    day = signed_at.strftime("%Y%m%d")
    scope = f"{day}/{signer.region}/s3/aws4_request"
    moment = signed_at.strftime("%Y%m%dT%H%M%SZ")
    query = _encoded(
        {
            "X-Amz-Algorithm": _ALGORITHM,
            "X-Amz-Credential": f"{signer.access_key}/{scope}",
            "X-Amz-Date": moment,
            "X-Amz-Expires": str(int(_VALID.total_seconds())),
            "X-Amz-SignedHeaders": "host",
            **({"X-Amz-Security-Token": signer.token} if signer.token else {}),
            **({"response-content-disposition": disposition} if disposition else {}),
        }
    )
    request = "\n".join(["GET", path, query, f"host:{host}", "", "host", "UNSIGNED-PAYLOAD"])
    digest = hashlib.sha256(request.encode()).hexdigest()
    key = f"AWS4{signer.secret_key}".encode()
    for part in (day, signer.region, "s3", "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    signature = hmac.digest(key, "\n".join([_ALGORITHM, moment, scope, digest]).encode(), "sha256")
    return f"{query}&X-Amz-Signature={signature.hex()}"


def _encoded(query: Mapping[str, str]) -> str:
    return "&".join(
        f"{quote(name, safe=_UNRESERVED)}={quote(query[name], safe=_UNRESERVED)}"
        for name in sorted(query)
    )
