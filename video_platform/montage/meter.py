"""Measures loudness and true peak by EBU R 128: a stream of blocks, or a file through FFmpeg."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from video_platform.errors import MontageError
from video_platform.montage.runner import Ffmpeg

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]
else:
    Samples = Any

SILENT_LUFS = -70.0
"""The absolute gate of ITU-R BS.1770: below it there is no loudness."""


@dataclass(frozen=True, slots=True)
class Loudness:
    """EBU R 128 figures of a file."""

    integrated_lufs: float
    true_peak_dbtp: float


class Meter:
    """Integrated loudness of stereo samples, as they come."""

    def __init__(self, rate_hz: int) -> None:
        from av.filter import Graph

        self._rate_hz = rate_hz
        self._at = 0
        self._found = SILENT_LUFS
        self._graph = Graph()
        source = self._graph.add_abuffer(format="flt", sample_rate=rate_hz, layout="stereo")
        measuring = self._graph.add("ebur128", "metadata=1:framelog=quiet")
        sink = self._graph.add("abuffersink")
        source.link_to(measuring)
        measuring.link_to(sink)
        self._graph.configure()

    def add(self, block: Samples) -> None:
        """Measure the next samples, shape (samples, 2)."""
        import av
        import numpy as np

        flat = np.ascontiguousarray(block).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(flat, format="flt", layout="stereo")
        frame.rate, frame.pts = self._rate_hz, self._at
        self._at += len(block)
        self._graph.push(frame)
        self._pull()

    def integrated_lufs(self) -> float:
        """Loudness of all that was added, gates included; then nothing more can be added."""
        self._graph.push(None)
        self._pull()
        return self._found

    def _pull(self) -> None:
        from av.error import BlockingIOError as NotYet
        from av.error import EOFError as AtEnd

        while True:
            try:
                frame = self._graph.pull()
            except (NotYet, AtEnd):
                return
            # A last piece shorter than a tenth of a second carries no figure.
            self._found = float(frame.metadata.get("lavfi.r128.I", self._found))


def measure(ffmpeg: Ffmpeg, source: list[str], directory: Path) -> Loudness:
    """Integrated loudness and true peak of an input of FFmpeg, to a tenth."""
    words = ffmpeg.run(
        [*source, "-af", "ebur128=peak=true:framelog=quiet", "-f", "null", "-"],
        directory=directory,
    )
    loudness = re.findall(r"I:\s+(-?[\d.]+|-inf|nan) LUFS", words)
    peak = re.findall(r"Peak:\s+(-?[\d.]+|-inf|nan) dBFS", words)
    if not loudness or not peak:
        raise MontageError("FFmpeg gave no loudness figures.", hint=words[-300:])
    return Loudness(_number(loudness[-1]), _number(peak[-1]))


def _number(text: str) -> float:
    return -99.0 if text in ("-inf", "nan") else float(text)
