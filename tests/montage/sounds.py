"""Sounds in a store and plans that use them, for tests of the film's sound."""

import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from tests.montage.films import RATE, write_sound
from video_platform.domain.look import Network
from video_platform.domain.loudness import LOUDNESS_TARGETS
from video_platform.domain.media import Media, Probe
from video_platform.domain.timing import FrameRate
from video_platform.montage.plan import AudioPlan
from video_platform.store import MediaStore


def keep_sound(store: MediaStore, samples: np.ndarray) -> Media:
    """Floats, shape (samples,) or (samples, 2), as a WAV in the store, with its probe."""
    probe = Probe(duration_ms=round(1000 * len(samples) / RATE), sample_rate_hz=RATE)
    with tempfile.TemporaryDirectory() as folder:
        return store.put(write_sound(Path(folder) / "sound.wav", samples), "audio/wav", probe)


def make_plan(seconds: float, **fields: Any) -> AudioPlan:
    """The plan of a film at 30 frames a second, silent but for what is given."""
    empty: dict[str, Any] = {"voice": (), "music": (), "effects": (), "footage": (), "speech": ()}
    target = LOUDNESS_TARGETS[Network.ANY]
    plan = {"rate": FrameRate(), "frames": round(seconds * 30), "target": target, "key": "k"}
    return AudioPlan(**{**empty, **plan, **fields})
