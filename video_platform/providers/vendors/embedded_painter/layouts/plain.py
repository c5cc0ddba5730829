"""Text and nothing else, for scenes with far more words than a picture can illustrate."""

from dataclasses import replace

from video_platform.providers.vendors.embedded_painter.layouts.base import Sheet
from video_platform.providers.vendors.embedded_painter.typography import Paragraph


def lay_out_plain(sheet: Sheet) -> None:
    """Figure, headline, items and note under one another in the whole text zone."""
    unit, palette = sheet.unit, sheet.canvas.palette
    paragraphs = [replace(sheet.headline(7.0), gap=4 * unit), *sheet.remainder(4.0)]
    if sheet.words.figure:
        figure = Paragraph(
            text=sheet.words.figure,
            size=12 * unit,
            floor=4 * unit,
            colour=palette.figure_ink,
            face="bold",
        )
        paragraphs.insert(0, figure)
    sheet.canvas.text(paragraphs, sheet.page.at(sheet.page.safe), stand="middle")
