"""The last card: what stays."""

from video_platform.providers.vendors.embedded_painter.canvas import stack_height
from video_platform.providers.vendors.embedded_painter.icons.drawing import draw_icon
from video_platform.providers.vendors.embedded_painter.layouts.base import Sheet
from video_platform.providers.vendors.embedded_painter.outlines import arc, circle
from video_platform.providers.vendors.embedded_painter.page import Box, Shape
from video_platform.providers.vendors.embedded_painter.scenery import panel_inks
from video_platform.providers.vendors.embedded_painter.typography import fit


def lay_out_closing(sheet: Sheet) -> None:
    """Everything on the middle axis: emblem, headline, note."""
    page, unit = sheet.page, sheet.unit
    safe = page.safe
    radius = (10.5 if page.shape is Shape.WIDE else 11.0) * unit
    room = safe.height - radius * 2 - 5 * unit
    size = 10.5 if page.shape is Shape.WIDE else 9.4
    paragraphs = [sheet.headline(size, lines=4), *sheet.remainder(3.8)]
    width = safe.width * (0.86 if page.shape is Shape.WIDE else 1.0)
    settings = fit(paragraphs, width, room, sheet.canvas.language)
    used = radius * 2 + 5 * unit + stack_height(settings)
    top = safe.top + max(0.0, safe.height - used) / 2
    _emblem(sheet, safe.centre[0], top + radius, radius)
    left = safe.centre[0] - width / 2
    box = Box(left, top + radius * 2 + 5 * unit, left + width, safe.bottom)
    sheet.canvas.place(settings, page.at(box), align="centre")


def _emblem(sheet: Sheet, x: float, y: float, radius: float) -> None:
    """The film's main icon in a ring that is closed: the story is told."""
    canvas, unit, palette = sheet.canvas, sheet.unit, sheet.canvas.palette
    canvas.fill(circle(x, y, radius * 0.84), colour=palette.panel)
    canvas.stroke(circle(x, y, radius), width=unit * 0.2, colour=palette.rule)
    start = sheet.dice.uniform(0, 360)
    canvas.stroke(arc(x, y, radius, start, start + 250), width=unit * 0.5, colour=palette.accent)
    icon = Box(x, y, x, y).inset(-radius * 0.46)
    draw_icon(canvas, sheet.cast.hero, icon, panel_inks(canvas), weight=2.2)
