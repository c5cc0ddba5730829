"""Overlays: text as libass burns it, titles, logo and progress bar where and when they belong."""

import itertools
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.montage.overlaid import (
    WIDE,
    WORD_MS,
    changed,
    columns_of,
    drawn,
    grey,
    overlay_of,
    plan_with,
    to_rgb,
)
from video_platform.domain.formats import FRAMES, Format, Frame, frame_for
from video_platform.domain.look import (
    CaptionLook,
    CaptionPlace,
    CaptionStyle,
    Corner,
    Logo,
    Look,
    Network,
)
from video_platform.domain.media import Media
from video_platform.domain.timeline import Title, TitleKind
from video_platform.errors import UnsupportedMedia
from video_platform.fonts import FAMILY, FONTS_DIR
from video_platform.montage.captions import CaptionType
from video_platform.montage.layers import to_yuv
from video_platform.montage.motion import FrameBuffer
from video_platform.montage.overlays import make_overlays
from video_platform.montage.runner import Ffmpeg

SMALL = Frame(640, 360, 0.06, 0.06, 0.72, 0.96)
YELLOW, WHITE = (255, 208, 80), (255, 255, 255)
LOGO = Media(sha256="1" * 64, media_type="image/png", size_bytes=1)
Show = Callable[..., np.ndarray]


@pytest.fixture
def show(ffmpeg: Ffmpeg, tmp_path: Path) -> Show:
    """``show(number, **plan)``: that frame of a film on grey, as RGB."""
    counter = itertools.count()

    def make(number: int, *, logo: Path | None = None, **options: object) -> np.ndarray:
        plan = plan_with(**options)  # type: ignore[arg-type]
        overlay = overlay_of(plan, ffmpeg, tmp_path / str(next(counter)), logo)
        return drawn(overlay, number, plan.frame)

    return make


def title(text: str, detail: str = "", kind: TitleKind = TitleKind.TITLE) -> Title:
    return Title(start_frame=10, frames=60, kind=kind, text=text, detail=detail)


def extent(seen: np.ndarray) -> tuple[int, int, int, int]:
    """Left, top, right, bottom of what is set; right and bottom are the last with something."""
    rows, columns = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
    return int(columns[0]), int(rows[0]), int(columns[-1]), int(rows[-1])


def burned(ffmpeg: Ffmpeg, directory: Path, event: str | None) -> FrameBuffer:
    """A test picture, with the text FFmpeg's own filter burns into it."""
    head = f"""[Script Info]
PlayResX: {SMALL.width_px}
PlayResY: {SMALL.height_px}
WrapStyle: 2
ScaledBorderAndShadow: yes
YCbCr Matrix: TV.709

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, Bold, BorderStyle, Outline, Shadow, Alignment, \
Encoding
Style: Default,{FAMILY},20,&H00FFFFFF,-1,1,0,0,8,-1

[Events]
Format: Layer, Start, End, Style, MarginL, MarginR, MarginV, Text
"""
    events = f"Dialogue: 0,0:00:00.00,0:00:09.00,Default,0,0,0,{event}\n" if event else ""
    (directory / "burn.ass").write_text(head + events, encoding="utf-8")
    if not (directory / "type").exists():
        (directory / "type").symlink_to(FONTS_DIR)
    size = f"{SMALL.width_px}x{SMALL.height_px}"
    tags = "setparams=colorspace=bt709:range=tv"
    ffmpeg.run(
        [
            *("-f", "lavfi", "-i", f"testsrc2=s={size}:r=1:d=1"),
            *("-vf", f"format=yuv420p,{tags},ass=filename=burn.ass:fontsdir=type"),
            *("-f", "rawvideo", "burned.yuv"),
        ],
        directory=directory,
    )
    buffer = FrameBuffer(SMALL.width_px, SMALL.height_px)
    buffer.data[:] = np.fromfile(directory / "burned.yuv", np.uint8)
    return buffer


