"""The film gate: decodes each finished film once and holds it against its timeline.

What the film should be comes from the same plan that it was cut from; what it is comes from the
file. Verdicts are kept beside the films, so that an unchanged film is not decoded again.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from video_platform.agents.studio import Studio
from video_platform.db.repositories.costs import Costs
from video_platform.domain.codec import content_hash, from_manifest, to_manifest
from video_platform.domain.formats import Frame
from video_platform.domain.generation import Capability
from video_platform.domain.look import CaptionStyle, Label, Logo
from video_platform.domain.manifests import Film, MotionKind, VoiceTracks
from video_platform.domain.media import MediaPath
from video_platform.domain.project import Project
from video_platform.domain.script import Script
from video_platform.domain.timeline import Timeline, TitleKind, TransitionKind, VideoClip
from video_platform.errors import ProbeFailed
from video_platform.fonts import Face
from video_platform.montage.captions import CaptionType
from video_platform.montage.faces import face_of
from video_platform.montage.label import label_box, label_line
from video_platform.montage.plan import FilmPlan, RenderSettings, TitleSpan, plan_film
from video_platform.montage.titles import LOW_CORNERS, corner_place, title_floor, title_lines
from video_platform.montage.typesetting import Line
from video_platform.providers.limits import Limits
from video_platform.providers.registry import Catalogue
from video_platform.quality.expectation import Box, Expectation, SceneSpan, Speech
from video_platform.quality.film import Evidence, judge_film, judge_spending
from video_platform.quality.findings import Finding, Mend, Report
from video_platform.quality.lettering import TextPlace, TextWatcher, width_of
from video_platform.quality.marks import MarkWatcher
from video_platform.quality.measure import measure_film
from video_platform.quality.override import Override, allow, apply_overrides
from video_platform.quality.picture import Span
from video_platform.quality.script import ProviderLimits, ScriptOrder
from video_platform.quality.subtitles import CaptionFile, read_captions
from video_platform.quality.thumbnails import write_thumbnails
from video_platform.quality.voices import find_voices
from video_platform.quality.wording import load
from video_platform.store import MediaStore

GATE_VERSION = "3"
"""Part of every verdict's key: raise it when a rule changes."""
_MARGIN_SLACK_PX = 2
_BAR_SHARE = 0.02
_LEAST_STRENGTH = 0.005
"""A still that moves by less than this share of the frame looks still."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a project's film was made from."""

    script: Script
    timeline: Timeline
    voices: VoiceTracks | None = None
    spent_usd: Decimal = Decimal(0)
    cap_usd: Decimal | None = None
    providers: tuple[str, ...] = ()


def project_order(
    studio: Studio,
    project: str,
    script: Script,
    timeline: Timeline,
    voices: VoiceTracks | None = None,
) -> Order:
    """The order of a project's films, with what it has cost and what it may."""
    budget = studio.budgets.get(f"project:{project}")
    cap = budget.cap_microusd
    made_by = {generation.provider for generation in Costs(studio.database).of_project(project)}
    return Order(
        script=script,
        timeline=timeline,
        voices=voices,
        spent_usd=Decimal(budget.spent_microusd) / 1_000_000,
        cap_usd=None if cap is None else Decimal(cap) / 1_000_000,
        providers=tuple(sorted(made_by & set(load("test_marks")["providers"]))),
    )


def script_order(project: Project, catalogue: Catalogue) -> ScriptOrder:
    """What the brief asked for, with the limits of the providers it chose."""
    uses = (Capability.VOICE, Capability.IMAGE, Capability.VIDEO)
    brief = project.brief
    found = [catalogue.find(use, brief.providers.get(use.value, "")) for use in uses]
    return ScriptOrder(
        language=brief.language,
        duration_s=brief.duration_s,
        limits=tuple(
            ProviderLimits(
                use=use.value,
                provider=provider.name,
                characters=limits.characters,
                languages=limits.languages,
                longest_s=max(limits.durations_s, default=0.0),
            )
            for use, provider in zip(uses, found, strict=True)
            # Embedded providers have no limits that a script could pass.
            if isinstance(limits := getattr(provider, "limits", None), Limits)
        ),
    )


