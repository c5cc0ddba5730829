"""Up to a handful of points, as cards beside one another or rows under one another."""

from video_platform.providers.vendors.embedded_painter.canvas import stack_height
from video_platform.providers.vendors.embedded_painter.icons.drawing import draw_icon
from video_platform.providers.vendors.embedded_painter.icons.words import find_icons
from video_platform.providers.vendors.embedded_painter.layouts.base import (
    Sheet,
    accent_bar,
    fit_alike,
    item_paragraphs,
    split_label,
)
from video_platform.providers.vendors.embedded_painter.outlines import circle, rounded
from video_platform.providers.vendors.embedded_painter.page import Box, Shape
from video_platform.providers.vendors.embedded_painter.scenery import ground_inks
from video_platform.providers.vendors.embedded_painter.typography import fit


def lay_out_list(sheet: Sheet) -> None:
    """Cards on wide frames when the points are short, rows otherwise."""
    longest = max(len(item) for item in sheet.words.items)
    few = 2 <= len(sheet.words.items) <= 4
    wide = sheet.page.shape is Shape.WIDE
    if wide and few and longest <= 70 and sheet.dice.random() < 0.55:
        _cards(sheet)
    elif wide:
        _beside(sheet)
    else:
        _stacked(sheet)


def item_icons(sheet: Sheet) -> list[str]:
    """An icon for each item found in its own words, or none at all: half a set looks broken."""
    chosen: list[str] = []
    for item in sheet.words.items:
        fresh = [name for name in find_icons((item,)) if name not in chosen]
        found = fresh or [n for w in item.split() for n in find_icons((w,)) if n not in chosen]
        if not found:
            return []
        chosen.append(found[0])
    return chosen


def draw_marker(sheet: Sheet, box: Box, index: int, icons: list[str]) -> None:
    """The mark before an item: its icon on a tinted tile, or a plain accent shape."""
    canvas, unit = sheet.canvas, sheet.unit
    place = sheet.page.at(box).square()
    if icons:
        corner = sheet.treatment.corner * unit * 0.8
        if not sheet.treatment.ruled:
            canvas.fill(rounded(place, corner), colour=canvas.palette.tint)
        inks = ground_inks(canvas, canvas.palette.tint)
        inset = place.width * (0.05 if sheet.treatment.ruled else 0.2)
        draw_icon(canvas, icons[index], place.inset(inset), inks, weight=2.3)
        return
    x, y = place.centre
    if sheet.treatment.corner or sheet.treatment.ruled:
        canvas.stroke(circle(x, y, unit * 1.25), width=unit * 0.75, colour=canvas.palette.accent)
    else:
        canvas.fill(rounded(Box(x, y, x, y).inset(-unit * 1.4), 0), colour=canvas.palette.accent)


def headline_on_top(sheet: Sheet, share: float) -> Box:
    """Draw the headline across the top; returns what is left below it."""
    safe, unit = sheet.page.safe, sheet.unit
    wide = sheet.page.shape is Shape.WIDE
    paragraph = sheet.headline(7.6 if wide else 7.4, lines=2 if wide else 3)
    # A headline that is really a paragraph gets more room before it gets too small to read.
    for room in (share, 0.45, 0.55):
        settings = fit([paragraph], safe.width, safe.height * room, sheet.canvas.language)
        if not settings or settings[0].size >= paragraph.floor:
            break
    sheet.canvas.place(settings, sheet.page.at(safe))
    used = stack_height(settings)
    return Box(safe.left, safe.top + used + 5.5 * unit, safe.right, safe.bottom)


def with_note(sheet: Sheet, area: Box) -> Box:
    """Draw the note at the foot of ``area``; returns what is left above it."""
    if not sheet.words.note:
        return area
    settings = fit(
        [sheet.body(sheet.words.note, 3.0)], area.width, area.height * 0.3, sheet.canvas.language
    )
    sheet.canvas.place(settings, sheet.page.at(area), stand="bottom")
    return Box(
        area.left, area.top, area.right, area.bottom - stack_height(settings) - 3 * sheet.unit
    )


