"""ASS, words as JSON, and chapters."""

import json
from dataclasses import replace

import pytest

from video_platform.domain.captions import Cue
from video_platform.domain.formats import FRAMES, Format
from video_platform.domain.language import Language
from video_platform.domain.timeline import Timeline
from video_platform.domain.timing import FrameRate, Word
from video_platform.interchange.chapters import to_chapters
from video_platform.interchange.styled import AssLook, to_ass, to_words

LOOK = AssLook(title="Bread", frame=FRAMES[Format.WIDE], font="Plex", accent="#112233")


def cue(*lines: str, start_ms: int = 1000, step_ms: int = 300) -> Cue:
    """Words of ``step_ms`` each; the cue ends 200 ms behind the last one."""
    at = start_ms
    made = []
    for line in lines:
        words = []
        for text in line.split(" "):
            words.append(Word(text, at, at + step_ms))
            at += step_ms
        made.append(tuple(words))
    return Cue(
        words=tuple(word for line in made for word in line), lines=tuple(made), end_ms=at + 200
    )


def events(*cues: Cue) -> list[str]:
    document = to_ass(cues, LOOK).decode()
    return [line for line in document.splitlines() if line.startswith("Dialogue")]


def test_ass_shows_each_cue_and_times_each_word() -> None:
    assert events(cue("Yeast eats", "sugar.")) == [
        "Dialogue: 0,0:00:01.00,0:00:02.10,Caption,,0,0,0,,{\\k30}Yeast {\\k30}eats\\N{\\k50}sugar."
    ]


def test_the_hundredths_of_a_cues_words_add_up_to_the_cue() -> None:
    import re

    (line,) = events(cue("a b c d e f g", start_ms=1003, step_ms=337))
    shown = sum(int(number) for number in re.findall(r"\\k(\d+)", line))
    assert abs(shown - (7 * 337 + 200) / 10) <= 1


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("{\\pos(0,0)}", "\\{\\\u2060pos(0,0)\\}"),
        ("a\\Nb", "a\\\u2060Nb"),
        ("a\u2028b\x07c", "a b c"),
    ],
)
def test_no_text_becomes_a_command(text: str, written: str) -> None:
    (line,) = events(Cue(words=(Word(text, 0, 100),), lines=((Word(text, 0, 100),),), end_ms=200))
    assert line.endswith("}" + written)


def test_a_line_break_in_a_title_begins_no_new_section() -> None:
    document = to_ass((), replace(LOOK, title="A\n[Events]\nDialogue: x")).decode()
    assert document.count("\n[Events]") == 1


def test_lines_find_their_own_direction_and_the_accent_is_blue_first() -> None:
    style = next(
        line for line in to_ass((), LOOK).decode().splitlines() if line.startswith("Style")
    )
    assert style.endswith(",-1")
    assert "&H00332211" in style


def test_words_as_json_are_the_timelines_words(timeline: Timeline) -> None:
    document = json.loads(to_words(timeline.words, [cue("الخبز")], Language.ARABIC))
    assert document["language"] == "ar"
    assert [(w["text"], w["start_ms"], w["end_ms"]) for w in document["words"]] == [
        (word.text, word.start_ms, word.end_ms) for word in timeline.words
    ]
    assert document["cues"] == [{"text": "الخبز", "start_ms": 1000, "end_ms": 1500, "words": 1}]


def slow(timeline: Timeline) -> Timeline:
    """The scenes at 3, 2 and 2.5 frames a second: they begin at 0, 30 and 50 s of 75."""
    return replace(timeline, rate=FrameRate(3, 1))


def test_chapters_begin_at_zero_with_their_headlines(timeline: Timeline) -> None:
    told = to_chapters(slow(timeline), {1: "Yeast", 2: "Gas\nand heat", 3: "Crust"}).decode()
    assert told == "0:00 Yeast\n0:30 Gas and heat\n0:50 Crust\n"


def test_a_chapter_too_short_for_networks_belongs_to_the_one_before(timeline: Timeline) -> None:
    assert to_chapters(timeline, {1: "Yeast", 2: "Gas", 3: "Crust"}) == b"0:00 Yeast\n"


def test_a_scene_without_a_headline_begins_no_chapter(timeline: Timeline) -> None:
    assert to_chapters(slow(timeline), {2: "Gas", 3: "Crust"}) == b"0:00 Gas\n0:50 Crust\n"


def test_an_hour_is_written_as_one(timeline: Timeline) -> None:
    told = to_chapters(replace(timeline, rate=FrameRate(1, 40)), {1: "A", 3: "B"}).decode()
    assert told == "0:00 A\n1:40:00 B\n"