class GateAgent:
    """Judges the films of one tenant."""

    def __init__(self, store: MediaStore) -> None:
        self._store = store

    def run(self, project: str, film: Film, order: Order) -> Report:
        """The verdict on a film, from what is kept or by looking, with people's overrides."""
        kept = self.kept(project, film, order)
        if kept is not None:
            return kept
        subtitles = tuple(
            (name, read_captions(self._store.path(media).read_bytes()))
            for name, media in (("srt", film.srt), ("vtt", film.vtt))
        )
        expected = expectation(order, film, self._store.path)
        report = check_file(self._store.path(film.media), expected, subtitles)
        self._store.blobs.write(_verdict_name(film, order), to_manifest(report))
        return self._told(project, film, order, report)

    def kept(self, project: str, film: Film, order: Order) -> Report | None:
        """The verdict if this very file was judged against this order before."""
        data = self._store.blobs.read(_verdict_name(film, order))
        if data is None:
            return None
        return self._told(project, film, order, from_manifest(Report, data))

    def told_before(self, project: str, film: Film) -> list[Report]:
        """All verdicts on this very file, whatever it was held against when it was judged."""
        blobs, overrides = self._store.blobs, self.overrides(project)
        keys = sorted(blobs.keys(f"gate/{film.media.sha256}/"))
        kept = (from_manifest(Report, data) for key in keys if (data := blobs.read(key)))
        return [apply_overrides(report, film.media.sha256, overrides) for report in kept]

    def _told(self, project: str, film: Film, order: Order, report: Report) -> Report:
        """What was seen of a film, with what the project has cost by now and the overrides."""
        spent = judge_spending(order.spent_usd, order.cap_usd)
        findings = tuple(spent if one.name == spent.name else one for one in report.findings)
        overrides = self.overrides(project)
        return apply_overrides(Report(findings=findings), film.media.sha256, overrides)

    def override(self, project: str, wanted: Override) -> None:
        """Keep a person's decision to let a rule pass for one film.

        Raises:
            InvalidInput: this role may not, or the reason says nothing.
        """
        key = f"overrides/{project}/{wanted.film}/{wanted.check}.json"
        self._store.blobs.write(key, to_manifest(allow(wanted)))

    def overrides(self, project: str) -> list[Override]:
        """All decisions of this project."""
        blobs = self._store.blobs
        keys = sorted(blobs.keys(f"overrides/{project}/"))
        return [from_manifest(Override, data) for key in keys if (data := blobs.read(key))]

    def picture(self, film: Film, finding: Finding, directory: Path) -> Path | None:
        """A JPEG of the moment at which a finding shows; nothing when it is the whole film's."""
        path = self._store.path(film.media)
        made = write_thumbnails(path, [finding], directory)
        return directory / made[0][1] if made else None


def _verdict_name(film: Film, order: Order) -> str:
    """By all that decides what is seen of a film: a signed file is another one."""
    voices = order.voices.tracks if order.voices else ()
    decides = content_hash(
        [
            GATE_VERSION,
            film.plan,
            film.srt.sha256,
            film.vtt.sha256,
            order.script,
            order.timeline,
            [(track.scene_id, track.timing, track.confidence) for track in voices],
            order.providers,
        ]
    )
    return f"gate/{film.media.sha256}/{decides[:32]}.json"


def check_file(
    path: Path,
    expected: Expectation | None = None,
    subtitles: Sequence[tuple[str, CaptionFile]] = (),
) -> Report:
    """Decode a film once and judge it, against its order if that is known.

    What cannot be read at all has one finding, which says so.

    Raises:
        UnsupportedMedia: no kind of film we read, or larger than anything we take.
    """
    try:
        return judge_film(_evidence(path, expected, subtitles))
    except ProbeFailed as error:
        return Report(
            findings=(
                Finding(
                    name="decode",
                    passed=False,
                    value=error.message,
                    at_s=0.0,
                    why="Nothing of it can be played.",
                    hint="Cut the film again: re-materialize montage.",
                    mend=Mend.RENDER,
                ),
            )
        )


