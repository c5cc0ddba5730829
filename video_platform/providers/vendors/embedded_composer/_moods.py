"""What each mood is made of: tempo, scale, harmony, instruments and rhythm."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

SCALES: Final[Mapping[str, tuple[int, ...]]] = {
    "major": (0, 2, 4, 5, 7, 9, 11),
    "mixolydian": (0, 2, 4, 5, 7, 9, 10),
    "lydian": (0, 2, 4, 6, 7, 9, 11),
    "dorian": (0, 2, 3, 5, 7, 9, 10),
    "minor": (0, 2, 3, 5, 7, 8, 10),
}
"""Semitones above the key note for each of the seven degrees."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mood:
    """A recipe. Degrees count from 0 (the tonic); drum patterns have 16 steps to the bar.

    Args:
        tempo_bpm: slowest and fastest.
        scale: a name in ``SCALES``.
        progressions: four chords each, by degree; the first chord is home.
        bars_per_chord: bars that each chord lasts.
        color: chord degrees added to the triad: 6 is a seventh, 8 a ninth (where they fit).
        pad, keys, lead: instruments; an empty lead plays nothing.
        patterns: which chord tone the keys play on each eighth; -1 rests.
        bass_steps: eighths on which the bass plays.
        drums: instrument to 16 velocities, 0 to 9.
        swing: share of an eighth by which off-beats come late.
    """

    tempo_bpm: tuple[int, int]
    scale: str
    progressions: tuple[tuple[int, ...], ...]
    bars_per_chord: int = 1
    color: tuple[int, ...] = ()
    pad: str = "warm_pad"
    keys: str = "piano"
    lead: str = ""
    patterns: tuple[tuple[int, ...], ...]
    bass_steps: tuple[int, ...] = (0,)
    drums: Mapping[str, str]
    swing: float = 0.0


MOODS: Final[Mapping[str, Mood]] = {
    "calm": Mood(
        tempo_bpm=(68, 80),
        scale="major",
        progressions=((0, 5, 3, 4), (0, 2, 3, 3), (0, 3, 5, 4), (3, 0, 5, 4), (0, 4, 5, 3)),
        color=(8,),
        keys="piano",
        lead="bell",
        patterns=(
            (0, -1, 2, -1, 3, -1, 1, -1),
            (0, -1, -1, 2, -1, -1, 3, -1),
            (2, -1, 1, -1, 3, -1, -1, 2),
        ),
        drums={"shaker": "0000200000002000"},
    ),
    "upbeat": Mood(
        tempo_bpm=(108, 120),
        scale="major",
        progressions=((0, 4, 5, 3), (0, 3, 5, 4), (3, 0, 4, 5), (0, 5, 3, 4), (0, 3, 0, 4)),
        pad="bright_pad",
        keys="pluck",
        lead="bell",
        patterns=(
            (0, 2, 1, 2, 3, 2, 1, 2),
            (0, 1, 2, 3, 0, 1, 2, 3),
            (3, 2, 1, 2, 0, 2, 1, 2),
            (0, -1, 2, 1, -1, 2, 3, 1),
        ),
        bass_steps=(0, 3, 4, 6),
        drums={
            "kick": "7000000070000000",
            "clap": "0000500000005001",
            "shaker": "3020402030204020",
        },
    ),
    "inspiring": Mood(
        tempo_bpm=(86, 98),
        scale="major",
        progressions=((0, 4, 5, 3), (3, 4, 5, 0), (5, 3, 0, 4), (0, 3, 5, 4), (0, 2, 5, 3)),
        color=(8,),
        pad="strings",
        keys="piano",
        lead="bell",
        patterns=(
            (0, 2, 3, 2, 4, 2, 3, 2),
            (0, 1, 2, 3, 4, 3, 2, 1),
            (0, 2, 1, 3, 2, 4, 3, 2),
        ),
        bass_steps=(0, 6),
        drums={"kick": "7000000060000000", "tom": "0000000000000030", "shaker": "2010301020103010"},
    ),
    "dramatic": Mood(
        tempo_bpm=(78, 90),
        scale="minor",
        progressions=((0, 5, 2, 6), (0, 3, 5, 4), (0, 5, 3, 4), (0, 6, 5, 6)),
        pad="strings",
        keys="low_strings",
        lead="piano",
        patterns=(
            (0, 0, 2, 0, 1, 0, 2, 0),
            (0, 0, 0, 2, 0, 0, 2, 1),
            (0, 2, 0, 1, 0, 2, 0, 1),
        ),
        bass_steps=(0, 5),
        drums={"tom": "7000000050000040", "kick": "7000000000000000"},
    ),
    "warm": Mood(
        tempo_bpm=(76, 88),
        scale="major",
        progressions=((0, 5, 1, 4), (3, 2, 1, 0), (0, 2, 3, 4), (0, 5, 3, 1)),
        color=(6, 8),
        keys="electric_piano",
        lead="pluck",
        patterns=(
            (0, -1, 2, 1, -1, 3, 2, -1),
            (0, -1, 1, -1, 2, -1, 3, 2),
            (1, -1, 2, 3, -1, 2, 0, -1),
        ),
        bass_steps=(0, 5),
        drums={"kick": "6000000050000000", "rim": "0000300000003000", "shaker": "2010201020102010"},
        swing=0.12,
    ),
    "playful": Mood(
        tempo_bpm=(104, 118),
        scale="mixolydian",
        progressions=((0, 3, 6, 3), (0, 6, 3, 0), (0, 4, 3, 0), (0, 1, 3, 0)),
        pad="bright_pad",
        keys="marimba",
        lead="pluck",
        patterns=(
            (0, -1, 2, 1, -1, 2, 3, -1),
            (0, 2, -1, 3, 2, -1, 1, -1),
            (0, -1, 1, 2, -1, 3, -1, 2),
        ),
        bass_steps=(0, 3, 6),
        drums={"kick": "6000000060000000", "rim": "0000400100004000", "shaker": "2030203020302030"},
        swing=0.16,
    ),
    "tense": Mood(
        tempo_bpm=(84, 96),
        scale="dorian",
        progressions=((0, 0, 5, 4), (0, 6, 0, 3), (0, 2, 6, 0), (0, 3, 0, 6)),
        pad="dark_pad",
        keys="muted_pluck",
        lead="bell",
        patterns=(
            (0, 0, 1, 0, 0, 2, 0, 1),
            (0, -1, 0, 1, 0, -1, 2, 0),
            (0, 0, 0, 1, 0, 0, 0, 2),
        ),
        bass_steps=(0,),
        drums={"kick": "6000000000500000", "hat": "2010101020101010"},
    ),
    "corporate": Mood(
        tempo_bpm=(98, 110),
        scale="major",
        progressions=((0, 4, 5, 3), (0, 3, 5, 4), (5, 3, 0, 4), (0, 5, 3, 4)),
        color=(8,),
        pad="warm_pad",
        keys="muted_pluck",
        lead="piano",
        patterns=(
            (0, 0, 2, 0, 1, 0, 2, 1),
            (0, 2, 1, 2, 0, 2, 1, 3),
            (0, 0, 1, 1, 2, 2, 1, 1),
        ),
        bass_steps=(0, 6),
        drums={"kick": "7000000060000000", "clap": "0000300000003000", "hat": "2010301020103010"},
    ),
}
DEFAULT_MOOD: Final = "calm"


def find_mood(words: str) -> str:
    """The first mood of a comma list that is known; ``calm`` when none is."""
    for word in words.lower().split(","):
        if word.strip() in MOODS:
            return word.strip()
    return DEFAULT_MOOD
