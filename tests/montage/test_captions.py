"""Captions as libass draws them: the words, their order, their place, and nothing they could do."""

import itertools
import re
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.montage.overlaid import (
    WIDE,
    WORD_MS,
    changed,
    columns_of,
    cues_of,
    drawn,
    overlay_of,
    plan_with,
)
from video_platform.domain.captions import group_words
from video_platform.domain.formats import FRAMES, Format, Frame, frame_for
from video_platform.domain.look import CaptionLook, CaptionPlace, CaptionStyle, Look, Network
from video_platform.domain.timing import FrameRate, Word
from video_platform.interchange.subtitles import to_srt, to_vtt
from video_platform.montage.captions import CaptionType, steps_of
from video_platform.montage.plan import CaptionSpan
from video_platform.montage.runner import Ffmpeg
from video_platform.montage.typesetting import disarm

YELLOW, WHITE = (255, 208, 80), (255, 255, 255)
Draw = Callable[..., np.ndarray]


def captioned(**captions: object) -> Look:
    return Look(captions=CaptionLook(**captions))  # type: ignore[arg-type]


@pytest.fixture
def draw(ffmpeg: Ffmpeg, tmp_path: Path) -> Draw:
    """``draw(text, at_ms)``: the caption on grey at that time, as RGB."""
    counter = itertools.count()

    def make(
        text: str,
        at_ms: int,
        frame: Frame = WIDE,
        *,
        rtl: bool = False,
        look: Look | None = None,
        ratio: Format = Format.WIDE,
    ) -> np.ndarray:
        plan = plan_with(text, frame=frame, is_rtl=rtl, look=look, ratio=ratio)
        overlay = overlay_of(plan, ffmpeg, tmp_path / str(next(counter)))
        return drawn(overlay, round(at_ms * 30 / 1000), frame)

    return make


@given(
    texts=st.lists(
        st.text(st.characters(categories=("L", "N", "P")), min_size=1, max_size=60),
        min_size=1,
        max_size=60,
    ),
    line=st.integers(10, 42),
)
def test_cues_hold_every_word_once_in_order_on_two_lines_at_most(
    texts: list[str], line: int
) -> None:
    words = [Word(text, n * 100, n * 100 + 100) for n, text in enumerate(texts)]
    cues = group_words(words, line_characters=line)
    assert [word for cue in cues for word in cue.words] == words
    for cue in cues:
        assert [word for part in cue.lines for word in part] == list(cue.words)
        assert len(cue.lines) <= 2
    for before, after in itertools.pairwise(cues):
        assert before.start_ms < before.end_ms <= after.start_ms


def test_cues_end_with_sentences_and_pauses() -> None:
    assert [cue.text for cue in cues_of("One two. Three four.")] == ["One two.", "Three four."]
    words = [Word("one", 0, 300), Word("two", 900, 1200)]
    assert len(group_words(words, line_characters=42)) == 2


@pytest.mark.parametrize(
    "text",
    [
        "Une recette classique tient en quatre chiffres : 1 kg de farine, 650 g d’eau.",
        "Elle a dit « oui » puis plus rien ; mais combien ? Un peu.",
    ],
)
def test_no_line_parts_a_mark_or_a_unit_from_its_word(text: str) -> None:
    for ratio in Format:
        for cue in cues_of(text, ratio):
            for line in cue.lines:
                assert re.search(r"\w", line[0].text) or line[0].text in "«"
                assert line[0].text not in ("kg", "g")
                assert line[-1].text != "«"


def test_spoken_word_is_the_yellow_one(draw: Draw) -> None:
    image = draw("alpha beta gamma", 350)
    yellow, white = columns_of(image, YELLOW), columns_of(image, WHITE)
    assert white.min() < yellow.min() < yellow.max() < white.max()


def test_arabic_runs_from_right_to_left(draw: Draw) -> None:
    """The first word stands at the right, the last at the left, with digits and Latin inside."""
    text = "أنتجت شركة ACME نحو 2500 طن"
    places = [
        columns_of(draw(text, number * WORD_MS + 100, rtl=True), YELLOW).mean()
        for number in range(len(text.split()))
    ]
    assert places == sorted(places, reverse=True)


