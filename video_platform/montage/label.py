"""The label that says that AI made the film: a line on a small plate in a corner."""

from collections.abc import Mapping

from video_platform.domain.look import Label
from video_platform.montage.captions import DARK, PLATE_OPACITY, WHITE, CaptionType
from video_platform.montage.layers import Paint, Patch, rounded_rectangle
from video_platform.montage.titles import corner_place
from video_platform.montage.typesetting import Line, SetLine, width_of

_SIZE = 0.042
"""Height of its line as a share of the frame's shorter side: small, and still read on a phone."""
_PAD = 0.35
"""Room beside the text, as a share of its line."""


def label_line(label: Label, kind: CaptionType) -> Line:
    """The line it consists of."""
    size = max(8, round(_SIZE * min(kind.frame.width_px, kind.frame.height_px)))
    is_rtl = label.language is not None and label.language.is_rtl
    return Line(words=(label.text,), size_px=size, is_rtl=is_rtl)


def label_box(label: Label, kind: CaptionType) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of its plate, in pixels."""
    line = label_line(label, kind)
    width = round(width_of(label.text, line.size_px)) + 2 * round(_PAD * line.size_px)
    x, y = corner_place(label.corner, kind, width, line.size_px)
    return x, y, x + width, y + line.size_px


def draw_label(label: Label, kind: CaptionType, texts: Mapping[Line, SetLine]) -> Patch:
    """The label in its place; ``texts`` holds its line as set."""
    left, top, right, bottom = label_box(label, kind)
    line = label_line(label, kind)
    plate = rounded_rectangle(right - left, bottom - top, radius=round(0.22 * line.size_px))
    text = texts[line]
    # From the middle of the ink, which is not quite that of the line.
    middle = (left + right - text.left - text.right) // 2
    return Patch.from_paints(
        [
            Paint(plate.moved(left, top), DARK, PLATE_OPACITY),
            *(Paint(ink, WHITE) for ink in text.moved(middle, top).words),
        ]
    )
