"""A short silent GIF of a film, for places that show nothing else."""

from pathlib import Path

from video_platform.montage.runner import Ffmpeg
from video_platform.montage.segments import link_or_copy

MOST_BYTES = 4_000_000
"""Mail programs and chats refuse or hide much larger ones."""
SECONDS = 6

_SIZES = ((480, 12), (400, 10), (320, 8), (240, 6), (160, 5))
"""Width in pixels and frames a second, tried in turn; at the last even noise in 9:16 is under half
of ``MOST_BYTES``."""
# Without the two slow flags the scaler makes colours three levels too dark. One palette for all
# pictures; the faintest ordered dither, which compresses well and does not crawl.
_GRAPH = (
    "fps={rate},scale={width}:-2:flags=lanczos+accurate_rnd+full_chroma_int,split[a][b];"
    "[a]palettegen=stats_mode=full[p];[b][p]paletteuse=dither=bayer:bayer_scale=5:"
    "diff_mode=rectangle"
)


def gif_preview(film: Path, *, ffmpeg: Ffmpeg, directory: Path) -> Path:
    """The film's first six seconds as a GIF that loops, as large as ``MOST_BYTES`` allow.

    Args:
        film: MP4.
        directory: private to this call's attempt; the GIF is left in it.

    Raises:
        FfmpegFailed: the film cannot be decoded.
    """
    source = directory / "gif-source.mp4"
    link_or_copy(film, source)
    target = directory / "preview.gif"
    for width, rate in _SIZES:
        ffmpeg.run(
            [
                *("-t", str(SECONDS), "-f", "mov", "-i", source.name, "-an"),
                *("-filter_complex", _GRAPH.format(width=width, rate=rate)),
                *("-loop", "0", "-f", "gif", target.name),
            ],
            directory=directory,
        )
        if target.stat().st_size <= MOST_BYTES:
            break
    return target