@pytest.mark.parametrize(
    ("words", "is_rtl", "mark"),
    [
        (["wind", "{power}", "now"], False, "\u200e"),
        (["NASA", "أطلقت", "2024", "الجديد"], True, "\u200f"),
    ],
)
def test_captions_are_what_ffmpeg_would_burn_within_two_levels(
    ffmpeg: Ffmpeg, tmp_path: Path, words: list[str], is_rtl: bool, mark: str
) -> None:
    look = Look(captions=CaptionLook(style=CaptionStyle.OUTLINE))
    plan = plan_with(" ".join(words), look=look, frame=SMALL, is_rtl=is_rtl)
    kind = CaptionType(SMALL, look, is_rtl)
    (line,) = kind.lines(plan.cues[0])
    top = kind.zone[1] - kind.edge_px - line.size_px
    # Colours a level apart: libass rounds the place of each run of one colour by itself.
    colours = ["FFFFFF", "50D0FF", "FFFFFF", "FFFFFE"]
    marked = [
        f"{{\\c&H{colour}&}}" + word.replace("{", "\\{")
        for colour, word in zip(colours, words, strict=False)
    ]
    style = f"{{\\pos({SMALL.width_px // 2},{top})\\fs{line.size_px}"
    style += f"\\bord{line.border_px}\\3c&H1C120C&}}"
    expected = burned(ffmpeg, tmp_path, style + mark + " ".join(marked))
    ours = burned(ffmpeg, tmp_path, None)
    overlay = overlay_of(plan, ffmpeg, tmp_path / "ours")
    overlay.draw(round((WORD_MS + 100) * 30 / 1000), ours)
    for plane, wanted, levels in zip(ours.planes, expected.planes, (2, 8, 8), strict=True):
        assert np.abs(plane.astype(int) - wanted).max() <= levels
    plain = burned(ffmpeg, tmp_path, None)
    assert np.abs(plain.planes[0].astype(int) - expected.planes[0]).max() > 100


def test_word_changes_at_the_frame_it_is_due_in(ffmpeg: Ffmpeg, tmp_path: Path) -> None:
    """Words begin every 300 ms, which is every ninth frame exactly."""
    overlay = overlay_of(plan_with("alpha beta"), ffmpeg, tmp_path)
    eighth, ninth, tenth = (columns_of(drawn(overlay, n), YELLOW) for n in (8, 9, 10))
    assert eighth.max() < ninth.min()
    assert np.array_equal(ninth, tenth)


def test_captions_begin_and_end_with_their_cue(ffmpeg: Ffmpeg, tmp_path: Path) -> None:
    plan = plan_with("alpha beta")
    overlay = overlay_of(plan, ffmpeg, tmp_path)
    end = plan.cues[0].end_ms * 30 // 1000
    seen = [bool(changed(drawn(overlay, n)).any()) for n in (0, end - 1, end)]
    assert seen == [True, True, False]


def test_frames_may_be_drawn_in_any_order(ffmpeg: Ffmpeg, tmp_path: Path) -> None:
    overlay = overlay_of(plan_with("One two three. Four five six."), ffmpeg, tmp_path)
    forward = [drawn(overlay, n) for n in (5, 20, 40, 60)]
    backward = [drawn(overlay, n) for n in (60, 40, 20, 5)]
    assert all(np.array_equal(a, b) for a, b in zip(forward, backward[::-1], strict=True))


def test_nothing_is_left_behind_but_small_files(ffmpeg: Ffmpeg, tmp_path: Path) -> None:
    overlay_of(plan_with("alpha beta gamma " * 100), ffmpeg, tmp_path / "x")
    left = [path for path in (tmp_path / "x").iterdir() if path.is_file()]
    assert sum(path.stat().st_size for path in left) < 100_000


def test_film_without_text_starts_no_ffmpeg(ffmpeg: Ffmpeg, tmp_path: Path) -> None:
    overlay = overlay_of(plan_with(), ffmpeg, tmp_path)
    assert not list(tmp_path.iterdir())
    assert not changed(drawn(overlay, 5)).any()


def test_only_wanted_segments_are_made(ffmpeg: Ffmpeg, tmp_path: Path) -> None:
    plan = plan_with("alpha")
    made = make_overlays(plan, [], media_path=lambda _: tmp_path, ffmpeg=ffmpeg, directory=tmp_path)
    assert made == {}


def test_title_fades_in_and_out(ffmpeg: Ffmpeg, tmp_path: Path) -> None:
    overlay = overlay_of(plan_with(titles=(title("Wind"),)), ffmpeg, tmp_path)
    ground = int(to_rgb(grey(WIDE)).max())
    light = [int(drawn(overlay, n).max()) for n in (9, 10, 13, 17, 40, 62, 66, 69, 70)]
    before, *rising, full, also_full, falling, last, after = light
    assert before == after == ground
    assert rising == sorted(rising)
    assert full == also_full == 255
    assert 255 > falling > last > ground


FRAMES_OF_NETWORKS = [
    WIDE,
    FRAMES[Format.SQUARE],
    frame_for(Format.TALL, Network.TIKTOK),
    frame_for(Format.TALL, Network.YOUTUBE),
]
LONG = "Donaudampfschifffahrtsgesellschaftskapitänswitwe und die " + "lange Geschichte " * 6


