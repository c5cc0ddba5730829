"""Limits: one call too many is refused, over all processes, in any window, and without Redis."""

import contextlib
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request
from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient

from api.app import PREFIX, create_app
from api.deps import calls_of
from api.limits import LIMITS, ByAddress, ByCaller, Limit, Windows, address_of
from api.problems import ApiError
from tests.api.conftest import PASSWORD, Headers, SignedIn, headers_for
from tests.services import free_port
from video_platform.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
LIMITED = sorted(
    (next(iter(route.methods)), str(route.path_format), call.limit.name)
    for route in iter_route_contexts(create_app().routes)
    if str(route.path).startswith(PREFIX) and hasattr(route, "methods") and route.methods
    for call in calls_of(route.dependant)
    if isinstance(call, ByCaller | ByAddress)
)
EVERY_LIMITED_ROUTE = pytest.mark.parametrize(
    ("method", "path", "name"), LIMITED, ids=[f"{one[0]} {one[1]}" for one in LIMITED]
)


def _address(path: str) -> str:
    """The path with ids nobody has: a call that finds nothing counts like any other."""
    return path.format_map(_Anything())


class _Anything(dict[str, str]):
    def __missing__(self, name: str) -> str:
        if name == "publication_id":
            return "0" * 32
        return "1" if name.endswith("_id") and name.startswith(("scene", "command")) else "none-0"


def test_the_architectures_table_is_what_holds() -> None:
    table = {limit.name: (limit.calls, limit.window_s) for limit in LIMITS.values()}
    assert table == {
        "projects": (100, 60),
        "generate": (20, 60),
        "render": (5, 60),
        "publish": (10, 3600),
        "login": (5, 60),
    }


@pytest.mark.parametrize(
    ("method", "path", "name"),
    [
        ("POST", "/projects", "projects"),
        ("POST", "/assets/generate", "generate"),
        ("POST", "/videos/render", "render"),
        ("POST", "/publish", "publish"),
        ("POST", "/auth/login", "login"),
    ],
)
def test_the_architectures_paths_are_limited(method: str, path: str, name: str) -> None:
    assert (method, PREFIX + path, name) in LIMITED


@EVERY_LIMITED_ROUTE
def test_one_call_too_many_is_told_when_to_come_back(
    api: TestClient, signed_in: SignedIn, method: str, path: str, name: str
) -> None:
    limit, headers = LIMITS[name], signed_in(api)
    address = _address(path)
    before = [api.request(method, address, headers=headers, json={}) for _ in range(limit.calls)]
    assert 429 not in {answer.status_code for answer in before}
    left = [int(answer.headers["RateLimit"].split(";r=")[1].split(";")[0]) for answer in before]
    assert left == list(range(limit.calls - 1, -1, -1))
    refused = api.request(method, address, headers=headers, json={})
    assert (refused.status_code, refused.json()["code"]) == (429, "rate_limited")
    assert 1 <= int(refused.headers["Retry-After"]) <= limit.window_s + 1
    assert refused.headers["RateLimit-Policy"] == f'"{name}";q={limit.calls};w={limit.window_s}'
    assert refused.headers["RateLimit"].startswith(f'"{name}";r=0;t=')


def test_one_person_does_not_use_up_anothers_calls(api: TestClient, signed_in: SignedIn) -> None:
    def render(headers: Headers) -> int:
        return api.post("/videos/render", json={}, headers=headers).status_code

    first = signed_in(api)
    while render(first) != 429:
        pass
    assert render(signed_in(api)) == 429, "another session of the same person"
    assert render(signed_in(api, role="editor")) != 429
    assert render(signed_in(api, tenant="b")) != 429


def test_nobody_uses_up_a_limit_of_somebody(api: TestClient) -> None:
    answers = {api.post("/videos/render", json={}).status_code for _ in range(8)}
    assert answers == {401}


