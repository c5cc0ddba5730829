"""Titles: large in the middle of the free part of the frame, or on a plate above the captions."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from video_platform.domain.look import CaptionPlace, CaptionStyle, Corner
from video_platform.domain.timeline import TitleKind
from video_platform.montage.captions import DARK, PLATE_OPACITY, WHITE, CaptionType
from video_platform.montage.layers import Ink, Paint, Patch, rounded_rectangle, softened
from video_platform.montage.plan import TitleSpan
from video_platform.montage.typesetting import Line, SetLine, width_of

LOW_CORNERS = (Corner.BOTTOM_LEFT, Corner.BOTTOM_RIGHT)
Measure = Callable[[str], float]

_FADE_FRAMES = 8
_SMALLER = 0.92
"""Step in which type gets smaller until a text fits."""
_TIGHTER = 0.95
"""Step in which lines get narrower until they are about even."""
_GAP, _PAD, _BAR = 0.12, 0.32, 0.16
"""Room between title and detail, between text and plate, and the bar's width: shares of a line."""
_SHADOW = 0.14
"""Softness of a title's shadow, as a share of its line's height."""


@dataclass(frozen=True, slots=True)
class _Type:
    """How one kind of title is set; lengths are shares of the frame's shorter side."""

    size: float
    detail_size: float
    lines: int
    """At most so many; of detail two."""
    width: float
    """At most so wide; never wider than the margins allow."""


_TYPES = {
    TitleKind.TITLE: _Type(0.135, 0.062, 3, 1.5),
    TitleKind.LOWER_THIRD: _Type(0.066, 0.046, 2, 0.95),
}
_DETAIL_LINES = 2


def opacity_at(frame: int, frames: int) -> float:
    """How much of a title of so many frames is seen in its ``frame``, 0 to 1: it fades."""
    return max(0.0, min(1.0, (frame + 1) / _FADE_FRAMES, (frames - frame) / _FADE_FRAMES))


def title_lines(span: TitleSpan, kind: CaptionType) -> tuple[Line, ...]:
    """The title's own lines, then those of its detail, each at a size at which they fit."""
    face, shorter = _TYPES[span.kind], min(kind.frame.width_px, kind.frame.height_px)
    room = min(face.width * shorter, kind.frame.width_px - 2 * kind.margin_px)
    if span.kind is TitleKind.LOWER_THIRD:
        room -= (2 * _PAD + _BAR) * face.size * shorter
    return (
        *_fitted(span.text, round(face.size * shorter), face.lines, room, kind, True),
        *_fitted(span.detail, round(face.detail_size * shorter), _DETAIL_LINES, room, kind, False),
    )


def draw_title(
    span: TitleSpan, kind: CaptionType, set_lines: Mapping[Line, SetLine], *, floor: int
) -> Patch:
    """The title as it looks once it is there; a name plate stands on row ``floor`` or above."""
    lines = title_lines(span, kind)
    if not lines:
        return Patch.from_paints([])
    draw = _draw_large if span.kind is TitleKind.TITLE else _draw_plate
    return draw(lines, [set_lines[line] for line in lines], kind, floor)


def plate_floor(kind: CaptionType) -> int:
    """The row above which name plates and logos at the bottom stand: clear of the captions."""
    captions = kind.look.captions
    if captions.place is CaptionPlace.BOTTOM and captions.style is not CaptionStyle.NONE:
        return kind.zone[0] - round(_PAD * kind.line_px)
    return round(kind.frame.caption_bottom * kind.frame.height_px)


def corner_place(corner: Corner, kind: CaptionType, width: int, height: int) -> tuple[int, int]:
    """Top left pixel of what stands in a corner: inside the margins and clear of the captions."""
    frame, captions = kind.frame, kind.look.captions
    is_left = corner in (Corner.TOP_LEFT, Corner.BOTTOM_LEFT)
    x = kind.margin_px if is_left else frame.width_px - kind.margin_px - width
    if corner in LOW_CORNERS:
        return x, plate_floor(kind) - height
    if captions.place is CaptionPlace.TOP and captions.style is not CaptionStyle.NONE:
        return x, kind.zone[1] + kind.line_px // 4
    return x, round(frame.margin_y * frame.height_px)


