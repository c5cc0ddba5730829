"""Illustrations: a large icon in a setting of shapes. Each is a pure use of the canvas."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from video_platform.providers.vendors.embedded_painter.canvas import Canvas
from video_platform.providers.vendors.embedded_painter.icons.drawing import Inks, draw_icon
from video_platform.providers.vendors.embedded_painter.icons.words import FALLBACK
from video_platform.providers.vendors.embedded_painter.outlines import (
    Outline,
    arc,
    bezier,
    circle,
    quarter,
    rounded,
)
from video_platform.providers.vendors.embedded_painter.page import Box
from video_platform.providers.vendors.embedded_painter.palette import Colour, Palette, contrast, mix
from video_platform.providers.vendors.embedded_painter.styles import Treatment


@dataclass(frozen=True, slots=True)
class Cast:
    """What an illustration shows: its main icon and smaller ones around it."""

    hero: str
    others: tuple[str, ...] = ()


def choose_cast(icons: Sequence[str]) -> Cast:
    """Roles for the icons of a scene; without any, an abstract motif."""
    return Cast(icons[0] if icons else FALLBACK, tuple(icons[1:4]))


def panel_inks(canvas: Canvas) -> Inks:
    """Icon colours for drawing on the strong panel colour."""
    palette = canvas.palette
    accent = max((palette.accent, palette.second), key=lambda c: contrast(c, palette.panel))
    if contrast(palette.accent, palette.panel) >= 2.2:
        accent = palette.accent
    return Inks(palette.on_panel, mix(palette.panel, palette.on_panel, 0.22), accent, palette.panel)


def ground_inks(canvas: Canvas, surface: Colour | None = None) -> Inks:
    """Icon colours for drawing on the ground or on a card."""
    palette = canvas.palette
    beneath = palette.card if surface is None else surface
    return Inks(palette.ink, mix(beneath, palette.panel, 0.16), palette.accent, beneath)


def draw_scene(
    canvas: Canvas, box: Box, cast: Cast, treatment: Treatment, dice: random.Random
) -> None:
    """Draw one of the treatment's illustrations into a box of the real picture."""
    names: tuple[str, ...] = ("disc", "mosaic", "arch", "card")
    if treatment.ruled:
        names = ("plate", "ring")
    elif treatment.corner == 0:
        names = ("mosaic", "disc", "card")
    _SCENES[dice.choice(names)](canvas, box, cast, treatment, dice)


def _disc(canvas: Canvas, box: Box, cast: Cast, treatment: Treatment, dice: random.Random) -> None:
    """A large disc with rings; the other icons travel on one of them."""
    palette, unit = canvas.palette, canvas.page.unit
    x, y = box.centre
    reach = min(box.width, box.height) / 2
    radius = reach * 0.78
    disc = circle(x, y, radius)
    canvas.stroke(circle(x, y, reach * 0.97), width=unit * 0.22, colour=palette.rule)
    canvas.fill(disc, colour=palette.panel, towards=palette.panel_tint)
    turn = dice.uniform(0, 360)
    spot = arc(x, y, radius * 0.62, turn, turn + 1)[0]
    canvas.fill(circle(*spot, radius * 0.72), colour=palette.panel_tint, clip=disc, opacity=0.8)
    hero = Box(x, y, x, y).inset(-radius * 0.6)
    draw_icon(canvas, cast.hero, hero, panel_inks(canvas), weight=1.7)
    angle = float(dice.choice((205, 225, 315, 335)))
    turns = (0, dice.choice((105, 125, 150)))
    for name, shift in zip(cast.others[:2], turns, strict=False):
        _chip(canvas, arc(x, y, reach * 0.97, angle + shift, angle + 360)[0], reach * 0.2, name)
    for apart in (dice.uniform(45, 60), dice.uniform(195, 300)):
        spot = arc(x, y, reach * 0.97, angle + apart, angle + 360)[0]
        canvas.fill(circle(*spot, unit * 0.9), colour=palette.accent)
    del treatment


