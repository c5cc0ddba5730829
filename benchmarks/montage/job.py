"""Makes the reference job's material in a folder, through the product's own providers.

The same job is told in two ways: as a timeline, for our engine, and as a plain description of
pictures, sounds and times, for everyone else.
"""

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from tests.montage.films import speech_like, write_sound
from video_platform.agents.timeline import build_timeline
from video_platform.domain.captions import LINE_CHARACTERS, group_words
from video_platform.domain.formats import Format, Frame
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
from video_platform.domain.timeline import Timeline, TransitionKind, VideoClip
from video_platform.domain.timing import Word
from video_platform.fonts import BOLD, FAMILY, FONTS_DIR
from video_platform.montage.probe import probe_media
from video_platform.providers.registry import find_provider
from video_platform.store import MediaStore

_ORIGIN = Origin(provider="benchmark", generation="0" * 64)
_KINDS = list(OnScreenKind)
_NARRATION = (
    "These twenty words stand for what a narrator says while one designed scene of the film "
    "is on the screen."
)


SCENES = 8
SPOKEN_S = 6.55
"""With the pauses around them, eight voices of this length make a minute."""


def make_job(
    store: MediaStore,
    folder: Path,
    *,
    scenes: int = SCENES,
    seconds: float = SPOKEN_S,
    formats: Sequence[Format] = (Format.WIDE,),
) -> Timeline:
    """A timeline of ``scenes`` scenes, each spoken for ``seconds``, with a picture per format."""
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
            media={ratio: _picture(store, folder, scene, scenes, ratio) for ratio in formats},
            motion=Motion(kind=list(MotionKind)[1 + scene.id % 6], strength=0.05),
            origin=_ORIGIN,
        )
        for scene in script.scenes
    )
    voices = tuple(_voice(store, folder, scene, seconds) for scene in script.scenes)
    timeline = build_timeline(
        script, VoiceTracks(tracks=voices), Clips(clips=clips), AvatarClips(), _music(store, folder)
    )
    # The reference job stays what it was, whatever transitions the timeline agent chooses today.
    kinds = (TransitionKind.DISSOLVE, TransitionKind.DISSOLVE, TransitionKind.SLIDE)
    transitions = tuple(
        dataclasses.replace(transition, kind=kinds[index % 3])
        for index, transition in enumerate(timeline.transitions)
    )
    return dataclasses.replace(timeline, transitions=transitions)


def with_other_word(timeline: Timeline) -> Timeline:
    """The job with one word in the middle of its second scene changed."""
    clip = timeline.video[1]
    middle_ms = timeline.rate.seconds(clip.start_frame + clip.frames // 2) * 1000
    words = list(timeline.words)
    place = next(n for n, word in enumerate(words) if word.start_ms >= middle_ms)
    words[place] = dataclasses.replace(words[place], text="changed")
    return dataclasses.replace(timeline, words=tuple(words))


def with_other_picture(timeline: Timeline) -> Timeline:
    """The job with its second scene showing the first scene's picture.

    The second scene has a transition on both sides in a film of three scenes or more.
    """
    clips = list(timeline.video)
    clips[1] = dataclasses.replace(clips[1], media=clips[0].media)
    return dataclasses.replace(timeline, video=tuple(clips))


def with_other_music(timeline: Timeline) -> Timeline:
    """The job with its music four decibels softer."""
    music = tuple(dataclasses.replace(clip, gain_db=-4.0) for clip in timeline.music)
    return dataclasses.replace(timeline, music=music)


def describe(timeline: Timeline, store: MediaStore, frame: Frame) -> dict[str, Any]:
    """The job in plain values: what a person would type into another program.

    Lengths are in frames, times in seconds of the film, colours and fonts as files and names. A
    scene's ``frames`` include the halves of its transitions beyond its cuts; ``overlap`` is the
    length of the ``transition`` it begins with.
    """
    seconds = timeline.rate.seconds
    return {
        "width": frame.width_px,
        "height": frame.height_px,
        "fps": int(timeline.rate.fraction),
        "frames": timeline.frames,
        "scenes": [_described_scene(timeline, clip, store) for clip in timeline.video],
        "voice": [
            {"path": str(store.path(clip.media)), "start_s": float(seconds(clip.start_frame))}
            for clip in timeline.voice
        ],
        "music": str(store.path(timeline.music[0].media)),
        "captions": [
            {
                "end_s": cue.end_ms / 1000,
                "lines": [
                    [(word.text, word.start_ms / 1000) for word in line] for line in cue.lines
                ],
            }
            for cue in group_words(timeline.words, line_characters=LINE_CHARACTERS[Format.WIDE])
        ],
        "caption_bottom": frame.caption_bottom,
        "font": str(BOLD),
        "font_family": FAMILY,
        "fonts_dir": str(FONTS_DIR),
    }


def _described_scene(timeline: Timeline, clip: VideoClip, store: MediaStore) -> dict[str, Any]:
    at_cut = {transition.at_frame: transition for transition in timeline.transitions}
    incoming, outgoing = at_cut.get(clip.start_frame), at_cut.get(clip.end_frame)
    before, after = (cut.frames if cut else 0 for cut in (incoming, outgoing))
    motion = clip.motion or Motion(kind=MotionKind.HOLD)
    return {
        "picture": str(store.path(clip.media[Format.WIDE])),
        "start_frame": clip.start_frame - before // 2,
        "frames": clip.frames + before // 2 + after // 2,
        "overlap": before,
        "transition": incoming.kind.value if incoming else "cut",
        "motion": motion.kind.value,
        "strength": motion.strength,
    }


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


def _music(store: MediaStore, folder: Path) -> Music:
    made = find_provider(Capability.MUSIC).generate(
        MusicRequest(mood="calm", duration_ms=60_000, seed=1), folder
    )
    media = store.put(made.path, made.media_type, probe_media(made.path, made.media_type))
    return Music(media=media, mood="calm", licence="CC0-1.0", bar_ms=0, origin=_ORIGIN)


def _picture(store: MediaStore, folder: Path, scene: Scene, count: int, ratio: Format) -> Media:
    made = find_provider(Capability.IMAGE).generate(
        ImageRequest(
            prompt="",
            on_screen=scene.on_screen,
            format=ratio,
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
