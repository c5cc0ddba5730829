"""Paid work: sent once, whoever dies, looked up or left to a person when nobody knows."""

import itertools
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from tests.generation.ledgers import SERVICE, FakeTime, JobStudio, make_ledger, voice
from video_platform.db.database import Database, open_database
from video_platform.db.repositories.budgets import Budgets
from video_platform.db.repositories.generations import Generations, GenerationState
from video_platform.db.repositories.services import Services
from video_platform.domain.generation import Capability, VoiceRequest
from video_platform.domain.media import Probe
from video_platform.errors import (
    BadProviderAnswer,
    BudgetExceeded,
    ContentRefused,
    OutcomeUnknown,
    ProbeFailed,
    ProviderAuthFailed,
    ProviderRateLimited,
    ProviderTimeout,
    ProviderUnavailable,
)
from video_platform.generation import ledger as ledger_module
from video_platform.generation.ledger import Ledger, LedgerPolicy
from video_platform.providers.base import Produced
from video_platform.providers.jobs import Job, JobState
from video_platform.settings import Settings
from video_platform.store import MediaStore, open_store


@pytest.fixture
def store(settings: Settings) -> MediaStore:
    return open_store(settings.resolved_store_url, cache_dir=settings.home / "cache")


@pytest.fixture
def database(settings: Settings) -> Database:
    return open_database(settings.resolved_database_url)


Make = Callable[..., Ledger]


@pytest.fixture
def make(database: Database, store: MediaStore, settings: Settings) -> Make:
    return lambda **choices: make_ledger(database, store, settings.home / "s", **choices)


def entry(database: Database) -> tuple[GenerationState, int]:
    (row,) = Generations(database).list()
    return row.state, row.held_microusd


def test_a_job_is_stored_before_the_first_look_at_it(make: Make, database: Database) -> None:
    seen = []

    def look(_: Job) -> None:
        (row,) = Generations(database).list()
        seen.append((row.state, row.job and row.job["id"]))

    studio = JobStudio(on_check=look)
    made = make().obtain(studio, voice(), project="p")
    assert seen[0] == (GenerationState.SUBMITTED, "job-1")
    assert (made.cost_usd, made.estimate_usd) == (Decimal("0.3"), Decimal("0.3"))
    assert Budgets(database).get("project:p").spent_microusd == 300_000
    assert Budgets(database).get("tenant:default").held_microusd == 0


def test_a_request_without_an_answer_is_never_sent_again(make: Make, database: Database) -> None:
    def vanish(_: str) -> None:
        raise OutcomeUnknown("no answer", provider="studio", operation="submit")

    studio = JobStudio(after_accept=vanish)
    for _ in range(3):
        with pytest.raises(OutcomeUnknown):
            make().obtain(studio, voice())
    assert len(studio.accepted) == 1
    # It may have been paid: the money stays held.
    assert entry(database) == (GenerationState.UNKNOWN, 300_000)


def test_a_provider_that_can_be_asked_is_asked(make: Make) -> None:
    class Asked(JobStudio):
        def find(self, key: str) -> Job | None:
            return Job(id="job-1") if key in self.accepted else None

    def vanish(_: str) -> None:
        raise OutcomeUnknown("no answer", provider="studio", operation="submit")

    accepted = Asked(after_accept=vanish)
    with pytest.raises(OutcomeUnknown):
        make().obtain(accepted, voice())
    assert not make().obtain(accepted, voice()).reused
    assert len(accepted.accepted) == 1
    lost = Asked(name="lost", on_submit=vanish)
    with pytest.raises(OutcomeUnknown):
        make().obtain(lost, voice())
    lost.on_submit = lambda _: None
    make().obtain(lost, voice())
    assert len(lost.accepted) == 1


def test_a_stated_price_policy_may_send_again(make: Make, database: Database) -> None:
    def vanish(_: str) -> None:
        raise OutcomeUnknown("no answer", provider="studio", operation="submit")

    studio = JobStudio(after_accept=vanish, price=Decimal("0.01"))
    ledger = make(policy=LedgerPolicy(repeat_unknown_below_usd=Decimal("0.05")))
    with pytest.raises(OutcomeUnknown):
        ledger.obtain(studio, voice())
    studio.after_accept = lambda _: None
    ledger.obtain(studio, voice())
    assert len(studio.accepted) == 2
    # Both may have been paid, and both are counted.
    assert Budgets(database).get("tenant:default").spent_microusd == 20_000


