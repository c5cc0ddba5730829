"""On PostgreSQL, as the application's own role: rows are claimed once, and edits race safely."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from tests.publishing.machines import FakeTime, Net, Stand, add_project, grant, make_stand
from video_platform.db.database import Database, open_database
from video_platform.db.repositories.publications import Publications
from video_platform.domain.publication import PublicationState as S
from video_platform.errors import InvalidInput

WORKERS, POSTS = 6, 60


@pytest.fixture
def database(empty_postgres: str) -> Iterator[Database]:
    opened = open_database(empty_postgres)
    add_project(opened)
    yield opened
    opened.engine.dispose()


@pytest.fixture
def stands(database: Database, tmp_path: Path) -> list[Stand]:
    """Workers of one tenant, whose claims come from the whole system as the sensor's do."""
    time, net, made = FakeTime(), Net(), []
    for number in range(WORKERS):
        (place := tmp_path / str(number)).mkdir()
        made.append(make_stand(database, place, time=time, net=net, owner=f"elsewhere:{number}"))
    made[0].account = made[0].keeper.connect("net", grant()).id
    for number in range(POSTS):
        made[0].add(f"p{number}")
    return made


def test_many_claim_at_once_and_each_row_is_claimed_once(stands: list[Stand]) -> None:
    def claim(stand: Stand) -> list[str]:
        system = Publications(
            stand.database.system(), owner=stand.rows._owner, clock=stand.time.now
        )
        names = []
        # What another claims at this moment is passed over, and found free or taken the next time.
        while system.is_anything_due():
            names += [one.id for one in system.claim_due(limit=7)]
        return names

    with ThreadPoolExecutor(WORKERS) as pool:
        claimed = [name for names in pool.map(claim, stands) for name in names]
    assert sorted(claimed) == sorted(f"p{number}" for number in range(POSTS))


def test_workers_and_edits_at_the_same_rows_make_one_post_each_of_what_was_accepted(
    stands: list[Stand],
) -> None:
    titles = {f"p{number}": f"title of p{number}" for number in range(POSTS)}

    def edit() -> None:
        for name in titles:
            try:
                stands[0].rows.edit(name, lambda wish: replace(wish, title="edited"))
            except InvalidInput:
                continue
            titles[name] = "edited"

    with ThreadPoolExecutor(WORKERS + 1) as pool:
        done = [pool.submit(stand.run_due) for stand in stands]
        done.append(pool.submit(edit))  # type: ignore[arg-type]
        for one in done:
            one.result()
    while stands[0].rows.is_anything_due():
        stands[0].run_due()
    assert dict(stands[0].net.accepted) == titles
    assert len(stands[0].net.accepted) == POSTS
    assert {stands[0].rows.get(name).state for name in titles} == {S.PUBLISHED}


def test_the_databases_clock_says_what_is_due(database: Database, stands: list[Stand]) -> None:
    now = Publications(database).now()
    assert now.tzinfo is not None
    assert len(Publications(database).claim_due()) == (POSTS if now >= stands[0].time.now() else 0)
