"""Captions as libass draws them: the words, their order, their place, and nothing they could do."""

import itertools
import re
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from video_platform.domain.captions import LINE_CHARACTERS, Cue, group_words
from video_platform.domain.formats import FRAMES, Format, Frame
from video_platform.domain.timing import Word
from video_platform.fonts import FONTS_DIR
from video_platform.interchange.subtitles import to_srt, to_vtt
from video_platform.montage.captions import build_ass
from video_platform.montage.plan import CaptionSpan
from video_platform.montage.runner import Ffmpeg

WIDE = FRAMES[Format.WIDE]
YELLOW, WHITE = (255, 208, 80), (255, 255, 255)


def timed(text: str) -> list[Word]:
    return [Word(word, n * 300, (n + 1) * 300) for n, word in enumerate(text.split())]


def cues_of(text: str, ratio: Format = Format.WIDE) -> tuple[Cue, ...]:
    return group_words(timed(text), line_characters=LINE_CHARACTERS[ratio])


def draw(
    text: str,
    at_ms: int,
    ffmpeg: Ffmpeg,
    directory: Path,
    frame: Frame = WIDE,
    *,
    rtl: bool = False,
) -> np.ndarray:
    """The caption of ``text`` on grey at ``at_ms``, as RGB."""
    directory.mkdir(exist_ok=True)
    spans = [CaptionSpan(cue=cue, segment_offset=Fraction(0)) for cue in cues_of(text)]
    document = build_ass(spans, frame, Fraction(60_000), rtl=rtl)
    (directory / "captions.ass").write_text(document, encoding="utf-8")
    fonts = directory / "fonts"
    if not fonts.exists():
        fonts.symlink_to(FONTS_DIR)
    source = f"color=c=0x606060:s={frame.width_px}x{frame.height_px}:r=10:d=60"
    seek = f"trim=start={at_ms / 1000}:duration=0.1"
    ffmpeg.run(
        [
            *("-f", "lavfi", "-i", source, "-frames:v", "1"),
            *("-vf", f"ass=filename=captions.ass:fontsdir=fonts,{seek}", "frame.png"),
        ],
        directory=directory,
    )
    with av.open(str(directory / "frame.png")) as container:
        return next(container.decode(video=0)).to_ndarray(format="rgb24")


def columns_of(image: np.ndarray, colour: tuple[int, int, int]) -> np.ndarray:
    near = (np.abs(image.astype(int) - colour).max(axis=2) < 40).any(axis=0)
    return np.flatnonzero(near)


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


def test_spoken_word_is_the_yellow_one(ffmpeg: Ffmpeg, tmp_path: Path) -> None:
    image = draw("alpha beta gamma", 350, ffmpeg, tmp_path / "c")
    yellow, white = columns_of(image, YELLOW), columns_of(image, WHITE)
    assert white.min() < yellow.min() < yellow.max() < white.max()


def test_arabic_runs_from_right_to_left(ffmpeg: Ffmpeg, tmp_path: Path) -> None:
    """The first word stands at the right, the last at the left, with digits and Latin inside."""
    text = "أنتجت شركة ACME نحو 2500 طن"
    places = []
    for number in range(len(text.split())):
        image = draw(text, number * 300 + 100, ffmpeg, tmp_path / "ar", rtl=True)
        places.append(columns_of(image, YELLOW).mean())
    assert places == sorted(places, reverse=True)


def test_arabic_line_that_begins_with_a_latin_name_runs_from_the_right(
    ffmpeg: Ffmpeg, tmp_path: Path
) -> None:
    """Its first word would otherwise make libass set the whole line from left to right."""
    text = "NASA أطلقت مشروع Artemis الجديد"
    places = [
        columns_of(draw(text, n * 300 + 150, ffmpeg, tmp_path, rtl=True), YELLOW).mean()
        for n in range(5)
    ]
    assert places == sorted(places, reverse=True)


