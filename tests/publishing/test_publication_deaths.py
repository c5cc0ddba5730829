"""``kill -9`` at every durable boundary: the network's own log says whether it was posted twice."""

import multiprocessing
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.publishing.machines import KEYS, FakeTime, Net, Stand, add_project, grant, make_stand
from video_platform.db.database import open_database
from video_platform.domain.publication import PublicationState as S
from video_platform.publishing.base import Desk, Finding, Outcome, Post, Published
from video_platform.publishing.machine import SETTLE_S

WRITES = ("preparing", "film", "handle", "prepared", "committing", "answered")
POINTS = (
    *(f"{when}_{write}" for write in WRITES for when in ("before", "after")),
    "before_request",
    "after_request",
)


class LoggedNet(Net):
    """Its log outlives the process."""

    def __init__(self, log: Path, *, die_before: bool = False, die_after: bool = False) -> None:
        super().__init__()
        self._log = log
        self._die_before, self._die_after = die_before, die_after

    def commit(self, post: Post, desk: Desk) -> Published:
        if self._die_before:
            die()
        with self._log.open("a") as writer:
            writer.write(f"{post.identity}\n")
        if self._die_after:
            die()
        return Published(url="https://net.test/1", published_at="")

    def look_up(self, post: Post, desk: Desk) -> Finding:
        if post.identity in self._log.read_text().split():
            out = Published(url="https://net.test/1", published_at="")
            return Finding(outcome=Outcome.PUBLISHED, why="There.", published=out)
        return Finding(outcome=Outcome.NOT_PUBLISHED, why="Not there.")


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _arm(stand: Stand, point: str) -> None:
    """Let this process kill itself at one write."""
    rows = stand.rows
    when, _, wanted = point.partition("_")

    def armed(write: Callable[..., object], name: Callable[..., str]) -> Callable[..., object]:
        def call(*arguments: object, **values: object) -> object:
            is_it = name(*arguments, **values) == wanted
            if is_it and when == "before":
                die()
            done = write(*arguments, **values)
            if is_it:
                die()
            return done

        return call

    def move_name(_held: object, state: S, **values: object) -> str:
        return "film" if "film" in values else state.value

    rows.move = armed(rows.move, move_name)  # type: ignore[method-assign,assignment]
    rows.save_handle = armed(rows.save_handle, lambda *_: "handle")  # type: ignore[method-assign,assignment]
    rows.answered = armed(rows.answered, lambda *_, **__: "answered")  # type: ignore[method-assign,assignment]


def _work_until(point: str, url: str, place: Path, log: Path, keys: tuple[str, ...]) -> None:
    net = LoggedNet(log, die_before=point == "before_request", die_after=point == "after_request")
    stand = make_stand(open_database(url), place, net=net, keys=keys)
    _arm(stand, point)
    stand.run_due()


@pytest.mark.parametrize("point", POINTS)
def test_kill_nine_never_posts_twice_and_never_loses_one(point: str, tmp_path: Path) -> None:
    log, url = tmp_path / "accepted.log", f"sqlite:///{tmp_path / 'p.db'}"
    log.touch()
    database = open_database(url)
    add_project(database)
    time = FakeTime()
    stand = make_stand(database, tmp_path, time=time, net=LoggedNet(log))
    stand.account = stand.keeper.connect("net", grant()).id
    stand.add()
    database.engine.dispose()
    context = multiprocessing.get_context("spawn")
    arguments = (point, url, tmp_path, log, KEYS)
    process = context.Process(target=_work_until, args=arguments)
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL

    was_sent = point in ("after_request", "before_answered", "after_answered")
    is_open = point in ("after_committing", "before_request")
    assert log.read_text().split() == ["one"] * was_sent
    time.wait(31)  # its lease ends
    stand.run_due()
    if is_open:
        # It may have left: nobody can tell, so nobody sends it.
        assert stand.rows.get("one").state is S.UNCONFIRMED
        stand.run_on(2 * SETTLE_S)
        assert stand.rows.get("one").error_code == "not_published"
        assert log.read_text() == ""
        stand.machine.retry("one")
        stand.run_due()
    assert stand.rows.get("one").state is S.PUBLISHED
    assert log.read_text().split() == ["one"]
    database.engine.dispose()
