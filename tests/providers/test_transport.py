"""The one way to the network: what it refuses, what it repeats, what it tells and to whom."""

import gzip
import logging
import socket
import threading
import time as real_time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from tests.scenarios.faults import http_date
from tests.scenarios.media import png
from tests.scenarios.server import (
    RESET,
    Call,
    Reply,
    ScenarioServer,
    World,
    bytes_reply,
    json_reply,
)
from video_platform.errors import (
    BadProviderAnswer,
    OutcomeUnknown,
    ProviderAuthFailed,
    ProviderError,
    ProviderQuotaExceeded,
    ProviderRateLimited,
    ProviderUnavailable,
    TransientProviderError,
    VideoPlatformError,
)
from video_platform.providers import transport
from video_platform.providers.faults import explain, wanted_pause_s
from video_platform.providers.service import Access, Service
from video_platform.providers.transport import Clock, Transport

KEY = "canary-key-0123456789"
SECRET = "canary-secret-0123456789"
SERVICE = Service(name="plain", base_url="https://plain.example", key_variable="PLAIN_API_KEY")


@dataclass
class Plain:
    """Answers whatever the test wants."""

    name: str = "plain"
    reply: Callable[[Call], Reply] = lambda _: json_reply({"id": "a"})
    calls: list[Call] = field(default_factory=list)

    def phase(self, _: Call) -> str:
        return "submit"

    def answer(self, call: Call, _: World) -> Reply:
        self.calls.append(call)
        return self.reply(call)


@dataclass
class Ticking:
    """A clock that only tests move; ``step`` seconds pass at each look."""

    seconds: float = 0.0
    step: float = 0.0
    slept: list[float] = field(default_factory=list)

    def now(self) -> float:
        self.seconds += self.step
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds


@pytest.fixture
def plain() -> Plain:
    return Plain()


@pytest.fixture
def other() -> Plain:
    return Plain(name="other")


@pytest.fixture
def server(plain: Plain, other: Plain, tmp_path: Path) -> Iterator[ScenarioServer]:
    made = ScenarioServer([plain, other], tmp_path / "accepted.log")
    yield made
    made.close()


@pytest.fixture
def clock() -> Ticking:
    return Ticking()


Make = Callable[..., Transport]


@pytest.fixture
def make(server: ScenarioServer, clock: Ticking) -> Iterator[Make]:
    made: list[Transport] = []

    def build(base_url: str = "", service: Service = SERVICE, **codes: Any) -> Transport:
        access = Access(key=KEY, base_url=base_url or server.url("plain"), extra={"secret": SECRET})
        made.append(Transport(service, access, codes, clock=Clock(clock.now, clock.sleep)))
        return made[-1]

    yield build
    for http in made:
        http.close()


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "10.0.0.8",
        "172.16.3.4",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104 - an address to be refused
        "224.0.0.1",
        "255.255.255.255",
        "[::1]",
        "[fe80::1]",
        "[fc00::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:10.0.0.1]",
        "[2002:7f00:1::]",
        "[64:ff9b::7f00:1]",
        "[::127.0.0.1]",
        "[2001:0:5ef5:79fd:0:0:80ff:fffe]",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "127.1",
    ],
)
def test_private_addresses_are_never_reached(make: Make, host: str, tmp_path: Path) -> None:
    """A service in the network cannot send us into our own."""
    http = make("https://plain.example")
    with pytest.raises(
        (BadProviderAnswer, ProviderUnavailable), match=r"public|not followed|reach"
    ):
        http.download(f"https://{host}/picture.png", tmp_path)


