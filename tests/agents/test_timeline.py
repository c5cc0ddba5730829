"""The look of a brief reaches the timeline: fit, presenter, titles, transitions."""

import itertools
from dataclasses import replace
from typing import Any

import pytest

from tests.factories import (
    make_clips,
    make_media,
    make_music,
    make_scene,
    make_script,
    make_voice,
)
from video_platform.agents.timeline import build_timeline, presenter_box
from video_platform.domain.captions import LINE_CHARACTERS, group_words
from video_platform.domain.formats import Format, frame_for
from video_platform.domain.language import Language
from video_platform.domain.look import (
    CaptionLook,
    CaptionPlace,
    CaptionStyle,
    Corner,
    Fit,
    Logo,
    Look,
    Network,
    Presenter,
)
from video_platform.domain.manifests import AvatarClips, Clips
from video_platform.domain.script import Script
from video_platform.domain.timeline import Box, InsetShape, Timeline, TitleKind, TransitionKind

FORMATS = (Format.WIDE, Format.TALL)
SCRIPT = make_script([make_scene(n, f"Scene number {n} speaks here.") for n in range(1, 6)])


def build(look: Look, script: Script = SCRIPT, **changes: Any) -> Timeline:
    material: dict[str, Any] = {
        "voice": make_voice(script, duration_ms=4000),
        "clips": make_clips(script, FORMATS),
        "avatars": AvatarClips(),
        "music": make_music(),
    }
    return build_timeline(script, look=look, **{**material, **changes})


def presenters(*scenes: int) -> AvatarClips:
    """A presenter's clip for each of these scenes."""
    return AvatarClips(
        clips={
            scene: {ratio: make_media(f"a{scene}{ratio}", "video/mp4") for ratio in FORMATS}
            for scene in scenes
        }
    )


def footage(script: Script = SCRIPT) -> Clips:
    """Every scene filmed instead of drawn."""
    return Clips(
        clips=tuple(replace(clip, motion=None) for clip in make_clips(script, FORMATS).clips)
    )


