"""A waveform shows where the film is loud, and where somebody speaks."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.montage.films import RATE
from video_platform.montage.audio import encode_aac
from video_platform.montage.waveform import waveform


def draw(directory: Path, sound: np.ndarray, **options: object) -> np.ndarray:
    path = directory / "sound.m4a"
    encode_aac([np.stack([sound] * 2, axis=1).astype(np.float32)], path, RATE, 128_000)
    picture = waveform(path, directory=directory, **options)  # type: ignore[arg-type]
    return np.asarray(Image.open(picture))


def tone(seconds: float) -> np.ndarray:
    return 0.5 * np.sin(np.arange(int(seconds * RATE)) * 0.05)


def test_columns_are_as_high_as_the_sound_is_loud(tmp_path: Path) -> None:
    sound = np.concatenate([tone(2), np.zeros(2 * RATE), tone(2) * 0.5])
    picture = draw(tmp_path, sound, size=(300, 100))
    assert picture.shape == (100, 300, 4)
    filled = (picture[..., 3] > 0).sum(axis=0)
    assert filled[50] == pytest.approx(50, abs=3)
    assert filled[150] <= 2
    assert filled[250] == pytest.approx(25, abs=3)


def test_speech_has_a_colour_of_its_own(tmp_path: Path) -> None:
    picture = draw(tmp_path, tone(4), size=(400, 60), speech=((1_000, 2_000),))
    colours = [tuple(picture[30, column, :3]) for column in (50, 150, 250)]
    assert colours[0] == colours[2] != colours[1]


def test_sound_shorter_than_its_picture_fills_it(tmp_path: Path) -> None:
    picture = draw(tmp_path, tone(0.3), size=(500, 40))
    assert (picture[20, :, 3] > 0).all()
