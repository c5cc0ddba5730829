"""The ledger, the purse and the transport where they are most likely to break."""

import socket
import threading
import time as real_time
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from tests.generation.ledgers import FakeTime, JobStudio, make_ledger, voice
from tests.providers.test_canaries import _shown
from video_platform.db.database import Database, open_database
from video_platform.db.repositories.budgets import Budgets
from video_platform.db.repositories.generations import Generations, GenerationState
from video_platform.db.repositories.services import Services
from video_platform.errors import (
    JobFailed,
    OutcomeUnknown,
    ProviderAuthFailed,
    ProviderTimeout,
    ProviderUnavailable,
    VideoPlatformError,
)
from video_platform.generation import ledger as ledger_module
from video_platform.generation.ledger import Ledger, LedgerPolicy
from video_platform.providers.base import Produced
from video_platform.providers.chain import Chain
from video_platform.providers.jobs import Job, JobState
from video_platform.providers.service import Access, Service
from video_platform.providers.transport import Clock, Transport
from video_platform.settings import Settings
from video_platform.store import MediaStore, open_store

Make = Callable[..., Ledger]


@pytest.fixture
def store(settings: Settings) -> MediaStore:
    return open_store(settings.resolved_store_url, cache_dir=settings.home / "cache")


@pytest.fixture
def database(settings: Settings) -> Database:
    return open_database(settings.resolved_database_url)


@pytest.fixture
def make(database: Database, store: MediaStore, settings: Settings) -> Make:
    return lambda **choices: make_ledger(database, store, settings.home / "s", **choices)


def _failing(kind: type[Any], operation: str) -> Callable[[Any], None]:
    def fail(_: Any) -> None:
        raise kind("no", provider="studio", operation=operation, hint="h")

    return fail


@pytest.mark.parametrize("kind", [ProviderAuthFailed, ProviderUnavailable])
def test_a_chain_does_not_pay_another_provider_for_a_job_that_goes_on(
    make: Make, kind: type[Any]
) -> None:
    """The first provider took the work and is paid for it: only its answers failed so far."""

    class Broken(JobStudio):
        def fetch(self, job: Job, state: JobState, directory: Path) -> Produced:
            raise kind("no", provider="studio", operation="download", hint="h")

    first, second = Broken(), JobStudio(name="second")
    with pytest.raises(kind):
        make().obtain(Chain((first, second)), voice())
    assert (len(first.accepted), len(second.accepted)) == (1, 0)


def test_a_chain_goes_on_after_a_job_that_ended(make: Make) -> None:
    first = JobStudio(on_check=_failing(JobFailed, "check"))
    second = JobStudio(name="second")
    made = make().obtain(Chain((first, second)), voice())
    assert made.provider == "second"
    assert "instead_of" in made.details


def test_a_known_job_is_not_forgotten_when_no_place_is_free(make: Make, database: Database) -> None:
    """Somebody else has all places while we come back for a job that was paid for."""
    time, studio = FakeTime(), JobStudio()
    studio.looks["job-1"] = -1000
    policy = LedgerPolicy(timeout_s=20, timeouts_s={})
    with pytest.raises(ProviderTimeout):
        make(time=time, policy=policy).obtain(studio, voice())
    services = Services(database, clock=time.now)
    for _ in range(studio.service.at_once):
        assert services.take_place("studio", at_once=studio.service.at_once, hold_s=1e9)
    with pytest.raises(ProviderUnavailable):
        make(time=time, policy=policy).obtain(studio, voice())
    (row,) = Generations(database).list()
    assert row.state is GenerationState.SUBMITTED
    assert row.held_microusd == 300_000


def test_a_lost_answer_is_not_forgotten_when_no_place_is_free(
    make: Make, database: Database
) -> None:
    time = FakeTime()
    studio = JobStudio(after_accept=_failing(OutcomeUnknown, "submit"))
    policy = LedgerPolicy(timeout_s=20, timeouts_s={})
    with pytest.raises(OutcomeUnknown):
        make(time=time, policy=policy).obtain(studio, voice())
    services = Services(database, clock=time.now)
    places = [
        services.take_place("studio", at_once=studio.service.at_once, hold_s=1e9)
        for _ in range(studio.service.at_once)
    ]
    with pytest.raises(VideoPlatformError):
        make(time=time, policy=policy).obtain(studio, voice())
    for place in places:
        services.give_back(str(place))
    studio.after_accept = lambda _: None
    with pytest.raises(OutcomeUnknown):
        make(time=time, policy=policy).obtain(studio, voice())
    assert len(studio.accepted) == 1


class _Died(BaseException):
    """A process that ended here."""


def test_money_does_not_stay_held_when_the_process_ends_right_after_storing(
    make: Make, database: Database
) -> None:
    ledger, studio = make(), JobStudio()
    stored = ledger.rows.stored

    def store_and_die(*given: Any, **more: Any) -> None:
        stored(*given, **more)
        raise _Died

    ledger.rows.stored = store_and_die  # type: ignore[method-assign]
    with pytest.raises(_Died):
        ledger.obtain(studio, voice(), project="p")
    assert make().obtain(studio, voice(), project="p").reused
    for scope in ("project:p", "tenant:default"):
        budget = Budgets(database).get(scope)
        assert (budget.held_microusd, budget.spent_microusd) == (0, 300_000)


