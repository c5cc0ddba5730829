"""Things that follow one another: numbered stations on one line."""

from video_platform.providers.vendors.embedded_painter.layouts.base import (
    Sheet,
    fit_alike,
    item_paragraphs,
    split_label,
)
from video_platform.providers.vendors.embedded_painter.layouts.listing import (
    headline_on_top,
    with_note,
)
from video_platform.providers.vendors.embedded_painter.outlines import circle, rounded
from video_platform.providers.vendors.embedded_painter.page import Box, Shape
from video_platform.providers.vendors.embedded_painter.typography import Paragraph


def lay_out_steps(sheet: Sheet) -> None:
    """Along the width of a wide frame when there are few short ones, otherwise downwards."""
    items = sheet.words.items
    area = with_note(sheet, headline_on_top(sheet, 0.34))
    longest = max(len(item) for item in items)
    if sheet.page.shape is Shape.WIDE and len(items) <= 4 and longest <= 90:
        _across(sheet, area)
    else:
        _down(sheet, area)


def _number(sheet: Sheet, index: int, x: float, y: float, radius: float) -> None:
    """A numbered station; the last one, where the steps lead, is filled with the accent."""
    canvas, palette = sheet.canvas, sheet.canvas.palette
    last = index == len(sheet.words.items) - 1
    place = sheet.page.at(Box(x - radius, y - radius, x + radius, y + radius))
    fill = palette.accent if last else palette.panel
    canvas.fill(circle(*place.centre, radius), colour=fill)
    digit = Paragraph(
        text=str(index + 1),
        size=radius * 1.1,
        floor=radius * 0.5,
        colour=palette.ink if last else palette.on_panel,
        face="bold",
        tight=True,
    )
    canvas.text([digit], place.inset(radius * 0.2), align="centre", stand="middle")


def _across(sheet: Sheet, area: Box) -> None:
    canvas, unit = sheet.canvas, sheet.unit
    items = split_label(sheet.words.items)
    boxes = area.columns(*[1.0] * len(items), gap=4.5 * unit)
    radius = 5.0 * unit
    texts = [Box(b.left, area.top + radius * 2 + 4 * unit, b.right, b.bottom) for b in boxes]
    settings = fit_alike(sheet, [item_paragraphs(sheet, pair, 5.8) for pair in items], texts)
    tallest = max(sum(s.height for s in one) for one in settings)
    drop = max(0.0, (area.height - radius * 2 - 4 * unit - tallest) * 0.35)
    y = area.top + drop + radius
    line = Box(boxes[0].left, y - 0.25 * unit, boxes[-1].left, y + 0.25 * unit)
    canvas.fill(rounded(sheet.page.at(line), 0), colour=canvas.palette.rule)
    for index, (box, text, setting) in enumerate(zip(boxes, texts, settings, strict=True)):
        _number(sheet, index, box.left + radius, y, radius)
        moved = Box(text.left, text.top + drop, text.right, text.bottom)
        canvas.place(setting, sheet.page.at(moved))


def _down(sheet: Sheet, area: Box) -> None:
    canvas, unit = sheet.canvas, sheet.unit
    items = split_label(sheet.words.items)
    pitch = min(area.height / len(items), 23 * unit)
    radius = min(4.2 * unit, pitch * 0.36)
    boxes = [
        Box(area.left, area.top + pitch * i, area.right, area.top + pitch * (i + 1))
        for i in range(len(items))
    ]
    texts = [
        Box(b.left + radius * 2 + 4 * unit, b.top + 0.6 * unit, b.right, b.bottom - 1.2 * unit)
        for b in boxes
    ]
    settings = fit_alike(sheet, [item_paragraphs(sheet, pair, 5.2) for pair in items], texts)
    x = area.left + radius
    line = Box(x - 0.25 * unit, boxes[0].centre[1], x + 0.25 * unit, boxes[-1].centre[1])
    canvas.fill(rounded(sheet.page.at(line), 0), colour=canvas.palette.rule)
    for index, (box, text, setting) in enumerate(zip(boxes, texts, settings, strict=True)):
        _number(sheet, index, x, box.centre[1], radius)
        canvas.place(setting, sheet.page.at(text), stand="middle")
