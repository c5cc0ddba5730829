"""What each asset stores: small values that name media, one class per asset."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from video_platform.domain.codec import ABSENT
from video_platform.domain.formats import Format
from video_platform.domain.look import Export
from video_platform.domain.media import Media
from video_platform.domain.rights import FilmCredentials
from video_platform.domain.timing import Word


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One of several that were made of one wish, and what it scored.

    Args:
        generation: its ledger key; empty where it could not be made.
        score: 0 to 1; the highest is used.
        match: how well it shows what was asked, as ``judge`` says; none: nobody was asked.
        notes: what is wrong with it, or what its judge said.
    """

    generation: str
    sha256: str
    score: float
    match: float | None = None
    judge: str = ""
    notes: tuple[str, ...] = ()
    is_used: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Who made a take: provider, ledger key and price, for lineage and credits."""

    provider: str
    generation: str
    cost_usd: Decimal = Decimal(0)
    estimate_usd: Decimal = Decimal(0)
    instead_of: tuple[str, ...] = ()
    """Providers that were asked first and could not, each with the reason."""
    candidates: Annotated[tuple[Candidate, ...], ABSENT] = ()
    """What this take was chosen from; empty where it was the only one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SceneImage:
    """The picture of one scene, once per format."""

    scene_id: int
    media: Mapping[Format, Media]
    origin: Mapping[Format, Origin]


@dataclass(frozen=True, slots=True, kw_only=True)
class SceneImages:
    """Value of the asset ``scene_images``."""

    images: tuple[SceneImage, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceTrack:
    """One scene's narration. Word texts joined by spaces equal the scene's narration words.

    Args:
        timing: how the words were timed: by the provider, ``recognised`` or ``estimated``.
        confidence: in their times, 0 to 1; 0 when it was not judged.
    """

    scene_id: int
    media: Media
    words: tuple[Word, ...]
    timing: str
    origin: Origin
    confidence: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceTracks:
    """Value of the asset ``voice_tracks``."""

    tracks: tuple[VoiceTrack, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Music:
    """Value of the asset ``music``. The montage repeats or drops bars, it never stretches."""

    media: Media
    mood: str
    licence: str
    bar_ms: int
    """Length of a bar, so that the montage can cut on the beat; 0 when unknown."""
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class AvatarClips:
    """Value of the asset ``avatar_clips``: presenter clips by scene; empty when none is wanted."""

    clips: Mapping[int, Mapping[Format, Media]] = field(default_factory=dict)


class MotionKind(StrEnum):
    """How a still moves inside the frame."""

    HOLD = "hold"
    ZOOM_IN = "zoom_in"
    ZOOM_OUT = "zoom_out"
    PAN_LEFT = "pan_left"
    PAN_RIGHT = "pan_right"
    PAN_UP = "pan_up"
    PAN_DOWN = "pan_down"


@dataclass(frozen=True, slots=True, kw_only=True)
class Motion:
    """A slow move over a still; ``strength`` is the share of the frame it travels or zooms."""

    kind: MotionKind = MotionKind.ZOOM_IN
    strength: float = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class SceneClip:
    """What fills a scene's time. With ``motion`` the media are stills, without they are video."""

    scene_id: int
    media: Mapping[Format, Media]
    motion: Motion | None
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class Clips:
    """Value of the asset ``clips``."""

    clips: tuple[SceneClip, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Film:
    """One finished film and what stands beside it."""

    format: Format
    media: Media
    poster: Media
    srt: Media
    vtt: Media
    duration_ms: int
    integrated_lufs: float
    true_peak_dbtp: float
    plan: str
    """Hash of the render plan: equal plans give equal films."""
    exports: Mapping[Export, Media] = field(default_factory=dict)
    contact_sheet: Media | None = None
    waveform: Media | None = None
    encoder: str = "libx264"
    """What encoded it, and why, where that was not what was asked for."""
    credentials: FilmCredentials | None = None
    """Of the manifest inside ``media``; none in films made before there were any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Montage:
    """Value of the asset ``montage``: one film per format of the brief."""

    films: tuple[Film, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicationRecord:
    """One film on one platform."""

    platform: str
    format: Format
    film: str
    """SHA-256 of the film that was published."""
    url: str
    published_at: str
    """UTC, ISO 8601."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Publications:
    """Value of the asset ``publications``."""

    records: tuple[PublicationRecord, ...]
