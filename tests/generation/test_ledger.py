"""Every request is made once; a failure is recorded and stores nothing."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import ClassVar

import pytest

from tests.generation.ledgers import make_ledger
from video_platform.db.database import Database, open_database
from video_platform.db.models import GenerationRow
from video_platform.domain.generation import Capability, VoiceRequest
from video_platform.domain.language import Language
from video_platform.domain.media import Probe
from video_platform.errors import PermanentProviderError, ProbeFailed, StorageFull
from video_platform.generation.ledger import Ledger, request_key
from video_platform.providers.base import Produced
from video_platform.settings import Settings
from video_platform.store import MediaStore, open_store

REQUEST = VoiceRequest(text="hello", language=Language.ENGLISH)


@dataclass
class Speaker:
    """Counts what it is asked."""

    name: ClassVar[str] = "counting"
    capability: ClassVar[Capability] = Capability.VOICE
    version: str = "1"
    calls: int = 0
    error: Exception | None = None
    gate: threading.Event = field(default_factory=threading.Event)

    def generate(self, request: VoiceRequest, directory: Path) -> Produced:
        self.calls += 1
        if self.error:
            raise self.error
        path = directory / "voice.wav"
        path.write_bytes(request.text.encode())
        return Produced(
            path=path, media_type="audio/wav", details={"k": [1]}, cost_usd=Decimal("0.10")
        )


@pytest.fixture
def store(settings: Settings) -> MediaStore:
    return open_store(settings.resolved_store_url, cache_dir=settings.home / "cache")


@pytest.fixture
def database(settings: Settings) -> Database:
    return open_database(settings.resolved_database_url)


@pytest.fixture
def ledger(settings: Settings, store: MediaStore, database: Database) -> Ledger:
    return make_ledger(database, store, settings.home / "s")


def test_equal_request_is_made_once(ledger: Ledger) -> None:
    speaker = Speaker()
    first, second = ledger.obtain(speaker, REQUEST), ledger.obtain(speaker, REQUEST)  # type: ignore[arg-type]
    assert speaker.calls == 1
    assert (first.reused, second.reused) == (False, True)
    assert second.media == first.media
    assert second.details == {"k": [1]}
    assert second.cost_usd == Decimal("0.10")


def test_concurrent_equal_requests_make_one_call(ledger: Ledger) -> None:
    speaker = Speaker()
    with ThreadPoolExecutor(20) as pool:
        made = list(pool.map(lambda _: ledger.obtain(speaker, REQUEST), range(50)))  # type: ignore[arg-type]
    assert speaker.calls == 1
    assert len({generation.media for generation in made}) == 1


def test_another_version_of_a_provider_is_asked_anew(ledger: Ledger) -> None:
    old, new = Speaker(), Speaker(version="2")
    ledger.obtain(old, REQUEST)  # type: ignore[arg-type]
    ledger.obtain(new, REQUEST)  # type: ignore[arg-type]
    assert new.calls == 1


def test_lost_media_are_made_anew(ledger: Ledger, store: MediaStore) -> None:
    speaker = Speaker()
    generation = ledger.obtain(speaker, REQUEST)  # type: ignore[arg-type]
    store.path(generation.media).unlink()
    assert not ledger.obtain(speaker, REQUEST).reused  # type: ignore[arg-type]


def test_intent_is_committed_before_the_call(ledger: Ledger, settings: Settings) -> None:
    states: list[str] = []

    class Watching(Speaker):
        def generate(self, request: VoiceRequest, directory: Path) -> Produced:
            key = request_key(self, request, "default")  # type: ignore[arg-type]
            with open_database(settings.resolved_database_url).session() as session:
                states.append(session.get_one(GenerationRow, key).state)
            return super().generate(request, directory)

    ledger.obtain(Watching(), REQUEST)  # type: ignore[arg-type]
    assert states == ["sending"]


def test_refusal_is_recorded_and_the_next_call_may_succeed(ledger: Ledger) -> None:
    refusing = Speaker(error=PermanentProviderError("no", provider="x", operation="voice"))
    with pytest.raises(PermanentProviderError):
        ledger.obtain(refusing, REQUEST)  # type: ignore[arg-type]
    assert not ledger.obtain(Speaker(), REQUEST).reused  # type: ignore[arg-type]


def test_media_that_cannot_be_decoded_are_not_kept(
    settings: Settings, store: MediaStore, database: Database
) -> None:
    def refuse(*_: object) -> Probe:
        raise ProbeFailed("cut short")

    ledger = make_ledger(database, store, settings.home / "s", probe=refuse)
    with pytest.raises(ProbeFailed):
        ledger.obtain(Speaker(), REQUEST)  # type: ignore[arg-type]
    assert not list(store.blobs.keys("media/"))


def test_scratch_is_empty_after_success_and_failure(ledger: Ledger, settings: Settings) -> None:
    ledger.obtain(Speaker(), REQUEST)  # type: ignore[arg-type]
    with pytest.raises(StorageFull):
        ledger.obtain(Speaker(error=OSError(28, "No space left"), version="3"), REQUEST)  # type: ignore[arg-type]
    assert not list((settings.home / "s").iterdir())
