"""Pictures that tell a film at a glance: its poster, and a sheet of all its scenes.

Both are taken from the finished film, so they show what a viewer sees. Decoding begins at the
keyframe before a wanted moment, never at the film's start.
"""

import math
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from video_platform.disk import storage_errors
from video_platform.errors import MontageError, ProbeFailed
from video_platform.fonts import SEMIBOLD
from video_platform.montage.plan import FilmPlan, SegmentKind
from video_platform.montage.stills import resized

if TYPE_CHECKING:
    from av import VideoFrame
    from numpy.typing import NDArray
    from PIL.Image import Image

    Picture = NDArray[Any]
else:
    Image = Picture = VideoFrame = Any

MOST_SCENES = 24
SHEET_WIDTH_PX = 1600

_GAP_PX = 8
_GROUND = (24, 24, 27)
_SQUARE_COLUMNS = 5.3
"""Columns of square tiles; 4 of 16:9 and 7 of 9:16 have about the same area."""
_QUALITY = 90
_SMALL_PX = 320
"""Width at which pictures are compared; what is finer is mostly noise."""
_DARKEST, _BRIGHTEST = 32, 224
"""Mean grey of a picture that shows something; beyond lie fades and flashes."""
TO_RGB = (
    (1.16438, 0.0, 1.79274, -248.10099),
    (1.16438, -0.21325, -0.53291, 76.87808),
    (1.16438, 2.11240, 0.0, -289.01757),
)
"""Rows of red, green and blue from luma, both chroma and one: BT.709-6, limited range."""


