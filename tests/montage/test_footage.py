"""Filmed clips: every frame tells its number, so what is shown when can be read off."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from video_platform.domain.look import Fit
from video_platform.domain.timing import FrameRate
from video_platform.montage.footage import Footage

RATE = FrameRate(30, 1)


def film(
    path: Path,
    frames: int = 90,
    *,
    rate: int = 30,
    size: tuple[int, int] = (160, 90),
    turn: int = 0,
) -> Path:
    """A film whose frame n has a bright bar around column n; a bright left edge when turned."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=rate, options={"crf": "0", "g": "12"})
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        for number in range(frames):
            rgb = np.full((size[1], size[0], 3), 60, np.uint8)
            rgb[:, : size[0] // 4] = 230 if turn else 60
            if not turn:
                rgb[:, max(0, number - 1) : number + 2] = 230
            frame = av.VideoFrame.from_ndarray(rgb, format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, rate)
            for packet in stream.encode(frame):
                container.mux(packet)
        for packet in stream.encode(None):
            container.mux(packet)
    return path


def numbers(path: Path, count: int, **choices: object) -> list[int]:
    """Which frames of the film are shown in the first ``count`` frames of the montage."""
    options: dict[str, object] = {
        "size": (160, 90),
        "fit": Fit.CROP,
        "rate": RATE,
        "first_frame": 0,
        "start_ms": 0,
        "speed_percent": 100,
        "cube": None,
    }
    footage = Footage(path, "video/mp4", **(options | choices))  # type: ignore[arg-type]
    try:
        columns = [footage.next_planes()[0][20:70].mean(axis=0) for _ in range(count)]
    finally:
        footage.close()
    return [_middle(column) for column in columns]


def _middle(column: np.ndarray) -> int:
    lit = np.flatnonzero(column > 140)
    # The first frame's bar is cut by the edge.
    return 0 if lit[0] == 0 and len(lit) == 2 else int(lit.mean())


def test_at_the_films_own_rate_every_frame_is_shown_once(tmp_path: Path) -> None:
    assert numbers(film(tmp_path / "a.mp4"), 90) == list(range(90))


def test_after_its_end_the_last_frame_is_held(tmp_path: Path) -> None:
    assert numbers(film(tmp_path / "a.mp4", 20), 25)[-6:] == [19] * 6


@pytest.mark.parametrize("first", [1, 30, 71])
def test_a_segment_may_begin_anywhere(tmp_path: Path, first: int) -> None:
    assert numbers(film(tmp_path / "a.mp4"), 10, first_frame=first) == list(
        range(first, first + 10)
    )


def test_a_clip_may_begin_later_in_its_source(tmp_path: Path) -> None:
    assert numbers(film(tmp_path / "a.mp4"), 5, start_ms=2500) == [75, 76, 77, 78, 79]


def test_double_speed_shows_every_second_frame(tmp_path: Path) -> None:
    assert numbers(film(tmp_path / "a.mp4"), 10, speed_percent=200) == list(range(0, 20, 2))


def test_half_speed_shows_every_frame_twice(tmp_path: Path) -> None:
    shown = numbers(film(tmp_path / "a.mp4"), 20, speed_percent=50)
    assert all(abs(number - n / 2) <= 0.5 for n, number in enumerate(shown))
    assert sorted(set(shown)) == list(range(shown[0], shown[-1] + 1))


def test_a_slower_source_keeps_its_speed(tmp_path: Path) -> None:
    shown = numbers(film(tmp_path / "a.mp4", 60, rate=15), 60)
    assert all(abs(number - n / 2) <= 0.5 for n, number in enumerate(shown))


def test_a_phones_film_stands_upright(tmp_path: Path, ffmpeg: object) -> None:
    """A film recorded on its side says how to turn it; players do, and so does the montage."""
    lying = film(tmp_path / "a.mp4", 5, turn=90)
    ffmpeg.run(  # type: ignore[attr-defined]
        ["-display_rotation", "90", "-f", "mov", "-i", lying.name, "-c", "copy", "turned.mp4"],
        directory=tmp_path,
    )
    footage = Footage(
        tmp_path / "turned.mp4",
        "video/mp4",
        size=(90, 160),
        fit=Fit.CROP,
        rate=RATE,
        first_frame=0,
        start_ms=0,
        speed_percent=100,
        cube=None,
    )
    luma = footage.next_planes()[0]
    footage.close()
    assert luma.shape == (160, 90)
    # The player turns by 90 degrees counter-clockwise: the left edge becomes the bottom one.
    assert luma[-20:].mean() > 180
    assert luma[:100].mean() < 90


@pytest.mark.parametrize("fit", [Fit.PAD, Fit.BLUR])
def test_another_shape_is_shown_whole(tmp_path: Path, fit: Fit) -> None:
    path = film(tmp_path / "a.mp4", 3, size=(90, 160), turn=1)
    footage = Footage(
        path,
        "video/mp4",
        size=(160, 90),
        fit=fit,
        rate=RATE,
        first_frame=2,
        start_ms=0,
        speed_percent=100,
        cube=None,
    )
    luma = footage.next_planes()[0].astype(float)
    footage.close()
    dark = 16 + 60 / 255 * 219
    # The whole width of the source lies in the middle third: its bright quarter, then the rest.
    assert luma[:, 58:66].mean() > 180
    assert abs(luma[:, 75:100].mean() - dark) < 3
    sides = np.hstack([luma[:, :40], luma[:, -40:]])
    if fit is Fit.PAD:
        assert sides.max() == 16
    else:
        assert luma[:, :30].mean() > luma[:, -30:].mean() > 17
        assert luma[:, -30:].mean() < dark


def test_crop_covers_the_frame_from_the_middle(tmp_path: Path) -> None:
    footage = Footage(
        film(tmp_path / "a.mp4", 2, size=(320, 90), turn=1),
        "video/mp4",
        size=(160, 90),
        fit=Fit.CROP,
        rate=RATE,
        first_frame=0,
        start_ms=0,
        speed_percent=100,
        cube=None,
    )
    luma = footage.next_planes()[0]
    footage.close()
    # The bright quarter on the left is cut away.
    assert luma.shape == (90, 160)
    assert luma.max() < 110
