"""One ordinary request of every capability, with media that are really stored."""

import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from tests.scenarios.media import BY_TYPE
from video_platform.domain.formats import Format
from video_platform.domain.generation import (
    AlignmentRequest,
    AvatarRequest,
    Capability,
    ImageRequest,
    JudgeRequest,
    MusicRequest,
    ScriptRequest,
    VideoRequest,
    VoiceRequest,
)
from video_platform.domain.language import Language
from video_platform.domain.media import Media, Probe
from video_platform.domain.script import OnScreen, OnScreenKind
from video_platform.montage.probe import probe_media
from video_platform.store.media import hash_file


class Shelf(Protocol):
    """The part of a media store that samples need."""

    def put(self, path: Path, media_type: str, probe: Probe | None = None) -> Media: ...


@dataclass
class Drawer:
    """A shelf for tests of one provider: files by hash in one directory."""

    directory: Path
    files: dict[str, Path] = field(default_factory=dict)

    def put(self, path: Path, media_type: str, probe: Probe | None = None) -> Media:
        digest = hash_file(path)
        kept = self.directory / digest
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(path.read_bytes())
        self.files[digest] = kept
        return Media(
            sha256=digest,
            media_type=media_type,
            size_bytes=kept.stat().st_size,
            probe=probe or Probe(),
        )

    def path(self, media: Media) -> Path:
        """Give this to a provider as its ``media_path``."""
        return self.files[media.sha256]


def stored(shelf: Shelf, media_type: str) -> Media:
    """A small real medium of this type, decoded and stored."""
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "sample"
        path.write_bytes(BY_TYPE[media_type]())
        return shelf.put(path, media_type, probe_media(path, media_type))


def script_request() -> ScriptRequest:
    return ScriptRequest(
        text="How a lighthouse works: the lamp, the lens and the keeper.",
        language=Language.ENGLISH,
        duration_s=30,
        style="clean",
    )


def image_request(ratio: Format = Format.TALL) -> ImageRequest:
    return ImageRequest(
        prompt="A lighthouse on a cliff at dusk",
        on_screen=OnScreen(kind=OnScreenKind.TITLE, headline="The lighthouse"),
        format=ratio,
        language=Language.ENGLISH,
        style="clean",
        mood="calm",
        position=0,
        count=3,
        project_seed=7,
        seed=42,
        oversize=1.1,
    )


def voice_request(text: str = "The lamp turns all night.") -> VoiceRequest:
    return VoiceRequest(text=text, language=Language.ENGLISH)


def music_request(duration_ms: int = 8_000) -> MusicRequest:
    return MusicRequest(mood="calm", duration_ms=duration_ms, seed=42)


def video_request(shelf: Shelf, ratio: Format = Format.TALL) -> VideoRequest:
    return VideoRequest(
        prompt="Slow push in on a lighthouse",
        images={ratio: stored(shelf, "image/png")},
        duration_ms=4_000,
        position=0,
        seed=42,
    )


def avatar_request(
    shelf: Shelf, ratio: Format = Format.TALL, presenter: str = "presenter-1"
) -> AvatarRequest:
    return AvatarRequest(
        voice=stored(shelf, "audio/wav"),
        presenter=presenter,
        format=ratio,
        language=Language.ENGLISH,
    )


def alignment_request(shelf: Shelf) -> AlignmentRequest:
    """Find the times of known words in a stored voice."""
    return AlignmentRequest(
        audio=stored(shelf, "audio/wav"),
        text="The lamp turns all night.",
        language=Language.ENGLISH,
    )


def judge_request(shelf: Shelf) -> JudgeRequest:
    return JudgeRequest(picture=stored(shelf, "image/png"), wanted="A lighthouse on a cliff")


def sample_request(capability: Capability, shelf: Shelf) -> Any:
    """An ordinary request of this capability."""
    match capability.value:
        case "script":
            return script_request()
        case "image":
            return image_request()
        case "voice":
            return voice_request()
        case "music":
            return music_request()
        case "judge":
            return judge_request(shelf)
        case "video":
            return video_request(shelf)
        case "avatar":
            return avatar_request(shelf)
        case _:
            return alignment_request(shelf)