def _chip(canvas: Canvas, centre: tuple[float, float], radius: float, name: str) -> None:
    """A small icon in a round chip of its own."""
    x, y = centre
    palette = canvas.palette
    outline = circle(x, y, radius)
    canvas.shadow(outline, drop=radius * 0.14, blur=radius * 0.22, opacity=0.22)
    canvas.fill(outline, colour=palette.card)
    inks = ground_inks(canvas)
    draw_icon(canvas, name, Box(x, y, x, y).inset(-radius * 0.58), inks, weight=2.6)


def _mosaic(
    canvas: Canvas, box: Box, cast: Cast, treatment: Treatment, dice: random.Random
) -> None:
    """A grid of tiles: the main icon on four of them, shapes and small icons on the rest."""
    unit = canvas.page.unit
    gap = unit * (1.1 if treatment.corner else 0)
    columns = 3 if box.width < box.height * 1.45 else 4 if box.width < box.height * 1.9 else 5
    rows = 3 if columns == 3 else 2 if columns == 5 else 3
    side = min((box.width - gap * (columns - 1)) / columns, (box.height - gap * (rows - 1)) / rows)
    left = box.centre[0] - (side * columns + gap * (columns - 1)) / 2
    top = box.centre[1] - (side * rows + gap * (rows - 1)) / 2
    hero_column, hero_row = dice.randrange(columns - 1), dice.randrange(rows - 1)
    small = list(cast.others)
    for row in range(rows):
        for column in range(columns):
            x, y = left + column * (side + gap), top + row * (side + gap)
            tile = Box(x, y, x + side, y + side)
            inside = 0 <= column - hero_column <= 1 and 0 <= row - hero_row <= 1
            if inside and (column, row) == (hero_column, hero_row):
                big = Box(x, y, x + side * 2 + gap, y + side * 2 + gap)
                _hero_tile(canvas, big, cast.hero, treatment)
            elif not inside:
                name = small.pop() if small and dice.random() < 0.6 else ""
                _tile(canvas, tile, name, treatment, dice)


def _hero_tile(canvas: Canvas, tile: Box, name: str, treatment: Treatment) -> None:
    palette = canvas.palette
    outline = rounded(tile, canvas.page.unit * treatment.corner)
    canvas.fill(outline, colour=palette.panel, towards=palette.panel_tint)
    draw_icon(canvas, name, tile.inset(tile.width * 0.17), panel_inks(canvas), weight=1.8)


def _tile(canvas: Canvas, tile: Box, name: str, treatment: Treatment, dice: random.Random) -> None:
    palette, unit = canvas.palette, canvas.page.unit
    outline = rounded(tile, unit * treatment.corner)
    if name:
        canvas.fill(outline, colour=palette.card)
        draw_icon(canvas, name, tile.inset(tile.width * 0.25), ground_inks(canvas), weight=2.4)
        return
    base, figure = dice.choice(_tile_colours(palette))
    canvas.fill(outline, colour=base)
    motif = dice.choice(("quarter", "quarter", "disc", "half", "rings", "dots", "plain"))
    for shape in _motif(motif, tile, dice):
        canvas.fill(shape, colour=figure, clip=outline)


def _tile_colours(palette: Palette) -> list[tuple[Colour, Colour]]:
    """Pairs of base and figure that can be told apart."""
    pairs = [
        (palette.tint, palette.second),
        (palette.second, palette.panel),
        (palette.card, palette.accent),
        (palette.panel_tint, palette.second),
        (palette.tint, palette.accent),
    ]
    if palette.panel == palette.accent:
        pairs = [
            (palette.tint, palette.second),
            (palette.second, palette.ground),
            (palette.card, palette.accent),
            (palette.tint, palette.accent),
        ]
    else:
        pairs.append((palette.accent, palette.panel))
    return [pair for pair in pairs if contrast(*pair) >= 1.25] or [(palette.tint, palette.ink)]


