"""Filmed clips, frame by frame at the film's rate: sought, sped up, turned upright and fitted."""

import math
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from video_platform.domain.look import Fit
from video_platform.domain.timing import FrameRate
from video_platform.errors import MontageError
from video_platform.montage.framing import Focus, corner, focus_of_footage
from video_platform.montage.probe import VIDEO_DEMUXERS
from video_platform.montage.stills import backdrop, to_planes

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Plane = NDArray[np.uint8]
else:
    Plane = Any

Planes = tuple[Plane, Plane, Plane]

_PREROLL_S = 1
"""Seeking lands on a keyframe at or before a time; a little earlier is safe with reordering."""
_SAME_SHAPE = 0.02


class Footage:
    """The frames of one clip in order, as planes of exactly ``size`` (width, height; even).

    Frames are repeated or left out to keep the film's rate; after the last one, it is held.
    """

    def __init__(
        self,
        path: Path,
        media_type: str,
        *,
        size: tuple[int, int],
        fit: Fit,
        rate: FrameRate,
        first_frame: int,
        start_ms: int,
        speed_percent: int,
        cube: Path | None,
        is_reframed: bool = False,
    ) -> None:
        self._reader = _Reader(path, media_type, cube)
        self._size = size
        self._fit = fit
        self._focus = (
            focus_of_footage(path, VIDEO_DEMUXERS[media_type], size) if is_reframed else Focus()
        )
        self._step = rate.seconds(1) * speed_percent / 100
        self._at = Fraction(start_ms, 1000) + first_frame * self._step
        self._reader.seek(self._at)
        self._decoded = self._reader.frames()
        self._ahead = next(self._decoded, None)
        self._shown: Any = None
        self._planes: Planes | None = None

    def next_planes(self) -> Planes:
        """The planes of the next frame of the film; not to be written to."""
        # Half a frame of tolerance: times in files are rounded.
        limit = self._at + self._step / 2
        moved = False
        while self._ahead is not None and (self._shown is None or self._ahead[0] < limit):
            self._shown, moved = self._ahead[1], True
            self._ahead = next(self._decoded, None)
        if self._shown is None:
            raise MontageError("A clip holds no frame.", hint="Make the clip anew.")
        if moved or self._planes is None:
            self._planes = _fit_frame(
                self._shown, self._reader.turn, self._size, self._fit, self._focus
            )
        self._at += self._step
        return self._planes

    def close(self) -> None:
        """Give the file back."""
        self._reader.close()


class _Reader:
    """Decodes a file from a time on; the first frame's time counts as zero."""

    def __init__(self, path: Path, media_type: str, cube: Path | None) -> None:
        import av

        self._container = av.open(
            str(path),
            format=VIDEO_DEMUXERS[media_type],
            options={"protocol_whitelist": "file"},
        )
        self._stream = self._container.streams.video[0]
        self._stream.thread_type = "NONE"  # the montage's workers are the parallelism
        self._zero = (self._stream.start_time or 0) * (self._stream.time_base or Fraction(0))
        self._grade = _grading(self._stream, cube) if cube else None
        self.turn = 0

    def seek(self, at: Fraction) -> None:
        """Go to the last keyframe before ``at`` seconds."""
        if at > 2 * _PREROLL_S:
            base = self._stream.time_base or Fraction(1)
            self._container.seek(int((at - _PREROLL_S + self._zero) / base), stream=self._stream)

    def frames(self) -> Iterator[tuple[Fraction, Any]]:
        """Time in seconds and frame, in order."""
        last = Fraction(-1)
        for frame in self._container.decode(self._stream):
            self.turn = int(frame.rotation)
            if frame.pts is None or frame.time_base is None:
                # Without a time it follows the one before.
                last += 1 / (self._stream.average_rate or Fraction(30))
            else:
                last = frame.pts * frame.time_base - self._zero
            yield last, self._graded(frame)

    def _graded(self, frame: Any) -> Any:
        if self._grade is None:
            return frame
        self._grade.push(frame)
        return self._grade.pull()

    def close(self) -> None:
        self._container.close()


