"""Parts of a recording: cut in pauses, with edges too short to be heard as fades."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from video_platform.domain.media import Media
from video_platform.montage.sounds import SoundReader

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]
else:
    Samples = Any

_RATE_HZ = 48_000
_EDGE_S = 0.008
"""Long enough that a cut does not click."""


def cut_sound(path: Path, media: Media, start_ms: int, end_ms: int, target: Path) -> Path:
    """Write milliseconds ``start_ms`` to before ``end_ms`` of a sound as a 48 kHz WAV file.

    Equal sounds and times give equal bytes.

    Raises:
        MontageError: the sound is damaged.
    """
    first, end = (at * _RATE_HZ // 1000 for at in (start_ms, end_ms))
    # Read from its beginning, so that the cut is exact whatever the file's packets are.
    reader = SoundReader(path, media, rate_hz=_RATE_HZ)
    try:
        samples = reader.read(end)[first:]
    finally:
        reader.close()
    _write_wav(_with_soft_edges(samples), target)
    return target


def _with_soft_edges(samples: Samples) -> Samples:
    import numpy as np

    length = min(round(_EDGE_S * _RATE_HZ), len(samples) // 2)
    rise = np.linspace(0, 1, length, dtype=np.float32)[:, None]
    soft = samples.copy()
    soft[:length] *= rise
    soft[len(soft) - length :] *= rise[::-1]
    return soft


def _write_wav(samples: Samples, target: Path) -> None:
    import wave

    import numpy as np

    whole = np.rint(np.clip(samples, -1, 1) * 32767).astype("<i2")
    with wave.open(str(target), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(_RATE_HZ)
        file.writeframes(whole.tobytes())
