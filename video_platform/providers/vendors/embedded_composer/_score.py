"""Writes the notes: key, harmony, patterns and form for a mood, a seed and a length.

phrase   intro   build   main   main   variation   main   outro   | tonic rings out
level    0       1       2      3      1           3      1       |
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from video_platform.providers.vendors.embedded_composer._moods import MOODS, SCALES, Mood

KEY_NAMES: Final = ("C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B")
BARS_PER_PHRASE: Final = 4
BEATS_PER_BAR: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One sound: seconds from the start of the piece, MIDI pitch, velocity 0 to 1, pan -1 to 1."""

    at_s: float
    length_s: float
    instrument: str
    pitch: int
    velocity: float
    pan: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """The decisions that hold for a whole piece.

    ``bars`` are played in full; the last chord begins at ``ending_s`` and rings for ``ring_s``.
    """

    mood_name: str
    mood: Mood
    key: int
    bar_s: float
    bars: int
    ring_s: float
    progressions: tuple[tuple[int, ...], ...]
    patterns: tuple[tuple[int, ...], ...]
    motif: tuple[tuple[int, int], ...]
    seed: int

    @property
    def tempo_bpm(self) -> float:
        """Quarter notes per minute."""
        return 60 * BEATS_PER_BAR / self.bar_s

    @property
    def ending_s(self) -> float:
        """Where the last chord begins."""
        return self.bars * self.bar_s

    @property
    def key_name(self) -> str:
        """Such as ``Eb major``."""
        return f"{KEY_NAMES[self.key % 12]} {self.mood.scale}"

    @property
    def phrases(self) -> int:
        """How many phrases the bars make; the last may be short."""
        return -(-self.bars // BARS_PER_PHRASE)


def plan_piece(mood_name: str, seed: int, duration_s: float) -> Piece:
    """Decide on everything that holds for the whole piece."""
    mood = MOODS[mood_name]
    random = _random(mood_name, seed, "piece")
    tempo = random.uniform(*mood.tempo_bpm)
    progressions = tuple(mood.progressions[i] for i in random.permutation(len(mood.progressions)))
    patterns = tuple(mood.patterns[i] for i in random.permutation(len(mood.patterns)))
    key = int(random.integers(0, 12))
    motif = _write_motif(random)
    bar_s = 60 * BEATS_PER_BAR / tempo
    ring_s = min(duration_s, max(2.8, 1.5 * bar_s))
    bars = round((duration_s - ring_s) / bar_s)
    if bars > 0:  # stretch the bars a little so that the last chord has its full ring
        bar_s = (duration_s - ring_s) / bars
        slowest, fastest = mood.tempo_bpm
        bar_s = min(max(bar_s, 240 / (fastest * 1.08)), 240 / (slowest * 0.92))
    return Piece(
        mood_name=mood_name,
        mood=mood,
        key=key,
        bar_s=bar_s,
        bars=max(0, bars),
        ring_s=duration_s - max(0, bars) * bar_s,
        progressions=progressions,
        patterns=patterns,
        motif=motif,
        seed=seed,
    )


def _random(mood_name: str, seed: int, part: str) -> np.random.Generator:
    """Chance that depends on nothing but its arguments."""
    digest = hashlib.sha256(f"{mood_name}:{seed}:{part}".encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:8], "big"))


def _write_motif(random: np.random.Generator) -> tuple[tuple[int, int], ...]:
    """Two bars of a small tune: (eighth, step from the chord's root)."""
    rhythms = ((0, 3, 6, 8), (0, 6, 8, 14), (2, 4, 8), (0, 3, 8, 11, 14), (4, 6, 8, 12))
    rhythm = rhythms[int(random.integers(len(rhythms)))]
    step = int(random.choice([2, 4]))
    tune = []
    for eighth in rhythm:
        tune.append((eighth, step))
        step = max(0, min(7, step + int(random.choice([-2, -1, 1, 2]))))
    return tuple(tune)


def phrase_level(index: int, count: int) -> int:
    """How full a phrase sounds, 0 to 3: the form of the piece."""
    if count == 1:
        return 1
    if index == 0:
        return 0 if count > 3 else 1
    if index == count - 1:
        return 1 if count > 2 else 2
    if index == 1 and count > 4:
        return 1
    return (2, 3, 3, 1)[(index - 1) % 4]


