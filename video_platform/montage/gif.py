"""A short silent GIF of a film, for places that show nothing else."""

from fractions import Fraction
from pathlib import Path

from video_platform.errors import MontageError
from video_platform.montage.runner import Ffmpeg

MOST_BYTES = 4_000_000
"""Mail programs and chats refuse or hide much larger ones."""
_SIZES = ((480, 12), (400, 10), (320, 8), (240, 6))
"""Width in pixels and frames a second; the first that stays under the size is taken."""


def gif_preview(
    film: Path, *, ffmpeg: Ffmpeg, directory: Path, start: Fraction = Fraction(0), seconds: int = 6
) -> Path:
    """The film's first seconds from ``start`` as a GIF that loops, in its own palette.

    Raises:
        MontageError: even the smallest is too large.
    """
    source = directory / "film.mp4"
    source.unlink(missing_ok=True)
    source.symlink_to(film.resolve())
    target = directory / "preview.gif"
    for width, rate in _SIZES:
        graph = (
            f"fps={rate},scale={width}:-2:flags=lanczos,split[a][b];"
            "[a]palettegen=stats_mode=diff[p];[b][p]paletteuse=dither=bayer:bayer_scale=4"
        )
        ffmpeg.run(
            [
                *("-ss", f"{float(start):.3f}", "-t", str(seconds)),
                *("-f", "mov", "-i", source.name, "-an", "-filter_complex", graph),
                *("-loop", "0", "-f", "gif", target.name),
            ],
            directory=directory,
        )
        if target.stat().st_size <= MOST_BYTES:
            return target
    raise MontageError(f"No GIF of the film stays under {MOST_BYTES} bytes.")