def _evidence(
    path: Path, expected: Expectation | None, subtitles: Sequence[tuple[str, CaptionFile]]
) -> Evidence:
    """All that one decode tells of a film."""
    if expected is None:
        return Evidence(measured=measure_film(path), subtitles=tuple(subtitles))
    texts = TextWatcher.of(expected.texts, float(expected.rate))
    known = [*(text.box for text in expected.texts), *(box for _, _, box in expected.solids)]
    marks = MarkWatcher(_moving_footage(expected), float(expected.rate), known)
    measured = measure_film(path, [texts, marks], text_rows=_text_rows(expected))
    return Evidence(
        measured=measured,
        expected=expected,
        subtitles=tuple(subtitles),
        voices=tuple(find_voices(measured.sound.mono, expected.speech)),
        texts=tuple(texts.seen),
        marks=tuple(marks.finish()),
    )


def _moving_footage(expected: Expectation) -> list[SceneSpan]:
    """Scenes in which a service's mark would stand still over what moves.

    What is marked on a still moves with it, and edges along its way would be taken for a mark.
    """
    return [
        scene
        for scene in expected.scenes
        if scene.is_footage
        and not any(start <= scene.start_s and scene.end_s <= end for start, end in expected.still)
    ]


def _text_rows(expected: Expectation) -> list[tuple[float, float]]:
    height = expected.height_px
    rows = {(text.box[1] / height, text.box[3] / height) for text in expected.texts}
    rows |= {(b[1] / height, b[3] / height) for name, _, b in expected.solids if name == "bar"}
    return sorted(rows)


def expectation(
    order: Order, film: Film, media_path: MediaPath, frame: Frame | None = None
) -> Expectation:
    """What a film of this order should be; ``frame`` where it is not of its format's usual size."""
    timeline = order.timeline
    plan = plan_film(timeline, film.format, RenderSettings(), frame=frame)
    size, rate = plan.frame, timeline.rate
    margin = round(size.margin_x * size.width_px) - _MARGIN_SLACK_PX
    return Expectation(
        width_px=size.width_px,
        height_px=size.height_px,
        rate=rate.fraction,
        frames=timeline.frames,
        target=plan.audio.target,
        language=timeline.language,
        script_words=tuple(word for scene in order.script.scenes for word in scene.words),
        words=timeline.words,
        scenes=tuple(_scene(clip, timeline) for clip in timeline.video),
        black=tuple(_black_spans(timeline)),
        still=tuple(span for clip in timeline.video for span in _still_spans(clip, timeline)),
        speech=tuple(_speech(order, media_path)),
        texts=tuple(_texts(plan, timeline, face_of(plan.look, media_path))),
        safe=(
            margin,
            round(size.margin_y * size.height_px) - _MARGIN_SLACK_PX,
            size.width_px - margin,
            round(size.caption_bottom * size.height_px) + _MARGIN_SLACK_PX,
        ),
        solids=tuple(_solids(plan, timeline)),
        providers=order.providers,
        spent_usd=order.spent_usd,
        cap_usd=order.cap_usd,
    )


def _seconds(timeline: Timeline, frame: int) -> float:
    return float(timeline.rate.seconds(frame))


def _scene(clip: VideoClip, timeline: Timeline) -> SceneSpan:
    return SceneSpan(
        scene=clip.scene_id,
        start_s=_seconds(timeline, clip.start_frame),
        end_s=_seconds(timeline, clip.end_frame),
        is_footage=clip.motion is None,
    )


