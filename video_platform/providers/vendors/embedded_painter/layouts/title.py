"""The opening card: a poster with the film's name and its main picture."""

from video_platform.providers.vendors.embedded_painter.canvas import stack_height
from video_platform.providers.vendors.embedded_painter.layouts.base import (
    Sheet,
    accent_bar,
    split_page,
)
from video_platform.providers.vendors.embedded_painter.page import Box, Shape
from video_platform.providers.vendors.embedded_painter.typography import fit


def lay_out_title(sheet: Sheet) -> None:
    """Headline as large as it goes, then a bar and the note; artwork beside or above."""
    unit, page, language = sheet.unit, sheet.page, sheet.canvas.language
    wide = page.shape is Shape.WIDE
    headline = sheet.headline(12.5 if wide else 11.0, lines=4)
    text, art = split_page(sheet, [headline, *sheet.remainder(4.0)], art=0.40, low=0.46, extra=9)
    if art is not None:
        sheet.scene(art)
    notes = fit(sheet.remainder(4.0), text.width, text.height * 0.45, language)
    foot = stack_height(notes) + 7.5 * unit
    room = text.height - foot
    words = fit([headline], text.width, room, language)
    used = stack_height(words)
    top = text.top + (max(0.0, room - used) * 0.5 if wide else 0.0)
    sheet.canvas.place(words, page.at(Box(text.left, top, text.right, text.bottom)))
    bar = top + used + 3.2 * unit
    accent_bar(sheet, text.left, bar)
    sheet.canvas.place(notes, page.at(Box(text.left, bar + 4.2 * unit, text.right, text.bottom)))
