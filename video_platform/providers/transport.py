"""One way to the network for all services: bounded, retried only where that is free, never to a
private address, and without a key in anything it says."""

import ipaddress
import json
import logging
import math
import random
import socket
import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from video_platform.errors import (
    BadProviderAnswer,
    NotConfigured,
    OutcomeUnknown,
    ProviderError,
    ProviderUnavailable,
    TransientProviderError,
)
from video_platform.providers.faults import Codes, explain
from video_platform.providers.service import Access, Service

if TYPE_CHECKING:
    import ssl

    import httpx

_ANSWER_BYTES = 64 << 20
"""Of JSON: pictures and sound come as base64 in some answers."""
_DOWNLOAD_BYTES = 2 << 30
_DOWNLOAD_S = 600.0
_CONNECT_S = 5.0
_READ_S = 30.0
_READ_TRIES = 5
_REDIRECTS = 3
SUBMIT = "submit"
_UNDECIDED_HINT = (
    "See `video-platform generations --unknown`: it is not sent again until that is decided."
)


_patience_s: ContextVar[float] = ContextVar("patience_s", default=math.inf)


@contextmanager
def patience(seconds: float) -> Iterator[None]:
    """Wait for no answer to a submit longer than this while the block runs, in this thread."""
    token = _patience_s.set(seconds)
    try:
        yield
    finally:
        _patience_s.reset(token)


