"""Transitions, on two frames whose every pixel is known."""

from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
import pytest

from video_platform.domain.timeline import TransitionKind
from video_platform.montage.motion import FrameBuffer
from video_platform.montage.transitions import BLENDS, blend, ease

WIDTH, HEIGHT = 320, 180
KINDS = list(TransitionKind)
MIXING = [kind for kind in KINDS if kind is not TransitionKind.FADE]
"""Those that show nothing but their two pictures: no black."""


def plain(luma: int, chroma: int, size: tuple[int, int] = (WIDTH, HEIGHT)) -> FrameBuffer:
    frame = FrameBuffer(*size)
    for plane, value in zip(frame.planes, (luma, chroma, chroma), strict=True):
        plane[:] = value
    return frame


def textured(seed: int, size: tuple[int, int] = (WIDTH, HEIGHT)) -> FrameBuffer:
    """Soft shapes, and never black: luma from 60 up."""
    rng, frame = np.random.default_rng(seed), FrameBuffer(*size)
    for plane in frame.planes:
        coarse = rng.integers(60, 230, (9, 16), np.uint8)
        plane[:] = cv2.resize(coarse, plane.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return frame


def shown(
    kind: TransitionKind, a: FrameBuffer, b: FrameBuffer, position: float, *, rtl: bool = False
) -> FrameBuffer:
    height, width = a.planes[0].shape
    out = plain(0, 0, (width, height))
    blend(kind, a, b, position, out, rtl=rtl)
    return out


def difference(a: FrameBuffer, b: FrameBuffer) -> float:
    return float(np.abs(a.data.astype(int) - b.data).mean())


def share_of_new(plane: np.ndarray) -> float:
    """Share of a plane that is 200 where the rest is 100."""
    return float((plane.astype(float) - 100).mean() / 100)


def test_every_kind_has_a_blend() -> None:
    assert list(BLENDS) == KINDS


@pytest.mark.parametrize("rtl", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_transition_is_all_old_at_its_beginning_and_all_new_at_its_end(
    kind: TransitionKind, rtl: bool
) -> None:
    a, b = textured(1), textured(2)
    assert difference(shown(kind, a, b, 0, rtl=rtl), a) == 0
    assert difference(shown(kind, a, b, 1, rtl=rtl), b) == 0


@pytest.mark.parametrize("size", [(320, 180), (180, 320), (202, 158), (32, 18)])
@pytest.mark.parametrize("kind", KINDS)
def test_transition_leaves_its_pictures_alone_and_fills_every_pixel(
    kind: TransitionKind, size: tuple[int, int]
) -> None:
    """Also when planes are odd, and when they are smaller than the blur is wide."""
    a, b = textured(1, size), textured(2, size)
    before = a.data.copy(), b.data.copy()
    for position in (0.02, 0.25, 0.41, 0.5, 0.66, 0.98):
        first, second = (plain(fill, fill, size) for fill in (0, 255))
        blend(kind, a, b, position, first, rtl=False)
        blend(kind, a, b, position, second, rtl=False)
        assert np.array_equal(first.data, second.data), position
    assert np.array_equal(a.data, before[0])
    assert np.array_equal(b.data, before[1])


@pytest.mark.parametrize("kind", KINDS)
def test_threads_draw_what_one_alone_draws(kind: TransitionKind) -> None:
    frames = [textured(seed) for seed in range(4)]
    work = [(a, b, n / 12) for a in frames for b in frames for n in range(13)]
    alone = [shown(kind, *each).data for each in work]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda each: shown(kind, *each).data, work))
    assert all(np.array_equal(a, b) for a, b in zip(alone, together, strict=True))


