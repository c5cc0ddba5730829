"""Timeline agent: voice decides how long each scene lasts; pictures and music follow."""

from fractions import Fraction

from video_platform.domain.manifests import AvatarClips, Clips, Music, SceneClip, VoiceTracks
from video_platform.domain.script import Script
from video_platform.domain.timeline import (
    AudioClip,
    Timeline,
    Transition,
    TransitionKind,
    VideoClip,
)
from video_platform.domain.timing import FrameRate, Word
from video_platform.errors import TimelineError

RATE = FrameRate(30, 1)
_LEAD_S = Fraction(2, 5)
"""Silence before a scene's first word: longer than half a transition, so words never meet one."""
_TAIL_S = Fraction(1, 2)
_OPENING_S = Fraction(7, 10)
"""The first scene may be looked at before it speaks."""
_CLOSING_S = Fraction(17, 10)
"""The last word rings out, and the music with it."""
_TRANSITION_FRAMES = 16


def build_timeline(
    script: Script, voice: VoiceTracks, clips: Clips, avatars: AvatarClips, music: Music
) -> Timeline:
    """Lay the material on whole frames.

    Raises:
        TimelineError: a scene lacks its voice or its clip.
    """
    tracks = {track.scene_id: track for track in voice.tracks}
    pictures = {clip.scene_id: clip for clip in clips.clips}
    start = 0
    video: list[VideoClip] = []
    speech: list[AudioClip] = []
    words: list[Word] = []
    for position, scene in enumerate(script.scenes):
        track, picture = tracks.get(scene.id), pictures.get(scene.id)
        if track is None or picture is None:
            raise TimelineError(
                f"Scene {scene.id} has no {'voice' if track is None else 'clip'}.",
                hint="Re-materialize that stage of the project.",
            )
        lead = RATE.frames_covering(_OPENING_S if position == 0 else _LEAD_S)
        tail = _CLOSING_S if position == len(script.scenes) - 1 else _TAIL_S
        spoken = Fraction(track.media.probe.duration_ms, 1000)
        frames = lead + RATE.frames_covering(spoken + tail)
        video.append(_video_clip(picture, avatars, start, frames))
        speech.append(AudioClip(start_frame=start + lead, media=track.media, scene_id=scene.id))
        offset_ms = round(RATE.seconds(start + lead) * 1000)
        words.extend(word.shifted(offset_ms) for word in track.words)
        start += frames
    return Timeline(
        rate=RATE,
        frames=start,
        video=tuple(video),
        transitions=_transitions(video),
        voice=tuple(speech),
        music=(AudioClip(start_frame=0, media=music.media, frames=start, bar_ms=music.bar_ms),),
        words=tuple(words),
        language=script.language,
        title=script.title,
    )


def _video_clip(clip: SceneClip, avatars: AvatarClips, start: int, frames: int) -> VideoClip:
    presenter = avatars.clips.get(clip.scene_id)
    return VideoClip(
        scene_id=clip.scene_id,
        start_frame=start,
        frames=frames,
        media=presenter or clip.media,
        motion=None if presenter else clip.motion,
    )


def _transitions(video: list[VideoClip]) -> tuple[Transition, ...]:
    """A transition on every cut, chosen by place: dissolves, with a slide now and then."""
    kinds = (TransitionKind.DISSOLVE, TransitionKind.DISSOLVE, TransitionKind.SLIDE)
    shortest = min((clip.frames for clip in video), default=0)
    frames = min(_TRANSITION_FRAMES, shortest // 4 * 2)
    return tuple(
        Transition(at_frame=clip.start_frame, frames=frames, kind=kinds[index % len(kinds)])
        for index, clip in enumerate(video[1:])
    )
