"""Sound as FFmpeg hears it, independent of the product's own reading and measuring."""

import re
import subprocess
from pathlib import Path

import imageio_ffmpeg
import numpy as np


def measured_lufs(path: Path) -> float:
    """Integrated loudness of a sound file, by EBU R 128."""
    return float(re.findall(r"I:\s+(-?[\d.]+) LUFS", _ebur128(path))[-1])


def measured_peak_dbtp(path: Path) -> float:
    """True peak of a sound file."""
    return float(re.findall(r"Peak:\s+(-?[\d.]+) dBFS", _ebur128(path))[-1])


def decoded(path: Path, rate_hz: int = 48_000) -> np.ndarray:
    """Samples as a player hears them, edit lists applied, shape (samples, 2)."""
    done = subprocess.run(
        [
            *(imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", path, "-map", "0:a"),
            *("-ac", "2", "-ar", str(rate_hz), "-f", "f32le", "-"),
        ],
        capture_output=True,
        check=True,
    )
    return np.frombuffer(done.stdout, np.float32).reshape(-1, 2)


def _ebur128(path: Path) -> str:
    done = subprocess.run(
        [
            *(imageio_ffmpeg.get_ffmpeg_exe(), "-i", path),
            *("-af", "ebur128=peak=true", "-f", "null", "-"),
        ],
        capture_output=True,
        check=True,
        text=True,
    )
    return done.stderr
