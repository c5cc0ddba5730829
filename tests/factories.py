"""Makers of small, valid domain values; a test names only what it is about."""

from collections.abc import Sequence
from typing import Any

from video_platform.domain.brief import Brief
from video_platform.domain.formats import Format
from video_platform.domain.language import Language
from video_platform.domain.manifests import (
    Clips,
    Film,
    Motion,
    MotionKind,
    Music,
    Origin,
    SceneClip,
    VoiceTrack,
    VoiceTracks,
)
from video_platform.domain.media import Media, Probe
from video_platform.domain.project import Project
from video_platform.domain.script import OnScreen, OnScreenKind, Scene, Script
from video_platform.domain.timing import Word

ORIGIN = Origin(provider="fake", generation="0" * 64)


def make_media(name: str = "a", media_type: str = "image/png", **probe: Any) -> Media:
    """A reference; ``name`` stands for the content."""
    sha256 = (name.encode().hex() * 64)[:64]
    return Media(sha256=sha256, media_type=media_type, size_bytes=10, probe=Probe(**probe))


def make_scene(number: int = 1, narration: str = "One plain sentence.", **changes: Any) -> Scene:
    fields: dict[str, Any] = {
        "id": number,
        "duration": 5.0,
        "narration": narration,
        "visual_prompt": f"picture {number}",
        "music_mood": "calm",
        "on_screen": OnScreen(kind=OnScreenKind.STATEMENT, headline=f"Headline {number}"),
    }
    return Scene(**{**fields, **changes})


def make_script(scenes: Sequence[Scene] = (), **changes: Any) -> Script:
    chosen = tuple(scenes) or (make_scene(1), make_scene(2, "Another sentence stands here."))
    fields: dict[str, Any] = {
        "title": "A title",
        "duration": sum(scene.duration for scene in chosen),
        "scenes": chosen,
        "language": Language.ENGLISH,
    }
    return Script(**{**fields, **changes})


def make_project(**changes: Any) -> Project:
    fields: dict[str, Any] = {
        "key": "a-title-0123456789",
        "title": "A title",
        "brief": Brief(text="A brief."),
        "created_at": "2026-01-01T00:00:00+00:00",
    }
    return Project(**{**fields, **changes})


def make_voice(script: Script, *, duration_ms: int = 2000) -> VoiceTracks:
    """Tracks whose words are spread evenly over ``duration_ms``."""
    return VoiceTracks(tracks=tuple(_track(scene, duration_ms) for scene in script.scenes))


def _track(scene: Scene, duration_ms: int) -> VoiceTrack:
    step = duration_ms // len(scene.words)
    return VoiceTrack(
        scene_id=scene.id,
        media=make_media(f"v{scene.id}", "audio/wav", duration_ms=duration_ms),
        words=tuple(
            Word(text, index * step, (index + 1) * step) for index, text in enumerate(scene.words)
        ),
        timing="engine_events",
        origin=ORIGIN,
    )


def make_clips(script: Script, formats: Sequence[Format] = (Format.WIDE,)) -> Clips:
    return Clips(
        clips=tuple(
            SceneClip(
                scene_id=scene.id,
                media={ratio: make_media(f"i{scene.id}{ratio}") for ratio in formats},
                motion=Motion(kind=MotionKind.ZOOM_IN),
                origin=ORIGIN,
            )
            for scene in script.scenes
        )
    )


def make_music(duration_ms: int = 20_000) -> Music:
    return Music(
        media=make_media("m", "audio/flac", duration_ms=duration_ms),
        mood="calm",
        licence="CC0-1.0",
        bar_ms=2000,
        origin=ORIGIN,
    )


def make_film(**changes: Any) -> Film:
    """A film that meets every rule, 300 frames long."""
    fields: dict[str, Any] = {
        "format": Format.WIDE,
        "media": make_media(
            "f",
            "video/mp4",
            width_px=1920,
            height_px=1080,
            frames=300,
            duration_ms=10_000,
            channels=2,
        ),
        "poster": make_media("p", "image/jpeg"),
        "srt": make_media("s", "application/x-subrip"),
        "vtt": make_media("t", "text/vtt"),
        "duration_ms": 10_000,
        "integrated_lufs": -14.1,
        "true_peak_dbtp": -1.3,
        "plan": "plan",
    }
    return Film(**{**fields, **changes})