@dataclass(frozen=True, slots=True)
class Clock:
    """Time as the transport sees it; tests give their own."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


@dataclass(frozen=True, slots=True)
class Answer:
    """A successful answer, read whole."""

    service: str
    operation: str
    status: int
    headers: Mapping[str, str]
    content: bytes

    def json(self) -> Any:
        """The body as JSON: an object.

        Raises:
            BadProviderAnswer: it is something else.
        """
        try:
            value = json.loads(self.content)
        except (ValueError, RecursionError) as error:
            raise self.bad("it is not JSON") from error
        if not isinstance(value, dict):
            raise self.bad("it is not a JSON object")
        return value

    def at(self, *path: str | int, of: Any = None) -> Any:
        """The value at a path into the JSON.

        Raises:
            BadProviderAnswer: there is none.
        """
        value = self.json() if of is None else of
        for step in path:
            try:
                value = value[step]
            except (KeyError, IndexError, TypeError) as error:
                where = ".".join(map(str, path))
                raise self.bad(f"it has no {where}") from error
        return value

    def text_at(self, *path: str | int, of: Any = None) -> str:
        """The non-empty text at a path; numbers are spelled out."""
        value = self.at(*path, of=of)
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        if not isinstance(value, str) or not value:
            raise self.bad(f"{'.'.join(map(str, path))} is not a text")
        return value

    def bad(self, why: str) -> ProviderError:
        """The error of an answer that breaks its contract.

        To a paid submit it leaves open what was begun.
        """
        if self.operation == SUBMIT:
            return OutcomeUnknown(
                f"{self.service} accepted the request, and its answer cannot be used: {why}.",
                provider=self.service,
                operation=self.operation,
                hint=_UNDECIDED_HINT,
            )
        return BadProviderAnswer(
            f"The answer of {self.service} to {self.operation} cannot be used: {why}.",
            provider=self.service,
            operation=self.operation,
            hint="Run the same command again; if it stays so, choose another provider.",
        )


class Transport:
    """Requests to one service in one account."""

    def __init__(
        self, service: Service, access: Access, codes: Codes, *, clock: Clock | None = None
    ) -> None:
        self.service = service
        self._access = access
        self._codes = codes
        self._clock = clock or Clock()
        self._base = (access.base_url or service.base_url).rstrip("/")
        # A server in our own network is only ever meant when the operator names it.
        self._named = (urlsplit(self._base).hostname or "") if access.base_url else ""
        self._client: httpx.Client | None = None
        self._lock = threading.Lock()

    def submit(self, path: str, **content: Any) -> Answer:
        """POST that may begin paid work: sent once, whatever happens.

        Raises:
            OutcomeUnknown: it left, and what became of it was not heard.
            ProviderError: it was refused; nothing was begun.
        """
        return self._send("POST", path, SUBMIT, is_paid=True, **content)

    def post(self, path: str, *, operation: str, **content: Any) -> Answer:
        """POST that costs nothing when repeated (an upload): sent once."""
        return self._send("POST", path, operation, is_paid=False, **content)

    def read(self, path: str, *, operation: str = "check", **content: Any) -> Answer:
        """GET, tried again with growing pauses while that may help."""
        for tried in range(1, _READ_TRIES + 1):
            try:
                return self._send("GET", path, operation, is_paid=False, **content)
            except TransientProviderError as error:
                if tried == _READ_TRIES:
                    raise
                self._pause(tried, getattr(error, "retry_after_s", 0.0))
        raise AssertionError("unreachable")

    def download(self, url: str, directory: Path, *, name: str = "result") -> Path:
        """Bring a result here, tried again while that may help.

        Links of services are not trusted: https only, to a public address, of bounded size.
        """
        target = directory / name
        for tried in range(1, _READ_TRIES + 1):
            try:
                self._download(url, target)
            except TransientProviderError as error:
                if tried == _READ_TRIES:
                    raise
                self._pause(tried, getattr(error, "retry_after_s", 0.0))
            else:
                return target
        raise AssertionError("unreachable")

    def close(self) -> None:
        """Give the connections back; the next request makes new ones."""
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            client.close()

    def _pause(self, tried: int, wanted_s: float) -> None:
        # Full jitter: many waiting for one service must not come back together.
        self._clock.sleep(max(wanted_s, random.uniform(0, min(20.0, 0.5 * 2**tried))))  # noqa: S311

    def _url(self, path: str) -> str:
        """A path of the service, or a URL it returned."""
        if not path.startswith(("http://", "https://")):
            return f"{self._base}/{path.lstrip('/')}"
        self._check_link(path)
        return path

    def _check_link(self, url: str) -> None:
        import httpx

        try:
            parts, host = urlsplit(url), httpx.URL(url).host
            host.encode("idna")
            scheme, _ = parts.scheme, parts.port  # asking for a port that is none raises
        except (ValueError, httpx.InvalidURL) as error:
            raise self._bad_link("", "it is not an address") from error
        if not host:
            raise self._bad_link("", "it names no host")
        is_named = bool(self._named) and host == self._named
        if scheme != "https" and not (is_named and scheme == urlsplit(self._base).scheme):
            raise self._bad_link(url, "it is not https")

    def _is_theirs(self, url: str) -> bool:
        """Whether a URL leads to the service itself: the key goes nowhere else.

        Hosts beside the vendor's own, e.g. of other regions, are its own; beside a host that an
        operator named, anybody's may stand.
        """
        own, given = urlsplit(self._base), urlsplit(url)
        if own.scheme != given.scheme:
            return False
        if own.hostname == given.hostname:
            return own.port == given.port
        domain = "." + ".".join((own.hostname or "").split(".")[-2:])
        return not self._named and (given.hostname or "").endswith(domain)

    def _bad_link(self, url: str, why: str) -> BadProviderAnswer:
        host = urlsplit(url).hostname or "?"
        return BadProviderAnswer(
            f"{self.service.name} gave a link to {host} that is not followed: {why}.",
            provider=self.service.name,
            operation="download",
            hint="Report this; nothing was fetched.",
        )

    def _connected(self) -> "httpx.Client":
        import httpx

        with self._lock:
            if self._client is None:
                self._client = httpx.Client(
                    transport=public_only(named=(self._named,)),
                    follow_redirects=False,
                    trust_env=False,
                    timeout=httpx.Timeout(_READ_S, connect=_CONNECT_S, pool=_READ_S),
                )
            return self._client

    def _headers(self, given: Mapping[str, str] | None, *, with_key: bool) -> dict[str, str]:
        headers = {"User-Agent": "video-platform", **self.service.headers, **(given or {})}
        if with_key and self._access.key and self.service.key_header:
            if not (self._access.key.isascii() and self._access.key.isprintable()):
                raise NotConfigured(
                    f"{self.service.key_variable} holds characters that no key has.",
                    hint="Copy the key again, without a line end.",
                )
            headers[self.service.key_header] = self.service.key_form.format(key=self._access.key)
        return headers

    def _send(
        self, method: str, path: str, operation: str, *, is_paid: bool, **content: Any
    ) -> Answer:
        import httpx

        url = self._url(path)
        headers = self._headers(content.pop("headers", None), with_key=self._is_theirs(url))
        read_s, whole_s = _READ_S, _READ_S * 2
        if method == "POST":
            read_s = min(self.service.submit_timeout_s, _patience_s.get())
            whole_s = min(self.service.submit_timeout_s * 2, _patience_s.get())
        deadline = self._clock.now() + whole_s
        try:
            with self._connected().stream(
                method,
                url,
                headers=headers,
                timeout=httpx.Timeout(read_s, connect=_CONNECT_S),
                **content,
            ) as response:
                body = self._read_bounded(response, operation, deadline)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise self._unavailable(operation, error) from error
        except httpx.HTTPError as error:
            raise self._lost(operation, error, is_paid=is_paid) from error
        answer = Answer(
            self.service.name,
            operation,
            response.status_code,
            dict(response.headers),
            self._without_key(body),
        )
        if not response.is_success:
            raise self.refused(answer, is_paid=is_paid)
        return answer

    def _read_bounded(self, response: "httpx.Response", operation: str, deadline: float) -> bytes:
        parts, size = [], 0
        for part in response.iter_bytes():
            size += len(part)
            if size > _ANSWER_BYTES or self._clock.now() > deadline:
                answer = Answer(self.service.name, operation, response.status_code, {}, b"")
                raise answer.bad("it does not end")
            parts.append(part)
        return b"".join(parts)

    def refused(self, answer: Answer, *, is_paid: bool) -> ProviderError:
        """The error of an answer that says no; also for a 200 that does."""
        # What is said to people and written down holds nothing of the account at all.
        content = _without(answer.content, [self._access.key, *self._access.extra.values()])
        try:
            body = json.loads(content)
        except (ValueError, RecursionError):
            body = content[:2000].decode(errors="replace")
        return explain(
            self.service.name,
            self.service.key_variable,
            answer.operation,
            answer.status,
            answer.headers,
            body,
            self._codes,
            was_paid_for=is_paid,
        )

    def _without_key(self, content: bytes) -> bytes:
        """Some services repeat the key they were given."""
        return _without(content, [self._access.key])

    def _unavailable(self, operation: str, error: Exception) -> ProviderUnavailable:
        return ProviderUnavailable(
            f"{self.service.name} cannot be reached for {operation}: {type(error).__name__}.",
            provider=self.service.name,
            operation=operation,
            hint="Check the network and the service's status page, and run the command again.",
        )

    def _lost(self, operation: str, error: Exception, *, is_paid: bool) -> ProviderError:
        if not is_paid:
            return self._unavailable(operation, error)
        return OutcomeUnknown(
            f"{self.service.name} took the request and gave no answer ({type(error).__name__}).",
            provider=self.service.name,
            operation=operation,
            hint=_UNDECIDED_HINT,
        )

    def _download(self, url: str, target: Path) -> None:
        import httpx

        deadline = self._clock.now() + _DOWNLOAD_S
        try:
            for _ in range(_REDIRECTS + 1):
                self._check_link(url)
                trusted = self.service.trusts_links and self._is_theirs(url)
                headers = self._headers(None, with_key=trusted)
                with self._connected().stream("GET", url, headers=headers) as response:
                    if response.next_request is not None:
                        url = str(response.next_request.url)
                        continue
                    if not response.is_success:
                        raise self._refused_link(response)
                    self._save(response, target, deadline)
                    return
        except httpx.HTTPError as error:
            raise self._unavailable("download", error) from error
        raise self._bad_link(url, "it leads on and on")

    def _refused_link(self, response: "httpx.Response") -> ProviderError:
        body = next(response.iter_bytes(), b"")[:2000]
        answer = Answer(
            self.service.name,
            "download",
            response.status_code,
            dict(response.headers),
            self._without_key(body),
        )
        return self.refused(answer, is_paid=False)

    def _save(self, response: "httpx.Response", target: Path, deadline: float) -> None:
        size = 0
        with target.open("wb") as writer:
            for part in response.iter_bytes():
                size += len(part)
                if size > _DOWNLOAD_BYTES or self._clock.now() > deadline:
                    raise self._bad_link(str(response.url), "it does not end")
                writer.write(part)
        claimed = response.headers.get("content-length", "")
        is_plain = "content-encoding" not in response.headers
        if size == 0 or (is_plain and claimed.isdigit() and int(claimed) != size):
            raise self._unavailable("download", EOFError())


_SECRET_CHARACTERS = 8


def _without(content: bytes, secrets: Iterable[str]) -> bytes:
    for secret in secrets:
        if len(secret) >= _SECRET_CHARACTERS:
            content = content.replace(secret.encode(), b"***")
    return content


def public_only(*, named: Collection[str] = ()) -> Any:
    """An httpx transport that connects to public addresses, and to hosts the operator ``named``.

    The address that is checked is the one that is connected to: a name cannot change in between.
    """
    import httpcore
    import httpx

    class Backend(httpcore.SyncBackend):
        def connect_tcp(
            self,
            host: str,
            port: int,
            timeout: float | None = None,
            local_address: str | None = None,
            socket_options: Iterable[Any] | None = None,
        ) -> Any:
            try:
                found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            except OSError as error:
                raise httpcore.ConnectError(str(error)) from error
            addresses = [str(entry[4][0]) for entry in found]
            for address in addresses:
                if host not in named and not _is_allowed(address):
                    raise httpcore.ConnectError(f"{host} is not a public address")
            return super().connect_tcp(addresses[0], port, timeout, local_address, socket_options)

    _keep_links_out_of_logs()
    transport = httpx.HTTPTransport(verify=_certificates())
    transport._pool = httpcore.ConnectionPool(
        ssl_context=_certificates(),
        max_connections=20,
        network_backend=Backend(),
    )
    return transport


@cache
def _certificates() -> "ssl.SSLContext":
    """Whom this machine trusts; reading it takes longer than connecting."""
    import httpx

    return httpx.create_ssl_context()


@cache
def _keep_links_out_of_logs() -> None:
    """httpx logs every URL and httpcore every header; whoever has a signed link has the file."""
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)


_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_IPV4_COMPATIBLE = ipaddress.IPv6Network("::/96")
_PUBLIC_V6 = ipaddress.IPv6Network("2000::/3")
"""Of IPv6 only this is given to anybody in public: what lies outside (site-local, translated,
local NAT64) leads inwards, whether this Python knows its name or not."""
_NOT_PUBLIC = (ipaddress.ip_network("3fff::/20"), ipaddress.ip_network("192.88.99.0/24"))
"""For documentation, and relays that lead out of IPv4."""


def _is_allowed(address: str) -> bool:
    parsed = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed in _NAT64 or parsed in _IPV4_COMPATIBLE:
            parsed = ipaddress.IPv4Address(int(parsed) & 0xFFFFFFFF)
        else:
            parsed = parsed.ipv4_mapped or parsed.sixtofour or parsed
    if parsed.version == 6 and parsed not in _PUBLIC_V6:
        return False
    if any(parsed in network for network in _NOT_PUBLIC):
        return False
    return parsed.is_global and not parsed.is_multicast
