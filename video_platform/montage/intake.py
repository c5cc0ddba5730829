"""What people send: looked at before anything decodes it, then decoded to its end.

A file must be what it claims by its first bytes, and within limits its header states, before a
decoder works on it.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from video_platform.domain.media import Probe
from video_platform.errors import ProbeFailed, UnsupportedMedia
from video_platform.montage.confined import examine_confined
from video_platform.montage.faces import check_font
from video_platform.montage.probe import (
    AUDIO_DEMUXERS,
    VIDEO_DEMUXERS,
    probe_media,
    refuse_undecodable,
)

MAX_VIDEO_SIDE_PX = 4096
MAX_FRAMES_PER_S = 60
MAX_DURATION_S = 15 * 60
MAX_STREAMS = 8
MAX_CHANNELS = 8

_BEGINNINGS: dict[str, tuple[tuple[int, bytes], ...]] = {
    "image/png": ((0, b"\x89PNG\r\n\x1a\n"),),
    "image/jpeg": ((0, b"\xff\xd8\xff"),),
    "image/webp": ((8, b"WEBP"),),
    "video/mp4": ((4, b"ftyp"),),
    "video/webm": ((0, b"\x1aE\xdf\xa3"),),
    "audio/wav": ((8, b"WAVE"),),
    "audio/flac": ((0, b"fLaC"),),
    "audio/mpeg": ((0, b"ID3"), (0, b"\xff\xfb"), (0, b"\xff\xf3"), (0, b"\xff\xf2")),
    "audio/mp4": ((4, b"ftyp"),),
    "font/ttf": ((0, b"\x00\x01\x00\x00"), (0, b"true")),
    "font/otf": ((0, b"OTTO"),),
}
"""Where in a file its kind is written, any one of them."""
MEDIA_TYPES = tuple(_BEGINNINGS)
"""What is taken."""


def examine_upload(path: Path, media_type: str) -> Probe:
    """What a full decode of a person's file finds, in a process that may die of it.

    Raises:
        UnsupportedMedia: it is not what it claims, or beyond a limit.
        ProbeFailed: it is damaged, cut short, or takes more memory or time than any film.
    """
    return examine_confined(path, media_type)


def examine(
    path: Path, media_type: str, allow_seconds: Callable[[float], None] = lambda _: None
) -> Probe:
    """The same in this process; ``allow_seconds`` is told how long the file says it lasts.

    Raises:
        UnsupportedMedia, ProbeFailed: as ``examine_upload``.
    """
    with path.open("rb") as reader:
        start = reader.read(16)
    known = _BEGINNINGS.get(media_type, ())
    if not any(start[at : at + len(mark)] == mark for at, mark in known):
        raise UnsupportedMedia(
            f"The file does not begin like {media_type}.",
            hint=f"Send it as what it is; taken are {', '.join(MEDIA_TYPES)}.",
        )
    if media_type.startswith("font/"):
        check_font(path)
        return Probe()
    demuxer = VIDEO_DEMUXERS.get(media_type) or AUDIO_DEMUXERS.get(media_type)
    if demuxer is not None:
        allow_seconds(_check_header(path, demuxer))
    return probe_media(path, media_type)


def _check_header(path: Path, demuxer: str) -> float:
    """How many seconds the header says it lasts."""
    import av
    from av.error import FFmpegError

    try:
        with av.open(
            str(path), format=demuxer, options={"protocol_whitelist": "file"}
        ) as container:
            refuse_undecodable(container)
            beyond = _beyond_limits(container)
            seconds = (container.duration or 0) / 1_000_000
    except (FFmpegError, ValueError, EOFError) as error:
        raise ProbeFailed(
            f"The file cannot be read: {error}.", hint="Export it again, and send that."
        ) from error
    if beyond:
        raise UnsupportedMedia(
            f"The file has {beyond[0]}.", hint=f"At most {beyond[1]} are taken.", code="media_large"
        )
    return seconds


def _beyond_limits(container: Any) -> tuple[str, str] | None:
    """The first limit the header says is passed: what it has, and what is allowed."""
    seconds = (container.duration or 0) / 1_000_000
    rules: list[tuple[float, float, str]] = [
        (len(container.streams), MAX_STREAMS, "streams"),
        (seconds, MAX_DURATION_S, "seconds"),
    ]
    for stream in container.streams.video:
        rules += [
            (max(stream.width, stream.height), MAX_VIDEO_SIDE_PX, "pixels a side"),
            (float(stream.average_rate or 0), MAX_FRAMES_PER_S, "frames a second"),
        ]
    for stream in container.streams.audio:
        rules.append((stream.channels, MAX_CHANNELS, "channels"))
    for found, most, unit in rules:
        if found > most:
            return f"{found:g} {unit}", f"{most:g} {unit}"
    return None
