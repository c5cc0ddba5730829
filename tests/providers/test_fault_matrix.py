"""Every fault at every remote provider in every phase, through the real ledger.

Each ends in a result or in one documented error with a hint; the server's log, not our database,
says that nothing was paid for twice, not even when the same is asked again after calm returned.
"""

import itertools
import socket
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from tests.generation.ledgers import FakeTime, make_ledger
from tests.scenarios.faults import PHASES, TROUBLES, Trouble
from tests.scenarios.samples import sample_request
from tests.scenarios.server import Fault, Reply, ScenarioServer
from tests.scenarios.speakers import all_speakers
from video_platform import errors
from video_platform.db.engine import open_database
from video_platform.errors import (
    ContentRefused,
    JobFailed,
    OutcomeUnknown,
    ProviderError,
    VideoPlatformError,
)
from video_platform.generation.ledger import Ledger, LedgerPolicy
from video_platform.montage.probe import probe_media
from video_platform.providers import transport
from video_platform.providers.registry import provider_classes
from video_platform.providers.remote import RemoteProvider
from video_platform.providers.service import Access
from video_platform.providers.transport import Clock
from video_platform.settings import Settings
from video_platform.store import MediaStore, open_store

KEY = "test-key-123456"
TIMEOUT_S = 60.0
LONGEST_S = 3 * TIMEOUT_S + 5 * 120.0 * 3
"""Of virtual time: three waits for a job, and every pause a service may ask for."""
MOST_CALLS = 120
ENDED = (JobFailed, ContentRefused)
"""The work itself ended badly: whoever asks again wants it done again."""

REMOTE = [
    kind
    for kind in provider_classes()
    if issubclass(kind, RemoteProvider) and kind.service.name in all_speakers()
]


@dataclass
class Bench:
    """A server, a database and a store that all cases of this module share."""

    server: ScenarioServer
    engine: Engine
    store: MediaStore
    scratch: Path
    time: FakeTime
    tenants: Iterator[int]

    def provider(self, kind: type[RemoteProvider[Any]], base_url: str = "") -> RemoteProvider[Any]:
        names = {name: KEY for name in kind.service.extra_variables}
        access = Access(
            key=KEY, base_url=base_url or self.server.url(kind.service.name), extra=names
        )
        return kind(access, self.store.path, clock=Clock(self.time.now, self.time.sleep))

    def ledger(self) -> Ledger:
        return make_ledger(
            self.engine,
            self.store,
            self.scratch,
            time=self.time,
            policy=LedgerPolicy(timeout_s=TIMEOUT_S, timeouts_s={}),
            probe=probe_media,
        )

    def accepted(self, kind: type[RemoteProvider[Any]]) -> int:
        return len(self.server.world.accepted(kind.service.name))


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    home = tmp_path_factory.mktemp("matrix")
    settings = Settings(data_dir=home / "data")
    engine = open_database(settings.resolved_database_url)
    store = open_store(settings.resolved_store_url, cache_dir=home / "cache")
    server = ScenarioServer(list(all_speakers().values()), home / "accepted.log")
    yield Bench(server, engine, store, home / "s", FakeTime(), itertools.count())
    server.close()
    engine.dispose()


@pytest.fixture(scope="module")
def phases(bench: Bench) -> dict[type[Any], tuple[str, ...]]:
    """Which phases each provider goes through when nothing is wrong."""
    found = {}
    for kind in REMOTE:
        calls = bench.server.world.calls
        calls.clear()
        provider = bench.provider(kind)
        request = sample_request(kind.capability, bench.store)
        made = bench.ledger().obtain(provider, request, tenant=f"t{next(bench.tenants)}")
        provider.http.close()
        assert made.media.size_bytes
        visited = {phase for _, phase, _ in calls}
        found[kind] = tuple(phase for phase in PHASES if phase in visited)
    return found


def _name(kind: type[Any]) -> str:
    return f"{kind.name}-{kind.capability}"


def test_every_remote_provider_has_a_speaker() -> None:
    """A new vendor is not complete before somebody speaks for its service."""
    silent = [
        kind.service.name
        for kind in provider_classes()
        if issubclass(kind, RemoteProvider) and kind.service.name not in all_speakers()
    ]
    assert silent == []


@pytest.mark.parametrize("kind", REMOTE, ids=_name)
def test_nothing_wrong_makes_one_submit_and_real_media(
    bench: Bench, kind: type[Any], phases: dict[type[Any], tuple[str, ...]]
) -> None:
    assert "submit" in phases[kind]
    before, tenant = bench.accepted(kind), f"t{next(bench.tenants)}"
    request = sample_request(kind.capability, bench.store)
    for is_again in (False, True):
        made = bench.ledger().obtain(bench.provider(kind), request, tenant=tenant)
        assert made.reused is is_again
    assert bench.accepted(kind) - before == 1
    assert bench.server.world.mistakes == []


