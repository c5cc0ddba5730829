"""The timeline: what is seen and heard when, in whole frames.

The picture track is cut without gaps: a clip starts where the one before it ends. A transition
stands on a cut and takes half of its length from the clip on each side::

    |------ clip 1 ------|------ clip 2 ------|
                     [--dissolve--]
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from video_platform.domain.formats import Format
from video_platform.domain.language import Language
from video_platform.domain.look import Fit, Look
from video_platform.domain.manifests import Motion
from video_platform.domain.media import Media
from video_platform.domain.timing import FrameRate, Word
from video_platform.errors import TimelineError

SLOWEST_PERCENT, FASTEST_PERCENT = 10, 1000


class TransitionKind(StrEnum):
    """How one clip gives way to the next."""

    CUT = "cut"
    DISSOLVE = "dissolve"
    FADE = "fade"
    WIPE = "wipe"
    SLIDE = "slide"
    PUSH_UP = "push_up"
    ZOOM = "zoom"
    CIRCLE = "circle"
    BLUR = "blur"


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoClip:
    """A stretch of picture. Stills carry a motion over the whole clip, handles included.

    Args:
        source_start_ms: where in its media a video clip begins.
        speed_percent: 200 plays a video twice as fast, 50 at half speed.
        own_sound_db: level of the video's own sound in the mix; none: it is silent.
        foreground: transparent stills before ``media`` that move twice as far (parallax).
    """

    scene_id: int
    start_frame: int
    frames: int
    media: Mapping[Format, Media]
    motion: Motion | None = None
    fit: Fit = Fit.CROP
    source_start_ms: int = 0
    speed_percent: int = 100
    own_sound_db: float | None = None
    foreground: Mapping[Format, Media] = field(default_factory=dict)

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


class InsetShape(StrEnum):
    """Outline of an inset."""

    RECTANGLE = "rectangle"
    ROUNDED = "rounded"
    CIRCLE = "circle"


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A place in the frame: left, top, width and height as shares of the frame's size."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Inset:
    """A second picture over the first: presenter, screen recording, product shot."""

    start_frame: int
    frames: int
    media: Mapping[Format, Media]
    boxes: Mapping[Format, Box]
    shape: InsetShape = InsetShape.ROUNDED
    source_start_ms: int = 0
    speed_percent: int = 100

    @property
    def end_frame(self) -> int:
        """First frame after the inset."""
        return self.start_frame + self.frames


class TitleKind(StrEnum):
    """How a text stands over the picture."""

    TITLE = "title"
    """Large, in the middle of the frame."""
    LOWER_THIRD = "lower_third"
    """A name plate at the beginning side, above the captions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Title:
    """A text over the picture, faded in and out."""

    start_frame: int
    frames: int
    kind: TitleKind
    text: str
    detail: str = ""
    """A smaller second line."""

    @property
    def end_frame(self) -> int:
        """First frame after the title."""
        return self.start_frame + self.frames


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
    gain_db: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """A film as edited, independent of its format.

    Args:
        frames: length of the film.
        words: every narrated word, in milliseconds of the film.
        effects: sound effects, at their own level beside the voice.
        insets: pictures over the picture, later ones on top.
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
    effects: tuple[AudioClip, ...] = ()
    insets: tuple[Inset, ...] = ()
    titles: tuple[Title, ...] = ()
    look: Look = field(default_factory=Look)

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
        self._check_layers()

    def _check_layers(self) -> None:
        """Refuse what lies outside the film, or plays at a speed nothing can."""
        layers: tuple[Inset | Title, ...] = (*self.insets, *self.titles)
        for layer in layers:
            if layer.frames < 1 or layer.start_frame < 0 or layer.end_frame > self.frames:
                raise TimelineError(
                    f"{type(layer).__name__} of frames {layer.start_frame} to {layer.end_frame} "
                    f"is outside the film's {self.frames}."
                )
        moving_pictures: tuple[VideoClip | Inset, ...] = (*self.video, *self.insets)
        for moving in moving_pictures:
            if not SLOWEST_PERCENT <= moving.speed_percent <= FASTEST_PERCENT:
                raise TimelineError(
                    f"A speed of {moving.speed_percent} % is not possible.",
                    hint=f"Choose {SLOWEST_PERCENT} to {FASTEST_PERCENT}.",
                )

    @property
    def duration_ms(self) -> int:
        """Length in milliseconds, rounded."""
        return round(self.rate.seconds(self.frames) * 1000)
