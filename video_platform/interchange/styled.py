"""Captions with their look, and words with their times: ASS for editors, JSON for programs."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from video_platform.domain.captions import Cue
from video_platform.domain.formats import Frame
from video_platform.domain.language import Language
from video_platform.domain.timing import Word

WORDS_SCHEMA = "video-platform.words/1"
_FONT_SHARE = 0.42
"""Height of a line of text as a share of the caption zone, which holds two."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029]")
_JOINER = "\u2060"
"""Behind a backslash of the text it takes away the meaning ASS would give to the pair."""

_HEAD = """[Script Info]
Title: {title}
ScriptType: v4.00+
WrapStyle: 2
ScaledBorderAndShadow: yes
PlayResX: {width}
PlayResY: {height}

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, \
Bold, Italic, Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, \
Alignment, MarginL, MarginR, MarginV, Encoding
Style: Caption,{font},{size},{spoken},&H00FFFFFF,&H001C120C,&H381C120C,\
0,0,0,0,100,100,0,0,1,{outline},0,2,{margin_x},{margin_x},{margin_y},-1

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class AssLook:
    """What captions look like in an ASS file.

    Args:
        accent: colour of words once they are spoken, ``#RRGGBB``.
    """

    title: str
    frame: Frame
    font: str
    accent: str


def to_ass(cues: Sequence[Cue], look: AssLook) -> bytes:
    """Advanced SubStation Alpha, UTF-8: each word takes the accent colour when it is spoken.

    ``Encoding`` is -1, which makes libass find the direction of each line itself: Arabic stands in
    order.
    """
    frame = look.frame
    zone = frame.caption_bottom - frame.caption_top
    red, green, blue = (look.accent[at : at + 2] for at in (1, 3, 5))
    size = round(zone * _FONT_SHARE * frame.height_px)
    head = _HEAD.format(
        title=_plain(look.title),
        width=frame.width_px,
        height=frame.height_px,
        font=look.font,
        size=size,
        spoken=f"&H00{blue}{green}{red}",
        outline=max(1, round(size * 0.06)),
        margin_x=round(frame.margin_x * frame.width_px),
        margin_y=round((1 - frame.caption_bottom) * frame.height_px),
    )
    events = (
        f"Dialogue: 0,{_clock(cue.start_ms)},{_clock(cue.end_ms)},Caption,,0,0,0,,{_text(cue)}\n"
        for cue in cues
    )
    return (head + "".join(events)).encode()


def _text(cue: Cue) -> str:
    """The cue's lines; ``\\k`` says in hundredths how long it takes to the next word."""
    at = _hundredths(cue.start_ms)
    words = [word for line in cue.lines for word in line]
    starts = [_hundredths(word.start_ms) for word in words]
    ends = [*starts[1:], _hundredths(cue.end_ms)]
    timed = iter(
        f"{{\\k{max(0, end - max(at, start))}}}{_escaped(word.text)}"
        for word, start, end in zip(words, starts, ends, strict=True)
    )
    return "\\N".join(" ".join(next(timed) for _ in line) for line in cue.lines)


def _escaped(text: str) -> str:
    """Text that ASS takes for nothing but text."""
    plain = _plain(text).replace("\\", f"\\{_JOINER}")
    return plain.replace("{", "\\{").replace("}", "\\}")


def _plain(text: str) -> str:
    return _CONTROL.sub(" ", text)


def _hundredths(milliseconds: int) -> int:
    return round(milliseconds / 10)


def _clock(milliseconds: int) -> str:
    seconds, rest = divmod(_hundredths(milliseconds), 100)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}.{rest:02}"


def to_words(words: Sequence[Word], cues: Sequence[Cue], language: Language) -> bytes:
    """JSON of every word with its time in milliseconds of the film, and the cues they stand in."""
    document = {
        "schema": WORDS_SCHEMA,
        "language": language.value,
        "words": [_timed(word) for word in words],
        "cues": [
            {
                "text": cue.text,
                "start_ms": cue.start_ms,
                "end_ms": cue.end_ms,
                "words": len(cue.words),
            }
            for cue in cues
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def _timed(word: Word) -> dict[str, str | int]:
    return {"text": word.text, "start_ms": word.start_ms, "end_ms": word.end_ms}
