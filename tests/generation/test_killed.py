"""``kill -9`` at every named point of a paid step, in real processes; the seller's log judges."""

import os
import signal
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.generation.workers import SELLERS, Place, Seller, start
from tests.scenarios.server import Call, Reply, ScenarioServer
from tests.scenarios.speakers import all_speakers
from video_platform.db.repositories.budgets import Budgets
from video_platform.db.repositories.generations import Generations, GenerationState
from video_platform.errors import OutcomeUnknown
from video_platform.generation.ledger import Ledger

POINTS = ("before_claim", "after_claim", "after_send", "after_answer", "after_commit")


def _die(*_: object, **__: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _then_die(whole: Callable[..., Any], *arguments: Any, **named: Any) -> None:
    whole(*arguments, **named)
    _die()


def _mine(ledger: Ledger, seller: Seller, point: str) -> None:
    """Let this process die at the point; ``after_send`` the server sees to."""
    rows: Any = ledger.rows
    if point == "before_claim":
        rows.claim = _die
    elif point == "after_claim":
        rows.claim = partial(_then_die, rows.claim)
    elif point == "after_answer" and seller.in_jobs:
        rows.submitted = _die
    elif point == "after_answer":
        ledger.probe = _die  # type: ignore[assignment]
    elif point == "after_commit":
        name = "submitted" if seller.in_jobs else "stored"
        setattr(rows, name, partial(_then_die, getattr(rows, name)))


def work(place: Place, seller: Seller, seed: int, point: str) -> None:
    """What the process does that is killed."""
    with place.buying(seller, seed) as buying:
        _mine(buying.ledger, seller, point)
        buying.buy()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ScenarioServer]:
    made = ScenarioServer(list(all_speakers().values()), tmp_path / "accepted.log")
    yield made
    made.close()


def _cases() -> Iterator[Any]:
    for seller in SELLERS:
        for point in POINTS:
            for seed in (1, 2, 3):
                marks = () if seed == 1 else pytest.mark.slow
                name = f"{seller.name}-{point}-{seed}"
                yield pytest.param(seller, point, seed, id=name, marks=marks)


@pytest.mark.parametrize(("seller", "point", "seed"), list(_cases()))
def test_a_killed_step_is_paid_once_and_goes_on(
    seller: Seller, point: str, seed: int, server: ScenarioServer, tmp_path: Path
) -> None:
    place = Place(tmp_path, f"sqlite:///{tmp_path / 'platform.db'}", server.world.base_url)
    with place.buying(seller) as buying:  # the tables are there before anybody is killed
        service = buying.provider.service.name
    server.world.polls_until_done = seed + 1
    process = start(work, place, seller, seed, point)

    def kill(_: Call, __: str, ordinary: Callable[[], Reply]) -> None:
        ordinary()
        os.kill(process.pid or 0, signal.SIGKILL)

    if point == "after_send":
        server.world.faults[f"{service}/submit"] = kill
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    server.world.faults.clear()
    was_accepted = point in ("after_send", "after_answer", "after_commit")
    assert len(server.world.accepted(service)) == (1 if was_accepted else 0)

    is_lost = point in ("after_send", "after_answer") and not seller.finds
    with place.buying(seller, seed) as buying:
        for _ in range(2):
            if is_lost:
                with pytest.raises(OutcomeUnknown):
                    buying.buy()
            else:
                assert buying.buy().media
        (entry,) = Generations(buying.database).list()
        budget = Budgets(buying.database).get("project:p")
    (accepted,) = server.world.accepted(service)
    if is_lost:
        # It may have been paid: a person decides, and the money waits.
        assert entry.state is GenerationState.UNKNOWN
        assert budget.held_microusd == entry.estimate_microusd > 0
        return
    assert (entry.state, budget.held_microusd) == (GenerationState.STORED, 0)
    assert budget.spent_microusd == entry.cost_microusd > 0
    if seller.in_jobs:
        assert entry.job is not None
        assert entry.job["id"] == accepted["job"]
