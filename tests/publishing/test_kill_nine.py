"""``kill -9`` before and after every durable boundary, at every network: the network's own log says
that each film is out once, and its count of bytes how much was sent again."""

import os
import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from typing import Any

import pytest

from tests.publishing.emulators.base import Emulator
from tests.publishing.machines import KEYS, FakeTime, add_project
from tests.publishing.networks import (
    FILM_BYTES,
    NETWORKS,
    PIECE,
    START,
    NetworkStand,
    fresh_processes,
    make_network_stand,
    open_quick,
    use_small_pieces,
)
from video_platform.domain.publication import PublicationState as S
from video_platform.publishing.uploads import Connection

_DAY_S = 86_400.0
_WORD = "word 1"
"""The request that publishes: before it nothing left, after it the answer was heard."""
_TAKEN = "taken"
"""The network has just taken the word, and nobody heard its answer."""
_MOST_AGAIN = {"youtube": 0, "tiktok": 0, "instagram": 0, "linkedin": PIECE, "x": PIECE}
"""Bytes of a film that may be sent again: LinkedIn and X cannot be asked what they hold, so the
piece that was under way goes again."""
_UPLOADS = {
    "youtube": "sessions",
    "tiktok": "uploads",
    "instagram": "containers",
    "linkedin": "videos",
    "x": "uploads",
}
"""Where an emulator keeps what it was sent."""


@pytest.fixture(scope="module", autouse=True)
def _small_pieces() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        use_small_pieces(patch)
        yield


@dataclass
class Marks:
    """The durable boundaries of one publication, in the order they are met.

    ``meet`` is called before and after each; names count: ``save 3`` is the third of the handle.
    """

    meet: Callable[[str, str], None]
    names: list[str] = field(default_factory=list)
    _counts: Counter[str] = field(default_factory=Counter)

    def around(self, call: Callable[..., Any], name: Callable[..., str]) -> Callable[..., Any]:
        def marked(*arguments: Any, **values: Any) -> Any:
            kind = name(*arguments, **values)
            self._counts[kind] += 1
            self.names.append(f"{kind} {self._counts[kind]}")
            mark = self.names[-1]
            self.meet("before", mark)
            done = call(*arguments, **values)
            self.meet("after", mark)
            return done

        return marked

    def put_on(self, stand: NetworkStand, patch: pytest.MonkeyPatch) -> None:
        """Watch a stand's rows and the request that publishes."""

        def moved(_held: object, state: S, **values: object) -> str:
            return "film" if "film" in values else state.value

        for method, name in (
            ("claim", lambda *_, **__: "claim"),
            ("save_handle", lambda *_: "save"),
            ("renew", lambda *_: "progress"),
            ("move", moved),
            ("answered", lambda *_, **__: "published"),
        ):
            patch.setattr(stand.rows, method, self.around(getattr(stand.rows, method), name))
        patch.setattr(Connection, "commit", self.around(Connection.commit, lambda *_, **__: "word"))


def _die_at(when: str, mark: str) -> Callable[[str, str], None]:
    def meet(now: str, met: str) -> None:
        if (now, met) == (when, mark):
            os.kill(os.getpid(), signal.SIGKILL)

    return meet


@dataclass(frozen=True)
class Order:
    """What a process is told: which publication, where, and at which mark it dies."""

    publication: str
    urls: dict[str, str]
    place: Path
    now: datetime
    when: str
    mark: str
    keys: tuple[str, ...] = KEYS


def _work(order: Order, out: Pipe) -> None:
    """What the process that dies does."""
    patch = pytest.MonkeyPatch()
    use_small_pieces(patch)
    database = open_quick(f"sqlite:///{order.place / 'platform.db'}")
    stand = make_network_stand(
        database, order.place, order.urls, time=FakeTime(order.now), keys=order.keys
    )
    Marks(_die_at(order.when, order.mark)).put_on(stand, patch)
    out.send("begun")
    stand.run_to_its_end(order.publication)


