"""What the embedded writer promises of a script."""

import json
import re
import time
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from video_platform.domain.codec import from_json
from video_platform.domain.generation import Capability, ScriptRequest
from video_platform.domain.language import Language
from video_platform.domain.script import OnScreenKind, Script
from video_platform.errors import InvalidInput, ScriptError
from video_platform.providers.vendors.embedded_writer import PROVIDERS, EmbeddedWriter

EXAMPLES = Path(__file__).parents[2] / "examples"
MOODS = {"calm", "upbeat", "inspiring", "dramatic", "warm", "playful", "tense", "corporate"}
LANGUAGES = pytest.mark.parametrize("language", list(Language))
DURATIONS = pytest.mark.parametrize("duration_s", [30, 60, 90])

BEES = """Honey bees are among the most important pollinators on Earth. Dr. Karl von Frisch
discovered that bees dance to tell one another where flowers are. A colony may visit 4 million
flowers for 1.5 kg of honey (see https://example.org/bees). However, bees are in trouble, e.g. from
pesticides. Small gardens matter more than people think."""


def example(language: Language) -> str:
    return (EXAMPLES / f"article-{language.value}.md").read_text(encoding="utf-8")


def request(text: str, language: Language = Language.ENGLISH, **more: object) -> ScriptRequest:
    values: dict[str, object] = {"duration_s": 60, "style": "clean", **more}
    return ScriptRequest(text=text, language=language, **values)  # type: ignore[arg-type]


def write(
    tmp_path: Path, text: str, language: Language = Language.ENGLISH, **more: object
) -> Script:
    produced = EmbeddedWriter().generate(request(text, language, **more), tmp_path)
    assert produced.media_type == "application/json"
    return from_json(Script, produced.path.read_bytes())


def digit_groups(text: str) -> set[str]:
    return set(re.findall(r"\d+", text))


def shown(script: Script) -> str:
    screens = [scene.on_screen for scene in script.scenes]
    return " ".join(
        " ".join((screen.headline, screen.figure, screen.note, *screen.items)) for screen in screens
    )


def test_vendor_exports_one_provider_named_like_its_package():
    assert list(PROVIDERS) == [EmbeddedWriter]
    assert EmbeddedWriter.name == "embedded_writer"
    assert EmbeddedWriter.capability is Capability.SCRIPT


@LANGUAGES
@DURATIONS
def test_examples_fit_the_duration_asked_for(tmp_path, language, duration_s):
    script = write(tmp_path, example(language), language, duration_s=duration_s)
    assert script.duration == pytest.approx(duration_s, rel=0.1)
    assert script.duration == pytest.approx(sum(s.duration for s in script.scenes), abs=0.11)
    assert script.notice == ""


@LANGUAGES
def test_a_minute_has_seven_to_ten_scenes_of_readable_length(tmp_path, language):
    script = write(tmp_path, example(language), language)
    assert 7 <= len(script.scenes) <= 10
    assert all(3 <= scene.duration <= 13 for scene in script.scenes)


@LANGUAGES
@DURATIONS
def test_no_number_is_invented_or_changed(tmp_path, language, duration_s):
    script = write(tmp_path, example(language), language, duration_s=duration_s)
    source = digit_groups(example(language))
    assert digit_groups(" ".join(scene.narration for scene in script.scenes)) <= source
    assert digit_groups(shown(script)) <= source
    plain = " ".join(example(language).replace("\u00a0", " ").split())
    assert all(scene.on_screen.figure in plain for scene in script.scenes)


@LANGUAGES
def test_every_sentence_comes_from_the_source(tmp_path, language):
    """Apart from quote introductions, narration words are the article's own."""
    script = write(tmp_path, example(language), language, duration_s=90)
    source = set(re.findall(r"\w+", example(language).casefold()))
    frames = {"words", "pour", "citer", "in", "the", "of", "بكلمات"}
    spoken = " ".join(scene.narration for scene in script.scenes).casefold()
    added = set(re.findall(r"\w+", spoken)) - source - frames
    assert {word for word in added if word.removeprefix("و") not in source} == set()


@LANGUAGES
def test_film_opens_with_its_title_and_closes_with_the_articles_last_words(tmp_path, language):
    script = write(tmp_path, example(language), language)
    first, last = script.scenes[0], script.scenes[-1]
    assert first.on_screen.kind is OnScreenKind.TITLE
    assert last.on_screen.kind is OnScreenKind.CLOSING
    assert script.title == example(language).splitlines()[0].removeprefix("# ")
    assert example(language).rstrip().endswith(last.narration.split(". ")[-1])