def _grading(stream: Any, cube: Path) -> Any:
    """FFmpeg's table look-up over the stream's frames."""
    from av.filter import Graph

    graph = Graph()
    source = graph.add_buffer(template=stream)
    look = graph.add("lut3d", file=str(cube), interp="trilinear")
    sink = graph.add("buffersink")
    source.link_to(look)
    look.link_to(sink)
    graph.configure()
    return graph


def _fit_frame(frame: Any, turn: int, size: tuple[int, int], fit: Fit, focus: Focus) -> Planes:
    """A decoded frame in BT.709 limited range at the wanted size."""
    width, height = _shown_size(frame, turn)
    if fit is not Fit.CROP and abs(width * size[1] / (height * size[0]) - 1) >= _SAME_SHAPE:
        factor = min(size[0] / width, size[1] / height)
        return _whole(frame, turn, _even(width * factor, height * factor, size), size, fit)
    factor = max(size[0] / width, size[1] / height)
    covering = (max(size[0], _up(width * factor)), max(size[1], _up(height * factor)))
    planes = _planes(frame, turn, covering)
    left, top = (place // 2 * 2 for place in corner(focus, covering, size))
    first, second, third = (
        plane[top // by : (top + size[1]) // by, left // by : (left + size[0]) // by]
        for plane, by in zip(planes, (1, 2, 2), strict=True)
    )
    return first, second, third


def _shown_size(frame: Any, turn: int) -> tuple[float, float]:
    """Width and height as they are meant to be seen: pixels may be oblong, phones are turned."""
    aspect = getattr(frame, "sample_aspect_ratio", None) or 1
    width, height = float(frame.width * aspect), float(frame.height)
    return (height, width) if turn % 180 else (width, height)


def _up(length: float) -> int:
    """The next even number of pixels."""
    return math.ceil(round(length, 3) / 2) * 2


def _even(width: float, height: float, most: tuple[int, int]) -> tuple[int, int]:
    return (
        min(most[0], max(2, round(width / 2) * 2)),
        min(most[1], max(2, round(height / 2) * 2)),
    )


def _planes(frame: Any, turn: int, size: tuple[int, int]) -> Planes:
    """The frame upright, scaled to ``size``, as planes without padding."""
    import numpy as np

    lying = bool(turn % 180)
    wide, high = (size[1], size[0]) if lying else size
    even = frame.reformat(
        width=wide,
        height=high,
        format="yuv420p",
        src_colorspace=_matrix(frame),
        dst_colorspace="ITU709",
        dst_color_range="MPEG",
        interpolation="BICUBIC",
    )
    planes = []
    for plane in even.planes:
        rows = np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)
        planes.append(np.rot90(rows[:, : plane.width], turn // 90))
    return planes[0], planes[1], planes[2]


_UNSPECIFIED, _HD_LINES = 2, 720


def _matrix(frame: Any) -> str | None:
    """What an untagged film was made with: BT.709 from 720 lines on, as players take it."""
    is_untagged = frame.colorspace == _UNSPECIFIED
    return "ITU709" if is_untagged and frame.height >= _HD_LINES else None


def _whole(
    frame: Any, turn: int, inner: tuple[int, int], size: tuple[int, int], fit: Fit
) -> Planes:
    """The frame whole, on black or on a blurred copy of itself."""
    import numpy as np

    if fit is Fit.BLUR:
        small = np.rot90(frame.to_ndarray(width=160, height=90, format="rgb24"), turn // 90)
        ground = to_planes(backdrop(np.ascontiguousarray(small), size))
    else:
        ground = to_planes(np.zeros((size[1], size[0], 3), np.uint8))
    left, top = (size[0] - inner[0]) // 4 * 2, (size[1] - inner[1]) // 4 * 2
    for plane, picture, by in zip(ground, _planes(frame, turn, inner), (1, 2, 2), strict=True):
        rows, columns = picture.shape
        plane[top // by : top // by + rows, left // by : left // by + columns] = picture
    return ground