@pytest.mark.parametrize("kind", list(TitleKind))
@pytest.mark.parametrize("frame", FRAMES_OF_NETWORKS)
@pytest.mark.parametrize("text", ["Wind", LONG, "x" * 300])
def test_no_title_leaves_the_margins_or_meets_the_captions(
    show: Show, kind: TitleKind, frame: Frame, text: str
) -> None:
    image = show(40, titles=(title(text, text[:90], kind),), frame=frame)
    left, top, right, bottom = extent(columns_and_rows(image, kind))
    assert left >= frame.margin_x * frame.width_px
    assert right < (1 - frame.margin_x) * frame.width_px
    assert top >= frame.margin_y * frame.height_px
    assert bottom < frame.caption_top * frame.height_px


def columns_and_rows(image: np.ndarray, kind: TitleKind) -> np.ndarray:
    """Where a title is: its letters, or its plate; a large one's shadow may go beyond."""
    return (image.min(axis=2) > 200) if kind is TitleKind.TITLE else changed(image)


@pytest.mark.parametrize("kind", list(TitleKind))
def test_title_of_blanks_draws_nothing(show: Show, kind: TitleKind) -> None:
    assert not changed(show(40, titles=(title(" ", "", kind),))).any()


def test_lower_third_stands_where_reading_begins(show: Show) -> None:
    name = title("Maria Lindqvist", "Uppsala", TitleKind.LOWER_THIRD)
    left, _, right, _ = extent(changed(show(40, titles=(name,))))
    assert left == pytest.approx(WIDE.margin_x * WIDE.width_px, abs=1)
    assert right < WIDE.width_px / 2
    accent = columns_of(show(40, titles=(name,)), YELLOW)
    assert accent.min() == left
    name = title("ماريا", "معهد 2024", TitleKind.LOWER_THIRD)
    image = show(40, titles=(name,), is_rtl=True)
    left, _, right, _ = extent(changed(image))
    assert right + 1 == pytest.approx((1 - WIDE.margin_x) * WIDE.width_px, abs=1)
    assert left > WIDE.width_px / 2
    assert columns_of(image, YELLOW).max() == right


def test_large_title_is_centred_and_larger_than_its_detail(show: Show) -> None:
    image = show(40, titles=(title("HHHH", "HHHH"),))
    letters = image.min(axis=2) > 200
    left, _, right, _ = extent(letters)
    assert left + right + 1 == pytest.approx(WIDE.width_px, abs=4)
    rows = np.flatnonzero(letters.any(axis=1))
    (cut,) = np.flatnonzero(np.diff(rows) > 1)
    assert rows[cut] - rows[0] > 1.8 * (rows[-1] - rows[cut + 1])


def test_title_makes_way_for_captions_in_the_middle(show: Show) -> None:
    look = Look(captions=CaptionLook(place=CaptionPlace.MIDDLE))
    image = show(40, titles=(title("Wind"),), look=look)
    zone = CaptionType(WIDE, look, is_rtl=False).zone
    assert extent(image.min(axis=2) > 200)[3] < zone[0]


def write_logo(path: Path, size: tuple[int, int] = (400, 200)) -> Path:
    """Opaque red at the left, ending inside a pixel once small; the rest nothing, hidden green."""
    picture = Image.new("RGBA", size, (0, 255, 0, 0))
    picture.paste((255, 0, 0, 255), (0, 0, 130, size[1]))
    picture.save(path)
    return path


@pytest.mark.parametrize("corner", list(Corner))
def test_logo_stands_in_its_corner_and_keeps_its_transparency(
    show: Show, tmp_path: Path, corner: Corner
) -> None:
    look = Look(logo=Logo(media=LOGO, corner=corner, width=0.2, opacity=1))
    image = show(0, look=look, logo=write_logo(tmp_path / "logo.png"))
    left, top, right, bottom = extent(changed(image))
    assert right - left + 1 == pytest.approx(70, abs=2)
    assert bottom - top + 1 == pytest.approx(108, abs=2)
    assert image[(top + bottom) // 2, (left + right) // 2].astype(int) == pytest.approx(
        (255, 0, 0), abs=3
    )
    # No green shines through at the edge of the transparent part.
    assert (image[:, :, 1] <= 0x60 + 3).all()
    margin = WIDE.margin_x * WIDE.width_px
    is_left = corner in (Corner.TOP_LEFT, Corner.BOTTOM_LEFT)
    # The picture is 216 pixels wide, of which 70 are seen.
    expected = margin if is_left else WIDE.width_px - margin - 216
    assert left == pytest.approx(expected, abs=2)
    if corner in (Corner.TOP_LEFT, Corner.TOP_RIGHT):
        assert top == pytest.approx(WIDE.margin_y * WIDE.height_px, abs=2)
    else:
        assert bottom < WIDE.caption_top * WIDE.height_px