@LANGUAGES
def test_layouts_vary_and_stay_within_their_limits(tmp_path, language):
    script = write(tmp_path, example(language), language, duration_s=90)
    kinds = {scene.on_screen.kind for scene in script.scenes}
    assert {OnScreenKind.NUMBER, OnScreenKind.LIST, OnScreenKind.COMPARISON} <= kinds
    for scene in script.scenes:
        screen = scene.on_screen
        is_quote = screen.kind is OnScreenKind.QUOTE
        assert 0 < len(screen.headline) <= (120 if is_quote else 64)
        assert "…" not in screen.headline
        assert len(screen.items) <= 4
        assert all(0 < len(item) <= 42 for item in screen.items)
        assert (len(screen.items) == 2) or screen.kind is not OnScreenKind.COMPARISON
        assert bool(screen.figure) == (screen.kind is OnScreenKind.NUMBER)
        assert screen.keywords
        assert all(word.isascii() and word.islower() for word in screen.keywords)


@LANGUAGES
def test_moods_belong_to_one_film(tmp_path, language):
    script = write(tmp_path, example(language), language)
    first_words = {scene.music_mood.split(",")[0] for scene in script.scenes}
    assert len(first_words) == 1
    assert first_words <= MOODS
    assert all(scene.music_mood == scene.music_mood.lower() for scene in script.scenes)


def test_pictures_are_described_with_subject_style_and_mood(tmp_path):
    script = write(tmp_path, example(Language.ENGLISH), style="watercolour")
    for scene in script.scenes:
        assert "Watercolour style" in scene.visual_prompt
        assert " mood" in scene.visual_prompt
    assert len({scene.visual_prompt for scene in script.scenes}) == len(script.scenes)


@LANGUAGES
def test_equal_requests_give_equal_bytes_and_takes_differ(tmp_path, language):
    def made(folder: str, take: int) -> bytes:
        directory = tmp_path / folder
        directory.mkdir()
        asked = request(example(language), language, take=take)
        return EmbeddedWriter().generate(asked, directory).path.read_bytes()

    assert made("a", 0) == made("b", 0)
    assert made("c", 1) == made("d", 1)
    assert len({made("e", 0), made("f", 1), made("g", 2)}) > 1


def test_abbreviations_decimals_and_addresses_do_not_break_sentences(tmp_path):
    script = write(tmp_path, BEES, duration_s=30)
    narration = " ".join(scene.narration for scene in script.scenes)
    assert "Dr. Karl von Frisch discovered that bees dance" in narration
    assert "1.5 kg of honey." in narration
    assert "http" not in narration
    assert "(" not in narration
    assert script.sources == ("https://example.org/bees",)


def test_french_quotes_stay_whole_and_name_their_speaker(tmp_path):
    text = (
        "Le TGV relie Paris à Lyon depuis le 27 septembre 1981. « Nous avons changé la carte ! Et "
        "le pays avec elle. » dit alors un ingénieur. Le réseau compte 2 800 km de lignes, soit "
        "environ 73 % du total. M. Dupont, p. ex., le prend chaque jour pour aller au bureau."
    )
    script = write(tmp_path, text, Language.FRENCH, duration_s=30)
    narration = " ".join(scene.narration for scene in script.scenes)
    assert (
        "« Nous avons changé la carte ! Et le pays avec elle. » dit alors un ingénieur."
        in narration
    )
    assert "M. Dupont, p. ex., le prend chaque jour" in narration
    assert {s.on_screen.figure for s in script.scenes} & {"2 800 km", "73 %"}


def test_source_is_kept_before_addresses_found_in_the_text(tmp_path):
    script = write(tmp_path, BEES, source="The Bee Book")
    assert script.sources == ("The Bee Book", "https://example.org/bees")


def test_short_text_is_told_whole_and_the_notice_says_so(tmp_path):
    script = write(tmp_path, BEES, duration_s=120)
    assert script.duration < 60
    assert "120 seconds" in script.notice


@pytest.mark.parametrize(
    ("language", "line", "title"),
    [
        (
            Language.ENGLISH,
            "Make a short video about the history of coffee",
            "The history of coffee",
        ),
        (Language.FRENCH, "Une vidéo sur les abeilles 🐝", "Les abeilles"),
        (Language.ARABIC, "فيديو عن تاريخ القهوة", "تاريخ القهوة"),
    ],
)
def test_one_line_gives_a_title_film_that_names_the_way_to_a_real_script(
    tmp_path, language, line, title
):
    script = write(tmp_path, line, language)
    assert script.title == title
    assert 2 <= len(script.scenes) <= 3
    assert "docs/script-format.md" in script.notice


