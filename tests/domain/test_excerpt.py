"""What a shorter film says: hook, key statements, ending, in whole sentences."""

from collections.abc import Sequence

import pytest

from video_platform.domain.excerpt import Passage, choose_passages, sentences_of
from video_platform.domain.script import OnScreen, OnScreenKind, Scene
from video_platform.errors import InvalidInput

WORD_MS, SCENE_MS = 400, 1000


def scene(number: int, words: str, kind: OnScreenKind = OnScreenKind.LIST) -> Scene:
    return Scene(
        id=number,
        duration=5,
        narration=words,
        visual_prompt="A harbour",
        music_mood="calm",
        on_screen=OnScreen(kind=kind, headline="Harbour"),
    )


FILM = (
    scene(1, "Who wakes the harbour? Nobody knows who does it."),
    scene(2, "There are ropes and nets about. They lie there. They are always wet."),
    scene(3, "Since 1974 it has closed twice. Few remember.", OnScreenKind.NUMBER),
    scene(4, "So it wakes by itself. Somebody is always waiting."),
)


def length_ms(passages: Sequence[Passage]) -> int:
    return sum(SCENE_MS + WORD_MS * (one.end - one.first) for one in passages)


def said(seconds: int, film: Sequence[Scene] = FILM) -> list[str]:
    return [
        " ".join(film[one.position].words[one.first : one.end])
        for one in choose_passages("The harbour", film, seconds, length_ms)
    ]


def test_the_shortest_cut_is_the_hook_and_the_ending() -> None:
    assert said(6) == ["Who wakes the harbour?", "Somebody is always waiting."]


def test_what_tells_most_stands_between_them() -> None:
    assert said(9)[1] == "Since 1974 it has closed twice."


@pytest.mark.parametrize("seconds", range(5, 40))
def test_a_cut_is_whole_sentences_in_order_and_never_too_long(seconds: int) -> None:
    chosen = choose_passages("The harbour", FILM, seconds, length_ms)
    assert length_ms(chosen) <= seconds * 1000
    assert list(chosen) == sorted(chosen)
    assert len({one.position for one in chosen}) == len(chosen)
    for one in chosen:
        sentences = sentences_of(FILM[one.position], one.position)
        assert one.first in {s.first for s in sentences}
        assert one.end in {s.end for s in sentences}


def test_a_cut_as_long_as_the_film_is_the_film() -> None:
    assert said(60) == [one.narration for one in FILM]


@pytest.mark.parametrize(
    ("words", "count"),
    [
        ("Version 3.5 costs 2.50 euros. It works.", 2),
        ("Dr. Brown came. He left!", 2),
        ("هل يستيقظ الميناء؟ نعم.", 2),
        ("« Est-ce vrai ? » Oui. «\u00a0Bien.\u00a0»", 3),
        ("no full stop", 1),
    ],
)
def test_sentences_end_where_people_end_them(words: str, count: int) -> None:
    found = sentences_of(scene(1, words), 0)
    assert len(found) == count
    assert (found[0].first, found[-1].end) == (0, len(words.split()))


def test_where_no_sentence_fits_the_shortest_length_is_told() -> None:
    film = (scene(1, " ".join(["word"] * 30)),)
    with pytest.raises(InvalidInput, match="10 s") as refused:
        said(10, film)
    assert refused.value.code == "cut_too_short"
    assert "13 s" in refused.value.hint
