"""Every repository is tested on SQLite and on a real PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from video_platform.db.database import Database, open_database


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database, as the application connects to it."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'platform.db'}"
    return str(request.getfixturevalue("empty_postgres"))


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A database with all tables, as the default tenant."""
    opened = open_database(database_url)
    yield opened
    opened.engine.dispose()
