"""Grades, looked at through the table they become, and tables read from files."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from av import VideoFrame
from av.filter import Graph

from video_platform.domain.look import Grade, GradePreset
from video_platform.domain.media import Media
from video_platform.errors import UnsupportedMedia
from video_platform.montage import grade as room
from video_platform.montage.grade import Cube, apply_cube, make_cube, read_cube, write_cube

LUT = Media(sha256="0" * 64, size_bytes=1, media_type="application/x-cube")
EXTREMES = [
    Grade(exposure_stops=-3),
    Grade(exposure_stops=1),
    Grade(exposure_stops=3),
    Grade(contrast=-1),
    Grade(contrast=1),
    Grade(saturation=0),
    Grade(saturation=2),
    Grade(temperature=-1),
    Grade(temperature=1),
    Grade(exposure_stops=2, contrast=1, saturation=2, temperature=1, preset=GradePreset.FILM),
]
PRESETS = [Grade(preset=preset) for preset in GradePreset]


def greys() -> np.ndarray:
    """Every grey there is, as a picture of one row."""
    return np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 3, axis=2)


def any_colors(seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (200, 300, 3), np.uint8)


def graded(grade: Grade, *colors: tuple[int, int, int]) -> np.ndarray:
    """What becomes of these colours, shape (colours, 3)."""
    return apply_cube(make_cube(grade, None), np.array([colors], np.uint8))[0].astype(int)


def luma(rgb: np.ndarray) -> np.ndarray:
    return rgb @ np.array([0.2126, 0.7152, 0.0722])


def test_neutral_grade_changes_no_value_at_all() -> None:
    steps = np.arange(0, 256, 3, dtype=np.uint8)
    every = np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(len(steps), -1, 3)
    neutral = make_cube(Grade(), None)
    assert np.array_equal(apply_cube(neutral, every), every)
    assert np.array_equal(apply_cube(neutral, any_colors()), any_colors())


def test_graded_picture_is_another_one_and_the_given_one_stays() -> None:
    rgb = any_colors()
    result = apply_cube(make_cube(Grade(preset=GradePreset.MONO), None), rgb)
    assert np.array_equal(rgb, any_colors())
    assert result.flags.writeable
    assert result.shape == rgb.shape


def test_pictures_that_cannot_be_written_to_are_graded_too() -> None:
    rgb = any_colors()
    rgb.flags.writeable = False
    apply_cube(make_cube(Grade(exposure_stops=1), None), rgb)


@pytest.mark.parametrize("grade", PRESETS + EXTREMES)
def test_brighter_greys_stay_brighter(grade: Grade) -> None:
    """Otherwise a soft shadow would get a ring."""
    shown = apply_cube(make_cube(grade, None), greys())[0].astype(int)
    assert (np.diff(shown, axis=0) >= 0).all()


@pytest.mark.parametrize("grade", PRESETS, ids=lambda grade: grade.preset)
def test_presets_keep_white_nearly_white_and_black_nearly_black(grade: Grade) -> None:
    black, white = graded(grade, (0, 0, 0), (255, 255, 255))
    assert black.max() <= 10
    assert white.min() >= 245


@pytest.mark.parametrize(
    "grade", [g for g in PRESETS if g.preset is not GradePreset.MONO], ids=lambda g: g.preset
)
@pytest.mark.parametrize("skin", [(255, 224, 196), (234, 192, 160), (200, 148, 110), (92, 60, 44)])
def test_skin_stays_skin_in_every_preset(grade: Grade, skin: tuple[int, int, int]) -> None:
    """Red over green over blue, about as bright as before."""
    (shown,) = graded(grade, skin)
    assert shown[0] > shown[1] > shown[2]
    assert abs(luma(shown) - luma(np.array(skin))) < 16


def test_every_preset_looks_different() -> None:
    looks = [graded(grade, (200, 148, 110), (60, 120, 200), (128, 128, 128)) for grade in PRESETS]
    for n, look in enumerate(looks):
        for other in looks[:n]:
            assert np.abs(look - other).max() >= 6


def test_a_stop_doubles_the_light() -> None:
    """18 % of the light of white is 118 as an sRGB value, 9 % is 85, 36 % is 162."""
    for stops, value in ((-1, 85), (0, 118), (1, 162)):
        assert graded(Grade(exposure_stops=stops), (118, 118, 118))[0].tolist() == [value] * 3


def test_highlights_roll_off_instead_of_clipping() -> None:
    shown = apply_cube(make_cube(Grade(exposure_stops=1), None), greys())[0, :, 0].astype(int)
    # One stop up, everything above 188 would be white.
    assert len(np.unique(shown[188:])) > 20
    assert shown[255] == 255
    assert shown[250] < 255


def test_contrast_turns_around_middle_grey() -> None:
    more, less = Grade(contrast=0.7), Grade(contrast=-0.7)
    dark, middle, light = (60, 60, 60), (118, 118, 118), (200, 200, 200)
    for grade, sign in ((more, 1), (less, -1)):
        shown = graded(grade, dark, middle, light)[:, 0]
        assert (60 - shown[0]) * sign > 8
        assert abs(shown[1] - 118) <= 1
        assert (shown[2] - 200) * sign > 8
    assert graded(more, (0, 0, 0), (255, 255, 255))[:, 0].tolist() == [0, 255]


def test_saturation_keeps_luma_and_hue_and_clips_nothing() -> None:
    colors = [(200, 148, 110), (60, 120, 200), (90, 160, 80), (128, 128, 128)]
    given = np.array(colors)
    for saturation in (0, 0.5, 1.5, 2):
        shown = graded(Grade(saturation=saturation), *colors)
        assert np.abs(luma(shown) - luma(given)).max() < 1.2
        assert shown.max() < 255
        assert shown.min() > 0
        spread = np.ptp(shown[:3], axis=1) / np.ptp(given[:3], axis=1)
        assert ((spread > 1) == (saturation > 1)).all()
        order = np.argsort(given[:3], axis=1)
        if saturation:
            assert np.array_equal(np.argsort(shown[:3], axis=1), order)
    assert np.ptp(graded(Grade(saturation=0), *colors), axis=1).max() == 0


def test_temperature_moves_red_against_blue_at_the_same_luminance() -> None:
    (warm,) = graded(Grade(temperature=1), (118, 118, 118))
    (cool,) = graded(Grade(temperature=-1), (118, 118, 118))
    assert warm[0] > 118 > warm[2]
    assert cool[0] < 118 < cool[2]
    for shown in (warm, cool):
        light = ((shown / 255 + 0.055) / 1.055) ** 2.4
        assert luma(light) == pytest.approx(0.181, abs=0.004)


def test_own_controls_come_on_top_of_the_preset() -> None:
    both = graded(Grade(preset=GradePreset.MONO, temperature=1), (118, 118, 118), (200, 30, 90))
    assert (both[:, 0] > both[:, 2]).all()


# --- the table and its look-up ---


def through_ffmpeg(path: Path, rgb: np.ndarray, interpolation: str) -> np.ndarray:
    graph = Graph()
    source = graph.add_buffer(
        width=rgb.shape[1], height=rgb.shape[0], format="rgb24", time_base=Fraction(1, 25)
    )
    look = graph.add("lut3d", file=str(path), interp=interpolation)
    sink = graph.add("buffersink")
    source.link_to(look)
    look.link_to(sink)
    graph.configure()
    graph.push(VideoFrame.from_ndarray(rgb, format="rgb24"))
    frame = graph.pull()
    assert isinstance(frame, VideoFrame)
    return frame.to_ndarray(format="rgb24")


@pytest.mark.parametrize("grade", PRESETS + EXTREMES)
def test_stills_and_footage_get_the_same_colours(grade: Grade, tmp_path: Path) -> None:
    """Stills go through our look-up, footage through FFmpeg's, which drops fractions."""
    cube, rgb = make_cube(grade, None), any_colors()
    path = tmp_path / "grade.cube"
    write_cube(cube, path)
    ours, theirs = apply_cube(cube, rgb).astype(int), through_ffmpeg(path, rgb, "trilinear")
    assert np.abs(ours - theirs).max() <= 2
    other = through_ffmpeg(path, rgb, "tetrahedral")
    assert np.abs(ours - other).mean() < 0.6


