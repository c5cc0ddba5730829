"""Someone's words, and whose they are."""

from video_platform.providers.vendors.embedded_painter.canvas import stack_height
from video_platform.providers.vendors.embedded_painter.layouts.base import Sheet, accent_bar
from video_platform.providers.vendors.embedded_painter.outlines import Outline, parse_path
from video_platform.providers.vendors.embedded_painter.page import Box, Shape
from video_platform.providers.vendors.embedded_painter.typography import fit

# One comma of a quotation mark on a grid of 10.
_COMMA = "M0 0 H8 V6.4 C8 11 5.6 13.8 1.4 14.6 V11.2 C3.4 10.4 4.4 9 4.4 7 H0 Z"


def lay_out_quote(sheet: Sheet) -> None:
    """A large drawn quotation mark, the words, then a bar and the name."""
    page, unit = sheet.page, sheet.unit
    safe = page.safe
    wide = page.shape is Shape.WIDE
    mark = 9.5 * unit
    text = Box(safe.left, safe.top, safe.left + safe.width * (0.84 if wide else 1.0), safe.bottom)
    name_room = 0.0
    names = []
    if sheet.words.note or sheet.words.items:
        names = fit(
            [p for p in sheet.remainder(3.8)], text.width, safe.height * 0.3, sheet.canvas.language
        )
        name_room = stack_height(names) + 7 * unit
    room = text.height - mark - 4 * unit - name_room
    size = 8.4 if wide else 7.6
    words = fit([sheet.headline(size, lines=6)], text.width, room, sheet.canvas.language)
    used = mark + 4 * unit + stack_height(words) + name_room
    top = safe.top + max(0.0, safe.height - used) * (0.45 if wide else 0.4)
    _quotation_mark(sheet, Box(text.left, top, text.left + mark * 1.25, top + mark))
    top += mark + 4 * unit
    sheet.canvas.place(words, page.at(Box(text.left, top, text.right, safe.bottom)))
    if names:
        top += stack_height(words) + 4 * unit
        accent_bar(sheet, text.left, top, width=7)
        box = Box(text.left, top + 3 * unit, text.right, safe.bottom)
        sheet.canvas.place(names, page.at(box))


def _quotation_mark(sheet: Sheet, box: Box) -> None:
    place = sheet.page.at(box)
    scale = place.height / 14.6
    comma = parse_path(_COMMA)[0][0]
    shapes: list[Outline] = []
    for shift in (0.0, 10.2):
        points = [(x + shift, y) for x, y in comma]
        # An opening mark is the comma turned half round; in Arabic it is the mirrored comma.
        if sheet.page.is_rtl:
            points = [(18.2 - x, y) for x, y in points]
        else:
            points = [(18.2 - x, 14.6 - y) for x, y in points]
        shapes.append([(place.left + x * scale, place.top + y * scale) for x, y in points])
    sheet.canvas.fill(*shapes, colour=sheet.canvas.palette.accent)
