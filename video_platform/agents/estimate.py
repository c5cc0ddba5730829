"""What a brief would take, before anything is made or paid: typical requests, priced one by one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from video_platform.domain.brief import Brief
from video_platform.domain.formats import Format
from video_platform.domain.generation import (
    AlignmentRequest,
    AvatarRequest,
    Capability,
    ImageRequest,
    JudgeRequest,
    MusicRequest,
    Reference,
    ScriptRequest,
    VideoRequest,
    VoiceRequest,
)
from video_platform.domain.media import Media, Probe
from video_platform.domain.script import OnScreen, OnScreenKind
from video_platform.providers.base import Priced
from video_platform.providers.references import reduced
from video_platform.providers.registry import DEFAULTS, Catalogue

_SECONDS_PER_SCENE = 7.5
_WORDS_PER_SECOND = 2.4
_CAPABILITIES = (
    Capability.SCRIPT,
    Capability.IMAGE,
    Capability.VOICE,
    Capability.ALIGNMENT,
    Capability.MUSIC,
    Capability.VIDEO,
    Capability.AVATAR,
    Capability.JUDGE,
)
_ONCE_A_FILM = frozenset({Capability.SCRIPT, Capability.MUSIC})
_PROMPT = "A typical description of what one scene shows, in a sentence or two. " * 3


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimateRow:
    """One capability's share of an estimate; a price that is not known is none, never a guess."""

    capability: Capability
    provider: str
    calls: int
    cost_usd: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What a brief would take."""

    scenes: int
    rows: tuple[EstimateRow, ...]

    @property
    def cost_usd(self) -> Decimal | None:
        """The sum; none when a part of it is not known."""
        known = [row.cost_usd for row in self.rows if row.cost_usd is not None]
        return sum(known, Decimal(0)) if len(known) == len(self.rows) else None

    @property
    def scene_usd(self) -> Decimal | None:
        """What one scene more would cost."""
        rows = [row for row in self.rows if row.capability not in _ONCE_A_FILM]
        known = [row.cost_usd for row in rows if row.cost_usd is not None]
        return sum(known, Decimal(0)) / self.scenes if len(known) == len(rows) else None


def estimate_brief(brief: Brief, catalogue: Catalogue) -> Estimate:
    """Calls and list prices of the providers this brief would ask, first choices only."""
    scenes = max(1, round(brief.duration_s / _SECONDS_PER_SCENE))
    rows = []
    for capability in _CAPABILITIES:
        provider = _first_choice(capability, brief, catalogue)
        if provider is None:
            continue
        typical = _typical(capability, brief)
        count = _calls(provider, typical, brief.formats) * _candidates(capability, brief)
        count *= 1 if capability in _ONCE_A_FILM else scenes
        if not count:
            continue
        each = _price(provider, typical)
        rows.append(
            EstimateRow(
                capability=capability,
                provider=provider.name,
                calls=count,
                cost_usd=None if each is None else each * count,
            )
        )
    return Estimate(scenes=scenes, rows=tuple(rows))


def _candidates(capability: Capability, brief: Brief) -> int:
    """How many are made of each; of verdicts, how many a scene asks for."""
    direction = brief.direction
    match capability:
        case Capability.IMAGE:
            return direction.images
        case Capability.VIDEO:
            return direction.clips
        case Capability.JUDGE:
            pictures = direction.images * len(brief.formats) if direction.images > 1 else 0
            return pictures + (direction.clips if direction.clips > 1 else 0)
        case _:
            return 1


def _first_choice(capability: Capability, brief: Brief, catalogue: Catalogue) -> Any:
    """Who would be asked; none where the capability is not needed."""
    name = brief.providers.get(capability.value, "")
    if capability not in DEFAULTS and not name:
        return None
    if capability is Capability.ALIGNMENT:
        voice = _first_choice(Capability.VOICE, brief, catalogue)
        if getattr(voice, "tells_times", False):
            return None
    chosen = catalogue.find(capability, name)
    return getattr(chosen, "providers", (chosen,))[0]


def _calls(provider: Any, typical: Any, formats: Sequence[Format]) -> int:
    """How often a scene or a film needs this: once for each format that makes a difference."""
    if not hasattr(typical, "format"):
        return 1
    wanted = [replace(typical, format=ratio) for ratio in formats]
    wanted = [reduced(provider, request) for request in wanted]
    return len({request.format for request in wanted})


def _price(provider: Any, request: Any) -> Decimal | None:
    # What has no price works here and costs nothing.
    request = reduced(provider, request)
    return provider.price_usd(request) if isinstance(provider, Priced) else Decimal(0)


def _typical(capability: Capability, brief: Brief) -> Any:
    """A request like those the agents make for this brief."""
    picture = Media(sha256="0" * 64, media_type="image/png", size_bytes=1, probe=Probe())
    spoken_ms = round(_SECONDS_PER_SCENE * 1000)
    sound = Media(
        sha256="0" * 64,
        media_type="audio/wav",
        size_bytes=1,
        probe=Probe(duration_ms=spoken_ms),
    )
    said = "speech " * round(_SECONDS_PER_SCENE * _WORDS_PER_SECOND)
    match capability:
        case Capability.SCRIPT:
            return ScriptRequest(
                text=brief.text,
                language=brief.language,
                duration_s=brief.duration_s,
                style=brief.style,
            )
        case Capability.IMAGE:
            return ImageRequest(
                prompt=_PROMPT,
                on_screen=OnScreen(kind=OnScreenKind.STATEMENT, headline=""),
                format=brief.formats[0],
                language=brief.language,
                style=brief.style,
                mood="calm",
                position=0,
                count=1,
                project_seed=0,
                seed=0,
                # At most: as if everybody were seen in every scene.
                references=tuple(
                    Reference(name=sheet.name, media=media)
                    for sheet in brief.direction.sheets
                    for media in sheet.pictures
                ),
            )
        case Capability.VOICE:
            return VoiceRequest(text=said, language=brief.language)
        case Capability.ALIGNMENT:
            return AlignmentRequest(audio=sound, text=said, language=brief.language)
        case Capability.MUSIC:
            return MusicRequest(mood="calm", duration_ms=brief.duration_s * 1000, seed=0)
        case Capability.JUDGE:
            return JudgeRequest(picture=picture, wanted=_PROMPT)
        case Capability.VIDEO:
            return VideoRequest(
                prompt=_PROMPT,
                images=dict.fromkeys(brief.formats, picture),
                duration_ms=spoken_ms,
                position=0,
                seed=0,
            )
        case _:
            return AvatarRequest(
                voice=sound, presenter="", format=brief.formats[0], language=brief.language
            )
