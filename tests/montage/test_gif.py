"""A GIF of a film loops, is short, has the film's colours, and is never too large to send."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from video_platform.errors import FfmpegFailed
from video_platform.montage import gif
from video_platform.montage.gif import MOST_BYTES, gif_preview
from video_platform.montage.runner import Ffmpeg
from video_platform.montage.sheets import poster

BT709 = "scale=out_color_matrix=bt709:out_range=tv,format=yuv420p,setsar=1"


def make_film(source: str, ffmpeg: Ffmpeg, directory: Path) -> Path:
    ffmpeg.run(
        [
            *("-f", "lavfi", "-i", f"{source},format=gbrp,{BT709}"),
            *("-c:v", "libx264", "-preset", "ultrafast", "-crf", "12", "-colorspace", "bt709"),
            "film.mp4",
        ],
        directory=directory,
    )
    return directory / "film.mp4"


def test_gif_shows_the_film_s_first_six_seconds_again_and_again(
    ffmpeg: Ffmpeg, tmp_path: Path
) -> None:
    film = make_film("testsrc2=s=960x540:r=30:d=8", ffmpeg, tmp_path)
    with Image.open(gif_preview(film, ffmpeg=ffmpeg, directory=tmp_path)) as image:
        assert (image.format, image.size) == ("GIF", (480, 270))
        assert image.info["loop"] == 0
        lengths_ms = []
        for number in range(image.n_frames):
            image.seek(number)
            lengths_ms.append(image.info["duration"])
    assert sum(lengths_ms) == pytest.approx(6000, abs=50)
    assert len(lengths_ms) == 72


def test_short_film_is_shown_whole(ffmpeg: Ffmpeg, tmp_path: Path) -> None:
    film = make_film("testsrc2=s=320x180:r=30:d=1", ffmpeg, tmp_path)
    with Image.open(gif_preview(film, ffmpeg=ffmpeg, directory=tmp_path)) as image:
        assert image.n_frames == 12


@pytest.mark.parametrize("color", [(200, 40, 40), (40, 160, 60), (50, 70, 190), (128, 128, 128)])
def test_gif_has_the_film_s_colors(
    color: tuple[int, int, int], ffmpeg: Ffmpeg, tmp_path: Path
) -> None:
    source = "color=c=0x{:02x}{:02x}{:02x}:s=960x540:r=30:d=0.5".format(*color)
    film = make_film(source, ffmpeg, tmp_path)
    with Image.open(gif_preview(film, ffmpeg=ffmpeg, directory=tmp_path)) as image:
        found = np.asarray(image.convert("RGB"))[135, 240].astype(int)
    assert np.abs(found - color).max() <= 3, found


def test_soft_shades_stay_near_the_film_s(ffmpeg: Ffmpeg, tmp_path: Path) -> None:
    source = "gradients=s=960x540:r=30:d=0.5:c0=0x204080:c1=0xe0a060:n=2:seed=1:speed=0.001"
    film = make_film(source, ffmpeg, tmp_path)
    with Image.open(poster(film, [Fraction(0)], tmp_path)) as image:
        wanted = np.asarray(image.resize((480, 270), Image.Resampling.BOX)).astype(int)
    with Image.open(gif_preview(film, ffmpeg=ffmpeg, directory=tmp_path)) as image:
        found = np.asarray(image.convert("RGB")).astype(int)
    assert np.abs(found - wanted).mean() < 3
    assert np.abs((found - wanted).mean(axis=(0, 1))).max() < 1.5


def test_film_that_compresses_badly_gets_a_smaller_gif(
    ffmpeg: Ffmpeg, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    film = make_film("testsrc2=s=540x960:r=30:d=1", ffmpeg, tmp_path)
    whole = gif_preview(film, ffmpeg=ffmpeg, directory=tmp_path).stat().st_size
    (tmp_path / "again").mkdir()
    monkeypatch.setattr(gif, "MOST_BYTES", whole // 2)
    path = gif_preview(film, ffmpeg=ffmpeg, directory=tmp_path / "again")
    assert path.stat().st_size <= whole // 2
    with Image.open(path) as image:
        assert 160 < image.width < 480
        assert image.width / image.height == pytest.approx(9 / 16, rel=0.02)


def test_smallest_size_fits_even_noise(
    ffmpeg: Ffmpeg, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gif, "_SIZES", gif._SIZES[-1:])
    noise = "color=gray:s=180x320:r=5:d=6,noise=alls=100:allf=t+u"
    path = gif_preview(make_film(noise, ffmpeg, tmp_path), ffmpeg=ffmpeg, directory=tmp_path)
    assert path.stat().st_size <= MOST_BYTES / 2


def test_gif_leaves_the_film_as_it_is(ffmpeg: Ffmpeg, tmp_path: Path) -> None:
    film = make_film("testsrc2=s=320x180:r=30:d=1", ffmpeg, tmp_path)
    before = film.read_bytes()
    gif_preview(film, ffmpeg=ffmpeg, directory=tmp_path)
    assert film.read_bytes() == before


def test_film_that_is_no_mp4_is_not_read(ffmpeg: Ffmpeg, tmp_path: Path) -> None:
    """Whatever its name says: a reader that guesses can be led to other files."""
    film = make_film("testsrc2=s=320x180:r=30:d=1", ffmpeg, tmp_path)
    ffmpeg.run(
        ["-f", "mov", "-i", film.name, "-c", "copy", "-f", "matroska", "other.mp4"],
        directory=tmp_path,
    )
    with pytest.raises(FfmpegFailed):
        gif_preview(tmp_path / "other.mp4", ffmpeg=ffmpeg, directory=tmp_path)
