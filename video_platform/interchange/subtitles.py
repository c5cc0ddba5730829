"""Caption files beside the film: SubRip and WebVTT, UTF-8."""

from collections.abc import Sequence

from video_platform.domain.captions import Cue


def to_srt(cues: Sequence[Cue]) -> bytes:
    """SubRip: numbered cues with comma decimals."""
    blocks = [
        f"{number}\n{_clock(cue.start_ms, ',')} --> {_clock(cue.end_ms, ',')}\n{cue.text}\n"
        for number, cue in enumerate(cues, 1)
    ]
    return "\n".join(blocks).encode()


def to_vtt(cues: Sequence[Cue]) -> bytes:
    """WebVTT with a timestamp before each word, so that players can follow the voice."""
    blocks = ["WEBVTT\n"]
    for cue in cues:
        lines = "\n".join(
            " ".join(
                f"<{_clock(word.start_ms, '.')}>{_escape(word.text)}"
                if word.start_ms > cue.start_ms
                else _escape(word.text)
                for word in line
            )
            for line in cue.lines
        )
        blocks.append(f"{_clock(cue.start_ms, '.')} --> {_clock(cue.end_ms, '.')}\n{lines}\n")
    return "\n".join(blocks).encode()


def _clock(milliseconds: int, separator: str) -> str:
    seconds, rest = divmod(milliseconds, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}{separator}{rest:03}"


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
