"""Reframing: whatever the shape, the subject stays in the picture."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from video_platform.domain.formats import FRAMES, Format
from video_platform.montage.framing import crop, find_focus, focus_of_footage, is_reframed

SIZE = (1600, 900)
RADIUS = 90


def scene(x: int, y: int, size: tuple[int, int] = SIZE, *, busy: bool = True) -> Any:
    """A red ball at (x, y) over a grey-blue ground with a horizon and some grain."""
    width, height = size
    rows = np.linspace(150, 90, height)[:, None]
    picture = np.dstack([np.repeat(rows * share, width, axis=1) for share in (0.8, 0.9, 1.0)])
    if busy:
        picture += np.random.default_rng(7).normal(0, 6, picture.shape)
    down, right = np.ogrid[:height, :width]
    picture[(right - x) ** 2 + (down - y) ** 2 <= RADIUS**2] = (200, 40, 40)
    return np.clip(picture, 0, 255).astype(np.uint8)


def red_pixels(picture: Any) -> int:
    return int(((picture[:, :, 0] > 180) & (picture[:, :, 1] < 80)).sum())


def frame_of(ratio: Format) -> tuple[int, int]:
    return FRAMES[ratio].width_px, FRAMES[ratio].height_px


@pytest.mark.parametrize("ratio", list(Format))
@pytest.mark.parametrize("x", [150, 500, 1100, 1450])
def test_a_subject_off_the_middle_is_whole_in_every_format(ratio: Format, x: int) -> None:
    picture = scene(x, 420)
    cut = crop(picture, frame_of(ratio))
    wanted = frame_of(ratio)[0] / frame_of(ratio)[1]
    assert cut.shape[1] / cut.shape[0] == pytest.approx(wanted, rel=0.01)
    assert red_pixels(cut) == red_pixels(picture)


def test_a_subject_low_in_a_tall_picture_is_whole_in_a_wide_one() -> None:
    picture = scene(450, 1300, (900, 1600))
    assert red_pixels(crop(picture, frame_of(Format.WIDE))) == red_pixels(picture)


def test_the_middle_alone_would_have_cut_that_subject_off() -> None:
    picture = scene(1450, 420)
    middle = picture[:, 547:1053]
    assert red_pixels(middle) == 0


@pytest.mark.parametrize("grey", [0, 128, 255])
def test_a_picture_that_shows_nothing_is_cropped_in_the_middle(grey: int) -> None:
    focus = find_focus(np.full((90, 160, 3), grey, np.uint8), frame_of(Format.TALL))
    assert (focus.x, focus.y) == (0.5, 0.5)


def test_a_face_s_colour_draws_more_than_detail_of_the_ground() -> None:
    picture = scene(1300, 400)
    # A chequered cloth on the other side.
    cloth = np.indices((200, 200)).sum(axis=0) // 10 % 2 * 40 + 90
    picture[400:600, 100:300] = cloth[:, :, None]
    picture[(np.abs(picture.astype(int) - (200, 40, 40)).sum(axis=2)) == 0] = (224, 172, 140)
    focus = find_focus(picture, frame_of(Format.TALL))
    assert abs(focus.x * SIZE[0] - 1300) < 120


def test_equal_shapes_are_not_reframed_and_others_are() -> None:
    assert not is_reframed(1280, 720, frame_of(Format.WIDE))
    assert is_reframed(1280, 720, frame_of(Format.SQUARE))
    assert not is_reframed(0, 0, frame_of(Format.SQUARE))


def test_a_clip_has_one_focus_from_frames_of_its_whole_length(tmp_path: Path) -> None:
    import av

    path = tmp_path / "clip.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=10, options={"g": "5"})
        stream.width, stream.height, stream.pix_fmt = 640, 360, "yuv420p"
        for _ in range(20):
            still = np.ascontiguousarray(scene(560, 180, (640, 360)))
            container.mux(stream.encode(av.VideoFrame.from_ndarray(still, format="rgb24")))
        container.mux(stream.encode())
    focus = focus_of_footage(path, "mov", frame_of(Format.TALL))
    assert focus.y == 0.5
    assert abs(focus.x * 640 - 560) < 60
