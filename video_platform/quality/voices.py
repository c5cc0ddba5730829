"""Whether each voice track is heard in the film, and how late, by correlation with the track.

A voice stands well above the music, so the track and the film's sound are most alike where the
voice begins; the place of the best likeness tells the offset to a millisecond. Long tracks are
compared in pieces, which shows sound that drifts away from its picture little by little.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from video_platform.quality.expectation import Speech
from video_platform.quality.sound import RATE_HZ

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]
else:
    Samples = Any

_PIECE_S = 5.0
_REACH_S = 0.6
"""So far from its place a voice is still looked for."""
_LEAST_S = 0.3
_READERS = {"audio/wav": "wav", "audio/flac": "flac", "audio/mpeg": "mp3", "audio/mp4": "mov"}


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardVoice:
    """A piece of a voice track as found in the film.

    Args:
        start_s: where it should begin; ``late_ms`` how much later it does.
        likeness: 0 (not heard) to 1.
    """

    scene: int
    start_s: float
    late_ms: float
    likeness: float


def find_voices(mono: Samples, speech: Sequence[Speech]) -> list[HeardVoice]:
    """Every piece of every track; ``mono`` is the film's sound at ``sound.RATE_HZ``."""
    heard = []
    for track in speech:
        samples = read_mono(track)
        count = max(1, round(len(samples) / RATE_HZ / _PIECE_S))
        size = len(samples) // count
        for number in range(count if size >= _LEAST_S * RATE_HZ else 0):
            piece = samples[number * size : (number + 1) * size]
            start_s = track.start_s + number * size / RATE_HZ
            late_ms, likeness = _find(mono, piece, start_s)
            heard.append(
                HeardVoice(scene=track.scene, start_s=start_s, late_ms=late_ms, likeness=likeness)
            )
    return heard


def read_mono(track: Speech) -> Samples:
    """A voice track at ``RATE_HZ``, shape (samples,)."""
    import av
    import numpy as np

    resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE_HZ)
    pieces: list[Any] = [np.zeros(0, np.float32)]
    options = {"protocol_whitelist": "file"}
    with av.open(
        str(track.path), format=_READERS.get(track.media_type), options=options
    ) as container:
        for frame in container.decode(audio=0):
            pieces += [made.to_ndarray()[0] for made in resampler.resample(frame)]
    pieces += [made.to_ndarray()[0] for made in resampler.resample(None)]
    return np.concatenate(pieces)


def _find(mono: Samples, piece: Samples, start_s: float) -> tuple[float, float]:
    """How late the piece is, in milliseconds, and how like the film's sound is to it there."""
    import numpy as np

    reach = round(_REACH_S * RATE_HZ)
    first = round(start_s * RATE_HZ) - reach
    window = np.zeros(len(piece) + 2 * reach, np.float64)
    source = mono[max(0, first) : max(0, first + len(window))]
    window[max(0, -first) : max(0, -first) + len(source)] = source
    size = 1 << (len(window) + len(piece) - 1).bit_length()
    spectrum = np.fft.rfft(window, size) * np.conj(np.fft.rfft(piece.astype(np.float64), size))
    product = np.fft.irfft(spectrum, size)[: 2 * reach + 1]
    power = np.concatenate(([0.0], np.cumsum(window**2)))
    energy = power[len(piece) :][: 2 * reach + 1] - power[: 2 * reach + 1]
    norm = np.sqrt(
        np.maximum(energy, 1e-9) * max(float(np.sum(piece.astype(np.float64) ** 2)), 1e-9)
    )
    likeness = np.abs(product) / norm
    best = int(np.argmax(likeness))
    return (best - reach) * 1000 / RATE_HZ, float(likeness[best])
