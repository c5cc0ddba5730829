"""The render plan: pure, inspectable, and hashed piece by piece.

Every frame of the timeline belongs to exactly one segment: the body of a clip, or a transition::

    clip 1            clip 2            clip 3
    |--- body ---|[tr]|--- body ---|[tr]|--- body ---|

A segment's key covers everything that decides its pixels and nothing else: moving a scene along the
timeline changes no key, changing a word changes one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from video_platform.domain.captions import LINE_CHARACTERS, Cue, group_words
from video_platform.domain.codec import content_hash
from video_platform.domain.formats import Format, Frame, frame_for
from video_platform.domain.look import CaptionStyle, Export, Fit, Label, Look
from video_platform.domain.loudness import LOUDNESS_TARGETS, LoudnessTarget
from video_platform.domain.manifests import Motion
from video_platform.domain.media import Media
from video_platform.domain.timeline import (
    AudioClip,
    Box,
    InsetShape,
    Timeline,
    TitleKind,
    Transition,
    TransitionKind,
    VideoClip,
)
from video_platform.domain.timing import FrameRate, Word
from video_platform.montage.framing import FRAMING_VERSION, is_reframed

ENGINE_VERSION = "3"
"""Part of every key: raise it when equal plans give other pixels or sound."""


class VideoCodec(StrEnum):
    """How a film's pictures are compressed."""

    H264 = "h264"
    H265 = "h265"
    AV1 = "av1"
    VP9 = "vp9"


@dataclass(frozen=True, slots=True, kw_only=True)
class EncoderSettings:
    """How a film is encoded: x264, as measured in ``docs/montage-encoder.md``."""

    codec: VideoCodec = VideoCodec.H264
    preset: str = "veryfast"
    crf: float = 21.5
    tuning: str = (
        "ref=1:bframes=3:b-adapt=0:b-pyramid=none:subme=1:rc-lookahead=10:weightp=1:"
        "scenecut=0:open-gop=0:"
        "colorprim=bt709:transfer=bt709:colormatrix=bt709:range=tv"
    )
    keyframe_s: int = 2
    hardware: str = ""
    """A family of ``montage.hardware`` that encodes instead of the software."""


_TAGS = "colorprim=bt709:transfer=bt709:colormatrix=bt709:range=limited"
EXPORT_ENCODERS: dict[Export, EncoderSettings] = {
    Export.H265: EncoderSettings(
        codec=VideoCodec.H265,
        preset="superfast",
        crf=24,
        tuning=f"open-gop=0:scenecut=0:pools=none:frame-threads=1:log-level=none:{_TAGS}",
    ),
    Export.AV1: EncoderSettings(codec=VideoCodec.AV1, preset="8", crf=35, tuning="lp=1"),
    Export.WEBM: EncoderSettings(codec=VideoCodec.VP9, preset="5", crf=34, tuning=""),
}
"""Exports with pictures of their own, at about the quality of the H.264 film."""
PREVIEW_ENCODER = EncoderSettings(
    preset="ultrafast", crf=26, tuning="scenecut=0:open-gop=0:colormatrix=bt709:range=tv"
)
"""For a look at the whole film before it is rendered in full."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderSettings:
    """Everything about the look and sound of a film that is not in its timeline."""

    encoder: EncoderSettings = EncoderSettings()
    loudness: LoudnessTarget | None = None
    """None: what the film's network asks for."""
    music_under_voice_db: float = 16.0
    music_in_pauses_db: float = 7.0
    """How far the music stays under the voice's level while nobody speaks."""
    sample_rate_hz: int = 48_000
    audio_bit_rate_bps: int = 192_000


def segment_key(segment: "Segment", settings: EncoderSettings) -> str:
    """What a segment encoded like this is stored under."""
    return content_hash([segment.pixels_key, settings])


