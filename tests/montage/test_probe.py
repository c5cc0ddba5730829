"""Media count only after a decode to their end."""

from pathlib import Path

import pytest
from PIL import Image

from tests.montage.films import RATE, speech_like, write_sound
from video_platform.errors import ProbeFailed, UnsupportedMedia
from video_platform.montage.probe import probe_media
from video_platform.montage.runner import Ffmpeg


@pytest.fixture
def film(ffmpeg: Ffmpeg, tmp_path: Path) -> Path:
    source = ["-f", "lavfi", "-i", "testsrc=s=160x120:r=30:d=4"]
    sound = ["-f", "lavfi", "-i", "sine=d=4:r=48000"]
    ffmpeg.run(
        [*source, *sound, "-pix_fmt", "yuv420p", "-movflags", "+faststart", "film.mp4"],
        directory=tmp_path,
    )
    return tmp_path / "film.mp4"


def test_film_s_facts_come_from_its_frames(film: Path) -> None:
    probe = probe_media(film, "video/mp4")
    assert (probe.width_px, probe.height_px, probe.frames) == (160, 120, 120)
    assert (probe.duration_ms, probe.frame_rate) == (4000, "30/1")
    assert probe.channels == 1


@pytest.mark.parametrize("share", [0.9, 0.5, 0.2])
def test_film_cut_short_is_refused_though_its_header_is_whole(film: Path, share: float) -> None:
    data = film.read_bytes()
    film.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(ProbeFailed):
        probe_media(film, "video/mp4")


def test_sound_s_length_is_counted_in_samples(tmp_path: Path) -> None:
    path = write_sound(tmp_path / "v.wav", speech_like(1.5))
    probe = probe_media(path, "audio/wav")
    assert (probe.duration_ms, probe.sample_rate_hz, probe.channels) == (1500, RATE, 1)


@pytest.mark.parametrize("media_type", ["audio/wav", "video/mp4", "image/png", "application/json"])
def test_garbage_is_refused_as_any_type(tmp_path: Path, media_type: str) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"\x00\x01garbage" * 50)
    with pytest.raises(ProbeFailed):
        probe_media(path, media_type)


def test_playlist_under_a_film_s_name_is_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret.ts"
    secret.write_bytes(b"secret")
    path = tmp_path / "film.mp4"
    path.write_text("#EXTM3U\n#EXTINF:1,\nsecret.ts\n#EXT-X-ENDLIST\n")
    with pytest.raises(ProbeFailed):
        probe_media(path, "video/mp4")


def test_picture_of_another_kind_than_claimed_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.png"
    Image.new("RGB", (4, 4)).save(path, "JPEG")
    with pytest.raises(ProbeFailed):
        probe_media(path, "image/png")


def test_giant_picture_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    path = tmp_path / "x.png"
    Image.new("1", (12_000, 12_000)).save(path)
    with pytest.raises(UnsupportedMedia, match="12000 x 12000"):
        probe_media(path, "image/png")


def test_unknown_type_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedMedia):
        probe_media(tmp_path, "application/x-sh")