def write_phrase(piece: Piece, index: int) -> Iterator[Note]:
    """The notes of one phrase, in no particular order."""
    random = _random(piece.mood_name, piece.seed, f"phrase {index}")
    level = phrase_level(index, piece.phrases)
    first = index * BARS_PER_PHRASE
    last = min(piece.bars, first + BARS_PER_PHRASE)
    for bar in range(first, last):
        degree = chord_degree(piece, bar)
        start_s = bar * piece.bar_s
        voicing = voice_chord(piece, degree)
        if bar % piece.mood.bars_per_chord == 0 or bar == first:
            yield from _play_pad(piece, start_s, voicing, level)
        yield from _play_keys(piece, bar, voicing, level, random)
        if level >= 1:
            yield from _play_bass(piece, start_s, degree, level)
        if level >= 2:
            yield from _play_drums(piece, bar, level, random)
        if level >= 3 and piece.mood.lead:
            yield from _play_lead(piece, bar, degree, random)


def write_ending(piece: Piece) -> Iterator[Note]:
    """The tonic chord, spread upwards and left to ring to the end."""
    start, ring = piece.ending_s, piece.ring_s
    voicing = voice_chord(piece, 0)
    for pitch in voicing:
        yield Note(
            at_s=start,
            length_s=ring * 0.45,
            instrument=piece.mood.pad,
            pitch=pitch,
            velocity=0.5,
        )
    spread = min(0.11, ring / 40)
    for rank, pitch in enumerate((voicing[0] - 12, *voicing, voicing[0] + 12)):
        yield Note(
            at_s=start + rank * spread,
            length_s=ring,
            instrument=_ringing(piece.mood.keys),
            pitch=pitch,
            velocity=0.62 - 0.04 * rank,
            pan=_pan(rank),
        )
    yield Note(
        at_s=start,
        length_s=ring * 0.5,
        instrument="bass",
        pitch=_bass_pitch(piece, 0),
        velocity=0.6,
    )


def _ringing(instrument: str) -> str:
    """A last chord needs an instrument that rings."""
    return {"low_strings": "piano", "muted_pluck": "pluck"}.get(instrument, instrument)


