"""PostgreSQL is never waited for without end, and its absence is told from a fault of ours."""

import sys

import pytest
from dagster._utils.error import serializable_error_info_from_exc_info
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from sensors.outcomes import lost_database
from tests.chaos.proxy import Fault, FaultProxy
from video_platform.db.database import Patience, connect
from video_platform.errors import StoreError


def judged(error: Exception) -> bool:
    try:
        raise error
    except type(error):
        return lost_database(serializable_error_info_from_exc_info(sys.exc_info()))


def through(url: str, port: int) -> str:
    from sqlalchemy.engine import make_url

    return make_url(url).set(host="127.0.0.1", port=port).render_as_string(hide_password=False)


def port_of(url: str) -> tuple[str, int]:
    from sqlalchemy.engine import make_url

    found = make_url(url)
    return found.host or "127.0.0.1", found.port or 5432


def test_a_connection_reset_in_a_transaction_is_an_outage_behind_any_other_error(
    empty_postgres: str,
) -> None:
    with FaultProxy(port_of(empty_postgres)) as proxy:
        engine = connect(through(empty_postgres, proxy.port))
        with engine.connect() as connection:
            connection.execute(text("select 1"))
            with proxy.broken(Fault.RESET), pytest.raises(DBAPIError) as caught:
                connection.execute(text("select 2"))
        with engine.connect() as again:
            assert again.execute(text("select 3")).scalar() == 3
        engine.dispose()
    wrapped = StoreError("Could not be noted.")
    wrapped.__cause__ = caught.value
    assert judged(caught.value)
    assert judged(wrapped)


def test_a_statement_is_given_up_after_its_time(empty_postgres: str) -> None:
    engine = connect(empty_postgres, Patience(statement_s=0.1))
    with engine.connect() as connection, pytest.raises(DBAPIError, match="statement timeout"):
        connection.execute(text("select pg_sleep(60)"))
    engine.dispose()


def test_a_wrong_statement_is_a_fault_and_no_outage(empty_postgres: str) -> None:
    engine = connect(empty_postgres)
    with engine.connect() as connection, pytest.raises(DBAPIError) as caught:
        connection.execute(text("select * from nowhere"))
    engine.dispose()
    assert not judged(caught.value)


def test_sqlite_has_no_outages() -> None:
    engine = connect("sqlite://")
    with engine.connect() as connection, pytest.raises(DBAPIError) as caught:
        connection.execute(text("select * from nowhere"))
    engine.dispose()
    assert not judged(caught.value)