@pytest.mark.parametrize("rtl", [False, True])
@pytest.mark.parametrize("kind", MIXING)
def test_luma_and_chroma_change_together(kind: TransitionKind, rtl: bool) -> None:
    """Old and new are 100 and 200 in every plane, so at half size all planes look alike."""
    a, b = plain(100, 100), plain(200, 200)
    for position in (0.2, 0.35, 0.5, 0.65, 0.8):
        out = shown(kind, a, b, position, rtl=rtl)
        half = cv2.resize(out.planes[0], (WIDTH // 2, HEIGHT // 2), interpolation=cv2.INTER_AREA)
        for chroma in out.planes[1:]:
            # The edge of a circle is a little softer in small planes: 8 % of a pixel.
            assert np.abs(half.astype(int) - chroma).max() <= 8, position
            assert abs(share_of_new(half) - share_of_new(chroma)) < 0.002, position


@pytest.mark.parametrize("kind", MIXING)
def test_transition_never_goes_back(kind: TransitionKind) -> None:
    a, b = plain(100, 100), plain(200, 200)
    shares = [share_of_new(shown(kind, a, b, n / 40).planes[0]) for n in range(41)]
    assert (np.diff(shares) >= 0).all()


def test_dissolve_mixes_exactly_by_its_eased_share() -> None:
    a, b = textured(1), textured(2)
    for position, share in ((0.25, 0.15625), (0.5, 0.5), (0.75, 0.84375)):
        wanted = a.data * (1 - share) + b.data * share
        out = shown(TransitionKind.DISSOLVE, a, b, position).data
        assert np.abs(out - wanted).max() <= 0.5 + 1e-4


def test_fade_is_black_in_the_middle_and_half_dark_a_quarter_before() -> None:
    a, b = plain(216, 168), plain(216, 168)
    middle = shown(TransitionKind.FADE, a, b, 0.5)
    assert [int(plane[0, 0]) for plane in middle.planes] == [16, 128, 128]
    before = shown(TransitionKind.FADE, a, b, 0.25)
    assert [int(plane[0, 0]) for plane in before.planes] == [116, 148, 148]


def test_wipe_and_slide_go_the_way_the_language_is_read() -> None:
    a, b = plain(100, 100), plain(200, 200)
    for kind in (TransitionKind.WIPE, TransitionKind.SLIDE):
        for rtl, edges in ((False, (100, 200)), (True, (200, 100))):
            for plane in shown(kind, a, b, 0.4, rtl=rtl).planes:
                assert (plane[0, 0], plane[-1, -1]) == edges


def test_wipe_uncovers_and_slide_carries() -> None:
    a, b = textured(1), textured(2)
    wiped = shown(TransitionKind.WIPE, a, b, 0.5)
    slid = shown(TransitionKind.SLIDE, a, b, 0.5)
    for n in range(3):
        old, new = a.planes[n], b.planes[n]
        middle = old.shape[1] // 2
        assert np.array_equal(wiped.planes[n], np.hstack([old[:, :middle], new[:, middle:]]))
        assert np.array_equal(slid.planes[n], np.hstack([old[:, middle:], new[:, :middle]]))


def test_push_up_carries_the_new_picture_in_from_below_in_every_language() -> None:
    a, b = textured(1), textured(2)
    for rtl in (False, True):
        out = shown(TransitionKind.PUSH_UP, a, b, 0.5, rtl=rtl)
        for old, new, plane in zip(a.planes, b.planes, out.planes, strict=True):
            middle = plane.shape[0] // 2
            # 90 lines of luma, 45 of chroma: the same height.
            assert np.array_equal(plane[:middle], old[-middle:])
            assert np.array_equal(plane[middle:], new[:-middle])


def test_zoom_has_no_black_edges() -> None:
    a, b = plain(150, 128), plain(150, 128)
    for position in np.linspace(0, 1, 41):
        for plane, value in zip(
            shown(TransitionKind.ZOOM, a, b, position).planes, (150, 128, 128), strict=True
        ):
            assert (plane == value).all(), position


def _spread(plane: np.ndarray) -> float:
    """Distance in pixels between the two bright lines of a plane, at its middle row."""
    row = plane[plane.shape[0] // 2].astype(float) - 100
    middle = len(row) // 2
    columns = np.arange(len(row))
    left = (row[:middle] * columns[:middle]).sum() / row[:middle].sum()
    right = (row[middle:] * columns[middle:]).sum() / row[middle:].sum()
    return float(right - left)


def test_zoom_grows_the_old_picture_and_then_the_new_one_to_its_size() -> None:
    lined, blank = plain(100, 100, (640, 360)), plain(100, 100, (640, 360))
    for plane, wide in zip(lined.planes, (4, 2, 2), strict=True):
        columns = plane.shape[1]
        plane[:, columns // 4 - wide : columns // 4] = 200
        plane[:, columns * 3 // 4 : columns * 3 // 4 + wide] = 200
    at_rest = [_spread(plane) for plane in lined.planes]
    positions = (0.05, 0.2, 0.35, 0.5, 0.6)
    old = [shown(TransitionKind.ZOOM, lined, blank, p).planes for p in positions]
    new = [shown(TransitionKind.ZOOM, blank, lined, 1 - p).planes for p in reversed(positions)]
    for n, rest in enumerate(at_rest):
        growing = [_spread(planes[n]) / rest for planes in old]
        arriving = [_spread(planes[n]) / rest for planes in new]
        assert growing == sorted(growing)
        assert growing[0] < 1.01
        assert 1.25 < growing[-1] < 1.36
        assert arriving == sorted(arriving)
        assert 0.85 <= arriving[0] < 0.92
        assert arriving[-1] == pytest.approx(1, abs=0.005)


def test_circle_opens_round_from_the_centre_with_a_soft_edge() -> None:
    a, b = plain(100, 100), plain(200, 200)
    radius = 0.352 * np.hypot(WIDTH, HEIGHT) / 2  # ease(0.4)
    out = shown(TransitionKind.CIRCLE, a, b, 0.4).planes[0]
    assert share_of_new(out) * WIDTH * HEIGHT == pytest.approx(np.pi * radius**2, rel=0.002)
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    distance = np.hypot(columns + 0.5 - WIDTH / 2, rows + 0.5 - HEIGHT / 2)
    assert (out[distance < radius - 1.5] == 200).all()
    assert (out[distance > radius + 1.5] == 100).all()
    edge = out[np.abs(distance - radius) < 0.3]
    assert 140 < edge.mean() < 160
    assert len(np.unique(edge)) > 10
    assert np.array_equal(out, out[::-1, ::-1])


def test_blur_is_strongest_in_the_middle_and_keeps_the_light() -> None:
    a = textured(1)
    fine = np.random.default_rng(3).normal(0, 20, a.planes[0].shape)
    a.planes[0][:] = np.clip(a.planes[0] + fine, 16, 235).astype(np.uint8)
    positions = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5)
    lumas = [shown(TransitionKind.BLUR, a, a, p).planes[0].astype(float) for p in positions]
    detail = [float(np.abs(np.diff(luma, axis=1)).mean()) for luma in lumas]
    assert detail == sorted(detail, reverse=True)
    assert detail[-1] < detail[0] / 10
    assert max(abs(luma.mean() - lumas[0].mean()) for luma in lumas) < 0.5


def test_blur_widens_evenly() -> None:
    """It is made at several sizes; where one takes over from another, nothing may be seen."""
    a = plain(50, 128, (1280, 720))
    a.planes[0][:, 640:] = 200
    widths = []
    for position in np.linspace(0.02, 0.5, 49):
        row = shown(TransitionKind.BLUR, a, a, position).planes[0][360].astype(float)
        step = np.diff(row) / (row[-1] - row[0])
        at = np.arange(len(step))
        widths.append(float(np.sqrt((step * (at - (step * at).sum()) ** 2).sum())))
        wanted = 0.022 * 720 * ease(2 * position)
        # Below half a pixel there is less between two pixels than eight bits can say.
        assert widths[-1] == pytest.approx(wanted, rel=0.08) or wanted < 0.5, position
    assert (np.diff(widths) > -0.01).all()


def test_blur_is_as_wide_in_chroma_as_in_luma() -> None:
    a = plain(50, 50, (640, 360))
    for plane in a.planes:
        plane[:, plane.shape[1] // 2 :] = 200
    out = shown(TransitionKind.BLUR, a, a, 0.5).planes
    half = cv2.resize(out[0], (320, 180), interpolation=cv2.INTER_AREA)
    assert np.abs(half.astype(int) - out[1]).max() <= 4
