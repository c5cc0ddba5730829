"""The written words always win; only times are taken over, in order and within the track."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.scenarios.media import BY_TYPE
from video_platform.domain.timing import Word
from video_platform.providers.words import align_words, speaking_parts, spread_words


def hear(*entries: tuple[str, int, int]) -> list[Word]:
    return [Word(*entry) for entry in entries]


def times(text: str, heard: list[Word], duration_ms: int = 3000) -> list[tuple[str, int, int]]:
    found = align_words(text, heard, duration_ms).words
    return [(word.text, word.start_ms, word.end_ms) for word in found]


def test_equal_words_take_their_times_over_whatever_their_spelling() -> None:
    heard = hear(("the", 100, 240), ("cafe", 300, 700), ("opens", 750, 1200))
    assert times("The « Café opens!", heard) == [
        ("The", 100, 240),
        ("«", 240, 300),
        ("Café", 300, 700),
        ("opens!", 750, 1200),
    ]


def test_figures_share_the_time_in_which_they_were_spelled_out() -> None:
    heard = hear(
        ("about", 0, 300), ("forty", 300, 600), ("percent", 600, 1000), ("more", 1100, 1400)
    )
    found = times("about 40 % more", heard)
    assert found[0] == ("about", 0, 300)
    assert found[1] == ("40", 300, 1000)
    assert found[2] == ("%", 1000, 1100)
    assert found[3] == ("more", 1100, 1400)


def test_elided_french_words_are_joined() -> None:
    heard = hear(("dans", 0, 200), ("l", 200, 260), ("eau", 260, 600), ("froide", 600, 1000))
    assert times("dans l'eau froide.", heard) == [
        ("dans", 0, 200),
        ("l'eau", 200, 600),
        ("froide.", 600, 1000),
    ]


def test_arabic_is_compared_without_vowel_signs_and_variants() -> None:
    heard = hear(("الي", 0, 300), ("المدرسه", 300, 900))
    found = align_words("إِلَى المدرسةِ", heard, 1000)
    assert found.matched == 1.0


def test_word_nobody_recognised_fills_its_gap() -> None:
    heard = hear(("the", 0, 200), ("turns", 900, 1300))
    assert times("The lamp turns", heard)[1] == ("lamp", 200, 900)


def test_word_without_a_gap_shares_its_neighbour_s_time() -> None:
    heard = hear(("the", 0, 200), ("lamp", 200, 800), ("turns", 800, 1300))
    found = times("The old lamp turns", heard)
    assert [word for word, _, _ in found] == ["The", "old", "lamp", "turns"]
    assert all(end - start >= 20 for _, start, end in found)


def test_words_that_were_added_are_left_out() -> None:
    heard = hear(("uh", 0, 200), ("the", 200, 300), ("um", 300, 500), ("lamp", 500, 900))
    assert times("The lamp", heard) == [("The", 200, 300), ("lamp", 500, 900)]


def test_share_of_recognised_words_is_told() -> None:
    heard = hear(("the", 0, 200), ("lump", 200, 800))
    assert align_words("The lamp", heard[:1], 1000).matched == 0.5
    assert 0.5 < align_words("The lamp", heard, 1000).matched < 1


WORDS = st.lists(
    st.text(
        st.characters(exclude_categories=("Zs", "Cc", "Cs", "Zl", "Zp")), min_size=1, max_size=8
    ),
    min_size=1,
    max_size=30,
)
SPOKEN = st.lists(
    st.tuples(st.text(max_size=8), st.integers(0, 20_000), st.integers(0, 3_000)), max_size=30
)


@settings(max_examples=300, deadline=None)
@given(written=WORDS, spoken=SPOKEN, duration_ms=st.integers(100, 20_000))
def test_any_hearing_gives_the_written_words_in_order_within_the_track(
    written: list[str], spoken: list[tuple[str, int, int]], duration_ms: int
) -> None:
    heard = [Word(text, start, start + length) for text, start, length in spoken]
    text = " ".join(written)
    found = align_words(text, heard, duration_ms).words
    assert [word.text for word in found] == text.split()
    _hold_order(found, duration_ms)


@settings(max_examples=200, deadline=None)
@given(
    written=WORDS,
    edges=st.lists(st.integers(0, 20_000), max_size=10, unique=True),
    duration_ms=st.integers(100, 20_000),
)
def test_spread_words_are_in_order_within_the_track(
    written: list[str], edges: list[int], duration_ms: int
) -> None:
    ordered = sorted(edges)
    parts = [(float(a), float(b)) for a, b in zip(ordered[::2], ordered[1::2], strict=False)]
    text = " ".join(written)
    found = spread_words(text, parts, duration_ms)
    assert [word.text for word in found] == text.split()
    _hold_order(found, duration_ms)


def _hold_order(words: tuple[Word, ...], duration_ms: int) -> None:
    last = 0
    for word in words:
        assert last <= word.start_ms < word.end_ms <= max(duration_ms, len(words))
        last = word.end_ms


def test_spread_words_keep_out_of_pauses() -> None:
    found = spread_words("one two six ten", [(100.0, 500.0), (1500.0, 1900.0)], 2000)
    assert [(w.start_ms, w.end_ms) for w in found] == [
        (100, 300),
        (300, 500),
        (1500, 1700),
        (1700, 1900),
    ]


@pytest.mark.parametrize("media_type", ["audio/wav", "audio/mpeg", "audio/mp4", "audio/flac"])
def test_speech_is_found_in_every_kind_of_track(tmp_path: Path, media_type: str) -> None:
    path = tmp_path / "track"
    path.write_bytes(BY_TYPE[media_type]())
    parts = speaking_parts(path, media_type)
    assert len(parts) == 1
    assert parts[0][1] - parts[0][0] == pytest.approx(1000, abs=100)


def test_pause_is_found(tmp_path: Path) -> None:
    import wave

    import numpy as np

    rate = 24_000
    tone = (np.sin(np.arange(rate) * 0.1) * 8000).astype("<i2")
    with wave.open(str(tmp_path / "a.wav"), "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(rate)
        writer.writeframes(tone.tobytes() + bytes(rate) + tone.tobytes())
    parts = speaking_parts(tmp_path / "a.wav", "audio/wav")
    assert [round(edge, -2) for part in parts for edge in part] == [0, 1000, 1500, 2500]


def test_silence_has_no_parts_and_words_take_the_whole_track(tmp_path: Path) -> None:
    import wave

    with wave.open(str(tmp_path / "a.wav"), "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(16_000)
        writer.writeframes(bytes(32_000))
    assert speaking_parts(tmp_path / "a.wav", "audio/wav") == []
    assert spread_words("a b", [], 1000)[-1].end_ms == 1000
