"""FFmpeg, a store and canaries."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.security.canaries import Visits
from video_platform.montage.runner import Ffmpeg, find_ffmpeg
from video_platform.store import MediaStore, open_store


@pytest.fixture(scope="session")
def ffmpeg() -> Ffmpeg:
    return Ffmpeg(find_ffmpeg())


@pytest.fixture
def store(tmp_path: Path) -> MediaStore:
    return open_store((tmp_path / "store").as_uri(), cache_dir=tmp_path / "cache")


@pytest.fixture
def visits() -> Iterator[Visits]:
    made = Visits()
    yield made
    made.close()
