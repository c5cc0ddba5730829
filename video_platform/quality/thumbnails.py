"""A small picture of the moment at which a finding shows."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from video_platform.disk import write_atomically
from video_platform.quality.findings import Finding
from video_platform.quality.measure import DEMUXERS

_WIDTH_PX = 480
_QUALITY = 82


def write_thumbnails(
    film: Path, findings: Sequence[Finding], directory: Path
) -> list[tuple[str, str]]:
    """One JPEG for each finding that did not pass and has a moment, as pairs of rule and file name.

    A moment that cannot be decoded has none: the film is damaged there, which is what it shows.
    """
    wanted = [one for one in findings if not one.passed and one.at_s is not None]
    made = []
    for finding in wanted:
        picture = _picture_at(film, finding.at_s or 0.0)
        if picture is None:
            continue
        name = f"{film.stem}.{finding.name}.jpg"
        write_atomically(directory / name, _jpeg(picture))
        made.append((finding.name, name))
    return made


def _picture_at(film: Path, at_s: float) -> Any:
    """The decoded picture that is shown then, or the last one before the damage."""
    import av
    from av.error import FFmpegError

    picture = None
    try:
        with av.open(
            str(film),
            format=DEMUXERS.get(film.suffix.lower()),
            options={"protocol_whitelist": "file"},
        ) as container:
            stream = container.streams.video[0]
            container.seek(max(0, int(at_s * 1_000_000)))
            for frame in container.decode(stream):
                picture = frame
                if float(frame.time or 0.0) >= at_s - 1e-3:
                    break
    except (FFmpegError, EOFError):
        return picture
    return picture


def _jpeg(picture: Any) -> bytes:
    import io

    height = max(1, round(picture.height * _WIDTH_PX / picture.width))
    buffer = io.BytesIO()
    picture.to_image(width=_WIDTH_PX, height=height).save(buffer, "JPEG", quality=_QUALITY)
    return buffer.getvalue()
