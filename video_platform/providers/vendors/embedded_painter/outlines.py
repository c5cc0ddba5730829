"""Shapes as lists of points: circles, arcs, rounded boxes, and a small path language."""

import math
import re
from collections.abc import Callable

from video_platform.providers.vendors.embedded_painter.page import Box

Point = tuple[float, float]
Outline = list[Point]

_TOKEN = re.compile(r"[A-Za-z]|-?\d*\.?\d+")


def arc(
    x: float, y: float, radius: float, start: float, end: float, detail: float = 1.0
) -> Outline:
    """Points from ``start`` to ``end`` degrees, clockwise from three o'clock.

    ``detail`` is how much larger the arc will be drawn: points follow from the drawn radius, so
    that no chord leaves the true curve by more than about a tenth of a pixel.
    """
    count = max(6, math.ceil(abs(end - start) / 360 * 7 * math.sqrt(max(0.0, radius * detail))))
    return [
        (x + radius * math.cos(angle), y + radius * math.sin(angle))
        for angle in (math.radians(start + (end - start) * i / count) for i in range(count + 1))
    ]


def circle(x: float, y: float, radius: float, detail: float = 1.0) -> Outline:
    """A full circle."""
    return arc(x, y, radius, 0, 360, detail)


def ellipse(
    x: float, y: float, wide: float, high: float, turn: float = 0.0, detail: float = 1.0
) -> Outline:
    """An ellipse by its two radii, turned clockwise by degrees."""
    cosine, sine = math.cos(math.radians(turn)), math.sin(math.radians(turn))
    radius = max(wide, high)
    flat = [(a * wide / radius, b * high / radius) for a, b in circle(0, 0, radius, detail)]
    return [(x + a * cosine - b * sine, y + a * sine + b * cosine) for a, b in flat]


def star(x: float, y: float, outer: float, inner: float, points: int) -> Outline:
    """A star standing on two of its points."""
    return [
        (
            x + (inner if i % 2 else outer) * math.sin(math.pi * i / points),
            y - (inner if i % 2 else outer) * math.cos(math.pi * i / points),
        )
        for i in range(points * 2)
    ]


def gear(x: float, y: float, outer: float, inner: float, teeth: int) -> Outline:
    """A cog wheel's rim."""
    steps = ((-0.30, inner), (-0.19, outer), (0.19, outer), (0.30, inner))
    return [
        (
            x + radius * math.cos(2 * math.pi * (tooth + turn) / teeth),
            y + radius * math.sin(2 * math.pi * (tooth + turn) / teeth),
        )
        for tooth in range(teeth)
        for turn, radius in steps
    ]


def rounded(
    box: Box, radius: float | tuple[float, float, float, float], detail: float = 1.0
) -> Outline:
    """A box with round corners: one radius, or top-left, top-right, bottom-right, bottom-left."""
    radii = radius if isinstance(radius, tuple) else (radius,) * 4
    limit = max(0.0, min(box.width, box.height) / 2)
    corners = (
        (box.left, box.top, 1, 1, 180),
        (box.right, box.top, -1, 1, 270),
        (box.right, box.bottom, -1, -1, 0),
        (box.left, box.bottom, 1, -1, 90),
    )
    points: Outline = []
    for (x, y, inward_x, inward_y, start), wanted in zip(corners, radii, strict=True):
        size = min(wanted, limit)
        if size * detail < 0.5:
            points.append((x, y))
        else:
            points += arc(x + inward_x * size, y + inward_y * size, size, start, start + 90, detail)
    return points


def quarter(box: Box, corner: int) -> Outline:
    """A quarter disc that fills a square box, centred on corner 0 (top left) to 3, clockwise."""
    x, y = (
        (box.left, box.top),
        (box.right, box.top),
        (box.right, box.bottom),
        (box.left, box.bottom),
    )[corner % 4]
    return [(x, y), *arc(x, y, box.width, 90 * corner, 90 * corner + 90)]


def polygon(x: float, y: float, radius: float, sides: int, turn: float = -90) -> Outline:
    """A regular polygon."""
    return [
        (
            x + radius * math.cos(math.radians(turn + 360 * i / sides)),
            y + radius * math.sin(math.radians(turn + 360 * i / sides)),
        )
        for i in range(sides)
    ]


