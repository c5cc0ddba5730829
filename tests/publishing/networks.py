"""The five networks as the state machine meets them: real platforms on emulators, one clock.

Films are small and so are the pieces they go in, so that every upload has several of them.
"""

import multiprocessing
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from tests.publishing.desks import make_post
from tests.publishing.emulators import instagram as instagram_emulator
from tests.publishing.emulators import linkedin as linkedin_emulator
from tests.publishing.emulators.base import Emulator
from tests.publishing.emulators.instagram import InstagramEmulator
from tests.publishing.emulators.linkedin import LinkedInEmulator
from tests.publishing.emulators.tiktok import TikTokEmulator
from tests.publishing.emulators.x import XEmulator
from tests.publishing.emulators.youtube import YouTubeEmulator
from tests.publishing.machines import KEYS, PROJECT, FakeTime, Films
from video_platform.db.database import Database, open_database
from video_platform.db.repositories.accounts import Accounts
from video_platform.db.repositories.publications import Publications
from video_platform.domain.formats import Format
from video_platform.domain.publication import Publication, PublicationState, Wish
from video_platform.providers import transport
from video_platform.providers.service import Access
from video_platform.publishing.accounts import AccountKeeper
from video_platform.publishing.base import Grant
from video_platform.publishing.machine import PublicationMachine
from video_platform.publishing.platforms import instagram, tiktok, x, youtube
from video_platform.publishing.registry import platform_class
from video_platform.vault import Vault

PIECE = 262_144
"""The smallest piece YouTube takes; the others follow it here."""
FILM_BYTES = 3 * PIECE + 5
PATIENCE_S = 0.25
"""Shorter than an emulator's stall."""
START = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)
_PRELOADED = (
    "httpx",
    "sqlalchemy.dialects.sqlite",
    "sqlalchemy.dialects.postgresql",
    "tests.publishing.networks",
)
ENDED = (PublicationState.PUBLISHED, PublicationState.FAILED, PublicationState.CANCELLED)


class TimedX(XEmulator):
    """X on the test's clock: a look asks for posts since a moment."""

    def __init__(self, time: FakeTime) -> None:
        self._time = time
        super().__init__()

    @property
    def now(self) -> datetime:
        """When posts are made and windows end."""
        return self._time.now()

    @now.setter
    def now(self, _: datetime) -> None:
        """The clock is the test's."""


@dataclass(frozen=True)
class Network:
    """How one network is set up: its emulator, its application and an account of it."""

    name: str
    start: Callable[[FakeTime], Emulator]
    client: tuple[str, str]
    refresh_token: str
    external_id: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    def access(self, url: str) -> Access:
        """The way to its emulator."""
        key = self.name.upper()
        extra = dict(zip((f"{key}_CLIENT_ID", f"{key}_CLIENT_SECRET"), self.client, strict=True))
        return Access(base_url=url, extra=extra)

    def grant(self, token: str, **changes: Any) -> Grant:
        """What connecting its account gives."""
        values: dict[str, Any] = {
            "access_token": token,
            "refresh_token": self.refresh_token,
            "external_id": self.external_id,
            "name": f"Bees at {self.name}",
            "facts": dict(self.facts),
            **changes,
        }
        return Grant(**values)


def _tiktok(_: FakeTime) -> Emulator:
    emulator = TikTokEmulator()
    emulator.smallest_chunk = PIECE
    return emulator


NETWORKS: Mapping[str, Network] = {
    one.name: one
    for one in (
        Network(
            "youtube",
            lambda _: YouTubeEmulator(),
            ("client-id", "client-secret"),
            "good-refresh-token",
            "UC1",
        ),
        Network("tiktok", _tiktok, ("client", "client-secret"), "renew-1", "open-1"),
        Network(
            "instagram",
            lambda _: InstagramEmulator(),
            ("client", "client-secret"),
            "",
            instagram_emulator.ACCOUNT,
            {"username": "bee.film"},
        ),
        Network(
            "linkedin",
            lambda _: LinkedInEmulator(part=PIECE),
            ("client-id", "client-secret"),
            "good-refresh-token",
            linkedin_emulator.MEMBER,
        ),
        Network("x", TimedX, ("client-id", "client-secret"), "good-refresh-token", "42"),
    )
}


