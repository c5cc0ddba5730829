"""Processes that buy from the scenario server: what they share, and nothing of the test's own."""

import multiprocessing
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from tests.generation.ledgers import FakeTime, make_ledger
from tests.scenarios.accounts import account, request_for
from video_platform.db.database import Database, open_database
from video_platform.db.repositories.generations import Generations
from video_platform.db.repositories.lifecycle import Lifecycle
from video_platform.domain.generation import AvatarRequest, Capability, Generation
from video_platform.generation.ledger import Ledger, LedgerPolicy
from video_platform.generation.reaper import Reaper
from video_platform.montage.probe import probe_media
from video_platform.providers.registry import Catalogue
from video_platform.providers.transport import Clock
from video_platform.store import open_store

CONTEXT = multiprocessing.get_context("spawn")


@dataclass(frozen=True)
class Place:
    """Where a worker works; plain data, so that another process can be told."""

    home: Path
    database_url: str
    server_url: str

    @contextmanager
    def buying(self, seller: "Seller", seed: int = 1, **choices: Any) -> Iterator["Buying"]:
        """A ledger with connections of its own, in which nobody waits, and what to ask of whom."""
        database = open_database(self.database_url)
        store = open_store((self.home / "store").as_uri(), cache_dir=self.home / "cache")
        choices.setdefault("time", FakeTime())
        ledger = make_ledger(database, store, self.home / "s", probe=probe_media, **choices)
        kind = type(Catalogue().find(seller.capability, seller.name))
        access = account(kind, f"{self.server_url}/{kind.service.name}")
        provider = kind(access, store.path, clock=Clock(ledger.clock.now, ledger.clock.sleep))
        try:
            yield Buying(database, ledger, provider, _varied(request_for(kind, store), seed))
        finally:
            provider.http.close()
            database.engine.dispose()


@dataclass(frozen=True)
class Buying:
    """A buyer, a seller, and the wish."""

    database: Database
    ledger: Ledger
    provider: Any
    request: Any

    def buy(self, seed: int = 0) -> Generation:
        """Obtain what is wished, for project ``p``; each ``seed`` is another wish."""
        wish = _varied(self.request, seed) if seed else self.request
        return self.ledger.obtain(self.provider, wish, project="p")


def _varied(request: Any, seed: int) -> Any:
    field = "presenter" if isinstance(request, AvatarRequest) else "prompt"
    return replace(request, **{field: f"{getattr(request, field)}{seed}"})


@dataclass(frozen=True)
class Seller:
    """A paid provider, and what is known of a request whose answer was lost.

    Args:
        finds: it can be asked what became of a request.
        in_jobs: it works in jobs; else it answers at once.
    """

    name: str
    capability: Capability
    finds: bool = False
    in_jobs: bool = True


LOOKED_UP = Seller("heygen", Capability.AVATAR, finds=True)
IN_JOBS = Seller("runway", Capability.VIDEO)
AT_ONCE = Seller("openai", Capability.IMAGE, in_jobs=False)
SELLERS = (LOOKED_UP, IN_JOBS, AT_ONCE)


HASTY = LedgerPolicy(timeout_s=60, timeouts_s={})
"""In a time that only passes by waiting: what is not done at once is left as a job that goes on."""


@contextmanager
def reaping(place: Place, seller: Seller, later_s: float = 0.0) -> Iterator[tuple[Buying, Reaper]]:
    """A reaper with connections of its own, so many seconds from now."""

    def clock() -> float:
        return time.time() + later_s

    with place.buying(seller) as buying:
        buying.ledger.rows = Generations(buying.database, clock=clock)
        yield (
            buying,
            Reaper(
                rows=Generations(buying.database.system(), clock=clock),
                ledger_of=lambda _: buying.ledger,
                find=lambda *_: buying.provider,
                is_unwanted=Lifecycle(buying.database.system()).is_unwanted,
                answerable=[seller.name] if seller.finds else [],
                clock=clock,
            ),
        )


def start(work: Callable[..., None], *arguments: Any) -> BaseProcess:
    """A process that does ``work``, which must be a function of a module."""
    process = CONTEXT.Process(target=work, args=arguments)
    process.start()
    return process
