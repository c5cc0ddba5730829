"""A store, FFmpeg, and a renderer of small films."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.montage.films import SMALL
from video_platform.agents.montage import StoredSegments
from video_platform.domain.formats import Format, Frame
from video_platform.domain.timeline import Timeline
from video_platform.montage.film import RenderedFilm, render_film
from video_platform.montage.plan import FilmPlan, RenderSettings, plan_film
from video_platform.montage.runner import Ffmpeg, find_ffmpeg
from video_platform.store import MediaStore, open_store

Render = Callable[..., tuple[FilmPlan, RenderedFilm]]


@pytest.fixture(scope="session")
def ffmpeg() -> Ffmpeg:
    return Ffmpeg(find_ffmpeg())


@pytest.fixture
def store(tmp_path: Path) -> MediaStore:
    return open_store((tmp_path / "store").as_uri(), cache_dir=tmp_path / "cache")


@pytest.fixture
def render(store: MediaStore, ffmpeg: Ffmpeg, tmp_path: Path) -> Render:
    """``plan, film = render(timeline)``; each call works in a directory of its own."""
    counter = iter(range(1000))

    def make(
        timeline: Timeline, *, frame: Frame = SMALL, settings: RenderSettings | None = None
    ) -> tuple[FilmPlan, RenderedFilm]:
        directory = tmp_path / f"attempt-{next(counter)}"
        directory.mkdir()
        plan = plan_film(timeline, Format.WIDE, settings or RenderSettings(), frame=frame)
        film = render_film(
            plan,
            media_path=store.path,
            segments=StoredSegments(store.blobs),
            directory=directory,
            ffmpeg=ffmpeg,
            progress=lambda done, total: None,
            max_workers=2,
        )
        return plan, film

    return make
