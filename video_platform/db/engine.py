"""Opens the database and makes sure its tables exist."""

from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from video_platform.db.models import Base
from video_platform.errors import NotConfigured


def _tune_sqlite(connection: Any, _record: object) -> None:
    # WAL lets readers go on while one writes; the wait covers several processes on one file.
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA busy_timeout=10000")
    connection.execute("PRAGMA foreign_keys=ON")


def open_database(url: str) -> Engine:
    """An engine on ``url`` with all tables in place.

    Raises:
        NotConfigured: the database cannot be reached or written.
    """
    parsed = make_url(url)
    try:
        if parsed.get_backend_name() == "sqlite" and parsed.database:
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(parsed, pool_pre_ping=True)
        if parsed.get_backend_name() == "sqlite":
            event.listen(engine, "connect", _tune_sqlite)
        Base.metadata.create_all(engine)
    except (OperationalError, OSError) as error:
        raise NotConfigured(
            f"The database {parsed.render_as_string(hide_password=True)} cannot be used: "
            f"{getattr(error, 'orig', error)}.",
            hint="Check VIDEO_PLATFORM_DATABASE_URL, or that the data directory can be written.",
        ) from error
    return engine