def test_an_address_is_refused_by_name_and_not_only_by_luck(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One private address among public ones is enough; nothing is connected to."""
    tried = []

    def resolve(host: str, port: int, **_: Any) -> list[Any]:
        tried.append(host)
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))
            for address in ("93.184.216.34", "10.0.0.1")
        ]

    monkeypatch.setattr(transport.socket, "getaddrinfo", resolve)
    with pytest.raises(ProviderUnavailable):
        make("https://plain.example").download("https://rebind.example/a", tmp_path)
    assert set(tried) == {"rebind.example"}


@pytest.mark.parametrize("address", ["64:ff9b::7f00:1", "64:ff9b::a00:1", "::7f00:1"])
def test_private_addresses_inside_others_are_seen(address: str) -> None:
    """NAT64 and IPv4-compatible addresses carry an IPv4 one."""
    assert not transport._is_allowed(address)


@pytest.mark.parametrize(
    "link",
    [
        "http://files.example/a.png",
        "file:///etc/passwd",
        "ftp://files.example/a",
        "//files.example/a",
        "gopher://files.example/",
        "data:image/png;base64,AAAA",
        "",
        "https://",
        "https://[::1",
        "https://files.example:99999/a",
        "https://\x00/a",
        "https://" + "a" * 300 + ".example/",
        "https://*.example/ /\n",
    ],
)
def test_links_that_are_no_https_addresses_are_refused_with_a_hint(
    make: Make, link: str, tmp_path: Path
) -> None:
    with pytest.raises(VideoPlatformError) as caught:
        make("https://plain.example").download(link, tmp_path)
    assert caught.value.hint


@pytest.mark.parametrize(
    "link", ["https://[::1", "https://plain.example:99999/", "https://a\x00b/"]
)
def test_links_that_a_service_gave_to_ask_at_are_held_to_the_same(make: Make, link: str) -> None:
    with pytest.raises(VideoPlatformError) as caught:
        make("https://plain.example").read(link)
    assert caught.value.hint


def test_an_http_redirect_off_this_machine_is_not_followed(
    make: Make, plain: Plain, tmp_path: Path
) -> None:
    plain.reply = lambda _: Reply(302, b"", {"Location": "http://files.example/a.png"})
    with pytest.raises(BadProviderAnswer, match="not https"):
        make().download(make()._base + "/a", tmp_path)


def test_a_redirect_to_a_private_address_is_not_followed(
    make: Make, plain: Plain, tmp_path: Path
) -> None:
    plain.reply = lambda _: Reply(302, b"", {"Location": "https://169.254.169.254/latest"})
    with pytest.raises(ProviderUnavailable):
        make().download(make()._base + "/a", tmp_path)


def test_redirects_end(make: Make, plain: Plain, tmp_path: Path) -> None:
    plain.reply = lambda call: Reply(302, b"", {"Location": "/plain/again"})
    with pytest.raises(BadProviderAnswer, match="on and on"):
        make().download(make()._base + "/a", tmp_path)
    assert len(plain.calls) <= 5


def test_a_redirect_is_followed_to_the_file(make: Make, plain: Plain, tmp_path: Path) -> None:
    plain.reply = lambda call: (
        bytes_reply(png(), "image/png")
        if call.path == "/b"
        else Reply(307, b"", {"Location": "/plain/b"})
    )
    assert make().download(make()._base + "/a", tmp_path).read_bytes() == png()


def test_a_redirected_submit_is_not_followed(make: Make, plain: Plain, other: Plain) -> None:
    """A POST that is sent on would take the key and the request along."""
    plain.reply = lambda _: Reply(308, b"", {"Location": "/other/v1"})
    with pytest.raises(ProviderError):
        make().submit("/v1", json={})
    assert (len(plain.calls), len(other.calls)) == (1, 0)


def test_links_get_no_key(make: Make, other: Plain, server: ScenarioServer, tmp_path: Path) -> None:
    other.reply = lambda _: bytes_reply(png(), "image/png")
    make().download(server.url("other") + "/a", tmp_path)
    assert KEY not in str(other.calls[0].headers)


def test_the_key_goes_to_the_service_and_to_no_foreign_host(make: Make) -> None:
    """A poisoned answer must not make us carry the key elsewhere."""
    seen: list[str] = []
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(3)

    def listen() -> None:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection:
            seen.append(connection.recv(65536).decode(errors="replace"))
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")

    thread = threading.Thread(target=listen)
    thread.start()
    foreign = f"http://127.0.0.1:{listener.getsockname()[1]}/v1/get_result?id=1"
    try:
        make().read(foreign)
    except ProviderError:
        pass
    finally:
        with socket.create_connection(listener.getsockname()):
            pass
        thread.join()
        listener.close()
    assert not any(KEY in said for said in seen)


@pytest.mark.parametrize("trusts_links", [False, True])
def test_a_redirect_to_another_host_loses_the_key(
    make: Make, plain: Plain, tmp_path: Path, *, trusts_links: bool
) -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(3)
    seen: list[str] = []

    def listen() -> None:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection:
            seen.append(connection.recv(65536).decode(errors="replace"))
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    thread = threading.Thread(target=listen)
    thread.start()
    foreign = f"http://127.0.0.1:{listener.getsockname()[1]}/a"
    plain.reply = lambda _: Reply(302, b"", {"Location": foreign})
    http = make(service=replace(SERVICE, trusts_links=trusts_links))
    http.download(http._base + "/a", tmp_path)
    thread.join()
    listener.close()
    assert len(seen) == 1
    assert KEY not in seen[0]


def test_a_link_that_claims_less_than_it_gives_is_bounded(
    make: Make, plain: Plain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "_DOWNLOAD_BYTES", 1000)
    plain.reply = lambda _: bytes_reply(b"x" * 5000, "image/png")
    with pytest.raises(BadProviderAnswer, match="does not end"):
        make().download(make()._base + "/a", tmp_path)


def test_an_answer_is_bounded_even_when_it_was_packed(
    make: Make, plain: Plain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "_ANSWER_BYTES", 1 << 20)
    packed = gzip.compress(b" " * (8 << 20))
    plain.reply = lambda _: bytes_reply(
        packed, "application/json", 200, {"Content-Encoding": "gzip"}
    )
    with pytest.raises(BadProviderAnswer, match="does not end"):
        make().read("/a")


def test_an_error_page_behind_a_link_is_bounded(
    make: Make, plain: Plain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is read of it is what is shown of it: not gigabytes."""
    taken = []
    import httpx

    whole = httpx.Response.iter_bytes

    def counted(self: httpx.Response, size: int | None = None) -> Iterator[bytes]:
        for part in whole(self, size):
            taken.append(len(part))
            yield part

    monkeypatch.setattr(httpx.Response, "iter_bytes", counted)
    plain.reply = lambda _: bytes_reply(b"x" * (4 << 20), "text/html", 404)
    with pytest.raises(ProviderError):
        make().download(make()._base + "/a", tmp_path)
    assert sum(taken) <= 2 << 20


def test_a_dripping_answer_ends_at_its_deadline(make: Make, plain: Plain, clock: Ticking) -> None:
    """Each byte comes in time, and the whole never does."""
    clock.step = 40.0
    plain.reply = lambda _: replace(json_reply({"id": "a" * 40}), drip_s=0.02)
    with pytest.raises((BadProviderAnswer, ProviderUnavailable)):
        make().post("/a", operation="upload", json={})


def test_a_dripping_download_ends_at_its_deadline(
    make: Make, plain: Plain, clock: Ticking, tmp_path: Path
) -> None:
    clock.step = 400.0
    plain.reply = lambda _: replace(bytes_reply(b"x" * 100, "image/png"), drip_s=0.02)
    with pytest.raises((BadProviderAnswer, ProviderUnavailable)):
        make().download(make()._base + "/a", tmp_path)


@pytest.mark.parametrize(
    "reply",
    [
        RESET,
        Reply(cut_after=1),
        Reply(cut_after=1, resets=True),
        Reply(500),
        Reply(502),
        Reply(504),
        Reply(408),
        Reply(409),
        Reply(520),
        Reply(524),
        Reply(200, b"not json"),
        Reply(200, b""),
        Reply(202, b"[]"),
        Reply(204, b""),
    ],
    ids=lambda reply: f"{reply.status}-{reply.body[:8]!r}-{reply.cut_after}-{reply.resets}",
)
def test_a_submit_whose_answer_is_lost_or_useless_is_an_unknown_outcome(
    make: Make, plain: Plain, reply: Reply
) -> None:
    """It left, and nothing says it was not taken: whatever the ledger closes as failed is sent
    again, and paid again."""
    plain.reply = lambda _: reply
    with pytest.raises(OutcomeUnknown):
        make().submit("/v1", json={}).text_at("id")
    assert len(plain.calls) == 1


def test_a_submit_with_an_endless_answer_is_an_unknown_outcome(
    make: Make, plain: Plain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "_ANSWER_BYTES", 10)
    plain.reply = lambda _: json_reply({"id": "a" * 1000})
    with pytest.raises(OutcomeUnknown):
        make().submit("/v1", json={})


def test_a_submit_on_a_connection_that_was_closed_meanwhile_is_sent_once(
    make: Make, plain: Plain
) -> None:
    """Kept connections die silently; httpx must not send again by itself."""
    http = make()
    http.submit("/v1", json={})
    plain.reply = lambda _: RESET
    with pytest.raises(OutcomeUnknown):
        http.submit("/v1", json={})
    assert len(plain.calls) == 2


def test_a_stalled_submit_is_an_unknown_outcome_in_time(make: Make, plain: Plain) -> None:
    plain.reply = lambda _: replace(json_reply({}), delay_s=1.0)
    began = real_time.monotonic()
    with pytest.raises(OutcomeUnknown):
        make(service=replace(SERVICE, submit_timeout_s=0.1)).submit("/v1", json={})
    assert real_time.monotonic() - began < 0.9


def test_nobody_there_is_no_unknown_outcome(make: Make) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(ProviderUnavailable):
            make(f"http://127.0.0.1:{taken.getsockname()[1]}").submit("/v1", json={})


@pytest.mark.parametrize(
    ("status", "headers"), [(429, {"Retry-After": "7"}), (503, {}), (500, {}), (529, {})]
)
def test_reads_are_repeated_with_pauses_and_then_given_up(
    make: Make, plain: Plain, clock: Ticking, status: int, headers: dict[str, str]
) -> None:
    plain.reply = lambda _: json_reply({}, status, headers)
    with pytest.raises(TransientProviderError):
        make().read("/a")
    assert len(plain.calls) == 5
    assert len(clock.slept) == 4
    if headers:
        assert min(clock.slept) >= 7


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 422, 451])
def test_reads_that_are_refused_are_not_repeated(make: Make, plain: Plain, status: int) -> None:
    plain.reply = lambda _: json_reply({}, status)
    with pytest.raises(ProviderError):
        make().read("/a")
    assert len(plain.calls) == 1


