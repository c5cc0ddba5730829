"""What all layouts share: the sheet they draw on, type sizes, columns, the progress marker."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

from video_platform.domain.script import OnScreen
from video_platform.providers.vendors.embedded_painter.canvas import Canvas, stack_height
from video_platform.providers.vendors.embedded_painter.outlines import rounded
from video_platform.providers.vendors.embedded_painter.page import Box, Page, Shape
from video_platform.providers.vendors.embedded_painter.palette import Colour
from video_platform.providers.vendors.embedded_painter.scenery import Cast, choose_cast, draw_scene
from video_platform.providers.vendors.embedded_painter.styles import Treatment
from video_platform.providers.vendors.embedded_painter.typography import Paragraph, Setting, fit

SMALLEST_TYPE = 2.6
"""Smallest type that can be read on a phone, in units; only text that does not fit goes below."""

# Texts that would have to be set smaller than this share of their size get the artwork's room.
_COMFORTABLE = 0.62


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything a layout needs."""

    canvas: Canvas
    words: OnScreen
    treatment: Treatment
    dice: random.Random
    icons: tuple[str, ...]

    @property
    def page(self) -> Page:
        """The page's zones."""
        return self.canvas.page

    @property
    def unit(self) -> float:
        """A hundredth of the short side, in pixels."""
        return self.canvas.page.unit

    @property
    def cast(self) -> Cast:
        """The icons' roles in an illustration."""
        return choose_cast(self.icons)

    def headline(self, size: float, *, lines: int = 4, colour: Colour | None = None) -> Paragraph:
        """The scene's headline at ``size`` units before the style's own scale."""
        return Paragraph(
            text=self.words.headline,
            size=size * self.unit * self.treatment.scale,
            floor=3.4 * self.unit,
            colour=colour or self.canvas.palette.ink,
            face="bold" if self.treatment.heavy else "semibold",
            leading=0.0 if self.page.is_rtl else 1.12,
            lines=lines,
        )

    def body(
        self,
        text: str,
        size: float = 4.0,
        *,
        gap: float = 0.0,
        colour: Colour | None = None,
        strong: bool = False,
        lines: int = 99,
    ) -> Paragraph:
        """Smaller text under a headline; sizes and gaps in units."""
        return Paragraph(
            text=text,
            size=size * self.unit,
            floor=SMALLEST_TYPE * self.unit,
            colour=colour or (self.canvas.palette.ink if strong else self.canvas.palette.muted),
            face="semibold" if strong else "regular",
            gap=gap * self.unit,
            leading=0.0 if self.page.is_rtl else 1.3,
            lines=lines,
        )

    def remainder(self, size: float = 3.6) -> list[Paragraph]:
        """Items and note as plain lines, for layouts that have no place of their own for them."""
        texts = [*self.words.items, self.words.note]
        return [self.body(text, size, gap=3.2) for text in texts if text]

    def scene(self, box: Box) -> None:
        """Draw the illustration into a box of the left-to-right layout."""
        draw_scene(self.canvas, self.page.at(box), self.cast, self.treatment, self.dice)


def split_page(
    sheet: Sheet, paragraphs: Sequence[Paragraph], *, art: float, low: float, extra: float = 0.0
) -> tuple[Box, Box | None]:
    """A box for text and one for artwork, in left-to-right layout.

    ``art`` is the artwork's share of a wide frame and ``low`` its share of a higher one. Long
    texts take room from the artwork, and very long ones all of it; above a short text the artwork
    grows instead. ``extra`` is room, in units, the layout needs beside the paragraphs.
    """
    language = sheet.canvas.language
    for share in (1.0, 0.72):
        text, picture = _split(sheet, art * share, low * share)
        settings = fit(paragraphs, text.width, text.height, language)
        sizes = [one.size / one.paragraph.size for one in settings]
        if not sizes or min(sizes[0], sizes[-1]) >= _COMFORTABLE:
            if sheet.page.shape is Shape.WIDE:
                return text, picture
            spare = text.height - stack_height(settings) - extra * sheet.unit
            grown = max(0.0, min(spare * 0.85, 16 * sheet.unit))
            return (
                Box(text.left, text.top + grown, text.right, text.bottom),
                Box(picture.left, picture.top, picture.right, picture.bottom + grown),
            )
    return sheet.page.safe, None