def _motif(motif: str, tile: Box, dice: random.Random) -> list[Outline]:
    x, y = tile.centre
    size = tile.width
    if motif == "quarter":
        return [quarter(tile, dice.randrange(4))]
    if motif == "disc":
        return [circle(x, y, size * 0.3)]
    if motif == "half":
        turn = 90 * dice.randrange(4)
        return [arc(x, y, size / 2, turn, turn + 180)]
    if motif == "dots":
        return [
            circle(tile.left + size * (i + 1) / 4, tile.top + size * (j + 1) / 4, size * 0.055)
            for i in range(3)
            for j in range(3)
        ]
    if motif == "rings":
        corner = dice.randrange(4)
        bands = []
        for share in (0.95, 0.6, 0.25):
            whole = quarter(tile, corner)
            mid = whole[0]
            outer = [
                (mid[0] + (a - mid[0]) * share, mid[1] + (b - mid[1]) * share) for a, b in whole[1:]
            ]
            low = max(0.0, share - 0.17)
            inner = [
                (mid[0] + (a - mid[0]) * low, mid[1] + (b - mid[1]) * low) for a, b in whole[1:]
            ]
            bands.append([*outer, *reversed(inner)])
        return bands
    return []


def _arch(canvas: Canvas, box: Box, cast: Cast, treatment: Treatment, dice: random.Random) -> None:
    """A window on a stylised landscape, with the icon in front."""
    palette, unit = canvas.palette, canvas.page.unit
    width = min(box.width, box.height * 0.86 if box.height > box.width * 0.7 else box.height * 1.5)
    x = box.centre[0]
    frame = Box(x - width / 2, box.top, x + width / 2, box.bottom)
    round_top = min(width / 2, frame.height * 0.6)
    window = rounded(frame, (round_top, round_top, unit * 2, unit * 2))
    canvas.fill(window, colour=palette.panel, towards=palette.panel_tint)
    sun_x = frame.left + width * dice.choice((0.3, 0.7))
    canvas.fill(
        circle(sun_x, frame.top + frame.height * 0.33, width * 0.17),
        colour=palette.accent,
        clip=window,
        opacity=0.95,
    )
    for index, share in enumerate((0.20, 0.36, 0.6)):
        level = frame.bottom - frame.height * (0.44 - 0.14 * index) + dice.uniform(-1, 1) * unit * 2
        swing = frame.height * dice.uniform(0.06, 0.13) * dice.choice((-1, 1))
        hill = bezier(
            (frame.left, level),
            (frame.left + width * 0.35, level - swing * 2),
            (frame.left + width * 0.65, level + swing * 2),
            (frame.right, level - swing),
            40,
        )
        shape = [
            (frame.left, frame.bottom),
            (frame.left, level),
            *hill,
            (frame.right, frame.bottom),
        ]
        canvas.fill(shape, colour=mix(palette.panel, palette.second, share), clip=window)
    size = min(width, frame.height) * 0.27
    middle = frame.top + frame.height * 0.56
    badge = circle(x, middle, size * 1.18)
    canvas.shadow(badge, drop=unit, blur=unit * 1.6, opacity=0.3)
    canvas.fill(badge, colour=palette.card)
    draw_icon(
        canvas,
        cast.hero,
        Box(x, middle, x, middle).inset(-size * 0.74),
        ground_inks(canvas),
        weight=2.0,
    )
    del treatment


