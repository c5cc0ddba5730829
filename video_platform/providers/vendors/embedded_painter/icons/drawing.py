"""Draws icons. Each line of one is a letter and a path (``outlines.parse_path``).

``t`` fills with the tint, ``a`` with the accent, ``w`` with the surface behind, ``d`` with the
line colour; ``s`` draws a line, ``x`` a line in the accent.
"""

from dataclasses import dataclass
from functools import cache

from video_platform.providers.vendors.embedded_painter.canvas import Canvas
from video_platform.providers.vendors.embedded_painter.icons.words import FALLBACK, ICONS
from video_platform.providers.vendors.embedded_painter.outlines import Outline, parse_path
from video_platform.providers.vendors.embedded_painter.page import Box
from video_platform.providers.vendors.embedded_painter.palette import Colour

_GRID = 48.0


@dataclass(frozen=True, slots=True)
class Inks:
    """Colours of one icon."""

    line: Colour
    tint: Colour
    accent: Colour
    surface: Colour


@cache
def _parts(name: str) -> tuple[tuple[str, tuple[Outline, ...]], ...]:
    text = ICONS.get(name, ICONS[FALLBACK])
    rows: list[str] = []
    for row in text.strip().splitlines():
        stripped = row.strip()
        # A long path goes on in the next row.
        if stripped[0] in "tawdsx" and stripped[1] == " ":
            rows.append(stripped)
        else:
            rows[-1] += " " + stripped
    return tuple((row[0], tuple(line for line, _ in parse_path(row[2:]))) for row in rows)


def draw_icon(canvas: Canvas, name: str, box: Box, inks: Inks, *, weight: float = 2.4) -> None:
    """Draw an icon into the square in the middle of ``box``; ``weight`` is on its grid of 48."""
    square = box.square()
    scale = square.width / _GRID
    colours = {
        "t": inks.tint,
        "a": inks.accent,
        "w": inks.surface,
        "d": inks.line,
        "s": inks.line,
        "x": inks.accent,
    }
    for letter, lines in _parts(name):
        placed = [
            [(square.left + x * scale, square.top + y * scale) for x, y in line] for line in lines
        ]
        if letter in "sx":
            canvas.stroke(*placed, width=weight * scale, colour=colours[letter])
        else:
            canvas.fill(*placed, colour=colours[letter])
    if name not in canvas.icons:
        canvas.icons.append(name)