class SegmentKind(StrEnum):
    """What a segment is."""

    BODY = "body"
    TRANSITION = "transition"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """A stretch of one clip: the picture, its move, and which frames of the move are seen.

    The move runs over the clip and its handles, the halves of its transitions beyond its cuts.
    """

    media: Media
    foreground: Media | None
    """A transparent picture that moves more than ``media``, behind which it lies: parallax."""
    motion: Motion | None
    clip_frames: int
    first_frame: int
    fit: Fit
    source_start_ms: int
    speed_percent: int
    is_reframed: bool = False
    """Whether it is cropped to another shape, around its subject."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InsetSpan:
    """An inset as one segment shows it; ``first_frame`` is negative when it begins later."""

    media: Media
    box: Box
    shape: InsetShape
    frames: int
    first_frame: int
    source_start_ms: int
    speed_percent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TitleSpan:
    """A title as one segment shows it; ``first_frame`` is negative when it begins later."""

    kind: TitleKind
    text: str
    detail: str
    frames: int
    first_frame: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptionSpan:
    """A cue as one segment shows it; its times count from the start of the cue's clip."""

    cue: Cue
    segment_offset: Fraction
    """Milliseconds from the start of the cue's clip to the start of the segment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A run of frames that is rendered, kept and reused as one."""

    kind: SegmentKind
    scenes: tuple[int, ...]
    """Whose pictures it shows; a transition shows two."""
    start_frame: int
    frames: int
    shots: tuple[Shot, ...]
    transition: TransitionKind | None
    captions: tuple[CaptionSpan, ...]
    insets: tuple[InsetSpan, ...]
    titles: tuple[TitleSpan, ...]
    parts: Mapping[str, str]
    """Hash of each thing that decides the frames, by its name."""
    pixels_key: str
    """Hash of everything that decides the frames as drawn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FootageSound:
    """The own sound of a video clip, for as long as the clip is seen."""

    media: Media
    start_frame: int
    frames: int
    source_start_ms: int
    speed_percent: int
    gain_db: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioPlan:
    """The film's sound: who speaks when, and the music under it."""

    rate: FrameRate
    frames: int
    voice: tuple[AudioClip, ...]
    music: tuple[AudioClip, ...]
    effects: tuple[AudioClip, ...]
    footage: tuple[FootageSound, ...]
    target: LoudnessTarget
    speech: tuple[tuple[int, int], ...]
    """Milliseconds from and to of every stretch in which someone speaks."""
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmPlan:
    """All that has to be done for one film. Equal keys mean equal films."""

    format: Format
    frame: Frame
    rate: FrameRate
    frames: int
    is_rtl: bool
    look: Look
    settings: RenderSettings
    segments: tuple[Segment, ...]
    audio: AudioPlan
    cues: tuple[Cue, ...]
    key: str
    label: Label | None = None
    """With its language."""


_SPEECH_GAP_MS = 600
"""Pauses shorter than this do not bring the music up: it would pump."""


def plan_film(
    timeline: Timeline, ratio: Format, settings: RenderSettings, *, frame: Frame | None = None
) -> FilmPlan:
    """The plan of one format, at its usual size or in another ``frame``. Pure."""
    frame = frame or frame_for(ratio, timeline.look.network)
    planner = _Planner(timeline, ratio, frame)
    segments = planner.segments()
    audio = _plan_audio(timeline, ratio, settings)
    return FilmPlan(
        format=ratio,
        frame=frame,
        rate=timeline.rate,
        frames=timeline.frames,
        is_rtl=timeline.language.is_rtl,
        look=timeline.look,
        settings=settings,
        segments=segments,
        audio=audio,
        cues=planner.cues(),
        label=planner.label,
        key=content_hash(
            [
                ENGINE_VERSION,
                frame,
                audio.key,
                timeline.look.exports,
                *(segment_key(segment, settings.encoder) for segment in segments),
            ]
        ),
    )


@dataclass(frozen=True, slots=True)
class _ClipCues:
    """Cues of one clip, timed from the clip's own start."""

    clip: VideoClip
    cues: tuple[Cue, ...]


