"""Agents over a ledger alone, or with a library and real media."""

from pathlib import Path
from tempfile import gettempdir

from video_platform.agents.footage import Library
from video_platform.agents.frames import FrameTaker
from video_platform.agents.image import ImageAgent
from video_platform.agents.video import VideoAgent
from video_platform.db.database import open_database
from video_platform.db.repositories.assets import Assets
from video_platform.generation.ledger import Ledger
from video_platform.store import MediaStore, open_store


def frame_taker(store: MediaStore) -> FrameTaker:
    return FrameTaker(store, Path(gettempdir()))


def image_agent(
    ledger: Ledger,
    store: MediaStore | None = None,
    library: Library | None = None,
    *,
    max_parallel: int = 2,
) -> ImageAgent:
    shelf = store or _no_store()
    return ImageAgent(ledger, shelf.path, library or _bare(shelf), max_parallel=max_parallel)


def video_agent(
    ledger: Ledger,
    store: MediaStore | None = None,
    library: Library | None = None,
    *,
    max_parallel: int = 2,
) -> VideoAgent:
    shelf = store or _no_store()
    return VideoAgent(
        ledger,
        shelf.path,
        library or _bare(shelf),
        frame_taker(shelf),
        max_parallel=max_parallel,
    )


def _no_store() -> MediaStore:
    nowhere = Path(gettempdir()) / "no-such-store"
    return open_store(f"file://{nowhere}", cache_dir=nowhere)


def _bare(store: MediaStore) -> Library:
    # A project that does not prefer footage never looks into it.
    return Library(
        Assets(open_database("sqlite://")), frame_taker(store), draws_words=lambda: frozenset()
    )