@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda trouble: trouble.name)
@pytest.mark.parametrize("kind", REMOTE, ids=_name)
def test_fault(
    bench: Bench,
    kind: type[Any],
    trouble: Trouble,
    phases: dict[type[Any], tuple[str, ...]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wrong = []
    for phase in phases[kind]:
        if phase not in trouble.phases:
            continue
        fault = trouble.make(bench.server.world)
        with monkeypatch.context() as patch:
            provider = bench.provider(kind)
            if trouble.is_stall:
                patch.setattr(transport, "_READ_S", 0.15)
                provider.http.service = replace(provider.service, submit_timeout_s=0.15)
            said = _judge(bench, provider, f"{kind.service.name}/{phase}", fault)
        wrong += [f"at {phase}: {line}" for line in said]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("kind", REMOTE, ids=_name)
def test_connect_refused(
    bench: Bench, kind: type[Any], phases: dict[type[Any], tuple[str, ...]]
) -> None:
    """Nobody listens: at once, or only where the answer of the phase before leads."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        dead = f"http://127.0.0.1:{taken.getsockname()[1]}"
        wrong = _judge(bench, bench.provider(kind, f"{dead}/x"), "none", lambda *_: None)
        for phase in phases[kind][:-1]:
            wrong += _judge(
                bench,
                bench.provider(kind),
                f"{kind.service.name}/{phase}",
                _leading_to(bench, dead),
            )
    assert not wrong, "\n".join(wrong)


def _leading_to(bench: Bench, dead: str) -> Fault:
    alive = bench.server.world.base_url

    def fault(_: Any, __: str, ordinary: Any) -> Reply:
        reply: Reply = ordinary()
        return replace(reply, body=reply.body.replace(alive.encode(), dead.encode()))

    return fault


def _judge(bench: Bench, provider: RemoteProvider[Any], where: str, fault: Fault) -> list[str]:
    """What is wrong with how a fault ended, and with asking again once it is over."""
    kind, world = type(provider), bench.server.world
    request = sample_request(kind.capability, bench.store)
    tenant = f"t{next(bench.tenants)}"
    bench.time.sleep(3600)
    before, began = bench.accepted(kind), bench.time.now()
    world.calls.clear()
    world.mistakes.clear()
    world.jobs.clear()
    world.faults = {where: fault}
    wrong: list[str] = []
    try:
        first = _outcome(bench, provider, request, tenant)
    finally:
        world.faults = {}
        provider.http.close()
    wrong += _faults_of(first)
    if (took := bench.time.now() - began) > LONGEST_S:
        wrong.append(f"took {took:.0f} virtual seconds")
    if len(world.calls) > MOST_CALLS:
        wrong.append(f"made {len(world.calls)} calls")
    if (paid := bench.accepted(kind) - before) > 1:
        wrong.append(f"paid {paid} times in one call ({_short(first)})")
    for job in world.jobs.values():
        job["polls"] = max(0, job["polls"])
    bench.time.sleep(3600)
    again = bench.provider(kind)
    second = _outcome(bench, again, request, tenant)
    again.http.close()
    wrong += [f"asked again: {line}" for line in _faults_of(second)]
    total = bench.accepted(kind) - before
    if total > max(paid, 1) and not isinstance(first, ENDED):
        wrong.append(f"paid {total} times when asked again after {_short(first)}")
    is_open = second is None or isinstance(second, OutcomeUnknown) or isinstance(first, ENDED)
    if not is_open:
        wrong.append(f"asked again in calm, it still fails: {_short(second)}")
    return wrong


def _outcome(
    bench: Bench, provider: RemoteProvider[Any], request: Any, tenant: str
) -> BaseException | None:
    try:
        bench.ledger().obtain(provider, request, tenant=tenant)
    except Exception as error:  # noqa: BLE001 - a crash is a finding
        return error
    return None


def _faults_of(outcome: BaseException | None) -> list[str]:
    if outcome is None:
        return []
    kind = type(outcome)
    if not isinstance(outcome, VideoPlatformError):
        return [f"crashed: {kind.__name__}: {str(outcome)[:200]}"]
    wrong = []
    if getattr(errors, kind.__name__, None) is not kind or kind in (
        VideoPlatformError,
        ProviderError,
    ):
        wrong.append(f"{kind.__name__} is not documented")
    if not outcome.hint:
        wrong.append(f"no hint: {_short(outcome)}")
    if KEY in str(outcome) or KEY in repr(outcome):
        wrong.append("the key is in the error")
    return wrong


def _short(outcome: BaseException | None) -> str:
    return "success" if outcome is None else f"{type(outcome).__name__}: {str(outcome)[:110]}"
