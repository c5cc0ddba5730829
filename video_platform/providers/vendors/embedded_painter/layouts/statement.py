"""One thought and its picture."""

from video_platform.providers.vendors.embedded_painter.layouts.base import Sheet, split_page
from video_platform.providers.vendors.embedded_painter.page import Box, Shape


def lay_out_statement(sheet: Sheet) -> None:
    """Headline and a large illustration; they change sides from scene to scene."""
    page = sheet.page
    text, art = split_page(sheet, art=0.43, low=0.48)
    if page.shape is Shape.WIDE and sheet.dice.random() < 0.4:
        text, art = _turned(text, page.width), _turned(art, page.width)
    sheet.scene(art)
    size = 9.0 if page.shape is Shape.WIDE else 8.6
    stand = "middle" if page.shape is Shape.WIDE else "top"
    paragraphs = [sheet.headline(size, lines=5), *sheet.remainder(4.0)]
    sheet.canvas.text(paragraphs, page.at(text), stand=stand)


def _turned(box: Box, width: float) -> Box:
    return Box(width - box.right, box.top, width - box.left, box.bottom)
