"""Every fault at every remote provider in every phase, through the real ledger.

Each ends in a result or in one documented error with a hint; the server's log, not our database,
says that nothing was paid for twice, not even when the same is asked again after calm returned.
"""

import itertools
import socket
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from tests.generation.ledgers import FakeTime, make_ledger
from tests.scenarios.accounts import KEY, account, name_of, request_for
from tests.scenarios.faults import PHASES, TROUBLES, Trouble
from tests.scenarios.server import Fault, Reply, ScenarioServer
from tests.scenarios.speakers import all_speakers
from video_platform import errors
from video_platform.db.database import Database, open_database
from video_platform.errors import (
    BadProviderAnswer,
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
from video_platform.providers.transport import Clock
from video_platform.settings import Settings
from video_platform.store import MediaStore, open_store

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
    database: Database
    store: MediaStore
    scratch: Path
    time: FakeTime
    tenants: Iterator[int]

    def provider(self, kind: type[RemoteProvider[Any]], base_url: str = "") -> RemoteProvider[Any]:
        access = account(kind, base_url or self.server.url(kind.service.name))
        return kind(access, self.store.path, clock=Clock(self.time.now, self.time.sleep))

    def ledger(self, tenant: str) -> Ledger:
        return make_ledger(
            self.database,
            self.store,
            self.scratch,
            time=self.time,
            policy=LedgerPolicy(timeout_s=TIMEOUT_S, timeouts_s={}),
            probe=probe_media,
            tenant=tenant,
        )

    def accepted(self, kind: type[RemoteProvider[Any]]) -> int:
        return len(self.server.world.accepted(kind.service.name))


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    home = tmp_path_factory.mktemp("matrix")
    settings = Settings(data_dir=home / "data")
    database = open_database(settings.resolved_database_url)
    # Nobody pulls the plug here, and thousands of commits are waited for.
    event.listen(database.engine, "connect", lambda raw, _: raw.execute("PRAGMA synchronous = OFF"))
    store = open_store(settings.resolved_store_url, cache_dir=home / "cache")
    server = ScenarioServer(list(all_speakers().values()), home / "accepted.log")
    yield Bench(server, database, store, home / "s", FakeTime(), itertools.count())
    server.close()
    database.engine.dispose()


Phases = Callable[[type[Any]], tuple[str, ...]]


@pytest.fixture(scope="module")
def phases(bench: Bench) -> Phases:
    """Which phases a provider goes through when nothing is wrong."""

    @cache
    def visited(kind: type[Any]) -> tuple[str, ...]:
        bench.server.world.calls.clear()
        provider = bench.provider(kind)
        request = request_for(kind, bench.store)
        bench.ledger(f"t{next(bench.tenants)}").obtain(provider, request)
        provider.http.close()
        found = {phase for _, phase, _ in bench.server.world.calls}
        return tuple(phase for phase in PHASES if phase in found)

    return visited


def test_every_remote_provider_has_a_speaker() -> None:
    """A new vendor is not complete before somebody speaks for its service."""
    silent = [
        kind.service.name
        for kind in provider_classes()
        if issubclass(kind, RemoteProvider) and kind.service.name not in all_speakers()
    ]
    assert silent == []


@pytest.mark.parametrize("kind", REMOTE, ids=name_of)
def test_nothing_wrong_makes_one_submit_and_real_media(
    bench: Bench, kind: type[Any], phases: Phases
) -> None:
    assert "submit" in phases(kind)
    before, tenant = bench.accepted(kind), f"t{next(bench.tenants)}"
    request = request_for(kind, bench.store)
    for is_again in (False, True):
        provider = bench.provider(kind)
        made = bench.ledger(tenant).obtain(provider, request)
        provider.http.close()
        assert made.reused is is_again
    assert bench.accepted(kind) - before == 1
    assert bench.server.world.mistakes == []


def _pairs() -> Iterator[Any]:
    """All pairs: one in six in every run, half where slow tests are, all where wide ones are."""
    slow, wide = pytest.mark.slow, pytest.mark.wide
    marks = ((), slow, slow, (slow, wide), (slow, wide), (slow, wide))
    for kind, trouble in itertools.product(REMOTE, TROUBLES):
        name = f"{name_of(kind)}-{trouble.name}"
        yield pytest.param(kind, trouble, id=name, marks=marks[zlib.crc32(name.encode()) % 6])


@pytest.mark.parametrize(("kind", "trouble"), list(_pairs()))
def test_fault(
    bench: Bench,
    kind: type[Any],
    trouble: Trouble,
    phases: Phases,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wrong = []
    for phase in phases(kind):
        if phase not in trouble.phases:
            continue
        fault = trouble.make(bench.server.world)
        with monkeypatch.context() as patch:
            provider = bench.provider(kind)
            if trouble.is_stall:
                patch.setattr(transport, "_READ_S", 0.08)
                provider.http.service = replace(provider.service, submit_timeout_s=0.08)
            said = _judge(bench, provider, f"{kind.service.name}/{phase}", fault)
        wrong += [f"at {phase}: {line}" for line in said]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("kind", REMOTE, ids=name_of)
def test_connect_refused(bench: Bench, kind: type[Any], phases: Phases) -> None:
    """Nobody listens: at once, or only where the answer of the phase before leads."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        dead = f"http://127.0.0.1:{taken.getsockname()[1]}"
        wrong = _judge(bench, bench.provider(kind, f"{dead}/x"), "none", lambda *_: None)
        for phase in phases(kind)[:-1]:
            wrong += _judge(
                bench,
                bench.provider(kind),
                f"{kind.service.name}/{phase}",
                _leading_to(bench, dead),
                heals=False,
            )
    assert not wrong, "\n".join(wrong)


def _leading_to(bench: Bench, dead: str) -> Fault:
    alive = bench.server.world.base_url

    def fault(_: Any, __: str, ordinary: Any) -> Reply:
        reply: Reply = ordinary()
        return replace(reply, body=reply.body.replace(alive.encode(), dead.encode()))

    return fault


def _judge(
    bench: Bench,
    provider: RemoteProvider[Any],
    where: str,
    fault: Fault,
    *,
    heals: bool = True,
) -> list[str]:
    """What is wrong with how a fault ended, and with asking again once it is over.

    A dead link that was kept with the job does not heal; what was paid stays paid once all the
    same.
    """
    kind, world = type(provider), bench.server.world
    request = request_for(kind, bench.store)
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
    if total > max(paid, 1) and not _has_ended(first):
        wrong.append(f"paid {total} times when asked again after {_short(first)}")
    is_told = second is None or isinstance(second, OutcomeUnknown)
    if heals and not is_told and not _has_ended(first):
        wrong.append(f"asked again in calm, it still fails: {_short(second)}")
    return wrong


def _has_ended(error: BaseException | None) -> bool:
    """Whether the work itself ended badly: a script nobody can film is such an end, too."""
    return isinstance(error, ENDED) or (
        isinstance(error, BadProviderAnswer) and "was paid for" in str(error)
    )


def _outcome(
    bench: Bench, provider: RemoteProvider[Any], request: Any, tenant: str
) -> BaseException | None:
    try:
        bench.ledger(tenant).obtain(provider, request)
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
