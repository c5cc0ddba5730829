"""What a plan says about itself: which segments are kept, which are rendered, and why."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.montage.films import SMALL, make_timeline
from video_platform.domain.formats import Format
from video_platform.domain.look import Grade, GradePreset, Look
from video_platform.domain.timeline import Timeline
from video_platform.montage.explain import PlanState, explain_plan, record_plan
from video_platform.montage.plan import (
    FilmPlan,
    RenderSettings,
    SegmentKind,
    plan_film,
    segment_key,
)
from video_platform.store import MediaStore


@pytest.fixture
def timeline(store: MediaStore, tmp_path: Path) -> Timeline:
    return make_timeline(store, tmp_path / "media")


def plan(timeline: Timeline) -> FilmPlan:
    return plan_film(timeline, Format.WIDE, RenderSettings(), frame=SMALL)


def explain(before: Timeline | None, now: Timeline) -> PlanState:
    kept: set[str] = set()
    if before is not None:
        last = plan(before)
        kept = {segment_key(s, last.settings.encoder) for s in last.segments} | {last.audio.key}
    return explain_plan(
        plan(now),
        is_stored=kept.__contains__,
        is_film_kept=False,
        before=None if before is None else record_plan(plan(before)),
    )


def test_a_first_film_is_rendered_whole(timeline: Timeline) -> None:
    state = explain(None, timeline)
    assert state.frames_to_render == timeline.frames
    assert not state.is_sound_kept
    assert all(segment.changed == () for segment in state.segments)


def test_the_same_film_again_keeps_everything(timeline: Timeline) -> None:
    state = explain(timeline, timeline)
    assert state.frames_to_render == 0
    assert state.is_sound_kept


def test_another_picture_names_the_body_and_its_two_transitions(
    timeline: Timeline, store: MediaStore, tmp_path: Path
) -> None:
    other = make_timeline(store, tmp_path / "media", pictures=(1, 9, 3))
    changed = [segment for segment in explain(timeline, other).segments if not segment.is_kept]
    assert [(s.kind, s.scenes, s.changed) for s in changed] == [
        (SegmentKind.TRANSITION, (1, 2), ("picture",)),
        (SegmentKind.BODY, (2,), ("picture",)),
        (SegmentKind.TRANSITION, (2, 3), ("picture",)),
    ]


def test_another_word_names_the_captions_of_one_segment(
    timeline: Timeline, store: MediaStore, tmp_path: Path
) -> None:
    texts = ("Alpha beta gamma.", "Delta other zeta.", "Eta theta iota.")
    other = make_timeline(store, tmp_path / "media", texts)
    changed = [segment for segment in explain(timeline, other).segments if not segment.is_kept]
    assert [(s.scenes, s.changed) for s in changed] == [((2,), ("captions",))]


def test_other_music_touches_the_sound_alone(timeline: Timeline) -> None:
    state = explain(timeline, replace(timeline, music=()))
    assert state.frames_to_render == 0
    assert not state.is_sound_kept


def test_a_grade_is_named_on_every_segment(timeline: Timeline) -> None:
    look = Look(grade=Grade(preset=GradePreset.WARM))
    state = explain(timeline, replace(timeline, look=look))
    assert {segment.changed for segment in state.segments} == {("grade",)}