def test_arabic_line_that_begins_with_a_latin_name_runs_from_the_right(draw: Draw) -> None:
    """Its first word would otherwise make libass set the whole line from left to right."""
    text = "NASA أطلقت مشروع Artemis الجديد"
    places = [columns_of(draw(text, n * WORD_MS + 150, rtl=True), YELLOW).mean() for n in range(5)]
    assert places == sorted(places, reverse=True)


def test_invisible_turning_characters_do_not_turn_the_line(draw: Draw) -> None:
    plain = draw("one two three", 150)
    assert np.array_equal(plain, draw("\u202eone two\u2067 three", 150))


def test_arabic_letters_are_joined(draw: Draw) -> None:
    """Joined letters are much narrower than the same letters kept apart by a non-joiner."""
    joined = columns_of(draw("استمتعنا", 100), YELLOW)
    apart = columns_of(draw("\u200c".join("استمتعنا"), 100), YELLOW)
    assert np.ptp(joined) < 0.8 * np.ptp(apart)


@pytest.mark.parametrize("ratio", list(Format))
def test_two_full_lines_stay_inside_the_caption_zone(draw: Draw, ratio: Format) -> None:
    frame = FRAMES[ratio]
    image = draw(" ".join(["Wagony"] * 12), 100, frame, ratio=ratio)
    _assert_inside(image, frame, frame.caption_top, frame.caption_bottom)


def _assert_inside(image: np.ndarray, frame: Frame, top: float, bottom: float) -> None:
    """Something was drawn, between the side margins and these rows."""
    seen = changed(image)
    rows, columns = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
    assert rows.min() >= top * frame.height_px - 2
    assert rows.max() < bottom * frame.height_px + 2
    assert columns.min() >= frame.margin_x * frame.width_px - 2
    assert columns.max() < (1 - frame.margin_x) * frame.width_px + 2


@pytest.mark.parametrize("style", [CaptionStyle.ACTIVE_WORD, CaptionStyle.OUTLINE])
@pytest.mark.parametrize("place", list(CaptionPlace))
@pytest.mark.parametrize("size", [0.5, 2.0])
def test_no_style_place_or_size_leaves_the_margins(
    draw: Draw, style: CaptionStyle, place: CaptionPlace, size: float
) -> None:
    frame = frame_for(Format.TALL, Network.YOUTUBE)
    look = captioned(style=style, place=place, size=size)
    text = "Donaudampfschifffahrtsgesellschaft " + "Wagony " * 8
    image = draw(text, 350, frame, look=look, ratio=Format.TALL)
    _assert_inside(image, frame, frame.margin_y, frame.caption_bottom)


def test_places_are_where_they_say(draw: Draw) -> None:
    middles = []
    for place in (CaptionPlace.TOP, CaptionPlace.MIDDLE, CaptionPlace.BOTTOM):
        rows = np.flatnonzero(
            changed(draw("one two", 100, look=captioned(place=place))).any(axis=1)
        )
        middles.append(rows.mean() / WIDE.height_px)
    top, middle, bottom = middles
    assert top < 0.2
    assert middle == pytest.approx(0.5, abs=0.01)
    assert bottom > 0.8


def test_karaoke_words_keep_their_colour(draw: Draw) -> None:
    look = captioned(style=CaptionStyle.KARAOKE)
    first, second, third = (
        columns_of(draw("alpha beta gamma", n * WORD_MS + 100, look=look), YELLOW) for n in range(3)
    )
    assert first.min() == second.min() == third.min()
    assert np.ptp(first) < np.ptp(second) < np.ptp(third)


def test_plain_captions_have_no_other_colour(draw: Draw) -> None:
    image = draw("alpha beta gamma", 350, look=captioned(style=CaptionStyle.PLAIN))
    assert columns_of(image, WHITE).size
    assert not columns_of(image, YELLOW).size