@pytest.mark.parametrize(
    ("headers", "body", "least", "most"),
    [
        ({"Retry-After": "7"}, {}, 7, 7),
        ({"retry-after": "7.5"}, {}, 7.5, 7.5),
        ({"Retry-After": "soon"}, {}, 0, 0),
        ({"Retry-After": "-5"}, {}, 0, 0),
        ({"Retry-After": "nan"}, {}, 0, 0),
        ({"Retry-After": "inf"}, {}, 0, 120),
        ({"Retry-After": "999999"}, {}, 120, 120),
        ({"Retry-After": "1e400"}, {}, 0, 120),
        ({"Retry-After": "Sun, 99 Nov 2026 99:99:99 GMT"}, {}, 0, 0),
        ({"retry-after-ms": "1500"}, {}, 1.5, 1.5),
        ({"retry-after-ms": "1500", "Retry-After": "9"}, {}, 1.5, 1.5),
        ({"x-ratelimit-reset-requests": "12s"}, {}, 12, 12),
        ({"x-ratelimit-reset-requests": "250ms"}, {}, 0.25, 0.25),
        ({"x-ratelimit-reset-requests": "1m30s"}, {}, 90, 90),
        ({}, {"error": {"details": [{"retryDelay": "17s"}]}}, 17, 17),
        ({}, {"error": {"details": [{"retryDelay": "1.5s"}]}}, 1.5, 1.5),
        ({}, {}, 0, 0),
    ],
)
def test_how_long_a_service_asks_to_be_left_alone(
    headers: dict[str, str], body: Any, least: float, most: float
) -> None:
    assert least <= wanted_pause_s(headers, body) <= most


