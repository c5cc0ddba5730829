"""60 and more addresses that lead inwards: nothing that takes a URL connects to a canary there.

The canary listens on loopback on the port every address names. Connections to anywhere else are
not made: the system's own ``connect`` is asked for nothing but loopback, and what else was wanted
is kept and judged.
"""

import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpcore
import httpx
import pytest

from tests.scenarios.server import Reply, ScenarioServer
from tests.security.canaries import Visits
from video_platform.domain.webhook import Delivery, Webhook
from video_platform.errors import VideoPlatformError
from video_platform.notifying.courier import Courier
from video_platform.providers import transport
from video_platform.providers.service import Access, Service
from video_platform.providers.transport import Clock, Transport

SERVICE = Service(name="plain", base_url="https://plain.example", key_variable="PLAIN_API_KEY")
_HOSTS = (
    *("127.0.0.1", "127.0.0.2", "127.255.255.254", "127.1", "127.0.1", "127.0.0.1."),
    *("2130706433", "0x7f000001", "0x7f.0.0.1", "0x7f.0x0.0x0.0x1", "017700000001", "0177.0.0.1"),
    *("0177.0.0.01", "00000177.0.0.1", "127.0.0.0x1", "0", "0.0.0.0", "0x0", "00.00.00.00"),  # noqa: S104
    *("localhost", "LOCALHOST", "localhost.", "ｌｏｃａｌｈｏｓｔ", "１２７.０.０.１", "①②⑦.⓪.⓪.①"),
    *("127。0。0。1", "127｡0｡0｡1", "[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[0000::0001]"),
    *("[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::FFFF:7F00:0001]", "[::127.0.0.1]"),
    *("[::ffff:0:127.0.0.1]", "[64:ff9b::127.0.0.1]", "[64:ff9b:1::127.0.0.1]", "[2002:7f00:1::]"),
    *("[2001:0:5ef5:79fd:0:0:80ff:fffe]", "[fe80::1]", "[fe80::1%25lo]", "[::1%25lo]", "[fec0::1]"),
    *("[fc00::1]", "[fd00:ec2::254]", "[ff02::1]", "[100::1]", "[3fff::1]", "[5f00::1]"),
    *("10.0.0.1", "172.16.0.1", "192.168.0.1", "100.64.0.1", "169.254.169.254", "0xa9fea9fe"),
    *("2852039166", "169.254.43518", "metadata.google.internal", "198.18.0.1", "192.0.0.1"),
    *("192.88.99.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "instance-data"),
    *("user:password@127.0.0.1", "public.example@127.0.0.1", "127.0.0.1#@public.example"),
    *("127.0.0.1\\@public.example", "public.example\\@127.0.0.1", "127.0.0.1%00.public.example"),
    *("127.0.0.1%2f@public.example", "[::1]@public.example", "public.example:80@127.0.0.1"),
)
_NAMES = {
    "metadata.google.internal": ["169.254.169.254"],
    "instance-data": ["169.254.169.254"],
    # One of a name's addresses is enough to refuse it.
    "two.example": ["93.184.216.34", "127.0.0.1"],
    "mapped.example": ["::ffff:127.0.0.1"],
    "inward.example": ["127.0.0.1"],
    "named.internal": ["127.0.0.1"],
    "public.example": ["93.184.216.34"],
    "plain.example": ["93.184.216.34"],
}


class Names:
    """What names mean, without a network: known ones, numbers as the system reads them."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.changing = ["93.184.216.34", "127.0.0.1"]
        self._system = socket.getaddrinfo

    def __call__(self, host: Any, port: Any, *rest: Any, **options: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else str(host)
        self.asked.append(name)
        if name == "changing.example":
            found = [self.changing.pop(0) if len(self.changing) > 1 else self.changing[0]]
        else:
            found = _NAMES.get(name.rstrip("."), [])
        if found:
            kinds = [socket.AF_INET6 if ":" in one else socket.AF_INET for one in found]
            return [
                (kind, socket.SOCK_STREAM, 6, "", (one, port))
                for kind, one in zip(kinds, found, strict=True)
            ]
        if name.rstrip(".").lower() != "localhost" and any(c.isalpha() for c in name[2:]):
            options["flags"] = socket.AI_NUMERICHOST
        return self._system(host, port, *rest, **options)


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    made = Names()
    monkeypatch.setattr(socket, "getaddrinfo", made)
    return made


@pytest.fixture
def wanted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Addresses that a connection was asked for; only those on loopback are made."""
    seen: list[str] = []
    real = httpcore.SyncBackend.connect_tcp

    def connect(self: Any, host: str, *rest: Any, **options: Any) -> Any:
        seen.append(host)
        if host.startswith(("127.", "::1", "localhost")):
            return real(self, host, *rest, **options)
        raise httpcore.ConnectError("Nothing is connected to beyond this machine.")

    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", connect)
    return seen


def _urls(port: int) -> Iterator[str]:
    for host in (*_HOSTS, "two.example", "mapped.example", "inward.example"):
        for scheme in ("https", "http"):
            yield f"{scheme}://{host}:{port}/a"


Take = Callable[[str], None]


@pytest.fixture(params=["download", "read", "webhook", "webhook where loopback is allowed"])
def take(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Take]:
    """What follows a URL of somebody else's."""
    clock = Clock(now=lambda: 0.0, sleep=lambda _: None)
    http = Transport(SERVICE, Access(key="canary-key-0123456789"), {}, clock=clock)
    if request.param == "download":
        yield lambda url: _ignore(http.download(url, tmp_path))
    elif request.param == "read":
        yield lambda url: _ignore(http.read(url))
    else:
        courier = Courier(_None, _None, allow_loopback=request.param != "webhook")  # type: ignore[arg-type]
        courier.headers = lambda *_: {}  # type: ignore[method-assign]
        with courier._client() as client:
            yield lambda url: _post(courier, client, url)
    http.close()


_None: Any = None


def _ignore(_: object) -> None:
    """A result nobody wants."""


def _post(courier: Courier, client: httpx.Client, url: str) -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    webhook, delivery = Webhook.__new__(Webhook), Delivery.__new__(Delivery)
    object.__setattr__(webhook, "url", url)
    object.__setattr__(delivery, "body", f'{{"at": "{moment}"}}')
    courier._post(client, webhook, delivery)


def test_no_address_that_leads_inwards_is_connected_to(
    take: Take, names: Names, wanted: list[str], visits: Visits, request: pytest.FixtureRequest
) -> None:
    urls = list(_urls(visits.port))
    assert len(_HOSTS) >= 60
    for url in urls:
        try:
            take(url)
        except (VideoPlatformError, httpx.HTTPError):
            continue
    inside = [address for address in wanted if address != "93.184.216.34"]
    if "loopback is allowed" in request.node.callspec.id:
        # This machine by its usual names, which is what was allowed; nothing else of its network.
        assert set(inside) <= {"127.0.0.1", "::1", "localhost"}
        return
    assert inside == []
    assert visits.seen() == 0


def test_a_name_that_changes_after_the_check_is_connected_to_where_it_was_checked(
    take: Take, names: Names, wanted: list[str], visits: Visits
) -> None:
    for _ in range(2):
        try:
            take(f"https://changing.example:{visits.port}/a")
        except (VideoPlatformError, httpx.HTTPError):
            continue
    assert set(wanted) <= {"93.184.216.34"}
    assert visits.seen() == 0


def test_a_link_that_leads_inwards_after_redirects_is_not_followed(
    names: Names, wanted: list[str], visits: Visits, tmp_path: Path
) -> None:
    """A host that the operator named answers with redirects: it alone is in our own network."""

    class Leading:
        name = "plain"
        target = ""

        def phase(self, _: object) -> str:
            return "download"

        def answer(self, *_: object) -> Reply:
            return Reply(302, b"", {"Location": self.target})

    leading = Leading()
    server = ScenarioServer([leading], tmp_path / "log")  # type: ignore[list-item]
    base = server.url("plain").replace("127.0.0.1", "named.internal")
    http = Transport(
        SERVICE,
        Access(key="canary-key-0123456789", base_url=base),
        {},
        clock=Clock(now=lambda: 0.0, sleep=lambda _: None),
    )
    try:
        for host in _HOSTS:
            for scheme in ("https", "http"):
                leading.target = f"{scheme}://{host}:{visits.port}/a"
                with pytest.raises((VideoPlatformError, httpx.HTTPError)):
                    http.download(f"{base}/a", tmp_path)
    finally:
        http.close()
        server.close()
    assert visits.seen() == 0
    assert set(wanted) <= {"127.0.0.1", "93.184.216.34"}
    assert "127.0.0.1" in wanted, "the redirect was never asked for"


def test_without_the_guard_the_canary_would_be_visited(
    visits: Visits, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "_is_allowed", lambda _: True)
    http = Transport(
        SERVICE,
        Access(key="canary-key-0123456789"),
        {},
        clock=Clock(now=lambda: 0.0, sleep=lambda _: None),
    )
    with pytest.raises(VideoPlatformError):
        http.download(f"https://2130706433:{visits.port}/a", tmp_path)
    http.close()
    assert visits.seen() > 0
