"""Reapers in real processes, over real HTTP: killed in the middle, and two at once."""

import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.generation.workers import (
    HASTY,
    IN_JOBS,
    LOOKED_UP,
    Place,
    Seller,
    reaping,
    start,
)
from tests.scenarios.server import Call, Reply, ScenarioServer, json_reply
from tests.scenarios.speakers import all_speakers
from video_platform.db.repositories.budgets import Budgets
from video_platform.db.repositories.generations import Generations, GenerationState
from video_platform.domain.generation import Capability
from video_platform.errors import OutcomeUnknown, ProviderTimeout
from video_platform.generation.reaper import Fate

GIVEN_UP = Seller("sadtalker", Capability.AVATAR)
POINTS = ("before_take", "after_take", "at_look", "after_fetch", "before_stored", "after_stored")
NEVER = 1_000_000


def _die(*_: object, **__: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _then_die(whole: Callable[..., Any], *arguments: Any, **named: Any) -> None:
    whole(*arguments, **named)
    _die()


def reap_and_die(place: Place, seller: Seller, point: str) -> None:
    """What the process does that is killed."""
    with reaping(place, seller) as (buying, reaper):
        rows: Any = buying.ledger.rows
        if point == "before_take":
            rows.take = _die
        elif point == "after_take":
            rows.take = partial(_then_die, rows.take)
        elif point == "at_look":
            buying.provider.check = _die
        elif point == "after_fetch":
            buying.ledger.probe = _die  # type: ignore[assignment]
        elif point == "before_stored":
            rows.stored = _die
        else:
            rows.stored = partial(_then_die, rows.stored)
        reaper.reap()


def reap(place: Place, seller: Seller) -> None:
    """What a process does that lives."""
    with reaping(place, seller) as (_, reaper):
        reaper.reap()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ScenarioServer]:
    made = ScenarioServer(list(all_speakers().values()), tmp_path / "accepted.log")
    yield made
    made.close()


@pytest.fixture
def place(database_url: str, server: ScenarioServer, tmp_path: Path) -> Place:
    return Place(tmp_path, database_url, server.world.base_url)


def leave(place: Place, server: ScenarioServer, seller: Seller, *seeds: int) -> None:
    """Paid jobs that were not done when their worker stopped waiting; now they are."""
    server.world.polls_until_done = NEVER
    with place.buying(seller, policy=HASTY) as buying:
        for seed in seeds:
            with pytest.raises(ProviderTimeout):
                buying.buy(seed)
    server.world.polls_until_done = 1


def judge(place: Place, server: ScenarioServer, seller: Seller, count: int) -> None:
    """Everything was bought once, came home, and nothing is held."""
    with place.buying(seller) as buying:
        entries = Generations(buying.database).list()
        budget = Budgets(buying.database).get("project:p")
    assert len(server.world.accepted()) == count
    assert {entry.state for entry in entries} == {GenerationState.STORED}
    assert budget.held_microusd == 0
    assert budget.spent_microusd == sum(entry.cost_microusd for entry in entries) > 0


@pytest.mark.parametrize("point", POINTS)
def test_a_reaper_that_is_killed_loses_nothing_and_pays_nothing(
    point: str, place: Place, server: ScenarioServer
) -> None:
    leave(place, server, IN_JOBS, 1)
    victim = start(reap_and_die, place, IN_JOBS, point)
    victim.join(120)
    assert victim.exitcode == -signal.SIGKILL
    with reaping(place, IN_JOBS, later_s=31) as (_, reaper):
        fates = reaper.reap()
    assert fates == ({} if point == "after_stored" else {Fate.STORED: 1})
    judge(place, server, IN_JOBS, 1)


def test_two_reapers_in_two_processes_bring_each_result_home_once(
    place: Place, server: ScenarioServer
) -> None:
    leave(place, server, IN_JOBS, *range(1, 9))
    processes = [start(reap, place, IN_JOBS) for _ in range(2)]
    for process in processes:
        process.join(120)
    assert [process.exitcode for process in processes] == [0, 0]
    judge(place, server, IN_JOBS, 8)
    fetched = Counter(call.path for _, phase, call in server.world.calls if phase == "download")
    assert set(fetched.values()) == {1}
    assert len(fetched) == 8


def test_a_reaper_and_one_who_asks_again_share_one_result(
    place: Place, server: ScenarioServer
) -> None:
    leave(place, server, IN_JOBS, 1)
    process = start(reap, place, IN_JOBS)
    with place.buying(IN_JOBS) as buying:
        assert buying.buy(1).media
    process.join(120)
    assert process.exitcode == 0
    judge(place, server, IN_JOBS, 1)


def test_a_lost_answer_is_found_where_the_service_can_be_asked(
    place: Place, server: ScenarioServer
) -> None:
    def hang_up(_: Call, __: str, ordinary: Callable[[], Reply]) -> None:
        ordinary()

    def down(_: Call, __: str, ___: Callable[[], Reply]) -> Reply:
        return json_reply({"error": "down"}, 503)

    server.world.polls_until_done = 1
    server.world.faults["heygen/submit"] = hang_up
    with place.buying(LOOKED_UP) as buying:
        server.world.faults["heygen/poll"] = down
        with pytest.raises(OutcomeUnknown):
            buying.buy(1)
    server.world.faults.clear()
    with reaping(place, LOOKED_UP, later_s=301) as (_, reaper):
        assert reaper.reap() == {Fate.STORED: 1}
    judge(place, server, LOOKED_UP, 1)


def test_a_job_of_a_project_that_is_not_there_is_given_up_at_its_service(
    place: Place, server: ScenarioServer
) -> None:
    leave(place, server, GIVEN_UP, 1)
    server.world.polls_until_done = NEVER
    with reaping(place, GIVEN_UP) as (_, reaper):
        assert reaper.reap() == {Fate.WAITING: 1}
    with reaping(place, GIVEN_UP, later_s=61) as (buying, reaper):
        assert reaper.reap() == {Fate.FREED: 1}
        (entry,) = Generations(buying.database).list()
        budget = Budgets(buying.database).get("project:p")
    # It had run for a while, and that is billed.
    assert entry.state is GenerationState.FAILED
    assert (budget.held_microusd, budget.spent_microusd) == (0, entry.estimate_microusd)
    assert len(server.world.accepted()) == 1


def test_a_job_that_ends_badly_at_its_service_frees_the_money(
    place: Place, server: ScenarioServer
) -> None:
    leave(place, server, IN_JOBS, 1)
    for job in server.world.jobs.values():
        job["ends"] = "INTERNAL.BAD_OUTPUT"
    with reaping(place, IN_JOBS) as (buying, reaper):
        assert reaper.reap() == {Fate.FREED: 1}
        budget = Budgets(buying.database).get("project:p")
    assert (budget.held_microusd, budget.spent_microusd) == (0, 0)
