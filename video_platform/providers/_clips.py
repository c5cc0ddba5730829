"""What the makers of clips and of speaking presenters have in common.

A clip is made from a scene's picture of one format and serves all of them: the montage fits it into
each frame. Which format it was made for stands in its details.
"""

import base64
import re
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any, ClassVar, Final, TypeVar

from video_platform.domain.formats import Format
from video_platform.domain.generation import AvatarRequest, Capability, VideoRequest
from video_platform.domain.media import Media
from video_platform.errors import (
    ContentRefused,
    JobFailed,
    LimitExceeded,
    OutcomeUnknown,
    ProviderError,
    ProviderQuotaExceeded,
    TransientProviderError,
)
from video_platform.providers.base import Produced
from video_platform.providers.faults import Codes
from video_platform.providers.jobs import Job, JobState
from video_platform.providers.remote import RemoteProvider
from video_platform.providers.transport import Answer

RequestT = TypeVar("RequestT")

ANY_FORMAT: Final = {ratio: ratio.value for ratio in Format}
"""For services that follow the picture they are given, or know all formats by these names."""
_HINTS: Final[dict[type[ProviderError], str]] = {
    ContentRefused: "Change the scene's prompt or picture.",
    ProviderQuotaExceeded: "Add credit to the account, or choose another provider.",
}
_AGAIN: Final = "Run the same command again, or choose another provider."
_QUALITIES: Final = (95, 88, 75)
_LONG_SIDES_PX: Final = (4096, 2112, 1280)


class FilmProvider(RemoteProvider[RequestT]):
    """A service that makes films in jobs; ``codes`` also hold its words for why a job ended."""

    def fetch(self, job: Job, state: JobState, directory: Path) -> Produced:
        """Bring the film at the link of the last look."""
        details = {**job.details, **state.details}
        return self.fetch_link(state.handles["result"], directory, "video/mp4", details)

    def ended(self, reason: str, said: str = "") -> ProviderError:
        """The error of a job that ended without a result."""
        return ended(self.name, self.codes, reason, said)


class ClipProvider(FilmProvider[VideoRequest]):
    """A service that makes clips of certain lengths."""

    capability: ClassVar[Capability] = Capability.VIDEO

    def seconds(self, request: VideoRequest) -> float:
        """The length that is asked for."""
        return self.limits.choose_duration(request.duration_ms)

    def amounts(self, request: VideoRequest) -> dict[str, float]:
        return {"second": self.seconds(request)}


class PresenterProvider(FilmProvider[AvatarRequest]):
    """A service that films a presenter; what is said decides the length."""

    capability: ClassVar[Capability] = Capability.AVATAR

    def amounts(self, request: AvatarRequest) -> dict[str, float]:
        return {"second": request.voice.probe.duration_ms / 1000}


class FaceProvider(RemoteProvider[AvatarRequest]):
    """A service that brings a face to speech: its film has the picture's shape, always."""

    capability: ClassVar[Capability] = Capability.AVATAR

    def examine(self, request: AvatarRequest) -> None:
        super().examine(request)
        if not request.presenter.startswith("https://"):
            raise beyond(
                self.name,
                f"needs an https link to a picture as presenter, not {request.presenter!r}",
            )

    def reduced(self, request: AvatarRequest) -> AvatarRequest:
        """One film serves all formats: the montage fits it into each frame."""
        return replace(request, format=Format.WIDE)


def first_picture(request: VideoRequest) -> tuple[Format, Media | None]:
    """The format a clip is made for, and its picture; wide and none when there are no pictures."""
    return next(iter(request.images.items()), (Format.WIDE, None))


def ended(provider: str, codes: Codes, reason: str, said: str = "") -> ProviderError:
    """The error of a job that ended for ``reason``, a word or words of the service."""
    words = [reason.lower(), *re.split(r"[^a-z0-9]+", reason.lower())]
    kind = next((codes[word] for word in words if word in codes), JobFailed)
    if issubclass(kind, TransientProviderError):
        kind = JobFailed  # nothing goes on that could be looked at later
    told = ": ".join(filter(None, (reason, re.sub(r"\s+", " ", said)[:300])))
    return kind(
        f"{provider} ended without a film: {told or 'no reason given'}.",
        provider=provider,
        operation="check",
        hint=_HINTS.get(kind, _AGAIN),
    )


def beyond(provider: str, what: str) -> LimitExceeded:
    """The error of a request a service cannot be sent."""
    return LimitExceeded(
        f"{provider} {what}.",
        provider=provider,
        operation="submit",
        hint="Change it, or choose another provider. Nothing was spent.",
    )


def find_named(answer: Answer, where: str, name: str, key: str, *, is_whole: bool) -> Job | None:
    """The job whose ``name`` is ``key`` in the list of jobs that stands at ``where``.

    Raises:
        OutcomeUnknown: it is not there, and the list is not whole.
    """
    jobs = answer.at(where)
    if not isinstance(jobs, list):
        raise answer.bad(f"{where} is not a list")
    for job in jobs:
        if isinstance(job, dict) and job.get(name) == key:
            return Job(id=answer.text_at("id", of=job))
    if is_whole:
        return None
    raise OutcomeUnknown(
        f"{answer.service} has too many jobs to find this one among them.",
        provider=answer.service,
        operation="find",
        hint="Look at the provider's own list, then decide with `video-platform generations`.",
    )


def picture_within(path: Path, media_type: str, most_bytes: int) -> tuple[bytes, str]:
    """A picture's bytes and type; when they are too many, as a JPEG, smaller step by step."""
    content = path.read_bytes()
    if len(content) <= most_bytes:
        return content, media_type
    from PIL import Image

    with Image.open(path) as opened:
        picture = opened.convert("RGB")
    for long_side, quality in zip(_LONG_SIDES_PX, _QUALITIES, strict=True):
        picture.thumbnail((long_side, long_side))
        kept = BytesIO()
        picture.save(kept, "JPEG", quality=quality, subsampling=0)
        if kept.tell() <= most_bytes:
            break
    return kept.getvalue(), "image/jpeg"


def as_data_url(content: bytes, media_type: str) -> str:
    """Bytes as a ``data:`` URL."""
    return f"data:{media_type};base64,{base64.b64encode(content).decode()}"


def sound_as(path: Path, extension: str) -> bytes:
    """A sound's bytes as ``mp3`` or ``wav``, for services that take nothing else."""
    import av

    codec = {"mp3": "libmp3lame", "wav": "pcm_s16le"}[extension]
    kept = BytesIO()
    with av.open(path) as reader, av.open(kept, "w", format=extension) as writer:
        source = reader.streams.audio[0]
        stream: Any = writer.add_stream(codec, rate=source.rate)
        for frame in reader.decode(source):
            frame.pts = None
            writer.mux(stream.encode(frame))
        writer.mux(stream.encode(None))
    return kept.getvalue()