# Icons are drawn on a small grid and enlarged later.
_DETAIL = 12.0
_WHOLE: dict[str, tuple[int, Callable[..., Outline], bool]] = {
    "O": (3, lambda x, y, r: circle(x, y, r, _DETAIL), True),
    "E": (5, lambda x, y, a, b, turn: ellipse(x, y, a, b, turn, _DETAIL), True),
    "R": (5, lambda x, y, w, h, r: rounded(Box(x, y, x + w, y + h), r, _DETAIL), True),
    "A": (5, lambda x, y, r, start, end: arc(x, y, r, start, end, _DETAIL), False),
    "S": (5, lambda x, y, a, b, n: star(x, y, a, b, int(n)), True),
    "G": (5, lambda x, y, a, b, n: gear(x, y, a, b, int(n)), True),
}


def parse_path(text: str) -> list[tuple[Outline, bool]]:
    """Lines of a path, each with whether it is closed.

    Commands: ``M x y`` move, ``L x y`` line, ``H x``, ``V y``, ``C`` cubic, ``Q`` quadratic,
    ``Z`` close; whole shapes ``O cx cy r`` circle, ``E cx cy rx ry turn`` ellipse,
    ``R x y w h r`` rounded box, ``A cx cy r start end`` arc in degrees, ``S cx cy outer inner n``
    star, ``G cx cy outer inner n`` cog wheel. All are absolute.
    """
    reader = _PathReader(_TOKEN.findall(text))
    reader.read()
    return reader.lines


class _PathReader:
    """Turns the tokens of a path into lines."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens
        self.index = 0
        self.lines: list[tuple[Outline, bool]] = []
        self.line: Outline = []

    def read(self) -> None:
        command = ""
        while self.index < len(self.tokens):
            if self.tokens[self.index].isalpha():
                command = self.tokens[self.index]
                self.index += 1
            self._apply(command)
            if command == "M":
                command = "L"
        self._finish(closed=False)

    def _numbers(self, count: int) -> list[float]:
        numbers = [float(token) for token in self.tokens[self.index : self.index + count]]
        self.index += count
        return numbers

    def _finish(self, *, closed: bool) -> None:
        if len(self.line) > 1:
            self.lines.append(([*self.line, self.line[0]] if closed else self.line, closed))
        self.line = []

    def _apply(self, command: str) -> None:
        if command in _WHOLE:
            self._finish(closed=False)
            count, make, closed = _WHOLE[command]
            line = make(*self._numbers(count))
            self.lines.append(([*line, line[0]] if closed else line, closed))
        elif command == "Z":
            self._finish(closed=True)
        elif command == "M":
            self._finish(closed=False)
            x, y = self._numbers(2)
            self.line = [(x, y)]
        else:
            self._continue(command)

    def _continue(self, command: str) -> None:
        x, y = self.line[-1]
        if command == "H":
            self.line.append((self._numbers(1)[0], y))
        elif command == "V":
            self.line.append((x, self._numbers(1)[0]))
        elif command == "L":
            across, down = self._numbers(2)
            self.line.append((across, down))
        elif command == "Q":
            a, b, c, d = self._numbers(4)
            first = (x + 2 * (a - x) / 3, y + 2 * (b - y) / 3)
            last = (c + 2 * (a - c) / 3, d + 2 * (b - d) / 3)
            self.line += bezier((x, y), first, last, (c, d))
        elif command == "C":
            a, b, c, d, e, f = self._numbers(6)
            self.line += bezier((x, y), (a, b), (c, d), (e, f))
        else:
            raise ValueError(f"unknown path command {command!r}")


def bezier(a: Point, b: Point, c: Point, d: Point, count: int = 16) -> Outline:
    """Points of a cubic curve after its first."""
    points = []
    for i in range(1, count + 1):
        t = i / count
        u = 1 - t
        weights = (u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t)
        points.append(
            (
                sum(w * p[0] for w, p in zip(weights, (a, b, c, d), strict=True)),
                sum(w * p[1] for w, p in zip(weights, (a, b, c, d), strict=True)),
            )
        )
    return points