def title_floor(kind: CaptionType, low_tops: Iterable[int]) -> int:
    """Where name plates stand: on the captions' zone, or on what stands in a low corner.

    Args:
        low_tops: first rows of what stands in the low corners.
    """
    return min((plate_floor(kind), *(top - kind.line_px // 4 for top in low_tops)))


def _fitted(
    text: str, size: int, most: int, room: float, kind: CaptionType, is_bold: bool
) -> tuple[Line, ...]:
    """The text in at most ``most`` even lines no wider than ``room``, smaller if need be."""
    # Only at plain blanks: those that do not break hold a mark or a unit to its word.
    words = [word for word in re.split(r"[ \t\n]+", text) if word]
    while True:
        # Two per cent less than there is: libass rounds glyphs its own way.
        measure: Measure = partial(width_of, size_px=size, is_bold=is_bold, face=kind.face)
        lines = _broken(words, 0.98 * room, measure)
        if size <= 1 or (len(lines) <= most and _widest(lines, measure) <= 0.98 * room):
            break
        size = int(size * _SMALLER)
    return tuple(
        Line(words=(line,), size_px=size, is_rtl=kind.is_rtl, is_bold=is_bold, face=kind.face)
        for line in _evened(words, lines, measure)
    )


def _broken(words: Sequence[str], room: float, measure: Measure) -> list[str]:
    """Lines as full as they get."""
    lines: list[str] = []
    for word in words:
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and measure(longer) <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _evened(words: Sequence[str], lines: list[str], measure: Measure) -> list[str]:
    """As many lines, as even as they get."""
    if len(lines) < 2:
        return lines
    while True:
        narrower = _broken(words, _widest(lines, measure) * _TIGHTER, measure)
        if len(narrower) > len(lines) or _widest(narrower, measure) >= _widest(lines, measure):
            return lines
        lines = narrower


def _widest(lines: Sequence[str], measure: Measure) -> float:
    return max(map(measure, lines), default=0.0)


def _tops(lines: Sequence[Line]) -> list[int]:
    """Where each line begins, from the first one's top, and where the last one ends."""
    tops = [0]
    for line, following in zip(lines, [*lines[1:], None], strict=True):
        gap = following is not None and line.is_bold and not following.is_bold
        tops.append(tops[-1] + line.size_px + (round(_GAP * line.size_px) if gap else 0))
    return tops


def _draw_large(
    lines: Sequence[Line], texts: Sequence[SetLine], kind: CaptionType, floor: int
) -> Patch:
    """White on a soft shadow: readable on anything, without a box in the middle of the picture."""
    *tops, height = _tops(lines)
    first, end = _free_rows(kind, floor)
    middle, top = kind.frame.width_px // 2, (first + end - height) // 2
    placed = [text.moved(middle, top + y).words for text, y in zip(texts, tops, strict=True)]
    shadows = [
        softened(inks, radius=max(1, round(_SHADOW * line.size_px)))
        for line, inks in zip(lines, placed, strict=True)
    ]
    return Patch.from_paints(
        [
            *(Paint(shadow, DARK) for shadow in shadows),
            *(Paint(ink, WHITE) for inks in placed for ink in inks),
        ]
    )


def _free_rows(kind: CaptionType, floor: int) -> tuple[int, int]:
    """The rows a large title stands in the middle of: those without captions."""
    captions, frame = kind.look.captions, kind.frame
    first = round(frame.margin_y * frame.height_px)
    if captions.style is CaptionStyle.NONE or captions.place is CaptionPlace.BOTTOM:
        return first, floor
    return (first, kind.zone[0]) if captions.place is CaptionPlace.MIDDLE else (kind.zone[1], floor)


def _draw_plate(
    lines: Sequence[Line], texts: Sequence[SetLine], kind: CaptionType, floor: int
) -> Patch:
    """A dark plate at the side where reading begins, which a bar in the accent colour marks."""
    *tops, height = _tops(lines)
    pad, bar = (round(share * lines[0].size_px) for share in (_PAD, _BAR))
    text_width = max(text.right - text.left for text in texts)
    width, height = bar + 2 * pad + text_width, height + 2 * (pad // 2)
    left = kind.frame.width_px - kind.margin_px - width if kind.is_rtl else kind.margin_px
    top = floor - height
    bar_left = left + width - bar if kind.is_rtl else left
    # Each line from the reading side on.
    starts = [
        left + pad + text_width - text.right if kind.is_rtl else left + bar + pad - text.left
        for text in texts
    ]
    return Patch.from_paints(
        [
            Paint(_box(width, height).moved(left, top), DARK, PLATE_OPACITY),
            Paint(_box(bar, height).moved(bar_left, top), kind.look.accent_rgb),
            *(
                Paint(ink, WHITE)
                for text, x, y in zip(texts, starts, tops, strict=True)
                for ink in text.moved(x, top + pad // 2 + y).words
            ),
        ]
    )


def _box(width: int, height: int) -> Ink:
    return rounded_rectangle(width, height, radius=0)
