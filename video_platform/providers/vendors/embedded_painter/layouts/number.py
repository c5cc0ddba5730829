"""One figure, as large as it can be, and what it counts."""

import re
import unicodedata

from video_platform.providers.vendors.embedded_painter.layouts.base import Sheet, split_page
from video_platform.providers.vendors.embedded_painter.outlines import arc, circle, rounded
from video_platform.providers.vendors.embedded_painter.page import Box, Shape
from video_platform.providers.vendors.embedded_painter.palette import contrast
from video_platform.providers.vendors.embedded_painter.typography import Paragraph

_PERCENTAGE = re.compile(r"^(\d{1,3}(?:[.,٫]\d+)?)[\s\u00a0]*[%٪]$")


def read_percentage(figure: str) -> float | None:
    """The figure's value when it is a share of a whole: a percentage from 0 to 100."""
    plain = "".join(str(unicodedata.digit(c, c)) for c in figure.strip())
    match = _PERCENTAGE.match(plain)
    if not match:
        return None
    value = float(re.sub(r"[,٫]", ".", match[1]))
    return value if value <= 100 else None


def lay_out_number(sheet: Sheet) -> None:
    """Figure over its label; beside it a chart if the figure is a share, else the illustration."""
    page, unit, palette = sheet.page, sheet.unit, sheet.canvas.palette
    share = read_percentage(sheet.words.figure)
    wide = page.shape is Shape.WIDE
    text, art = split_page(sheet, art=0.38, low=0.42)
    if share is None:
        sheet.scene(art)
    else:
        _chart(sheet, page.at(art), share)
    figure = Paragraph(
        text=sheet.words.figure,
        size=(30 if wide else 25) * unit,
        floor=7 * unit,
        colour=palette.accent_ink,
        face="bold",
        lines=1,
    )
    label = sheet.headline(6.0 if wide else 5.8, lines=4)
    label = Paragraph(
        text=label.text,
        size=label.size,
        floor=label.floor,
        colour=label.colour,
        face="semibold",
        gap=4.5 * unit,
        leading=0.0 if page.is_rtl else 1.2,
        lines=4,
    )
    stand = "middle" if wide else "top"
    sheet.canvas.text([figure, label, *sheet.remainder(3.4)], page.at(text), stand=stand)


def _chart(sheet: Sheet, box: Box, share: float) -> None:
    """The share as a ring, or as so many dots of a hundred when it is a whole number."""
    if float(share).is_integer() and sheet.dice.random() < 0.5:
        _hundred(sheet, box, int(share))
    else:
        _ring(sheet, box, share)


def _ring(sheet: Sheet, box: Box, share: float) -> None:
    canvas, palette = sheet.canvas, sheet.canvas.palette
    square = box.square()
    x, y = square.centre
    width = square.width * 0.13
    radius = square.width / 2 - width / 2
    canvas.stroke(circle(x, y, radius), width=width, colour=palette.tint, butt=True)
    canvas.stroke(circle(x, y, radius), width=max(1, sheet.unit * 0.12), colour=palette.rule)
    colour = _visible(sheet)
    if share > 0:
        sweep = arc(x, y, radius, -90, -90 + 3.6 * share)
        canvas.stroke(sweep, width=width, colour=colour, butt=True)
    if sheet.icons:
        from video_platform.providers.vendors.embedded_painter.icons.drawing import draw_icon
        from video_platform.providers.vendors.embedded_painter.scenery import ground_inks

        inner = Box(x, y, x, y).inset(-radius * 0.42)
        draw_icon(canvas, sheet.icons[0], inner, ground_inks(canvas, palette.ground), weight=1.8)


def _hundred(sheet: Sheet, box: Box, share: int) -> None:
    canvas, palette = sheet.canvas, sheet.canvas.palette
    square = box.square()
    step = square.width / 10
    shapes = []
    for index in range(100):
        row, column = divmod(index, 10)
        column = 9 - column if sheet.page.is_rtl else column
        x, y = square.left + step * (column + 0.5), square.bottom - step * (row + 0.5)
        if sheet.treatment.corner or sheet.treatment.ruled:
            shapes.append(circle(x, y, step * 0.37))
        else:
            shapes.append(rounded(Box(x, y, x, y).inset(-step * 0.4), 0))
    if share:
        canvas.fill(*shapes[:share], colour=_visible(sheet))
    if share < 100:
        canvas.fill(*shapes[share:], colour=palette.rule, opacity=0.75)


def _visible(sheet: Sheet) -> tuple[int, int, int]:
    """The accent, unless it would be lost on the ground."""
    palette = sheet.canvas.palette
    return palette.accent if contrast(palette.accent, palette.ground) >= 2 else palette.accent_ink
