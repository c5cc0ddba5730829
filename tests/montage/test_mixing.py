"""What is mixed: everything at its place and level, the voice untouched, memory in blocks."""

from pathlib import Path

import numpy as np
import pytest

from tests.montage.films import RATE, music_like, speech_like
from tests.montage.sounds import keep_sound, make_plan
from video_platform.domain.timeline import AudioClip
from video_platform.montage.mixing import mix_tracks
from video_platform.montage.plan import AudioPlan, RenderSettings
from video_platform.store import MediaStore

SPEECH = ((2_000, 6_000), (9_000, 14_000))
FADE = 600
"""Samples; longer than the fade at an end."""


def mixed(plan: AudioPlan, store: MediaStore, directory: Path) -> np.ndarray:
    directory.mkdir()
    track = mix_tracks(plan, RenderSettings(), media_path=store.path, directory=directory)
    return track.read(0, track.length)


def level(sound: np.ndarray, start_ms: int, end_ms: int) -> float:
    part = sound[start_ms * RATE // 1000 : end_ms * RATE // 1000]
    return float(20 * np.log10(np.sqrt(np.square(part, dtype=np.float64).mean()) + 1e-9))


def voices(store: MediaStore, gain_db: float = 0) -> tuple[AudioClip, ...]:
    return tuple(
        AudioClip(
            start_frame=start * 30 // 1000,
            media=keep_sound(store, speech_like((end - start) / 1000, start)),
            gain_db=gain_db,
        )
        for start, end in SPEECH
    )


def test_voice_comes_out_of_the_ducking_sample_for_sample(
    store: MediaStore, tmp_path: Path
) -> None:
    voice, music = voices(store), AudioClip(start_frame=0, media=keep_sound(store, music_like(25)))
    alone = mixed(make_plan(18, voice=voice, speech=SPEECH), store, tmp_path / "voice")
    both = mixed(make_plan(18, voice=voice, music=(music,), speech=SPEECH), store, tmp_path / "b")
    spoken = speech_like(4, 2_000)
    written = np.round(np.trunc(spoken * 32767)) / 32768
    heard = alone[2 * RATE : 6 * RATE - FADE, 0]
    assert np.array_equal(heard, written[: len(heard)].astype(np.float32))
    # What the music adds never follows the voice.
    added = (both - alone)[2 * RATE : 6 * RATE - FADE, 0]
    assert abs(np.corrcoef(added, heard)[0, 1]) < 0.01


def test_music_is_far_below_the_voice_and_returns_in_pauses(
    store: MediaStore, tmp_path: Path
) -> None:
    voice, music = voices(store), AudioClip(start_frame=0, media=keep_sound(store, music_like(25)))
    alone = mixed(make_plan(18, voice=voice, speech=SPEECH), store, tmp_path / "voice")
    both = mixed(make_plan(18, voice=voice, music=(music,), speech=SPEECH), store, tmp_path / "b")
    added = both - alone
    for start, end in SPEECH:
        assert level(alone, start, end) - level(added, start, end) == pytest.approx(16, abs=1)
    assert level(added, 7_000, 8_500) - level(added, 3_000, 5_000) == pytest.approx(9, abs=0.5)


def test_gains_move_each_sound_by_so_many_decibels(store: MediaStore, tmp_path: Path) -> None:
    sound = keep_sound(store, music_like(6))
    plans = {
        "voice": lambda gain: make_plan(6, voice=(AudioClip(start_frame=0, media=sound, **gain),)),
        "music": lambda gain: make_plan(6, music=(AudioClip(start_frame=0, media=sound, **gain),)),
        "effects": lambda gain: make_plan(
            6, effects=(AudioClip(start_frame=0, media=sound, **gain),)
        ),
    }
    for name, plan in plans.items():
        plain = mixed(plan({}), store, tmp_path / name)
        softer = mixed(plan({"gain_db": -6.0}), store, tmp_path / f"{name}-6")
        assert level(plain, 1_000, 4_000) - level(softer, 1_000, 4_000) == pytest.approx(6, abs=0.1)


def test_music_does_not_make_way_for_effects(store: MediaStore, tmp_path: Path) -> None:
    music = AudioClip(start_frame=0, media=keep_sound(store, music_like(10)))
    effect = AudioClip(start_frame=90, media=keep_sound(store, speech_like(2)))
    alone = mixed(make_plan(10, music=(music,)), store, tmp_path / "music")
    both = mixed(make_plan(10, music=(music,), effects=(effect,)), store, tmp_path / "both")
    heard = (both - alone)[3 * RATE : 5 * RATE - FADE, 0]
    assert np.allclose(heard, speech_like(2)[: len(heard)], atol=1e-4)


def test_sound_starts_on_its_sample_and_keeps_its_attack(store: MediaStore, tmp_path: Path) -> None:
    click = np.zeros(RATE, np.float32)
    click[0] = 0.9
    clip = AudioClip(start_frame=37, media=keep_sound(store, click))
    for name in ("voice", "effects"):
        sound = mixed(make_plan(3, **{name: (clip,)}), store, tmp_path / name)
        assert int(np.abs(sound[:, 0]).argmax()) == 37 * RATE // 30
        assert sound.max() == pytest.approx(0.9, abs=0.001)


@pytest.mark.parametrize("frames", [0, 40])
def test_cut_sound_ends_softly_where_it_was_cut(
    frames: int, store: MediaStore, tmp_path: Path
) -> None:
    """By its own end, by its planned frames, by the film's end: never a jump."""
    steady = keep_sound(store, np.full(3 * RATE, 0.5))
    clips = (
        AudioClip(start_frame=10, frames=frames, media=steady),
        AudioClip(start_frame=200, media=steady),
    )
    sound = mixed(make_plan(8, effects=clips), store, tmp_path / "mix")[:, 0]
    first_end = 16_000 + (frames * 1600 or 3 * RATE)
    assert sound[first_end - FADE - 1] == pytest.approx(0.5, abs=0.001)
    assert not sound[first_end : 200 * 1600].any()
    assert np.abs(np.diff(sound[16_001 : 200 * 1600])).max() < 0.002
    assert abs(sound[-1]) < 0.002
    assert np.abs(np.diff(sound[200 * 1600 + 1 :])).max() < 0.002


def test_sound_as_short_as_a_stroke_keeps_its_level(store: MediaStore, tmp_path: Path) -> None:
    clip = AudioClip(start_frame=30, media=keep_sound(store, np.full(200, 0.5)))
    sound = mixed(make_plan(3, effects=(clip,)), store, tmp_path / "mix")[RATE : RATE + 200, 0]
    assert sound[:140] == pytest.approx(0.5, abs=0.001)
    assert sound[-1] < 0.02


def test_clips_beyond_the_film_s_end_are_not_heard(store: MediaStore, tmp_path: Path) -> None:
    clip = AudioClip(start_frame=95, media=keep_sound(store, music_like(2)))
    plan = make_plan(3, voice=(clip,), music=(clip,), effects=(clip,))
    assert not mixed(plan, store, tmp_path / "mix").any()
