"""The render plan: pure, inspectable, and hashed piece by piece.

Every frame of the timeline belongs to exactly one segment: the body of a clip, or a transition::

    clip 1            clip 2            clip 3
    |--- body ---|[tr]|--- body ---|[tr]|--- body ---|

A segment's key covers everything that decides its pixels and nothing else: moving a scene along the
timeline changes no key, changing a word changes one.
"""

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from video_platform.domain.captions import LINE_CHARACTERS, Cue, group_words
from video_platform.domain.codec import content_hash
from video_platform.domain.formats import FRAMES, Format, Frame
from video_platform.domain.look import CaptionStyle, Fit, Look
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

ENGINE_VERSION = "3"
"""Part of every key: raise it when equal plans give other pixels or sound."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EncoderSettings:
    """x264 as the film is encoded; the choice is measured in ``docs/montage-encoder.md``."""

    preset: str = "veryfast"
    crf: int = 21
    tuning: str = (
        "ref=1:bframes=3:b-adapt=0:b-pyramid=none:subme=1:rc-lookahead=10:weightp=1:"
        "scenecut=0:open-gop=0:"
        "colorprim=bt709:transfer=bt709:colormatrix=bt709:range=tv"
    )
    keyframe_s: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderSettings:
    """Everything about the look and sound of a film that is not in its timeline."""

    encoder: EncoderSettings = EncoderSettings()
    loudness_lufs: float = -14.0
    true_peak_dbtp: float = -1.0
    music_under_voice_db: float = 16.0
    music_in_pauses_db: float = 7.0
    """How far the music stays under the voice's level while nobody speaks."""
    sample_rate_hz: int = 48_000
    audio_bit_rate_bps: int = 192_000


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
    motion: Motion | None
    clip_frames: int
    first_frame: int
    fit: Fit
    source_start_ms: int
    speed_percent: int


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
    start_frame: int
    frames: int
    shots: tuple[Shot, ...]
    transition: TransitionKind | None
    captions: tuple[CaptionSpan, ...]
    insets: tuple[InsetSpan, ...]
    titles: tuple[TitleSpan, ...]
    pixels_key: str
    """Hash of everything that decides the frames as drawn."""
    key: str
    """Hash of the frames and how they are encoded."""


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


_SPEECH_GAP_MS = 600
"""Pauses shorter than this do not bring the music up: it would pump."""


