"""The one door to the database: whose rows a session may see is decided here.

``Database.of(tenant)`` opens sessions that see and write one tenant's rows only; every query gets
the condition by itself, and PostgreSQL's row-level security says it once more. ``system()`` sees
all, for what serves everybody: sensors, sweepers, the log-in.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event, func, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import ORMExecuteState, Session, with_loader_criteria

from video_platform.db.models import Tenanted
from video_platform.errors import NotConfigured, WrongTenant

DEFAULT_TENANT = "default"
"""Whose everything is on a machine of one's own."""
ALL_TENANTS = "*"
TENANT_SETTING = "app.tenant"
"""PostgreSQL's setting that the row-level security policies read."""


class TenantSession(Session):
    """A session whose ``info["tenant"]`` is seen to."""


@dataclass(frozen=True, slots=True)
class Database:
    """An engine and whose rows are meant."""

    engine: Engine
    tenant: str = DEFAULT_TENANT

    def of(self, tenant: str) -> "Database":
        """The same database, one tenant's rows."""
        if not tenant or tenant == ALL_TENANTS:
            raise WrongTenant(f"{tenant!r} is not a tenant.")
        return replace(self, tenant=tenant)

    def system(self) -> "Database":
        """The same database, everybody's rows."""
        return replace(self, tenant=ALL_TENANTS)

    def session(self) -> Session:
        """A session; use ``with db.session() as session, session.begin():``."""
        return TenantSession(self.engine, info={"tenant": self.tenant})

    @property
    def is_postgres(self) -> bool:
        """Whether row locks and row-level security exist."""
        return self.engine.dialect.name == "postgresql"

    def now(self) -> datetime:
        """The database's clock: the one that decides what is due."""
        with self.session() as session:
            if self.is_postgres:
                moment: datetime = session.scalars(select(func.clock_timestamp())).one()
                return moment
            stamp = session.scalars(select(func.strftime("%Y-%m-%dT%H:%M:%f+00:00", "now"))).one()
            return datetime.fromisoformat(str(stamp))


@event.listens_for(TenantSession, "do_orm_execute")
def _only_own(state: ORMExecuteState) -> None:
    tenant = state.session.info["tenant"]
    if tenant == ALL_TENANTS or state.is_column_load or state.is_relationship_load:
        return
    state.statement = state.statement.options(
        with_loader_criteria(Tenanted, lambda row: row.tenant == tenant, include_aliases=True)
    )


@event.listens_for(TenantSession, "before_flush")
def _write_own(session: Session, _context: object, _instances: object) -> None:
    tenant = session.info["tenant"]
    for row in session.new | session.dirty | session.deleted:
        if not isinstance(row, Tenanted):
            continue
        if row.tenant is None and tenant != ALL_TENANTS:
            row.tenant = tenant
        if tenant not in (ALL_TENANTS, row.tenant):
            raise WrongTenant(f"A row of {row.tenant!r} was about to be written for {tenant!r}.")


@event.listens_for(TenantSession, "after_begin")
def _tell_postgres(session: Session, _transaction: object, connection: Any) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(
            text(f"select set_config('{TENANT_SETTING}', :tenant, true)"),
            {"tenant": session.info["tenant"]},
        )


def _tune_sqlite(connection: Any, _record: object) -> None:
    # WAL lets readers go on while one writes; the wait covers several processes on one file.
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA busy_timeout=10000")
    connection.execute("PRAGMA foreign_keys=ON")


@dataclass(frozen=True, slots=True)
class Patience:
    """How long PostgreSQL is waited for, in seconds; 0 waits for ever. SQLite has its own wait."""

    connect_s: int = 5
    statement_s: float = 60.0
    lock_s: float = 20.0

    def arguments(self) -> dict[str, Any]:
        """Of the driver: a server that is gone without a word is noticed, too, in about 30 s."""
        limits = {"statement_timeout": self.statement_s, "lock_timeout": self.lock_s}
        return {
            "connect_timeout": self.connect_s,
            "options": " ".join(f"-c {name}={int(s * 1000)}" for name, s in limits.items()),
            "keepalives": 1,
            "keepalives_idle": 10,
            "keepalives_interval": 5,
            "keepalives_count": 4,
            "tcp_user_timeout": 30_000,
        }


def connect(url: str, patience: Patience | None = None) -> Engine:
    """An engine on ``url``; its tables may be missing or old."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        if parsed.database:
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(parsed, pool_pre_ping=True)
        event.listen(engine, "connect", _tune_sqlite)
        return engine
    arguments = (patience or Patience()).arguments()
    if given := parsed.query.get("options"):
        arguments["options"] += f" {given}"
    return create_engine(
        parsed, pool_pre_ping=True, pool_size=10, max_overflow=20, connect_args=arguments
    )


def open_database(
    url: str,
    *,
    migrate: Callable[[Engine], None] | None = None,
    patience: Patience | None = None,
) -> Database:
    """The database at ``url`` with all tables in place, as the default tenant.

    Raises:
        NotConfigured: it cannot be reached or written.
    """
    from video_platform.db.migrate import bring_up_to_date

    parsed = make_url(url)
    try:
        engine = connect(url, patience)
        _migrated(url, engine, migrate or bring_up_to_date)
    except (OperationalError, OSError) as error:
        raise NotConfigured(
            f"The database {parsed.render_as_string(hide_password=True)} cannot be used: "
            f"{getattr(error, 'orig', error)}.",
            hint="Check VIDEO_PLATFORM_DATABASE_URL, or that the data directory can be written.",
        ) from error
    return Database(engine)


def _migrated(url: str, engine: Engine, migrate: Callable[[Engine], None]) -> None:
    if engine.dialect.name != "postgresql":
        migrate(engine)
        return
    # A migration, and waiting for another process's, may take longer than any statement of ours.
    unhurried = connect(url, Patience(statement_s=0, lock_s=0))
    try:
        migrate(unhurried)
    finally:
        unhurried.dispose()
