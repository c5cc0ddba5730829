"""The opening card: a poster with the film's name and its main picture."""

from video_platform.providers.vendors.embedded_painter.layouts.base import (
    Sheet,
    accent_bar,
    split_page,
)
from video_platform.providers.vendors.embedded_painter.page import Box, Shape
from video_platform.providers.vendors.embedded_painter.typography import fit


def lay_out_title(sheet: Sheet) -> None:
    """Headline as large as it goes, an accent bar, the note beneath; artwork beside or above."""
    unit, page = sheet.unit, sheet.page
    text, art = split_page(sheet, art=0.40, low=0.46)
    sheet.scene(art)
    size = 12.5 if page.shape is Shape.WIDE else 11.0
    paragraphs = [sheet.headline(size, lines=4), *sheet.remainder(4.0)]
    below_bar = Box(text.left, text.top + 5 * unit, text.right, text.bottom)
    settings = fit(paragraphs, below_bar.width, below_bar.height, sheet.canvas.language)
    height = sum(one.height for one in settings) + sum(one.gap for one in settings[1:])
    spare = max(0.0, below_bar.height - height)
    top = below_bar.top + (spare * 0.5 if page.shape is Shape.WIDE else min(spare * 0.3, 3 * unit))
    accent_bar(sheet, text.left, top - 5 * unit)
    box = Box(text.left, top, text.right, text.bottom)
    sheet.canvas.place(settings, page.at(box))
