"""Loudness as FFmpeg measures it, independent of the product's own measuring."""

import re
import subprocess
from pathlib import Path

import imageio_ffmpeg


def measured_lufs(path: Path) -> float:
    """Integrated loudness of a sound file, by EBU R 128."""
    done = subprocess.run(
        [imageio_ffmpeg.get_ffmpeg_exe(), "-i", path, "-af", "ebur128", "-f", "null", "-"],
        capture_output=True,
        check=True,
        text=True,
    )
    return float(re.findall(r"I:\s+(-?[\d.]+) LUFS", done.stderr)[-1])