def test_logo_opacity_lets_the_picture_through(show: Show, tmp_path: Path) -> None:
    look = Look(logo=Logo(media=LOGO, corner=Corner.TOP_LEFT, opacity=0.5))
    image = show(0, look=look, logo=write_logo(tmp_path / "logo.png"))
    left, top, _, bottom = extent(changed(image))
    mixed = ((255 + 0x60) / 2, 0x60 / 2, 0x60 / 2)
    assert image[(top + bottom) // 2, left + 10].astype(int) == pytest.approx(mixed, abs=3)


def test_lower_third_stands_on_a_logo_in_a_lower_corner(show: Show, tmp_path: Path) -> None:
    look = Look(logo=Logo(media=LOGO, corner=Corner.BOTTOM_LEFT, opacity=1))
    path = write_logo(tmp_path / "logo.png")
    logo_top = extent(changed(show(0, look=look, logo=path)))[1]
    name = title("Maria Lindqvist", "", TitleKind.LOWER_THIRD)
    image = show(40, look=look, logo=path, titles=(name,))
    dark = (image.max(axis=2) < 60) & changed(image)
    assert extent(dark)[3] < logo_top


def test_logo_that_is_no_picture_is_refused(show: Show, tmp_path: Path) -> None:
    path = tmp_path / "logo.png"
    path.write_bytes(b"GIF89a nothing")
    with pytest.raises(UnsupportedMedia, match=r"logo\.png"):
        show(0, look=Look(logo=Logo(media=LOGO)), logo=path)


@pytest.mark.parametrize("is_rtl", [False, True])
def test_progress_bar_is_as_long_as_the_film_has_run(
    ffmpeg: Ffmpeg, tmp_path: Path, is_rtl: bool
) -> None:
    plan = plan_with(look=Look(progress_bar=True), frames=700, is_rtl=is_rtl)
    overlay = overlay_of(plan, ffmpeg, tmp_path)
    full = to_yuv(YELLOW)[0]
    ground = float(grey(WIDE).planes[0][0, 0])
    for number in (0, 333, 699):
        buffer = grey(WIDE)
        overlay.draw(number, buffer)
        row = buffer.planes[0][-1, :: -1 if is_rtl else 1].astype(float)
        length = ((row - ground) / (round(full) - ground)).sum()
        assert length == pytest.approx((number + 1) / 700 * 1920, abs=0.02)
        assert (np.diff(row) <= 0).all()
        assert (buffer.planes[0][: 1080 - 6] == ground).all()


def test_progress_bar_counts_from_the_films_beginning(ffmpeg: Ffmpeg, tmp_path: Path) -> None:
    plan = plan_with(look=Look(progress_bar=True), frames=100)
    overlay = overlay_of(plan, ffmpeg, tmp_path)
    assert columns_of(drawn(overlay, 49), YELLOW).max() == 959


def test_title_lies_over_the_logo(show: Show, tmp_path: Path) -> None:
    look = Look(logo=Logo(media=LOGO, corner=Corner.TOP_LEFT, width=0.5, opacity=1))
    picture = Image.new("RGB", (100, 100), (255, 0, 0))
    picture.save(tmp_path / "logo.png")
    image = show(40, look=look, logo=tmp_path / "logo.png", titles=(title("WWWWW WWWWW"),))
    side = 540
    part = image[70 : 60 + side, 120 : 110 + side]
    assert (part.min(axis=2) > 230).any()
    assert (part[:, :, 0].astype(int) - part[:, :, 1] > 240).any()


def test_nothing_drawn_is_held_after_the_last_frame(ffmpeg: Ffmpeg, tmp_path: Path) -> None:
    """Overlays live as long as the film; what they drew must not."""
    plan = plan_with("alpha beta gamma", titles=(title("Wind " * 9),), frames=70)
    overlay = overlay_of(plan, ffmpeg, tmp_path)
    buffer = grey(WIDE)
    tracemalloc.start()
    try:
        overlay.draw(68, buffer)
        while_shown, _ = tracemalloc.get_traced_memory()
        overlay.draw(69, buffer)
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert after < while_shown / 10
