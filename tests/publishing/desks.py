"""A desk without a database, which remembers what was saved and can end a process anywhere."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from video_platform.domain.formats import Format
from video_platform.domain.language import Language
from video_platform.publishing.base import Account, Post

TOKEN = "token-that-is-good"


class Killed(BaseException):
    """Stands for ``kill -9``: nothing in the code under test may catch it."""


class FakeDesk:
    """A ``Desk`` for tests. Give the same ``handle`` to the next one to play a new process.

    Args:
        before_save, after_save: called with what is saved; may raise ``Killed``.
        on_progress: called with the share; may raise ``Killed``.
    """

    def __init__(
        self,
        handle: dict[str, Any] | None = None,
        *,
        account: Account | None = None,
        before_save: Callable[[Mapping[str, Any]], None] = lambda _: None,
        after_save: Callable[[Mapping[str, Any]], None] = lambda _: None,
        on_progress: Callable[[float], None] = lambda _: None,
    ) -> None:
        self._handle = {} if handle is None else handle
        self.account = account or Account(external_id="account-1", name="A channel", token=TOKEN)
        self.saved: list[dict[str, Any]] = []
        self.shares: list[float] = []
        self._before_save, self._after_save = before_save, after_save
        self._on_progress = on_progress

    @property
    def handle(self) -> Mapping[str, Any]:
        return dict(self._handle)

    def save(self, **facts: Any) -> None:
        self._before_save(facts)
        self._handle.update(facts)
        self.saved.append(facts)
        self._after_save(facts)

    def progress(self, share: float, sentence: str) -> None:
        assert 0 <= share <= 1
        assert sentence
        self.shares.append(share)
        self._on_progress(share)


def film_of(path: Path, size: int) -> Path:
    """A file of so many bytes, no two stretches alike."""
    block = b"".join(number.to_bytes(4, "big") for number in range(65_536))
    with path.open("wb") as writer:
        for start in range(0, size, len(block)):
            writer.write((start.to_bytes(8, "big") + block[8:])[: size - start])
    return path


def make_post(directory: Path, *, size: int = 100_000, **changes: Any) -> Post:
    """A post with small real files beside a film of ``size`` bytes."""
    film = film_of(directory / "film.mp4", size)
    poster, srt, vtt = (directory / name for name in ("poster.jpg", "film.srt", "film.vtt"))
    poster.write_bytes(b"\xff\xd8\xff" + b"picture" * 100)
    srt.write_text("1\n00:00:00,000 --> 00:00:02,000\nHello\n", encoding="utf-8")
    vtt.write_text("WEBVTT\n\n00:00.000 --> 00:02.000\nHello\n", encoding="utf-8")
    values: dict[str, Any] = {
        "identity": "publication-1",
        "title": "How bees find their way",
        "caption": "A film about bees.",
        "language": Language.ENGLISH,
        "format": Format.TALL,
        "duration_ms": 30_000,
        "width": 1080,
        "height": 1920,
        "film": film,
        "poster": poster,
        "srt": srt,
        "vtt": vtt,
        "hashtags": ("bees", "nature"),
        **changes,
    }
    return Post(**values)
