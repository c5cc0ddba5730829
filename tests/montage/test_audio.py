"""Sound is judged by measuring it: loudness, peaks, ducking, joins."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.montage.films import RATE, make_timeline, music_like, speech_like, write_sound
from video_platform.domain.media import Media
from video_platform.domain.timeline import AudioClip, Timeline
from video_platform.domain.timing import FrameRate
from video_platform.montage.audio import (
    Loudness,
    MixedAudio,
    duck_curve,
    fit_music,
    measure,
    mix_audio,
    read_sound,
)
from video_platform.montage.plan import AudioPlan, RenderSettings
from video_platform.montage.runner import Ffmpeg
from video_platform.store import MediaStore

SPEECH = ((2_000, 6_000), (9_000, 14_000))
SECONDS = 18


@pytest.fixture
def plan(store: MediaStore, tmp_path: Path) -> AudioPlan:
    """Two stretches of speech with music throughout."""

    def keep(name: str, samples: np.ndarray) -> Media:
        return store.put(write_sound(tmp_path / name, samples), "audio/wav")

    voices = [
        AudioClip(
            start_frame=start * 30 // 1000,
            media=keep(f"v{n}.wav", speech_like((end - start) / 1000, n)),
        )
        for n, (start, end) in enumerate(SPEECH)
    ]
    music = AudioClip(start_frame=0, frames=SECONDS * 30, media=keep("m.wav", music_like(25)))
    return AudioPlan(
        rate=FrameRate(),
        frames=SECONDS * 30,
        voice=tuple(voices),
        music=(music,),
        speech=SPEECH,
        key="k",
    )


def mix(plan: AudioPlan, store: MediaStore, ffmpeg: Ffmpeg, directory: Path) -> MixedAudio:
    directory.mkdir()
    return mix_audio(
        plan, RenderSettings(), media_path=store.path, ffmpeg=ffmpeg, directory=directory
    )


def level(sound: np.ndarray, start_ms: int, end_ms: int) -> float:
    part = sound[start_ms * RATE // 1000 : end_ms * RATE // 1000]
    return float(20 * np.log10(np.sqrt(np.square(part).mean()) + 1e-9))


def test_voice_begins_at_its_frame_to_the_millisecond(
    plan: AudioPlan, store: MediaStore, ffmpeg: Ffmpeg, tmp_path: Path
) -> None:
    """Neither the limiter's look-ahead nor the encoder's own start moves the sound."""
    tone = np.sin(np.arange(RATE) * 0.2).astype(np.float32) * 0.5
    media = store.put(write_sound(tmp_path / "tone.wav", tone), "audio/wav")
    starts = (45, 200, SECONDS * 30 - 60)
    voice = tuple(AudioClip(start_frame=frame, media=media) for frame in starts)
    mixed = mix(replace(plan, voice=voice, music=()), store, ffmpeg, tmp_path / "mix")
    sound = np.abs(read_sound(mixed.path, RATE, 1)[:, 0])
    for frame in starts:
        at = frame * 1600
        loud = np.flatnonzero(sound[at - 2_000 : at + 2_000] > 0.5 * sound.max())
        assert abs(loud[0] - 2_000) <= 48


def test_encoded_sound_has_the_target_s_loudness_and_true_peak(
    plan: AudioPlan, store: MediaStore, ffmpeg: Ffmpeg, tmp_path: Path
) -> None:
    mixed = mix(plan, store, ffmpeg, tmp_path / "mix")
    found: Loudness = measure(ffmpeg, ["-i", mixed.path.name], mixed.path.parent)
    assert found == mixed.loudness
    assert abs(found.integrated_lufs + 14) <= 0.5
    assert found.true_peak_dbtp <= -1.0
    assert abs(len(read_sound(mixed.path, RATE, 2)) - SECONDS * RATE) <= 2048


def test_music_is_far_below_the_voice_and_returns_in_pauses(
    plan: AudioPlan, store: MediaStore, ffmpeg: Ffmpeg, tmp_path: Path
) -> None:
    """Measured on the mix before levelling, music and voice apart."""
    mix(plan, store, ffmpeg, tmp_path / "both")
    mix(replace(plan, music=()), store, ffmpeg, tmp_path / "voice")
    both = np.fromfile(tmp_path / "both" / "mix.f32", np.float32).reshape(-1, 2)
    voice = np.fromfile(tmp_path / "voice" / "mix.f32", np.float32).reshape(-1, 2)
    music = both - voice
    for start, end in SPEECH:
        under = level(voice, start, end) - level(music, start, end)
        assert 12 <= under <= 20
    in_pause = level(music, 7_000, 8_500) - level(music, 3_000, 5_000)
    assert in_pause > 6
    assert level(voice, 2_500, 5_500) == pytest.approx(level(voice, 9_500, 13_500), abs=1.0)


def test_music_moves_slowly_and_never_pumps() -> None:
    """Between two words of one stretch nothing moves; ramps take their time, without a step."""
    curve = duck_curve(SPEECH, 0, SECONDS * RATE, RATE)
    for start, end in SPEECH:
        assert curve[start * RATE // 1000 : end * RATE // 1000].min() == pytest.approx(1.0)
    assert curve[7_500 * RATE // 1000] == pytest.approx(0.0)
    assert np.abs(np.diff(curve)).max() < 2 * np.pi / 2 / (0.25 * RATE)
    blocks = [duck_curve(SPEECH, at, 1000, RATE) for at in range(0, SECONDS * RATE, 1000)]
    assert np.allclose(np.concatenate(blocks), curve)


@pytest.mark.parametrize("seconds", [1, 5, 24.3, 25, 31.7, 90])
@pytest.mark.parametrize("bar", [0, RATE * 2])
def test_music_is_fitted_to_the_sample_without_a_click(seconds: float, bar: int) -> None:
    length = int(seconds * RATE)
    fitted = fit_music(music_like(25), length, bar=bar, rate=RATE)
    assert fitted.shape == (length, 2)
    # A continuous chord of these partials never moves further than this in one sample.
    assert np.abs(np.diff(fitted, axis=0)).max() < 0.02
    assert np.abs(fitted[-1]).max() < 0.01


def test_fitted_music_keeps_the_beat_over_its_joins() -> None:
    """A click on every bar stays on a grid, before and after what was dropped or repeated."""
    bar = RATE
    for seconds in (9.4, 41.3):
        music = np.zeros((20 * RATE, 2), np.float32)
        music[::bar] = 0.9
        fitted = fit_music(music, int(seconds * RATE), bar=bar, rate=RATE)
        beats = np.flatnonzero(fitted[:, 0] > 0.3)
        assert len(beats) >= int(seconds) - 3
        assert set((np.diff(beats) - bar).tolist()) <= {-1, 0, 1}


def test_film_without_music_or_voice_still_has_sound(
    plan: AudioPlan, store: MediaStore, ffmpeg: Ffmpeg, tmp_path: Path
) -> None:
    silent = mix(replace(plan, music=(), voice=(), speech=()), store, ffmpeg, tmp_path / "silent")
    assert len(read_sound(silent.path, RATE, 2)) >= SECONDS * RATE
    tune = mix(replace(plan, voice=(), speech=()), store, ffmpeg, tmp_path / "tune")
    assert abs(tune.loudness.integrated_lufs + 14) <= 0.5


def test_voice_is_placed_to_the_sample(store: MediaStore, tmp_path: Path, ffmpeg: Ffmpeg) -> None:
    click = np.zeros(RATE, np.float32)
    click[0] = 0.9
    media = store.put(write_sound(tmp_path / "click.wav", click), "audio/wav")
    plan = AudioPlan(
        rate=FrameRate(),
        frames=90,
        voice=(AudioClip(start_frame=37, media=media),),
        music=(),
        speech=((1_233, 2_000),),
        key="k",
    )
    mix(plan, store, ffmpeg, tmp_path / "click")
    sound = np.fromfile(tmp_path / "click" / "mix.f32", np.float32).reshape(-1, 2)
    assert int(np.abs(sound[:, 0]).argmax()) == 37 * RATE // 30


def test_whole_film_mixes(store: MediaStore, tmp_path: Path, ffmpeg: Ffmpeg) -> None:
    from video_platform.domain.formats import Format
    from video_platform.montage.plan import plan_film

    timeline: Timeline = make_timeline(store, tmp_path / "media")
    audio = plan_film(timeline, Format.WIDE, RenderSettings()).audio
    mixed = mix(audio, store, ffmpeg, tmp_path / "mix")
    assert abs(mixed.loudness.integrated_lufs + 14) <= 0.5
