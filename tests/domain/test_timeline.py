"""A timeline has no gaps, and transitions fit into their clips."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import make_clips, make_media, make_music, make_scene, make_script, make_voice
from video_platform.agents.timeline import build_timeline
from video_platform.domain.language import Language
from video_platform.domain.manifests import AvatarClips, VoiceTracks
from video_platform.domain.script import Script
from video_platform.domain.timeline import Timeline, Transition, VideoClip
from video_platform.domain.timing import FrameRate
from video_platform.errors import TimelineError


def build(script: Script, **options: int) -> Timeline:
    return build_timeline(
        script, make_voice(script, **options), make_clips(script), AvatarClips(), make_music()
    )


def test_every_word_falls_inside_its_scene_and_outside_transitions() -> None:
    script = make_script([make_scene(n, f"Scene number {n} speaks here.") for n in range(1, 6)])
    timeline = build(script)
    busy = [(t.at_frame - t.frames // 2, t.at_frame + t.frames // 2) for t in timeline.transitions]
    for word in timeline.words:
        first = word.start_ms * 30 / 1000
        last = word.end_ms * 30 / 1000
        assert all(last <= start or first >= end for start, end in busy), word


def test_words_are_the_narration_in_order() -> None:
    script = make_script()
    words = [word.text for word in build(script).words]
    assert words == [word for scene in script.scenes for word in scene.words]


def test_longer_voice_makes_only_its_scene_longer() -> None:
    script = make_script()
    short, long = build(script, duration_ms=2000), build(script, duration_ms=3000)
    assert long.frames - short.frames == 30 * len(script.scenes)


@given(lengths=st.lists(st.integers(50, 20_000), min_size=1, max_size=12))
def test_clips_cover_the_film_without_gap_for_any_voice(lengths: list[int]) -> None:
    script = make_script([make_scene(n) for n in range(1, len(lengths) + 1)])
    voice = VoiceTracks(
        tracks=tuple(
            make_voice(make_script([scene]), duration_ms=length).tracks[0]
            for scene, length in zip(script.scenes, lengths, strict=True)
        )
    )
    timeline = build_timeline(script, voice, make_clips(script), AvatarClips(), make_music())
    assert timeline.video[0].start_frame == 0
    assert sum(clip.frames for clip in timeline.video) == timeline.frames
    spoken = sum((Fraction(length, 1000) for length in lengths), Fraction(0))
    assert timeline.rate.seconds(timeline.frames) > spoken


def test_missing_voice_names_the_scene_and_the_stage() -> None:
    script = make_script()
    voice = VoiceTracks(tracks=make_voice(script).tracks[:1])
    with pytest.raises(TimelineError, match="Scene 2 has no voice"):
        build_timeline(script, voice, make_clips(script), AvatarClips(), make_music())


@pytest.mark.parametrize(
    ("starts", "transitions"),
    [
        ((0, 31), ()),  # a gap
        ((0, 29), ()),  # an overlap
        ((0, 30), (Transition(at_frame=30, frames=3),)),  # odd
        ((0, 30), (Transition(at_frame=20, frames=4),)),  # not on a cut
        ((0, 30), (Transition(at_frame=30, frames=80),)),  # longer than its clips
    ],
)
def test_contradictory_timeline_is_refused(
    starts: tuple[int, int], transitions: tuple[Transition, ...]
) -> None:
    clips = tuple(
        VideoClip(scene_id=n, start_frame=start, frames=30, media={"16:9": make_media()})  # type: ignore[dict-item]
        for n, start in enumerate(starts, 1)
    )
    with pytest.raises(TimelineError):
        Timeline(
            rate=FrameRate(),
            frames=60,
            video=clips,
            transitions=transitions,
            voice=(),
            music=(),
            words=(),
            language=Language.ENGLISH,
            title="",
        )


def test_ntsc_time_is_exact() -> None:
    rate = FrameRate(30000, 1001)
    assert rate.seconds(30000) == 1001
    assert rate.samples(1, 48_000) == 1602
    assert rate.frames_covering(Fraction(1001, 30000)) == 1
