"""Burned captions: an ASS script for libass, with the spoken word picked out.

libass shapes and orders Arabic with digits and Latin inside correctly; FFmpeg's own ``drawtext``
does not. User text can only ever become text: braces and backslashes are disarmed, control
characters dropped.
"""

import unicodedata
from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any

from video_platform.domain.captions import Cue
from video_platform.domain.formats import Frame
from video_platform.domain.timing import Word
from video_platform.fonts import BOLD, FAMILY
from video_platform.montage.plan import CaptionSpan

_LINES = 2
_LINE_SHARE = 0.46
"""Height of one line as a share of the caption zone: two lines and the plate's edge."""
_PAD = 0.12
"""Room between text and the edge of its plate, as a share of a line's height."""
_PLATE = "&H1C120C&"
_PLATE_ALPHA = "&H38&"
_RIGHT_TO_LEFT, _LEFT_TO_RIGHT = "\u200f", "\u200e"
_TURNING = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
"""Classes of the invisible characters that change the direction of what follows them."""
_WORD_CHARACTERS = 120
"""Longer words are shown cut: nobody reads them, and libass slows down on them."""
_SPOKEN = "&H0050D0FF&"
"""Warm yellow; ASS orders colours blue, green, red."""


def build_ass(spans: Sequence[CaptionSpan], frame: Frame, frames_ms: Fraction, *, rtl: bool) -> str:
    """The ASS document of a segment of length ``frames_ms``, timed from the segment's start.

    ``rtl`` is the direction of the film's language, which every line is set in.
    """
    import pysubs2

    document = pysubs2.SSAFile()
    document.info.update(
        {
            "PlayResX": str(frame.width_px),
            "PlayResY": str(frame.height_px),
            "WrapStyle": "2",
            "ScaledBorderAndShadow": "yes",
            "YCbCr Matrix": "TV.709",
        }
    )
    size = _line_height(frame)
    document.styles["Default"] = _style(pysubs2, frame, size)
    for span in spans:
        cue = span.cue
        shown = [(cue.start_ms, cue.end_ms, 0, _plate(cue, frame, size))]
        shown += [
            (start, end, 1, _cue_text(cue, active, frame, size, rtl=rtl))
            for start, end, active in _steps(cue)
        ]
        for start, end, layer, text in shown:
            first = max(0, round(start - span.segment_offset))
            last = min(round(frames_ms), round(end - span.segment_offset))
            if last > first:
                document.events.append(pysubs2.SSAEvent(first, last, text, layer=layer))
    return document.to_string("ass")


def _line_height(frame: Frame) -> int:
    zone = (frame.caption_bottom - frame.caption_top) * frame.height_px
    return int(zone * _LINE_SHARE)


def _style(pysubs2: Any, frame: Frame, size: int) -> Any:
    color = pysubs2.Color
    return pysubs2.SSAStyle(
        fontname=FAMILY,
        fontsize=size,
        bold=True,
        primarycolor=color(255, 255, 255),
        outline=0,
        shadow=0,
        alignment=pysubs2.Alignment.BOTTOM_CENTER,
        marginl=int(frame.margin_x * frame.width_px),
        marginr=int(frame.margin_x * frame.width_px),
        marginv=int((1 - frame.caption_bottom) * frame.height_px),
        # The whole line is ordered at once, over the tags inside it; see ``_cue_text``.
        encoding=-1,
    )


def _steps(cue: Cue) -> list[tuple[int, int, Word]]:
    """From when to when each word is the spoken one; the steps leave no gap."""
    ends = [word.start_ms for word in cue.words[1:]] + [cue.end_ms]
    return [(word.start_ms, end, word) for word, end in zip(cue.words, ends, strict=True)]


def _cue_text(cue: Cue, active: Word, frame: Frame, size: int, *, rtl: bool) -> str:
    # libass takes a line's direction from its first strong letter: without the mark, an Arabic
    # line that begins with a Latin name is set from left to right, its words in the wrong order.
    mark = _RIGHT_TO_LEFT if rtl else _LEFT_TO_RIGHT
    lines = []
    for line in cue.lines:
        words = [
            f"{{\\c{_SPOKEN}}}{_disarm(word.text)}{{\\c}}" if word is active else _disarm(word.text)
            for word in line
        ]
        lines.append(mark + " ".join(words))
    shrink = _fit(cue, frame, size)
    prefix = f"{{\\fs{int(size * shrink)}}}" if shrink < 1 else ""
    return prefix + "\\N".join(lines)


def _plate(cue: Cue, frame: Frame, size: int) -> str:
    """A dark rounded plate behind the cue: readable on any picture, where an outline looks torn."""
    line = size * _fit(cue, frame, size)
    pad = size * _PAD
    widest = max(_width(_line_text(words), round(line)) for words in cue.lines)
    width, height = round(widest + 6 * pad), round(line * len(cue.lines) + pad)
    left = (frame.width_px - width) // 2
    top = round(frame.caption_bottom * frame.height_px + pad / 2) - height
    return f"{{\\an7\\pos({left},{top})\\c{_PLATE}\\1a{_PLATE_ALPHA}\\p1}}" + _rounded(
        width, height, round(size * 0.22)
    )


def _rounded(width: int, height: int, radius: int) -> str:
    """A rounded rectangle in ASS drawing commands, from the top left corner."""
    w, h, r = width, height, radius
    k = round(r * 0.448)  # a circle's quarter as a Bézier curve: 1 - 0.552 of the radius
    return (
        f"m {r} 0 l {w - r} 0 b {w - k} 0 {w} {k} {w} {r} "
        f"l {w} {h - r} b {w} {h - k} {w - k} {h} {w - r} {h} "
        f"l {r} {h} b {k} {h} 0 {h - k} 0 {h - r} l 0 {r} b 0 {k} {k} 0 {r} 0"
    )


def _line_text(words: Sequence[Word]) -> str:
    return " ".join(word.text for word in words)


def _disarm(text: str) -> str:
    """The text with nothing in it that ASS would obey, nor that turns the rest of the line."""
    plain = "".join(
        c
        for c in text
        if unicodedata.category(c) not in ("Cc", "Zl", "Zp")
        and unicodedata.bidirectional(c) not in _TURNING
    )
    # A word joiner after the backslash keeps it from starting a tag or a line break.
    return plain[:_WORD_CHARACTERS].replace("\\", "\\\u2060").replace("{", "\\{")


def _fit(cue: Cue, frame: Frame, size: int) -> float:
    """How much smaller the cue has to be set to stay inside zone and margins; 1 when it fits."""
    # Two per cent less than there is: libass rounds glyphs its own way.
    room = 0.98 * frame.width_px * (1 - 2 * frame.margin_x) - 6 * _PAD * size
    widest = max(_width(_line_text(line), size) for line in cue.lines)
    tall = max(1.0, len(cue.lines) / _LINES)
    return min(1.0, room / max(widest, 1.0), 1 / tall)


@lru_cache(maxsize=8)
def _font(size: int) -> Any:
    """The caption face at the scale libass uses: its size is ascent plus descent, not the em."""
    from PIL import ImageFont

    whole = ImageFont.truetype(str(BOLD), 1000)
    ascent, descent = whole.getmetrics()
    return ImageFont.truetype(str(BOLD), max(1, round(size * 1000 / (ascent + descent))))


def _width(text: str, size: int) -> float:
    return float(_font(size).getlength(text[: 4 * _WORD_CHARACTERS]))