def _black_spans(timeline: Timeline) -> list[Span]:
    """Fades, which go through black."""
    return [
        (
            _seconds(timeline, one.at_frame - one.frames // 2),
            _seconds(timeline, one.at_frame + one.frames // 2),
        )
        for one in timeline.transitions
        if one.kind is TransitionKind.FADE
    ]


def _still_spans(clip: VideoClip, timeline: Timeline) -> list[Span]:
    """Where a clip may stand still: held stills, and footage before its beginning and its end."""
    start, end = _seconds(timeline, clip.start_frame), _seconds(timeline, clip.end_frame)
    if clip.motion is not None:
        holds = clip.motion.kind is MotionKind.HOLD or clip.motion.strength < _LEAST_STRENGTH
        return [(start, end)] if holds else []
    speed = clip.speed_percent / 100
    lengths = [m.probe.duration_ms for m in clip.media.values() if m.probe.duration_ms]
    begins = start + max(0.0, -clip.source_start_ms / 1000 / speed)
    shortest = min(lengths, default=10**9)
    ends = start + (shortest - clip.source_start_ms) / 1000 / speed
    return [(start, begins), (min(ends, end), end)]


def _speech(order: Order, media_path: MediaPath) -> Iterable[Speech]:
    timings = {
        track.scene_id: (track.timing, track.confidence)
        for track in (order.voices.tracks if order.voices else ())
    }
    for clip in order.timeline.voice:
        timing, confidence = timings.get(clip.scene_id, ("", 0.0))
        yield Speech(
            path=media_path(clip.media),
            media_type=clip.media.media_type,
            start_s=_seconds(order.timeline, clip.start_frame),
            scene=clip.scene_id,
            timing=timing,
            confidence=confidence,
        )


# --- where texts stand ---


def _texts(plan: FilmPlan, timeline: Timeline, face: Face) -> list[TextPlace]:
    kind = CaptionType(plan.frame, plan.look, plan.is_rtl, face)
    burned = plan.look.captions.style is not CaptionStyle.NONE
    return [
        *(
            _caption(plan, kind, number, timeline)
            for number in range(len(plan.cues) if burned else 0)
        ),
        *(
            line
            for number in range(len(timeline.titles))
            for line in _title(plan, kind, number, timeline)
        ),
        *([_label(plan.label, kind, timeline)] if plan.label else []),
    ]


def _label(label: Label, kind: CaptionType, timeline: Timeline) -> TextPlace:
    line = label_line(label, kind)
    return TextPlace(
        kind="label",
        lines=line.words,
        start_s=0.0,
        end_s=_seconds(timeline, timeline.frames),
        size_px=line.size_px,
        box=label_box(label, kind),
        is_rtl=line.is_rtl,
    )


def _caption(plan: FilmPlan, kind: CaptionType, number: int, timeline: Timeline) -> TextPlace:
    cue = plan.cues[number]
    lines = kind.lines(cue)
    top, bottom = kind.zone
    widest = max(_width(line) for line in lines) + 2 * kind.side_px
    middle = plan.frame.width_px // 2
    start_s = cue.start_ms / 1000
    scenes = [clip.scene_id for clip in timeline.video if _holds(clip, start_s, timeline)]
    return TextPlace(
        kind="caption",
        lines=tuple(" ".join(line.words) for line in lines),
        start_s=start_s,
        end_s=cue.end_ms / 1000,
        size_px=lines[0].size_px,
        box=(round(middle - widest / 2), top, round(middle + widest / 2), bottom),
        is_rtl=plan.is_rtl,
        is_bare=plan.look.captions.style is CaptionStyle.OUTLINE,
        scene=scenes[0] if scenes else 0,
        face=kind.face,
    )


def _holds(clip: VideoClip, at_s: float, timeline: Timeline) -> bool:
    return _seconds(timeline, clip.start_frame) <= at_s < _seconds(timeline, clip.end_frame)


def _width(line: Line) -> float:
    words = " ".join(line.words)
    inked = width_of(words, line.size_px, is_bold=line.is_bold, face=line.face)
    return inked + 2 * line.border_px


def _title(plan: FilmPlan, kind: CaptionType, number: int, timeline: Timeline) -> list[TextPlace]:
    """Each line of a title as a text of its own: they are of different sizes."""
    title = timeline.titles[number]
    span = TitleSpan(
        kind=title.kind, text=title.text, detail=title.detail, frames=title.frames, first_frame=0
    )
    lines = title_lines(span, kind)
    height = sum(line.size_px for line in lines)
    floor = title_floor(kind, _low_tops(plan, kind))
    is_plate = title.kind is TitleKind.LOWER_THIRD
    first_row = round(plan.frame.margin_y * plan.frame.height_px)
    top = floor - height - kind.edge_px if is_plate else (first_row + floor - height) // 2
    made = []
    for line in lines:
        left, right = _columns(plan, kind, line, is_plate)
        made.append(
            TextPlace(
                kind="plate" if is_plate else "title",
                lines=(" ".join(line.words),),
                start_s=_seconds(timeline, title.start_frame),
                end_s=_seconds(timeline, title.end_frame),
                size_px=line.size_px,
                box=(left, top, right, top + line.size_px),
                is_rtl=plan.is_rtl,
                is_bold=line.is_bold,
                is_bare=not is_plate,
                face=kind.face,
            )
        )
        top += line.size_px
    return made


def _low_tops(plan: FilmPlan, kind: CaptionType) -> Iterator[int]:
    """First rows of what stands in the low corners."""
    if plan.look.logo is not None and plan.look.logo.corner in LOW_CORNERS:
        yield _logo_box(plan.look.logo, kind)[1]
    if plan.label is not None and plan.label.corner in LOW_CORNERS:
        yield label_box(plan.label, kind)[1]


def _columns(plan: FilmPlan, kind: CaptionType, line: Line, is_plate: bool) -> tuple[int, int]:
    """First and last column of a title's line: in the middle, or at the reading side's margin."""
    width, whole = round(_width(line)), plan.frame.width_px
    if not is_plate:
        return (whole - width) // 2, (whole + width) // 2
    pads = round(line.size_px * 0.8)
    if plan.is_rtl:
        return whole - kind.margin_px - pads - width, whole - kind.margin_px
    return kind.margin_px, kind.margin_px + pads + width


# --- what else stands over the picture ---


def _solids(plan: FilmPlan, timeline: Timeline) -> list[tuple[str, Span, Box]]:
    """Insets, the progress bar and the logo's corner, with their time."""
    frame, whole = plan.frame, (0.0, _seconds(timeline, timeline.frames))
    width, height = frame.width_px, frame.height_px
    found: list[tuple[str, Span, Box]] = []
    for inset in timeline.insets:
        box = inset.boxes[plan.format]
        place = (
            round(box.x * width),
            round(box.y * height),
            round((box.x + box.width) * width),
            round((box.y + box.height) * height),
        )
        span = (_seconds(timeline, inset.start_frame), _seconds(timeline, inset.end_frame))
        found.append(("inset", span, place))
    if plan.look.progress_bar:
        found.append(("bar", whole, (0, round(height * (1 - _BAR_SHARE)), width, height)))
    if plan.look.logo is not None:
        kind = CaptionType(frame, plan.look, plan.is_rtl)
        found.append(("logo", whole, _logo_box(plan.look.logo, kind)))
    return found


def _logo_box(logo: Logo, kind: CaptionType) -> Box:
    """Where the logo stands, by the shape its file has."""
    frame, probe = kind.frame, logo.media.probe
    shorter = min(frame.width_px, frame.height_px)
    ratio = probe.width_px / probe.height_px if probe.height_px else 1.0
    width = round(min(logo.width * shorter, ratio * frame.height_px / 2))
    height = round(width / ratio)
    left, top = corner_place(logo.corner, kind, width, height)
    return left, top, left + width, top + height
