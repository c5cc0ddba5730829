"""Thumbnails: a readable title over a picture, in any script."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from video_platform.domain.formats import Format
from video_platform.domain.look import Look
from video_platform.montage.runner import Ffmpeg, find_ffmpeg
from video_platform.montage.thumbnails import ThumbnailPlan, render_thumbnail, thumbnail_frame


def drawn(folder: Path, title: str, ratio: Format = Format.WIDE, *, rtl: bool = False) -> Path:
    folder.mkdir()
    picture = folder / "ground.png"
    Image.new("RGB", (1280, 720), (60, 90, 120)).save(picture)
    plan = ThumbnailPlan(picture=picture, title=title, format=ratio, is_rtl=rtl, look=Look())
    return render_thumbnail(plan, ffmpeg=Ffmpeg(find_ffmpeg()), directory=folder)


def letters(path: Path) -> np.ndarray:
    return np.asarray(Image.open(path).convert("L")) > 200


@pytest.mark.parametrize("ratio", list(Format))
@pytest.mark.parametrize(
    ("title", "rtl"), [("Why bread rises", False), ("لماذا ينتفخ الخبز", True)]
)
def test_a_title_is_large_and_inside_the_margins(
    tmp_path: Path, ratio: Format, title: str, rtl: bool
) -> None:
    path = drawn(tmp_path / "a", title, ratio, rtl=rtl)
    seen, frame = letters(path), thumbnail_frame(ratio)
    assert seen.shape == (frame.height_px, frame.width_px)
    columns = np.flatnonzero(seen.any(axis=0))
    assert columns[0] >= frame.margin_x * frame.width_px - 2
    assert columns[-1] <= (1 - frame.margin_x) * frame.width_px + 2
    assert columns[-1] - columns[0] > frame.width_px / 4
    assert path.stat().st_size < 2_000_000


def test_arabic_letters_are_joined_and_begin_at_the_right(tmp_path: Path) -> None:
    # Joined, the six letters of this word are far fewer pieces than they are alone.
    import cv2

    joined = letters(drawn(tmp_path / "joined", "ملحمة", rtl=True)).astype(np.uint8)
    apart = letters(drawn(tmp_path / "apart", "م ل ح م ة", rtl=True)).astype(np.uint8)
    assert cv2.connectedComponents(joined)[0] < cv2.connectedComponents(apart)[0]
    # What is read first stands at the right: a low full stop comes at the left end.
    stopped = letters(drawn(tmp_path / "stop", "ملحمة.", rtl=True))
    first = np.flatnonzero(stopped.any(axis=0))[0]
    dot = stopped[:, first : first + 6]
    assert np.flatnonzero(dot.any(axis=1)).size < stopped.shape[0] / 30


def test_equal_thumbnails_are_equal_files(tmp_path: Path) -> None:
    one, other = drawn(tmp_path / "1", "Bread"), drawn(tmp_path / "2", "Bread")
    assert one.read_bytes() == other.read_bytes()
