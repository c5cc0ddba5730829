"""Two sides of one question."""

from video_platform.providers.vendors.embedded_painter.canvas import Stand
from video_platform.providers.vendors.embedded_painter.icons.drawing import Inks, draw_icon
from video_platform.providers.vendors.embedded_painter.layouts.base import (
    Sheet,
    fit_alike,
    item_paragraphs,
    split_label,
)
from video_platform.providers.vendors.embedded_painter.layouts.listing import (
    headline_on_top,
    item_icons,
    with_note,
)
from video_platform.providers.vendors.embedded_painter.outlines import quarter, rounded
from video_platform.providers.vendors.embedded_painter.page import Box, Shape
from video_platform.providers.vendors.embedded_painter.scenery import ground_inks, panel_inks


def lay_out_comparison(sheet: Sheet) -> None:
    """Headline above two panels of equal size, one light and one strong."""
    unit = sheet.unit
    area = with_note(sheet, headline_on_top(sheet, 0.3))
    gap = (0.0 if sheet.treatment.ruled else 2.6) * unit
    if sheet.page.shape is Shape.WIDE:
        boxes = area.columns(1, 1, gap=gap)
    else:
        boxes = area.rows(1, 1, gap=gap)
    icons = item_icons(sheet) or (list(sheet.icons[:2]) if len(sheet.icons) >= 2 else [])
    items = split_label(sheet.words.items)
    inks = (sheet.canvas.palette.ink, sheet.canvas.palette.on_panel)
    texts = [_text_box(sheet, box, bool(icons)) for box in boxes]
    columns = [
        item_paragraphs(sheet, pair, 6.0, colour=ink) for pair, ink in zip(items, inks, strict=True)
    ]
    settings = fit_alike(sheet, columns, texts)
    for index, box in enumerate(boxes):
        _panel(sheet, box, index, icons[index] if icons else "")
        stand: Stand = "middle" if sheet.page.shape is not Shape.WIDE else "bottom"
        sheet.canvas.place(settings[index], sheet.page.at(texts[index]), stand=stand)


def _text_box(sheet: Sheet, box: Box, has_icon: bool) -> Box:
    unit = sheet.unit
    inner = box.inset(4 * unit, 3.6 * unit)
    if not has_icon:
        return inner
    if sheet.page.shape is Shape.WIDE:
        return Box(inner.left, inner.top + 17 * unit, inner.right, inner.bottom)
    return Box(
        inner.left + min(15 * unit, inner.height) + 3 * unit, inner.top, inner.right, inner.bottom
    )


def _panel(sheet: Sheet, box: Box, index: int, icon: str) -> None:
    canvas, unit, palette = sheet.canvas, sheet.unit, sheet.canvas.palette
    place = sheet.page.at(box)
    outline = rounded(place, sheet.treatment.corner * unit * 1.2)
    strong = index == 1
    if strong:
        canvas.fill(outline, colour=palette.panel)
    else:
        if not palette.is_dark:
            canvas.shadow(outline, drop=0.8 * unit, blur=1.8 * unit, opacity=0.10)
        canvas.fill(outline, colour=palette.card)
    if sheet.page.shape is Shape.WIDE:
        side = min(box.height * 0.5, 26 * unit)
        corner = Box(place.right - side, place.top, place.right, place.top + side)
        if sheet.page.is_rtl:
            corner = Box(place.left, place.top, place.left + side, place.top + side)
        tone = palette.panel_tint if strong else palette.tint
        canvas.fill(quarter(corner, 0 if sheet.page.is_rtl else 1), colour=tone, clip=outline)
    if icon:
        inks: Inks = panel_inks(canvas) if strong else ground_inks(canvas)
        draw_icon(canvas, icon, sheet.page.at(_icon_box(sheet, box)), inks, weight=2.0)


def _icon_box(sheet: Sheet, box: Box) -> Box:
    unit = sheet.unit
    inner = box.inset(4 * unit, 3.6 * unit)
    if sheet.page.shape is Shape.WIDE:
        return Box(inner.left, inner.top, inner.left + 15 * unit, inner.top + 15 * unit)
    size = min(15 * unit, inner.height)
    middle = inner.centre[1]
    return Box(inner.left, middle - size / 2, inner.left + size, middle + size / 2)
