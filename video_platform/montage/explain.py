"""Says of a render plan what is kept and what is rendered, and why, without rendering it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from video_platform.montage.plan import FilmPlan, Segment, SegmentKind, segment_key


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentRecord:
    """What a segment of an earlier film was made of."""

    kind: SegmentKind
    scenes: tuple[int, ...]
    parts: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRecord:
    """The plan a project's last film of a format was rendered from."""

    segments: tuple[SegmentRecord, ...]
    audio_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentState:
    """One line of an explained plan."""

    index: int
    kind: SegmentKind
    scenes: tuple[int, ...]
    start_s: float
    frames: int
    is_kept: bool
    changed: tuple[str, ...]
    """What differs from the last film; empty for a segment that is kept or was never there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanState:
    """An explained plan."""

    segments: tuple[SegmentState, ...]
    is_sound_kept: bool
    is_film_kept: bool

    @property
    def frames_to_render(self) -> int:
        """Frames that no stored segment holds."""
        return sum(segment.frames for segment in self.segments if not segment.is_kept)


def record_plan(plan: FilmPlan) -> PlanRecord:
    """What to remember of a plan once its film is there."""
    return PlanRecord(
        segments=tuple(
            SegmentRecord(kind=segment.kind, scenes=segment.scenes, parts=segment.parts)
            for segment in plan.segments
        ),
        audio_key=plan.audio.key,
    )


def explain_plan(
    plan: FilmPlan,
    *,
    is_stored: Callable[[str], bool],
    is_film_kept: bool,
    before: PlanRecord | None,
) -> PlanState:
    """Compare a plan with the segment store and with the last film of the project.

    Args:
        is_stored: whether the segment store holds a key.
        before: what the last film was made of; none for a first film.
    """
    last = {(record.kind, record.scenes): record for record in before.segments} if before else {}
    states = []
    for index, segment in enumerate(plan.segments):
        kept = is_stored(segment_key(segment, plan.settings.encoder))
        record = last.get((segment.kind, segment.scenes))
        states.append(
            SegmentState(
                index=index,
                kind=segment.kind,
                scenes=segment.scenes,
                start_s=float(plan.rate.seconds(segment.start_frame)),
                frames=segment.frames,
                is_kept=kept,
                changed=() if kept or record is None else _changed(segment, record),
            )
        )
    return PlanState(
        segments=tuple(states),
        is_sound_kept=is_stored(plan.audio.key),
        is_film_kept=is_film_kept,
    )


def _changed(segment: Segment, record: SegmentRecord) -> tuple[str, ...]:
    return tuple(name for name, value in segment.parts.items() if record.parts.get(name) != value)
