"""A still under a move, compared with an exact warp of the same picture."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from video_platform.domain.manifests import Motion, MotionKind
from video_platform.montage.motion import FrameBuffer, Scratch, Still, View, view_at
from video_platform.montage.stills import StillRequest, load_still

WIDTH, HEIGHT = 320, 180


def smooth_plane(width: int, height: int) -> np.ndarray:
    """A picture whose brightness tells the place: smooth, so that errors of place show as such."""
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    wave = 110 + 50 * np.sin(x / 9) + 50 * np.sin(y / 7)
    return np.clip(wave, 0, 255).astype(np.uint8)


def exact(
    plane: np.ndarray, view: View, size: tuple[int, int], full: tuple[int, int]
) -> np.ndarray:
    """The view by an affine warp in floating point."""
    scale = min(full[0] / WIDTH, full[1] / HEIGHT) / view.zoom
    shrink = WIDTH // size[0]
    left = (view.x * full[0] - scale * WIDTH / 2) / shrink
    top = (view.y * full[1] - scale * HEIGHT / 2) / shrink
    shift = scale / 2 - 0.5
    matrix = np.array([[scale, 0, left + shift], [0, scale, top + shift]])
    return cv2.warpAffine(
        plane.astype(np.float32),
        matrix,
        size,
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
        hint=cv2.ALGO_HINT_ACCURATE,
    )


@pytest.fixture
def still() -> Still:
    return Still((smooth_plane(352, 198), smooth_plane(176, 99), smooth_plane(176, 99)))


@pytest.mark.parametrize("kind", list(MotionKind))
def test_every_move_is_drawn_where_an_exact_warp_draws_it(still: Still, kind: MotionKind) -> None:
    motion = Motion(kind=kind, strength=0.05)
    buffer, scratch = FrameBuffer(WIDTH, HEIGHT), Scratch()
    for position in np.linspace(0, 1, 23):
        view = view_at(motion, float(position))
        still.draw(view, buffer, scratch)
        for plane, size, full in zip(
            buffer.planes,
            ((320, 180), (160, 90), (160, 90)),
            ((352, 198), (176, 99), (176, 99)),
            strict=True,
        ):
            wanted = exact(smooth_plane(*full), view, size, (352, 198))
            # The steepest slope is 8 levels a pixel: a level is an eighth of a pixel.
            assert np.abs(plane - wanted).max() <= 1.5, (kind, position)


def test_moves_are_smooth_below_a_pixel(still: Still) -> None:
    """From frame to frame the picture advances by the same step, within a twentieth of a pixel."""
    buffer, scratch = FrameBuffer(WIDTH, HEIGHT), Scratch()
    places = []
    for position in np.linspace(0, 1, 90):
        still.draw(
            view_at(Motion(kind=MotionKind.PAN_RIGHT, strength=0.05), position), buffer, scratch
        )
        row = buffer.planes[0].astype(np.float64).mean(axis=0)
        wave = np.exp(-1j * np.arange(WIDTH) * 1.045 / 9)
        places.append(np.angle((row * np.hanning(WIDTH) * wave).sum()) * 9 / 1.045)
    steps = np.diff(np.unwrap(np.array(places), period=2 * np.pi * 9 / 1.045))
    assert abs(steps.mean()) > 0.1
    assert np.abs(steps - steps.mean()).max() < 0.09
    assert (
        np.abs(np.array(places) - np.poly1d(np.polyfit(range(90), places, 1))(range(90))).max()
        < 0.05
    )


def test_a_view_of_the_whole_picture_shows_its_edges(still: Still) -> None:
    buffer = FrameBuffer(WIDTH, HEIGHT)
    still.draw(View(), buffer, Scratch())
    wanted = exact(smooth_plane(352, 198), View(), (320, 180), (352, 198))
    for edge in (np.s_[0, :], np.s_[-1, :], np.s_[:, 0], np.s_[:, -1]):
        assert np.abs(buffer.planes[0][edge] - wanted[edge]).max() <= 1.5


def test_a_picture_of_the_frames_size_is_not_touched() -> None:
    planes = tuple(
        np.random.default_rng(1).integers(16, 235, size).astype(np.uint8)
        for size in ((180, 320), (90, 160), (90, 160))
    )
    buffer = FrameBuffer(WIDTH, HEIGHT)
    Still((planes[0], planes[1], planes[2])).draw(View(), buffer, Scratch())
    for drawn, plane in zip(buffer.planes, planes, strict=True):
        assert np.array_equal(drawn, plane)


@pytest.mark.parametrize("kind", [MotionKind.ZOOM_IN, MotionKind.PAN_RIGHT, MotionKind.PAN_DOWN])
def test_a_disc_s_centre_never_jerks(tmp_path: Path, kind: MotionKind) -> None:
    """Its steps are far below a pixel; none differs from the others by what an eye could see."""
    image = np.zeros((396, 704), np.uint8)
    cv2.circle(image, (560, 300), 40, 255, -1, cv2.LINE_AA)
    path = tmp_path / "disc.png"
    Image.fromarray(image).convert("RGB").save(path)
    still, buffer = load_still(StillRequest(path, (672, 378))), FrameBuffer(640, 360)
    rows, columns = np.mgrid[0:360, 0:640]
    centres = []
    for number in range(60):
        view = view_at(Motion(kind=kind, strength=0.05), number / 299)
        still.draw(view, buffer, Scratch())
        weight = buffer.planes[0].astype(float) - 16
        centres.append(
            ((weight * columns).sum() / weight.sum(), (weight * rows).sum() / weight.sum())
        )
    places = np.array(centres)
    line = np.stack([np.poly1d(np.polyfit(range(60), axis, 2))(range(60)) for axis in places.T]).T
    # The eye's finest measure of a line's place is a twelfth of a pixel at the usual distance.
    assert np.abs(places - line).max() < 0.05
    assert np.sqrt(np.mean((places - line) ** 2)) < 0.02


def test_large_picture_does_not_glitter(tmp_path: Path) -> None:
    """A fine pattern that no frame can show becomes an even grey, not moving moiré."""
    grid = (np.indices((720, 1280)).sum(axis=0) % 2 * 255).astype(np.uint8)
    path = tmp_path / "grid.png"
    Image.fromarray(grid).convert("RGB").save(path)
    buffer = FrameBuffer(320, 180)
    load_still(StillRequest(path, (346, 194))).draw(View(zoom=1.03), buffer, Scratch())
    assert buffer.planes[0].std() < 4
