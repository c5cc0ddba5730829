"""What is held for a generation is settled with the write that ends it: once, or not at all."""

from collections.abc import Callable, Iterator

import pytest

from video_platform.db.database import Database, open_database
from video_platform.db.repositories.budgets import Budgets, scopes_of
from video_platform.db.repositories.generations import Entry, Generations, Intent
from video_platform.domain.generation import Generation
from video_platform.domain.media import Media
from video_platform.errors import LeaseLost

HELD = 50_000
SCOPES = scopes_of("default", "p")
INTENT = Intent(
    key="k" * 64,
    tenant="default",
    project="p",
    provider="studio",
    capability="voice",
    request=b"{}",
    estimate_microusd=HELD,
)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = open_database(database_url)
    yield opened
    opened.engine.dispose()


@pytest.fixture
def rows(database: Database) -> Generations:
    return Generations(database)


@pytest.fixture
def held(database: Database, rows: Generations) -> Entry:
    """A generation that is under way, its price held."""
    entry = rows.claim(INTENT, lease_s=30)
    Budgets(database).hold(entry.key, SCOPES, HELD)
    return entry


def _stored(rows: Generations, entry: Entry) -> None:
    media = Media(sha256="a" * 64, size_bytes=1, media_type="audio/wav")
    made = Generation(key=entry.key, provider="studio", media=media)
    rows.stored(entry.fence, made, cost_microusd=HELD)


def _failed(rows: Generations, entry: Entry) -> None:
    rows.failed(entry.key, entry.fence, "job_failed", "It broke.", cost_microusd=HELD)


def _given_up(rows: Generations, entry: Entry) -> None:
    rows.given_up(entry.key, entry.fence, HELD)


def _money(database: Database) -> set[tuple[int, int]]:
    budgets = (Budgets(database).get(scope) for scope in SCOPES)
    return {(budget.held_microusd, budget.spent_microusd) for budget in budgets}


@pytest.mark.parametrize("end", [_stored, _failed, _given_up])
def test_a_price_is_counted_with_the_write_that_ends_it(
    database: Database, rows: Generations, held: Entry, end: Callable[[Generations, Entry], None]
) -> None:
    end(rows, held)
    assert _money(database) == {(0, HELD)}


@pytest.mark.parametrize("end", [_stored, _failed, _given_up])
def test_a_holder_that_was_replaced_settles_nothing(
    database: Database, rows: Generations, held: Entry, end: Callable[[Generations, Entry], None]
) -> None:
    rows.let_go(held.key, held.fence)
    other = Generations(database, owner="another").claim(INTENT, lease_s=30)
    assert other.is_mine
    with pytest.raises(LeaseLost):
        end(rows, held)
    assert _money(database) == {(HELD, 0)}
    end(rows, other)
    assert _money(database) == {(0, HELD)}


def test_an_unknown_outcome_keeps_its_money_held(
    database: Database, rows: Generations, held: Entry
) -> None:
    rows.unknown(held.key, held.fence, "outcome_unknown", "No answer.")
    assert _money(database) == {(HELD, 0)}