def _card(canvas: Canvas, box: Box, cast: Cast, treatment: Treatment, dice: random.Random) -> None:
    """One panel with rings running out of a corner behind the icon."""
    palette, unit = canvas.palette, canvas.page.unit
    panel = rounded(box, unit * treatment.corner * 1.6)
    canvas.fill(panel, colour=palette.panel, towards=palette.panel_tint)
    x = box.left if dice.random() < 0.5 else box.right
    y = box.top if dice.random() < 0.5 else box.bottom
    step = min(box.width, box.height) * dice.uniform(0.13, 0.18)
    for ring in range(6, 0, -1):
        colour = palette.panel_tint if ring % 2 else palette.panel
        canvas.fill(circle(x, y, step * ring * 1.15), colour=colour, clip=panel)
    canvas.fill(circle(x, y, step * 0.95), colour=palette.accent, clip=panel)
    size = min(box.width, box.height) * 0.29
    u, v = box.centre
    draw_icon(canvas, cast.hero, Box(u, v, u, v).inset(-size), panel_inks(canvas), weight=1.8)
    # One alone would look forgotten.
    others = cast.others[:2] if box.width > box.height * 1.5 and len(cast.others) > 1 else ()
    for side, name in zip((-1, 1), others, strict=False):
        spot = u + side * (size * 1.9)
        draw_icon(
            canvas, name, Box(spot, v, spot, v).inset(-size * 0.36), panel_inks(canvas), weight=2.4
        )


def _plate(canvas: Canvas, box: Box, cast: Cast, treatment: Treatment, dice: random.Random) -> None:
    """A figure as in a printed magazine: hairline frame, ruled lines, the icon on a flat disc."""
    palette, unit = canvas.palette, canvas.page.unit
    frame = rounded(box, 0)
    canvas.fill(frame, colour=palette.tint)
    x, y = box.centre
    radius = min(box.width, box.height) * 0.37
    thin = max(1.0, unit * 0.12)
    step = dice.choice((2.2, 3.0)) * unit
    lines = []
    offset = 0.0
    while offset < box.width + box.height:
        if dice.random() < 0.97:
            lines.append(offset)
        offset += step
    if dice.random() < 0.5:
        rows = [t for t in lines if t < box.height]
        shapes = [
            rounded(Box(box.left, box.top + t, box.right, box.top + t + thin), 0) for t in rows
        ]
    else:
        columns = [t for t in lines if t < box.width]
        shapes = [
            rounded(Box(box.left + t, box.top, box.left + t + thin, box.bottom), 0) for t in columns
        ]
    canvas.fill(*shapes, colour=mix(palette.tint, palette.rule, 0.6))
    canvas.fill(circle(x, y, radius), colour=mix(palette.second, palette.card, 0.25))
    inks = Inks(palette.ink, palette.card, palette.accent, palette.card)
    icon = Box(x, y, x, y).inset(-radius * 0.72)
    draw_icon(canvas, cast.hero, icon, inks, weight=1.3)
    canvas.stroke([*frame, frame[0]], width=unit * 0.18, colour=palette.ink)
    del treatment


def _ring(canvas: Canvas, box: Box, cast: Cast, treatment: Treatment, dice: random.Random) -> None:
    """Fine rings around a bare icon, the others small beside it."""
    palette, unit = canvas.palette, canvas.page.unit
    x, y = box.centre
    reach = min(box.width, box.height) / 2
    for share in (0.98, 0.86, 0.74):
        canvas.stroke(circle(x, y, reach * share), width=unit * 0.14, colour=palette.rule)
    start = dice.uniform(0, 360)
    sweep = arc(x, y, reach * 0.86, start, start + dice.uniform(70, 150))
    canvas.stroke(sweep, width=unit * 0.9, colour=palette.accent)
    canvas.fill(circle(x, y, reach * 0.62), colour=palette.tint)
    inks = Inks(palette.ink, mix(palette.second, palette.card, 0.35), palette.accent, palette.tint)
    draw_icon(canvas, cast.hero, Box(x, y, x, y).inset(-reach * 0.42), inks, weight=1.4)
    del treatment


_SCENES: dict[str, Callable[[Canvas, Box, Cast, Treatment, random.Random], None]] = {
    "disc": _disc,
    "mosaic": _mosaic,
    "arch": _arch,
    "card": _card,
    "plate": _plate,
    "ring": _ring,
}
