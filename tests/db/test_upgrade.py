"""The databases of earlier releases, recorded, are brought up to date and worked with.

``releases/<revision>_<database>.sql`` hold three projects, a command under way and one waiting, and
0.72 USD of a spending cap: 0.30 held for a job of a studio, 0.30 for a request of unknown outcome,
0.12 spent.
"""

import sqlite3
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Engine, MetaData, func, select, text
from typer.testing import CliRunner

from cli.main import app
from tests.generation.ledgers import JobStudio, make_ledger, voice
from video_platform.db.database import ALL_TENANTS, Database, connect
from video_platform.db.migrate import HEAD, revision_of
from video_platform.db.repositories.budgets import Budgets
from video_platform.db.repositories.commands import Commands
from video_platform.db.repositories.generations import Generations, GenerationState
from video_platform.db.repositories.projects import Projects
from video_platform.db.repositories.publications import Publications
from video_platform.domain.command import CommandState
from video_platform.errors import BudgetExceeded, OutcomeUnknown
from video_platform.settings import Settings
from video_platform.store import open_store

_RELEASES = Path(__file__).with_name("releases")
_TENANT = "default"
_SUBMITTED, _SENT = "submitted before the upgrade", "sent before the upgrade"


def _recorded(database_url: str, revision: str) -> Engine:
    """The database as that release left it."""
    engine = connect(database_url)
    sql = (_RELEASES / f"{revision}_{engine.dialect.name}.sql").read_text(encoding="utf-8")
    connection = engine.raw_connection()
    if isinstance(connection.driver_connection, sqlite3.Connection):
        connection.driver_connection.executescript(f"PRAGMA foreign_keys=OFF; {sql}")
    else:
        connection.cursor().execute(sql)
    connection.commit()
    connection.detach()
    connection.close()
    return engine


def _counts(engine: Engine) -> dict[str, int]:
    tables = MetaData()
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text(f"SELECT set_config('app.tenant', '{ALL_TENANTS}', true)"))
        tables.reflect(connection)
        return {
            table.name: connection.scalar(select(func.count()).select_from(table)) or 0
            for table in tables.sorted_tables
        }


def _migrated(
    revision: str, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Database]:
    engine = _recorded(database_url, revision)
    assert revision_of(engine) == revision
    before = _counts(engine)
    monkeypatch.setenv("VIDEO_PLATFORM_DATABASE_URL", database_url)
    answer = CliRunner().invoke(app, ["migrate"])
    assert (answer.exit_code, revision_of(engine)) == (0, HEAD), answer.output
    after = _counts(engine)
    assert before["projects"] == before["generation_ledger"] == before["commands"] == 3
    assert {name: after.get(name) for name in before} == before
    yield Database(engine)
    engine.dispose()


@pytest.fixture(params=["0001", "0002"])
def upgraded(
    request: pytest.FixtureRequest, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Database]:
    """A database of each earlier revision after ``video-platform migrate``, no row lost."""
    yield from _migrated(request.param, database_url, monkeypatch)


@pytest.fixture
def last_release(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """The database of the release before brand kits, after ``video-platform migrate``."""
    yield from _migrated("0002", database_url, monkeypatch)


def test_projects_of_an_earlier_release_are_read_as_they_were(upgraded: Database) -> None:
    projects = Projects(upgraded.of(_TENANT))
    assert sorted(projects.list_keys()) == ["old-film-1", "old-film-2", "old-film-3"]
    project = projects.get("old-film-1")
    assert (project.title, project.brief.text) == ("Été – صيف 1", "An old brief 1.")


def test_held_money_is_still_held_and_counts_against_the_cap(
    upgraded: Database, settings: Settings
) -> None:
    held = Budgets(upgraded.of(_TENANT)).get("tenant:default")
    assert (held.cap_microusd, held.held_microusd, held.spent_microusd) == (
        10_000_000,
        600_000,
        120_000,
    )
    Budgets(upgraded.of(_TENANT)).set_cap("tenant:default", 1_000_000)
    store = open_store(settings.resolved_store_url, cache_dir=settings.home / "cache")
    studio = JobStudio()
    with pytest.raises(BudgetExceeded):
        make_ledger(upgraded, store, settings.home / "s").obtain(studio, voice("new work"))
    assert studio.accepted == []


def test_what_was_sent_before_the_upgrade_is_not_paid_again(
    upgraded: Database, settings: Settings
) -> None:
    store = open_store(settings.resolved_store_url, cache_dir=settings.home / "cache")
    ledger = make_ledger(upgraded, store, settings.home / "s")
    studio = JobStudio()
    made = ledger.obtain(studio, voice(_SUBMITTED), project="old-film-1")
    assert (made.cost_usd, set(studio.looks)) == (Decimal("0.3"), {"job-1"})
    with pytest.raises(OutcomeUnknown):
        ledger.obtain(studio, voice(_SENT), project="old-film-1")
    assert studio.accepted == []
    money = Budgets(upgraded.of(_TENANT)).get("tenant:default")
    assert (money.held_microusd, money.spent_microusd) == (300_000, 420_000)
    states = sorted(row.state for row in Generations(upgraded.of(_TENANT)).list())
    assert states == [GenerationState.FAILED, GenerationState.STORED, GenerationState.UNKNOWN]


def test_commands_in_flight_are_picked_up(last_release: Database) -> None:
    commands = Commands(last_release.system())
    assert [one.project for one in commands.startable(limit=9)] == ["old-film-2"]
    (lost,) = commands.silent(last_release.now(), for_s=60)
    assert (lost.project, lost.run_id) == ("old-film-1", "dead-run")
    assert commands.repeat(lost)
    again, waiting = commands.startable(limit=9)
    assert (again.id, again.state) == (lost.id, CommandState.WAITING)
    assert all(commands.requested(one) for one in (again, waiting))
    with last_release.of(_TENANT).session() as session, session.begin():
        # Numbers go on after those of the dump.
        assert Commands(last_release).add(session, "old-film-3", "film") == 4


def test_commands_of_the_release_that_kept_no_state_are_not_started_again(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for database in _migrated("0001", database_url, monkeypatch):
        assert Commands(database.system()).startable(limit=9) == []


def test_publications_keep_their_state_and_none_is_posted_again(last_release: Database) -> None:
    publications = Publications(last_release.of(_TENANT))
    states = {one: publications.get(one).state.value for one in ("out", "later", "unsure")}
    assert states == {"out": "published", "later": "scheduled", "unsure": "unconfirmed"}
    assert "out" not in {one.id for one in Publications(last_release.system()).claim_due()}