@pytest.mark.parametrize(
    "error",
    [
        ProviderRateLimited("slow", provider="s", operation="submit", retry_after_s=7),
        ProviderUnavailable("gone", provider="s", operation="submit"),
    ],
)
def test_what_was_surely_not_accepted_is_sent_again_after_the_wanted_pause(
    make: Make, error: Exception
) -> None:
    time, tries = FakeTime(), []

    def refuse(key: str) -> None:
        tries.append(time.now())
        if len(tries) < 3:
            raise error

    studio = JobStudio(on_submit=refuse)
    make(time=time).obtain(studio, voice())
    assert (len(tries), len(studio.accepted)) == (3, 1)
    wanted = getattr(error, "retry_after_s", 0)
    assert all(later - earlier >= wanted for earlier, later in itertools.pairwise(tries))


def test_retry_attempts_is_obeyed(make: Make, database: Database) -> None:
    tries = []

    def refuse(key: str) -> None:
        tries.append(key)
        raise ProviderUnavailable("gone", provider="s", operation="submit")

    with pytest.raises(ProviderUnavailable):
        make(policy=LedgerPolicy(retry_attempts=2)).obtain(JobStudio(on_submit=refuse), voice())
    assert len(tries) == 2
    assert entry(database) == (GenerationState.FAILED, 0)


def test_timeout_per_step_is_obeyed_and_the_job_is_waited_for_again(
    make: Make, database: Database
) -> None:
    time, studio = FakeTime(), JobStudio()
    studio.looks["job-1"] = -1000
    started = time.now()
    with pytest.raises(ProviderTimeout):
        make(time=time, policy=LedgerPolicy(timeout_s=100)).obtain(studio, voice())
    assert 100 <= time.now() - started < 130
    assert entry(database)[0] is GenerationState.SUBMITTED
    studio.looks["job-1"] = 0
    assert make(time=time).obtain(studio, voice()).media
    assert len(studio.accepted) == 1


def test_caching_can_be_turned_off(make: Make) -> None:
    studio = JobStudio()
    for _ in range(2):
        make(policy=LedgerPolicy(uses_stored=False)).obtain(studio, voice())
    assert len(studio.accepted) == 2


def test_a_refusal_gives_the_money_back(make: Make, database: Database) -> None:
    def refuse(_: Job) -> None:
        raise ContentRefused("no", provider="studio", operation="check")

    with pytest.raises(ContentRefused):
        make().obtain(JobStudio(on_check=refuse), voice(), project="p")
    assert entry(database) == (GenerationState.FAILED, 0)
    assert Budgets(database).get("project:p").held_microusd == 0


def test_a_result_cut_short_is_fetched_again_and_not_paid_again(make: Make) -> None:
    probes = iter([ProbeFailed("cut"), ProbeFailed("cut"), Probe(duration_ms=5)])

    def probe(*_: object) -> Probe:
        found = next(probes)
        if isinstance(found, Exception):
            raise found
        return found

    studio = JobStudio()
    make(probe=probe).obtain(studio, voice())
    assert len(studio.accepted) == 1


def test_a_cap_holds_against_twenty_at_once(make: Make, database: Database) -> None:
    studio = JobStudio()
    ledger = make(caps_usd={"project": Decimal("1.00")})

    def ask(number: int) -> bool:
        try:
            ledger.obtain(studio, voice(f"text {number}"), project="p")
        except BudgetExceeded:
            return False
        return True

    with ThreadPoolExecutor(20) as pool:
        done = list(pool.map(ask, range(20)))
    assert done.count(True) == len(studio.accepted) == 3
    budget = Budgets(database).get("project:p")
    assert (budget.spent_microusd, budget.held_microusd) == (900_000, 0)


class Still(FakeTime):
    """Time that stands: nobody loses a place because others wait."""

    def sleep(self, seconds: float) -> None:
        threading.Event().wait(0.002)