class _Planner:
    """Divides the picture track of one format into segments."""

    def __init__(self, timeline: Timeline, ratio: Format, frame: Frame) -> None:
        self._timeline = timeline
        self._ratio = ratio
        self._frame = frame
        self._at_cut = {transition.at_frame: transition for transition in timeline.transitions}
        look = timeline.look
        self.label = look.label.within(timeline.language) if look.label else None
        self._clip_cues = [self._cues_of(clip) for clip in timeline.video]

    def segments(self) -> tuple[Segment, ...]:
        """Every frame of the film, in order, in exactly one segment."""
        made: list[Segment] = []
        for index, clip in enumerate(self._timeline.video):
            incoming = self._at_cut.get(clip.start_frame) if index else None
            if incoming is not None and incoming.frames:
                made.append(self._transition(incoming, index))
            start = clip.start_frame + self._half(clip.start_frame)
            end = clip.end_frame - self._half(clip.end_frame)
            if end > start:
                made.append(
                    self._segment(SegmentKind.BODY, start, end - start, [self._clip_cues[index]])
                )
        return tuple(made)

    def cues(self) -> tuple[Cue, ...]:
        """All cues in the film's time."""
        return tuple(cue for clip_cues in self._clip_cues for cue in self._placed(clip_cues))

    def _half(self, cut: int) -> int:
        """Frames a transition at this cut takes from each side."""
        transition = self._at_cut.get(cut)
        return transition.frames // 2 if transition else 0

    def _start_ms(self, clip: VideoClip) -> Fraction:
        return self._timeline.rate.seconds(clip.start_frame) * 1000

    def _cues_of(self, clip: VideoClip) -> _ClipCues:
        """Words whose beginning falls into the clip, so that no cue spans a change of scene."""
        start = self._start_ms(clip)
        end = self._timeline.rate.seconds(clip.end_frame) * 1000
        # Times are taken back to the clip's start and rounded there: a scene that moves along the
        # timeline keeps exactly the same captions, and so its segment.
        words = [
            Word(word.text, round(word.start_ms - start), round(word.end_ms - start))
            for word in self._timeline.words
            if start <= word.start_ms < end
        ]
        return _ClipCues(clip, group_words(words, line_characters=LINE_CHARACTERS[self._ratio]))

    def _placed(self, clip_cues: _ClipCues) -> list[Cue]:
        """The clip's cues in the film's time."""
        offset = round(self._start_ms(clip_cues.clip))
        return [
            Cue(
                words=tuple(word.shifted(offset) for word in cue.words),
                lines=tuple(tuple(word.shifted(offset) for word in line) for line in cue.lines),
                end_ms=cue.end_ms + offset,
            )
            for cue in clip_cues.cues
        ]

    def _transition(self, transition: Transition, index: int) -> Segment:
        return self._segment(
            SegmentKind.TRANSITION,
            transition.at_frame - transition.frames // 2,
            transition.frames,
            self._clip_cues[index - 1 : index + 1],
            transition.kind,
        )

    def _segment(
        self,
        kind: SegmentKind,
        start: int,
        frames: int,
        clip_cues: list[_ClipCues],
        transition: TransitionKind | None = None,
    ) -> Segment:
        """One segment; ``clip_cues`` holds the clips it shows, with their cues."""
        timeline, look = self._timeline, self._timeline.look
        shots = tuple(self._shot(cues.clip, start) for cues in clip_cues)
        spans = tuple(span for cues in clip_cues for span in self._spans(cues, start, frames))
        insets = self._insets(start, frames)
        titles = self._titles(start, frames)
        decides = {
            "engine": ENGINE_VERSION,
            "frame size": (self._frame, timeline.rate),
            "length": (frames, [(s.clip_frames, s.first_frame) for s in shots]),
            "picture": [(s.media.sha256, s.foreground and s.foreground.sha256) for s in shots],
            "move": [(s.motion, s.fit, s.source_start_ms, s.speed_percent) for s in shots],
            "transition": transition,
            "captions": (spans, look.captions, timeline.language) if spans else None,
            "insets": insets,
            "titles": (titles, timeline.language, look.captions, look.logo) if titles else None,
            "accent": look.accent if spans or titles or look.progress_bar else None,
            "grade": look.grade,
            "logo": (look.logo, look.captions) if look.logo else None,
            # The bar grows over the whole film: with it, pixels depend on their place.
            "progress bar": (start, timeline.frames, timeline.language.is_rtl)
            if look.progress_bar
            else None,
        }
        parts = {name: content_hash([value]) for name, value in decides.items()}
        if look.typeface and (spans or titles):
            parts["typeface"] = content_hash([look.typeface])
        if any(shot.is_reframed for shot in shots):
            # Not named where nothing is, so that films in their pictures' own shape keep theirs.
            parts["reframing"] = content_hash(
                [FRAMING_VERSION, [shot.is_reframed for shot in shots]]
            )
        if self.label:
            # Not named where there is none, so that films without a label keep their segments.
            parts["label"] = content_hash([self.label, look.captions])
        return Segment(
            kind=kind,
            scenes=tuple(cues.clip.scene_id for cues in clip_cues),
            start_frame=start,
            frames=frames,
            shots=shots,
            transition=transition,
            captions=spans,
            insets=insets,
            titles=titles,
            parts=parts,
            pixels_key=content_hash(parts),
        )

    def _shot(self, clip: VideoClip, start: int) -> Shot:
        before, after = self._half(clip.start_frame), self._half(clip.end_frame)
        if clip.motion is None:
            # Footage keeps its time, so that its own sound fits: what the transition shows before
            # the cut lies before the clip's beginning in the source, or is its first frame, held.
            before = 0
        media, foreground = clip.media[self._ratio], clip.foreground.get(self._ratio)
        return Shot(
            media=media,
            foreground=foreground,
            motion=clip.motion,
            clip_frames=before + clip.frames + after,
            first_frame=before + start - clip.start_frame,
            fit=clip.fit,
            source_start_ms=clip.source_start_ms,
            speed_percent=clip.speed_percent,
            # Two layers cropped each around its own subject would come apart.
            is_reframed=clip.fit is Fit.CROP and foreground is None and self._is_cut(media),
        )

    def _is_cut(self, media: Media) -> bool:
        """Whether a picture has another shape than the frame."""
        frame = (self._frame.width_px, self._frame.height_px)
        return is_reframed(media.probe.width_px, media.probe.height_px, frame)

    def _insets(self, start: int, frames: int) -> tuple[InsetSpan, ...]:
        return tuple(
            InsetSpan(
                media=inset.media[self._ratio],
                box=inset.boxes[self._ratio],
                shape=inset.shape,
                frames=inset.frames,
                first_frame=start - inset.start_frame,
                source_start_ms=inset.source_start_ms,
                speed_percent=inset.speed_percent,
            )
            for inset in self._timeline.insets
            if inset.start_frame < start + frames and inset.end_frame > start
        )

    def _titles(self, start: int, frames: int) -> tuple[TitleSpan, ...]:
        return tuple(
            TitleSpan(
                kind=title.kind,
                text=title.text,
                detail=title.detail,
                frames=title.frames,
                first_frame=start - title.start_frame,
            )
            for title in self._timeline.titles
            if title.start_frame < start + frames and title.end_frame > start
        )

    def _spans(self, clip_cues: _ClipCues, start: int, frames: int) -> list[CaptionSpan]:
        """The clip's cues that are on screen during these frames."""
        if self._timeline.look.captions.style is CaptionStyle.NONE:
            return []
        rate = self._timeline.rate
        offset = rate.seconds(start - clip_cues.clip.start_frame) * 1000
        length = rate.seconds(frames) * 1000
        return [
            CaptionSpan(cue=cue, segment_offset=offset)
            for cue in clip_cues.cues
            if cue.start_ms < offset + length and cue.end_ms > offset
        ]


