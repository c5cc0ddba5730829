"""Sounds of every kind are read as one, in step, a block at a time; garbage is named."""

import subprocess
from dataclasses import replace
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest

from tests.montage.films import RATE, write_sound
from tests.montage.sounds import keep_sound, make_plan
from video_platform.domain.media import Media, Probe
from video_platform.errors import MontageError
from video_platform.montage.mixing import mix_tracks
from video_platform.montage.plan import FootageSound, RenderSettings
from video_platform.montage.sounds import SoundReader
from video_platform.store import MediaStore

BEEP_S = 3.0


def read_all(path: Path, media: Media, **options: int) -> np.ndarray:
    reader = SoundReader(path, media, rate_hz=RATE, **options)
    blocks = [np.zeros((0, 2), np.float32)]
    while len(block := reader.read(10_000)):
        blocks.append(block)
    return np.concatenate(blocks)


def media_of(path: Path, media_type: str, duration_ms: int = 0) -> Media:
    return Media(
        sha256="ab" * 32,
        media_type=media_type,
        size_bytes=path.stat().st_size,
        probe=Probe(duration_ms=duration_ms),
    )


def run_ffmpeg(*arguments: str | Path) -> None:
    subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", *arguments], check=True)


def beep(seconds: float = 6.0) -> np.ndarray:
    """Silence with a tone of 1 kHz from ``BEEP_S`` on, for half a second."""
    sound = np.zeros(int(seconds * RATE), np.float32)
    place = int(BEEP_S * RATE)
    sound[place : place + RATE // 2] = 0.4 * np.sin(np.arange(RATE // 2) * 2 * np.pi / 48)
    return sound


def beginning_ms(sound: np.ndarray) -> float:
    return float(np.flatnonzero(np.abs(sound[:, 0]) > 0.2)[0] * 1000 / RATE)


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """A filmed clip whose sound beeps."""
    sound, path = write_sound(tmp_path / "beep.wav", beep()), tmp_path / "clip.mp4"
    run_ffmpeg(
        *("-f", "lavfi", "-i", "testsrc=size=64x36:rate=25:duration=6", "-i", sound),
        *("-c:v", "libx264", "-c:a", "aac", "-b:a", "128k", path),
    )
    return path


@pytest.mark.parametrize(
    ("media_type", "suffix"),
    [("audio/flac", "flac"), ("audio/mpeg", "mp3"), ("audio/mp4", "m4a"), ("audio/wav", "wav")],
)
def test_every_kind_of_sound_is_read_in_step(media_type: str, suffix: str, tmp_path: Path) -> None:
    wav, path = write_sound(tmp_path / "beep.wav", beep()), tmp_path / f"beep.{suffix}"
    if path != wav:
        run_ffmpeg("-i", wav, "-ar", "44100", path)
    sound = read_all(path, media_of(path, media_type, 6_000))
    assert len(sound) == pytest.approx(6 * RATE, abs=RATE // 10)
    assert beginning_ms(sound) == pytest.approx(1000 * BEEP_S, abs=1.5)
    assert np.abs(sound).max() == pytest.approx(0.4, abs=0.05)


def test_one_channel_is_heard_on_both_sides_at_its_level(store: MediaStore) -> None:
    media = keep_sound(store, np.full(RATE, 0.5))
    sound = read_all(store.path(media), media)
    assert sound.shape == (RATE, 2)
    assert sound == pytest.approx(0.5, abs=0.001)


@pytest.mark.parametrize("speed", [10, 50, 100, 170, 400, 1000])
@pytest.mark.parametrize("start_ms", [0, 2_000])
def test_clip_s_sound_keeps_in_step_and_in_pitch_at_any_speed(
    speed: int, start_ms: int, clip: Path
) -> None:
    media = media_of(clip, "video/mp4")
    sound = read_all(clip, media, start_ms=start_ms, speed_percent=speed)
    expected_ms = (1000 * BEEP_S - start_ms) * 100 / speed
    # Stretched sound is made of overlapping pieces: what was sharp is so by a piece only.
    tolerance_ms = {10: 400, 50: 45, 100: 2}.get(speed, 20)
    assert beginning_ms(sound) == pytest.approx(expected_ms, abs=tolerance_ms)
    begin = int(beginning_ms(sound) * RATE / 1000)
    tone = sound[begin : begin + int(0.4 * RATE * 100 / speed), 0]
    spectrum = np.abs(np.fft.rfft(tone * np.hanning(len(tone)), 1 << 19))
    assert spectrum.argmax() * RATE / (1 << 19) == pytest.approx(1000, rel=0.02)


def test_clip_is_heard_for_as_long_as_it_is_seen(
    clip: Path, store: MediaStore, tmp_path: Path
) -> None:
    footage = FootageSound(
        media=store.put(clip, "video/mp4"),
        start_frame=60,
        frames=40,
        source_start_ms=2_000,
        speed_percent=100,
        gain_db=-6.0,
    )
    plan = make_plan(6, footage=(footage,))
    track = mix_tracks(plan, RenderSettings(), media_path=store.path, directory=tmp_path)
    sound = track.read(0, track.length)
    assert beginning_ms(sound) == pytest.approx(3_000, abs=2)
    assert np.abs(sound).max() == pytest.approx(0.2, abs=0.03)
    assert not sound[100 * 1600 :].any()
    assert np.abs(np.diff(sound[:, 0])).max() < 0.2 * 2 * np.pi / 48 * 1.3


def test_clip_s_sound_is_faded_in_where_it_is_entered(
    clip: Path, store: MediaStore, tmp_path: Path
) -> None:
    """In the middle of a tone."""
    footage = FootageSound(
        media=store.put(clip, "video/mp4"),
        start_frame=30,
        frames=10,
        source_start_ms=round(1000 * BEEP_S) + 100,
        speed_percent=100,
        gain_db=0.0,
    )
    plan = make_plan(2, footage=(footage,))
    track = mix_tracks(plan, RenderSettings(), media_path=store.path, directory=tmp_path)
    sound = np.abs(track.read(RATE, RATE + 4_800)[:, 0])
    assert sound[:40].max() < 0.1 * sound.max()


def test_clip_without_sound_is_silent(tmp_path: Path) -> None:
    path = tmp_path / "silent.mp4"
    run_ffmpeg("-f", "lavfi", "-i", "testsrc=size=64x36:rate=25:duration=1", path)
    assert len(read_all(path, media_of(path, "video/mp4"))) == 0


@pytest.mark.parametrize(
    ("media_type", "suffix", "damage"),
    [("audio/mpeg", "mp3", bytes(range(256)) * 20), ("audio/flac", "flac", b"\x55\xaa")],
)
def test_damaged_sound_is_refused_by_name(
    media_type: str, suffix: str, damage: bytes, tmp_path: Path
) -> None:
    path = tmp_path / f"noise.{suffix}"
    noise = np.random.default_rng(1).uniform(-0.3, 0.3, 6 * RATE)
    run_ffmpeg("-i", write_sound(tmp_path / "noise.wav", noise), path)
    whole = path.read_bytes()
    middle = len(whole) // 2
    path.write_bytes(whole[:middle] + damage + whole[middle + len(damage) :])
    with pytest.raises(MontageError, match="ab" * 32):
        read_all(path, media_of(path, media_type, 6_000))


def test_sound_cut_short_is_refused_by_name(store: MediaStore, tmp_path: Path) -> None:
    media = keep_sound(store, beep())
    path = tmp_path / "short.wav"
    path.write_bytes(store.path(media).read_bytes()[: 3 * RATE * 2])
    with pytest.raises(MontageError, match=r"holds 3\.0 of 6\.0 s"):
        read_all(path, media)


def test_list_of_files_under_a_sound_s_name_opens_none_of_them(tmp_path: Path) -> None:
    write_sound(tmp_path / "secret.wav", beep())
    path = tmp_path / "sound.m4a"
    path.write_text("ffconcat version 1.0\nfile secret.wav\n", encoding="utf-8")
    for media_type in ("audio/mp4", "audio/wav", "audio/mpeg", "video/mp4"):
        with pytest.raises(MontageError):
            read_all(path, media_of(path, media_type))


def test_pictures_are_no_sound(tmp_path: Path) -> None:
    path = tmp_path / "picture.png"
    path.write_bytes(b"")
    with pytest.raises(MontageError, match="image/png is not a kind of sound"):
        read_all(path, media_of(path, "image/png"))


def test_end_is_known_before_it_is_reached(store: MediaStore) -> None:
    """That is what a fade at an unplanned end needs."""
    media = keep_sound(store, np.full(RATE, 0.5))
    reader = SoundReader(store.path(media), replace(media), rate_hz=RATE)
    assert len(reader.read(RATE - 900)) == RATE - 900
    assert reader.left == 900
    assert len(reader.read(RATE)) == 900
    assert reader.left == 0
