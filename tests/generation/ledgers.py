"""Ledgers on real databases for tests, with a clock that only moves when somebody waits."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import ClassVar

from video_platform.db.database import DEFAULT_TENANT, Database
from video_platform.db.repositories.budgets import Budgets
from video_platform.db.repositories.generations import Generations
from video_platform.db.repositories.services import Services
from video_platform.domain.generation import Capability, VoiceRequest
from video_platform.domain.language import Language
from video_platform.domain.media import Probe
from video_platform.generation.errands import Errands
from video_platform.generation.ledger import Ledger, LedgerPolicy
from video_platform.generation.turnstile import Turnstile
from video_platform.providers.base import Produced
from video_platform.providers.jobs import Job, JobState
from video_platform.providers.service import Service
from video_platform.providers.transport import Clock
from video_platform.store import MediaStore

SERVICE = Service(name="studio", base_url="http://127.0.0.1:1", key_variable="STUDIO_KEY")


class FakeTime:
    """Seconds that pass only in ``sleep``; safe for several threads."""

    def __init__(self) -> None:
        self.seconds = 1_000_000.0
        self._lock = threading.Lock()

    def now(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.seconds += seconds


def make_ledger(
    database: Database,
    store: MediaStore,
    scratch: Path,
    *,
    time: FakeTime | None = None,
    policy: LedgerPolicy | None = None,
    caps_usd: Mapping[str, Decimal | None] | None = None,
    probe: Callable[[Path, str], Probe] = lambda *_: Probe(duration_ms=5),
    owner: str = "",
    tenant: str = DEFAULT_TENANT,
    errands: Errands | None = None,
) -> Ledger:
    time, database = time or FakeTime(), database.of(tenant)
    return Ledger(
        Generations(database, owner=owner),
        Budgets(database, caps_usd=caps_usd),
        store,
        Turnstile(Services(database, clock=time.now), Clock(time.now, time.sleep)),
        probe=probe,
        scratch_dir=scratch,
        policy=policy,
        tenant=tenant,
        errands=errands,
    )


def voice(text: str = "hello") -> VoiceRequest:
    return VoiceRequest(text=text, language=Language.ENGLISH)


@dataclass
class JobStudio:
    """A slow, paid provider that counts what it accepts; its jobs are done at the third look."""

    name: str = "studio"
    version: str = "1"
    capability: ClassVar[Capability] = Capability.VOICE
    service: Service = SERVICE
    price: Decimal = Decimal("0.30")
    accepted: list[str] = field(default_factory=list)
    looks: dict[str, int] = field(default_factory=dict)
    on_submit: Callable[[str], None] = lambda _: None
    on_check: Callable[[Job], None] = lambda _: None
    after_accept: Callable[[str], None] = lambda _: None
    content: Callable[[Job], bytes] = lambda job: job.id.encode()

    def price_usd(self, _: VoiceRequest) -> Decimal:
        return self.price

    def submit(self, _: VoiceRequest, key: str) -> Job:
        self.on_submit(key)
        self.accepted.append(key)
        self.after_accept(key)
        return Job(id=f"job-{len(self.accepted)}", handles={"get": "http://x"})

    def check(self, job: Job) -> JobState:
        self.on_check(job)
        self.looks[job.id] = self.looks.get(job.id, 0) + 1
        return JobState(is_done=self.looks[job.id] >= 3)

    def fetch(self, job: Job, _: JobState, directory: Path) -> Produced:
        path = directory / "voice.wav"
        path.write_bytes(self.content(job))
        return Produced(path=path, media_type="audio/wav")