class Bench:
    """One network with a database, where processes are killed one after the other."""

    def __init__(self, name: str, emulator: Emulator, time: FakeTime, place: Path) -> None:
        self.name, self.emulator, self.time, self.place = name, emulator, time, place
        self.urls = {name: emulator.url}
        self.database = open_quick(f"sqlite:///{place / 'platform.db'}")
        add_project(self.database)
        self.stand = make_network_stand(self.database, place, self.urls, time=time)
        self.stand.connect(name, emulator.token)
        self._processes = fresh_processes()

    def boundaries(self) -> list[str]:
        """The marks that a publication meets which nothing happens to."""
        with pytest.MonkeyPatch.context() as patch:
            marks = Marks(lambda *_: None)
            marks.put_on(self.stand, patch)
            self.stand.add("undisturbed", self.name)
            assert self.stand.run_to_its_end("undisturbed").state is S.PUBLISHED
        return list(marks.names)

    def kill(self, publication: str, when: str, mark: str) -> None:
        """Let another process work at it until it is killed at this mark."""
        here, there = self._processes.Pipe()
        order = Order(publication, self.urls, self.place, self.time.now(), when, mark)
        process = self._processes.Process(target=_work, args=(order, there))
        process.start()
        there.close()
        dead = threading.Event()
        with pytest.MonkeyPatch.context() as patch:
            if mark == _TAKEN:
                patch.setattr(self.emulator, "publish", self._kill_when_taken(process.pid, dead))
            process.join(60)
            dead.set()
        assert here.recv() == "begun"
        ended = self.stand.rows.get(publication)
        assert process.exitcode == -signal.SIGKILL, f"{when} {mark}: {ended.state} {ended.error}"

    def _kill_when_taken(self, pid: int, dead: threading.Event) -> Callable[..., None]:
        """Take the post, and let whoever asked for it die before it is answered."""
        ordinary = self.emulator.publish

        def publish(*arguments: Any, **facts: Any) -> None:
            ordinary(*arguments, **facts)
            os.kill(pid, signal.SIGKILL)
            dead.wait(60)

        return publish

    def received(self) -> int:
        """Bytes of films the network was sent, also those that were sent again."""
        emulator: Any = self.emulator
        held = getattr(emulator, _UPLOADS[self.name]).values()
        films = (one for one in held if getattr(one, "category", "") != "subtitles")
        return sum(one.received for one in films)


def _die_and_go_on(bench: Bench, when: str, mark: str) -> int:
    """One death and what comes after it; gives how many bytes were sent again."""
    emulator, stand = bench.emulator, bench.stand
    publication = stand.add(f"{when} {mark}", bench.name)
    before, sent = len(emulator.commits), bench.received()
    bench.kill(publication, when, mark)
    was_out = len(emulator.commits) > before
    attempts = emulator.commit_attempts
    state = stand.rows.get(publication).state
    stand.time.wait(31)  # the dead one's lease ends
    stand.steps = 0
    ended = stand.run_to_its_end(publication)
    again = bench.received() - sent - FILM_BYTES
    if state is S.COMMITTING and not was_out:
        # It may have left: nobody can tell, so nobody sends it until a person says so.
        assert (ended.state, ended.error_code) == (S.FAILED, "not_published")
        assert len(emulator.commits) == before
        stand.machine.retry(publication)
        ended = stand.run_to_its_end(publication)
        again = 0
    if was_out:
        assert emulator.commit_attempts == attempts, "what was taken was asked for again"
    assert ended.state is S.PUBLISHED, f"{when} {mark}: {ended.error}"
    assert len(emulator.commits) == before + 1, f"{when} {mark}: lost, or posted twice"
    return again


_OFTEN = ("youtube", "x")
"""Always tried; the others take as long, and find the same."""


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=() if name in _OFTEN else pytest.mark.wide) for name in NETWORKS],
)
def test_a_death_at_any_boundary_neither_posts_twice_nor_loses_the_post(
    name: str, tmp_path: Path
) -> None:
    time = FakeTime(START)
    with NETWORKS[name].start(time) as emulator:
        bench = Bench(name, emulator, time, tmp_path)
        again: dict[str, int] = {}
        marks = bench.boundaries()
        points = [(when, mark) for mark in marks for when in ("before", "after")]
        # Progress writes nothing that is gone on with: a death before it is one after it.
        points = [one for one in points if not one[1].startswith("progress") or one[0] == "after"]
        points.insert(points.index(("after", _WORD)), ("as it was", _TAKEN))
        for when, mark in points:
            time.wait(_DAY_S)  # networks count posts by the day
            again[f"{when} {mark}"] = _die_and_go_on(bench, when, mark)
        bench.database.engine.dispose()
    assert max(again.values()) <= _MOST_AGAIN[name], again
    assert emulator.mistakes == []
    # Figures, seen with -s: nothing depends on them.
    print(f"{name}: {len(points)} deaths; bytes again: {Counter(again.values())}")  # noqa: T201
