"""Captions carry the approved words at the times they are spoken: error against the voice's events.

The embedded engine tells when it begins each word. A listener is played by the same words as a
recogniser would give them: in steps of 20 ms, off by some tens of milliseconds, numbers spelled
out, words joined, split, lost and added.
"""

import random
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from tests.factories import make_scene
from tests.quality.damage import Workshop
from tests.quality.films import Studio
from video_platform.domain.alignment import align
from video_platform.domain.language import Language
from video_platform.domain.timing import Word
from video_platform.providers.words import speaking_parts, spread_words
from video_platform.quality.measure import measure_film
from video_platform.quality.voices import find_voices

SPOKEN = {
    Language.ENGLISH: (
        "In 2023 the world added 507 gigawatts of renewable power, half more than the year before.",
        "Cars, heat pumps and fridges can wait a minute; nobody notices, and the grid breathes.",
    ),
    Language.FRENCH: (
        "En 2023, l'eau froide de la rivière a refroidi 12 usines sans qu'on s'en aperçoive.",
        "Le soir, le meunier compte chaque sac de farine, puis il ferme la porte du moulin.",
    ),
    Language.ARABIC: (
        "في عام 2023 أضاف العالم طاقة متجددة أكثر من العام السابق بكثير.",
        "توازن شبكات الكهرباء بين العرض والطلب في كل ثانية من اليوم.",
    ),
}
_SPELLED = {
    "2023": ["twenty", "twenty-three"],
    "507": ["five", "hundred", "seven"],
    "12": ["douze"],
}


def recognised(words: tuple[Word, ...], seed: int) -> list[Word]:
    """The words as a recogniser would give them."""
    dice = random.Random(seed)

    def rough(ms: float) -> int:
        return max(0, round((ms + dice.gauss(0, 35)) / 20) * 20)

    heard: list[Word] = []
    for number, word in enumerate(words):
        spelled = _SPELLED.get(word.text.strip(",."), [word.text.strip(",.;:").lower()])
        if number % 9 == 7:
            continue  # not recognised at all
        step = (word.end_ms - word.start_ms) / len(spelled)
        for at, text in enumerate(spelled):
            begin = word.start_ms + at * step
            heard.append(Word(text, rough(begin), max(rough(begin + step), rough(begin) + 20)))
        if number % 11 == 5:
            heard.append(Word("uh", heard[-1].end_ms, heard[-1].end_ms + 40))
    return heard


def errors(truth: tuple[Word, ...], found: tuple[Word, ...]) -> list[int]:
    assert [word.text for word in found] == [word.text for word in truth]
    return [abs(a.start_ms - b.start_ms) for a, b in zip(truth, found, strict=True)]


def tracks(studio: Studio, language: Language) -> list[tuple[tuple[Word, ...], int, str]]:
    made = []
    for text in SPOKEN[language]:
        track = studio.voice(make_scene(1, text), language)
        made.append(
            (track.words, track.media.probe.duration_ms, str(studio.store.path(track.media)))
        )
    return made


@pytest.mark.parametrize("language", list(Language))
def test_times_of_the_voice_reach_the_captions_and_the_sound(
    workshop: Workshop, language: Language
) -> None:
    """From the engine's event to the caption file, and to the moment it is heard in the film."""
    film = workshop.films[language]
    mono = measure_film(film.path).sound.mono
    late_ms = {voice.scene: voice.late_ms for voice in find_voices(mono, film.expected.speech)}
    captions = dict(film.subtitles())["vtt"].words
    found = []
    for speech in film.expected.speech:
        events = workshop.studio.voice(film.order.script.scene(speech.scene), language).words
        heard = [1000 * speech.start_s + late_ms[speech.scene] + word.start_ms for word in events]
        shown, captions = captions[: len(heard)], captions[len(heard) :]
        found += [abs(word.start_ms - ms) for word, ms in zip(shown, heard, strict=True)]
    assert np.median(found) <= 40
    assert np.percentile(found, 95) <= 120


@pytest.mark.parametrize("language", list(Language))
def test_listener_s_times_are_laid_onto_the_approved_words(
    studio: Studio, language: Language
) -> None:
    found = []
    for number, (truth, duration_ms, _) in enumerate(tracks(studio, language)):
        for seed in range(5):
            made = align(
                [word.text for word in truth],
                recognised(truth, 10 * number + seed),
                duration_ms,
            )
            assert made.confidence > 0.7
            found += errors(truth, made.words)
    assert np.median(found) <= 80
    assert np.percentile(found, 95) <= 200


@pytest.mark.parametrize("language", list(Language))
def test_without_a_listener_words_stay_within_a_syllable_or_two(
    studio: Studio, language: Language
) -> None:
    found = []
    for truth, duration_ms, path in tracks(studio, language):
        parts = speaking_parts(Path(path), "audio/wav")
        text = " ".join(word.text for word in truth)
        found += errors(truth, spread_words(text, parts, duration_ms))
    assert np.median(found) <= 400


def test_another_text_is_not_taken_for_the_approved_one() -> None:
    heard = [
        Word(text, 100 * n, 100 * n + 90)
        for n, text in enumerate(["mon", "voisin", "aime", "la", "pluie"])
    ]
    assert align(["The", "wind", "turns", "the", "wheels"], heard, 1000).confidence < 0.4


def test_words_follow_one_another_whatever_was_heard() -> None:
    dice = random.Random(3)
    for _ in range(200):
        written = [
            dice.choice(["a", "bb", "ccc", "l'eau", "40", "—"]) for _ in range(dice.randint(1, 12))
        ]
        heard = [
            Word(
                dice.choice(["a", "bb", "cc", "l", "eau", "forty"]),
                dice.randint(0, 900),
                dice.randint(0, 1500),
            )
            for _ in range(dice.randint(0, 12))
        ]
        made = align(written, heard, 1000).words
        assert [word.text for word in made] == written
        assert all(a.end_ms <= b.start_ms for a, b in pairwise(made))
        assert all(word.start_ms < word.end_ms <= 1000 for word in made)


def test_groups_share_the_time_in_which_they_were_said() -> None:
    heard = [
        Word("dans", 0, 200),
        Word("l", 200, 260),
        Word("eau", 260, 600),
        Word("froide", 600, 1000),
    ]
    made = align(["dans", "l'eau", "froide."], heard, 1000)
    assert made.words == (Word("dans", 0, 200), Word("l'eau", 200, 600), Word("froide.", 600, 1000))
    assert made.confidence == 1.0


def test_arabic_is_compared_without_vowel_signs_and_variants() -> None:
    made = align(["إِلَى", "المدرسةِ"], [Word("الي", 0, 300), Word("المدرسه", 300, 900)], 1000)
    assert made.confidence == 1.0