def chord_degree(piece: Piece, bar: int) -> int:
    """The chord of a bar.

    Every fourth phrase, and each part of eight phrases in a long piece, takes another
    progression. The last bar leads home: the dominant, or the seventh degree in modes whose
    dominant is minor.
    """
    if bar == piece.bars - 1 and bar > 0:
        return 4 if piece.mood.scale in ("major", "lydian") else 6
    phrase = bar // BARS_PER_PHRASE
    part, place = divmod(phrase, 8)
    choice = (part + (1 if place % 4 == 3 else 0)) % len(piece.progressions)
    chords = piece.progressions[choice]
    return chords[bar // piece.mood.bars_per_chord % len(chords)]


def scale_pitch(piece: Piece, degree: int, octave: int) -> int:
    """MIDI pitch of a scale degree, which may exceed 6, above the key note of an octave."""
    scale = SCALES[piece.mood.scale]
    return 12 * (octave + 1) + piece.key + scale[degree % 7] + 12 * (degree // 7)


def voice_chord(piece: Piece, degree: int) -> tuple[int, ...]:
    """Four or five pitches of the chord between B2 and B4, close together, rising.

    Folding every chord into one register keeps common tones where they are, which is what
    makes changes of harmony smooth.
    """
    scale = SCALES[piece.mood.scale]
    root = scale[degree % 7]
    steps = [0, 2, 4]
    for added in piece.mood.color:
        interval = (scale[(degree + added) % 7] - root) % 12
        if interval in (2, 10, 11) and not (added == 6 and interval == 11 and degree == 4):
            steps.append(added)
    low = 52
    pitches = sorted(
        low + (scale_pitch(piece, degree + step, 3) - low) % 12 for step in dict.fromkeys(steps)
    )
    if len(pitches) == 3:
        pitches.append(pitches[0] + 12)
    return tuple(pitches)


def _bass_pitch(piece: Piece, degree: int) -> int:
    """The root between E1 and Eb2: low, yet audible on small loudspeakers by its overtones."""
    return 28 + (scale_pitch(piece, degree, 1) - 28) % 12


def _pan(rank: int) -> float:
    """Alternate gently between the sides."""
    return (0.0, -0.35, 0.35, -0.2, 0.2, -0.45, 0.45)[rank % 7]


def _play_pad(piece: Piece, start_s: float, voicing: tuple[int, ...], level: int) -> Iterator[Note]:
    bars = piece.mood.bars_per_chord
    for pitch in voicing:
        yield Note(
            at_s=start_s,
            length_s=bars * piece.bar_s,
            instrument=piece.mood.pad,
            pitch=pitch,
            velocity=0.5 + 0.06 * level,
        )


def _play_keys(
    piece: Piece, bar: int, voicing: tuple[int, ...], level: int, random: np.random.Generator
) -> Iterator[Note]:
    """A pattern over chord tones; thinned out in quiet phrases, varied in full ones."""
    eighth_s = piece.bar_s / 8
    choice = (bar // (2 * BARS_PER_PHRASE) + (level == 1 and bar >= 16)) % len(piece.patterns)
    tones = (*voicing, voicing[0] + 12, voicing[1] + 12)
    down = 12 if piece.mood.keys == "low_strings" else 0
    for step, tone in enumerate(piece.patterns[choice]):
        if tone < 0 or (level == 0 and step % 4):
            continue
        if level >= 2 and step % 2 and random.random() < 0.08:
            tone = (tone + 1) % len(tones)
        late_s = piece.mood.swing * eighth_s * (step % 2) + random.uniform(0, 0.007)
        accent = 0.12 if step == 0 else 0.05 if step == 4 else 0.0
        yield Note(
            at_s=bar * piece.bar_s + step * eighth_s + late_s,
            length_s=max(2.5, 8.5 - step) * eighth_s,  # the pedal is held until the chord changes
            instrument=piece.mood.keys,
            pitch=tones[tone] - down,
            velocity=0.48 + accent + 0.03 * level + random.uniform(-0.05, 0.05),
            pan=_pan(tone),
        )


def _play_bass(piece: Piece, start_s: float, degree: int, level: int) -> Iterator[Note]:
    eighth_s = piece.bar_s / 8
    steps = piece.mood.bass_steps if level >= 2 else (0,)
    for rank, step in enumerate(steps):
        until = steps[rank + 1] if rank + 1 < len(steps) else 8
        yield Note(
            at_s=start_s + step * eighth_s,
            length_s=(until - step) * eighth_s * 0.92,
            instrument="bass",
            pitch=_bass_pitch(piece, degree),
            velocity=0.62 if step == 0 else 0.5,
        )


def _play_drums(piece: Piece, bar: int, level: int, random: np.random.Generator) -> Iterator[Note]:
    """Light percussion; in the less full phrases only what keeps time."""
    sixteenth_s = piece.bar_s / 16
    for instrument, pattern in piece.mood.drums.items():
        if level == 2 and instrument in ("clap", "tom"):
            continue
        for step, digit in enumerate(pattern):
            if digit == "0":
                continue
            late_s = piece.mood.swing * 2 * sixteenth_s * (step % 4 == 2)
            yield Note(
                at_s=bar * piece.bar_s + step * sixteenth_s + late_s + random.uniform(0, 0.004),
                length_s=0.3,
                instrument=instrument,
                pitch=60 + int(random.integers(3)),  # three takes of each sound
                velocity=int(digit) / 9 * random.uniform(0.88, 1.0),
                pan={"shaker": 0.3, "hat": -0.3, "rim": -0.15}.get(instrument, 0.0),
            )


def _play_lead(piece: Piece, bar: int, degree: int, random: np.random.Generator) -> Iterator[Note]:
    """The motif, answered differently every fourth bar."""
    eighth_s = piece.bar_s / 8
    half = bar % 2
    for eighth, step in piece.motif:
        if eighth // 8 != half or (bar % 4 == 3 and random.random() < 0.4):
            continue
        # On strong beats only tones of the chord; between them any tone of the scale.
        tone = step if eighth % 4 else min((0, 2, 4, 7), key=lambda chord: abs(chord - step))
        pitch = scale_pitch(piece, degree + tone, 4)
        while pitch > 84:
            pitch -= 12
        yield Note(
            at_s=bar * piece.bar_s + (eighth % 8) * eighth_s + random.uniform(0, 0.008),
            length_s=4 * eighth_s,
            instrument=piece.mood.lead,
            pitch=pitch,
            velocity=0.5 + random.uniform(-0.06, 0.06),
            pan=0.25,
        )
