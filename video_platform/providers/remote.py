"""The base of providers that live elsewhere: access, limits, prices and the network in one place.

A vendor's file says what is particular to it: the service, its words for faults, its limits, how a
request is spelled and where the result stands in the answer.
"""

import base64
import binascii
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar, Generic, TypeVar

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
from video_platform.domain.media import Media, MediaPath
from video_platform.errors import NotConfigured
from video_platform.providers.base import Produced
from video_platform.providers.faults import Codes
from video_platform.providers.limits import Limits
from video_platform.providers.prices import cost_usd
from video_platform.providers.service import Access, Service
from video_platform.providers.transport import Answer, Clock, Transport

RequestT = TypeVar("RequestT")


class RemoteProvider(Generic[RequestT]):
    """A provider of one capability at one service.

    Args:
        access: the account; its ``model`` and ``base_url`` go before the vendor's own.
        media_path: gives local files of media named in requests.
    """

    name: ClassVar[str]
    capability: ClassVar[Capability]
    version: ClassVar[str] = "1"
    service: ClassVar[Service]
    codes: ClassVar[Codes] = {}
    limits: ClassVar[Limits] = Limits()
    default_model: ClassVar[str] = ""

    def __init__(
        self, access: Access, media_path: MediaPath, *, clock: Clock | None = None
    ) -> None:
        self.access = access
        self.model = access.model or self.default_model
        self.media_path = media_path
        self.http = Transport(self.service, access, self.codes, clock=clock)

    def missing(self) -> tuple[str, ...]:
        """Environment variables that have to be set before it can be asked."""
        return (self.service.key_variable,) if not self.access.key else ()

    def examine(self, request: RequestT) -> None:
        """Refuse what is beyond the limits, or cannot be asked without a key.

        Raises:
            NotConfigured: there is no key.
            LimitExceeded: names the limit.
        """
        missing = self.missing()
        if missing:
            raise NotConfigured(
                f"{self.name} needs {' and '.join(missing)}.",
                hint="Set it in the environment or in .env. Get a key at "
                f"{self.service.sign_up_url or self.service.base_url}.",
            )
        examine_request(self.name, self.limits, request)

    def price_usd(self, request: RequestT) -> Decimal | None:
        """The list price of this request; nothing when it is not known."""
        return cost_usd(self.service.name, self.model, self.amounts(request))

    def describe_limits(self) -> dict[str, object]:
        """Its limits, and the pictures it takes beside words, for people and for JSON."""
        taken: dict[str, object] = {
            "references": getattr(self, "most_references", 0),
            "first_frame": getattr(self, "takes_first_frame", False),
        }
        return self.limits.describe() | {name: value for name, value in taken.items() if value}

    def amounts(self, request: RequestT) -> dict[str, float]:
        """How much of which priced unit a request takes; by default one call."""
        return {"call": 1.0}

    def data_url(self, media: Media) -> str:
        """A medium as a ``data:`` URL."""
        content = base64.b64encode(self.media_path(media).read_bytes()).decode()
        return f"data:{media.media_type};base64,{content}"

    def save(
        self,
        content: bytes,
        directory: Path,
        media_type: str,
        details: Mapping[str, Any] | None = None,
        cost: Decimal | None = None,
    ) -> Produced:
        """A result that came as bytes."""
        path = directory / "result"
        path.write_bytes(content)
        return Produced(path=path, media_type=media_type, details=details or {}, cost_usd=cost)

    def fetch_link(
        self,
        url: str,
        directory: Path,
        media_type: str,
        details: Mapping[str, Any] | None = None,
        cost: Decimal | None = None,
    ) -> Produced:
        """A result that lies at a link; its first bytes say what it really is."""
        path = self.http.download(url, directory)
        found = sniff(path) or media_type
        return Produced(path=path, media_type=found, details=details or {}, cost_usd=cost)

    def decode(self, answer: Answer, text: str) -> bytes:
        """Base64 of an answer as bytes."""
        try:
            return base64.b64decode(text.partition(",")[2] or text, validate=True)
        except (binascii.Error, ValueError) as error:
            raise answer.bad("its content is not base64") from error


_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", 0, "image/png"),
    (b"\xff\xd8\xff", 0, "image/jpeg"),
    (b"WEBP", 8, "image/webp"),
    (b"WAVE", 8, "audio/wav"),
    (b"ftypM4A", 4, "audio/mp4"),
    (b"ftyp", 4, "video/mp4"),
    (b"\x1a\x45\xdf\xa3", 0, "video/webm"),
    (b"fLaC", 0, "audio/flac"),
    (b"ID3", 0, "audio/mpeg"),
    (b"\xff\xfb", 0, "audio/mpeg"),
    (b"\xff\xf3", 0, "audio/mpeg"),
)


def sniff(path: Path) -> str:
    """What a file's first bytes say it is; empty when they say nothing."""
    with path.open("rb") as reader:
        head = reader.read(32)
    return next((kind for magic, at, kind in _MAGIC if head[at:].startswith(magic)), "")


def examine_request(name: str, limits: Limits, request: Any) -> None:
    """Hold a request of any capability against the limits."""
    match request:
        case ScriptRequest():
            limits.check_text(name, request.text)
            limits.check_language(name, request.language)
        case ImageRequest():
            limits.check_text(name, request.prompt)
            limits.spell_format(name, request.format)
        case VoiceRequest():
            limits.check_text(name, request.text)
            limits.check_language(name, request.language)
        case MusicRequest():
            limits.check_duration(name, request.duration_ms)
        case VideoRequest():
            limits.check_text(name, request.prompt)
            limits.check_duration(name, request.duration_ms)
            for ratio, media in request.images.items():
                limits.spell_format(name, ratio)
                limits.check_input(name, media.media_type, media.size_bytes)
        case JudgeRequest():
            limits.check_text(name, request.wanted)
            limits.check_input(name, request.picture.media_type, request.picture.size_bytes)
        case AlignmentRequest():
            limits.check_text(name, request.text)
            limits.check_language(name, request.language)
            limits.check_input(name, request.audio.media_type, request.audio.size_bytes)
        case AvatarRequest():
            limits.spell_format(name, request.format)
            limits.check_input(name, request.voice.media_type, request.voice.size_bytes)
            limits.check_duration(name, request.voice.probe.duration_ms)
            limits.check_language(name, request.language)
