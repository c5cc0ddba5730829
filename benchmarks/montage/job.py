"""Makes the reference job's material in a folder, through the product's own providers."""

import dataclasses
from pathlib import Path

import numpy as np

from tests.montage.films import speech_like, write_sound
from video_platform.agents.timeline import build_timeline
from video_platform.domain.formats import Format
from video_platform.domain.generation import Capability, ImageRequest, MusicRequest
from video_platform.domain.language import Language
from video_platform.domain.manifests import (
    AvatarClips,
    Clips,
    Motion,
    MotionKind,
    Music,
    Origin,
    SceneClip,
    VoiceTrack,
    VoiceTracks,
)
from video_platform.domain.media import Media
from video_platform.domain.script import OnScreen, OnScreenKind, Scene, Script
from video_platform.domain.timeline import Timeline
from video_platform.domain.timing import Word
from video_platform.montage.probe import probe_media
from video_platform.providers.registry import find_provider
from video_platform.store import MediaStore

_ORIGIN = Origin(provider="benchmark", generation="0" * 64)
_KINDS = list(OnScreenKind)
_NARRATION = (
    "These twenty words stand for what a narrator says while one designed scene of the film "
    "is on the screen."
)


def make_job(
    store: MediaStore, folder: Path, *, scenes: int = 8, seconds: float = 6.55
) -> Timeline:
    """A timeline of ``scenes`` scenes, each spoken for ``seconds``."""
    folder.mkdir(parents=True, exist_ok=True)
    script = Script(
        title="Reference",
        duration=60,
        language=Language.ENGLISH,
        scenes=tuple(_scene(number) for number in range(1, scenes + 1)),
    )
    clips = tuple(
        SceneClip(
            scene_id=scene.id,
            media={Format.WIDE: _picture(store, folder, scene, scenes)},
            motion=Motion(kind=list(MotionKind)[1 + scene.id % 6], strength=0.05),
            origin=_ORIGIN,
        )
        for scene in script.scenes
    )
    voices = tuple(_voice(store, folder, scene, seconds) for scene in script.scenes)
    made = find_provider(Capability.MUSIC).generate(
        MusicRequest(mood="calm", duration_ms=60_000, seed=1), folder
    )
    media = store.put(made.path, made.media_type, probe_media(made.path, made.media_type))
    music = Music(media=media, mood="calm", licence="CC0-1.0", bar_ms=0, origin=_ORIGIN)
    return build_timeline(
        script, VoiceTracks(tracks=voices), Clips(clips=clips), AvatarClips(), music
    )


def with_other_word(timeline: Timeline) -> Timeline:
    """The job with one word of its third scene changed."""
    words = list(timeline.words)
    words[45] = dataclasses.replace(words[45], text="changed")
    return dataclasses.replace(timeline, words=tuple(words))


def with_other_picture(timeline: Timeline) -> Timeline:
    """The job with the third scene showing the fifth scene's picture."""
    clips = list(timeline.video)
    clips[2] = dataclasses.replace(clips[2], media=clips[4].media)
    return dataclasses.replace(timeline, video=tuple(clips))


def _scene(number: int) -> Scene:
    kind = _KINDS[number % len(_KINDS)]
    return Scene(
        id=number,
        duration=7.5,
        narration=_NARRATION,
        visual_prompt="",
        music_mood="calm",
        on_screen=OnScreen(
            kind=kind,
            headline=f"What scene {number} is about",
            items=("First of two points", "Second of two points"),
            figure="73 %",
            note="of all that was counted",
            keywords=("energy", "chart", "city"),
        ),
    )


def _picture(store: MediaStore, folder: Path, scene: Scene, count: int) -> Media:
    made = find_provider(Capability.IMAGE).generate(
        ImageRequest(
            prompt="",
            on_screen=scene.on_screen,
            format=Format.WIDE,
            language=Language.ENGLISH,
            style="clean",
            mood="calm",
            position=scene.id - 1,
            count=count,
            project_seed=7,
            seed=scene.id,
            oversize=1.1,
        ),
        folder,
    )
    return store.put(made.path, made.media_type, probe_media(made.path, made.media_type))


def _voice(store: MediaStore, folder: Path, scene: Scene, seconds: float) -> VoiceTrack:
    samples: np.ndarray = speech_like(seconds, scene.id)
    path = write_sound(folder / f"voice-{scene.id}.wav", samples)
    step = round(seconds * 1000 / len(scene.words))
    return VoiceTrack(
        scene_id=scene.id,
        media=store.put(path, "audio/wav", probe_media(path, "audio/wav")),
        words=tuple(Word(text, n * step, (n + 1) * step) for n, text in enumerate(scene.words)),
        timing="engine_events",
        origin=_ORIGIN,
    )
