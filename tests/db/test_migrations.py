"""Migrations run up and down on both databases, and nothing that was stored is lost."""

import multiprocessing

import pytest
from sqlalchemy import inspect, text

from video_platform.db.database import connect, open_database
from video_platform.db.migrate import HEAD, move, revision_of
from video_platform.db.models import Base

_PROJECT = (
    "INSERT INTO projects (key, title, brief, created_at) "
    "VALUES ('old-film-1', 'Old film', '{}', '2026-11-01 10:00:00+00:00')"
)


def test_a_new_database_is_what_the_models_say(database_url: str) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    engine = open_database(database_url).engine
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    engine.dispose()


def test_what_was_stored_before_tenants_belongs_to_the_default_one(database_url: str) -> None:
    engine = connect(database_url)
    move(engine, "0001")
    with engine.begin() as connection:
        connection.execute(text(_PROJECT))
        connection.execute(
            text(
                "INSERT INTO commands (project, kind, created_at) "
                "VALUES ('old-film-1', 'build_project', '2026-11-01 10:00:00+00:00')"
            )
        )
    move(engine, "head")
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT set_config('app.tenant', 'default', true)"))
        assert connection.execute(text("SELECT tenant, status FROM projects")).all() == [
            ("default", "draft")
        ]
        # It was started by an older release: it must not be started again.
        assert connection.execute(text("SELECT state FROM commands")).scalars().all() == [
            "succeeded"
        ]
    engine.dispose()


def test_the_way_down_keeps_the_projects(database_url: str) -> None:
    engine = connect(database_url)
    move(engine, "0001")
    with engine.begin() as connection:
        connection.execute(text(_PROJECT))
    move(engine, "head")
    move(engine, "0001")
    with engine.connect() as connection:
        assert connection.execute(text("SELECT title FROM projects")).scalars().all() == [
            "Old film"
        ]
    move(engine, "base")
    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}
    engine.dispose()


def test_tables_made_before_there_were_migrations_are_the_first_revision(
    database_url: str,
) -> None:
    engine = connect(database_url)
    move(engine, "0001")
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE alembic_version"))
    assert revision_of(engine) == "0001"
    engine.dispose()
    opened = open_database(database_url)
    assert revision_of(opened.engine) == HEAD
    opened.engine.dispose()


def _open(url: str) -> None:
    open_database(url).engine.dispose()


@pytest.mark.slow
def test_four_processes_may_open_a_new_database_at_once(database_url: str) -> None:
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=_open, args=(database_url,)) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0, 0, 0]
