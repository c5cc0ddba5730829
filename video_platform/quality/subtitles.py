"""Reads caption files back as a viewer's player would: SubRip and WebVTT, words with times.

The files are ours, but what is read here may have been damaged or swapped, so nothing is trusted:
size and number of cues are bounded, and a line that is no time is text.
"""

import html
import re
from dataclasses import dataclass

from video_platform.domain.timing import Word

MAX_BYTES = 4 << 20
_TIMES = re.compile(
    r"(?:(\d{1,3}):)?(\d{2}):(\d{2})[.,](\d{3})\s+-->\s+(?:(\d{1,3}):)?(\d{2}):(\d{2})[.,](\d{3})"
)
_STAMP = re.compile(r"<(?:(\d{1,3}):)?(\d{2}):(\d{2})\.(\d{3})>")
_TAG = re.compile(r"<[^>]{0,40}>")


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptionFile:
    """Cues as read.

    Args:
        words: every shown word; those without a time of their own have their cue's.
        is_word_timed: whether words have times of their own.
        is_utf8: whether the bytes were valid UTF-8.
    """

    text: str
    words: tuple[Word, ...]
    cues: tuple[tuple[int, int, str], ...]
    is_word_timed: bool
    is_utf8: bool


def read_captions(data: bytes) -> CaptionFile:
    """The words and cues of a caption file; what cannot be read is simply not there."""
    data = data[:MAX_BYTES]
    try:
        text, is_utf8 = data.decode("utf-8-sig"), True
    except UnicodeDecodeError:
        text, is_utf8 = data.decode("cp1252", errors="replace"), False
    words: list[Word] = []
    cues: list[tuple[int, int, str]] = []
    stamps = 0
    for block in re.split(r"\n\s*\n", text.replace("\r\n", "\n")):
        found = _TIMES.search(block)
        if not found:
            continue
        start, end = _ms(found.groups()[:4]), _ms(found.groups()[4:])
        body = block[found.end() :].partition("\n")[2].strip()
        stamps += len(_STAMP.findall(body))
        made = _cue_words(body, start, end)
        words += made
        cues.append((start, end, " ".join(word.text for word in made)))
    return CaptionFile(
        text="\n".join(cue[2] for cue in cues),
        words=tuple(words),
        cues=tuple(cues),
        is_word_timed=stamps > 0,
        is_utf8=is_utf8,
    )


def _cue_words(body: str, start_ms: int, end_ms: int) -> list[Word]:
    """The words of a cue; each ends where the next begins, or with the cue if none has a time."""
    pieces = _STAMP.split(body)
    timed: list[tuple[int, str]] = [(start_ms, word) for word in _plain_words(pieces[0])]
    for at in range(1, len(pieces), 5):
        moment = _ms(tuple(pieces[at : at + 4]))
        timed += [(moment, word) for word in _plain_words(pieces[at + 4])]
    is_timed = len(pieces) > 1
    ends = [begin if is_timed else end_ms for begin, _ in timed[1:]] + [end_ms]
    return [
        Word(text, begin, max(begin, end)) for (begin, text), end in zip(timed, ends, strict=False)
    ]


def _plain_words(text: str) -> list[str]:
    return html.unescape(_TAG.sub("", text)).split()


def _ms(groups: tuple[str | None, ...]) -> int:
    hours, minutes, seconds, rest = (int(group or 0) for group in groups)
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + rest
