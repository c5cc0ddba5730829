"""The montage agent with another encoder: used when asked, left with a recorded reason."""

from pathlib import Path

import pytest

from tests.factories import make_project
from tests.montage.films import make_timeline
from video_platform.agents.montage import MontageAgent
from video_platform.domain.brief import Brief
from video_platform.domain.formats import FRAMES, Format, Frame
from video_platform.domain.look import Export, Look
from video_platform.montage import hardware
from video_platform.montage.hardware import Hardware
from video_platform.montage.plan import RenderSettings, VideoCodec
from video_platform.montage.probe import probe_media
from video_platform.montage.runner import Ffmpeg, find_ffmpeg
from video_platform.settings import Settings
from video_platform.store import MediaStore

QUICK = Hardware(title="x264", encoders={VideoCodec.H264: ("libx264", ("-preset", "ultrafast"))})
BROKEN = Hardware(title="none", encoders={VideoCodec.H264: ("h264_nobody", ())})


@pytest.fixture(autouse=True)
def small_frames(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(FRAMES, Format.WIDE, Frame(320, 180, 0.06, 0.06, 0.72, 0.96))


def agent(
    monkeypatch: pytest.MonkeyPatch, row: Hardware, store: MediaStore, home: Path
) -> MontageAgent:
    """An agent that was asked for a device of which this machine has the given row."""
    # The last first: put back in the opposite order, the table is as it was.
    for name in reversed(list(hardware.HARDWARE)):
        if name != "nvenc":
            monkeypatch.delitem(hardware.HARDWARE, name)  # type: ignore[arg-type]
    monkeypatch.setitem(hardware.HARDWARE, "nvenc", row)  # type: ignore[arg-type]
    return MontageAgent(
        store,
        Ffmpeg(find_ffmpeg()),
        settings=RenderSettings(),
        scratch_dir=home / "scratch",
        max_workers=2,
        encoder="nvenc",
    )


def test_a_device_that_works_encodes_the_film(
    monkeypatch: pytest.MonkeyPatch, store: MediaStore, settings: Settings, tmp_path: Path
) -> None:
    look = Look(exports=(Export.H265,))
    timeline = make_timeline(store, tmp_path / "media")
    from dataclasses import replace

    montage = agent(monkeypatch, QUICK, store, settings.home)
    made = montage.run(make_project(brief=Brief(text="A.")), replace(timeline, look=look))
    (film,) = made.value.films
    assert film.encoder == "nvenc: asked for"
    assert film.media.probe.frames == timeline.frames
    # The other encodings of the same drawing are made in software beside it.
    export = film.exports[Export.H265]
    assert probe_media(store.path(export), "video/mp4").frames == timeline.frames


def test_a_device_that_does_not_work_is_left_and_the_film_says_why(
    monkeypatch: pytest.MonkeyPatch, store: MediaStore, settings: Settings, tmp_path: Path
) -> None:
    montage = agent(monkeypatch, BROKEN, store, settings.home)
    timeline = make_timeline(store, tmp_path / "media", ("One scene.",))
    (film,) = montage.run(make_project(brief=Brief(text="A.")), timeline).value.films
    assert film.encoder.startswith("software: nvenc was asked for and does not work:")
    assert film.media.probe.frames == timeline.frames


def test_a_device_that_fails_on_the_way_is_left_and_the_film_says_why(
    monkeypatch: pytest.MonkeyPatch, store: MediaStore, settings: Settings, tmp_path: Path
) -> None:
    montage = agent(monkeypatch, QUICK, store, settings.home)
    assert montage._choice.name == "nvenc"
    monkeypatch.setitem(hardware.HARDWARE, "nvenc", BROKEN)  # type: ignore[arg-type]
    timeline = make_timeline(store, tmp_path / "media", ("One scene.",))
    (film,) = montage.run(make_project(brief=Brief(text="A.")), timeline).value.films
    assert film.encoder.startswith("software: nvenc failed while rendering:")
    assert film.media.probe.frames == timeline.frames
