"""What is asked of a generation provider, and what comes back.

Requests hold everything that decides the result and nothing else: their canonical JSON is what
the ledger hashes, so an equal request is never made twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import JsonValue

from video_platform.domain.codec import ABSENT
from video_platform.domain.formats import Format
from video_platform.domain.language import Language
from video_platform.domain.look import Network
from video_platform.domain.media import Media
from video_platform.domain.script import OnScreen

__all__ = [
    "AlignmentRequest",
    "AvatarRequest",
    "Capability",
    "Generation",
    "ImageRequest",
    "JsonValue",
    "JudgeRequest",
    "MusicRequest",
    "Reference",
    "ScriptRequest",
    "VideoRequest",
    "VoiceRequest",
]


class Capability(StrEnum):
    """What a provider can make."""

    SCRIPT = "script"
    IMAGE = "image"
    VIDEO = "video"
    AVATAR = "avatar"
    VOICE = "voice"
    MUSIC = "music"
    ALIGNMENT = "alignment"
    JUDGE = "judge"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptRequest:
    """Write a script of about ``duration_s`` seconds from ``text``.

    ``take`` counts the user's wishes for another result. ``cast`` are the names of those who may
    appear; the script says in which scenes. ``hints`` are codes of ``domain.hints``.
    """

    text: str
    language: Language
    duration_s: int
    style: str
    source: str = ""
    take: int = 0
    cast: Annotated[tuple[str, ...], ABSENT] = ()
    hints: Annotated[tuple[str, ...], ABSENT] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A picture of somebody or something that appears, by the name the prompt uses."""

    name: str
    media: Media


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageRequest:
    """Make one picture.

    Photographic providers use ``prompt``; designing ones lay out ``on_screen`` inside ``format``
    and keep their text out of the caption zone (``domain.formats.frame_for``). The picture is made
    larger than the frame by ``oversize`` so that motion never enlarges pixels.

    ``position`` counts from 0 and ``count`` is the number of scenes: a film's pictures share one
    palette (chosen by ``mood``, ``style`` and ``project_seed``) and differ by ``seed``.

    ``references`` are shown to providers that take pictures. ``colours`` are a brand's:
    ground, text, main and accent colour, ``#RRGGBB``.
    """

    prompt: str
    on_screen: OnScreen
    format: Format
    language: Language
    style: str
    mood: str
    position: int
    count: int
    project_seed: int
    seed: int
    oversize: float = 1.0
    network: Network = Network.ANY
    references: Annotated[tuple[Reference, ...], ABSENT] = ()
    colours: Annotated[tuple[str, ...], ABSENT] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeRequest:
    """Say how well a picture shows what a scene asks for.

    The result is JSON: ``match`` from 0 to 1, and ``reason`` in a sentence.
    """

    picture: Media
    wanted: str
    """What should be seen, in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceRequest:
    """Speak ``text``. ``speed`` 1.0 is the voice's natural pace."""

    text: str
    language: Language
    voice: str = ""
    speed: float = 1.0
    take: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AlignmentRequest:
    """Find when each word of ``text`` is said in ``audio``.

    The result's ``details["words"]`` holds exactly the words of ``text.split()``, in order.
    """

    audio: Media
    text: str
    language: Language


@dataclass(frozen=True, slots=True, kw_only=True)
class MusicRequest:
    """Compose instrumental music of exactly ``duration_ms``."""

    mood: str
    duration_ms: int
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoRequest:
    """Bring a scene's pictures to life for about ``duration_ms``.

    ``images`` holds the scene's picture for each format.
    """

    prompt: str
    images: Mapping[Format, Media]
    duration_ms: int
    position: int
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AvatarRequest:
    """Film a presenter who says the given voice track, which is in ``language``."""

    voice: Media
    presenter: str
    format: Format
    language: Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Generation:
    """A finished generation: what was made, by whom, and what it cost.

    ``reused`` is true when the ledger already held the result and no provider was called.
    """

    key: str
    provider: str
    media: Media
    details: Mapping[str, JsonValue] = field(default_factory=dict)
    cost_usd: Decimal = Decimal(0)
    estimate_usd: Decimal = Decimal(0)
    reused: bool = False
