"""Whether each voice track is heard in the film, and how late, by correlation with the track.

A voice stands well above the music, so the track and the film's sound are most alike where the
voice begins; the place of the best likeness tells the offset to a millisecond. Tracks are compared
in short pieces, which shows sound that drifts away from its picture little by little. Sound that
runs faster or slower has other waves but the same rise and fall, so where waves are not alike their
envelopes are compared.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log10
from typing import TYPE_CHECKING, Any

from video_platform.quality.expectation import Speech
from video_platform.quality.sound import RATE_HZ

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]
else:
    Samples = Any

_PIECE_S = 1.2
_SPEAKING = 0.4
"""Of the whole track's level: a piece that is softer is mostly a pause."""
_REACH_S = 0.6
"""So far from its place a voice is still looked for."""
_LEAST_S = 0.3
_NEARLY = 0.97
_ALIKE, _ENVELOPES_ALIKE = 0.35, 0.85
_ENVELOPE_STEP, _ENVELOPE_WINDOW = 40, 7
"""In samples: 5 ms; and in steps: an eighth of a syllable."""
_READERS = {"audio/wav": "wav", "audio/flac": "flac", "audio/mpeg": "mp3", "audio/mp4": "mov"}


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardVoice:
    """A piece of a voice track as found in the film.

    Args:
        start_s: where it should begin; ``late_ms`` how much later it does.
        likeness: 0 (not heard) to 1.
        level_db: how loud it is against the track.
    """

    scene: int
    start_s: float
    late_ms: float
    likeness: float
    level_db: float


def find_voices(mono: Samples, speech: Sequence[Speech]) -> list[HeardVoice]:
    """Every piece of every track; ``mono`` is the film's sound at ``sound.RATE_HZ``."""
    return [
        _hear(mono, piece, track.start_s + at_s, track.scene)
        for track in speech
        for at_s, piece in _pieces(read_mono(track))
    ]


def _pieces(samples: Samples) -> list[tuple[float, Samples]]:
    """A track in equal pieces, each with its place in seconds; pauses tell nothing."""
    import numpy as np

    count = max(1, round(len(samples) / RATE_HZ / _PIECE_S))
    size = len(samples) // count
    if size < _LEAST_S * RATE_HZ:
        return []
    least = _SPEAKING * float(np.sqrt(np.mean(samples**2)))
    pieces = [(n * size, samples[n * size : (n + 1) * size]) for n in range(count)]
    return [
        (at / RATE_HZ, piece) for at, piece in pieces if float(np.sqrt(np.mean(piece**2))) > least
    ]


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


def _hear(mono: Samples, piece: Samples, start_s: float, scene: int) -> HeardVoice:
    """A piece of voice in the film's sound, by its waves or else by their envelope."""
    import numpy as np

    reach = round(_REACH_S * RATE_HZ)
    first = round(start_s * RATE_HZ) - reach
    window = np.zeros(len(piece) + 2 * reach, np.float32)
    source = mono[max(0, first) : max(0, first + len(window))]
    window[max(0, -first) : max(0, -first) + len(source)] = source
    late, likeness = _best(window, piece)
    if likeness < _ALIKE:
        wide, narrow = _envelope(window), _envelope(piece)
        slow_late, slow_likeness = _best(wide - wide.mean(), narrow - narrow.mean())
        if slow_likeness >= _ENVELOPES_ALIKE:
            late, likeness = slow_late * _ENVELOPE_STEP, slow_likeness
    found = window[late : late + len(piece)]
    level = float(np.sqrt(np.mean(found**2) + 1e-12) / np.sqrt(np.mean(piece**2) + 1e-12))
    return HeardVoice(
        scene=scene,
        start_s=start_s,
        late_ms=(late - reach) * 1000 / RATE_HZ,
        likeness=likeness,
        level_db=20 * log10(max(level, 1e-6)),
    )


def _envelope(samples: Samples) -> Samples:
    """How loud the sound is, every few milliseconds."""
    import numpy as np

    count = len(samples) // _ENVELOPE_STEP
    power = np.mean(samples[: count * _ENVELOPE_STEP].reshape(count, -1) ** 2, axis=1)
    smooth = np.convolve(np.sqrt(power), np.hanning(_ENVELOPE_WINDOW), "same")
    return smooth.astype(np.float32)


def _best(window: Samples, piece: Samples) -> tuple[int, float]:
    """Where in the window the piece is most likely, and how like the window is to it there."""
    import numpy as np

    window, piece = window.astype(np.float64), piece.astype(np.float64)
    size = 1 << (len(window) + len(piece) - 1).bit_length()
    spectrum = np.fft.rfft(window, size) * np.conj(np.fft.rfft(piece, size))
    places = len(window) - len(piece) + 1
    product = np.fft.irfft(spectrum, size)[:places]
    power = np.concatenate(([0.0], np.cumsum(window**2)))
    energy = np.maximum(power[len(piece) :][:places] - power[:places], 1e-9)
    likeness = np.abs(product) / np.sqrt(energy * max(float(np.sum(piece**2)), 1e-9))
    best, due = int(np.argmax(likeness)), places // 2
    # A sound that repeats itself is like itself at many places; then it is where it should be.
    best = due if likeness[due] >= _NEARLY * likeness[best] else best
    return best, float(likeness[best])