@pytest.mark.parametrize("grade", [Grade(exposure_stops=1), Grade(contrast=1), *PRESETS])
def test_a_written_table_is_read_back(grade: Grade, tmp_path: Path) -> None:
    cube = make_cube(grade, None)
    write_cube(cube, tmp_path / "a.cube")
    assert np.abs(read_cube(tmp_path / "a.cube").table - cube.table).max() < 1e-6


def write(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


CORNERS = [f"{red} {green} {blue}" for blue in (0, 1) for green in (0, 1) for red in (0, 1)]
"""The colours of a neutral table of two points a side: red changes fastest."""


def test_red_changes_fastest_in_a_file(tmp_path: Path) -> None:
    only_red = [f"{line.split()[0]} 0 0" for line in CORNERS]
    cube = read_cube(write(tmp_path / "a.cube", "LUT_3D_SIZE 2", *only_red))
    (shown,) = apply_cube(cube, np.array([[(200, 90, 30)]], np.uint8))[0]
    assert shown.tolist() == [200, 0, 0]


def test_title_comments_blank_lines_and_windows_line_ends_are_understood(tmp_path: Path) -> None:
    path = tmp_path / "a.cube"
    head = ["\ufeff# made by hand", "", 'TITLE "Orange 3 and teal"', "LUT_3D_SIZE 2", "# colours"]
    path.write_bytes("\r\n".join([*head, *CORNERS, "", "# the end"]).encode())
    assert np.array_equal(apply_cube(read_cube(path), any_colors()), any_colors())


def test_curves_are_applied_channel_by_channel(tmp_path: Path) -> None:
    curve = [f"{n / 255:.6f} {1 - n / 255:.6f} {(n / 255) ** 2:.6f}" for n in range(256)]
    cube = read_cube(write(tmp_path / "a.cube", "LUT_1D_SIZE 256", *curve))
    rgb = any_colors()
    wanted = np.stack([rgb[:, :, 0], 255 - rgb[:, :, 1], rgb[:, :, 2] ** 2.0 / 255], axis=-1)
    assert np.abs(apply_cube(cube, rgb) - wanted).max() < 0.6


@pytest.mark.parametrize(
    "domain",
    [
        ["DOMAIN_MIN 0.25 0.25 0.25", "DOMAIN_MAX 0.75 0.75 0.75"],
        ["LUT_3D_INPUT_RANGE 0.25 0.75"],
    ],
)
def test_domain_of_a_file_is_respected(tmp_path: Path, domain: list[str]) -> None:
    cube = read_cube(write(tmp_path / "a.cube", "LUT_3D_SIZE 2", *domain, *CORNERS))
    shown = apply_cube(cube, greys())[0, :, 0].astype(int)
    wanted = np.clip((np.arange(256) / 255 - 0.25) / 0.5, 0, 1) * 255
    assert np.abs(shown - wanted).max() < 1


def test_domain_of_curves_is_respected(tmp_path: Path) -> None:
    lines = ["LUT_1D_SIZE 2", "LUT_1D_INPUT_RANGE 0 2", "0 0 0", "1 1 1"]
    cube = read_cube(write(tmp_path / "a.cube", *lines))
    shown = apply_cube(cube, greys())[0, :, 0]
    assert np.abs(shown - np.arange(256) / 2).max() <= 0.5


def inverse(tmp_path: Path, size: int = 17) -> Path:
    steps = np.linspace(0, 1, size)
    blue, green, red = np.meshgrid(steps, steps, steps, indexing="ij")
    table = 1 - np.stack([red, green, blue], axis=-1)
    write_cube(Cube(table.astype(np.float32)), tmp_path / "inverse.cube")
    return tmp_path / "inverse.cube"


def test_lut_alone_is_taken_as_it_is(tmp_path: Path) -> None:
    cube = make_cube(Grade(lut=LUT), inverse(tmp_path))
    assert cube.size == 17
    assert np.array_equal(apply_cube(cube, any_colors()), 255 - any_colors())


@pytest.mark.parametrize("size", [17, 33, 50])
def test_lut_comes_after_the_grade(tmp_path: Path, size: int) -> None:
    grade, rgb = Grade(exposure_stops=-1, preset=GradePreset.WARM), any_colors()
    without = apply_cube(make_cube(grade, None), rgb).astype(int)
    shown = apply_cube(make_cube(replace(grade, lut=LUT), inverse(tmp_path, size)), rgb)
    assert np.abs(shown - (255 - without)).max() <= 2


# --- files that are wrong ---

HOSTILE = {
    "empty": ([], "holds 0 colours"),
    "words": (["hello world"], "line 1"),
    "no size": (CORNERS, "line 1"),
    "size of one": (["LUT_3D_SIZE 1", "0 0 0"], "line 1: .*not a size from 2 to 65"),
    "huge size": (["LUT_3D_SIZE 100000", *CORNERS], "line 1: .*not a size from 2 to 65"),
    "negative size": (["LUT_3D_SIZE -2", *CORNERS], "line 1: .*not a size"),
    "size in words": (["LUT_3D_SIZE two", *CORNERS], "line 1"),
    "no size named": (["LUT_3D_SIZE", *CORNERS], "line 1"),
    "long curve": (["LUT_1D_SIZE 4097", "0 0 0"], "line 1: .*2 to 4096"),
    "two sizes": (["LUT_1D_SIZE 2", "LUT_3D_SIZE 2", *CORNERS], "line 2: .*second size"),
    "too few": (["LUT_3D_SIZE 2", *CORNERS[:-1]], "holds 7 colours of 8"),
    "too many": (["LUT_3D_SIZE 2", *CORNERS, "0 0 0"], "line 10: it names 8"),
    "not finite": (["LUT_3D_SIZE 2", "nan 0 0", *CORNERS[1:]], "line 2: .*three numbers"),
    "infinite": (["LUT_3D_SIZE 2", "0 1e999 0", *CORNERS[1:]], "line 2: .*three numbers"),
    "two numbers": (["LUT_3D_SIZE 2", "0 0", *CORNERS[1:]], "line 2: .*three numbers"),
    "four numbers": (["LUT_3D_SIZE 2", "0 0 0 0", *CORNERS[1:]], "line 2: .*three numbers"),
    "unknown word": (["LUT_3D_SIZE 2", "GAMMA 2.2", *CORNERS], "line 2: 'GAMMA 2.2'"),
    "empty domain": (["LUT_3D_SIZE 2", "DOMAIN_MAX 0 0 0", *CORNERS], "domain"),
    "endless domain": (["LUT_3D_SIZE 2", "DOMAIN_MAX inf 1 1", *CORNERS], "line 2"),
    "domain of two": (["LUT_3D_SIZE 2", "DOMAIN_MIN 0 0", *CORNERS], "line 2"),
    "range of three": (["LUT_3D_SIZE 2", "LUT_3D_INPUT_RANGE 0 1 2", *CORNERS], "line 2"),
    "long line": (["LUT_3D_SIZE 2", "0 " * 200], "line 2: 399 characters"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_wrong_file_is_refused_with_its_line(tmp_path: Path, name: str) -> None:
    lines, reason = HOSTILE[name]
    with pytest.raises(UnsupportedMedia, match=reason) as caught:
        read_cube(write(tmp_path / "a.cube", *lines))
    assert caught.value.code == "lut_invalid"
    assert ".cube file" in caught.value.hint
    assert len(str(caught.value)) < 300


def test_binary_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.cube"
    path.write_bytes(np.random.default_rng(1).bytes(100_000))
    with pytest.raises(UnsupportedMedia, match=r"a\.cube is broken in line 1"):
        read_cube(path)


def test_large_file_is_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.cube"
    with path.open("wb") as file:
        file.truncate(16 * 2**20 + 1)
    monkeypatch.setattr(Path, "open", None)
    with pytest.raises(UnsupportedMedia, match="larger than 16 MB"):
        read_cube(path)


def test_colours_beyond_white_are_held_at_white(tmp_path: Path) -> None:
    """Larger than any number of eight bits: neither wraps around nor warns."""
    lines = ["LUT_3D_SIZE 2", *(["-1e30 0.5 1e300"] * 8)]
    cube = make_cube(Grade(lut=LUT), write(tmp_path / "a.cube", *lines))
    assert np.unique(apply_cube(cube, any_colors()).reshape(-1, 3), axis=0).tolist() == [
        [0, 128, 255]
    ]


def test_table_is_as_good_as_the_sums_behind_it() -> None:
    """33 points a side are enough: looked up, colours are those that were computed."""
    rgb = any_colors()
    for grade in (Grade(exposure_stops=1), Grade(contrast=1), Grade(temperature=1)):
        exact = room._developed(
            rgb.reshape(-1, 3) / 255,
            room._Controls(
                exposure_stops=grade.exposure_stops,
                contrast=grade.contrast,
                temperature=grade.temperature,
            ),
        )
        error = np.abs(apply_cube(make_cube(grade, None), rgb).reshape(-1, 3) - exact * 255)
        assert error.max() < 3
        assert error.mean() < 0.35