def _split(sheet: Sheet, art: float, low: float) -> tuple[Box, Box]:
    """Artwork may use the margins: it is neither text nor cut by a slow zoom."""
    page, unit = sheet.page, sheet.unit
    safe = page.safe
    if page.shape is Shape.WIDE:
        text, picture = safe.columns(1 - art, art, gap=7 * unit)
        edge = page.width - 7 * unit
        return text, Box(picture.left, safe.top - 2 * unit, edge, page.caption_top - 5 * unit)
    bottom = safe.top + safe.height * low
    sides = safe.inset(-3 * unit, 0)
    return (
        Box(safe.left, bottom + 5 * unit, safe.right, safe.bottom),
        Box(sides.left, page.top_line + 4 * unit, sides.right, bottom),
    )


def fit_alike(
    sheet: Sheet, columns: Sequence[Sequence[Paragraph]], boxes: Sequence[Box]
) -> list[list[Setting]]:
    """Set several texts at one common size: the size at which the longest of them fits."""
    language = sheet.canvas.language
    settings = [
        fit(paragraphs, box.width, box.height, language)
        for paragraphs, box in zip(columns, boxes, strict=True)
    ]
    firsts = [
        one[0].size / one[0].paragraph.size for one in settings if one and one[0].paragraph.size
    ]
    scale = min(firsts, default=1.0)
    if scale < 0.999:
        settings = [
            fit([_scaled(one, scale) for one in paragraphs], box.width, box.height, language)
            for paragraphs, box in zip(columns, boxes, strict=True)
        ]
    return _aligned(settings, boxes)


def _aligned(settings: list[list[Setting]], boxes: Sequence[Box]) -> list[list[Setting]]:
    """First lines on one baseline, though one begins with an accented capital; if there is room."""
    above = max((one[0].above for one in settings if one), default=0.0)
    moved = [[replace(one[0], above=above), *one[1:]] if one else one for one in settings]
    fits = all(
        stack_height(one) <= box.height for one, box in zip(moved, boxes, strict=True) if one
    )
    return moved if fits else settings


def _scaled(paragraph: Paragraph, scale: float) -> Paragraph:
    size = max(paragraph.floor, paragraph.size * scale) if scale > 0 else paragraph.size
    return replace(paragraph, size=min(paragraph.size, size), floor=min(paragraph.floor, size))


def split_label(items: Sequence[str]) -> list[tuple[str, str]]:
    """Items as (label, text) when every one reads ``label: text``; otherwise all without label."""
    pairs = []
    for item in items:
        head, colon, tail = item.partition(":")
        label, text = head.strip(" \u00a0"), tail.strip(" \u00a0")
        if not colon or not text or not 1 < len(label) <= 32:
            return [("", one) for one in items]
        pairs.append((label, text))
    return pairs


def item_paragraphs(
    sheet: Sheet, pair: tuple[str, str], size: float, *, colour: Colour | None = None
) -> list[Paragraph]:
    """One item: its label, if it has one, strong above its text."""
    label, text = pair
    if label:
        return [
            sheet.body(label, size, strong=True, colour=colour),
            sheet.body(text, size * 0.82, gap=1.5, colour=colour),
        ]
    return [sheet.body(text, size, colour=colour or sheet.canvas.palette.ink)]


def accent_bar(sheet: Sheet, x: float, y: float, *, width: float = 9.0) -> None:
    """A short thick line, the film's signature, at a point of the left-to-right layout."""
    unit = sheet.unit
    box = sheet.page.at(Box(x, y, x + width * unit, y + 0.9 * unit))
    corner = 0.45 * unit if sheet.treatment.corner else 0.0
    sheet.canvas.fill(rounded(box, corner), colour=sheet.canvas.palette.accent)


def draw_progress(sheet: Sheet, position: int, count: int) -> None:
    """Where in the film this scene is: a row of marks above the text zone, no numbers."""
    if count < 2:
        return
    page, unit, palette = sheet.page, sheet.unit, sheet.canvas.palette
    top = page.top_line
    height = 0.55 * unit
    track = min(page.safe.width * 0.5, 34 * unit)
    gap = 0.7 * unit
    mark = (track - gap * (count - 1)) / count
    many = mark < 0.9 * unit
    left = page.safe.left
    shown = 1 if many else count
    for index in range(shown):
        width = track if many else mark
        box = Box(left, top, left + width, top + height)
        done = not many and index <= position
        colour = palette.accent if done else palette.rule
        sheet.canvas.fill(rounded(page.at(box), height / 2), colour=colour)
        left += width + gap
    if many:
        share = (min(max(position, 0), count - 1) + 1) / count
        box = Box(page.safe.left, top, page.safe.left + track * share, top + height)
        sheet.canvas.fill(rounded(page.at(box), height / 2), colour=palette.accent)
