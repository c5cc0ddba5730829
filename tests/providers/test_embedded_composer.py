"""The embedded composer's promises, measured on the files it leaves."""

import wave
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests.loudness import measured_lufs
from video_platform.domain.generation import Capability, MusicRequest
from video_platform.errors import InvalidInput
from video_platform.providers.registry import find_provider
from video_platform.providers.vendors.embedded_composer import (
    PROVIDERS,
    EmbeddedComposer,
    _moods,
    _score,
    _studio,
)

MOODS = sorted(_moods.MOODS)


def compose(directory: Path, mood: str = "calm", duration_ms: int = 9_000, seed: int = 1) -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    request = MusicRequest(mood=mood, duration_ms=duration_ms, seed=seed)
    return EmbeddedComposer().generate(request, directory).path


def read(path: Path) -> NDArray[np.float64]:
    """Samples between -1 and 1, shape (samples, 2)."""
    with wave.open(str(path)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (48_000, 2, 2)
        raw = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2")
    return raw.reshape(-1, 2) / 32768


def level_db(samples: NDArray[np.float64]) -> float:
    return float(20 * np.log10(np.sqrt(np.mean(samples**2)) + 1e-9))


def test_registry_finds_the_composer_as_the_default() -> None:
    assert isinstance(find_provider(Capability.MUSIC), EmbeddedComposer)
    assert (EmbeddedComposer,) == PROVIDERS


@pytest.mark.parametrize("duration_ms", [500, 1_000, 3_000, 7_123, 20_001])
def test_music_is_exactly_as_long_as_asked(tmp_path: Path, duration_ms: int) -> None:
    assert len(read(compose(tmp_path, "upbeat", duration_ms))) == duration_ms * 48


@pytest.mark.parametrize("mood", MOODS)
def test_every_mood_is_at_level_clean_and_ends_quietly(tmp_path: Path, mood: str) -> None:
    path = compose(tmp_path, mood, 24_000, seed=3)
    music = read(path)

    assert measured_lufs(path) == pytest.approx(-18, abs=1)
    assert np.abs(music).max() <= 10 ** (-3 / 20)
    assert np.abs(music.mean(axis=0)).max() < 1e-4, "no direct current"
    # A click is a jump that its neighbourhood does not explain; music at -18 LUFS steps less.
    assert np.abs(np.diff(music, axis=0)).max() < 0.12
    assert level_db(music[-480:]) < -70
    assert level_db(music[-72_000:-48_000]) > level_db(music[-24_000:]) + 6, "rings out"
    assert level_db(music[:48]) < -40, "no jump at the start"
    assert -3 < level_db(music.mean(axis=1)) - level_db(music) < -0.2, "stereo, yet safe in mono"


def test_music_leaves_room_for_the_voice(tmp_path: Path) -> None:
    for mood in ("calm", "upbeat"):
        mono = read(compose(tmp_path, mood, 20_000)).mean(axis=1)
        power = np.abs(np.fft.rfft(mono)) ** 2
        hz = np.fft.rfftfreq(len(mono), 1 / 48_000)
        voice = power[(hz > 1_000) & (hz < 4_000)].sum() / power.sum()
        assert 10 * np.log10(voice) < -10
        assert power[hz < 25].sum() / power.sum() < 1e-3, "no rumble"


def test_no_seam_where_blocks_join() -> None:
    """Short blocks and one long one give the same mix."""
    piece = _score.plan_piece("upbeat", 5, 10)
    notes = sorted(
        (note for i in range(piece.phrases) for note in _score.write_phrase(piece, i)),
        key=lambda note: note.at_s,
    )
    length = 6 * 48_000

    def mix(block: int) -> NDArray[np.float32]:
        desk, room, parts = _studio.Desk(), _studio.Room(), []
        for begin in range(0, length, block):
            here = [n for n in notes if begin <= round(n.at_s * 48_000) < begin + block]
            parts.append(room.process(desk.play(here, block)))
        return np.concatenate(parts, axis=1)

    whole, pieces = mix(length), mix(48_000)
    assert np.abs(whole - pieces).max() < 1e-4


def test_limiter_gives_the_same_gain_on_both_sides_of_a_block(tmp_path: Path) -> None:
    scratch = tmp_path / "mix.f32"
    random = np.random.default_rng(1)
    samples = 10 * 48_000 + 5_000
    mix = np.full((samples, 2), 0.2, dtype=np.float32)
    mix[10 * 48_000 - 30 : 10 * 48_000 + 30] = 1.5
    mix *= 1 + 0.01 * random.standard_normal((samples, 1)).astype(np.float32)
    scratch.write_bytes(mix.tobytes())
    blocks = list(_studio._finish_blocks(scratch, samples, 1.0))
    gains = np.concatenate(blocks, axis=1)[0] / mix[:, 0]
    assert np.abs(np.diff(gains[10 * 48_000 - 200 : 10 * 48_000 + 200])).max() < 0.01
    assert np.abs(np.concatenate(blocks, axis=1)).max() <= _studio.CEILING + 1e-6


def test_same_request_gives_the_same_bytes(tmp_path: Path) -> None:
    first = compose(tmp_path / "a", "warm", 6_000)
    second = compose(tmp_path / "b", "warm", 6_000)
    assert first.read_bytes() == second.read_bytes()


def test_nothing_but_the_music_is_left_behind(tmp_path: Path) -> None:
    path = compose(tmp_path, duration_ms=2_000)
    assert list(tmp_path.iterdir()) == [path]


def test_moods_and_seeds_sound_different(tmp_path: Path) -> None:
    calm, other_seed = (compose(tmp_path / str(seed), seed=seed) for seed in (1, 2))
    tense = compose(tmp_path / "tense", "tense")
    assert len({path.read_bytes() for path in (calm, other_seed, tense)}) == 3


def test_seeds_change_key_tempo_harmony_and_pattern() -> None:
    pieces = [_score.plan_piece("upbeat", seed, 60) for seed in range(12)]
    assert len({piece.key for piece in pieces}) >= 5
    assert len({piece.progressions[0] for piece in pieces}) >= 3
    assert len({piece.patterns[0] for piece in pieces}) >= 3
    assert len({round(piece.tempo_bpm) for piece in pieces}) >= 3


def test_details_name_what_was_composed(tmp_path: Path) -> None:
    request = MusicRequest(mood="Sleepy, WARM, tense", duration_ms=4_000, seed=-7)
    produced = EmbeddedComposer().generate(request, tmp_path)
    assert produced.media_type == "audio/wav"
    assert produced.details["mood"] == "warm"
    assert produced.details["licence"] == "CC0-1.0 (composed by this software)"
    assert str(produced.details["key"]).endswith(" major")
    assert 60 < float(str(produced.details["tempo_bpm"])) < 130


def test_unknown_mood_is_calm() -> None:
    assert _moods.find_mood("") == "calm"
    assert _moods.find_mood("brutal, gloomy") == "calm"


@pytest.mark.parametrize("duration_ms", [0, -5, 499, 3_600_001])
def test_impossible_length_is_refused(tmp_path: Path, duration_ms: int) -> None:
    with pytest.raises(InvalidInput, match="outside") as caught:
        compose(tmp_path, duration_ms=duration_ms)
    assert caught.value.code == "music_duration"


@settings(max_examples=60, deadline=None)
@given(
    mood=st.sampled_from(MOODS),
    seed=st.integers(-(2**63), 2**63),
    duration_s=st.floats(0.5, 3600),
)
def test_every_piece_fits_its_length_and_stays_in_key(
    mood: str, seed: int, duration_s: float
) -> None:
    piece = _score.plan_piece(mood, seed, duration_s)
    assert piece.ending_s + piece.ring_s == pytest.approx(duration_s)
    assert 0.5 <= piece.ring_s <= 12
    scale = {(piece.key + step) % 12 for step in _moods.SCALES[piece.mood.scale]}
    phrases = {0, piece.phrases // 2, piece.phrases - 1} if piece.phrases else set()
    for index in phrases:
        for note in _score.write_phrase(piece, index):
            assert 0 <= note.at_s < duration_s
            assert note.length_s > 0
            assert 0 < note.velocity <= 1.2
            if note.instrument not in ("kick", "tom", "shaker", "hat", "clap", "rim"):
                assert note.pitch % 12 in scale
                assert 24 <= note.pitch <= 88


@pytest.mark.parametrize("mood", MOODS)
def test_piece_ends_on_the_tonic(mood: str) -> None:
    piece = _score.plan_piece(mood, 4, 45)
    bass = [note for note in _score.write_ending(piece) if note.instrument == "bass"]
    assert [note.pitch % 12 for note in bass] == [piece.key]
    assert bass[0].at_s == piece.ending_s
