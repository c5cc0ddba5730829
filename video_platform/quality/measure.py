"""One decode of a film from end to end, which feeds every measurement of its picture and sound.

    file -> packets -> pictures -> PictureSignals (brightness, change), watchers (text, marks)
                    -> sound    -> SoundSignals (loudness, true peak, clipping, 8 kHz mono)

Decoding leaves the loop filter out: it smooths block edges, which no measurement here needs, and
takes a fifth of the time. Every bit of the stream is parsed all the same, so damage is found.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from video_platform.errors import ProbeFailed, UnsupportedMedia
from video_platform.quality.picture import LOOK_EVERY, PictureSignals, SignalRecorder
from video_platform.quality.sound import SoundRecorder, SoundSignals

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Luma = NDArray[np.uint8]
else:
    Luma = Any

MAX_SIDE_PX = 8192
MAX_FRAMES = 2 * 3600 * 60
"""Two hours at 60 frames a second: no film of ours is longer."""
DEMUXERS = {".mp4": "mov", ".m4v": "mov", ".mov": "mov", ".webm": "matroska"}
"""FFmpeg's reader by file ending: forced, so that no playlist is read as a film."""

_OPTIONS = {"err_detect": "explode", "skip_loop_filter": "all"}


class Watcher(Protocol):
    """Looks at pictures while they are decoded."""

    def see(self, index: int, luma: Luma) -> None:
        """Picture ``index``, one of every ``LOOK_EVERY``.

        ``luma`` has shape (height, width) and is gone afterwards.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ColourTags:
    """Numbers of ITU-T H.273 as the stream tells them; 2 is "not told"."""

    primaries: int
    transfer: int
    matrix: int
    range: int
    """1: limited (16 to 235), 2: full."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What one decode found.

    Args:
        claimed_frames: as the header counts them; 0 when it does not.
        times_s: when each picture is shown, ascending.
        picture_s: from the first picture's beginning to the last one's end.
        error: why decoding ended early; empty when it did not. ``error_at_s`` is where.
    """

    width_px: int
    height_px: int
    rate: Fraction
    frames: int
    claimed_frames: int
    claimed_s: float
    times_s: tuple[float, ...]
    picture_s: float
    colours: ColourTags
    pixel_format: str
    pictures: PictureSignals
    sound: SoundSignals
    error: str = ""
    error_at_s: float = 0.0


@dataclass(slots=True)
class _Progress:
    """What has been decoded so far."""

    times: list[float] = field(default_factory=list)
    error: str = ""


def measure_film(
    path: Path,
    watchers: Sequence[Watcher] = (),
    *,
    text_rows: Sequence[tuple[float, float]] = (),
) -> Measured:
    """Decode ``path`` once, to its end or to the first damage.

    Args:
        text_rows: from and to, as shares of the height, what changes over any picture.

    Raises:
        UnsupportedMedia: no kind of film we read, or larger than anything we take.
        ProbeFailed: nothing in it can be read at all, or it has no picture.
    """
    import av
    from av.error import FFmpegError

    demuxer = DEMUXERS.get(path.suffix.lower())
    if demuxer is None:
        raise UnsupportedMedia(
            f"{path.name} is not a kind of film that can be checked.",
            hint=f"Give a file that ends in {', '.join(DEMUXERS)}.",
        )
    try:
        with av.open(
            str(path), format=demuxer, options={"protocol_whitelist": "file"}
        ) as container:
            return _decode(container, path, watchers, text_rows)
    except (FFmpegError, ValueError, EOFError) as error:
        raise ProbeFailed(
            f"{path.name} cannot be read: {error}.",
            hint="Make it again; it is damaged from its beginning.",
        ) from error
    except OSError as error:
        raise ProbeFailed(
            f"{path.name} cannot be opened: {error.strerror or error}.",
            hint="Check that the file is there and may be read.",
        ) from error


def _decode(
    container: Any,
    path: Path,
    watchers: Sequence[Watcher],
    text_rows: Sequence[tuple[float, float]],
) -> Measured:
    video = _picture_stream(container, path)
    audio = container.streams.audio[0] if container.streams.audio else None
    video.codec_context.options = dict(_OPTIONS)
    # One thread: several cost a fifth more in all, and other work goes on beside this.
    video.codec_context.thread_count = 1
    signals, sound, progress = SignalRecorder(text_rows), SoundRecorder(), _Progress()
    _run(container, [video, *([audio] if audio else [])], signals, sound, watchers, progress)
    rate = Fraction(video.average_rate or video.guessed_rate or 1)
    times = sorted(progress.times)
    context = video.codec_context
    return Measured(
        width_px=video.width,
        height_px=video.height,
        rate=rate,
        frames=len(times),
        claimed_frames=video.frames,
        claimed_s=(container.duration or 0) / 1e6,
        times_s=tuple(times),
        picture_s=times[-1] - times[0] + float(1 / rate) if times else 0.0,
        colours=ColourTags(
            primaries=int(context.color_primaries),
            transfer=int(context.color_trc),
            matrix=int(context.colorspace),
            range=int(context.color_range),
        ),
        pixel_format=context.pix_fmt or "",
        pictures=signals.finish(float(rate)),
        sound=sound.finish(),
        error=progress.error,
        error_at_s=times[-1] if times else 0.0,
    )


def _picture_stream(container: Any, path: Path) -> Any:
    if not container.streams.video:
        raise ProbeFailed(f"{path.name} has no picture.", hint="Give a film, not a sound.")
    video = container.streams.video[0]
    if not 0 < max(video.width, video.height) <= MAX_SIDE_PX:
        raise UnsupportedMedia(
            f"{path.name} is {video.width} x {video.height} pixels large.",
            hint=f"At most {MAX_SIDE_PX} pixels a side are checked.",
        )
    return video


def _run(
    container: Any,
    streams: Sequence[Any],
    signals: SignalRecorder,
    sound: SoundRecorder,
    watchers: Sequence[Watcher],
    progress: _Progress,
) -> None:
    """Decode until the end, the first damage, or more pictures than any film of ours has."""
    from av.error import FFmpegError

    try:
        for frame in container.decode(*streams):
            if hasattr(frame, "samples"):
                sound.add(frame)
                continue
            if frame.is_corrupt:
                progress.error = "a picture is damaged"
                return
            index = len(progress.times)
            if index % LOOK_EVERY == 0:
                luma = luma_of(frame)
                for watcher in (signals, *watchers):
                    watcher.see(index, luma)
            progress.times.append(float(frame.time or 0.0))
            if len(progress.times) > MAX_FRAMES:
                progress.error = f"it has more than {MAX_FRAMES} pictures"
                return
    except (FFmpegError, EOFError) as error:
        progress.error = str(error)


def luma_of(frame: Any) -> Luma:
    """The brightness of a decoded picture, shape (height, width), in 8 bits; no copy if it can."""
    import numpy as np

    if frame.format.name not in ("yuv420p", "yuvj420p", "yuv422p", "yuv444p", "nv12", "gray"):
        frame = frame.reformat(format="gray")
    plane = frame.planes[0]
    rows = np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)
    return rows[:, : plane.width]
