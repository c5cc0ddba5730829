"""Lines of text become coverage, word by word: libass sets them, one FFmpeg run for many.

libass shapes and orders Arabic with digits and Latin inside correctly; FFmpeg's own ``drawtext``
does not. It draws white on black, one word a frame with the rest of its line invisible, so that
colours are ours to choose afterwards and no state of a caption is drawn twice. User text can only
ever become text: braces and backslashes are disarmed, control characters dropped.
"""

import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from video_platform.fonts import FAMILY, SEMIBOLD, SHIPPED, Face
from video_platform.montage.layers import Ink
from video_platform.montage.runner import Ffmpeg

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Plane = NDArray[np.uint8]
else:
    Plane = Any

_RIGHT_TO_LEFT, _LEFT_TO_RIGHT = "\u200f", "\u200e"
_TURNING = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
"""Classes of the invisible characters that change the direction of what follows them."""
_WORD_CHARACTERS = 120
"""Longer words are shown cut: nobody reads them, and libass slows down on them."""
_BATCH = 256
"""Words drawn by one run: at 1080p they take some 60 MB on the way."""
_SLACK = 0.3
"""Room over and under a line, as a share of its size: Arabic marks leave the line's box."""

_STYLE = f"""[Script Info]
ScriptType: v4.00+
PlayResX: {{width}}
PlayResY: {{height}}
WrapStyle: 2
ScaledBorderAndShadow: yes
YCbCr Matrix: None

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, OutlineColour, BorderStyle, Outline, Shadow, \
Alignment, Encoding
Style: Default,{FAMILY},20,&H00FFFFFF,&H00FFFFFF,1,0,0,8,-1

[Events]
Format: Layer, Start, End, Style, MarginL, MarginR, MarginV, Text
"""
# Encoding -1: the whole line is ordered at once, over the tags inside it. With a matrix named,
# FFmpeg would draw white as 235.


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of text to be set.

    Args:
        words: what gets ink of its own; a blank stands between two of them.
        size_px: height of the line, ascent and descent together, as libass counts.
        is_rtl: direction of the text the line belongs to.
        border_px: thickness of an outline around the letters; 0 for none.
        face: what it is set in.
    """

    words: tuple[str, ...]
    size_px: int
    is_rtl: bool
    is_bold: bool = True
    border_px: int = 0
    face: Face = SHIPPED


@dataclass(frozen=True, slots=True, eq=False)
class SetLine:
    """A line as set. Its ink counts from the middle of the line's upper edge."""

    words: tuple[Ink, ...]
    borders: tuple[Ink, ...]
    """Each word with its outline; nothing where the line has none."""

    def moved(self, x: int, y: int) -> "SetLine":
        """The same line so much farther right and down."""
        words, borders = (
            tuple(ink.moved(x, y) for ink in inks) for inks in (self.words, self.borders)
        )
        return SetLine(words, borders)

    @property
    def inks(self) -> tuple[Ink, ...]:
        """Everything that is drawn."""
        return (*self.borders, *self.words)

    @property
    def left(self) -> int:
        """First column with ink; 0 when nothing can be seen."""
        return min((ink.x for ink in self.inks if ink.mask.size), default=0)

    @property
    def right(self) -> int:
        """First column after the ink; 0 when nothing can be seen."""
        return max((ink.right for ink in self.inks if ink.mask.size), default=0)


def set_lines(
    lines: Collection[Line], *, width_px: int, ffmpeg: Ffmpeg, directory: Path
) -> dict[Line, SetLine]:
    """Every line set once, in the middle of ``width_px`` (even), which it must not exceed.

    Args:
        directory: private to this call.

    Raises:
        FfmpegFailed, StorageFull: nothing was set.
    """
    distinct = list(dict.fromkeys(lines))
    cells = [cell for line in distinct for cell in _cells(line)]
    inks: list[Ink] = []
    for start in range(0, len(cells), _BATCH):
        batch = cells[start : start + _BATCH]
        inks += _draw(batch, f"lines-{start:05}", width_px, ffmpeg, directory)
    following = iter(inks)
    return {line: _collect(line, following) for line in distinct}


def width_of(text: str, size_px: int, *, is_bold: bool = True, face: Face = SHIPPED) -> float:
    """About how wide a line of this text is, in pixels."""
    return float(
        _font(size_px, face.file(is_bold=is_bold)).getlength(
            _drawable(text[: 4 * _WORD_CHARACTERS])
        )
    )


def disarm(text: str) -> str:
    """The text with nothing in it that ASS would obey, nor that turns the rest of the line."""
    # A word joiner after the backslash keeps it from starting a tag or a line break.
    plain = _drawable(text)[:_WORD_CHARACTERS]
    return plain.replace("\\", "\\\u2060").replace("{", "\\{")