def test_text_in_another_language_is_filmed_with_a_notice(tmp_path):
    script = write(tmp_path, example(Language.FRENCH), Language.ENGLISH)
    assert script.language is Language.ENGLISH
    assert "French" in script.notice


def test_script_json_is_taken_as_it_is(tmp_path):
    given_script = {
        "title": "Coffee",
        "duration": 14,
        "scenes": [
            {
                "id": 3,
                "duration": 6,
                "narration": "Every cup begins with a seed.",
                "visual_prompt": "A coffee seed",
                "music_mood": "warm, acoustic",
            },
            {"id": 7, "duration": 8, "narration": "At 200 °C, the bean cracks twice."},
        ],
    }
    script = write(tmp_path, json.dumps(given_script), duration_s=14)
    assert [(scene.id, scene.duration) for scene in script.scenes] == [(3, 6.0), (7, 8.0)]
    assert script.scenes[0].visual_prompt == "A coffee seed"
    assert script.scenes[0].music_mood == "warm, acoustic"
    assert script.scenes[1].narration == "At 200 °C, the bean cracks twice."
    assert script.scenes[1].visual_prompt
    assert script.notice == ""


@pytest.mark.parametrize(
    "scenes",
    [
        [],
        ["words"],
        [{"id": 1, "narration": ""}],
        [{"id": 1, "narration": "A."}, {"id": 1, "narration": "B."}],
        [{"id": "one", "narration": "A."}],
        [{"id": 1, "narration": "A.", "duration": -4}],
        [{"id": 1, "narration": "A.", "duration": 1e400}],
    ],
)
def test_broken_script_json_is_refused(tmp_path, scenes):
    with pytest.raises(ScriptError):
        write(tmp_path, json.dumps({"title": "x", "scenes": scenes}))


@pytest.mark.parametrize("word", ["Scene", "Scène", "المشهد"])
def test_written_scenes_keep_their_order_and_words(tmp_path, word):
    text = f"""My coffee film
{word} 1: The bean
Narration: Every cup begins with a seed.
Visual: macro shot of a coffee bean
**{word} 2** - Roast
The bean cracks twice.
## {word} 3
And then, at last, someone drinks it.
"""
    script = write(tmp_path, text)
    assert [scene.narration for scene in script.scenes] == [
        "Every cup begins with a seed.",
        "The bean cracks twice.",
        "And then, at last, someone drinks it.",
    ]
    assert script.scenes[0].visual_prompt == "macro shot of a coffee bean"
    assert script.title == "My coffee film"


def test_lists_become_lists_and_numbered_ones_steps(tmp_path):
    text = (
        "# Tea\n\nGood tea takes little more than care, water and a few quiet minutes.\n\n"
        "## Kinds\n\nTea comes in three kinds:\n\n- Green tea\n- Black tea\n- White tea\n\n"
        "## Brewing\n\n1. Boil the water\n2. Warm the pot\n3. Wait three minutes\n\n"
        "Share it with someone while it is still hot."
    )
    script = write(tmp_path, text, duration_s=30)
    by_kind = {scene.on_screen.kind: scene for scene in script.scenes}
    assert by_kind[OnScreenKind.LIST].on_screen.items == ("Green tea", "Black tea", "White tea")
    assert by_kind[OnScreenKind.LIST].narration == (
        "Tea comes in three kinds: green tea, black tea and white tea."
    )
    assert by_kind[OnScreenKind.STEPS].on_screen.items == (
        "Boil the water", "Warm the pot", "Wait three minutes",
    )  # fmt: skip


def test_arabic_stays_in_logical_order_without_bidi_marks(tmp_path):
    text = "\u202b" + example(Language.ARABIC).replace("الماء", "ال\u200fماء") + "\u202c"
    plain = write(tmp_path, example(Language.ARABIC), Language.ARABIC)
    assert write(tmp_path, text, Language.ARABIC).scenes == plain.scenes


