"""Brings a database to the tables this release knows, and back; the steps are in ``migrations``."""

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, inspect, text

_SCRIPTS = Path(__file__).with_name("migrations")
HEAD = "0003"
"""The newest revision: known here so that an up-to-date database costs one small query."""
_FIRST = "0001"
_LOCK = 0x7670_6462
"""Any number of ours: PostgreSQL's advisory lock that keeps two migrations apart."""


def revision_of(engine: Engine) -> str:
    """The revision a database is at; empty for a new one."""
    with engine.connect() as connection:
        return _revision(connection)[0]


def bring_up_to_date(engine: Engine) -> None:
    """Apply the migrations that are missing, if any; several processes may try at once."""
    if revision_of(engine) != HEAD:
        move(engine, "head")


def move(engine: Engine, target: str) -> None:
    """Go up or down to a revision: ``head``, ``base``, or its number."""
    from alembic import command
    from alembic.script import ScriptDirectory

    script = ScriptDirectory(str(_SCRIPTS))
    order = ["base", *reversed([one.revision for one in script.walk_revisions()])]
    wanted = order[-1] if target == "head" else target
    with engine.begin() as connection:
        _alone(connection)
        at, is_stamped = _revision(connection)
        config = _config(connection)
        if at and not is_stamped:
            command.stamp(config, at)
        going_up = order.index(wanted) > order.index(at or "base")
        if wanted != (at or "base"):
            (command.upgrade if going_up else command.downgrade)(config, wanted)
    # SQLite's connection has its foreign keys switched off.
    engine.dispose()


def _revision(connection: Connection) -> tuple[str, bool]:
    """The revision, and whether the database says so itself."""
    tables = set(inspect(connection).get_table_names())
    if "alembic_version" in tables:
        found = connection.execute(text("select version_num from alembic_version")).scalar()
        return str(found or ""), True
    # Before there were migrations, tables were made as they stood: that is the first revision.
    return (_FIRST if "generation_ledger" in tables else ""), False


def _alone(connection: Connection) -> None:
    """Wait until no other process migrates; the wait ends with the transaction."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        connection.execute(text("select set_config('app.tenant', '*', true)"))
    else:
        # A table is changed by making a new one and dropping the old, which others refer to.
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _config(connection: Connection) -> Any:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