def _cards(sheet: Sheet) -> None:
    """Cards of one height, as high as the longest text needs."""
    canvas, unit = sheet.canvas, sheet.unit
    area = with_note(sheet, headline_on_top(sheet, 0.36))
    items = split_label(sheet.words.items)
    icons = item_icons(sheet)
    pad = (0.6 if sheet.treatment.ruled else 3.2) * unit
    mark = 12 * unit if icons else 0.0
    above = pad + mark + (4 if icons else 2.4) * unit
    boxes = area.columns(*[1.0] * len(items), gap=3 * unit)
    texts = [Box(b.left + pad, b.top + above, b.right - pad, b.bottom - pad) for b in boxes]
    columns = [item_paragraphs(sheet, pair, 5.0 if icons else 5.8) for pair in items]
    settings = fit_alike(sheet, columns, texts)
    height = above + max(stack_height(setting) for setting in settings) + pad + 2.4 * unit
    drop = max(0.0, area.height - height) * 0.3
    for index, (box, text, setting) in enumerate(zip(boxes, texts, settings, strict=True)):
        top = box.top + drop
        _draw_card(sheet, Box(box.left, top, box.right, min(top + height, area.bottom)))
        if icons:
            left, edge = box.left + pad, top + pad
            draw_marker(sheet, Box(left, edge, left + mark, edge + mark), index, icons)
        elif not sheet.treatment.ruled:
            accent_bar(sheet, box.left + pad, top + pad - 0.4 * unit, width=5)
        canvas.place(
            setting, sheet.page.at(Box(text.left, text.top + drop, text.right, text.bottom))
        )


def _draw_card(sheet: Sheet, box: Box) -> None:
    canvas, unit, palette = sheet.canvas, sheet.unit, sheet.canvas.palette
    place = sheet.page.at(box)
    if sheet.treatment.ruled:
        canvas.fill(
            rounded(Box(place.left, place.top, place.right, place.top + 0.3 * unit), 0),
            colour=palette.ink,
        )
        return
    outline = rounded(place, sheet.treatment.corner * unit)
    if not palette.is_dark:
        canvas.shadow(outline, drop=0.8 * unit, blur=1.8 * unit, opacity=0.10)
    canvas.fill(outline, colour=palette.card)


def _beside(sheet: Sheet) -> None:
    """Headline in a column of its own, rows beside it."""
    safe, unit = sheet.page.safe, sheet.unit
    text, rows = safe.columns(0.36, 0.64, gap=7 * unit)
    paragraphs = [sheet.headline(7.6, lines=6)]
    if sheet.words.note:
        paragraphs.append(sheet.body(sheet.words.note, 3.2, gap=3))
    sheet.canvas.text(paragraphs, sheet.page.at(text), stand="middle")
    _rows(sheet, rows)


def _stacked(sheet: Sheet) -> None:
    _rows(sheet, with_note(sheet, headline_on_top(sheet, 0.3)))


def _rows(sheet: Sheet, area: Box) -> None:
    unit = sheet.unit
    items = split_label(sheet.words.items)
    icons = item_icons(sheet)
    count = len(items)
    gap = min(2.4 * unit, area.height * 0.12 / count)
    pitch = min((area.height + gap) / count, (24 if sheet.page.shape is Shape.WIDE else 22) * unit)
    used = pitch * count - gap
    top = area.top + (area.height - used) / 2 if sheet.page.shape is Shape.WIDE else area.top
    boxes = [
        Box(area.left, top + pitch * i, area.right, top + pitch * i + pitch - gap)
        for i in range(count)
    ]
    mark = min(10.0 * unit, boxes[0].height * 0.74) if icons else 3.2 * unit
    pad = 0.0 if sheet.treatment.ruled else 2.6 * unit
    texts = [
        Box(
            b.left + pad + mark + 3.2 * unit,
            b.top + 0.8 * unit,
            b.right - max(pad, unit),
            b.bottom - 0.8 * unit,
        )
        for b in boxes
    ]
    settings = fit_alike(sheet, [item_paragraphs(sheet, pair, 5.2) for pair in items], texts)
    for index, (box, text, setting) in enumerate(zip(boxes, texts, settings, strict=True)):
        _draw_card(sheet, box)
        middle = box.centre[1]
        left = box.left + pad
        marker = Box(left, middle - mark / 2, left + mark, middle + mark / 2)
        draw_marker(sheet, marker, index, icons)
        sheet.canvas.place(setting, sheet.page.at(text), stand="middle")
