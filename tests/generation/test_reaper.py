"""What nobody comes for any more is brought to its end: never paid again, and never lost."""

import itertools
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from tests.generation.ledgers import SERVICE, FakeTime, JobStudio, make_ledger, voice
from video_platform.db.database import Database, open_database
from video_platform.db.models import CommandRow, GenerationRow, ProjectRow
from video_platform.db.repositories.budgets import Budgets
from video_platform.db.repositories.commands import Commands
from video_platform.db.repositories.generations import Entry, Generations, GenerationState
from video_platform.db.repositories.lifecycle import Lifecycle
from video_platform.db.repositories.projects import Projects
from video_platform.domain.brief import Brief
from video_platform.domain.command import CommandState
from video_platform.domain.generation import Capability
from video_platform.domain.project import ProjectStatus
from video_platform.errors import (
    ContentRefused,
    JobFailed,
    NotConfigured,
    OutcomeUnknown,
    ProviderTimeout,
    ProviderUnavailable,
    StoreError,
)
from video_platform.generation.ledger import Ledger, LedgerPolicy
from video_platform.generation.reaper import Fate, Reaper
from video_platform.providers.jobs import Job
from video_platform.settings import Settings
from video_platform.store import open_store

KEY = "film-1"
PRICE = 300_000
DAY_S = SERVICE.ends_within_s


