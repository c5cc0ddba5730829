"""Posters and contact sheets show the film's own pictures, in its own colours."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.factories import make_clips, make_music, make_scene, make_script, make_voice
from video_platform.agents.timeline import build_timeline
from video_platform.domain.formats import Format
from video_platform.domain.manifests import AvatarClips
from video_platform.errors import MontageError, ProbeFailed
from video_platform.montage.plan import FilmPlan, RenderSettings, SegmentKind, plan_film
from video_platform.montage.runner import Ffmpeg
from video_platform.montage.sheets import (
    SHEET_WIDTH_PX,
    best_picture,
    contact_sheet,
    poster,
    scene_times,
)

COLORS = [(200, 40, 40), (40, 160, 60), (50, 70, 190), (230, 200, 60), (120, 120, 120)]
"""One second of each, as BT.709 limited range."""
MIDDLES = [Fraction(2 * n + 1, 2) for n in range(len(COLORS))]


def make_film(
    pictures: Sequence[str], ffmpeg: Ffmpeg, directory: Path, size: str = "320x180"
) -> Path:
    """A second of each source, one after the other, with a keyframe only where the film begins."""
    inputs = [f for p in pictures for f in ("-f", "lavfi", "-i", f"{p}:s={size}:r=30:d=1")]
    scale = "format=gbrp,scale=out_color_matrix=bt709:out_range=tv,format=yuv420p,setsar=1"
    chains = "".join(f"[{n}]{scale}[v{n}];" for n in range(len(pictures)))
    joined = "".join(f"[v{n}]" for n in range(len(pictures)))
    ffmpeg.run(
        [
            *inputs,
            *("-filter_complex", f"{chains}{joined}concat=n={len(pictures)}"),
            *("-c:v", "libx264", "-crf", "8", "-g", "1000", "-colorspace", "bt709"),
            *("-x264-params", "scenecut=0:bframes=3:b-pyramid=none", "film.mp4"),
        ],
        directory=directory,
    )
    return directory / "film.mp4"


def solid(color: tuple[int, int, int]) -> str:
    return "color=c=0x{:02x}{:02x}{:02x}".format(*color)


@pytest.fixture
def film(ffmpeg: Ffmpeg, tmp_path: Path) -> Path:
    return make_film([solid(color) for color in COLORS], ffmpeg, tmp_path)


def plan_of(scenes: int) -> FilmPlan:
    script = make_script([make_scene(n, f"Scene {n} says this.") for n in range(1, scenes + 1)])
    timeline = build_timeline(
        script, make_voice(script), make_clips(script), AvatarClips(), make_music()
    )
    return plan_film(timeline, Format.WIDE, RenderSettings())


def near(found: np.ndarray, color: Sequence[int]) -> bool:
    return bool(np.abs(found.astype(int) - np.array(color)).max() <= 3)


def test_poster_has_the_film_s_colors_and_size(film: Path, tmp_path: Path) -> None:
    for color, time in zip(COLORS, MIDDLES, strict=True):
        with Image.open(poster(film, [time], tmp_path)) as image:
            assert (image.format, image.size) == ("JPEG", (320, 180))
            assert near(np.asarray(image)[90, 160], color), (color, image.getpixel((160, 90)))


def test_sheet_shows_each_moment_in_its_own_colors(film: Path, tmp_path: Path) -> None:
    with Image.open(contact_sheet(film, MIDDLES, tmp_path)) as image:
        sheet = np.asarray(image)
    tile = (sheet.shape[1] - 8) // 4
    height = (sheet.shape[0] - 8) // 2
    for number, color in enumerate(COLORS):
        row, column = divmod(number, 4)
        assert near(sheet[8 + row * height + 40, 8 + column * tile + tile // 2], color), number


def test_sheet_tells_the_time_in_the_corner_of_each_picture(film: Path, tmp_path: Path) -> None:
    with Image.open(contact_sheet(film, MIDDLES, tmp_path)) as image:
        corner = np.asarray(image)[-60:-8, 8:100].astype(int)
    assert (corner.min(axis=2) > 240).sum() > 60, "no white digits"
    assert (corner.max(axis=2) < 60).sum() > 200, "no dark plate under them"


@pytest.mark.parametrize("size", ["320x180", "180x320", "180x180", "160x200"])
@pytest.mark.parametrize("count", [1, 24])
def test_sheet_is_never_too_wide_and_its_pictures_keep_their_shape(
    size: str, count: int, ffmpeg: Ffmpeg, tmp_path: Path
) -> None:
    film = make_film([solid(COLORS[0])], ffmpeg, tmp_path, size)
    times = [Fraction(n, 48) for n in range(count)]
    with Image.open(contact_sheet(film, times, tmp_path)) as image:
        assert image.width <= SHEET_WIDTH_PX
        assert image.height <= SHEET_WIDTH_PX
        red = np.asarray(image)[..., 0] > 112  # half way from the ground to the film's own
    tile_width = first_run(red[28])
    tile_height = first_run(red[:, 8 + tile_width // 2])
    wide, high = map(int, size.split("x"))
    assert tile_width / tile_height == pytest.approx(wide / high, rel=0.02)


def first_run(claims: np.ndarray) -> int:
    """How many are true in a row, from the first on."""
    start = int(np.argmax(claims))
    return int(np.argmin(np.append(claims[start:], False)))


def test_poster_is_the_sharp_colorful_picture(ffmpeg: Ffmpeg, tmp_path: Path) -> None:
    sources = [solid((0, 0, 0)), solid((128, 128, 128)), "testsrc2=alpha=255", solid((250,) * 3)]
    film = make_film(sources, ffmpeg, tmp_path)
    times = [Fraction(1, 2), Fraction(3, 2), Fraction(5, 2), Fraction(7, 2)]
    with Image.open(poster(film, times, tmp_path)) as image:
        assert np.asarray(image).std() > 50


def noise(mean: int, spread: int, seed: int = 1) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.clip(rng.normal(mean, spread, (90, 160, 3)), 0, 255).astype(np.uint8)


def test_dark_picture_never_wins_however_sharp_it_is() -> None:
    dark = np.zeros((90, 160, 3), np.uint8)
    dark[::9, ::9] = 255
    assert best_picture([dark, noise(128, 4)]) == 1
    assert best_picture([255 - dark, noise(128, 4)]) == 1


def test_soft_picture_loses_to_a_sharp_one_of_equal_contrast() -> None:
    def squares(side: int) -> np.ndarray:
        rows, columns = np.indices((96, 160)) // side
        return np.repeat(((rows + columns) % 2 * 100 + 60).astype(np.uint8)[..., None], 3, axis=2)

    assert best_picture([squares(16), squares(4), squares(16)]) == 1


def test_grey_picture_loses_to_the_same_one_in_color() -> None:
    grey = np.repeat(noise(128, 15)[..., :1], 3, axis=2)
    color = (grey + np.array([20, 0, -52])).astype(np.uint8)  # a tint of the same brightness
    assert best_picture([grey, color]) == 1


def test_first_of_equal_pictures_is_taken() -> None:
    assert best_picture([noise(128, 40)] * 3) == 0


def test_only_black_film_still_gets_a_poster(ffmpeg: Ffmpeg, tmp_path: Path) -> None:
    film = make_film([solid((0, 0, 0))], ffmpeg, tmp_path)
    with Image.open(poster(film, [Fraction(0), Fraction(1, 2)], tmp_path)) as image:
        assert np.asarray(image).max() <= 3


def test_moment_behind_the_end_shows_the_last_picture(film: Path, tmp_path: Path) -> None:
    with Image.open(poster(film, [Fraction(99)], tmp_path)) as image:
        assert near(np.asarray(image)[90, 160], COLORS[-1])


@pytest.mark.parametrize("scenes", [1, 3, 24, 25, 80])
def test_scene_times_are_middles_of_scenes_spread_evenly(scenes: int) -> None:
    plan = plan_of(scenes)
    bodies = [s for s in plan.segments if s.kind is SegmentKind.BODY]
    found = [int(time * plan.rate.fraction) for time in scene_times(plan)]
    numbers = [
        next(n for n, b in enumerate(bodies) if b.start_frame <= at < b.start_frame + b.frames)
        for at in found
    ]
    assert len(set(numbers)) == len(numbers) == min(scenes, 24)
    steps = np.diff(numbers)
    assert steps.size == 0 or steps.max() - steps.min() <= 1
    for number, at in zip(numbers, found, strict=True):
        assert abs(at - bodies[number].start_frame - bodies[number].frames / 2) <= 1


def test_film_of_transitions_only_has_a_time() -> None:
    plan = plan_of(2)
    only = tuple(s for s in plan.segments if s.kind is SegmentKind.TRANSITION)
    assert len(scene_times(replace(plan, segments=only))) == 1


def test_film_that_is_no_mp4_is_not_read(film: Path, ffmpeg: Ffmpeg, tmp_path: Path) -> None:
    """Whatever its name says: a reader that guesses can be led to other files."""
    ffmpeg.run(
        ["-f", "mov", "-i", film.name, "-c", "copy", "-f", "matroska", "other.mp4"],
        directory=tmp_path,
    )
    with pytest.raises(ProbeFailed, match=r"other\.mp4"):
        poster(tmp_path / "other.mp4", [Fraction(0)], tmp_path)


def test_no_moment_is_an_error(film: Path, tmp_path: Path) -> None:
    with pytest.raises(MontageError):
        contact_sheet(film, [], tmp_path)
