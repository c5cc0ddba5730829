"""Captions: cues become lines in their place, on a plate or outlined, the spoken word picked out.

Everything here is pure but for colours: text is set elsewhere (``typesetting``), and what this
module makes of it is a patch for each cue and for each word of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import ceil

from video_platform.domain.captions import Cue
from video_platform.domain.formats import Frame
from video_platform.domain.look import CaptionPlace, CaptionStyle, Look
from video_platform.domain.timing import FrameRate
from video_platform.fonts import SHIPPED, Face
from video_platform.montage.layers import Ink, Paint, Patch, Rgb, rounded_rectangle
from video_platform.montage.plan import CaptionSpan
from video_platform.montage.typesetting import Line, SetLine, width_of

DARK: Rgb = (12, 18, 28)
"""Of plates and outlines: nearly black, a little blue."""
PLATE_OPACITY = 0.78
WHITE: Rgb = (255, 255, 255)

_LINES = 2
_LINE_SHARE = 0.45
"""Height of one line as a share of the caption zone: two lines and the plate's edge."""
_EDGE, _SIDE = 0.1, 0.36
"""Room over and beside text on its plate, as shares of a line's height."""
_OUTLINE = 0.06
"""Thickness of an outline, as a share of a line's height."""


@dataclass(frozen=True, slots=True)
class CaptionType:
    """How the captions of a film are set: all that its cues have in common."""

    frame: Frame
    look: Look
    is_rtl: bool
    face: Face = SHIPPED

    @property
    def line_px(self) -> int:
        """Height of a line that fits: ascent and descent together."""
        zone = (self.frame.caption_bottom - self.frame.caption_top) * self.frame.height_px
        return int(zone * _LINE_SHARE * self.look.captions.size)

    @property
    def edge_px(self) -> int:
        """Room over and under text on its plate."""
        return round(self.line_px * _EDGE)

    @property
    def side_px(self) -> int:
        """Room beside text on its plate."""
        return round(self.line_px * _SIDE)

    @property
    def border_px(self) -> int:
        """Thickness of the outline; 0 where there is none."""
        outlined = self.look.captions.style is CaptionStyle.OUTLINE
        return max(1, round(self.line_px * _OUTLINE)) if outlined else 0

    @property
    def margin_px(self) -> int:
        """Room at the sides of the frame, even: straight edges there are sharp in chroma too."""
        return ceil(self.frame.margin_x * self.frame.width_px / 2) * 2

    @property
    def zone(self) -> tuple[int, int]:
        """First row, and the row below the last, of two lines with their plate."""
        height = _LINES * self.line_px + 2 * self.edge_px
        frame = self.frame
        top = {
            CaptionPlace.BOTTOM: round(frame.caption_bottom * frame.height_px) - height,
            CaptionPlace.MIDDLE: (frame.height_px - height) // 2,
            CaptionPlace.TOP: round(frame.margin_y * frame.height_px),
        }[self.look.captions.place]
        return top, top + height

    def lines(self, cue: Cue) -> tuple[Line, ...]:
        """The cue's lines at the size at which they stay inside zone and margins."""
        texts = [tuple(word.text for word in line) for line in cue.lines]
        size = self.line_px
        room = self.frame.width_px * (1 - 2 * self.frame.margin_x) - 2 * self.side_px
        widest = max(width_of(" ".join(text), size, face=self.face) for text in texts)
        widest += 2 * self.border_px
        # Two per cent less than there is: libass rounds glyphs its own way.
        fit = min(1.0, 0.98 * room / max(widest, 1), _LINES / len(texts))
        return tuple(
            Line(
                words=text,
                size_px=max(1, int(size * fit)),
                is_rtl=self.is_rtl,
                border_px=self.border_px,
                face=self.face,
            )
            for text in texts
        )


@dataclass(frozen=True, slots=True, eq=False)
class CuePicture:
    """A cue as it looks before its first word is spoken, and where its words are."""

    base: Patch
    words: tuple[Ink, ...]

    @classmethod
    def of(cls, cue: Cue, kind: CaptionType, set_lines: Mapping[Line, SetLine]) -> "CuePicture":
        """Put the cue together from its lines as set."""
        lines = kind.lines(cue)
        size = lines[0].size_px
        top = _first_row(kind, size * len(lines))
        texts = [
            set_lines[line].moved(kind.frame.width_px // 2, top + number * size)
            for number, line in enumerate(lines)
        ]
        words = tuple(ink for text in texts for ink in text.words)
        borders = [Paint(ink, DARK) for text in texts for ink in text.borders]
        ground = borders or [_plate(texts, kind, top, size)]
        return cls(Patch.from_paints([*ground, *(Paint(word, WHITE) for word in words)]), words)

    def spoken(self, word: int, look: Look) -> Patch:
        """The cue while its ``word``, counted from 0, is spoken."""
        lit = {
            CaptionStyle.PLAIN: slice(0),
            CaptionStyle.KARAOKE: slice(word + 1),
            CaptionStyle.ACTIVE_WORD: slice(word, word + 1),
            CaptionStyle.OUTLINE: slice(word, word + 1),
        }[look.captions.style]
        return self.base.recoloured(self.words[lit], WHITE, look.accent_rgb)


@dataclass(frozen=True, slots=True)
class Step:
    """From which to before which frame of a segment a word of a cue is the spoken one."""

    first_frame: int
    end_frame: int
    cue: Cue
    word: int


def steps_of(spans: Sequence[CaptionSpan], rate: FrameRate) -> tuple[Step, ...]:
    """What is shown when; frame ``n`` shows what is due at its own time, ``n / rate``."""
    steps = []
    for span in spans:
        cue = span.cue
        starts = [word.start_ms for word in cue.words]
        frames = [_first_frame(ms - span.segment_offset, rate) for ms in (*starts, cue.end_ms)]
        steps += [
            Step(first, end, cue, number)
            for number, (first, end) in enumerate(pairwise(frames))
            if end > max(first, 0)
        ]
    return tuple(steps)


def _first_frame(ms: Fraction, rate: FrameRate) -> int:
    """The first frame whose time is not before ``ms``."""
    return ceil(ms / 1000 * rate.fraction)


def _first_row(kind: CaptionType, height: int) -> int:
    """Where the lines of a cue begin, which are ``height`` pixels high together."""
    top, bottom = kind.zone
    return {
        CaptionPlace.BOTTOM: bottom - kind.edge_px - height,
        CaptionPlace.MIDDLE: (top + bottom - height) // 2,
        CaptionPlace.TOP: top + kind.edge_px,
    }[kind.look.captions.place]


def _plate(texts: Sequence[SetLine], kind: CaptionType, top: int, size: int) -> Paint:
    """A dark rounded plate behind the cue: readable on any picture, where an outline looks torn."""
    middle = kind.frame.width_px // 2
    inks = [ink for text in texts for ink in text.words if ink.mask.size]
    reach = (max(middle - ink.x, ink.right - middle) for ink in inks)
    # Without anything to be seen on it there is no plate.
    half = max(reach, default=-kind.side_px) + kind.side_px
    ink = rounded_rectangle(
        2 * half, size * len(texts) + 2 * kind.edge_px, radius=round(kind.line_px * 0.22)
    )
    return Paint(ink.moved(middle - half, top - kind.edge_px), DARK, PLATE_OPACITY)
