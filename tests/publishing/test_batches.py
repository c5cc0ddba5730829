"""Many workers and many posts at once, on the emulators: each row is posted once, and no account
has more under way than its network takes."""

import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from tests.publishing.emulators.base import Emulator
from tests.publishing.machines import KEYS, FakeTime, add_project
from tests.publishing.networks import (
    NETWORKS,
    PIECE,
    START,
    NetworkStand,
    fresh_processes,
    make_network_stand,
    open_quick,
    use_small_pieces,
)
from video_platform.db.database import Database
from video_platform.domain.publication import PublicationState as S
from video_platform.publishing.base import Desk, Post
from video_platform.publishing.registry import platform_class

WORKERS, POSTS, ACCOUNTS = 6, 100, 5


@pytest.fixture(autouse=True)
def _small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    use_small_pieces(monkeypatch)


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'platform.db'}"
    return str(request.getfixturevalue("empty_postgres"))


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    opened = open_quick(url)
    add_project(opened)
    yield opened
    opened.engine.dispose()


@pytest.fixture
def emulators() -> Iterator[tuple[FakeTime, dict[str, Emulator]]]:
    """All five, on one clock."""
    time = FakeTime(START)
    with ExitStack() as running:
        yield time, {name: running.enter_context(one.start(time)) for name, one in NETWORKS.items()}


def _stand(database: Database, place: Path, urls: dict[str, str], owner: str = "") -> NetworkStand:
    place.mkdir(exist_ok=True)
    time = FakeTime(START + timedelta(seconds=1))
    return make_network_stand(database, place, urls, time=time, film_bytes=PIECE + 1, owner=owner)


def _work_until_nothing_is_due(stand: NetworkStand) -> None:
    while stand.rows.is_anything_due():
        for held in stand.rows.claim_due():
            stand.machine.work_on(held)


def test_workers_at_one_due_row_of_each_network_make_one_post(
    database: Database, tmp_path: Path, emulators: tuple[FakeTime, dict[str, Emulator]]
) -> None:
    _, running = emulators
    urls = {name: emulator.url for name, emulator in running.items()}
    stands = [
        _stand(database, tmp_path / str(number), urls, owner=f"elsewhere:{number}")
        for number in range(WORKERS)
    ]
    for name, emulator in running.items():
        stands[0].connect(name, emulator.token)
        stands[0].add(f"one at {name}", name)
    together = threading.Barrier(WORKERS)

    def work(stand: NetworkStand) -> None:
        together.wait()
        _work_until_nothing_is_due(stand)
        for name in running:  # a person's hand at the same row
            stand.machine.work(f"one at {name}")

    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(work, stands))
    for name, emulator in running.items():
        assert stands[0].run_to_its_end(f"one at {name}").state is S.PUBLISHED
        assert len(emulator.commits) == emulator.commit_attempts == 1


def _daemon(url: str, place: Path, urls: dict[str, str], keys: tuple[str, ...], gate: Any) -> None:
    patch = pytest.MonkeyPatch()
    use_small_pieces(patch)
    place.mkdir(exist_ok=True)
    database = open_quick(url)
    time = FakeTime(START + timedelta(seconds=1))
    stand = make_network_stand(database, place, urls, time=time, film_bytes=PIECE + 1, keys=keys)
    gate.wait(60)
    _work_until_nothing_is_due(stand)


def test_daemons_in_processes_of_their_own_make_one_post_of_each_row(
    url: str, database: Database, tmp_path: Path, emulators: tuple[FakeTime, dict[str, Emulator]]
) -> None:
    _, running = emulators
    urls = {name: emulator.url for name, emulator in running.items()}
    stand = _stand(database, tmp_path / "own", urls)
    for name, emulator in running.items():
        stand.connect(name, emulator.token)
        for number in range(3):
            stand.add(f"{number} at {name}", name)
    processes = fresh_processes()
    gate = processes.Barrier(2)
    daemons = [
        processes.Process(target=_daemon, args=(url, tmp_path / f"d{number}", urls, KEYS, gate))
        for number in range(2)
    ]
    for daemon in daemons:
        daemon.start()
    for daemon in daemons:
        daemon.join(60)
    assert [daemon.exitcode for daemon in daemons] == [0, 0]
    for name, emulator in running.items():
        ended = [stand.run_to_its_end(f"{number} at {name}") for number in range(3)]
        assert {one.state for one in ended} == {S.PUBLISHED}
        assert len(emulator.commits) == emulator.commit_attempts == 3


@dataclass
class Crowd:
    """How many posts of each account are under way, and how many ever were at once."""

    now: Counter[str] = field(default_factory=Counter)
    most: Counter[str] = field(default_factory=Counter)
    begun_s: dict[str, float] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def watch(self, platform: Any) -> None:
        """Count while the platform prepares."""
        ordinary = platform.prepare

        def prepare(post: Post, desk: Desk) -> bool:
            key = f"{platform.name}/{desk.account.external_id}"
            with self._lock:
                self.begun_s.setdefault(post.identity, monotonic())
                self.now[key] += 1
                self.most[key] = max(self.most[key], self.now[key])
            try:
                return bool(ordinary(post, desk))
            finally:
                with self._lock:
                    self.now[key] -= 1

        platform.prepare = prepare


def _connect_accounts(stand: NetworkStand, running: dict[str, Emulator]) -> list[tuple[str, str]]:
    """Network and account of each of a hundred posts: twenty a network."""
    places = []
    for name, emulator in running.items():
        # Instagram's address holds the account, and its emulator has one.
        ids = [f"{NETWORKS[name].external_id}{tail}" for tail in ("", "1", "2", "3", "4")]
        ids = ids[:1] if name == "instagram" else ids
        accounts = [stand.connect(name, emulator.token, external_id=one) for one in ids]
        each = POSTS // len(NETWORKS) // len(accounts)
        places += [(name, account) for account in accounts for _ in range(each)]
    return places


def test_a_hundred_posts_of_one_minute_all_go_out_within_the_networks_limits(
    tmp_path: Path, emulators: tuple[FakeTime, dict[str, Emulator]]
) -> None:
    _, running = emulators
    database = open_quick(f"sqlite:///{tmp_path / 'platform.db'}")
    add_project(database)
    urls = {name: emulator.url for name, emulator in running.items()}
    stand, crowd = _stand(database, tmp_path / "own", urls), Crowd()
    for number, (name, account) in enumerate(_connect_accounts(stand, running)):
        second = timedelta(seconds=number * 60 / POSTS)
        stand.add(f"p{number}", name, account=account, due=START - second)
    for platform in stand.platforms.values():
        crowd.watch(platform)

    def at_once(name: str) -> int:
        return int(platform_class(name).rules.at_once)

    began = monotonic()
    with ThreadPoolExecutor(POSTS) as pool:
        while len(crowd.begun_s) < POSTS:
            list(pool.map(stand.machine.work_on, stand.rows.claim_due(at_once=at_once)))
    for number in range(POSTS):
        stand.steps = 0
        assert stand.run_to_its_end(f"p{number}").state is S.PUBLISHED
    assert {name: len(emulator.commits) for name, emulator in running.items()} == dict.fromkeys(
        running, POSTS // len(running)
    )
    assert all(count <= at_once(key.partition("/")[0]) for key, count in crowd.most.items())
    waits = sorted(moment - began for moment in crowd.begun_s.values())
    # The figure itself is what is wanted; it is seen with -s, and nothing depends on it.
    print(f"{POSTS} begun: half in {waits[POSTS // 2]:.1f} s, all in {waits[-1]:.1f} s")  # noqa: T201
    database.engine.dispose()