def plan_film(
    timeline: Timeline, ratio: Format, settings: RenderSettings, *, frame: Frame | None = None
) -> FilmPlan:
    """The plan of one format, at its usual size or in another ``frame``. Pure."""
    frame = frame or FRAMES[ratio]
    halves = {transition.at_frame: transition for transition in timeline.transitions}
    captions = [_clip_cues(timeline, clip, ratio) for clip in timeline.video]
    segments: list[Segment] = []
    for index, clip in enumerate(timeline.video):
        incoming = halves.get(clip.start_frame) if index else None
        if incoming is not None and incoming.frames:
            before = timeline.video[index - 1]
            segments.append(
                _transition_segment(
                    timeline,
                    ratio,
                    frame,
                    settings,
                    incoming,
                    (before, clip),
                    captions[index - 1 : index + 1],
                )
            )
        start = clip.start_frame + (incoming.frames // 2 if incoming else 0)
        outgoing = halves.get(clip.end_frame)
        end = clip.end_frame - (outgoing.frames // 2 if outgoing else 0)
        if end > start:
            segments.append(
                _segment(
                    timeline,
                    ratio,
                    frame,
                    settings,
                    kind=SegmentKind.BODY,
                    start=start,
                    frames=end - start,
                    clips=(clip,),
                    transition=None,
                    captions=(captions[index],),
                )
            )
    audio = _plan_audio(timeline, ratio, settings)
    cues = tuple(cue for cues in captions for cue in _placed(timeline, cues))
    film_key = content_hash([ENGINE_VERSION, frame, audio.key, *(s.key for s in segments)])
    return FilmPlan(
        format=ratio,
        frame=frame,
        rate=timeline.rate,
        frames=timeline.frames,
        is_rtl=timeline.language.is_rtl,
        look=timeline.look,
        settings=settings,
        segments=tuple(segments),
        audio=audio,
        cues=cues,
        key=film_key,
    )


@dataclass(frozen=True, slots=True)
class _ClipCues:
    """Cues of one clip, timed from the clip's own start."""

    clip: VideoClip
    cues: tuple[Cue, ...]


def _clip_start_ms(timeline: Timeline, clip: VideoClip) -> Fraction:
    return timeline.rate.seconds(clip.start_frame) * 1000


def _clip_cues(timeline: Timeline, clip: VideoClip, ratio: Format) -> _ClipCues:
    """Words whose beginning falls into the clip, so that no cue spans a change of scene."""
    start = _clip_start_ms(timeline, clip)
    end = timeline.rate.seconds(clip.end_frame) * 1000
    # Times are taken back to the clip's start and rounded there: a scene that moves along the
    # timeline keeps exactly the same captions, and so its segment.
    words = [
        Word(word.text, round(word.start_ms - start), round(word.end_ms - start))
        for word in timeline.words
        if start <= word.start_ms < end
    ]
    return _ClipCues(clip, group_words(words, line_characters=LINE_CHARACTERS[ratio]))


def _placed(timeline: Timeline, clip_cues: _ClipCues) -> list[Cue]:
    """The clip's cues in the film's time."""
    offset = round(_clip_start_ms(timeline, clip_cues.clip))
    return [
        Cue(
            words=tuple(word.shifted(offset) for word in cue.words),
            lines=tuple(tuple(word.shifted(offset) for word in line) for line in cue.lines),
            end_ms=cue.end_ms + offset,
        )
        for cue in clip_cues.cues
    ]


def _transition_segment(
    timeline: Timeline,
    ratio: Format,
    frame: Frame,
    settings: RenderSettings,
    transition: Transition,
    clips: tuple[VideoClip, VideoClip],
    captions: list[_ClipCues],
) -> Segment:
    return _segment(
        timeline,
        ratio,
        frame,
        settings,
        kind=SegmentKind.TRANSITION,
        start=transition.at_frame - transition.frames // 2,
        frames=transition.frames,
        clips=clips,
        transition=transition.kind,
        captions=tuple(captions),
    )


def _segment(
    timeline: Timeline,
    ratio: Format,
    frame: Frame,
    settings: RenderSettings,
    *,
    kind: SegmentKind,
    start: int,
    frames: int,
    clips: tuple[VideoClip, ...],
    transition: TransitionKind | None,
    captions: tuple[_ClipCues, ...],
) -> Segment:
    shots = tuple(_shot(timeline, clip, ratio, start) for clip in clips)
    spans = tuple(span for cues in captions for span in _spans(timeline, cues, start, frames))
    insets = _insets(timeline, ratio, start, frames)
    titles = _titles(timeline, start, frames)
    look = timeline.look
    pixels_key = content_hash(
        [
            ENGINE_VERSION,
            frame,
            timeline.rate,
            frames,
            shots,
            transition,
            timeline.language,
            (spans, look.captions) if spans else None,
            insets,
            titles,
            look.accent if spans or titles or look.progress_bar else None,
            look.grade,
            look.logo,
            # The bar grows over the whole film: with it a segment's pixels depend on its place.
            (start, timeline.frames) if look.progress_bar else None,
        ]
    )
    return Segment(
        kind=kind,
        start_frame=start,
        frames=frames,
        shots=shots,
        transition=transition,
        captions=spans,
        insets=insets,
        titles=titles,
        pixels_key=pixels_key,
        key=content_hash([pixels_key, settings.encoder]),
    )


def _shot(timeline: Timeline, clip: VideoClip, ratio: Format, start: int) -> Shot:
    halves = {transition.at_frame: transition.frames // 2 for transition in timeline.transitions}
    before, after = halves.get(clip.start_frame, 0), halves.get(clip.end_frame, 0)
    return Shot(
        media=clip.media[ratio],
        motion=clip.motion,
        clip_frames=before + clip.frames + after,
        first_frame=before + start - clip.start_frame,
        fit=clip.fit,
        source_start_ms=clip.source_start_ms,
        speed_percent=clip.speed_percent,
    )


def _insets(timeline: Timeline, ratio: Format, start: int, frames: int) -> tuple[InsetSpan, ...]:
    return tuple(
        InsetSpan(
            media=inset.media[ratio],
            box=inset.boxes[ratio],
            shape=inset.shape,
            frames=inset.frames,
            first_frame=start - inset.start_frame,
            source_start_ms=inset.source_start_ms,
            speed_percent=inset.speed_percent,
        )
        for inset in timeline.insets
        if inset.start_frame < start + frames and inset.end_frame > start
    )


def _titles(timeline: Timeline, start: int, frames: int) -> tuple[TitleSpan, ...]:
    return tuple(
        TitleSpan(
            kind=title.kind,
            text=title.text,
            detail=title.detail,
            frames=title.frames,
            first_frame=start - title.start_frame,
        )
        for title in timeline.titles
        if title.start_frame < start + frames and title.end_frame > start
    )


def _spans(timeline: Timeline, clip_cues: _ClipCues, start: int, frames: int) -> list[CaptionSpan]:
    """The clip's cues that are on screen during these frames."""
    if timeline.look.captions.style is CaptionStyle.NONE:
        return []
    offset = timeline.rate.seconds(start - clip_cues.clip.start_frame) * 1000
    length = timeline.rate.seconds(frames) * 1000
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
    decides = [
        ENGINE_VERSION,
        timeline.rate,
        timeline.frames,
        [_sounding(clip) for clip in timeline.voice],
        [_sounding(clip) for clip in timeline.music],
        [_sounding(clip) for clip in timeline.effects],
        footage,
        settings.loudness_lufs,
        settings.true_peak_dbtp,
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
