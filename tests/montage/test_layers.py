"""Patches: the right colour at the right place, within one level, whatever they are made of."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from video_platform.montage.layers import (
    Ink,
    Paint,
    Patch,
    Rgb,
    rounded_rectangle,
    softened,
    to_yuv,
)
from video_platform.montage.motion import FrameBuffer
from video_platform.montage.stills import to_planes

WIDTH, HEIGHT = 64, 48


def noise(seed: int, *shape: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


def frame_of(rgb: np.ndarray) -> FrameBuffer:
    buffer = FrameBuffer(rgb.shape[1], rgb.shape[0])
    for plane, source in zip(buffer.planes, to_planes(rgb), strict=True):
        plane[:] = source
    return buffer


def blended(
    buffer: FrameBuffer, rgba: np.ndarray, x: int, y: int, opacity: float = 1.0
) -> list[np.ndarray]:
    """The frame's planes with the picture over them, computed pixel by pixel in floating point."""
    around = 24
    wide = np.zeros((HEIGHT + 2 * around, WIDTH + 2 * around, 4))
    rows = slice(around + y, around + y + rgba.shape[0])
    columns = slice(around + x, around + x + rgba.shape[1])
    wide[rows, columns] = rgba
    seen = wide[around:-around, around:-around]
    cover = seen[:, :, 3] / 255 * opacity
    black = np.array(to_yuv((0, 0, 0)))
    units = np.array([to_yuv(unit) for unit in ((255, 0, 0), (0, 255, 0), (0, 0, 255))])
    colour = seen[:, :, :3] @ ((units - black) / 255) + black
    light = colour * cover[:, :, None]
    whole = buffer.planes[0] * (1 - cover) + light[:, :, 0]
    small = [
        plane * (1 - halved(cover)) + halved(light[:, :, n])
        for n, plane in enumerate(buffer.planes[1:], 1)
    ]
    return [whole, *small]


