"""A timeline that came back from an editor: what was changed of the cut, in our own terms.

Taken back are the order of scenes, their lengths, where footage begins and how fast it plays, and
transitions. Voice, titles and captions follow their scenes and are laid anew.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from video_platform.domain.cut import ClipCut, Cut, TransitionCut
from video_platform.domain.timeline import TransitionKind
from video_platform.domain.timing import FrameRate
from video_platform.errors import TimelineError
from video_platform.interchange.otio import OWN

MAX_BYTES = 50_000_000
_BOOKEND = 0
_MOST_CLIPS = 2000
_NO_TIMELINE = (ValueError, LookupError, ArithmeticError, TypeError, RecursionError)
_DEEPEST = 60
"""A timeline nests some twenty levels: stacks, tracks, clips, references, ranges, times."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedClip:
    """A scene's clip on the picture track.

    Args:
        source_frame: where in its media it begins.
        transition_frames: of the transition that leads into it; 0: a plain cut.
        kind: of that transition; none: the editor did not say.
    """

    scene_id: int
    frames: int
    source_frame: int
    speed_percent: int = 100
    transition_frames: int = 0
    kind: TransitionKind | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited:
    """What a file says: whose project, and the clips in their order."""

    project: str
    clips: tuple[PlacedClip, ...]

    @property
    def order(self) -> tuple[int, ...]:
        """Scene ids as they follow one another."""
        return tuple(clip.scene_id for clip in self.clips)


def read_edited(path: Path, rate: FrameRate) -> Edited:
    """Read an ``.otio`` file that was exported here and edited elsewhere.

    Raises:
        TimelineError: ``timeline_unreadable``, or as ``clips_of``.
    """
    import opentimelineio as otio

    try:
        found = otio.adapters.read_from_string(_text(path), "otio_json")
        if not isinstance(found, otio.schema.Timeline):
            raise _unreadable(path, "it holds no timeline")
        project = _own(found).get("project", "")
        return Edited(project=str(project), clips=clips_of(found, rate))
    except OSError as error:
        raise _unreadable(path, error.strerror or str(error)) from error
    # What is no timeline makes the library raise its own errors and some of Python's, and times of
    # no length or no number show only when they are counted.
    except (otio.exceptions.OTIOError, *_NO_TIMELINE) as error:
        raise _unreadable(path, str(error)[:300]) from error


def _text(path: Path) -> str:
    """The file's text, once Python has found it to be JSON of a sane depth.

    The library parses in C++ and would take the whole process down with it on a deep nesting.
    """
    with path.open("rb") as reader:
        data = reader.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise ValueError(f"it has more than {MAX_BYTES} bytes")
    level = [json.loads(data)]
    for _ in range(_DEEPEST):
        level = [inner for outer in level for inner in _inside(outer)]
        if not level:
            return data.decode()
    raise ValueError(f"it is nested more than {_DEEPEST} deep")