ODD_TEXTS = {
    "only_headings": "# One\n## Two things\n### Three more things\n" * 6,
    "list_only": "\n".join(f"- item number {number} of the long list" for number in range(40)),
    "crlf_and_bom": "\ufeff# Title\r\n\r\nA first line of text.\r\nA second line of text.\r\n" * 5,
    "emoji": "🎉🎉 Party time! 🥳 We dance all night 💃🏽 and sing 🎶 until the sun ☀️ comes up.",
    "html": "<script>alert(1)</script><h1>Wind &amp; rain</h1><p>Wind <b>moves</b> air.</p>" * 4,
    "giant_sentence": "the fox runs through the forest and over the hill " * 2000,
    "one_giant_word": "a" * 5000,
    "no_punctuation": "\n".join(["some notes without any stops at all"] * 30),
    "unclosed_marks": "**bold _under [link](http://x (( « “ " * 200,
    "table": "| a | b |\n|---|---|\n| apples | 12 kg |\n| pears | 3 kg |\n" * 3,
    "digits": "1234567890 " * 400,
    "brackets": "[" * 3000 + "x" + "]" * 3000,
    "tags": "<" * 5000 + " a word " + ">" * 5000,
    "stars": "*" * 20_000 + " star " + "_" * 20_000,
    "spaces": " " * 50_000 + "word" + "\n" * 50_000,
    "code_only": "```\nprint('hello world')\n```",
    "controls": "A \x00\x07text\x1b[0m with\u2028odd\u0085breaks in it. " * 4,
}


@pytest.mark.parametrize("name", list(ODD_TEXTS))
@LANGUAGES
def test_odd_text_gives_a_clean_script_in_time(tmp_path, name, language):
    started = time.perf_counter()
    script = write(tmp_path, ODD_TEXTS[name], language)
    assert time.perf_counter() - started < 2
    for scene in script.scenes:
        text = scene.narration + shown(script)
        assert not any(unicodedata.category(c) in ("Cc", "Cf", "So", "Cn") for c in text)
        assert not re.search(r"<\w|\*\*|https?://|&amp;", scene.narration)


@pytest.mark.parametrize("duration_s", [5, 60, 1800])
@LANGUAGES
def test_two_hundred_thousand_characters_take_less_than_two_seconds(tmp_path, language, duration_s):
    body = example(language).split("\n", 1)[1]
    text = (example(language) + body * 200)[:200_000]
    started = time.perf_counter()
    script = write(tmp_path, text, language, duration_s=duration_s)
    assert time.perf_counter() - started < 2
    if duration_s >= 60:
        assert script.duration == pytest.approx(duration_s, rel=0.1)


@LANGUAGES
@pytest.mark.parametrize("duration_s", [5, 10, 15, 20, 25, 40, 75])
def test_any_duration_gives_a_film_near_it(tmp_path, language, duration_s):
    script = write(tmp_path, example(language), language, duration_s=duration_s)
    slack = max(0.1 * duration_s, 3.0)
    assert abs(script.duration - duration_s) <= slack


@pytest.mark.parametrize(
    "text", ["🎉🎉🎉", "---", "![x](http://a.b/c.png)", "... !!! ???", "https://a.b"]
)
def test_text_without_a_word_is_refused_with_a_hint(tmp_path, text):
    with pytest.raises(ScriptError) as caught:
        write(tmp_path, text)
    assert caught.value.hint


@settings(max_examples=150, deadline=None)
@given(
    text=st.one_of(
        st.text(min_size=1, max_size=400),
        st.lists(
            st.sampled_from(
                ["# ", "- ", "1. ", "> ", "\n", "\n\n", "**", "[", "](", ")", "“", "»", ". ", "؟ ",
                 ", ", ": ", "word", "Paris", "73 %", "$3.50", "ماء", "الفلج", "l’eau", "—",
                 "Scene 1:", "Scene 2:", "<b>", "https://a.b", "| a | b |", "```", "1823", "vs"]
            ),
            min_size=1,
            max_size=120,
        ).map(" ".join),
    ),
    language=st.sampled_from(list(Language)),
    duration_s=st.integers(5, 300),
    take=st.integers(0, 2),
)  # fmt: skip
def test_any_text_gives_a_valid_script_or_a_clear_refusal(
    tmp_path_factory, text, language, duration_s, take
):
    directory = tmp_path_factory.mktemp("script")
    try:
        script = write(directory, text, language, duration_s=duration_s, take=take)
    except InvalidInput:
        return
    assert script.scenes[0].on_screen.kind is OnScreenKind.TITLE
    for scene in script.scenes:
        assert scene.duration > 0
        assert scene.on_screen.headline
        assert len(scene.on_screen.items) <= 4
    assert digit_groups(shown(script)) <= digit_groups(unicodedata.normalize("NFC", text))
