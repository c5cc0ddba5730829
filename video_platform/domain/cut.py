"""A person's changes to the cut: kept apart from the timeline, and laid over each new one.

A longer or shorter scene moves everything behind it::

    before     |-- scene 1 --|---- scene 2 ----|-- scene 3 --|
    shorter    |-- scene 1 --|-- scene 2 --|-- scene 3 --|
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TypeVar

from video_platform.domain.look import Fit
from video_platform.domain.timeline import (
    AudioClip,
    Inset,
    Timeline,
    Title,
    Transition,
    TransitionKind,
    VideoClip,
)
from video_platform.domain.timing import Word
from video_platform.errors import TimelineError

MAX_LONGER_MS = 60_000
LOUDEST_DB, QUIETEST_DB = 12.0, -60.0
LayerT = TypeVar("LayerT", Inset, Title, AudioClip)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipCut:
    """What a person changed of one scene's clip; ``None`` leaves it as it was laid.

    Args:
        longer_ms: how much later the scene ends, after its last word; below zero: earlier.
        source_start_ms: where in its media a video clip begins.
        speed_percent: how fast a video plays.
        own_sound_db: level of the video's own sound.
    """

    longer_ms: int | None = None
    source_start_ms: int | None = None
    speed_percent: int | None = None
    own_sound_db: float | None = None
    fit: Fit | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TransitionCut:
    """How a scene comes in; ``frames`` of 0 is a plain cut."""

    kind: TransitionKind | None = None
    frames: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """All changes to one project's cut, by scene id.

    Args:
        transitions: by the scene they lead into.
        music_db: change of the music's level.
    """

    clips: Mapping[int, ClipCut] = field(default_factory=dict)
    transitions: Mapping[int, TransitionCut] = field(default_factory=dict)
    music_db: float = 0.0

    def __post_init__(self) -> None:
        """Refuse levels and lengths nobody could mean."""
        levels = [self.music_db, *(c.own_sound_db or 0.0 for c in self.clips.values())]
        for level in levels:
            if not QUIETEST_DB <= level <= LOUDEST_DB:
                raise TimelineError(
                    f"A level of {level} dB is not possible.",
                    hint=f"Choose {QUIETEST_DB:.0f} to {LOUDEST_DB:.0f}.",
                )
        for scene_id, clip in self.clips.items():
            if abs(clip.longer_ms or 0) > MAX_LONGER_MS or (clip.source_start_ms or 0) < 0:
                raise TimelineError(
                    f"Scene {scene_id} cannot be cut like this.",
                    hint=f"A scene grows or shrinks by at most {MAX_LONGER_MS // 1000} s, and "
                    "begins inside its media.",
                )


def apply_cut(timeline: Timeline, cut: Cut) -> Timeline:
    """The timeline with a person's changes; those of scenes it does not have are left out.

    Raises:
        TimelineError: a scene would end before its last word, or a transition has no room.
    """
    for clip in timeline.video:
        wish = cut.clips.get(clip.scene_id)
        if wish is not None and wish.longer_ms:
            seconds = Fraction(wish.longer_ms, 1000)
            timeline = _lengthen(timeline, clip.scene_id, round(seconds * timeline.rate.fraction))
    return replace(
        timeline,
        video=tuple(_recut(clip, cut.clips.get(clip.scene_id)) for clip in timeline.video),
        transitions=_transitions(timeline, cut),
        music=tuple(replace(one, gain_db=one.gain_db + cut.music_db) for one in timeline.music),
    )


def _recut(clip: VideoClip, wish: ClipCut | None) -> VideoClip:
    if wish is None:
        return clip
    names = ("source_start_ms", "speed_percent", "own_sound_db", "fit")
    wished = {name: getattr(wish, name) for name in names}
    return replace(clip, **{name: value for name, value in wished.items() if value is not None})


def _transitions(timeline: Timeline, cut: Cut) -> tuple[Transition, ...]:
    """The transitions with their changes; a plain cut is none."""
    scene_at = {clip.start_frame: clip.scene_id for clip in timeline.video}
    changed = []
    for transition in timeline.transitions:
        wish = cut.transitions.get(scene_at[transition.at_frame], TransitionCut())
        frames = transition.frames if wish.frames is None else wish.frames // 2 * 2
        made = replace(transition, kind=wish.kind or transition.kind, frames=frames)
        if made.kind is TransitionKind.CUT:
            made = replace(made, frames=0)
        changed.append(made)
    return tuple(changed)


def _lengthen(timeline: Timeline, scene_id: int, frames: int) -> Timeline:
    """The scene ends so many frames later; what lies behind it moves along."""
    clip = next(one for one in timeline.video if one.scene_id == scene_id)
    end = clip.end_frame
    _refuse_cut_words(timeline, clip, frames)
    shift_ms = round(timeline.rate.seconds(frames) * 1000)
    end_ms = round(timeline.rate.seconds(end) * 1000)

    def moved(layers: tuple[LayerT, ...]) -> tuple[LayerT, ...]:
        return tuple(
            replace(one, start_frame=one.start_frame + frames) if one.start_frame >= end else one
            for one in layers
        )

    return replace(
        timeline,
        frames=timeline.frames + frames,
        video=tuple(
            replace(one, frames=one.frames + frames)
            if one is clip
            else replace(
                one, start_frame=one.start_frame + (frames if one.start_frame >= end else 0)
            )
            for one in timeline.video
        ),
        transitions=tuple(
            replace(one, at_frame=one.at_frame + (frames if one.at_frame >= end else 0))
            for one in timeline.transitions
        ),
        voice=moved(timeline.voice),
        effects=moved(timeline.effects),
        titles=moved(timeline.titles),
        # A presenter who stays to the end of the scene stays to its new end.
        insets=tuple(
            replace(one, frames=one.frames + frames) if one.end_frame == end else moved((one,))[0]
            for one in timeline.insets
        ),
        music=tuple(
            replace(one, frames=one.frames + frames) if one.frames else one
            for one in timeline.music
        ),
        words=tuple(_moved_word(word, end_ms, shift_ms) for word in timeline.words),
    )


def _moved_word(word: Word, end_ms: int, shift_ms: int) -> Word:
    return word.shifted(shift_ms) if word.start_ms >= end_ms else word


def _refuse_cut_words(timeline: Timeline, clip: VideoClip, frames: int) -> None:
    """A scene may lose its silence, never its words."""
    start_ms = timeline.rate.seconds(clip.start_frame) * 1000
    end_ms = timeline.rate.seconds(clip.end_frame) * 1000
    spoken = [word.end_ms for word in timeline.words if start_ms <= word.start_ms < end_ms]
    new_end_ms = timeline.rate.seconds(clip.end_frame + frames) * 1000
    if new_end_ms <= max(spoken, default=int(start_ms)):
        raise TimelineError(
            f"Scene {clip.scene_id} would end before its last word.",
            hint="Shorten its narration, or cut less of it.",
            code="words_cut",
        )
