"""What a platform is: prepare what can be repeated, then commit once."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Protocol

from video_platform.domain.formats import Format
from video_platform.domain.language import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One film as a platform gets it. Paths are local files, to be read only.

    ``identity`` is the same for the same film of the same project: a platform that knows it
    already must not publish it a second time.
    """

    identity: str
    title: str
    description: str
    language: Language
    format: Format
    duration_ms: int
    film: Path
    poster: Path
    srt: Path
    vtt: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A post that is out. ``repeated`` when the platform held it before and nothing was done."""

    url: str
    published_at: str
    repeated: bool = False


class Platform(Protocol):
    """A place films are published. ``prepare`` may run any number of times, ``commit`` is brief."""

    name: ClassVar[str]

    def find(self, post: Post) -> Published | None:
        """The post with this identity, if it is out already. Reads only."""
        ...

    def prepare(self, post: Post) -> Mapping[str, str]:
        """Bring everything over except the word that makes it public; returns the handle."""
        ...

    def commit(self, post: Post, handle: Mapping[str, str]) -> Published:
        """Make it public."""
        ...