def test_what_is_held_follows_todays_price(make: Make, database: Database) -> None:
    """A generation that failed when it cost nothing known is held at its price when it is tried
    again; otherwise it passes under a cap."""
    studio = JobStudio(price=Decimal(0), on_submit=_failing(ProviderAuthFailed, "submit"))
    with pytest.raises(ProviderAuthFailed):
        make().obtain(studio, voice(), project="p")
    held = []
    studio.price = Decimal("0.50")
    studio.on_submit = lambda _: held.append(Budgets(database).get("project:p").held_microusd)
    made = make().obtain(studio, voice(), project="p")
    assert held == [500_000]
    assert made.estimate_usd == Decimal("0.5")


def test_a_database_that_stutters_does_not_end_the_lease(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A restart of the database lasts seconds; the lease must be renewed afterwards."""
    monkeypatch.setattr(ledger_module, "_RENEW_S", 0.02)
    ledger, renewed, failed = make(), threading.Event(), threading.Event()
    whole = ledger.rows.renew

    def renew(key: str, fence: int, *, lease_s: float) -> None:
        if not failed.is_set():
            failed.set()
            raise OperationalError("renew", {}, ConnectionError("gone"))
        whole(key, fence, lease_s=lease_s)
        renewed.set()

    monkeypatch.setattr(threading, "excepthook", lambda _: None)
    monkeypatch.setattr(ledger.rows, "renew", renew)

    def look(_: Job) -> None:
        assert failed.wait(5)
        renewed.wait(0.5)

    ledger.obtain(JobStudio(on_check=look), voice())
    assert renewed.is_set()


@pytest.mark.parametrize("cost", [Decimal("NaN"), Decimal("Infinity"), Decimal(-1)])
def test_a_cost_that_is_no_amount_does_not_lose_the_result(make: Make, cost: Decimal) -> None:
    class Odd(JobStudio):
        def fetch(self, job: Job, state: JobState, directory: Path) -> Produced:
            return replace(super().fetch(job, state, directory), cost_usd=cost)

    made = make().obtain(Odd(), voice())
    assert made.cost_usd == Decimal("0.3")


def test_two_workers_with_one_lease_never_send_twice(make: Make) -> None:
    """The first is stopped for longer than its lease right before sending."""
    studio = JobStudio()
    first, second = make(owner="host-a:1"), make(owner="host-b:2")
    whole = first.rows.sending

    def slow(key: str, fence: int, **options: Any) -> None:
        first.rows.let_go(key, fence)  # as if the lease had run out
        second.obtain(studio, voice())
        whole(key, fence, **options)

    first.rows.sending = slow  # type: ignore[method-assign]
    with pytest.raises(VideoPlatformError):
        first.obtain(studio, voice())
    assert len(studio.accepted) == 1


def test_fifty_at_once_in_many_processes_submit_once(make: Make) -> None:
    from concurrent.futures import ThreadPoolExecutor

    studio, ledgers = JobStudio(), [make(owner=f"host-{number}:1") for number in range(5)]
    for each in ledgers:
        each.clock = Clock(each.clock.now, lambda _: real_time.sleep(0.01))
    with ThreadPoolExecutor(50) as pool:
        done = list(pool.map(lambda n: ledgers[n % 5].obtain(studio, voice()), range(50)))
    assert len(studio.accepted) == 1
    assert sum(not made.reused for made in done) == 1


NAMED = Service(name="named", base_url="https://named.example", key_variable="NAMED_API_KEY")


def test_an_address_the_operator_names_is_not_spoken_to_in_the_clear() -> None:
    """``https`` was named: a link that says ``http`` would carry the key readable to all."""
    http = Transport(NAMED, Access(key="k" * 20, base_url="https://named.example"), {})
    with pytest.raises(VideoPlatformError, match="https"):
        http._check_link("http://named.example/v1/task")


@pytest.mark.parametrize(
    ("base", "link"),
    [
        ("https://models.company.co.uk", "https://evil.co.uk/v1"),
        ("https://ours.azurewebsites.net", "https://evil.azurewebsites.net/v1"),
        ("https://api.named.example", "https://evil.example/v1"),
        ("https://api.named.example", "https://api.named.example.evil.example/v1"),
        ("https://api.named.example", "https://api.named.example@evil.example/v1"),
        ("https://api.named.example", "https://api.named.example:8443/v1"),
    ],
)
def test_the_key_stays_with_the_service(base: str, link: str) -> None:
    assert not Transport(NAMED, Access(key="k" * 20, base_url=base), {})._is_theirs(link)


@pytest.mark.parametrize("key", ["canary-key-123456\n", "canary-key-é123456", "canary\0key-123456"])
def test_a_key_that_cannot_be_sent_is_named_and_not_shown(key: str) -> None:
    """Pasted keys have line ends and stranger things in them."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        base_url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        http = Transport(NAMED, Access(key=key, base_url=base_url), {})
        with pytest.raises(VideoPlatformError) as caught:
            http.submit("/v1", json={})
    assert not isinstance(caught.value, OutcomeUnknown), "nothing has left"
    assert "canary" not in _shown(caught.value)
    http.close()