def test_outlined_captions_have_no_plate(draw: Draw) -> None:
    """Between the lines' letters the picture is seen; next to them it is dark."""
    image = draw("alpha beta gamma", 350, look=captioned(style=CaptionStyle.OUTLINE))
    seen = changed(image)
    rows, columns = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
    box = seen[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    assert not box[:, [0, -1]].all()
    assert box.mean() < 0.75
    assert columns_of(image, (12, 18, 28)).size
    assert columns_of(image, YELLOW).size


def test_accent_colour_is_the_films(draw: Draw) -> None:
    assert columns_of(draw("alpha beta", 350, look=Look(accent="#FF2080")), (255, 32, 128)).size


@pytest.mark.parametrize("rate", [FrameRate(30, 1), FrameRate(30_000, 1001), FrameRate(25, 1)])
@given(
    starts=st.lists(st.integers(0, 4000), min_size=1, max_size=8, unique=True).map(sorted),
    offset=st.fractions(-500, 500, max_denominator=1001),
)
def test_a_frame_shows_the_word_that_is_due_at_its_own_time(
    rate: FrameRate, starts: list[int], offset: Fraction
) -> None:
    words = [Word("x", start, start + 50) for start in starts]
    cues = group_words(words, line_characters=42)
    steps = steps_of([CaptionSpan(cue=cue, segment_offset=offset) for cue in cues], rate)
    for frame in range(150):
        now = rate.seconds(frame) * 1000 + offset
        due = [
            word
            for cue in cues
            for number, word in enumerate(cue.words)
            if word.start_ms <= now < _end(cue.words, number, cue.end_ms)
        ]
        shown = [s.cue.words[s.word] for s in steps if s.first_frame <= frame < s.end_frame]
        assert shown == due


def _end(words: tuple[Word, ...], number: int, cue_end_ms: int) -> int:
    return words[number + 1].start_ms if number + 1 < len(words) else cue_end_ms


def test_giant_word_is_set_smaller_and_stays_inside(draw: Draw) -> None:
    _assert_inside(draw("x" * 400, 100), WIDE, WIDE.caption_top, WIDE.caption_bottom)


HOSTILE = [
    r"{\fs900\blur100}boom",
    r"a\Nb",
    r"{\p1}m 0 0 l 500 0 500 500{\p0}",
    r"\{\c&H0000FF&}red",
    "}{",
    "50% off',drawtext=text=x",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_shown_as_text(draw: Draw, text: str) -> None:
    """Nothing grows, moves or changes colour."""
    image = draw(f"{text} end", 200)
    _assert_inside(image, WIDE, WIDE.caption_top, WIDE.caption_bottom)
    assert not columns_of(image, (255, 0, 0)).size


@given(st.text(max_size=300))
def test_disarmed_text_has_no_tag_and_no_line_break(text: str) -> None:
    """A brace opens a tag only bare, a backslash breaks a line only before its letter."""
    plain = disarm(text)
    assert not re.search(r"(?<!\\)\{", plain)
    assert not re.search(r"\\[NnhH]", plain)
    assert "\n" not in plain
    assert len(plain) <= 2 * 120


def test_words_are_shown_whole_whatever_they_hold(draw: Draw) -> None:
    """A disarmed brace and backslash take room like letters do."""
    assert np.ptp(columns_of(draw("a\\Nb", 100), YELLOW)) > np.ptp(
        columns_of(draw("aNb", 100), YELLOW)
    )


def test_no_caption_is_drawn_without_words_on_screen(draw: Draw) -> None:
    assert not changed(draw("alpha", 2_000)).any()


@pytest.mark.parametrize("style", [CaptionStyle.PLAIN, CaptionStyle.OUTLINE])
def test_words_of_invisible_characters_draw_nothing(draw: Draw, style: CaptionStyle) -> None:
    assert not changed(draw("\u200b \u200b", 100, look=captioned(style=style))).any()


def test_caption_type_shrinks_lines_but_never_grows_them() -> None:
    kind = CaptionType(WIDE, Look(), is_rtl=False)
    (short,), (long,) = kind.lines(cues_of("one")[0]), kind.lines(cues_of("W" * 80)[0])
    assert short.size_px == kind.line_px > long.size_px


def test_caption_files_carry_words_and_times() -> None:
    cues = cues_of("Fish & <chips> cost 5 €.")
    srt, vtt = to_srt(cues).decode(), to_vtt(cues).decode()
    assert srt.startswith("1\n00:00:00,000 --> ")
    assert "Fish & <chips> cost 5 €." in srt
    assert vtt.startswith("WEBVTT\n\n00:00:00.000 --> ")
    assert "Fish <00:00:00.300>&amp; <00:00:00.600>&lt;chips&gt;" in vtt
