"""Certificates and a little film of its own for the tests of this room."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from video_platform.domain.rights import Ingredient, Making, Role, Terms
from video_platform.montage.runner import Ffmpeg, find_ffmpeg
from video_platform.provenance.identity import Identity, self_made_identity

NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.fixture(scope="session")
def identity(tmp_path_factory: pytest.TempPathFactory) -> Identity:
    return self_made_identity(tmp_path_factory.mktemp("identity"), now=NOW)


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``a.mp4``, ``a.m4a``, ``a.webm``, ``a.wav``, ``a.png``, ``a.jpg`` and ``a.gif``."""
    folder = tmp_path_factory.mktemp("samples")
    ffmpeg = Ffmpeg(find_ffmpeg())
    picture = ("-f", "lavfi", "-i", "testsrc=duration=1:size=64x36:rate=10")
    sound = ("-f", "lavfi", "-i", "sine=duration=1")
    for inputs, options, name in (
        ((*picture, *sound), ("-pix_fmt", "yuv420p", "-movflags", "+faststart"), "a.mp4"),
        ((*picture, *sound), ("-c:v", "libvpx-vp9", "-c:a", "libopus"), "a.webm"),
        (sound, (), "a.m4a"),
        (sound, (), "a.wav"),
        (picture, ("-frames:v", "1", "-update", "1"), "a.png"),
        (picture, ("-frames:v", "1", "-update", "1"), "a.jpg"),
        (picture, (), "a.gif"),
    ):
        ffmpeg.run([*inputs, *options, name], directory=folder)
    return folder


def make_ingredient(
    role: Role = Role.PICTURE, sha256: str = "a" * 64, **changes: object
) -> Ingredient:
    fields: dict[str, object] = {
        "role": role,
        "sha256": sha256,
        "media_type": "image/png",
        "provider": "atelier",
        "model": "atelier-2",
        "making": Making.TRAINED,
        "terms": Terms(licence="Atelier terms", source="https://atelier.example/terms"),
    }
    return Ingredient(**{**fields, **changes})  # type: ignore[arg-type]
