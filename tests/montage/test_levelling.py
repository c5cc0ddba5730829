"""Peaks never pass the ceiling; loudness is reached, or given up where it would squash the film."""

from pathlib import Path

import av
import numpy as np
import pytest

from tests.montage.films import RATE, speech_like
from video_platform.domain.loudness import LoudnessTarget
from video_platform.montage.levelling import MOST_SQUASHED_LU, find_level, limiter_curve
from video_platform.montage.meter import Meter
from video_platform.montage.mixing import BLOCK, STEP, Track, apply_curve

CEILING = 10 ** (-1 / 20)


def make_track(path: Path, samples: np.ndarray) -> Track:
    stereo = np.stack([samples] * 2, axis=1) if samples.ndim == 1 else samples
    stereo = stereo.astype(np.float32)
    stereo.tofile(path)
    padded = np.pad(stereo, ((0, -len(stereo) % STEP), (0, 0))).reshape(-1, 2 * STEP)
    return Track(path, RATE, len(stereo), np.abs(padded).max(axis=1), loudness(stereo))


def loudness(samples: np.ndarray) -> float:
    meter = Meter(RATE)
    for start in range(0, len(samples), BLOCK):
        meter.add(samples[start : start + BLOCK])
    return meter.integrated_lufs()


def levelled(track: Track, lufs: float) -> np.ndarray:
    return np.concatenate(list(find_level(track, LoudnessTarget(lufs, -1)).blocks(track)))


def between_samples(samples: np.ndarray) -> float:
    """Peak at eight times the rate, by FFmpeg."""
    resampler = av.AudioResampler(format="flt", layout="stereo", rate=8 * RATE)
    flat = np.ascontiguousarray(samples).reshape(1, -1)
    frame = av.AudioFrame.from_ndarray(flat, format="flt", layout="stereo")
    frame.rate = RATE
    parts = [*resampler.resample(frame), *resampler.resample(None)]
    return max(float(np.abs(part.to_ndarray()).max()) for part in parts)


def strokes(level: float) -> np.ndarray:
    sound = np.zeros(8 * RATE)
    for start in range(1_000, len(sound) - 100, RATE // 2):
        sound[start : start + 48] = level * np.sin(np.arange(48) * 2 * np.pi / 16)
    return sound


def test_sound_with_room_is_only_turned_up(tmp_path: Path) -> None:
    quiet = speech_like(5) * 0.1
    track = make_track(tmp_path / "t", quiet)
    loud = levelled(track, -30)
    gain = loud[RATE, 0] / np.float32(quiet[RATE])
    assert np.allclose(loud[:, 0], quiet * gain, atol=1e-6)
    assert loudness(loud) == pytest.approx(-30, abs=0.05)


@pytest.mark.parametrize("lufs", [-14, -11])
def test_speech_with_strokes_reaches_its_loudness_under_the_ceiling(
    lufs: float, tmp_path: Path
) -> None:
    track = make_track(tmp_path / "t", speech_like(8) + strokes(0.8))
    loud = levelled(track, lufs)
    assert loudness(loud) == pytest.approx(lufs, abs=0.1)
    assert np.abs(loud).max() <= CEILING + 1e-6
    assert between_samples(loud) <= CEILING * 1.01


def test_peaks_between_samples_are_kept_under_the_ceiling(tmp_path: Path) -> None:
    """A quarter of the sample rate, met at its shoulders: its samples are 3 dB under its peak."""
    tone = 0.5 * np.sin(np.arange(4 * RATE) * np.pi / 2 + np.pi / 4)
    tone *= np.minimum(1, np.arange(4 * RATE)[::-1] / 4800) * np.minimum(
        1, np.arange(4 * RATE) / 4800
    )
    loud = levelled(make_track(tmp_path / "t", tone), 3)
    assert np.abs(loud).max() < CEILING * 0.75
    assert between_samples(loud) <= CEILING * 1.01


def test_loudness_gives_way_before_the_film_is_squashed(tmp_path: Path) -> None:
    track = make_track(tmp_path / "t", strokes(0.9))
    level = find_level(track, LoudnessTarget(-9, -1))
    assert level.integrated_lufs < -20
    unlimited = track.integrated_lufs + 20 * np.log10(level.curve.max())
    assert unlimited - level.integrated_lufs <= MOST_SQUASHED_LU + 0.1


def test_silence_stays_silent(tmp_path: Path) -> None:
    track = make_track(tmp_path / "t", np.zeros(3 * RATE))
    assert track.is_silent
    assert not levelled(track, -14).any()


def test_limiter_is_down_before_the_peak_and_opens_slowly() -> None:
    peaks = np.full(500, 0.1, np.float32)
    peaks[200] = 2.0
    curve = limiter_curve(peaks, 0.5)
    assert len(curve) == 501
    assert curve[200:202].max() <= 0.25 + 1e-9
    assert curve[190] == pytest.approx(1.0)
    decibels = 20 * np.log10(curve)
    assert np.diff(decibels).max() <= 0.11
    assert curve[400] == pytest.approx(1.0)


def test_curve_runs_straight_from_point_to_point() -> None:
    ones = np.ones((2 * STEP - 5, 2), np.float32)
    shaped = apply_curve(ones, np.array([1, 0, 0.5], np.float32))[:, 0]
    assert shaped[0] == 1
    assert shaped[STEP // 2] == pytest.approx(0.5)
    assert shaped[STEP] == 0
    assert shaped[-1] == pytest.approx(0.5 * (STEP - 6) / STEP)


def test_level_is_the_same_over_block_borders(tmp_path: Path) -> None:
    """The limiter's ramps do not know where blocks end."""
    sound = speech_like(3) * 0.2
    sound[BLOCK - 20 : BLOCK + 20] += 0.7
    track = make_track(tmp_path / "t", sound)
    loud = levelled(track, -14)[:, 0]
    near = slice(BLOCK - 200, BLOCK + 200)
    gain = loud[near] / sound[near]
    assert np.abs(np.diff(gain)).max() < 0.02 * gain.max()