def test_places_at_a_service_are_shared(make: Make) -> None:
    inside, most = [], []

    class Crowded(JobStudio):
        def submit(self, request: object, key: str) -> Job:
            inside.append(key)
            most.append(len(inside))
            return super().submit(request, key)  # type: ignore[arg-type]

        def fetch(self, job: Job, state: JobState, directory: Path) -> Produced:
            inside.pop()
            return super().fetch(job, state, directory)

    studio = Crowded()
    ledgers = [make(time=Still()) for _ in range(3)]
    with ThreadPoolExecutor(12) as pool:
        list(pool.map(lambda n: ledgers[n % 3].obtain(studio, voice(f"t{n}")), range(12)))
    assert max(most) <= studio.service.at_once == 4


def test_a_service_that_keeps_failing_is_left_alone_for_a_while(make: Make) -> None:
    tries = []

    def refuse(key: str) -> None:
        tries.append(key)
        raise ProviderUnavailable("gone", provider="s", operation="submit")

    time, studio = FakeTime(), JobStudio(on_submit=refuse)
    ledger = make(time=time, policy=LedgerPolicy(retry_attempts=1))
    for number in range(9):
        with pytest.raises(ProviderUnavailable):
            ledger.obtain(studio, voice(f"t{number}"))
    assert len(tries) == 5
    time.sleep(61)
    with pytest.raises(ProviderUnavailable):
        ledger.obtain(studio, voice("later"))
    assert len(tries) == 6


def test_the_place_of_a_dead_worker_is_free_half_a_minute_later(
    make: Make, database: Database
) -> None:
    """Not only when its job would have timed out: others would wait for nothing."""
    time = FakeTime()
    services = Services(database, clock=time.now)
    for _ in range(SERVICE.at_once):
        assert services.take_place(SERVICE.name, at_once=SERVICE.at_once, hold_s=30)
    began = time.now()
    assert make(time=time).obtain(JobStudio(), voice()).media
    assert 30 <= time.now() - began < 60


def test_the_place_of_a_living_worker_is_kept(
    make: Make, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger_module, "_RENEW_S", 0.01)
    time, kept = FakeTime(), threading.Event()
    ledger = make(time=time)
    whole = ledger.turnstile.limits.keep_place

    def keep(place: str, *, hold_s: float) -> None:
        whole(place, hold_s=hold_s)
        kept.set()

    monkeypatch.setattr(ledger.turnstile.limits, "keep_place", keep)
    free: list[str | None] = []

    def look(_: Job) -> None:
        time.sleep(29)
        kept.clear()
        assert kept.wait(5)
        services = Services(database, clock=time.now)
        free.append(services.take_place(SERVICE.name, at_once=1, hold_s=1))

    ledger.obtain(JobStudio(on_check=look), voice())
    assert free == [None, None, None]


def test_a_service_that_asks_for_pauses_is_not_out_of_order(make: Make) -> None:
    tries = []

    def refuse(key: str) -> None:
        tries.append(key)
        raise ProviderRateLimited("slow", provider="s", operation="submit", retry_after_s=1)

    ledger = make(policy=LedgerPolicy(retry_attempts=1))
    for number in range(9):
        with pytest.raises(ProviderRateLimited):
            ledger.obtain(JobStudio(on_submit=refuse), voice(f"t{number}"))
    assert len(tries) == 9


def test_a_service_that_keeps_losing_answers_is_left_alone(make: Make) -> None:
    """Each lost answer holds money and a person's time: five are enough."""

    def vanish(_: str) -> None:
        raise OutcomeUnknown("no answer", provider="studio", operation="submit")

    studio, ledger = JobStudio(after_accept=vanish), make()
    for number in range(9):
        with pytest.raises(OutcomeUnknown if number < 5 else ProviderUnavailable):
            ledger.obtain(studio, voice(f"t{number}"))
    assert len(studio.accepted) == 5


def test_what_makes_no_difference_to_a_provider_makes_no_second_call(make: Make) -> None:
    class Toneless(JobStudio):
        def reduced(self, request: VoiceRequest) -> VoiceRequest:
            return replace(request, speed=1.0)

    studio, other = Toneless(), JobStudio(name="other")
    for speed in (1.0, 1.5):
        make().obtain(studio, replace(voice(), speed=speed))
        make().obtain(other, replace(voice(), speed=speed))
    assert (len(studio.accepted), len(other.accepted)) == (1, 2)