class Stand:
    """A seller, a ledger, and a reaper whose clock is moved by hand."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self.database, self.settings = database, settings
        self.later_s = 0.0
        self.sellers: dict[str, Any] = {}
        self.studio = self.sells(JobStudio())
        store = open_store(settings.resolved_store_url, cache_dir=settings.home / "cache")
        self.ledgers: list[Ledger] = []
        self.new_ledger = lambda **choices: make_ledger(
            database, store, settings.home / "s", **choices
        )

    def now(self) -> float:
        return time.time() + self.later_s

    def sells(self, seller: Any) -> Any:
        self.sellers[seller.name] = seller
        return seller

    def find(self, _: str, __: Capability, name: str) -> Any:
        if name not in self.sellers:
            raise NotConfigured(f"There is no {name}.")
        return self.sellers[name]

    def reaper(self, **choices: Any) -> Reaper:
        """A reaper as another process would have it: its ledger is its own."""
        ledger = self.new_ledger(**choices)
        ledger.rows = self.rows()
        return Reaper(
            rows=self.rows(self.database.system()),
            ledger_of=lambda _: ledger,
            find=self.find,
            is_unwanted=Lifecycle(self.database.system()).is_unwanted,
            answerable=[
                name
                for name, one in self.sellers.items()
                if hasattr(one, "find") or not hasattr(one, "service")
            ],
            clock=self.now,
        )

    def rows(self, database: Database | None = None) -> Generations:
        return Generations(database or self.database, owner="reaper", clock=self.now)

    def reap(self, **choices: Any) -> Counter[Fate]:
        return self.reaper(**choices).reap()

    def leave(self, text: str = "hello", seller: Any = None, project: str = KEY) -> None:
        """A paid job that is not done when its worker stops waiting."""
        seller = seller or self.studio
        whole = seller.on_check
        seller.on_check = _never
        ledger = self.new_ledger(policy=LedgerPolicy(timeout_s=1))
        with pytest.raises(ProviderTimeout):
            ledger.obtain(seller, voice(text), project=project)
        seller.on_check = whole

    def left(self) -> Entry:
        (entry,) = Generations(self.database).list()
        return entry

    def pass_time(self, seconds: float) -> None:
        self.later_s += seconds

    def money(self, scope: str = f"project:{KEY}") -> tuple[int, int]:
        """Held and spent."""
        budget = Budgets(self.database).get(scope)
        return budget.held_microusd, budget.spent_microusd

    def project(self, status: ProjectStatus = ProjectStatus.FAILED) -> int:
        """A project with a command that is over."""
        with self.database.session() as session, session.begin():
            Projects(self.database).create(session, KEY, "Film", Brief(text="Bread rises."))
            command = Commands(self.database).add(session, KEY, "build_project")
            session.execute(update(CommandRow).values(state=CommandState.FAILED.value))
            session.execute(update(ProjectRow).values(status=status.value))
        return command


def _never(_: Job) -> None:
    raise ProviderUnavailable("busy", provider="studio", operation="check")


@pytest.fixture
def stand(database_url: str, settings: Settings) -> Iterator[Stand]:
    database = open_database(database_url)
    yield Stand(database, settings)
    database.engine.dispose()


def done(studio: JobStudio) -> None:
    studio.looks = {f"job-{number}": 10 for number in range(1, 50)}


def test_a_job_that_ended_is_brought_home_and_its_cost_settled(stand: Stand) -> None:
    stand.project()
    stand.leave()
    assert stand.money() == (PRICE, 0)
    done(stand.studio)
    assert stand.reap() == {Fate.STORED: 1}
    assert (stand.left().state, stand.money()) == (GenerationState.STORED, (0, PRICE))
    assert stand.money("tenant:default") == (0, PRICE)
    # The next attempt finds it, and nothing was asked for again.
    assert stand.new_ledger().obtain(stand.studio, voice(), project=KEY).reused
    assert len(stand.studio.accepted) == 1
    assert stand.reap() == {}


def test_a_project_whose_command_is_under_way_is_left_to_its_run(stand: Stand) -> None:
    stand.project()
    stand.leave()
    done(stand.studio)
    for state in (CommandState.WAITING, CommandState.STARTED):
        with stand.database.session() as session, session.begin():
            session.execute(update(CommandRow).values(state=state.value))
        assert stand.reap() == {}
    with stand.database.session() as session, session.begin():
        session.execute(update(CommandRow).values(state=CommandState.CANCELLED.value))
    assert stand.reap() == {Fate.STORED: 1}


def test_a_row_somebody_holds_is_left_alone_until_its_lease_is_over(stand: Stand) -> None:
    stand.leave()
    done(stand.studio)
    rows = Generations(stand.database, owner="elsewhere:1")
    assert rows.take(stand.left(), lease_s=30).is_mine
    assert stand.reap() == {}
    stand.pass_time(31)
    assert stand.reap() == {Fate.STORED: 1}


def test_a_lease_that_is_renewed_between_look_and_claim_is_kept(stand: Stand) -> None:
    stand.leave()
    read = stand.left()
    Generations(stand.database).renew(read.key, read.fence, lease_s=30)
    assert not stand.rows().take(read, lease_s=30).is_mine


@pytest.mark.parametrize(
    ("error", "spent"),
    [(JobFailed, 0), (ContentRefused, 0), ("billed", PRICE)],
)
def test_a_job_that_failed_frees_what_was_held(stand: Stand, error: Any, spent: int) -> None:
    stand.leave()

    def end(_: Job) -> None:
        kind = JobFailed if error == "billed" else error
        raised = kind("no", provider="studio", operation="check")
        raised.was_billed = error == "billed"
        raise raised

    stand.studio.on_check = end
    assert stand.reap() == {Fate.FREED: 1}
    assert (stand.left().state, stand.money()) == (GenerationState.FAILED, (0, spent))
    assert stand.left().error


def test_what_was_claimed_and_never_sent_frees_its_money_without_asking(stand: Stand) -> None:
    stand.leave()
    held = Generations(stand.database).take(stand.left(), lease_s=0)
    with stand.database.session() as session, session.begin():
        session.execute(update(GenerationRow).values(state="claimed", job=None))
    assert held.is_mine
    stand.sellers.clear()
    stand.pass_time(1)
    assert stand.reap() == {Fate.FREED: 1}
    assert (stand.left().error_code, stand.money()) == ("abandoned", (0, 0))


def test_a_job_that_goes_on_is_looked_at_again_less_and_less_often(stand: Stand) -> None:
    stand.leave()
    stand.studio.looks["job-1"] = -1000
    looked: list[float] = []
    for _ in range(4 * 60):
        if stand.reap():
            looked.append(stand.later_s)
        stand.pass_time(60)
    pauses = [later - earlier for earlier, later in itertools.pairwise(looked)]
    assert pauses[0] <= 120
    assert pauses == sorted(pauses)
    assert max(pauses) <= 960
    assert stand.money() == (PRICE, 0)
    assert len(stand.studio.accepted) == 1


def test_a_job_that_never_ends_is_unknown_at_its_services_own_time(stand: Stand) -> None:
    stand.leave()
    stand.studio.looks["job-1"] = -1000
    assert stand.reap() == {Fate.WAITING: 1}
    stand.pass_time(DAY_S + 1)
    assert stand.reap() == {Fate.UNKNOWN: 1}
    entry = stand.left()
    assert (entry.state, entry.error_code) == (GenerationState.UNKNOWN, "outcome_unknown")
    assert "24 h" in entry.error
    assert stand.money() == (PRICE, 0)
    stand.pass_time(DAY_S)
    assert stand.reap() == {}
    # A person who asks for the film again has the job looked at once more, not paid again.
    done(stand.studio)
    assert stand.new_ledger().obtain(stand.studio, voice(), project=KEY).media
    assert (len(stand.studio.accepted), stand.money()) == (1, (0, PRICE))


def test_a_row_that_rests_is_free_for_who_wants_it(stand: Stand) -> None:
    stand.leave()
    stand.studio.looks["job-1"] = -1
    assert stand.reap() == {Fate.WAITING: 1}
    assert stand.left().lease_until > time.time() + 30
    waited = FakeTime()
    began = waited.now()
    done(stand.studio)
    assert stand.new_ledger(time=waited).obtain(stand.studio, voice(), project=KEY).media
    assert waited.now() == began
    assert len(stand.studio.accepted) == 1


@dataclass
class Cancelling(JobStudio):
    """Gives jobs up: what becomes of them the next look says."""

    cancelled: list[str] = field(default_factory=list)

    def cancel(self, job: Job) -> None:
        self.cancelled.append(job.id)
        self.on_check = _gone


def _gone(_: Job) -> None:
    raise JobFailed("cancelled", provider="cancelling", operation="check")


@pytest.mark.parametrize(
    ("status", "asked"),
    [(ProjectStatus.CANCELLED, ["job-1"]), (ProjectStatus.FAILED, [])],
)
def test_only_what_a_person_does_not_want_is_given_up(
    stand: Stand, status: ProjectStatus, asked: list[str]
) -> None:
    studio = stand.sells(Cancelling(name="cancelling"))
    stand.project(status)
    stand.leave(seller=studio)
    studio.looks["job-1"] = -1000
    assert stand.reap() == {Fate.WAITING: 1}
    assert studio.cancelled == asked
    assert stand.money() == (PRICE, 0)  # not before the service says so
    stand.pass_time(61)
    assert stand.reap() == ({Fate.FREED: 1} if asked else {Fate.WAITING: 1})
    assert stand.money() == ((0, 0) if asked else (PRICE, 0))


@pytest.mark.parametrize("is_archived", [True, False])
def test_a_project_that_was_archived_or_is_not_there_is_not_wanted(
    stand: Stand, is_archived: bool
) -> None:
    if is_archived:
        stand.project()
    with stand.database.session() as session, session.begin():
        session.execute(update(ProjectRow).values(archived_at=datetime.now(UTC)))
    assert Lifecycle(stand.database).is_unwanted(KEY)


def test_a_job_that_ended_while_it_was_given_up_is_kept(stand: Stand) -> None:
    studio = stand.sells(Cancelling(name="cancelling"))
    stand.project(ProjectStatus.CANCELLED)
    stand.leave(seller=studio)
    studio.looks["job-1"] = -1000

    def too_late(_: Job) -> None:
        done(studio)

    studio.cancel = too_late
    assert stand.reap() == {Fate.WAITING: 1}
    stand.pass_time(61)
    assert stand.reap() == {Fate.STORED: 1}


def test_a_cancel_that_is_not_heard_leaves_the_row_for_later(stand: Stand) -> None:
    studio = stand.sells(Cancelling(name="cancelling"))
    stand.project(ProjectStatus.CANCELLED)
    stand.leave(seller=studio)
    studio.looks["job-1"] = -1000

    def unheard(_: Job) -> None:
        raise ProviderUnavailable("down", provider="cancelling", operation="cancel")

    studio.cancel = unheard
    assert stand.reap() == {Fate.WAITING: 1}
    assert "not given up" in stand.left().error


def _down(_: str) -> Job | None:
    raise ProviderUnavailable("down", provider="asked", operation="find")


class Asked(JobStudio):
    """Knows what became of every request."""

    def find(self, key: str) -> Job | None:
        return Job(id="job-1") if key in self.accepted else None


def _vanish(_: str) -> None:
    raise OutcomeUnknown("no answer", provider="studio", operation="submit")


def _lose(stand: Stand, seller: JobStudio) -> None:
    with pytest.raises(OutcomeUnknown):
        stand.new_ledger().obtain(seller, voice(), project=KEY)
    assert stand.left().state is GenerationState.UNKNOWN


@pytest.mark.parametrize("times", [1, 2])
def test_an_unknown_outcome_is_asked_after_where_it_can_be(stand: Stand, times: int) -> None:
    arrived = stand.sells(Asked(name="asked", after_accept=_vanish))
    _lose(stand, arrived)
    find = arrived.find
    arrived.find = _down
    for _ in range(times - 1):
        _lose(stand, arrived)  # somebody asked again, and the service could not say
    arrived.find = find
    done(arrived)
    assert stand.reap() == {}  # it may still be on its way
    stand.pass_time(301)
    assert stand.reap() == {Fate.STORED: 1}
    assert (len(arrived.accepted), stand.money()) == (1, (0, PRICE))


def test_a_request_that_never_arrived_frees_its_money(stand: Stand) -> None:
    _lose(stand, stand.sells(Asked(name="asked", on_submit=_vanish)))
    stand.pass_time(301)
    assert stand.reap() == {Fate.FREED: 1}
    assert stand.money() == (0, 0)


class Local:
    """Works here: what its process began ended with it."""

    name, version, capability = "local", "1", Capability.VOICE


def test_what_was_made_here_when_its_process_died_waits_for_nobody(stand: Stand) -> None:
    stand.sells(Local())
    stand.leave()
    with stand.database.session() as session, session.begin():
        session.execute(
            update(GenerationRow).values(state="sending", provider="local", job=None, lease_until=1)
        )
    assert stand.rows().close_abandoned(grace_s=0) == 1
    stand.pass_time(301)
    assert stand.reap() == {Fate.FREED: 1}
    assert stand.left().state is GenerationState.FAILED


def test_an_unknown_outcome_nobody_can_tell_stays_held_and_shown(stand: Stand) -> None:
    stand.studio.after_accept = _vanish
    _lose(stand, stand.studio)
    for _ in range(3):
        stand.pass_time(400)
        assert stand.reap() == {}
    assert (stand.left().state, stand.money()) == (GenerationState.UNKNOWN, (PRICE, 0))


def test_a_provider_that_cannot_say_now_is_asked_again_for_a_day(stand: Stand) -> None:
    asked = stand.sells(Asked(name="asked", after_accept=_vanish))
    _lose(stand, asked)
    tries: list[str] = []

    def down(key: str) -> Job | None:
        tries.append(key)
        raise ProviderUnavailable("down", provider="asked", operation="find")

    asked.find = down
    for _ in range(2 * 24 * 12):
        stand.pass_time(300)
        assert set(stand.reap()) <= {Fate.UNKNOWN}
    assert 24 <= len(tries) <= 24 * 5
    assert (stand.left().state, stand.money()) == (GenerationState.UNKNOWN, (PRICE, 0))


def test_one_row_that_breaks_keeps_no_other_waiting(stand: Stand) -> None:
    broken = stand.sells(JobStudio(name="broken"))
    gone = stand.sells(JobStudio(name="gone"))
    stand.leave(seller=broken)
    stand.leave(seller=gone)
    stand.leave()
    done(stand.studio)

    def burst(_: Job) -> None:
        raise RuntimeError("a bug of somebody else")

    broken.on_check = burst
    del stand.sellers["gone"]
    assert stand.reap() == {Fate.WAITING: 2, Fate.STORED: 1}
    codes = {entry.provider: entry.error_code for entry in Generations(stand.database).list()}
    assert codes["broken"] == "provider_broken"
    assert codes["gone"] == NotConfigured.code


def test_a_look_is_bounded_and_the_next_one_does_the_rest(stand: Stand) -> None:
    for number in range(5):
        stand.leave(f"text {number}")
    done(stand.studio)
    reaper = stand.reaper()
    assert [sum(reaper.reap(at_once=2).values()) for _ in range(4)] == [2, 2, 1, 0]


def test_a_result_that_finds_no_room_here_is_not_lost(stand: Stand) -> None:
    stand.leave()
    done(stand.studio)

    def full(*_: object) -> Any:
        raise StoreError("no space left")

    assert stand.reap(probe=full) == {Fate.WAITING: 1}
    assert stand.left().state is GenerationState.SUBMITTED
    stand.pass_time(61)
    assert stand.reap() == {Fate.STORED: 1}


def test_two_reapers_at_once_do_nothing_twice(stand: Stand) -> None:
    for number in range(6):
        stand.leave(f"text {number}")
    done(stand.studio)
    fetched: list[str] = []

    def content(job: Job) -> bytes:
        fetched.append(job.id)
        return job.id.encode()

    stand.studio.content = content
    reapers = [stand.reaper() for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(lambda reaper: reaper.reap(), reapers)
    assert first[Fate.STORED] + second[Fate.STORED] == 6
    assert sorted(fetched) == sorted({f"job-{number}" for number in range(1, 7)})
    assert stand.money() == (0, 6 * PRICE)


def test_a_model_nobody_knows_is_not_claimed(stand: Stand) -> None:
    """The operator chose another model meanwhile: lineage and credentials must not name it."""
    stand.studio.model = "one"
    stand.leave()
    stand.leave("other")
    done(stand.studio)
    reaper = stand.reaper()
    assert reaper.reap(at_once=1) == {Fate.STORED: 1}
    stand.studio.model = "two"
    assert reaper.reap() == {Fate.STORED: 1}
    results = [entry.result for entry in Generations(stand.database).list()]
    assert sorted(str(one and one.details.get("model")) for one in results) == ["None", "one"]


def test_costs_are_the_services_own_where_it_says_them(stand: Stand) -> None:
    stand.leave()
    done(stand.studio)
    whole: Callable[..., Any] = stand.studio.fetch

    def stated(job: Job, state: Any, directory: Path) -> Any:
        return replace(whole(job, state, directory), cost_usd=Decimal("0.10"))

    stand.studio.fetch = stated
    assert stand.reap() == {Fate.STORED: 1}
    assert stand.money() == (0, 100_000)
