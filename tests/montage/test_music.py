"""Music is fitted by whole bars without a click, and makes way without pumping."""

import itertools

import numpy as np
import pytest

from tests.montage.films import RATE, music_like
from video_platform.montage.music import arrange, duck_curve

SPEECH = ((2_000, 6_000), (9_000, 14_000))


def fit(music: np.ndarray, length: int, bar: float) -> np.ndarray:
    arrangement = arrange(len(music), length, bar=bar, rate_hz=RATE)
    return arrangement.render(0, length, lambda start, end: music[start:end])


@pytest.mark.parametrize("seconds", [1, 5, 24.3, 25, 31.7, 90])
@pytest.mark.parametrize("bar", [0, RATE * 2])
def test_music_is_fitted_to_the_sample_without_a_click(seconds: float, bar: int) -> None:
    length = int(seconds * RATE)
    fitted = fit(music_like(25), length, bar)
    assert fitted.shape == (length, 2)
    # A continuous chord of these partials never moves further than this in one sample.
    assert np.abs(np.diff(fitted, axis=0)).max() < 0.02
    assert np.abs(fitted[0]).max() < 0.001
    assert np.abs(fitted[-1]).max() < 0.001


def test_fitted_music_keeps_the_beat_over_its_joins() -> None:
    """A click on every bar stays on a grid, before and after what was dropped or repeated."""
    bar = RATE
    for seconds in (9.4, 41.3):
        music = np.zeros((20 * RATE, 2), np.float32)
        music[::bar] = 0.9
        fitted = fit(music, int(seconds * RATE), bar)
        beats = np.flatnonzero(fitted[:, 0] > 0.3)
        assert len(beats) >= int(seconds) - 3
        assert set((np.diff(beats) - bar).tolist()) <= {-1, 0, 1}


@pytest.mark.parametrize("seconds", [7.3, 25, 61.2])
def test_music_is_the_same_read_whole_or_in_blocks(seconds: float) -> None:
    music, length = music_like(25), int(seconds * RATE)
    arrangement = arrange(len(music), length, bar=RATE / 2, rate_hz=RATE)
    edges = [-5_000, *range(0, length, 49_152), length + 3_000]
    blocks = [
        arrangement.render(start, end, lambda first, last: music[first:last])
        for start, end in itertools.pairwise(edges)
    ]
    whole = fit(music, length, RATE / 2)
    padded = np.pad(whole, ((5_000, 3_000), (0, 0)))
    assert np.array_equal(np.concatenate(blocks), padded)


def test_music_s_own_ending_is_heard() -> None:
    music = np.full((30 * RATE, 2), 0.1, np.float32)
    music[-2 * RATE] = 0.9
    for seconds in (12, 55):
        fitted = fit(music, seconds * RATE, RATE)
        assert fitted[-2 * RATE, 0] == pytest.approx(0.9)


def test_music_is_down_from_the_first_word_to_the_last() -> None:
    curve = duck_curve(SPEECH, 0, 18_000, 1)
    for start, end in SPEECH:
        assert curve[start : end + 1].min() == pytest.approx(1.0)
    assert curve[7_500] == 0
    assert curve[17_000] == 0


def test_music_moves_slowly_on_its_way() -> None:
    """No step of a millisecond is larger than a ramp of a quarter of a second has."""
    curve = duck_curve(SPEECH, 0, 18_000, 1)
    assert np.abs(np.diff(curve)).max() < 2 * np.pi / 2 / 250
    blocks = [duck_curve(SPEECH, at, 1000, 1) for at in range(0, 18_000, 1000)]
    assert np.allclose(np.concatenate(blocks), curve)


@pytest.mark.parametrize("pause_ms", [100, 700, 1_000, 1_450])
def test_music_does_not_pump_in_a_short_pause(pause_ms: int) -> None:
    curve = duck_curve(((1_000, 3_000), (3_000 + pause_ms, 6_000)), 0, 7_000, 1)
    assert curve[1_000:6_000].min() == pytest.approx(1.0)
