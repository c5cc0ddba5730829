"""A stand with a connected account, on SQLite."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from tests.publishing.machines import Stand, add_project, grant, make_stand
from video_platform.db.database import Database, open_database


def _trust_the_system(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA synchronous=OFF")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = open_database(f"sqlite:///{tmp_path / 'platform.db'}")
    # Processes die here, machines do not: what is written need not have reached the disk.
    opened.engine.dispose()
    event.listen(opened.engine, "connect", _trust_the_system)
    add_project(opened)
    yield opened
    opened.engine.dispose()


@pytest.fixture
def stand(database: Database, tmp_path: Path) -> Stand:
    made = make_stand(database, tmp_path)
    made.account = made.keeper.connect("net", grant()).id
    return made


@pytest.fixture(scope="session", autouse=True)
def _certificates_are_read_once() -> Iterator[None]:
    """Every platform opens many short connections; each would read the certificates again."""
    import httpx
    from httpx._transports import default

    kept = cache(httpx.create_ssl_context)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(httpx, "create_ssl_context", kept)
        patch.setattr(default, "create_ssl_context", lambda **_: kept())
        yield