def scene_times(plan: FilmPlan, count: int = MOST_SCENES) -> tuple[Fraction, ...]:
    """Seconds of the middle of every scene; of more than ``count``, of so many evenly chosen ones.

    Scenes are the plan's bodies: a transition shows two scenes and tells neither.
    """
    bodies = [s for s in plan.segments if s.kind is SegmentKind.BODY] or list(plan.segments)
    taken = min(count, len(bodies))
    chosen = [bodies[(2 * n + 1) * len(bodies) // (2 * taken)] for n in range(taken)]
    return tuple(plan.rate.seconds(body.start_frame + body.frames // 2) for body in chosen)


def contact_sheet(film: Path, times: Sequence[Fraction], directory: Path) -> Path:
    """A JPEG of the film at these ``times`` (seconds), each with its time, row by row.

    At most ``SHEET_WIDTH_PX`` wide; tall films get smaller tiles in more columns.

    Args:
        film: MP4 in BT.709 limited range.
        directory: where the sheet is written.

    Raises:
        ProbeFailed: the film cannot be decoded there.
    """
    frames = _frames_at(film, times)
    shape = frames[0].height / frames[0].width
    columns = round(_SQUARE_COLUMNS * math.sqrt(shape))
    width = (SHEET_WIDTH_PX - (columns + 1) * _GAP_PX) // columns
    height = round(width * shape)
    tiles = [_labelled(_image(f, width, height), t) for f, t in zip(frames, times, strict=True)]
    return _save(_grid(tiles, min(columns, len(tiles))), directory / "contact-sheet.jpg")


def poster(film: Path, times: Sequence[Fraction], directory: Path) -> Path:
    """The most telling of the film's pictures at ``times`` (seconds), in full size as JPEG.

    Pictures that are nearly black or white come last. The others are ranked by sharpness, by
    contrast and by colour, and the best sum of ranks wins: none of the three has to be weighed
    against the others. Equal ones: the earliest.

    Raises:
        ProbeFailed: the film cannot be decoded there.
    """
    frames = _frames_at(film, times)
    shape = frames[0].height / frames[0].width
    small = [_rgb(frame, _SMALL_PX, round(_SMALL_PX * shape)) for frame in frames]
    best = frames[best_picture(small)]
    return _save(_image(best, best.width, best.height), directory / "poster.jpg")


def best_picture(pictures: Sequence[Picture]) -> int:
    """Which of these pictures (height, width, RGB; equally large) tells most; see ``poster``."""
    ranks = [0] * len(pictures)
    for measure in (_sharpness, _contrast, _colorfulness):
        values = [measure(picture) for picture in pictures]
        for number, value in enumerate(values):
            ranks[number] += sum(other < value for other in values)
    return max(range(len(pictures)), key=lambda n: (_shows_something(pictures[n]), ranks[n]))


def _shows_something(picture: Picture) -> bool:
    return _DARKEST <= float(picture.mean()) <= _BRIGHTEST


def _sharpness(picture: Picture) -> float:
    import cv2

    return float(cv2.Laplacian(_grey(picture), cv2.CV_64F).var())


def _contrast(picture: Picture) -> float:
    return float(_grey(picture).std())


def _colorfulness(picture: Picture) -> float:
    """Hasler and Süsstrunk, "Measuring colourfulness in natural images" (2003), metric M3."""
    red, green, blue = (picture[..., channel].astype(float) for channel in range(3))
    across, along = red - green, (red + green) / 2 - blue
    spread = math.hypot(across.std(), along.std())
    return spread + 0.3 * math.hypot(across.mean(), along.mean())


def _grey(picture: Picture) -> Picture:
    import cv2

    return cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)


def _frames_at(film: Path, times: Sequence[Fraction]) -> "list[VideoFrame]":
    """The picture shown at each of ``times``, or up to three frames earlier.

    Frames that no other needs are not decoded: three of four.
    """
    import av
    from av.error import FFmpegError

    if not times:
        raise MontageError("No moment of the film was named.")
    options = {"protocol_whitelist": "file"}
    try:
        with av.open(str(film), format="mov", options=options) as container:
            container.streams.video[0].thread_type = "AUTO"
            container.streams.video[0].codec_context.skip_frame = "NONREF"
            return [_frame_at(container, time) for time in times]
    except (FFmpegError, IndexError) as error:
        raise ProbeFailed(f"{film.name} cannot be looked at: {error}.") from error


def _frame_at(container: Any, time: Fraction) -> "VideoFrame":
    """The last decoded frame that begins at ``time`` or before it."""
    stream = container.streams.video[0]
    container.seek(round(time / stream.time_base), stream=stream)
    found: VideoFrame | None = None
    for frame in container.decode(stream):
        if found is not None and frame.pts * frame.time_base > time:
            break
        found = frame
    if found is None:
        raise ProbeFailed(f"The film shows nothing at {float(time):.2f} s.")
    return found


def _rgb(frame: "VideoFrame", width: int, height: int) -> Picture:
    """The frame as (height, width, RGB) in full range.

    Not by FFmpeg's scaler: without its slow options that makes colours up to five levels too dark.
    """
    import cv2
    import numpy as np

    rows = frame.height
    data = frame.to_ndarray(format="yuv420p")
    half = (2, rows // 2, frame.width // 2)
    planes = [data[:rows], *data[rows:].reshape(half)]
    yuv = np.dstack([resized(plane, (width, height)) for plane in planes]).astype(np.float32)
    rgb = cv2.transform(yuv, np.array(TO_RGB, np.float32))
    return np.clip(np.rint(rgb), 0, 255).astype(np.uint8)


def _image(frame: "VideoFrame", width: int, height: int) -> "Image":
    from PIL import Image

    return Image.fromarray(_rgb(frame, width, height))


def _labelled(tile: "Image", time: Fraction) -> "Image":
    """The tile with its time in the lower left corner, white on a dark plate."""
    from PIL import ImageDraw, ImageFont

    size = max(14, tile.width // 18)
    text = f"{int(time) // 60}:{int(time) % 60:02}"
    draw = ImageDraw.Draw(tile, "RGBA")
    font = ImageFont.truetype(SEMIBOLD, size)
    place = (size * 0.8, tile.height - size * 0.7)
    left, top, right, bottom = draw.textbbox(place, text, font=font, anchor="ls")
    pad = size * 0.35
    plate = (left - pad, top - pad, right + pad, bottom + pad)
    draw.rounded_rectangle(plate, radius=pad, fill=(0, 0, 0, 170))
    draw.text(place, text, font=font, anchor="ls", fill=(255, 255, 255))
    return tile


def _grid(tiles: "Sequence[Image]", columns: int) -> "Image":
    from PIL import Image

    width, height = tiles[0].width + _GAP_PX, tiles[0].height + _GAP_PX
    rows = -(-len(tiles) // columns)
    sheet = Image.new("RGB", (columns * width + _GAP_PX, rows * height + _GAP_PX), _GROUND)
    for number, tile in enumerate(tiles):
        row, column = divmod(number, columns)
        sheet.paste(tile, (_GAP_PX + column * width, _GAP_PX + row * height))
    return sheet


def _save(picture: "Image", path: Path) -> Path:
    with storage_errors(path.parent):
        picture.save(path, quality=_QUALITY)
    return path