def halved(plane: np.ndarray) -> np.ndarray:
    return plane.reshape(HEIGHT // 2, 2, WIDTH // 2, 2).mean(axis=(1, 3))


def assert_close(buffer: FrameBuffer, expected: list[np.ndarray], levels: int) -> None:
    for plane, wanted in zip(buffer.planes, expected, strict=True):
        assert np.abs(plane - np.rint(wanted)).max() <= levels


@given(
    x=st.integers(-20, WIDTH),
    y=st.integers(-20, HEIGHT),
    width=st.integers(1, 24),
    height=st.integers(1, 24),
    opacity=st.sampled_from([1.0, 0.9, 0.25]),
)
def test_pictures_are_blended_within_a_level_and_cut_at_the_frames_edges(
    x: int, y: int, width: int, height: int, opacity: float
) -> None:
    rgba = noise(width * 31 + height, height, width, 4)
    buffer = frame_of(noise(1, HEIGHT, WIDTH, 3))
    expected = blended(buffer, rgba, x, y, opacity)
    Patch.from_rgba(rgba, x, y).draw(buffer, opacity)
    # An opacity is rounded into the patch once more.
    assert_close(buffer, expected, 1 if opacity == 1 else 2)


def test_patches_stand_on_even_pixels_and_hold_only_what_is_seen() -> None:
    rgba = np.zeros((40, 40, 4), np.uint8)
    rgba[11:20, 7:30] = 255
    patch = Patch.from_rgba(rgba, 3, 4)
    assert (patch.x, patch.y) == (10, 14)
    assert patch.size == (24, 10)


def test_invisible_patch_draws_nothing() -> None:
    buffer = frame_of(noise(1, HEIGHT, WIDTH, 3))
    before = buffer.data.copy()
    Patch.from_rgba(np.zeros((9, 9, 4), np.uint8), 5, 5).draw(buffer)
    Patch.from_paints([]).draw(buffer)
    Patch.from_paints([Paint(Ink(np.zeros((0, 0), np.uint8), 3, 3), (255, 0, 0))]).draw(buffer)
    assert np.array_equal(buffer.data, before)


def test_transparent_parts_leave_the_picture_untouched() -> None:
    buffer = frame_of(noise(1, HEIGHT, WIDTH, 3))
    before = buffer.planes[0].copy()
    rgba = np.zeros((20, 20, 4), np.uint8)
    rgba[0, 0] = rgba[19, 19] = (255, 0, 0, 255)
    Patch.from_rgba(rgba, 10, 10).draw(buffer)
    assert np.array_equal(buffer.planes[0][11:29, 11:29], before[11:29, 11:29])


@pytest.mark.parametrize(
    ("rgb", "yuv"),
    [
        ((255, 255, 255), (235, 128, 128)),
        ((0, 0, 0), (16, 128, 128)),
        ((255, 0, 0), (63, 102, 240)),
        ((0, 0, 255), (32, 240, 118)),
    ],
)
def test_colours_are_bt709_in_limited_range(rgb: Rgb, yuv: tuple[int, int, int]) -> None:
    """The values of the colour bars in ITU-R BT.709, at full saturation."""
    assert tuple(round(value) for value in to_yuv(rgb)) == yuv


def test_later_paints_cover_earlier_ones() -> None:
    buffer = frame_of(noise(1, HEIGHT, WIDTH, 3))
    box = Ink(np.full((10, 10), 255, np.uint8), 20, 20)
    Patch.from_paints([Paint(box, (255, 0, 0)), Paint(box, (0, 0, 255))]).draw(buffer)
    seen = [int(plane[12 if n else 24, 12 if n else 24]) for n, plane in enumerate(buffer.planes)]
    assert seen == [round(value) for value in to_yuv((0, 0, 255))]


def test_recolouring_equals_painting_in_the_other_colour() -> None:
    plate = Ink(np.full((30, 41), 255, np.uint8), 7, 9)
    words = [Ink(noise(n, 11, 9), 11 + 12 * n, 13 + n) for n in range(3)]
    white, accent, dark = (255, 255, 255), (255, 208, 80), (12, 18, 28)

    def painted(colours: list[Rgb]) -> Patch:
        texts = [Paint(ink, rgb) for ink, rgb in zip(words, colours, strict=True)]
        return Patch.from_paints([Paint(plate, dark, 0.78), *texts])

    changed = painted([white] * 3).recoloured(words[1:2], white, accent)
    expected = painted([white, accent, white])
    for plane, wanted in zip(changed.planes, expected.planes, strict=True):
        assert np.abs(plane.astype(int) - wanted).max() <= 1


def test_threads_may_share_a_patch() -> None:
    patch = Patch.from_rgba(noise(3, 40, 50, 4), 3, 3)
    picture = noise(1, HEIGHT, WIDTH, 3)

    def draw(_: int) -> bytes:
        buffer = frame_of(picture)
        patch.draw(buffer, 0.5)
        return buffer.data.tobytes()

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(draw, range(40)))) == 1


def test_round_corners_are_symmetrical_and_smooth() -> None:
    mask = rounded_rectangle(41, 30, radius=9).mask
    assert np.array_equal(mask, mask[:, ::-1])
    assert np.array_equal(mask, mask[::-1])
    assert mask[0, 0] == 0
    assert mask[15, 0] == mask[0, 20] == 255
    # A quarter of a disc is missing less than its square, by 1 - pi / 4.
    missing = (255 - mask.astype(int)).sum() / 255 / 4
    assert missing == pytest.approx(81 * (1 - np.pi / 4), rel=0.03)


def test_shadow_surrounds_its_ink_and_fades_out() -> None:
    ink = Ink(np.full((10, 20), 255, np.uint8), 100, 50)
    shadow = softened([ink], radius=4)
    assert shadow.x == 88
    assert shadow.bottom == 72
    assert shadow.mask[17, 22] == 255
    assert shadow.mask[[0, -1]].max() < 8
