"""Once a cancel was answered, nothing new is bought for the command it ended."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from tests.generation.ledgers import JobStudio, make_ledger, voice
from video_platform.bootstrap import build_installation
from video_platform.db.database import Database, open_database
from video_platform.db.repositories import generations as rows_module
from video_platform.db.repositories.budgets import Budgets
from video_platform.db.repositories.commands import Commands
from video_platform.db.repositories.generations import Generations, GenerationState
from video_platform.db.repositories.projects import Projects
from video_platform.domain.brief import Brief
from video_platform.domain.command import CommandState
from video_platform.domain.language import Language
from video_platform.domain.project import Stage
from video_platform.errors import ProviderUnavailable, Stopped
from video_platform.generation.errands import Errands
from video_platform.generation.ledger import Ledger
from video_platform.generation.turnstile import Turnstile
from video_platform.providers.service import Service
from video_platform.settings import Settings
from video_platform.store import open_store

KEY = "film-1"


@pytest.fixture
def database(database_url: str) -> Database:
    return open_database(database_url)


@pytest.fixture
def command(database: Database) -> int:
    brief = Brief(text="Bread rises.", language=Language.ENGLISH)
    with database.session() as session, session.begin():
        Projects(database).create(session, KEY, "Film", brief)
        return Commands(database).add(session, KEY, "build_project")


@pytest.fixture
def ledger(database: Database, settings: Settings) -> Ledger:
    store = open_store(settings.resolved_store_url, cache_dir=settings.home / "cache")
    return make_ledger(database, store, settings.home / "s", errands=Errands())


def cancel(database: Database) -> int:
    with database.session() as session, session.begin():
        return Commands(database).ask_to_cancel(session, KEY)


class CancelledAtTheGate(Turnstile):
    """The request waited for its turn, and the cancel came meanwhile."""

    before_it_leaves: Callable[[], object] = staticmethod(lambda: None)

    @contextmanager
    def call(self, service: Service | None) -> Iterator[None]:
        with super().call(service):
            type(self).before_it_leaves()
            yield


def test_a_cancel_right_before_the_request_leaves_stops_it(
    ledger: Ledger, database: Database, command: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(CancelledAtTheGate, "before_it_leaves", lambda: cancel(database))
    ledger.turnstile = CancelledAtTheGate(ledger.turnstile.limits, ledger.turnstile.clock)
    studio = JobStudio()
    with ledger.errands.serving(KEY, command), pytest.raises(Stopped, match=str(command)):
        ledger.obtain(studio, voice(), project=KEY)
    assert studio.accepted == []
    (row,) = Generations(database).list()
    assert (row.state, row.held_microusd) == (GenerationState.FAILED, 0)
    assert Budgets(database).get(f"project:{KEY}").spent_microusd == 0


def test_a_cancel_between_two_tries_stops_the_second(
    ledger: Ledger, database: Database, command: int
) -> None:
    tries: list[str] = []

    def refuse(key: str) -> None:
        tries.append(key)
        cancel(database)
        raise ProviderUnavailable("Out of order.", provider="studio", operation="submit")

    with ledger.errands.serving(KEY, command), pytest.raises(Stopped):
        ledger.obtain(JobStudio(on_submit=refuse), voice(), project=KEY)
    assert len(tries) == 1


@pytest.mark.parametrize("state", [CommandState.CANCELLED, CommandState.FAILED])
def test_a_command_that_is_over_buys_nothing_though_its_process_lives(
    ledger: Ledger, database: Database, command: int, state: CommandState
) -> None:
    commands, studio = Commands(database), JobStudio()
    found = commands.get(command)
    assert found is not None
    commands.end(found, state)
    with ledger.errands.serving(KEY, command), pytest.raises(Stopped):
        ledger.obtain(studio, voice(), project=KEY)
    assert studio.accepted == []


def test_a_cancel_and_a_request_that_leaves_wait_for_one_another(
    ledger: Ledger, database: Database, command: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Either the request sees the cancel, or the cancel is answered after it has left."""
    hold, refusals = rows_module.hold_wanted, []

    def hold_and_try_to_cancel(session: object, commands: object) -> None:
        hold(session, commands)  # type: ignore[arg-type]
        with database.session() as other, other.begin():
            wait = "SET LOCAL lock_timeout = 1" if database.is_postgres else "PRAGMA busy_timeout=0"
            other.execute(text(wait))
            with pytest.raises(OperationalError) as refused:
                Commands(database).ask_to_cancel(other, KEY)
            refusals.append(refused)
            other.rollback()

    monkeypatch.setattr(rows_module, "hold_wanted", hold_and_try_to_cancel)
    studio = JobStudio()
    with ledger.errands.serving(KEY, command):
        ledger.obtain(studio, voice(), project=KEY)
    assert (len(refusals), len(studio.accepted)) == (1, 1)
    assert cancel(database) == 1


def test_what_was_sent_before_the_cancel_is_still_fetched(
    ledger: Ledger, database: Database, command: int
) -> None:
    studio = JobStudio(on_check=lambda _: cancel(database) and None)
    with ledger.errands.serving(KEY, command):
        made = ledger.obtain(studio, voice(), project=KEY)
    assert made.cost_usd == Decimal("0.30")


def test_work_that_no_command_asked_for_and_other_projects_go_on(
    ledger: Ledger, database: Database, command: int
) -> None:
    cancel(database)
    studio = JobStudio()
    with ledger.errands.serving(KEY, command), ledger.errands.serving("other", 0):
        ledger.obtain(studio, voice(), project="other")
    ledger.obtain(studio, replace(voice(), text="from the command line"), project=KEY)
    assert len(studio.accepted) == 2


def test_a_stage_tells_the_ledger_which_command_it_serves(settings: Settings) -> None:
    studio = build_installation(settings).studio()
    project = studio.open_project(Brief(text="Bread.", language=Language.ENGLISH))
    ledger: Ledger = vars(studio.image)["_ledger"]
    with studio.journal(project.key, command=7).following(Stage.SCENE_IMAGES):
        assert ledger.errands.of(project.key) == {7}
    assert ledger.errands.of(project.key) == frozenset()
