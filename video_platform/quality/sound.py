"""A film's sound as it is decoded: loudness, true peak, clipping, and a small copy to compare.

Loudness is measured by ITU-R BS.1770 and the true peak between samples, by FFmpeg's own meter, on
what a player would hear: after the film's lossy encode.
"""

from dataclasses import dataclass
from math import log10
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]
else:
    Samples = Any

RATE_HZ = 8000
"""Of the copy that is kept: enough for voices."""
SILENT_LUFS = -70.0
_SILENT_DBTP = -99.0
_LOUD = 0.05
"""Sound that peaks lower cannot clip audibly."""
_BINS = 256
_LARGEST = 1.6
"""Decoded samples may pass 1; beyond this it does not matter by how much."""
_PEAK_SHARE = 1e-4
"""Of the samples, so many lie above what counts as the peak: a lossy encoder overshoots."""
_NEAR_PEAK = 0.7


@dataclass(frozen=True, slots=True, eq=False)
class SoundSignals:
    """What was heard.

    Args:
        mono: the sound at ``RATE_HZ``, shape (samples,), from the film's first moment.
        near_peak: share of the samples within 3 dB of the peak, in the worst second: of speech
            and music some hundredths of one per cent to one per cent, of a clipped wave far more.
        loudest_at_s: that second.
        start_s: when the sound begins on the film's clock.
    """

    sample_rate_hz: int
    channels: int
    duration_s: float
    start_s: float
    integrated_lufs: float
    true_peak_dbtp: float
    mono: Samples
    near_peak: float
    loudest_at_s: float


class SoundRecorder:
    """Measures sound as it is decoded."""

    def __init__(self) -> None:
        self._graph: Any = None
        self._resampler: Any = None
        self._pieces: list[Any] = []
        self._rate = self._channels = self._samples = self._measured = 0
        self._start_s = 0.0
        self._figures: dict[str, str] = {}
        self._fifo: Any = None
        self._levels: list[Any] = []

    def add(self, frame: Any) -> None:
        """The next decoded block."""
        if self._graph is None:
            self._begin(frame)
        self._samples += frame.samples
        frame.pts = None  # the fifo counts by itself
        self._fifo.write(frame)
        if self._samples - self._measured >= frame.sample_rate:
            self._measure()

    def finish(self) -> SoundSignals:
        """All that was heard; figures of silence when there was no sound."""
        import numpy as np

        if self._graph is not None:
            self._measure()
            self._graph.push(None)
            self._pull()
            self._pieces += [made.to_ndarray()[0] for made in self._resampler.resample(None)]
        near_peak, loudest_at_s = self._near_peak()
        lead = np.zeros(max(0, round(self._start_s * RATE_HZ)), np.float32)
        peak = float(self._figures.get("lavfi.r128.true_peak", 0.0))
        return SoundSignals(
            sample_rate_hz=self._rate,
            channels=self._channels,
            duration_s=self._samples / self._rate if self._rate else 0.0,
            start_s=self._start_s,
            integrated_lufs=float(self._figures.get("lavfi.r128.I", SILENT_LUFS)),
            true_peak_dbtp=20 * log10(peak) if peak > 0 else _SILENT_DBTP,
            mono=np.concatenate([lead, *self._pieces]).astype(np.float32),
            near_peak=near_peak,
            loudest_at_s=loudest_at_s,
        )

    def _begin(self, frame: Any) -> None:
        import av
        from av.filter import Graph

        self._rate, self._channels = frame.sample_rate, frame.layout.nb_channels
        self._start_s = float(frame.time or 0.0)
        graph = Graph()
        source = graph.add_abuffer(
            format=frame.format.name, sample_rate=self._rate, layout=frame.layout.name
        )
        meter = graph.add("ebur128", "metadata=1:framelog=quiet:peak=true")
        sink = graph.add("abuffersink")
        source.link_to(meter)
        meter.link_to(sink)
        graph.configure()
        self._graph = graph
        self._fifo = av.AudioFifo()
        self._resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE_HZ)

    def _pull(self) -> None:
        from av.error import BlockingIOError as NotYet
        from av.error import EOFError as AtEnd

        while True:
            try:
                told = self._graph.pull().metadata
            except (NotYet, AtEnd):
                return
            # A last piece shorter than a tenth of a second carries no figure.
            self._figures = dict(told) or self._figures

    def _measure(self) -> None:
        """Measure what came since the last time, about a second of it at once."""
        frame = self._fifo.read()
        if frame is None:
            return
        frame.pts, self._measured = self._measured, self._samples
        self._graph.push(frame)
        self._pull()
        frame.pts = None
        self._pieces += [made.to_ndarray()[0] for made in self._resampler.resample(frame)]
        self._count_levels(frame.to_ndarray())

    def _count_levels(self, planes: Any) -> None:
        """How often each level occurs in a second."""
        import numpy as np

        samples = np.abs(planes).reshape(-1)
        if samples.dtype.kind != "f":
            samples = samples / np.float32(2**15 if samples.dtype.itemsize == 2 else 2**31)
        levels = np.minimum(samples * np.float32(_BINS / _LARGEST), _BINS - 1).astype(np.uint8)
        self._levels.append(np.bincount(levels, minlength=_BINS))

    def _near_peak(self) -> tuple[float, float]:
        """Share of samples near the film's peak in its worst second, and when that is."""
        import numpy as np

        if not self._levels:
            return 0.0, 0.0
        levels = np.array(self._levels)
        above = np.cumsum(levels.sum(axis=0)[::-1])[::-1]
        peak = int(np.flatnonzero(above >= max(1.0, _PEAK_SHARE * above[0]))[-1])
        if peak * _LARGEST / _BINS < _LOUD:
            return 0.0, 0.0
        near = levels[:, round(_NEAR_PEAK * peak) :].sum(axis=1) / np.maximum(levels.sum(axis=1), 1)
        # A last piece of a few samples says nothing about a second.
        near[levels.sum(axis=1) < levels.sum(axis=1).max() / 2] = 0
        return float(near.max()), float(near.argmax())
