"""Many at once, in several processes, on both databases: one submit, and no cap is passed."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.generation.ledgers import FakeTime
from tests.generation.workers import AT_ONCE, LOOKED_UP, Place, Seller, start
from tests.scenarios.server import ScenarioServer
from tests.scenarios.speakers import all_speakers
from video_platform.db.repositories.budgets import Budgets
from video_platform.db.repositories.generations import Generations, GenerationState
from video_platform.errors import BudgetExceeded

PROCESSES = 5
PRICE = Decimal("0.30")


class Patient(FakeTime):
    """Time that passes, but ten times as fast: a place or a lease is not lost to a busy machine."""

    def sleep(self, seconds: float) -> None:
        from time import sleep

        sleep(min(seconds, 0.05))
        super().sleep(seconds / 10)


def _ten_alike(place: Place, seller: Seller) -> None:
    with place.buying(seller, time=Patient()) as buying, ThreadPoolExecutor(10) as pool:
        made = list(pool.map(lambda _: buying.buy(), range(10)))
    assert len({generation.media for generation in made}) == 1


def _four_under_a_cap(place: Place, seller: Seller, process: int) -> None:
    choices: Any = {"time": Patient(), "caps_usd": {"project": Decimal("1.00")}}
    with place.buying(seller, **choices) as buying, ThreadPoolExecutor(4) as pool:
        provider = buying.provider
        whole = provider.generate
        provider.price_usd = lambda _: PRICE
        # The seller says it took less; here each costs what was held.
        provider.generate = lambda *given: replace(whole(*given), cost_usd=PRICE)

        def buy(seed: int) -> None:
            try:
                buying.buy(seed)
            except BudgetExceeded:
                return

        list(pool.map(buy, range(4 * process + 1, 4 * process + 5)))


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ScenarioServer]:
    made = ScenarioServer(list(all_speakers().values()), tmp_path / "accepted.log")
    yield made
    made.close()


@pytest.fixture
def place(database_url: str, server: ScenarioServer, tmp_path: Path) -> Place:
    made = Place(tmp_path, database_url, server.world.base_url)
    with made.buying(AT_ONCE):
        return made  # the tables are there before anybody races


def _all_end_well(work: Callable[..., None], *arguments: tuple[Any, ...]) -> None:
    processes = [start(work, *given) for given in arguments]
    for process in processes:
        process.join(120)
    assert [process.exitcode for process in processes] == [0] * len(processes)


@pytest.mark.parametrize("seller", [LOOKED_UP, AT_ONCE], ids=lambda seller: seller.name)
def test_fifty_alike_make_one_submit(place: Place, server: ScenarioServer, seller: Seller) -> None:
    _all_end_well(_ten_alike, *[(place, seller)] * PROCESSES)
    assert len(server.world.accepted(seller.name)) == 1
    with place.buying(seller) as buying:
        (entry,) = Generations(buying.database).list()
        assert entry.state is GenerationState.STORED
        budget = Budgets(buying.database).get("project:p")
    assert (budget.held_microusd, budget.spent_microusd) == (0, entry.cost_microusd)


def test_twenty_of_thirty_cents_under_a_cap_of_one_start_three(
    place: Place, server: ScenarioServer
) -> None:
    _all_end_well(_four_under_a_cap, *[(place, AT_ONCE, number) for number in range(PROCESSES)])
    assert len(server.world.accepted(AT_ONCE.name)) == 3
    with place.buying(AT_ONCE) as buying:
        budget = Budgets(buying.database).get("project:p")
        stored = Generations(buying.database).list(state=GenerationState.STORED)
    assert budget.held_microusd == 0
    assert budget.spent_microusd == sum(entry.cost_microusd for entry in stored) <= 1_000_000