class SyncStudio:
    """A paid provider that answers at once; its error comes after it accepted."""

    name, version, capability = "studio", "1", Capability.VOICE
    service = SERVICE

    def __init__(self, error: Exception) -> None:
        self.error = error
        self.accepted: list[VoiceRequest] = []

    def price_usd(self, _: VoiceRequest) -> Decimal:
        return Decimal("0.30")

    def generate(self, request: VoiceRequest, _: Path) -> Produced:
        self.accepted.append(request)
        raise self.error


@pytest.mark.parametrize(
    "error",
    [
        BadProviderAnswer("not JSON", provider="studio", operation="submit"),
        ProviderUnavailable("link is gone", provider="studio", operation="download"),
    ],
)
def test_an_accepted_request_with_a_useless_answer_is_not_sent_again(
    make: Make, database: Database, error: Exception
) -> None:
    studio = SyncStudio(error)
    for expected in (type(error), OutcomeUnknown):
        with pytest.raises(expected):
            make().obtain(studio, voice())
    assert len(studio.accepted) == 1
    assert entry(database) == (GenerationState.UNKNOWN, 300_000)


def test_an_accepted_job_whose_result_is_gone_is_looked_at_again(
    make: Make, database: Database
) -> None:
    def gone(_: Job) -> bytes:
        raise ProviderAuthFailed("403", provider="studio", operation="download")

    studio = JobStudio(content=gone)
    with pytest.raises(ProviderAuthFailed):
        make().obtain(studio, voice())
    assert entry(database)[0] is GenerationState.SUBMITTED
    studio.content = lambda job: b"here"
    make().obtain(studio, voice())
    assert len(studio.accepted) == 1


def test_an_unknown_price_is_held_against_no_cap(make: Make) -> None:
    class Unpriced(JobStudio):
        def price_usd(self, _: object) -> None:  # type: ignore[override]
            return None

    with pytest.raises(BudgetExceeded):
        make(caps_usd={"project": Decimal(5)}).obtain(Unpriced(), voice(), project="p")
    assert make().obtain(Unpriced(), voice()).media


POINTS = ("before_claim", "after_claim", "before_send", "after_accept", "after_answer", "at_store")


def _die_at(point: str, url: str, home: Path, log: Path) -> None:
    """A process that works for a paid studio and is killed at a named point."""
    database = open_database(url)
    store = open_store((home / "store").as_uri(), cache_dir=home / "cache")
    ledger = make_ledger(database, store, home / "s", time=FakeTime())

    def die(*_: object, **__: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def accept(key: str) -> None:
        with log.open("a") as writer:
            writer.write(f"{key}\n")
        if point == "after_accept":
            die()

    rows = ledger.rows
    if point == "before_claim":
        rows.claim = die  # type: ignore[method-assign,assignment]
    if point == "after_claim":
        ledger.purse.hold = die  # type: ignore[method-assign]
    if point == "at_store":
        rows.stored = die  # type: ignore[method-assign]
    studio = JobStudio(
        on_submit=die if point == "before_send" else lambda _: None,
        after_accept=accept,
        on_check=die if point == "after_answer" else lambda _: None,
    )
    ledger.obtain(studio, voice())


@pytest.mark.parametrize("point", POINTS)
def test_kill_nine_never_pays_twice(point: str, settings: Settings, tmp_path: Path) -> None:
    """The studio's own log judges: one acceptance, or one and an outcome a person decides."""
    log = tmp_path / "accepted.log"
    log.touch()
    url, home = settings.resolved_database_url, settings.home
    open_database(url).engine.dispose()
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=_die_at, args=(point, url, home, log))
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL

    def accept(key: str) -> None:
        with log.open("a") as writer:
            writer.write(f"{key}\n")

    studio = JobStudio(after_accept=accept)
    store = open_store((home / "store").as_uri(), cache_dir=home / "cache")
    ledger = make_ledger(open_database(url), store, home / "s")
    if point in ("before_send", "after_accept"):
        # The request may have left: nobody can tell from here.
        with pytest.raises(OutcomeUnknown):
            ledger.obtain(studio, voice())
        assert len(log.read_text().split()) == (1 if point == "after_accept" else 0)
    else:
        assert ledger.obtain(studio, voice()).media
        assert len(log.read_text().split()) == 1
