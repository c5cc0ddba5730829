"""The typeface's files: loaded fonts, which characters they have, and how wide words run."""

import struct
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal, NamedTuple

from PIL import ImageFont

from video_platform import fonts
from video_platform.domain.language import Language

Face = Literal["regular", "semibold", "bold"]

_FILES: dict[Face, Path] = {
    "regular": fonts.REGULAR,
    "semibold": fonts.SEMIBOLD,
    "bold": fonts.BOLD,
}
_REFERENCE_PX = 128
"""Words are measured once at this size; widths scale with it."""


class WordSize(NamedTuple):
    """A word's measures at size 1: advance, reach above and below the baseline."""

    width: float
    above: float
    below: float


@lru_cache(maxsize=256)
def load_font(face: Face, size: int) -> ImageFont.FreeTypeFont:
    """The font at a size in pixels; Raqm shapes Arabic and orders mixed text."""
    return ImageFont.truetype(str(_FILES[face]), max(1, size), layout_engine=ImageFont.Layout.RAQM)


def direction(language: Language) -> str:
    """The base direction lines are set in."""
    return "rtl" if language.is_rtl else "ltr"


@lru_cache(maxsize=8192)
def measure(text: str, face: Face, language: Language) -> WordSize:
    """Size of a word or line of text, in shares of the font size."""
    font = load_font(face, _REFERENCE_PX)
    way = direction(language)
    width = font.getlength(text, direction=way, language=language.value)
    left, top, right, bottom = font.getbbox(
        text, anchor="ls", direction=way, language=language.value
    )
    reach = max(width, right - left)
    return WordSize(reach / _REFERENCE_PX, -top / _REFERENCE_PX, bottom / _REFERENCE_PX)


@cache
def coverage() -> frozenset[int]:
    """Code points that every face can draw."""
    return frozenset.intersection(*(_read_cmap(path.read_bytes()) for path in _FILES.values()))


def _read_cmap(data: bytes) -> frozenset[int]:
    """Code points of a TrueType file with a format 4 or 12 character map."""
    (count,) = struct.unpack_from(">H", data, 4)
    tables = {
        tag: offset
        for tag, _, offset, _ in (
            struct.unpack_from(">4sIII", data, 12 + 16 * i) for i in range(count)
        )
    }
    start = tables[b"cmap"]
    (count,) = struct.unpack_from(">H", data, start + 2)
    points: set[int] = set()
    for i in range(count):
        platform, _, offset = struct.unpack_from(">HHI", data, start + 4 + 8 * i)
        (layout,) = struct.unpack_from(">H", data, start + offset)
        if platform in (0, 3) and layout == 4:
            points |= _read_format_4(data, start + offset)
        elif platform in (0, 3) and layout == 12:
            points |= _read_format_12(data, start + offset)
    return frozenset(points)


def _read_format_4(data: bytes, start: int) -> set[int]:
    (double,) = struct.unpack_from(">H", data, start + 6)
    count = double // 2
    ends = struct.unpack_from(f">{count}H", data, start + 14)
    firsts = struct.unpack_from(f">{count}H", data, start + 16 + double)
    deltas = struct.unpack_from(f">{count}H", data, start + 16 + 2 * double)
    base = start + 16 + 3 * double
    offsets = struct.unpack_from(f">{count}H", data, base)
    points: set[int] = set()
    for i in range(count):
        for code in range(firsts[i], min(ends[i], 0xFFFE) + 1):
            glyph = code
            if offsets[i]:
                place = base + 2 * i + offsets[i] + 2 * (code - firsts[i])
                (glyph,) = struct.unpack_from(">H", data, place)
                if glyph == 0:
                    continue
            if (glyph + deltas[i]) & 0xFFFF:
                points.add(code)
    return points


def _read_format_12(data: bytes, start: int) -> set[int]:
    (count,) = struct.unpack_from(">I", data, start + 12)
    points: set[int] = set()
    for i in range(count):
        first, last, glyph = struct.unpack_from(">III", data, start + 16 + 12 * i)
        points.update(code for code in range(first, last + 1) if glyph + code - first)
    return points
