"""A ledger on real tables and a real local store, which takes any bytes as media."""

import pytest

from tests.generation.ledgers import make_ledger
from video_platform.db.database import open_database
from video_platform.domain.media import Probe
from video_platform.generation.ledger import Ledger
from video_platform.settings import Settings
from video_platform.store import MediaStore, open_store


@pytest.fixture
def store(settings: Settings) -> MediaStore:
    return open_store(settings.resolved_store_url, cache_dir=settings.home / "cache")


@pytest.fixture
def ledger(settings: Settings, store: MediaStore) -> Ledger:
    return make_ledger(
        open_database(settings.resolved_database_url),
        store,
        settings.home / "s",
        probe=lambda *_: Probe(duration_ms=2000),
    )
