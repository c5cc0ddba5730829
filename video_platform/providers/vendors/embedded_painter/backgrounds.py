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
from video_platform.providers.vendors.embedded_painter.page import Box, Shape
from video_platform.providers.vendors.embedded_painter.palette import Colour, contrast, mix

# How much of the field is left beneath the captions.
_CAPTION_QUIET = 0.2


def paint_background(canvas: Canvas, field: str, dice: random.Random) -> None:
    """Ground, field, and a calmer strip where captions will stand."""
    _paint_ground(canvas, dice)
    plain = canvas.image.copy()
    _FIELDS[field](canvas, dice)
    if canvas.page.shape is Shape.TALL:
        _paint_foot(canvas, dice)
    # A glow has no edges to calm, and calming it would give it one.
    if field != "glow":
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
    fade = 20 * page.unit
    into = np.clip((rows - page.caption_top + fade) / fade, 0, 1)
    share = into * into * (3 - 2 * into)
    if page.shape is Shape.TALL:
        share = np.minimum(share, np.clip((page.caption_bottom + fade - rows) / fade, 0, 1))
    share *= 1 - _CAPTION_QUIET
    column = Image.fromarray((share * 255).astype(np.uint8).reshape(-1, 1))
    canvas.image = Image.composite(plain, canvas.image, column.resize(canvas.image.size))


def _paint_foot(canvas: Canvas, dice: random.Random) -> None:
    """Hills below the captions of a tall frame, where its text zone leaves a third empty."""
    page, palette = canvas.page, canvas.palette
    for index, share in enumerate((0.05, 0.11)):
        level = page.height * (0.875 + 0.055 * index)
        swing = page.height * dice.uniform(0.02, 0.05) * (-1 if index else 1)
        wave = bezier(
            (-2, level + swing),
            (page.width * 0.3, level - swing * 2),
            (page.width * 0.7, level + swing * 2),
            (page.width + 2, level - swing),
            60,
        )
        canvas.fill(
            [(-2, page.height + 2), (-2, level + swing), *wave, (page.width + 2, page.height + 2)],
            colour=mix(palette.tint, palette.panel, share * 2),
        )


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
            colour=palette.tint if palette.is_dark else _quiet(canvas, palette.panel, 0.05),
        )
    angle = dice.uniform(0, 360)
    for ring in (first + 1, first + 3):
        dot = arc(x, y, step * ring, angle, angle + 1)[0]
        if not page.safe.inset(-3 * page.unit, -9 * page.unit).holds(*dot):
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
    colour = _quiet(canvas, palette.ink if palette.is_dark else palette.panel, 0.06)
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
            turn = dice.randrange(4)
            outline = rounded(box, 0)
            if shape == "quarter":
                outline = quarter(box, turn)
            elif shape == "disc":
                outline = circle(*box.centre, box.width / 2)
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
    canvas.fill(*lines, colour=_quiet(canvas, palette.rule, 0.12))


def _contours(canvas: Canvas, dice: random.Random) -> None:
    """Height lines of an invented landscape, fading towards one side."""
    page, palette = canvas.page, canvas.palette
    chance = np.random.default_rng(dice.getrandbits(32))
    short = min(page.width, page.height)
    cells = (3 + round(2.4 * page.height / short), 3 + round(2.4 * page.width / short))
    coarse = Image.fromarray(chance.random(cells, dtype=np.float32))
    # A margin is cut away: enlarging repeats the outermost values, which would draw straight lines.
    field = coarse.resize(
        (page.width, page.height),
        Image.Resampling.BICUBIC,
        box=(0.6, 0.6, cells[1] - 0.6, cells[0] - 0.6),
    )
    height = np.asarray(field) * dice.uniform(7, 10)
    slope_y, slope_x = np.gradient(height)
    steepness = np.maximum(np.hypot(slope_x, slope_y), 1e-4)
    distance = np.abs((height % 1) - 0.5) / steepness
    width = max(0.6, page.unit * 0.09)
    fade = np.linspace(1.0, 0.25, page.width, dtype=np.float32)
    line = np.clip(width + 0.5 - distance, 0, 1) * (fade if dice.random() < 0.5 else fade[::-1])
    mask = Image.fromarray((line * 255).astype(np.uint8))
    colour = _quiet(canvas, palette.ink if palette.is_dark else palette.panel, 0.12)
    canvas.image.paste(colour, (0, 0), mask)


def _glow(canvas: Canvas, dice: random.Random) -> None:
    """Soft lights in the dark, never so bright that text on them suffers."""
    page, palette = canvas.page, canvas.palette
    down, across = np.mgrid[0:60, 0:60].astype(np.float32)
    for colour in (palette.panel, palette.accent):
        light = _quiet(canvas, colour, 0.75)
        x, y = dice.choice((-4, 64)) + dice.uniform(-8, 8), dice.uniform(0, 30)
        reach_x = dice.uniform(18, 26) * min(2.0, page.height / page.width + 0.5)
        reach_y = reach_x * page.width / page.height
        fall = np.exp(-(((across - x) / reach_x) ** 2) - ((down - y) / reach_y) ** 2)
        small = Image.fromarray((fall * 255).astype(np.uint8))
        smooth = np.asarray(small.resize(canvas.image.size, Image.Resampling.BICUBIC))
        noise = np.random.default_rng(dice.getrandbits(32)).integers(
            -4, 5, smooth.shape, dtype=np.int16
        )
        mask = Image.fromarray(np.clip(smooth + noise, 0, 255).astype(np.uint8))
        canvas.image.paste(light, (0, 0), mask)


def _quiet(canvas: Canvas, colour: Colour, strength: float = 1.0) -> Colour:
    """As much of a colour on the tint as small text can still be read on."""
    palette = canvas.palette
    for step in range(12, 0, -1):
        light = mix(palette.tint, colour, strength * step / 12)
        inks = (palette.muted, palette.accent_ink, palette.figure_ink)
        if min(contrast(ink, light) for ink in inks) >= 4.7:
            return light
    return palette.tint


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