def _inside(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def clips_of(timeline: Any, rate: FrameRate) -> tuple[PlacedClip, ...]:
    """The clips of the first video track that has any.

    Raises:
        TimelineError: ``clip_unknown`` for one that is no scene, ``track_unusable``.
    """
    tracks = [track for track in timeline.video_tracks() if track.find_clips()]
    if not tracks:
        raise TimelineError("There is no picture track.", code="track_unusable")
    if len(tracks[0]) > _MOST_CLIPS:
        raise TimelineError(f"The picture track has {len(tracks[0])} items.", code="track_unusable")
    import opentimelineio as otio

    clips: list[PlacedClip] = []
    into: Any = None
    for item in tracks[0]:
        if isinstance(item, otio.schema.Transition):
            into = item
        elif isinstance(item, otio.schema.Clip):
            # A brand's intro and outro are laid around any edit, and are no part of it.
            if _own(item).get("scene") != _BOOKEND:
                clips.append(_placed(item, into, rate))
            into = None
        else:
            raise TimelineError(
                f"There is a {type(item).__name__.lower()} of {item.duration().value:.0f} frames "
                "between the scenes.",
                hint="Close it: every frame of a film shows a scene.",
                code="track_unusable",
            )
    return tuple(clips)


def _placed(clip: Any, into: Any, rate: FrameRate) -> PlacedClip:
    scene_id = _own(clip).get("scene")
    if not isinstance(scene_id, int) or scene_id < 1:
        raise TimelineError(
            f"The clip {clip.name!r} is no scene of this project.",
            hint="Add it to the project as material of a scene; only its scenes can be cut here.",
            code="clip_unknown",
        )
    place = clip.trimmed_range()
    kind = _own(into).get("kind") if into is not None else None
    return PlacedClip(
        scene_id=scene_id,
        frames=_frames(place.duration, rate),
        source_frame=_frames(place.start_time, rate),
        speed_percent=round(100 * _speed(clip)),
        transition_frames=_frames(into.in_offset, rate) + _frames(into.out_offset, rate)
        if into is not None
        else 0,
        kind=TransitionKind(kind) if kind in set(TransitionKind) else None,
    )


def _speed(clip: Any) -> Fraction:
    import opentimelineio as otio

    speed = Fraction(1)
    for effect in clip.effects:
        if isinstance(effect, otio.schema.LinearTimeWarp):
            speed *= Fraction(effect.time_scalar).limit_denominator(1000)
    return speed


def _frames(time: Any, rate: FrameRate) -> int:
    """A time of any rate in frames of ours, rounded."""
    return round(Fraction(time.value) / Fraction(time.rate) * rate.fraction)


def _own(item: Any) -> Mapping[str, Any]:
    found = item.metadata.get(OWN, {})
    return found if hasattr(found, "get") else {}


def _unreadable(path: Path, why: str) -> TimelineError:
    return TimelineError(
        f"{path.name} cannot be read: {why}.",
        hint="Give an .otio file that was exported here and edited.",
        code="timeline_unreadable",
    )


def check_scenes(edited: Edited, scenes: Sequence[int]) -> None:
    """Refuse an edit that lacks a scene, or has one twice.

    Raises:
        TimelineError: ``scene_left_out``, ``scene_twice``, ``clip_unknown``.
    """
    order = edited.order
    for scene_id in scenes:
        if scene_id not in order:
            raise TimelineError(
                f"Scene {scene_id} is not in the edit.",
                hint="A scene can be shortened to its last word, and left out of the script only.",
                code="scene_left_out",
            )
    for scene_id in order:
        if order.count(scene_id) > 1:
            raise TimelineError(
                f"Scene {scene_id} is in the edit {order.count(scene_id)} times.",
                hint="Join its parts again: a scene is one clip.",
                code="scene_twice",
            )
        if scene_id not in scenes:
            raise TimelineError(f"This project has no scene {scene_id}.", code="clip_unknown")


def changes(
    edited: Sequence[PlacedClip],
    laid: Sequence[PlacedClip],
    before: Cut,
    *,
    rate: FrameRate,
    footage: frozenset[int],
) -> Cut:
    """What turns the timeline as it is laid without any cut into the edited one.

    Args:
        laid: of the same scenes in the same order.
        before: the cut so far: what an editor's file does not hold is kept of it.
        footage: scenes whose media begin somewhere and play at some speed; stills do neither.
    """
    clips: dict[int, ClipCut] = {}
    transitions: dict[int, TransitionCut] = {}
    for new, old in zip(edited, laid, strict=True):
        scene_id = new.scene_id
        kept = before.clips.get(scene_id, ClipCut())
        longer = new.frames - old.frames
        is_footage = scene_id in footage
        clip = replace(
            kept,
            longer_ms=_ms(longer, rate) if longer else None,
            source_start_ms=_ms(new.source_frame, rate)
            if is_footage and new.source_frame != old.source_frame
            else None,
            speed_percent=new.speed_percent
            if is_footage and new.speed_percent != old.speed_percent
            else None,
        )
        if clip != ClipCut():
            clips[scene_id] = clip
        into = _into(new, old)
        if into != TransitionCut():
            transitions[scene_id] = into
    return Cut(clips=clips, transitions=transitions, music_db=before.music_db)


def _into(new: PlacedClip, old: PlacedClip) -> TransitionCut:
    if new.transition_frames == 0:
        plain = TransitionCut(kind=TransitionKind.CUT, frames=0)
        return plain if old.transition_frames else TransitionCut()
    return TransitionCut(
        kind=new.kind if new.kind is not None and new.kind is not old.kind else None,
        frames=new.transition_frames if new.transition_frames != old.transition_frames else None,
    )


def _ms(frames: int, rate: FrameRate) -> int:
    return round(rate.seconds(frames) * 1000)