def _drawable(text: str) -> str:
    """Without control characters, turning ones, and halves of characters, which cannot be set."""
    return "".join(
        c
        for c in text
        if unicodedata.category(c) not in ("Cc", "Cs", "Zl", "Zp")
        and unicodedata.bidirectional(c) not in _TURNING
    )


@dataclass(frozen=True, slots=True)
class _Cell:
    """One frame to be drawn: a word of a line, by its number, with or without outline."""

    line: Line
    word: int
    border_px: int


def _cells(line: Line) -> list[_Cell]:
    borders = (0, line.border_px) if line.border_px else (0,)
    return [_Cell(line, word, border) for border in borders for word in range(len(line.words))]


def _collect(line: Line, inks: Iterator[Ink]) -> SetLine:
    """The inks of the line's cells, in their order."""
    words = tuple(next(inks) for _ in line.words)
    return SetLine(words, tuple(next(inks) for _ in line.words) if line.border_px else ())


def _draw(
    cells: Sequence[_Cell], name: str, width: int, ffmpeg: Ffmpeg, directory: Path
) -> list[Ink]:
    """The ink of every cell, drawn a second of video each."""
    import numpy as np

    slack = max(round(cell.line.size_px * _SLACK) + cell.line.border_px for cell in cells)
    height = max(cell.line.size_px for cell in cells) + 2 * slack
    _link_fonts(directory / "fonts", {cell.line.face for cell in cells})
    document = _document(cells, width, height, slack)
    (directory / f"{name}.ass").write_text(document, encoding="utf-8")
    raw = directory / f"{name}.gray"
    source = f"color=c=black:s={width}x{height}:r=1:d={len(cells)}"
    ffmpeg.run(
        [
            *("-f", "lavfi", "-i", source),
            *("-vf", f"format=gray,ass=filename={name}.ass:fontsdir=fonts"),
            *("-f", "rawvideo", raw.name),
        ],
        directory=directory,
    )
    frames = np.fromfile(raw, np.uint8).reshape(len(cells), height, width)
    raw.unlink()
    return [_ink(frame).moved(-width // 2, -slack) for frame in frames]


def _link_fonts(folder: Path, faces: Collection[Face]) -> None:
    """Put the files of these faces, and of ours, where libass looks for them."""
    folder.mkdir(exist_ok=True)
    ours = (SHIPPED.regular, SEMIBOLD, SHIPPED.bold)
    for path in dict.fromkeys(
        (*ours, *(one for face in faces for one in (face.regular, face.bold)))
    ):
        link = folder / path.name
        if not link.exists():
            link.symlink_to(path.resolve())


def _ink(frame: Plane) -> Ink:
    """What is not black, cut out."""
    import cv2

    x, y, width, height = cv2.boundingRect(frame)
    return Ink(frame[y : y + height, x : x + width].copy(), x, y)


def _document(cells: Sequence[_Cell], width: int, height: int, top: int) -> str:
    """The ASS document that shows cell ``n`` from second ``n`` to the next."""
    events = [
        f"Dialogue: 0,{_clock(second)},{_clock(second + 1)},Default,0,0,0,"
        f"{{\\pos({width // 2},{top})\\fs{cell.line.size_px}{_weight(cell.line)}}}"
        f"{_text(cell)}\n"
        for second, cell in enumerate(cells)
    ]
    return _STYLE.format(width=width, height=height) + "".join(events)


def _weight(line: Line) -> str:
    """Weight, and family where it is not ours; without a bold face nothing is thickened."""
    face = line.face
    if face == SHIPPED:
        return f"\\b{line.is_bold:d}"
    return f"\\fn{face.family}\\b{line.is_bold and face.bold != face.regular:d}"


def _text(cell: _Cell) -> str:
    """The line with the one word visible."""
    line = cell.line
    words = [" ".join(map(disarm, word.split(" "))) for word in line.words]
    # Each word is always drawn by itself, or libass would round its place another way.
    words[cell.word] = f"{{\\1a&H00&\\3a&H00&}}{words[cell.word]}{{\\1a&HFF&\\3a&HFF&}}"
    # libass takes a line's direction from its first strong letter: without the mark, an Arabic
    # line that begins with a Latin name is set from left to right, its words in the wrong order.
    mark = _RIGHT_TO_LEFT if line.is_rtl else _LEFT_TO_RIGHT
    return f"{{\\bord{cell.border_px}\\1a&HFF&\\3a&HFF&}}{mark}{' '.join(words)}"


def _clock(second: int) -> str:
    return f"{second // 3600}:{second // 60 % 60:02}:{second % 60:02}.00"


@lru_cache(maxsize=32)
def _font(size: int, file: Path) -> Any:
    """The face at the scale libass uses: its size is ascent plus descent, not the em."""
    from PIL import ImageFont

    path = str(file)
    ascent, descent = ImageFont.truetype(path, 1000).getmetrics()
    return ImageFont.truetype(path, max(1, round(size * 1000 / (ascent + descent))))
