"""Backgrounds: a softly graded ground and one quiet field of shapes, another for each seed."""

import random
from collections.abc import Callable

import numpy as np
from PIL import Image

from video_platform.providers.vendors.embedded_painter.canvas import Canvas
from video_platform.providers.vendors.embedded_painter.outlines import (
    arc,
    bezier,
    circle,
    quarter,
    rounded,
)
from video_platform.providers.vendors.embedded_painter.page import Box
from video_platform.providers.vendors.embedded_painter.palette import Colour, mix

# How much of the field is left beneath the captions.
_CAPTION_QUIET = 0.2


def paint_background(canvas: Canvas, field: str, dice: random.Random) -> None:
    """Ground, field, and a calmer strip where captions will stand."""
    _paint_ground(canvas, dice)
    plain = canvas.image.copy()
    _FIELDS[field](canvas, dice)
    _quieten(canvas, plain)


def _paint_ground(canvas: Canvas, dice: random.Random) -> None:
    """A barely visible gradient, dithered: without grain it would show as bands on a screen."""
    page, palette = canvas.page, canvas.palette
    angle = dice.uniform(0, 2 * np.pi)
    down, across = np.mgrid[0:16, 0:16].astype(np.float32) / 15
    slope = (across - 0.5) * np.cos(angle) + (down - 0.5) * np.sin(angle)
    small = Image.fromarray(np.clip(128 + slope * 150, 12, 243).astype(np.uint8))
    smooth = np.asarray(small.resize((page.width, page.height), Image.Resampling.BICUBIC))
    noise = np.random.default_rng(dice.getrandbits(32)).integers(
        -12, 13, smooth.shape, dtype=np.int16
    )
    mask = Image.fromarray(np.clip(smooth + noise, 0, 255).astype(np.uint8))
    end = Image.new("RGB", canvas.image.size, palette.ground_end)
    canvas.image = Image.composite(end, canvas.image, mask)


def _quieten(canvas: Canvas, plain: Image.Image) -> None:
    page = canvas.page
    rows = np.arange(page.height, dtype=np.float32)
    start = page.caption_top - 8 * page.unit
    share = np.clip((rows - start) / (8 * page.unit), 0, 1) * (1 - _CAPTION_QUIET)
    column = Image.fromarray((share * 255).astype(np.uint8).reshape(-1, 1))
    canvas.image = Image.composite(plain, canvas.image, column.resize(canvas.image.size))


def _corner(canvas: Canvas, dice: random.Random) -> tuple[float, float]:
    """A point near one of the upper corners or the far side."""
    page = canvas.page
    x = dice.choice((-0.02, 0.5, 1.02)) + dice.uniform(-0.08, 0.08)
    y = dice.choice((-0.05, 0.05, 0.75)) + dice.uniform(-0.06, 0.06)
    return page.width * x, page.height * y


def _orbits(canvas: Canvas, dice: random.Random) -> None:
    """Rings around a point at the edge, one of them filled."""
    page, palette = canvas.page, canvas.palette
    x, y = _corner(canvas, dice)
    step = page.unit * dice.uniform(9, 15)
    first = dice.randint(2, 3)
    canvas.fill(circle(x, y, step * first), colour=palette.tint)
    for ring in range(first + 1, first + 7):
        canvas.stroke(
            circle(x, y, step * ring),
            width=max(1.0, page.unit * 0.16),
            colour=palette.tint if palette.is_dark else mix(palette.tint, palette.panel, 0.05),
        )
    angle = dice.uniform(0, 360)
    for ring in (first + 1, first + 3):
        dot = arc(x, y, step * ring, angle, angle + 1)[0]
        canvas.fill(circle(*dot, page.unit * 0.9), colour=palette.second, opacity=0.55)
        angle += dice.uniform(60, 140)


def _bands(canvas: Canvas, dice: random.Random) -> None:
    """Wide slanted bands across one side."""
    page, palette = canvas.page, canvas.palette
    lean = dice.choice((-1, 1)) * page.height * dice.uniform(0.35, 0.8)
    width = page.unit * dice.uniform(14, 24)
    start = page.width * dice.choice((0.0, 0.55, 0.75))
    for index, strength in enumerate((1.0, 0.55, 0.28)):
        left = start + index * width * 1.35
        canvas.fill(
            [
                (left + lean, -2),
                (left + lean + width, -2),
                (left - lean + width, page.height + 2),
                (left - lean, page.height + 2),
            ],
            colour=palette.tint,
            opacity=strength,
        )


def _dots(canvas: Canvas, dice: random.Random) -> None:
    """A grid of dots that grow towards one corner."""
    page, palette = canvas.page, canvas.palette
    x, y = _corner(canvas, dice)
    step = page.unit * dice.uniform(3.4, 4.6)
    reach = page.unit * dice.uniform(75, 110)
    colour = mix(palette.tint, palette.panel if not palette.is_dark else palette.ink, 0.06)
    dots = []
    for column in range(int(page.width / step) + 2):
        for row in range(int(page.height / step) + 2):
            u, v = column * step, row * step
            near = 1 - ((u - x) ** 2 + (v - y) ** 2) ** 0.5 / reach
            if near > 0.08:
                dots.append(circle(u, v, page.unit * 0.9 * near))
    if dots:
        canvas.fill(*dots, colour=colour)


