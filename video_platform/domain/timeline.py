"""The timeline: what is seen and heard when, in whole frames.

The picture track is cut without gaps: a clip starts where the one before it ends. A transition
stands on a cut and takes half of its length from the clip on each side::

    |------ clip 1 ------|------ clip 2 ------|
                     [--dissolve--]
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from video_platform.domain.formats import Format
from video_platform.domain.language import Language
from video_platform.domain.manifests import Motion
from video_platform.domain.media import Media
from video_platform.domain.timing import FrameRate, Word
from video_platform.errors import TimelineError


class TransitionKind(StrEnum):
    """How one clip gives way to the next."""

    CUT = "cut"
    DISSOLVE = "dissolve"
    FADE = "fade"
    WIPE = "wipe"
    SLIDE = "slide"


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoClip:
    """A stretch of picture. Stills carry a motion over the whole clip, handles included."""

    scene_id: int
    start_frame: int
    frames: int
    media: Mapping[Format, Media]
    motion: Motion | None = None

    @property
    def end_frame(self) -> int:
        """First frame after the clip."""
        return self.start_frame + self.frames


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """A transition of ``frames`` (even, or 0 for a cut) centred on the cut at ``at_frame``."""

    at_frame: int
    frames: int
    kind: TransitionKind = TransitionKind.DISSOLVE


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioClip:
    """Sound that starts at a frame and plays to its own end, or for ``frames`` when positive.

    Music with a known ``bar_ms`` is fitted to ``frames`` by repeating or dropping whole bars in its
    middle, so that its own beginning and ending are heard.
    """

    start_frame: int
    media: Media
    frames: int = 0
    scene_id: int = 0
    bar_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """A film as edited, independent of its format.

    Args:
        frames: length of the film.
        words: every narrated word, in milliseconds of the film.
    """

    rate: FrameRate
    frames: int
    video: tuple[VideoClip, ...]
    transitions: tuple[Transition, ...]
    voice: tuple[AudioClip, ...]
    music: tuple[AudioClip, ...]
    words: tuple[Word, ...]
    language: Language
    title: str

    def __post_init__(self) -> None:
        """Refuse gaps, overlaps and transitions longer than their clips."""
        frame = 0
        for clip in self.video:
            if clip.start_frame != frame or clip.frames < 1:
                raise TimelineError(f"The clip of scene {clip.scene_id} does not start at {frame}.")
            frame = clip.end_frame
        if frame != self.frames:
            raise TimelineError(f"The clips cover {frame} frames of {self.frames}.")
        cuts = {clip.start_frame for clip in self.video[1:]}
        busy_until = 0
        for transition in self.transitions:
            half = transition.frames // 2
            if transition.frames % 2 or transition.at_frame not in cuts:
                raise TimelineError(f"There is no place for {transition}.")
            if transition.at_frame - half < busy_until:
                raise TimelineError(f"Transitions overlap at frame {transition.at_frame}.")
            busy_until = transition.at_frame + half
        if busy_until > self.frames:
            raise TimelineError("The last transition is longer than its clip.")

    @property
    def duration_ms(self) -> int:
        """Length in milliseconds, rounded."""
        return round(self.rate.seconds(self.frames) * 1000)