def _sounding(clip: AudioClip) -> tuple[int, int, int, float, str]:
    """What of an audio clip is heard; not whose scene it is."""
    return clip.start_frame, clip.frames, clip.bar_ms, clip.gain_db, clip.media.sha256


def _plan_audio(timeline: Timeline, ratio: Format, settings: RenderSettings) -> AudioPlan:
    footage = tuple(
        FootageSound(
            media=clip.media[ratio],
            start_frame=clip.start_frame,
            frames=clip.frames,
            source_start_ms=clip.source_start_ms,
            speed_percent=clip.speed_percent,
            gain_db=clip.own_sound_db,
        )
        for clip in timeline.video
        if clip.own_sound_db is not None
    )
    target = settings.loudness or LOUDNESS_TARGETS[timeline.look.network]
    decides = [
        ENGINE_VERSION,
        timeline.rate,
        timeline.frames,
        [_sounding(clip) for clip in timeline.voice],
        [_sounding(clip) for clip in timeline.music],
        [_sounding(clip) for clip in timeline.effects],
        footage,
        target,
        settings.music_under_voice_db,
        settings.music_in_pauses_db,
        settings.sample_rate_hz,
        settings.audio_bit_rate_bps,
    ]
    speech = _speech(timeline)
    return AudioPlan(
        rate=timeline.rate,
        frames=timeline.frames,
        voice=timeline.voice,
        music=timeline.music,
        effects=timeline.effects,
        footage=footage,
        target=target,
        speech=speech,
        key=content_hash([*decides, speech]),
    )


def _speech(timeline: Timeline) -> tuple[tuple[int, int], ...]:
    """Stretches of speech, joined over short pauses; without words, where voice clips play."""
    spoken = [(word.start_ms, word.end_ms) for word in timeline.words] or [
        (start, start + clip.media.probe.duration_ms)
        for clip in timeline.voice
        for start in (round(timeline.rate.seconds(clip.start_frame) * 1000),)
    ]
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spoken):
        if joined and start - joined[-1][1] < _SPEECH_GAP_MS:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)