@pytest.mark.parametrize(("ahead_s", "least", "most"), [(30, 27, 31), (-30, 0, 0), (9e5, 120, 120)])
def test_a_pause_may_be_given_as_a_date(ahead_s: float, least: float, most: float) -> None:
    assert least <= wanted_pause_s({"Retry-After": http_date(ahead_s)}, {}) <= most


def test_codes_go_before_statuses() -> None:
    """A 429 may mean money, and a 401 a quota."""
    body = {"error": {"code": "insufficient_quota", "message": "x"}}
    error = explain(
        "a", "A_KEY", "submit", 429, {}, body,
        {"insufficient_quota": ProviderQuotaExceeded}, was_paid_for=True,
    )  # fmt: skip
    assert isinstance(error, ProviderQuotaExceeded)


@pytest.mark.parametrize("status", [*range(300, 320), *range(400, 432), 451, *range(500, 531), 599])
@pytest.mark.parametrize("is_paid", [False, True])
def test_every_status_becomes_an_error_with_a_hint(status: int, *, is_paid: bool) -> None:
    error = explain("a", "A_KEY", "submit", status, {}, "", {}, was_paid_for=is_paid)
    assert error.hint
    assert error.code != "internal"


_NESTED: Any = "x"
for _ in range(900):
    _NESTED = {"error": _NESTED}


