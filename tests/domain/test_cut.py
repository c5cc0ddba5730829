"""A person's changes to the cut move what they must, and never cut a word."""

from typing import Any

import pytest

from tests.factories import make_clips, make_music, make_scene, make_script, make_voice
from video_platform.agents.timeline import build_timeline
from video_platform.domain.cut import ClipCut, Cut, TransitionCut, apply_cut
from video_platform.domain.manifests import AvatarClips
from video_platform.domain.timeline import Timeline, TransitionKind
from video_platform.errors import TimelineError


@pytest.fixture
def timeline() -> Timeline:
    script = make_script([make_scene(n, f"Sentence number {n}.") for n in (1, 2, 3)])
    return build_timeline(
        script, make_voice(script), make_clips(script), AvatarClips(), make_music()
    )


def test_no_changes_leave_the_timeline_as_it_is(timeline: Timeline) -> None:
    assert apply_cut(timeline, Cut(clips={9: ClipCut(longer_ms=500)})) == timeline


@pytest.mark.parametrize("longer_ms", [1000, -300])
def test_a_longer_or_shorter_scene_moves_what_lies_behind_it(
    timeline: Timeline, longer_ms: int
) -> None:
    frames = longer_ms * 30 // 1000
    cut = apply_cut(timeline, Cut(clips={2: ClipCut(longer_ms=longer_ms)}))
    assert cut.frames == timeline.frames + frames
    assert _moved(timeline.video, cut.video) == [0, 0, frames]
    assert _moved(timeline.voice, cut.voice) == [0, 0, frames]
    assert cut.video[1].frames == timeline.video[1].frames + frames
    assert [one.at_frame for one in cut.transitions] == [one.start_frame for one in cut.video[1:]]
    assert cut.words[-1].start_ms - timeline.words[-1].start_ms == longer_ms
    assert cut.words[0] == timeline.words[0]
    assert cut.music[0].frames == cut.frames


def _moved(before: tuple[Any, ...], after: tuple[Any, ...]) -> list[int]:
    pairs = zip(before, after, strict=True)
    return [new.start_frame - old.start_frame for old, new in pairs]


def test_a_scene_never_ends_before_its_last_word(timeline: Timeline) -> None:
    with pytest.raises(TimelineError, match="last word"):
        apply_cut(timeline, Cut(clips={2: ClipCut(longer_ms=-2000)}))


def test_transitions_and_levels_are_those_wished_for(timeline: Timeline) -> None:
    cut = apply_cut(
        timeline,
        Cut(
            transitions={
                2: TransitionCut(kind=TransitionKind.CUT),
                3: TransitionCut(kind=TransitionKind.WIPE, frames=9),
            },
            music_db=-6.0,
        ),
    )
    found = [(one.kind, one.frames) for one in cut.transitions]
    assert found == [(TransitionKind.CUT, 0), (TransitionKind.WIPE, 8)]
    assert cut.music[0].gain_db == timeline.music[0].gain_db - 6.0


@pytest.mark.parametrize(
    ("clip", "music_db"),
    [(ClipCut(longer_ms=60_001), 0.0), (ClipCut(source_start_ms=-1), 0.0), (ClipCut(), 13.0)],
)
def test_what_nobody_could_mean_is_refused(clip: ClipCut, music_db: float) -> None:
    with pytest.raises(TimelineError):
        Cut(clips={1: clip}, music_db=music_db)
