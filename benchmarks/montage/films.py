"""What is looked up in finished films: bit rate, and how far sound and picture are apart."""

from pathlib import Path
from typing import Any

import av
import numpy as np

from video_platform.domain.timeline import Timeline
from video_platform.store import MediaStore

_RATE_HZ = 48_000
_SEARCHED_S = 0.2
"""How far to both sides of its place a voice is looked for."""


def video_bit_rate(path: Path) -> float:
    """Bits a second of the picture's stream."""
    with av.open(str(path), format="mov") as container:
        stream = container.streams.video[0]
        packets = [packet for packet in container.demux(stream) if packet.size]
        seconds = len(packets) / float(stream.average_rate or 1)
    return 8 * sum(packet.size for packet in packets) / seconds


def end_offset_ms(path: Path, timeline: Timeline, store: MediaStore) -> float:
    """How much later than its picture the sound is in the last scene, in milliseconds.

    The sound's place is where the last scene's voice correlates best with what is heard; the
    picture's is the presentation time of the last frame against its number.
    """
    return _voice_lag_ms(path, timeline, store) - _picture_lag_ms(path, timeline)


def _picture_lag_ms(path: Path, timeline: Timeline) -> float:
    with av.open(str(path), format="mov") as container:
        times = [p.pts * p.time_base for p in container.demux(video=0) if p.pts is not None]
    return float(max(times) - timeline.rate.seconds(timeline.frames - 1)) * 1000


def _voice_lag_ms(path: Path, timeline: Timeline, store: MediaStore) -> float:
    clip = timeline.voice[-1]
    planned = timeline.rate.samples(clip.start_frame, _RATE_HZ)
    margin = round(_SEARCHED_S * _RATE_HZ)
    voice = _samples(store.path(clip.media), 0)
    heard = _samples(path, planned - margin)[: len(voice) + 2 * margin]
    # A difference takes the low notes off, which fit almost as well one period later.
    found = _correlate(np.diff(heard), np.diff(voice), 2 * margin)
    return float(1000 * (int(np.argmax(found)) - margin) / _RATE_HZ)


def _samples(path: Path, start: int) -> Any:
    """One channel from sample ``start`` of the file's time on."""
    blocks = []
    with av.open(str(path)) as container:
        container.seek(max(0, start - _RATE_HZ) * 1_000_000 // _RATE_HZ)
        first = None
        resampler = av.AudioResampler(format="flt", layout="mono", rate=_RATE_HZ)
        for frame in container.decode(audio=0):
            if first is None:
                first = round((frame.time or 0) * _RATE_HZ)
            blocks += [part.to_ndarray()[0] for part in resampler.resample(frame)]
    return np.concatenate(blocks)[start - (first or 0) :]


def _correlate(heard: Any, voice: Any, lags: int) -> Any:
    size = 1 << (len(heard) + len(voice)).bit_length()
    product = np.fft.rfft(heard, size) * np.conj(np.fft.rfft(voice, size))
    return np.fft.irfft(product, size)[: lags + 1]
