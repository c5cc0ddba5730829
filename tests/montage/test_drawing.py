"""Frames as they are drawn, before any encoder: fit, insets, parallax, still pictures."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from tests.montage.films import SMALL, make_timeline
from video_platform.domain.formats import Format
from video_platform.domain.look import Fit
from video_platform.domain.manifests import Motion, MotionKind
from video_platform.domain.media import Media
from video_platform.domain.timeline import Box, Inset, InsetShape, Timeline, VideoClip
from video_platform.errors import UnsupportedMedia
from video_platform.montage.drawing import Material, draw_segment
from video_platform.montage.plan import RenderSettings, plan_film
from video_platform.montage.probe import probe_media
from video_platform.montage.stills import StillCache
from video_platform.store import MediaStore

WIDTH, HEIGHT = SMALL.width_px, SMALL.height_px


def put(store: MediaStore, path: Path, image: Image.Image) -> Media:
    image.save(path)
    return store.put(path, "image/png", probe_media(path, "image/png"))


def plain(colour: tuple[int, int, int], size: tuple[int, int] = (WIDTH, HEIGHT)) -> Image.Image:
    return Image.new("RGB", size, colour)


def luma(level: int) -> float:
    return 16 + 219 * level / 255


@pytest.fixture
def scene(store: MediaStore, tmp_path: Path) -> Timeline:
    """One dark grey scene, without words."""
    timeline = make_timeline(store, tmp_path / "media", ("One scene.",))
    media = put(store, tmp_path / "grey.png", plain((40, 40, 40)))
    clip = replace(timeline.video[0], media={Format.WIDE: media}, motion=None)
    return replace(timeline, video=(clip,), words=(), music=())


def drawn(timeline: Timeline, store: MediaStore) -> np.ndarray:
    """Luma of all frames, shape (frames, height, width)."""
    plan = plan_film(timeline, Format.WIDE, RenderSettings(), frame=SMALL)
    material = Material(stills=StillCache(), media_path=store.path)
    return np.stack(
        [
            buffer.planes[0].copy()
            for segment in plan.segments
            for buffer in draw_segment(segment, plan, material)
        ]
    )


def with_clip(timeline: Timeline, **changes: object) -> Timeline:
    clip: VideoClip = replace(timeline.video[0], **changes)  # type: ignore[arg-type]
    return replace(timeline, video=(clip,))


@pytest.mark.parametrize("fit", [Fit.PAD, Fit.BLUR])
def test_a_tall_picture_is_shown_whole_when_asked(
    scene: Timeline, store: MediaStore, tmp_path: Path, fit: Fit
) -> None:
    tall = plain((200, 200, 200), (90, 160))
    draw = ImageDraw.Draw(tall)
    draw.rectangle((0, 0, 89, 9), fill=(0, 0, 0))
    draw.rectangle((0, 150, 89, 159), fill=(0, 0, 0))
    media = put(store, tmp_path / "tall.png", tall)
    frame = drawn(with_clip(scene, media={Format.WIDE: media}, fit=fit), store)[0]
    middle = frame[:, WIDTH // 2]
    assert middle[:8].max() < 40  # its upper edge is seen
    assert middle[-8:].max() < 40
    assert abs(float(middle[HEIGHT // 2]) - luma(200)) < 3
    side = frame[HEIGHT // 2, :60]
    assert (side == 16).all() if fit is Fit.PAD else luma(90) < side.mean() < luma(130)


def test_crop_fills_the_frame(scene: Timeline, store: MediaStore, tmp_path: Path) -> None:
    media = put(store, tmp_path / "tall.png", plain((200, 200, 200), (90, 160)))
    frame = drawn(with_clip(scene, media={Format.WIDE: media}), store)[0]
    assert frame.min() > luma(200) - 3


@pytest.mark.parametrize("shape", list(InsetShape))
def test_an_inset_lies_in_its_box_for_its_time(
    scene: Timeline, store: MediaStore, tmp_path: Path, shape: InsetShape
) -> None:
    media = put(store, tmp_path / "white.png", plain((255, 255, 255), (200, 200)))
    box = Box(x=0.5, y=44 / HEIGHT, width=0.25, height=0.25 * WIDTH / HEIGHT)
    inset = Inset(
        start_frame=10, frames=20, media={Format.WIDE: media}, boxes={Format.WIDE: box}, shape=shape
    )
    frames = drawn(replace(scene, insets=(inset,)), store).astype(float)
    centre = frames[:, 44 + 40, 160 + 40]
    assert (centre[10:30] > 230).all()
    assert np.abs(np.delete(centre, range(10, 30)) - luma(40)).max() < 2
    shown = frames[15] > 120
    assert shown[:, :160].sum() == shown[:44].sum() == 0
    assert shown[:, 240:].sum() == shown[124:].sum() == 0
    full = {InsetShape.RECTANGLE: 1.0, InsetShape.ROUNDED: 0.99, InsetShape.CIRCLE: np.pi / 4}
    assert abs(shown.sum() / 80**2 - full[shape]) < 0.02


def test_a_filmed_inset_plays_from_its_own_beginning(
    scene: Timeline, store: MediaStore, tmp_path: Path
) -> None:
    from tests.montage.test_footage import film

    path = film(tmp_path / "film.mp4", 60)
    media = store.put(path, "video/mp4", probe_media(path, "video/mp4"))
    inset = Inset(
        start_frame=12,
        frames=30,
        media={Format.WIDE: media},
        boxes={Format.WIDE: Box(x=0.5, y=0.5, width=0.5, height=0.5)},
        shape=InsetShape.RECTANGLE,
    )
    frames = drawn(replace(scene, insets=(inset,)), store)
    for number in range(14, 40):
        lit = np.flatnonzero(frames[number][100:170, 160:].mean(axis=0) > 140)
        assert abs(lit.mean() - (number - 12)) < 1.5


def test_parallax_moves_the_foreground_twice_as_far(
    scene: Timeline, store: MediaStore, tmp_path: Path
) -> None:
    ground = plain((60, 60, 60), (704, 396))
    ImageDraw.Draw(ground).rectangle((348, 0, 355, 395), fill=(160, 160, 160))
    front = Image.new("RGBA", (704, 396), (0, 0, 0, 0))
    ImageDraw.Draw(front).rectangle((348, 300, 355, 395), fill=(255, 255, 255, 255))
    timeline = with_clip(
        scene,
        media={Format.WIDE: put(store, tmp_path / "ground.png", ground)},
        foreground={Format.WIDE: put(store, tmp_path / "front.png", front)},
        motion=Motion(kind=MotionKind.PAN_LEFT, strength=0.1),
    )
    frames = drawn(timeline, store).astype(float)

    def travel(rows: slice, level: float) -> float:
        places = []
        for frame in (frames[0], frames[-1]):
            weight = np.clip(frame[rows].mean(axis=0) - level, 0, None)
            places.append((weight * np.arange(WIDTH)).sum() / weight.sum())
        return float(places[1] - places[0])

    behind = travel(slice(10, 100), luma(60) + 2)
    before = travel(slice(165, 178), luma(160) + 10)
    assert behind > 10
    assert 1.7 < before / behind < 2.1
    # Nothing dark or bright rings the cut-out.
    assert frames[:, 165:178].min() > luma(60) - 4


def test_a_still_without_a_move_is_drawn_once(scene: Timeline, store: MediaStore) -> None:
    frames = drawn(scene, store)
    assert (frames == frames[0]).all()


def test_a_picture_that_is_none_is_refused(tmp_path: Path) -> None:
    from video_platform.montage.stills import StillRequest

    path = tmp_path / "a.png"
    path.write_bytes(b"GIF89a not a picture")
    with pytest.raises(UnsupportedMedia):
        StillCache().get(StillRequest(path, (10, 10)))


def test_a_phone_s_photograph_stands_upright(tmp_path: Path) -> None:
    from video_platform.montage.stills import StillRequest, load_still

    image = plain((20, 20, 20), (160, 120))
    image.paste((240, 240, 240), (0, 0, 40, 120))
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees clockwise
    path = tmp_path / "a.jpg"
    image.save(path, exif=exif, quality=95)
    still = load_still(StillRequest(path, (120, 160)))
    width, height = still.size
    assert height > width
