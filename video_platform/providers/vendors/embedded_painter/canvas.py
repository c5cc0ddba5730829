"""The drawing surface: anti-aliased shapes, and text whose place and contrast are remembered."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from video_platform.domain.language import Language
from video_platform.providers.vendors.embedded_painter.faces import direction, load_font
from video_platform.providers.vendors.embedded_painter.outlines import Outline, Point, circle
from video_platform.providers.vendors.embedded_painter.page import Box, Page
from video_platform.providers.vendors.embedded_painter.palette import (
    MINIMUM_CONTRAST,
    Colour,
    Palette,
    contrast,
    strongest,
)
from video_platform.providers.vendors.embedded_painter.typography import Paragraph, Setting, fit

Side = Literal["start", "centre", "end"]
Stand = Literal["top", "middle", "bottom"]


@dataclass(frozen=True, slots=True)
class TextBox:
    """Where a paragraph's ink stands, and its contrast with the worst pixels beneath it."""

    text: str
    box: Box
    size: int
    contrast: float


class Canvas:
    """One picture in the making."""

    def __init__(self, page: Page, palette: Palette, language: Language) -> None:
        self.page = page
        self.palette = palette
        self.language = language
        self.image = Image.new("RGB", (page.width, page.height), palette.ground)
        self.text_boxes: list[TextBox] = []
        self.icons: list[str] = []

    def fill(
        self,
        *outlines: Outline,
        colour: Colour,
        opacity: float = 1.0,
        clip: Outline | None = None,
        towards: Colour | None = None,
    ) -> None:
        """Fill shapes; ``towards`` makes it a soft vertical gradient."""
        placed = self._mask(outlines, clip, opacity)
        if placed is None:
            return
        mask, corner = placed
        source: Image.Image = Image.new("RGB", mask.size, colour)
        if towards is not None:
            ramp = Image.linear_gradient("L").resize(mask.size)
            source = Image.composite(Image.new("RGB", mask.size, towards), source, ramp)
        self.image.paste(source, corner, mask)

    def stroke(
        self,
        *lines: Outline,
        width: float,
        colour: Colour,
        opacity: float = 1.0,
        clip: Outline | None = None,
        butt: bool = False,
    ) -> None:
        """Draw lines with round ends and joints (``butt`` leaves the ends flat)."""
        shapes = [shape for line in lines for shape in _thicken(line, width, butt=butt)]
        self.fill(*shapes, colour=colour, opacity=opacity, clip=clip)

    def shadow(self, outline: Outline, *, drop: float, blur: float, opacity: float) -> None:
        """A soft shadow below a shape."""
        placed = self._mask([[(x, y + drop) for x, y in outline]], None, opacity, margin=blur * 2)
        if placed is None:
            return
        mask, corner = placed
        # Blurred small and enlarged again: a shadow has no detail, and this is much faster.
        shrink = max(1, int(blur / 3))
        small = mask.resize((max(1, mask.width // shrink), max(1, mask.height // shrink)))
        soft = small.filter(ImageFilter.GaussianBlur(blur / shrink)).resize(
            mask.size, Image.Resampling.BICUBIC
        )
        self.image.paste(Image.new("RGB", mask.size, (8, 12, 24)), corner, soft)

    def _mask(
        self,
        outlines: Sequence[Outline],
        clip: Outline | None,
        opacity: float,
        margin: float = 1.0,
    ) -> tuple[Image.Image, tuple[int, int]] | None:
        """Coverage of shapes on the part of the picture they touch, and where that part is."""
        filled = [outline for outline in outlines if len(outline) > 2]
        if not filled or opacity <= 0:
            return None
        limits = [filled] if clip is None else [filled, [clip]]
        left = max(0, *(int(min(x for o in g for x, _ in o) - margin) for g in limits))
        top = max(0, *(int(min(y for o in g for _, y in o) - margin) for g in limits))
        right = min(
            self.page.width, *(int(max(x for o in g for x, _ in o) + margin + 1) for g in limits)
        )
        bottom = min(
            self.page.height, *(int(max(y for o in g for _, y in o) + margin + 1) for g in limits)
        )
        if right <= left or bottom <= top:
            return None
        mask = _coverage(filled, left, top, right - left, bottom - top)
        if clip is not None:
            mask = ImageChops.multiply(
                mask, _coverage([clip], left, top, right - left, bottom - top)
            )
        if opacity < 1:
            mask = mask.point([round(value * opacity) for value in range(256)])
        return mask, (left, top)

    def text(
        self,
        paragraphs: Sequence[Paragraph],
        box: Box,
        *,
        align: Side = "start",
        stand: Stand = "top",
    ) -> list[Box]:
        """Set paragraphs in a box of the real picture; returns where each one's ink stands."""
        settings = fit(paragraphs, box.width, box.height, self.language)
        return self.place(settings, box, align=align, stand=stand)

    def place(
        self, settings: Sequence[Setting], box: Box, *, align: Side = "start", stand: Stand = "top"
    ) -> list[Box]:
        """Draw paragraphs that are already set."""
        total = stack_height(settings)
        spare = {"top": 0.0, "middle": 0.5, "bottom": 1.0}[stand]
        y = box.top + (box.height - total) * spare
        placed = []
        for index, setting in enumerate(settings):
            y += setting.gap if index else 0.0
            placed.append(self._draw(setting, box, y, align))
            y += setting.height
        return placed

    def _draw(self, setting: Setting, box: Box, top: float, align: Side) -> Box:
        font = load_font(setting.paragraph.face, setting.size)
        draw = ImageDraw.Draw(self.image)
        right_hand = (align == "end") != self.page.is_rtl and align != "centre"
        anchor = "ms" if align == "centre" else "rs" if right_hand else "ls"
        x = box.centre[0] if align == "centre" else box.right if right_hand else box.left
        way, language = direction(self.language), self.language.value
        lines: list[tuple[float, int, str]] = []
        inks: list[tuple[float, float, float, float]] = []
        for index, line in enumerate(setting.lines):
            y = round(top + setting.above + setting.pitch * index)
            ink = draw.textbbox(
                (x, y), line, font=font, anchor=anchor, direction=way, language=language
            )
            # Some letters reach out of their advance, as an initial kaf does: move those lines in.
            shift = max(0.0, box.left - ink[0]) + min(0.0, box.right - ink[2])
            lines.append((x + shift, y, line))
            inks.append((ink[0] + shift, ink[1], ink[2] + shift, ink[3]))
        area = Box(
            min(one[0] for one in inks),
            min(one[1] for one in inks),
            max(one[2] for one in inks),
            max(one[3] for one in inks),
        )
        colour, ratio = self._legible(setting.paragraph.colour, area)
        for x, y, line in lines:
            draw.text(
                (x, y),
                line,
                font=font,
                anchor=anchor,
                fill=colour,
                direction=way,
                language=language,
            )
        self.text_boxes.append(TextBox(" ".join(setting.lines), area, setting.size, ratio))
        return area

    def _legible(self, colour: Colour, ink: Box) -> tuple[Colour, float]:
        """The colour, or a stronger one where the pixels beneath would swallow it."""
        worst = self._beneath(ink)
        for candidate in (colour, self.palette.ink, self.palette.on_panel):
            ratio = min(contrast(candidate, pixel) for pixel in worst)
            if ratio >= MINIMUM_CONTRAST:
                return candidate, ratio
        last = strongest(*worst)
        return last, min(contrast(last, pixel) for pixel in worst)

    def _beneath(self, ink: Box) -> list[Colour]:
        """The darkest and the lightest pixel under a text."""
        area = (int(ink.left), int(ink.top), int(ink.right) + 1, int(ink.bottom) + 1)
        pixels = np.asarray(self.image.crop(area))[::3, ::3].reshape(-1, 3)
        weight = pixels @ np.array([2126, 7152, 722])
        chosen = (pixels[int(weight.argmin())], pixels[int(weight.argmax())])
        return [(int(r), int(g), int(b)) for r, g, b in chosen]


def stack_height(settings: Sequence[Setting]) -> float:
    """Height of paragraphs under one another, gaps between them included."""
    return sum(one.height for one in settings) + sum(one.gap for one in settings[1:])


def _coverage(
    outlines: Sequence[Outline], left: int, top: int, width: int, height: int
) -> Image.Image:
    area = width * height
    factor = 4 if area < 250_000 else 3 if area < 900_000 else 2
    mask = Image.new("L", (width * factor, height * factor))
    draw = ImageDraw.Draw(mask)
    for outline in outlines:
        draw.polygon([((x - left) * factor, (y - top) * factor) for x, y in outline], fill=255)
    return mask.reduce(factor)


def _thicken(line: Outline, width: float, *, butt: bool) -> list[Outline]:
    """Shapes that together make a thick line: quads that share their edges along smooth bends,
    and a disc at every sharp one."""
    half = width / 2
    points = [a for a, b in zip(line, [*line[1:], None], strict=True) if a != b]
    if len(points) < 2:
        return []
    ways = [_direction(a, b) for a, b in pairwise(points)]
    is_closed = abs(points[0][0] - points[-1][0]) + abs(points[0][1] - points[-1][1]) < 1e-6
    shapes: list[Outline] = []
    starts: list[Point] = [_normal(ways[0], half)]
    ends: list[Point] = []
    for index in range(1, len(ways)):
        before, after = ways[index - 1], ways[index]
        likeness = before[0] * after[0] + before[1] * after[1]
        if likeness > 0.94:
            shared = _direction((0.0, 0.0), (before[0] + after[0], before[1] + after[1]))
            edge = _normal(shared, half / max(0.9, ((1 + likeness) / 2) ** 0.5))
            ends.append(edge)
            starts.append(edge)
        else:
            shapes.append(circle(*points[index], half))
            ends.append(_normal(before, half))
            starts.append(_normal(after, half))
    ends.append(_normal(ways[-1], half))
    for index, (a, b) in enumerate(pairwise(points)):
        (u, v), (m, n) = starts[index], ends[index]
        quad = [(a[0] + u, a[1] + v), (b[0] + m, b[1] + n), (b[0] - m, b[1] - n)]
        shapes.append([*quad, (a[0] - u, a[1] - v)])
    if not butt or is_closed:
        shapes += [circle(*points[0], half), circle(*points[-1], half)]
    return shapes


def _direction(a: Point, b: Point) -> Point:
    x, y = b[0] - a[0], b[1] - a[1]
    length = max(1e-9, (x * x + y * y) ** 0.5)
    return x / length, y / length


def _normal(way: Point, length: float) -> Point:
    return -way[1] * length, way[0] * length