def busy_frames(timeline: Timeline) -> list[tuple[int, int]]:
    """First frame of each transition and the first after it."""
    return [
        (cut.at_frame - cut.frames // 2, cut.at_frame + cut.frames // 2)
        for cut in timeline.transitions
    ]


def test_look_is_carried_and_its_fit_reaches_every_clip() -> None:
    look = Look(fit=Fit.BLUR, progress_bar=True)
    timeline = build(look)
    assert timeline.look == look
    assert {clip.fit for clip in timeline.video} == {Fit.BLUR}


# --- presenter ---


def test_presenter_in_the_corner_leaves_the_scene_its_moving_picture() -> None:
    plain = build(Look())
    timeline = build(Look(presenter=Presenter.CORNER), avatars=presenters(1, 3))
    assert timeline.video == plain.video
    first, third = timeline.insets
    assert (first.start_frame, first.end_frame) == (0, timeline.video[0].end_frame)
    assert third.start_frame == timeline.video[2].start_frame
    assert {inset.shape for inset in timeline.insets} == {InsetShape.CIRCLE}
    assert first.boxes.keys() == first.media.keys() == set(FORMATS)


def test_full_presenter_takes_the_place_of_the_picture() -> None:
    timeline = build(Look(), avatars=presenters(2))
    assert not timeline.insets
    assert timeline.video[1].media == presenters(2).clips[2]
    assert timeline.video[1].motion is None
    assert timeline.video[0].motion is not None


@pytest.mark.parametrize("place", list(Presenter))
def test_presenter_s_lips_move_with_the_voice(place: Presenter) -> None:
    """The clip's first frame is due when the voice of its scene begins, to half a millisecond."""
    timeline = build(Look(presenter=place), avatars=presenters(1, 2, 3, 4, 5))
    shown = timeline.insets or timeline.video
    for clip, voice in zip(shown, timeline.voice, strict=True):
        lead_ms = timeline.rate.seconds(voice.start_frame - clip.start_frame) * 1000
        assert abs(clip.source_start_ms + lead_ms) <= 0.5


def edges(box: Box, width: int, height: int) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of a box in pixels."""
    left, top = box.x * width, box.y * height
    return left, top, left + box.width * width, top + box.height * height


@pytest.mark.parametrize("ratio", list(Format))
@pytest.mark.parametrize("network", [Network.ANY, Network.TIKTOK])
@pytest.mark.parametrize("place", list(CaptionPlace))
@pytest.mark.parametrize("language", [Language.ENGLISH, Language.ARABIC])
def test_presenter_is_round_inside_the_margins_and_clear_of_captions(
    ratio: Format, network: Network, place: CaptionPlace, language: Language
) -> None:
    look = Look(captions=CaptionLook(place=place), network=network)
    frame = frame_for(ratio, network)
    width, height = frame.width_px, frame.height_px
    left, top, right, bottom = edges(presenter_box(ratio, look, language), width, height)
    assert right - left == pytest.approx(bottom - top)
    assert left >= frame.margin_x * width - 0.01
    assert right <= width - frame.margin_x * width + 0.01
    assert frame.margin_y * height - 0.01 <= top < bottom <= frame.caption_bottom * height + 0.01
    zone = (frame.caption_bottom - frame.caption_top) * height
    zone_top = {
        CaptionPlace.TOP: frame.margin_y * height,
        CaptionPlace.MIDDLE: (height - zone) / 2,
        CaptionPlace.BOTTOM: frame.caption_top * height,
    }[place]
    assert bottom <= zone_top or top >= zone_top + zone


@pytest.mark.parametrize("ratio", list(Format))
@pytest.mark.parametrize("corner", list(Corner))
@pytest.mark.parametrize("language", [Language.ENGLISH, Language.ARABIC])
def test_presenter_never_stands_where_the_logo_does(
    ratio: Format, corner: Corner, language: Language
) -> None:
    look = Look(logo=Logo(media=make_media("l"), corner=corner))
    box = presenter_box(ratio, look, language)
    is_left, is_top = box.x < 0.5 - box.width / 2, box.y + box.height / 2 < 0.4
    stands = f"{'top' if is_top else 'bottom'}_{'left' if is_left else 'right'}"
    assert stands != corner.value


def test_presenter_stands_where_lines_end() -> None:
    english = presenter_box(Format.WIDE, Look(), Language.ENGLISH)
    arabic = presenter_box(Format.WIDE, Look(), Language.ARABIC)
    assert english.x > 0.5 > arabic.x


# --- titles ---


def test_titles_are_laid_over_footage_only() -> None:
    """A drawn still has its headline in the picture."""
    assert not build(Look(titles=True)).titles
    assert not build(Look(), clips=footage()).titles
    titles = build(Look(titles=True), clips=footage()).titles
    assert [title.kind for title in titles] == [TitleKind.TITLE, *[TitleKind.LOWER_THIRD] * 4]
    assert [title.text for title in titles] == [
        SCRIPT.title,
        *(scene.on_screen.headline for scene in SCRIPT.scenes[1:]),
    ]


def test_titles_stay_within_their_scene_and_out_of_its_transitions() -> None:
    for duration_ms in (1500, 2500, 8000):
        voice = make_voice(SCRIPT, duration_ms=duration_ms)
        timeline = build(Look(titles=True), clips=footage(), voice=voice)
        assert timeline.titles
        for title, (start, end) in itertools.product(timeline.titles, busy_frames(timeline)):
            assert title.end_frame <= start or title.start_frame >= end


def test_scene_too_short_for_reading_gets_no_title() -> None:
    voice = make_voice(SCRIPT, duration_ms=200)
    titles = build(Look(titles=True), clips=footage(), voice=voice).titles
    # The first and the last scene are longer: one may be looked at, the other rings out.
    assert [title.text for title in titles] == ["A title", "Headline 5"]


# --- transitions ---


@pytest.mark.parametrize("duration_ms", [200, 900, 6000])
def test_no_transition_meets_a_caption(duration_ms: int) -> None:
    timeline = build(Look(), voice=make_voice(SCRIPT, duration_ms=duration_ms))
    cues = group_words(timeline.words, line_characters=LINE_CHARACTERS[Format.WIDE])
    for cue in cues:
        for start, end in busy_frames(timeline):
            assert cue.end_ms * 30 <= start * 1000 or cue.start_ms * 30 >= end * 1000


@pytest.mark.parametrize(
    ("mood", "kind"),
    [
        ("calm, documentary", TransitionKind.BLUR),
        ("playful", TransitionKind.CIRCLE),
        ("corporate", TransitionKind.SLIDE),
        ("a mood nobody listed", TransitionKind.SLIDE),
    ],
)
def test_every_third_transition_is_in_the_mood_of_its_scene(
    mood: str, kind: TransitionKind
) -> None:
    script = make_script([make_scene(n, music_mood=mood) for n in range(1, 6)])
    kinds = [transition.kind for transition in build(Look(), script).transitions]
    dissolve = TransitionKind.DISSOLVE
    assert kinds == [dissolve, dissolve, kind, dissolve]


def test_captions_switched_off_leave_their_room_to_the_presenter() -> None:
    without = Look(captions=CaptionLook(style=CaptionStyle.NONE))
    low = presenter_box(Format.WIDE, without, Language.ENGLISH)
    assert low.y > presenter_box(Format.WIDE, Look(), Language.ENGLISH).y