def _drifts(canvas: Canvas, dice: random.Random) -> None:
    """Large soft waves, one behind another."""
    page, palette = canvas.page, canvas.palette
    upside = dice.random() < 0.5
    for index in range(3):
        level = page.height * (0.30 + 0.13 * index + dice.uniform(-0.05, 0.05))
        swing = page.height * dice.uniform(0.08, 0.2) * dice.choice((-1, 1))
        if not upside:
            level = page.height * 0.92 - level * 0.72
        wave = bezier(
            (-2, level),
            (page.width * 0.33, level - swing * 2),
            (page.width * 0.66, level + swing * 2),
            (page.width + 2, level - swing * 0.5),
            60,
        )
        edge = -2 if upside else page.height + 2
        canvas.fill(
            [(-2, edge), (-2, level), *wave, (page.width + 2, edge)],
            colour=palette.tint,
            opacity=0.42,
        )


def _rays(canvas: Canvas, dice: random.Random) -> None:
    """Wedges from a point at the edge."""
    page, palette = canvas.page, canvas.palette
    x, y = page.width * dice.choice((-0.1, 1.1)), page.height * dice.uniform(0.3, 1.0)
    reach = page.width + page.height
    count = dice.choice((9, 11, 14))
    turn = dice.uniform(0, 360)
    wedges = []
    for index in range(count):
        start = turn + 360 * index / count
        first = arc(x, y, reach, start, start + 1)[0]
        last = arc(x, y, reach, start + 180 / count, start + 180 / count + 1)[0]
        wedges.append([(x, y), first, last])
    canvas.fill(*wedges, colour=palette.tint, opacity=0.7)


def _quarters(canvas: Canvas, dice: random.Random) -> None:
    """A loose mosaic of quarter discs along one side."""
    page, palette = canvas.page, canvas.palette
    size = page.unit * dice.choice((16, 20, 26))
    on_right = dice.random() < 0.6
    for column in range(3):
        for row in range(int(page.height / size) + 1):
            if dice.random() < 0.3 + 0.2 * column:
                continue
            left = page.width - size * (column + 1) if on_right else size * column
            box = Box(left, row * size, left + size, (row + 1) * size)
            shape = dice.choice(("quarter", "quarter", "disc", "square"))
            outline = {
                "quarter": lambda box=box: quarter(box, dice.randrange(4)),
                "disc": lambda box=box: circle(*box.centre, box.width / 2),
                "square": lambda box=box: rounded(box, 0),
            }[shape]()
            canvas.fill(outline, colour=palette.tint, opacity=dice.choice((1.0, 0.6)))


def _grid(canvas: Canvas, dice: random.Random) -> None:
    """A fine grid with a few filled cells."""
    page, palette = canvas.page, canvas.palette
    step = page.unit * dice.choice((8, 10, 12.5))
    thin = max(1.0, page.unit * 0.1)
    shift = dice.uniform(0, step)
    lines = [
        rounded(Box(x, 0, x + thin, page.height), 0)
        for x in np.arange(shift, page.width, step).tolist()
    ]
    lines += [
        rounded(Box(0, y, page.width, y + thin), 0)
        for y in np.arange(shift, page.height, step).tolist()
    ]
    for _ in range(dice.randint(5, 9)):
        left = shift + step * dice.randrange(int(page.width / step))
        top = shift + step * dice.randrange(int(page.height / step))
        canvas.fill(
            rounded(Box(left, top, left + step, top + step), 0), colour=palette.tint, opacity=0.7
        )
    canvas.fill(*lines, colour=mix(palette.tint, palette.rule, 0.12))


def _contours(canvas: Canvas, dice: random.Random) -> None:
    """Height lines of an invented landscape."""
    page, palette = canvas.page, canvas.palette
    random_field = np.random.default_rng(dice.getrandbits(32))
    cells = (max(4, page.height * 6 // max(page.width, page.height)),) * 2
    coarse = random_field.random((cells[0] + 2, cells[1] + 4), dtype=np.float32)
    field = Image.fromarray(coarse).resize((page.width, page.height), Image.Resampling.BICUBIC)
    height = np.asarray(field) * dice.uniform(9, 13)
    slope_y, slope_x = np.gradient(height)
    steepness = np.maximum(np.hypot(slope_x, slope_y), 1e-4)
    distance = np.abs((height % 1) - 0.5) / steepness
    width = max(0.6, page.unit * 0.09)
    line = np.clip(width + 0.5 - distance, 0, 1)
    mask = Image.fromarray((line * 255).astype(np.uint8))
    colour = mix(palette.tint, palette.panel if not palette.is_dark else palette.ink, 0.10)
    canvas.image.paste(colour, (0, 0), mask)


def _glow(canvas: Canvas, dice: random.Random) -> None:
    """Soft lights in the dark."""
    page, palette = canvas.page, canvas.palette
    down, across = np.mgrid[0:54, 0:96].astype(np.float32)
    lights: tuple[tuple[Colour, float], ...] = ((palette.panel, 0.75), (palette.accent, 0.10))
    for colour, strength in lights:
        x, y = dice.uniform(0, 96), dice.uniform(-6, 40)
        reach = dice.uniform(26, 44)
        fall = np.exp(-(((across - x) / 1.3) ** 2 + (down - y) ** 2) / (2 * (reach / 2) ** 2))
        small = Image.fromarray((fall * strength * 255).astype(np.uint8))
        smooth = np.asarray(small.resize(canvas.image.size, Image.Resampling.BICUBIC))
        noise = np.random.default_rng(dice.getrandbits(32)).integers(
            -4, 5, smooth.shape, dtype=np.int16
        )
        mask = Image.fromarray(np.clip(smooth + noise, 0, 255).astype(np.uint8))
        canvas.image.paste(colour, (0, 0), mask)


_FIELDS: dict[str, Callable[[Canvas, random.Random], None]] = {
    "orbits": _orbits,
    "bands": _bands,
    "dots": _dots,
    "drifts": _drifts,
    "rays": _rays,
    "quarters": _quarters,
    "grid": _grid,
    "contours": _contours,
    "glow": _glow,
}
