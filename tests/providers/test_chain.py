"""Fallbacks: in the stated order, only for faults that excuse it, and never silently."""

from decimal import Decimal
from pathlib import Path

import pytest

from tests.generation.ledgers import JobStudio, make_ledger, voice
from video_platform.agents.result import billed, origin_of
from video_platform.db.database import Database, open_database
from video_platform.db.repositories.budgets import Budgets
from video_platform.domain.generation import Capability
from video_platform.errors import (
    BudgetExceeded,
    ContentRefused,
    OutcomeUnknown,
    ProviderQuotaExceeded,
    ProviderUnavailable,
)
from video_platform.generation.ledger import Ledger
from video_platform.providers.chain import Chain
from video_platform.providers.registry import Catalogue
from video_platform.settings import Settings
from video_platform.store import open_store


@pytest.fixture
def database(settings: Settings) -> Database:
    return open_database(settings.resolved_database_url)


@pytest.fixture
def ledger(database: Database, settings: Settings, tmp_path: Path) -> Ledger:
    store = open_store(settings.resolved_store_url, cache_dir=tmp_path / "cache")
    return make_ledger(database, store, tmp_path / "s", caps_usd={"tenant": Decimal("0.50")})


def failing(name: str, error: Exception) -> JobStudio:
    def refuse(_: str) -> None:
        raise error

    return JobStudio(name=name, on_submit=refuse)


@pytest.mark.parametrize("error", [ProviderQuotaExceeded, ProviderUnavailable])
def test_the_next_provider_is_asked_and_the_change_is_said(
    ledger: Ledger, error: type[ProviderUnavailable]
) -> None:
    first = failing("first", error("no", provider="first", operation="submit"))
    second = JobStudio(name="second")
    made = ledger.obtain(Chain((first, second)), voice())
    assert made.provider == "second"
    assert origin_of(made).instead_of == ("first: no",)
    assert billed(None, [made]).instead_of == ("first: no",)


@pytest.mark.parametrize("error", [ContentRefused, OutcomeUnknown])
def test_a_refused_content_or_an_unknown_outcome_is_no_excuse(
    ledger: Ledger, error: type[ContentRefused]
) -> None:
    second = JobStudio(name="second")
    chain = Chain((failing("first", error("no", provider="first", operation="submit")), second))
    with pytest.raises(error):
        ledger.obtain(chain, voice())
    assert second.accepted == []


def test_all_of_a_chain_spend_from_the_same_cap(ledger: Ledger, database: Database) -> None:
    ledger.obtain(JobStudio(), voice("one"))
    gone = failing("first", ProviderUnavailable("no", provider="first", operation="submit"))
    with pytest.raises(BudgetExceeded):
        ledger.obtain(Chain((gone, JobStudio(name="second"))), voice("two"))
    assert Budgets(database).get("tenant:default").held_microusd == 0


def test_names_with_commas_make_a_chain() -> None:
    chain = Catalogue().find(Capability.IMAGE, "flux, embedded_painter")
    assert [provider.name for provider in chain.providers] == ["flux", "embedded_painter"]
