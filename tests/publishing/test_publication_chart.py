"""The state chart under everything at once: faults, deaths, people, time, in any order."""

import tempfile
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import event

from tests.publishing.desks import Killed
from tests.publishing.machines import Net, Stand, add_project, auth_failed, grant, lost, make_stand
from video_platform.db.database import open_database
from video_platform.domain.publication import TRANSITIONS, PublicationState
from video_platform.errors import (
    ContentRefused,
    InvalidInput,
    ProviderRateLimited,
    ProviderUnavailable,
)
from video_platform.publishing.base import Desk, Finding, Outcome, Post, Published

NAMES = ("a", "b", "c")


def error_of(kind: str) -> BaseException:
    words: dict[str, Any] = {"provider": "net", "operation": "submit"}
    return {
        "rate": lambda: ProviderRateLimited("429", **words, retry_after_s=40.0),
        "down": lambda: ProviderUnavailable("503", **words),
        "lost": lost,
        "auth": auth_failed,
        "content": lambda: ContentRefused("no", **words),
        "killed": Killed,
        "bug": lambda: KeyError("x"),
    }[kind]()


class Moody(Net):
    """Fails as it is told next, before or after it took a post."""

    def __init__(self) -> None:
        super().__init__()
        self.next: dict[str, str] = {}

    def _mood(self, where: str) -> None:
        kind = self.next.pop(where, "")
        if kind:
            raise error_of(kind)

    def prepare(self, post: Post, desk: Desk) -> bool:
        self._mood("prepare")
        return super().prepare(post, desk)

    def commit(self, post: Post, desk: Desk) -> Published:
        self._mood("commit")
        super().commit(post, desk)
        self._mood("answer")
        return Published(url=f"https://net.test/{post.identity}", published_at="")

    def look_up(self, post: Post, desk: Desk) -> Finding:
        kind = self.next.pop("look", "")
        if kind == "unclear":
            return Finding(outcome=Outcome.UNCLEAR, why="?")
        if kind:
            raise error_of(kind)
        return super().look_up(post, desk)


class Chart(RuleBasedStateMachine):
    """Three publications, one network, one person, several processes."""

    @initialize()
    def open(self) -> None:
        self.place = tempfile.TemporaryDirectory()
        directory = Path(self.place.name)
        self.database = open_database(f"sqlite:///{directory / 'p.db'}")
        self.database.engine.dispose()
        event.listen(
            self.database.engine, "connect", lambda c, _: c.execute("PRAGMA synchronous=OFF")
        )
        add_project(self.database)
        self.net = Moody()
        self.stand: Stand = make_stand(self.database, directory, net=self.net)
        self.stand.account = self.stand.keeper.connect("net", grant()).id
        self.titles: dict[str, str] = {}
        self.cancelled: set[str] = set()
        self.states: dict[str, PublicationState] = {}
        for name in NAMES:
            self.stand.add(name, due=self.stand.time.now() + timedelta(seconds=30))
            self.titles[name] = f"title of {name}"

    @rule(
        where=st.sampled_from(["prepare", "commit", "answer"]),
        kind=st.sampled_from(["rate", "down", "lost", "auth", "content", "killed", "bug"]),
    )
    def break_next(self, where: str, kind: str) -> None:
        # A network that took a post does not say that it refused its content or its token.
        if where != "answer" or kind in ("down", "lost", "killed", "bug"):
            self.net.next[where] = kind

    @rule(kind=st.sampled_from(["unclear", "down", "auth", "killed"]))
    def break_look(self, kind: str) -> None:
        self.net.next["look"] = kind

    @rule(seconds=st.sampled_from([1, 20, 35, 200, 4000]))
    def pass_time(self, seconds: int) -> None:
        self.stand.time.wait(seconds)

    @rule()
    def work(self) -> None:
        for held in self.stand.rows.claim_due(limit=1):
            with suppress(Killed, KeyError):
                self.stand.machine.work_on(held)

    @rule(name=st.sampled_from(NAMES), text=st.integers(0, 99))
    def edit(self, name: str, text: int) -> None:
        with suppress(InvalidInput):
            self.stand.rows.edit(name, lambda wish: replace(wish, title=f"t{text}"))
            self.titles[name] = f"t{text}"

    @rule(name=st.sampled_from(NAMES))
    def cancel(self, name: str) -> None:
        with suppress(InvalidInput):
            self.stand.rows.cancel(name)
            self.cancelled.add(name)

    @rule(name=st.sampled_from(NAMES))
    def retry(self, name: str) -> None:
        with suppress(InvalidInput):
            self.stand.machine.retry(name)

    @rule(name=st.sampled_from(NAMES))
    def reconcile(self, name: str) -> None:
        before = self.stand.rows.get(name).commits
        with suppress(Killed):
            self.stand.machine.reconcile(name)
        assert self.stand.rows.get(name).commits == before

    @invariant()
    def holds(self) -> None:
        accepted = Counter(name for name, _ in getattr(self, "net", Net()).accepted)
        assert all(count == 1 for count in accepted.values()), "posted twice"
        for name in NAMES if hasattr(self, "stand") else ():
            now = self.stand.rows.get(name)
            was = self.states.get(name, now.state)
            assert now.state in _reachable(was), (was, now.state)
            self.states[name] = now.state
            if name in accepted:
                assert name not in self.cancelled
                assert dict(self.net.accepted)[name] == self.titles[name]
            if now.state is PublicationState.PUBLISHED:
                assert name in accepted
            if now.state in (PublicationState.FAILED, PublicationState.UNCONFIRMED):
                assert now.error
                assert now.error_code

    def teardown(self) -> None:
        if not hasattr(self, "stand"):
            return
        # When all is calm again, everything ends, or says that nobody can know.
        self.net.next.clear()
        self.stand.run_on(8000, step=100)
        for name in NAMES:
            state = self.stand.rows.get(name).state
            assert state in (
                PublicationState.PUBLISHED,
                PublicationState.FAILED,
                PublicationState.CANCELLED,
            )
            assert state is not PublicationState.FAILED or name not in dict(self.net.accepted)
        self.holds()
        self.database.engine.dispose()
        self.place.cleanup()


def _reachable(state: PublicationState) -> set[PublicationState]:
    """Where the chart leads from a state, in any number of steps."""
    found, new = {state}, {state}
    while new:
        new = {after for one in new for after in TRANSITIONS[one]} - found
        found |= new
    return found


Chart.TestCase.settings = settings(
    max_examples=60,
    stateful_step_count=30,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
TestChart = Chart.TestCase