def test_invisible_turning_characters_do_not_turn_the_line(ffmpeg: Ffmpeg, tmp_path: Path) -> None:
    plain = draw("one two three", 150, ffmpeg, tmp_path)
    turned = draw("\u202eone two\u2067 three", 150, ffmpeg, tmp_path)
    assert np.array_equal(plain, turned)


def test_arabic_letters_are_joined(ffmpeg: Ffmpeg, tmp_path: Path) -> None:
    """Joined letters are much narrower than the same letters kept apart by a non-joiner."""
    joined = columns_of(draw("استمتعنا", 100, ffmpeg, tmp_path / "j"), YELLOW)
    apart = columns_of(draw("\u200c".join("استمتعنا"), 100, ffmpeg, tmp_path / "a"), YELLOW)
    assert np.ptp(joined) < 0.8 * np.ptp(apart)


@pytest.mark.parametrize("ratio", list(Format))
def test_two_full_lines_stay_inside_the_caption_zone(
    ffmpeg: Ffmpeg, tmp_path: Path, ratio: Format
) -> None:
    frame = FRAMES[ratio]
    line = LINE_CHARACTERS[ratio]
    text = " ".join(["Wagony"] * (2 * (line // 7)))
    image = draw(text, 100, ffmpeg, tmp_path / "zone", frame)
    changed = np.abs(image.astype(int) - 0x60).max(axis=2) > 24
    rows, columns = np.flatnonzero(changed.any(axis=1)), np.flatnonzero(changed.any(axis=0))
    assert rows.min() >= (frame.caption_top - 0.005) * frame.height_px
    assert rows.max() <= (frame.caption_bottom + 0.005) * frame.height_px
    assert columns.min() >= frame.margin_x * frame.width_px - 1
    assert columns.max() <= frame.width_px - frame.margin_x * frame.width_px + 1


def test_giant_word_is_set_smaller_and_stays_inside(ffmpeg: Ffmpeg, tmp_path: Path) -> None:
    image = draw("x" * 400, 100, ffmpeg, tmp_path / "giant")
    columns = columns_of(image, YELLOW)
    assert columns.min() > 60
    assert columns.max() < 1860


@pytest.mark.parametrize(
    "text",
    [
        r"{\fs900\blur100}boom",
        r"a\Nb",
        r"{\p1}m 0 0 l 500 0 500 500{\p0}",
        r"\{\c&H0000FF&}red",
        "}{",
        "50% off',drawtext=text=x",
    ],
)
def test_hostile_text_is_shown_as_text(ffmpeg: Ffmpeg, tmp_path: Path, text: str) -> None:
    """Every character takes room, nothing grows, moves or changes colour."""
    image = draw(f"{text} end", 4_000, ffmpeg, tmp_path / "h")
    changed = np.abs(image.astype(int) - 0x60).max(axis=2) > 24
    assert np.flatnonzero(changed.any(axis=1)).min(initial=1080) >= WIDE.caption_top * 1080 - 6
    document = build_ass(
        [CaptionSpan(cue=cue, segment_offset=Fraction(0)) for cue in cues_of(text)],
        WIDE,
        Fraction(60_000),
        rtl=False,
    )
    for line in document.splitlines():
        if line.startswith("Dialogue: 1"):
            body = line.split(",", 9)[9]
            tags = [part.split("}")[0] for part in body.replace("\\{", "").split("{")[1:]]
            assert all(tag.startswith(("\\c", "\\fs")) for tag in tags), tags


def test_caption_files_carry_words_and_times() -> None:
    cues = cues_of("Fish & <chips> cost 5 €.")
    srt, vtt = to_srt(cues).decode(), to_vtt(cues).decode()
    assert srt.startswith("1\n00:00:00,000 --> ")
    assert "Fish & <chips> cost 5 €." in srt
    assert vtt.startswith("WEBVTT\n\n00:00:00.000 --> ")
    assert "Fish <00:00:00.300>&amp; <00:00:00.600>&lt;chips&gt;" in vtt
