"""One figure, as large as it can be, and what it counts."""

import re
import unicodedata
from dataclasses import replace

from video_platform.providers.vendors.embedded_painter.canvas import stack_height
from video_platform.providers.vendors.embedded_painter.icons.drawing import draw_icon
from video_platform.providers.vendors.embedded_painter.layouts.base import Sheet, split_page
from video_platform.providers.vendors.embedded_painter.outlines import arc, circle, rounded
from video_platform.providers.vendors.embedded_painter.page import Box, Shape
from video_platform.providers.vendors.embedded_painter.palette import contrast, mix
from video_platform.providers.vendors.embedded_painter.scenery import ground_inks
from video_platform.providers.vendors.embedded_painter.typography import Paragraph, fit

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
    page, unit, language = sheet.page, sheet.unit, sheet.canvas.language
    wide = page.shape is Shape.WIDE
    figure = Paragraph(
        text=sheet.words.figure,
        size=(30 if wide else 25) * unit,
        floor=7 * unit,
        colour=sheet.canvas.palette.figure_ink,
        face="bold",
        lines=1,
        tight=True,
    )
    label = replace(sheet.headline(6.0, lines=4), face="semibold")
    rest = [label, *sheet.remainder(3.4)]
    text, art = split_page(
        sheet, [*rest, replace(figure, size=16 * unit)], art=0.38, low=0.40, extra=14
    )
    # Set apart: a long figure must not make its label small.
    large = fit([figure], text.width, text.height * (0.55 if art else 0.4), language)
    used = stack_height(large) + 5 * unit
    small = fit(rest, text.width, text.height - used, language)
    spare = text.height - used - stack_height(small)
    top = text.top + (spare * 0.5 if wide or art is None else 0.0)
    if art is not None:
        _picture(sheet, art)
    sheet.canvas.place(large, page.at(Box(text.left, top, text.right, text.bottom)))
    sheet.canvas.place(small, page.at(Box(text.left, top + used, text.right, text.bottom)))


def _picture(sheet: Sheet, art: Box) -> None:
    """A chart only where it is honest: for shares of a whole."""
    share = read_percentage(sheet.words.figure)
    if share is None:
        sheet.scene(art)
    else:
        _chart(sheet, sheet.page.at(art), share)


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
    track = mix(palette.ground, palette.ink, 0.11)
    canvas.stroke(circle(x, y, radius), width=width, colour=track, butt=True)
    colour = _visible(sheet)
    if share > 0:
        sweep = arc(x, y, radius, -90, -90 + 3.6 * share)
        canvas.stroke(sweep, width=width, colour=colour, butt=True)
    if sheet.icons:
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
