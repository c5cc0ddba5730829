"""An authority over a new database, with a clock that is moved by hand."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from video_platform.access.authority import Authority
from video_platform.access.keyring import SigningKey
from video_platform.db.database import Database, open_database

KEY = SigningKey("now", b"n" * 32)
OLD_KEY = SigningKey("before", b"o" * 32)


class HandClock:
    """A clock that stands until somebody moves it."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, **span: float) -> None:
        self.now += timedelta(**span)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database, as the application connects to it."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'platform.db'}"
    else:
        url = str(request.getfixturevalue("empty_postgres"))
    opened = open_database(url)
    yield opened
    opened.engine.dispose()


@pytest.fixture
def authority(database: Database, clock: HandClock) -> Authority:
    return Authority(database, [KEY, OLD_KEY], clock=clock)