def _login(app: FastAPI, address: str, email: str) -> int:
    # Not entered: the first client of the application runs its lifespan.
    client = TestClient(app, client=(address, 50_000))
    body = {"email": email, "password": PASSWORD}
    return client.post("/auth/login", json=body).status_code


@pytest.fixture
def app(api: TestClient) -> FastAPI:
    assert isinstance(api.app, FastAPI)
    return api.app


def test_an_account_is_tried_five_times_a_minute_from_wherever(app: FastAPI) -> None:
    tries = [_login(app, f"10.0.0.{n}", "ana@studio.test") for n in range(6)]
    assert tries == [401] * 5 + [429]
    assert _login(app, "10.0.0.9", " ANA@studio.test ") == 429
    assert _login(app, "10.0.0.9", "ben@studio.test") == 401


def test_an_address_tries_five_accounts_a_minute(app: FastAPI) -> None:
    tries = [_login(app, "10.0.0.1", f"user{n}@studio.test") for n in range(6)]
    assert tries == [401] * 5 + [429]
    assert _login(app, "10.0.0.2", "user9@studio.test") == 401


@pytest.mark.parametrize(
    ("host", "counted_as"),
    [
        ("10.0.0.1", "10.0.0.1"),
        ("2001:db8::1", "2001:db8::/64"),
        ("2001:db8::ffff:1", "2001:db8::/64"),
        ("::ffff:10.0.0.1", "10.0.0.1"),
        ("testclient", "testclient"),
    ],
)
def test_a_household_is_one_address(host: str, counted_as: str) -> None:
    scope = {"type": "http", "client": (host, 1), "headers": [], "method": "GET", "path": "/"}
    assert address_of(Request(scope)) == counted_as


@pytest.fixture(params=["memory", "redis"])
def windows(request: pytest.FixtureRequest) -> Windows:
    if request.param == "memory":
        return Windows()
    url = str(request.getfixturevalue("redis_url"))
    _empty(url)
    return Windows(url)


def _empty(redis_url: str) -> None:
    import redis

    redis.from_url(redis_url).flushdb()


