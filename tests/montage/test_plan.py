"""The plan covers the film exactly, and its keys change only where pixels or sound change."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from tests.factories import make_clips, make_music, make_scene, make_script, make_voice
from video_platform.agents.timeline import build_timeline
from video_platform.domain.formats import Format
from video_platform.domain.language import Language
from video_platform.domain.look import Label, Look
from video_platform.domain.manifests import AvatarClips, VoiceTracks
from video_platform.domain.timeline import Timeline, Transition, TransitionKind
from video_platform.montage.plan import FilmPlan, RenderSettings, SegmentKind, plan_film

TEXTS = [f"Scene number {n} says something of its own." for n in range(1, 9)]


def make_timeline(
    texts: list[str] = TEXTS, lengths: list[int] | None = None, edited: int = 0
) -> Timeline:
    script = make_script([make_scene(n, text) for n, text in enumerate(texts, 1)])
    lengths = lengths or [2000] * len(texts)
    voice = VoiceTracks(
        tracks=tuple(
            make_voice(make_script([scene]), duration_ms=length).tracks[0]
            for scene, length in zip(script.scenes, lengths, strict=True)
        )
    )
    return build_timeline(script, voice, make_clips(script), AvatarClips(), make_music())


def plan(timeline: Timeline) -> FilmPlan:
    return plan_film(timeline, Format.WIDE, RenderSettings())


def keys(timeline: Timeline) -> list[str]:
    return [segment.pixels_key for segment in plan(timeline).segments]


@given(
    lengths=st.lists(st.integers(100, 9_000), min_size=1, max_size=10),
    frames=st.integers(0, 10).map(lambda half: half * 2),
    kind=st.sampled_from(TransitionKind),
)
def test_every_frame_is_in_exactly_one_segment(
    lengths: list[int], frames: int, kind: TransitionKind
) -> None:
    timeline = make_timeline([f"Scene {n}." for n in range(len(lengths))], lengths)
    timeline = replace(
        timeline,
        transitions=tuple(
            Transition(at_frame=clip.start_frame, frames=frames, kind=kind)
            for clip in timeline.video[1:]
        ),
    )
    segments = plan(timeline).segments
    at = 0
    for segment in segments:
        assert segment.start_frame == at
        assert segment.frames > 0
        at += segment.frames
    assert at == timeline.frames


def test_equal_timelines_have_equal_keys() -> None:
    assert plan(make_timeline()) == plan(make_timeline())


def test_one_changed_word_changes_one_segment() -> None:
    texts = [*TEXTS]
    texts[3] = texts[3].replace("something", "anything.")
    before, after = keys(make_timeline()), keys(make_timeline(texts))
    changed = [
        index for index, pair in enumerate(zip(before, after, strict=True)) if len({*pair}) > 1
    ]
    assert changed == [6]  # bodies and transitions alternate


def test_longer_scene_changes_its_body_and_its_transitions_only() -> None:
    lengths = [2000] * 8
    lengths[3] = 2777
    before, after = keys(make_timeline()), keys(make_timeline(lengths=lengths))
    changed = [
        index for index, pair in enumerate(zip(before, after, strict=True)) if len({*pair}) > 1
    ]
    assert changed == [5, 6, 7]


def test_other_picture_changes_its_body_and_its_transitions_only() -> None:
    timeline = make_timeline()
    clips = list(timeline.video)
    other = {Format.WIDE: replace(clips[2].media[Format.WIDE], sha256="f" * 64)}
    clips[2] = replace(clips[2], media=other)
    before, after = keys(timeline), keys(replace(timeline, video=tuple(clips)))
    changed = [
        index for index, pair in enumerate(zip(before, after, strict=True)) if len({*pair}) > 1
    ]
    assert changed == [3, 4, 5]


def test_other_music_changes_no_segment_but_the_sound() -> None:
    timeline = make_timeline()
    music = replace(timeline.music[0], media=replace(timeline.music[0].media, sha256="f" * 64))
    other = replace(timeline, music=(music,))
    assert keys(timeline) == keys(other)
    assert plan(timeline).audio.key != plan(other).audio.key
    assert plan(timeline).key != plan(other).key


def test_motion_goes_on_through_transitions_without_a_jump() -> None:
    """The frames a clip shows in a transition are those that follow its body."""
    segments = plan(make_timeline()).segments
    for body, transition in zip(segments[::2], segments[1::2], strict=False):
        assert body.kind is SegmentKind.BODY
        assert transition.shots[0].first_frame == body.shots[0].first_frame + body.frames
    for transition, body in zip(segments[1::2], segments[2::2], strict=False):
        assert transition.shots[1].first_frame + transition.frames == body.shots[0].first_frame


def test_moves_begin_and_end_with_what_is_seen_of_the_clip() -> None:
    """Handles included: a move that ran on past its ends would look beyond the picture's edge."""
    for timeline in (make_timeline(), make_timeline(["Only one scene."])):
        seen: dict[str, list[int]] = {}
        ends: dict[str, int] = {}
        for segment in plan(timeline).segments:
            for shot in segment.shots:
                frames = range(shot.first_frame, shot.first_frame + segment.frames)
                seen.setdefault(shot.media.sha256, []).extend(frames)
                ends[shot.media.sha256] = shot.clip_frames
        for media, frames in seen.items():
            assert frames == list(range(ends[media]))


def test_cues_carry_every_word_once_in_order() -> None:
    timeline = make_timeline()
    words = [word for cue in plan(timeline).cues for word in cue.words]
    assert words == list(timeline.words)


def test_a_label_changes_nothing_else_and_a_film_without_one_knows_of_none() -> None:
    timeline = make_timeline()
    labelled = replace(timeline, look=Look(label=Label()))
    for before, after in zip(plan(timeline).segments, plan(labelled).segments, strict=True):
        assert "label" not in before.parts
        assert dict(after.parts).pop("label")
        assert {**after.parts, "label": ""} == {**before.parts, "label": ""}
        assert after.pixels_key != before.pixels_key


def test_a_label_of_another_language_is_another_picture() -> None:
    english, named, french = (
        keys(replace(make_timeline(), look=Look(label=Label(language=language))))
        for language in (None, Language.ENGLISH, Language.FRENCH)
    )
    assert english == named
    assert not set(english) & set(french)
