"""One thought and its picture."""

from video_platform.providers.vendors.embedded_painter.canvas import Stand
from video_platform.providers.vendors.embedded_painter.layouts.base import Sheet, split_page
from video_platform.providers.vendors.embedded_painter.page import Box, Shape


def lay_out_statement(sheet: Sheet) -> None:
    """Headline and a large illustration; they change sides from scene to scene."""
    page = sheet.page
    wide = page.shape is Shape.WIDE
    paragraphs = [sheet.headline(9.0 if wide else 8.6, lines=5), *sheet.remainder(4.0)]
    text, art = split_page(sheet, paragraphs, art=0.43, low=0.48)
    if wide and art is not None and sheet.dice.random() < 0.4:
        text, art = _turned(text, page.width), _turned(art, page.width)
    if art is not None:
        sheet.scene(art)
    stand: Stand = "middle" if wide or art is None else "top"
    sheet.canvas.text(paragraphs, page.at(text), stand=stand)


def _turned(box: Box, width: float) -> Box:
    return Box(width - box.right, box.top, width - box.left, box.bottom)