def open_quick(url: str) -> Database:
    """A database which trusts the system to keep what it was given.

    Processes die here, machines do not: what is written need not have reached the disk.
    """
    opened = open_database(url)
    opened.engine.dispose()
    if url.startswith("sqlite"):
        event.listen(opened.engine, "connect", _trust_the_system)
    return opened


def _trust_the_system(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA synchronous=OFF")


def fresh_processes() -> Any:
    """Starts processes that share nothing with this one, quickly: their imports are done once."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(_PRELOADED))
    return context


def use_small_pieces(patch: pytest.MonkeyPatch) -> None:
    """Let every platform send several pieces of a small film, and be impatient."""
    patch.setattr(youtube, "CHUNK", PIECE)
    patch.setattr(tiktok, "CHUNK_BYTES", PIECE)
    patch.setattr(x, "_MEGABYTE", PIECE)
    patch.setattr(instagram, "_STEP_BYTES", PIECE)
    patch.setattr(transport, "_READ_S", PATIENCE_S)


def make_platform(name: str, url: str, time: FakeTime) -> Any:
    """The real platform on an emulator's address and the test's clock."""
    platform = platform_class(name)(NETWORKS[name].access(url), now=time.now)
    service = replace(platform.service, submit_timeout_s=PATIENCE_S)
    platform.service = service
    if hasattr(platform, "_service"):
        platform._service = replace(platform._service, submit_timeout_s=PATIENCE_S)
    return platform


@dataclass
class NetworkStand:
    """A machine for the five networks, with an account at each that was connected."""

    machine: PublicationMachine
    rows: Publications
    keeper: AccountKeeper
    time: FakeTime
    platforms: dict[str, Any]
    accounts: dict[str, str] = field(default_factory=dict)
    steps: int = 0

    def connect(self, name: str, token: str, **changes: Any) -> str:
        """Connect the account at a network; gives its id."""
        grant = NETWORKS[name].grant(token, **changes)
        self.accounts[name] = self.keeper.connect(name, grant).id
        return self.accounts[name]

    def add(self, name: str, network: str, **changes: Any) -> str:
        """Schedule a post; due at once unless it says when."""
        values: dict[str, Any] = {
            "project": PROJECT,
            "platform": network,
            "format": Format.TALL,
            "wish": Wish(title=f"How bees find their way, {name}", caption="A film about bees."),
            "account": self.accounts[network],
            **changes,
        }
        return self.rows.add(name, **values).id

    def run_to_its_end(self, name: str, *, most: int = 80) -> Publication:
        """Work whenever it is due, with no time between, until nothing is left to do by itself."""
        held = self.rows.get(name)
        while held.state not in ENDED:
            if held.state is PublicationState.UNCONFIRMED and held.retry_at is None:
                break
            assert self.steps < most, f"{name} does not end: {held.state}, {held.error}"
            due = max(held.due_at, held.retry_at or held.due_at)
            self.time.wait(max(0.0, (due - self.time.now()).total_seconds()))
            held = self.machine.work(name)
            self.steps += 1
        return held


def make_network_stand(
    database: Database,
    directory: Path,
    urls: Mapping[str, str],
    *,
    time: FakeTime,
    film_bytes: int = FILM_BYTES,
    owner: str = "",
    keys: Iterable[str] = KEYS,
) -> NetworkStand:
    """A stand on emulators that run at ``urls``; the accounts are not connected yet."""
    platforms = {name: make_platform(name, url, time) for name, url in urls.items()}
    vault, rows = Vault(list(keys)), Publications(database, owner=owner, clock=time.now)
    accounts = Accounts(database, clock=time.now)
    keeper = AccountKeeper(accounts, vault, lambda name: platforms[name], wait=time.wait)
    films = Films(directory)
    films._base = make_post(directory, size=film_bytes, film_sha256="f" * 64)
    machine = PublicationMachine(
        rows,
        lambda name: platforms[name],
        keeper,
        films,
        vault,
        wait=time.wait,
        jitter=lambda: 0.0,
    )
    return NetworkStand(machine, rows, keeper, time, platforms)


def end_token(stand: NetworkStand, name: str) -> None:
    """Let the account's token end now, as its stored end says."""
    rows = stand.keeper.rows
    account = rows.get(stand.accounts[name])
    ended = stand.time.now() - timedelta(seconds=1)
    assert rows.refreshed(account, token_expires_at=ended)
