"""Events come in one order per tenant, without a gap, whoever writes them at the same time."""

import multiprocessing
import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from video_platform.db.database import Database, open_database
from video_platform.db.models import EventRow
from video_platform.db.repositories.events import Events
from video_platform.domain.events import EventKind
from video_platform.errors import WrongTenant

WRITERS, EACH = 8, 20


def test_numbers_count_from_one_for_every_tenant(database: Database) -> None:
    for tenant in ("a", "b"):
        events = Events(database.of(tenant))
        assert [events.tell(EventKind.WEBHOOK_PING, {}) for _ in range(3)] == [1, 2, 3]
        assert [event.seq for event in events.after(1)] == [2, 3]
        assert events.last() == 3
    assert Events(database.system()).counters() == {"a": 3, "b": 3}


def test_an_event_of_nobody_is_refused(database: Database) -> None:
    with pytest.raises(WrongTenant):
        Events(database.system()).tell(EventKind.WEBHOOK_PING, {})


def test_a_number_is_seen_with_its_event_or_not_at_all(database: Database) -> None:
    events = Events(database)
    with database.session() as session:
        events.add(session, EventKind.WEBHOOK_PING, {})
        session.rollback()
    assert events.last() == 0
    assert events.tell(EventKind.WEBHOOK_PING, {}) == 1


def test_forgotten_numbers_are_not_used_again(database: Database) -> None:
    events = Events(database)
    events.tell(EventKind.WEBHOOK_PING, {})
    assert events.forget_before(timedelta(seconds=-5)) == 1
    assert events.tell(EventKind.WEBHOOK_PING, {}) == 2


def _write(url: str, number: int) -> None:
    database = open_database(url)
    for index in range(EACH):
        Events(database).tell(EventKind.PROJECT_CHANGED, {"writer": number, "index": index})
    database.engine.dispose()


@pytest.mark.slow
def test_eight_writers_leave_no_gap_and_a_reader_sees_none(database_url: str) -> None:
    """A reader that goes on from the last number it saw must not miss one that commits late."""
    database = open_database(database_url)
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_write, args=(database_url, n)) for n in range(WRITERS)]
    seen: list[int] = []
    done = threading.Event()

    def read() -> None:
        events = Events(database)
        while not done.is_set() or events.last() > (seen[-1] if seen else 0):
            seen.extend(event.seq for event in events.after(seen[-1] if seen else 0))

    reader = threading.Thread(target=read)
    reader.start()
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(120)
    done.set()
    reader.join(60)
    assert [writer.exitcode for writer in writers] == [0] * WRITERS
    assert seen == list(range(1, WRITERS * EACH + 1))
    with database.session() as session:
        rows = session.scalars(select(EventRow).order_by(EventRow.seq)).all()
    for number in range(WRITERS):
        assert [r.data["index"] for r in rows if r.data["writer"] == number] == list(range(EACH))
    database.engine.dispose()