@pytest.mark.parametrize(
    "body",
    [
        None,
        7,
        "",
        [],
        {},
        {"error": None},
        {"error": {"code": None, "message": 7}},
        {"error": [{"msg": ["a"]}]},
        {"detail": [{"loc": [1], "msg": "x"}] * 1000},
        {"message": "é\x00\u202e\r\n" * 1000},
        _NESTED,
    ],
    ids=lambda body: str(body)[:20],
)
def test_no_answer_is_too_odd_to_be_explained(body: Any) -> None:
    error = explain("a", "A_KEY", "check", 400, {}, body, {}, was_paid_for=False)
    assert len(error.message) < 400
    assert "\n" not in error.message


@pytest.mark.parametrize("status", [200, 400, 500])
def test_deep_answers_are_refused_and_crash_nothing(make: Make, plain: Plain, status: int) -> None:
    plain.reply = lambda _: bytes_reply(b'{"a":' * 50_000 + b"1" + b"}" * 50_000, "a/b", status)
    with pytest.raises(ProviderError):
        make().post("/a", operation="upload", json={}).at("a")


@pytest.mark.parametrize("secret", [KEY, SECRET])
def test_a_service_that_repeats_a_secret_does_not_spread_it(
    make: Make, plain: Plain, secret: str
) -> None:
    plain.reply = lambda _: json_reply({"error": {"message": f"bad key {secret}"}}, 401)
    http = make()
    with pytest.raises(ProviderAuthFailed) as caught:
        http.submit("/v1", json={})
    shown = f"{caught.value} {caught.value!r} {caught.value.args} {caught.value.hint}"
    assert secret not in shown


def test_a_secret_cut_by_the_message_limit_is_not_shown_in_part(make: Make, plain: Plain) -> None:
    plain.reply = lambda _: json_reply({"error": {"message": "x" * 285 + KEY}}, 401)
    with pytest.raises(ProviderAuthFailed) as caught:
        make().submit("/v1", json={})
    assert KEY[:10] not in str(caught.value)


def test_an_error_without_the_words_of_the_wire(make: Make, plain: Plain) -> None:
    """No raw bytes, no headers, no URL with a query."""
    plain.reply = lambda _: RESET
    with pytest.raises(OutcomeUnknown) as caught:
        make().submit("/v1?token=canary-query", json={})
    assert "canary" not in str(caught.value)


def test_rate_limits_carry_the_wanted_pause(make: Make, plain: Plain) -> None:
    plain.reply = lambda _: json_reply({}, 429, {"Retry-After": "11"})
    with pytest.raises(ProviderRateLimited) as caught:
        make().submit("/v1", json={})
    assert caught.value.retry_after_s == 11


def test_environment_proxies_are_not_used(
    make: Make, plain: Plain, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy of the environment would connect for us, past the check of addresses."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    assert make().read("/a").json() == {"id": "a"}


def test_many_threads_share_one_transport(make: Make, plain: Plain) -> None:
    from concurrent.futures import ThreadPoolExecutor

    http = make()
    with ThreadPoolExecutor(24) as pool:
        done = list(pool.map(lambda n: http.read(f"/{n}").status, range(96)))
    assert done == [200] * 96


def test_no_link_is_written_into_a_log(
    make: Make,
    plain: Plain,
    server: ScenarioServer,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Whoever has a signed link has the file: not even the most talkative log may hold one."""
    caplog.set_level(logging.DEBUG)
    signed = f"{server.url('plain')}/film?signature={SECRET}"
    moved = Reply(302, b"", {"Location": f"{signed}&moved=1"})
    plain.reply = lambda call: bytes_reply(png(), "image/png") if call.query.get("moved") else moved
    make().download(signed, tmp_path)
    assert len(plain.calls) == 2
    assert SECRET not in caplog.text


def test_the_machines_certificates_are_read_once(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reading them takes longer than a request, and every provider has a client of its own."""
    import httpx

    read = []
    whole = httpx.create_ssl_context

    def counted(*given: Any, **named: Any) -> Any:
        read.append(named.get("verify", True))
        return whole(*given, **named)

    monkeypatch.setattr(httpx, "create_ssl_context", counted)
    monkeypatch.setattr("httpx._transports.default.create_ssl_context", counted)
    transport._certificates.cache_clear()
    for _ in range(3):
        make().submit("/a", json={})
    # A context that is given is taken as it is: only ``True`` reads.
    assert [verify for verify in read if verify is True] == [True]
