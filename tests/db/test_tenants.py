"""No session sees or writes another tenant's rows: by our own condition, and below it by
PostgreSQL's."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, func, select, text, update

from video_platform.db.database import Database
from video_platform.db.models import Base, ProjectRow, Tenanted
from video_platform.errors import WrongTenant

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def _add(database: Database, key: str, **values: str) -> None:
    with database.session() as session, session.begin():
        session.add(ProjectRow(key=key, title=key, brief={}, created_at=NOW, **values))


def _titles(database: Database) -> dict[str, str]:
    with database.system().session() as session:
        return {row.key: row.title for row in session.scalars(select(ProjectRow))}


@pytest.fixture
def two(database: Database) -> tuple[Database, Database]:
    a, b = database.of("a"), database.of("b")
    _add(a, "of-a")
    _add(b, "of-b")
    return a, b


def test_a_query_sees_its_tenants_rows_only(two: tuple[Database, Database]) -> None:
    a, b = two
    for database, own in ((a, "of-a"), (b, "of-b")):
        with database.session() as session:
            assert session.scalars(select(ProjectRow.key)).all() == [own]
            assert session.scalar(select(func.count()).select_from(ProjectRow)) == 1
            assert {row.key for row in session.query(ProjectRow)} == {own}


def test_a_foreign_id_is_a_missing_one(two: tuple[Database, Database]) -> None:
    with two[0].session() as session:
        assert session.get(ProjectRow, "of-b") is None
        assert session.get(ProjectRow, "of-a") is not None


def test_updates_and_deletes_reach_no_other_tenant(two: tuple[Database, Database]) -> None:
    a, _ = two
    with a.session() as session, session.begin():
        session.execute(update(ProjectRow).values(title="changed"))
    assert _titles(a) == {"of-a": "changed", "of-b": "of-b"}
    with a.session() as session, session.begin():
        session.execute(delete(ProjectRow))
    assert _titles(a) == {"of-b": "of-b"}


def test_a_row_of_another_tenant_is_not_written(database: Database) -> None:
    with pytest.raises(WrongTenant):
        _add(database.of("a"), "smuggled", tenant="b")
    assert _titles(database) == {}


def test_everybody_is_no_tenant(database: Database) -> None:
    for name in ("", "*"):
        with pytest.raises(WrongTenant):
            database.of(name)


def test_every_table_but_the_shared_ones_belongs_to_a_tenant() -> None:
    shared = {"services", "service_places", "service_calls", "tenants"}
    for mapper in Base.registry.mappers:
        name = mapper.class_.__tablename__
        assert issubclass(mapper.class_, Tenanted) != (name in shared), name


@pytest.mark.parametrize("setting", [None, "", "stranger"])
def test_postgres_itself_shows_strangers_nothing(empty_postgres: str, setting: str | None) -> None:
    """As raw SQL on a connection of the application's own role."""
    from video_platform.db.database import open_database

    database = open_database(empty_postgres)
    _add(database.of("a"), "of-a")
    tables = [t.name for t in Base.metadata.sorted_tables if "tenant" in t.c] + ["tenants"]
    with database.engine.begin() as connection:
        if setting is not None:
            connection.execute(text("SELECT set_config('app.tenant', :t, true)"), {"t": setting})
        for table in tables:
            found = connection.execute(text(f"SELECT count(*) FROM {table}")).scalar()  # noqa: S608
            assert found == 0, table
        assert connection.execute(text("UPDATE projects SET title = 'x'")).rowcount == 0
    with database.engine.connect() as connection:
        guarded = connection.execute(
            text("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity")
        )
        assert set(guarded.scalars()) == set(tables)
    database.engine.dispose()