def test_no_two_seconds_pass_the_limit(windows: Windows, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fixed window that one early call opened lets nearly twice the limit pass at its end."""
    clock = SimpleNamespace(now=1_000_008.0)
    for module in ("limits.storage.memory", "limits.storage.redis", "api.limits"):
        monkeypatch.setattr(f"{module}.time", SimpleNamespace(time=lambda: clock.now))
    limit = Limit("bursts", 20, 10)
    passed: list[float] = []
    waits_s = [0.1, 9.0] + [0.1] * 140
    for number, wait_s in enumerate(waits_s):
        clock.now += wait_s
        for _ in range(3 if number else 1):
            standing = windows.hit(limit, "ana")
            assert standing is not None
            if standing.is_allowed:
                passed.append(clock.now)
    spans = [sum(1 for one in passed if begin <= one < begin + 2) for begin in passed]
    assert max(spans) <= limit.calls
    whole = [sum(1 for one in passed if begin <= one < begin + 10) for begin in passed]
    assert max(whole) == limit.calls


def test_a_thousand_calls_at_once_overshoot_by_none(windows: Windows) -> None:
    limit = LIMITS["projects"]

    def hit(_: int) -> bool:
        standing = windows.hit(limit, "ana")
        return standing is not None and standing.is_allowed

    with ThreadPoolExecutor(50) as pool:
        assert sum(pool.map(hit, range(1000))) == limit.calls


@pytest.fixture(params=["refuses", "hangs"])
def dead_redis(request: pytest.FixtureRequest) -> Iterator[str]:
    """Redis that is gone, or that takes connections and says nothing."""
    port = free_port()
    with contextlib.ExitStack() as stack:
        if request.param == "hangs":
            listener = stack.enter_context(socket.socket())
            listener.bind(("127.0.0.1", port))
            listener.listen(50)
        yield f"redis://127.0.0.1:{port}/0"


def test_without_redis_what_spends_is_closed_and_what_reads_is_open(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, dead_redis: str
) -> None:
    monkeypatch.setenv("VIDEO_PLATFORM_REDIS_URL", dead_redis)
    with TestClient(create_app(settings), raise_server_exceptions=False) as api:
        headers = headers_for(api)
        for method, path in {(m, p) for m, p, n in LIMITED if n != "login" and m != "GET"}:
            closed = api.request(method, _address(path), json={}, headers=headers)
            assert (closed.status_code, closed.json()["code"]) == (503, "limits_unavailable")
            assert int(closed.headers["Retry-After"]) >= 1
        assert api.get("/api/v1/projects", headers=headers).status_code == 200
        body = {"email": "ana@studio.test", "password": PASSWORD}
        tries = [api.post("/auth/login", json=body).status_code for _ in range(6)]
    assert tries == [401] * 5 + [429], "counted by the process alone"


def test_a_limited_read_stays_open_without_redis(dead_redis: str) -> None:
    windows = Windows(dead_redis)
    assert windows.hit(LIMITS["projects"], "ana", is_read=True) is None
    with pytest.raises(ApiError):
        windows.hit(LIMITS["projects"], "ana")


def test_an_address_of_redis_that_is_none_is_said(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VIDEO_PLATFORM_REDIS_URL", "carrier-pigeon://roof")
    with TestClient(create_app(settings), raise_server_exceptions=False) as api:
        answer = api.post("/auth/login", json={"email": "a@b.test", "password": PASSWORD})
    assert (answer.status_code, answer.json()["code"]) == (503, "not_configured")
    assert "VIDEO_PLATFORM_REDIS_URL" in answer.json()["hint"]


@contextlib.contextmanager
def _process(data_dir: Path, redis_url: str) -> Iterator[str]:
    """One API process, as it is run for real; its address."""
    port = free_port()
    environment = {
        **os.environ,
        "VIDEO_PLATFORM_DATA_DIR": str(data_dir),
        "VIDEO_PLATFORM_REDIS_URL": redis_url,
    }
    arguments = ["-m", "uvicorn", "--factory", "api.app:create_app", "--port", str(port)]
    log = data_dir.parent / f"api-{port}.log"
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, *arguments], cwd=ROOT, env=environment, stdout=file, stderr=file
        )
    address = f"http://127.0.0.1:{port}"
    try:
        transport = httpx.HTTPTransport(retries=8)
        with httpx.Client(base_url=address, transport=transport, timeout=60) as client:
            assert client.get("/healthz").status_code == 200, log.read_text()
        yield address
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture(scope="module")
def two_processes(
    redis_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[httpx.Client, httpx.Client, TestClient]]:
    """Two API processes on one database and one Redis, and a client inside to make people with."""
    data_dir = tmp_path_factory.mktemp("shared") / "data"
    with (
        TestClient(create_app(Settings(data_dir=data_dir))) as inside,
        contextlib.ExitStack() as stack,
    ):
        headers_for(inside)
        addresses = [stack.enter_context(_process(data_dir, redis_url)) for _ in range(2)]
        first, second = (
            stack.enter_context(httpx.Client(base_url=one, timeout=60)) for one in addresses
        )
        yield first, second, inside


@pytest.mark.slow
@EVERY_LIMITED_ROUTE
def test_two_processes_count_together(
    two_processes: tuple[httpx.Client, httpx.Client, TestClient],
    redis_url: str,
    method: str,
    path: str,
    name: str,
) -> None:
    first, second, inside = two_processes
    _empty(redis_url)
    limit = LIMITS[name]
    headers = headers_for(inside, tenant=f"t-{LIMITED.index((method, path, name))}")
    address = _address(path)

    def call(number: int) -> Any:
        client = (first, second)[number % 2]
        return client.request(method, address, headers=headers, json={}).status_code

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(call, range(limit.calls + 10)))
    assert answers.count(429) == 10
    assert not any(status >= 500 for status in answers)
