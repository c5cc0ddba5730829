"""Publication machines on real databases, with a network that keeps a log of what it accepted."""

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

from tests.publishing.desks import make_post
from video_platform.db.database import Database
from video_platform.db.repositories.accounts import Accounts
from video_platform.db.repositories.projects import Projects
from video_platform.db.repositories.publications import Publications
from video_platform.domain.brief import Brief
from video_platform.domain.formats import Format
from video_platform.domain.publication import Publication, Wish
from video_platform.errors import OutcomeUnknown, ProviderAuthFailed
from video_platform.publishing.accounts import AccountKeeper
from video_platform.publishing.base import (
    Account,
    Desk,
    Finding,
    Grant,
    Metrics,
    Outcome,
    Post,
    Published,
    Rules,
)
from video_platform.publishing.machine import PublicationMachine
from video_platform.vault import Vault, new_key

PROJECT = "a-film-0123456789"
KEYS = (new_key(), new_key())
START = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)


class FakeTime:
    """A clock that moves when somebody waits."""

    def __init__(self, now: datetime = START) -> None:
        self._now = now
        self._lock = threading.Lock()

    def now(self) -> datetime:
        return self._now

    def wait(self, seconds: float) -> None:
        with self._lock:
            self._now += timedelta(seconds=seconds)


def lost(operation: str = "submit") -> OutcomeUnknown:
    return OutcomeUnknown("The answer was lost.", provider="net", operation=operation)


def auth_failed() -> ProviderAuthFailed:
    return ProviderAuthFailed("401", provider="net", operation="upload")


Script = Callable[[Post, Desk], object]
RULES = Rules(formats=tuple(Format), at_once=100)


@dataclass
class Net:
    """A network whose log is the judge: what it accepted, with which title, for which post.

    ``on_prepare``, ``on_commit``, ``after_commit`` and ``on_look`` may raise; a list of them is
    taken one by one, the last one again and again.
    """

    name: ClassVar[str] = "net"
    rules: Rules = RULES
    on_prepare: list[Script] = field(default_factory=list)
    on_commit: list[Script] = field(default_factory=list)
    after_commit: list[Script] = field(default_factory=list)
    on_look: list[Script] = field(default_factory=list)
    accepted: list[tuple[str, str]] = field(default_factory=list)
    prepared: list[str] = field(default_factory=list)
    looks: int = 0
    refreshes: int = 0
    on_refresh: Callable[[Grant], Grant] | None = None

    def prepare(self, post: Post, desk: Desk) -> bool:
        desk.save(upload=post.identity)
        self.prepared.append(post.identity)
        return _play(self.on_prepare, post, desk) is not False

    def commit(self, post: Post, desk: Desk) -> Published:
        assert desk.handle["upload"] == post.identity
        _play(self.on_commit, post, desk)
        self.accepted.append((post.identity, post.title))
        _play(self.after_commit, post, desk)
        return _published(post)

    def look_up(self, post: Post, desk: Desk) -> Finding:
        self.looks += 1
        found = _play(self.on_look, post, desk)
        if isinstance(found, Finding):
            return found
        if post.identity in dict(self.accepted):
            return Finding(
                outcome=Outcome.PUBLISHED, why="It is there.", published=_published(post)
            )
        return Finding(outcome=Outcome.NOT_PUBLISHED, why="It is not there.")

    def metrics(self, published_id: str, account: Account) -> Metrics:
        return Metrics(views=len(published_id))

    def authorize_url(self, *, state: str, challenge: str, redirect_uri: str) -> str:
        return f"https://net.test/allow?state={state}&code_challenge={challenge}"

    def exchange(self, *, code: str, verifier: str, redirect_uri: str) -> Grant:
        return grant(code)

    def refresh(self, old: Grant) -> Grant:
        self.refreshes += 1
        return self.on_refresh(old) if self.on_refresh else grant(f"again{self.refreshes}")

    def inspect(self, account: Account) -> Mapping[str, Any]:
        return {}


def grant(label: str = "one", /, **changes: Any) -> Grant:
    values = {
        "access_token": f"access-{label}",
        "refresh_token": f"refresh-{label}",
        "external_id": "channel",
        "name": "A channel",
        **changes,
    }
    return Grant(**values)


def _published(post: Post) -> Published:
    return Published(url=f"https://net.test/{post.identity}", published_at="", external_id="e1")


def _play(scripts: list[Script], post: Post, desk: Desk) -> object:
    if not scripts:
        return None
    script = scripts.pop(0) if len(scripts) > 1 else scripts[0]
    return script(post, desk)


def fails(*errors: Exception | None) -> list[Script]:
    """Raise these one after the other; ``None`` goes well, and so does all after the last."""

    def script(error: Exception | None) -> Script:
        def play(_post: Post, _desk: Desk) -> None:
            if error is not None:
                raise error

        return play

    return [script(error) for error in (*errors, None)]


class Films:
    """Every publication has a small real film; ``missing`` raises instead."""

    def __init__(self, directory: Path) -> None:
        self._base = make_post(directory, size=1000)
        self.missing: Exception | None = None

    def edition(self, publication: Publication) -> tuple[Post, str]:
        if self.missing is not None:
            raise self.missing
        wish = publication.wish
        post = replace(
            self._base,
            identity=publication.id,
            title=wish.title,
            caption=wish.caption,
            hashtags=wish.hashtags,
            is_synthetic=wish.is_synthetic,
            format=publication.format,
        )
        return post, "f" * 64


@dataclass
class Stand:
    """A machine with everything around it."""

    machine: PublicationMachine
    rows: Publications
    keeper: AccountKeeper
    net: Net
    films: Films
    time: FakeTime
    database: Database
    account: str = ""

    def add(self, name: str = "one", **changes: Any) -> str:
        values: dict[str, Any] = {
            "project": PROJECT,
            "platform": "net",
            "format": Format.TALL,
            "wish": Wish(title=f"title of {name}"),
            "account": self.account,
            **changes,
        }
        return self.rows.add(name, **values).id

    def run_due(self) -> list[Publication]:
        return [self.machine.work_on(held) for held in self.rows.claim_due()]

    def run_on(self, seconds: float, step: float = 15.0) -> None:
        """Let time pass with a scheduler that looks every ``step`` seconds."""
        for _ in range(int(seconds / step)):
            self.time.wait(step)
            self.run_due()


def add_project(database: Database) -> None:
    Projects(database).add(PROJECT, "A film", Brief(text="A brief."))


def make_stand(
    database: Database,
    directory: Path,
    *,
    time: FakeTime | None = None,
    net: Net | None = None,
    keys: Iterable[str] = KEYS,
    owner: str = "",
) -> Stand:
    time, net, vault = time or FakeTime(), net or Net(), Vault(list(keys))
    rows = Publications(database, owner=owner, clock=time.now)
    keeper = AccountKeeper(Accounts(database, clock=time.now), vault, lambda _: net, wait=time.wait)
    films = Films(directory)
    machine = PublicationMachine(
        rows, lambda _: net, keeper, films, vault, wait=time.wait, jitter=lambda: 0.0
    )
    return Stand(machine, rows, keeper, net, films, time, database)
