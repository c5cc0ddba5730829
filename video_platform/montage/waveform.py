"""Draws the film's sound as one sees it in an editor: a column for each moment, speech tinted."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from video_platform.domain.media import Media
from video_platform.montage.sounds import SoundReader

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]
    Pixels = NDArray[np.uint8]
else:
    Samples = Pixels = Any

_RATE_HZ = 48_000
_STEP = 480
"""Samples of which the lowest and the highest are kept: a hundredth of a second."""
_SPEECH_RGB = (255, 208, 80)
_OTHER_RGB = (124, 148, 184)
_CORE = 0.55
"""Inside its level, sound is drawn fully; out to its peaks, only this much."""
_SMOOTH = 4
"""Columns are drawn this many times finer, and averaged."""


def waveform(
    sound: Path,
    *,
    size: tuple[int, int],
    directory: Path,
    speech: Sequence[tuple[int, int]] = (),
) -> Path:
    """Draw an M4A as ``waveform.png`` in ``directory``, on a transparent ground.

    Args:
        size: width and height in pixels.
        speech: milliseconds from and to of what is tinted.

    Raises:
        MontageError: the sound cannot be read.
    """
    import numpy as np
    from PIL import Image

    extremes, levels = _envelope(sound)
    width, height = size
    edges = np.linspace(0, len(levels), width + 1).astype(int)[:-1]
    edges = np.minimum(edges, max(0, len(levels) - 1))
    low = np.minimum.reduceat(extremes[:, 0], edges)
    high = np.maximum.reduceat(extremes[:, 1], edges)
    level = np.maximum.reduceat(levels, edges)
    alpha = np.maximum(
        _CORE * _columns(low, high, height), _columns(-level, np.minimum(level, high), height)
    )
    picture = np.zeros((height, width, 4), np.uint8)
    picture[..., :3] = _tints(width, len(levels), speech)
    picture[..., 3] = np.round(255 * alpha)
    path = directory / "waveform.png"
    Image.fromarray(picture, "RGBA").save(path, optimize=True)
    return path


def _envelope(sound: Path) -> tuple[Samples, Samples]:
    """Lowest and highest sample (steps, 2), and root mean square, of every step."""
    import numpy as np

    media = Media(sha256="", media_type="audio/mp4", size_bytes=0)
    reader = SoundReader(sound, media, rate_hz=_RATE_HZ)
    extremes, levels = [np.zeros((1, 2), np.float32)], [np.zeros(1, np.float32)]
    while len(block := reader.read(100 * _STEP)):
        steps = np.pad(block, ((0, -len(block) % _STEP), (0, 0))).reshape(-1, 2 * _STEP)
        extremes.append(np.stack([steps.min(axis=1), steps.max(axis=1)], axis=1))
        levels.append(np.sqrt(np.square(steps).mean(axis=1)))
    return np.concatenate(extremes[1:] or extremes), np.concatenate(levels[1:] or levels)


def _columns(low: Samples, high: Samples, height: int) -> Samples:
    """How much of every pixel lies between two curves of -1 to 1, shape (height, columns)."""
    import numpy as np

    rows = 1 - (np.arange(height * _SMOOTH) + 0.5) * 2 / (height * _SMOOTH)
    # A line remains where nothing is heard.
    hair = 1 / height
    inside = (rows[:, None] <= np.maximum(high, hair)) & (rows[:, None] >= np.minimum(low, -hair))
    covered: Samples = inside.reshape(height, _SMOOTH, -1).mean(axis=1, dtype=np.float32)
    return covered


def _tints(width: int, steps: int, speech: Sequence[tuple[int, int]]) -> Pixels:
    """The colour of every column."""
    import numpy as np

    per_ms = width / (steps * 1000 * _STEP / _RATE_HZ)
    tints = np.full((width, 3), _OTHER_RGB, np.uint8)
    for start_ms, end_ms in speech:
        tints[round(start_ms * per_ms) : round(end_ms * per_ms)] = _SPEECH_RGB
    return tints
