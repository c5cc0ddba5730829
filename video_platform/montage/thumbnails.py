"""Thumbnails: a scene's picture, darkened, with a title large enough to be read in a list.

The title is set by the same means as titles in films: shaped, ordered and broken for its language.
"""

from dataclasses import dataclass, replace
from pathlib import Path

from video_platform.disk import storage_errors
from video_platform.domain.formats import Format, Frame, frame_for
from video_platform.domain.look import CaptionLook, CaptionStyle, Look
from video_platform.domain.timeline import TitleKind
from video_platform.montage.captions import CaptionType
from video_platform.montage.motion import FrameBuffer, Scratch, View
from video_platform.montage.plan import TitleSpan
from video_platform.montage.runner import Ffmpeg
from video_platform.montage.sheets import TO_RGB
from video_platform.montage.stills import (
    StillRequest,
    backdrop,
    load_picture,
    load_still,
    resized,
    to_planes,
)
from video_platform.montage.titles import draw_title, title_lines
from video_platform.montage.typesetting import set_lines

LONGER_SIDE_PX = 1280
"""What networks ask for, and little enough to be far below every limit of bytes."""
_LIGHT = 0.55
"""How bright the picture stays under the title."""
_QUALITY = 88
_BLACK, _GREY = 16, 128
"""Luma and chroma of black in BT.709 limited range."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ThumbnailPlan:
    """One thumbnail.

    Args:
        has_words: whether the picture has words of its own; it is blurred then, since two texts
            over each other are none.
    """

    picture: Path
    title: str
    format: Format
    is_rtl: bool
    look: Look
    has_words: bool = False


def thumbnail_frame(ratio: Format) -> Frame:
    """The format's frame at a thumbnail's size."""
    whole = frame_for(ratio, Look().network)
    factor = LONGER_SIDE_PX / max(whole.width_px, whole.height_px)
    width, height = (round(side * factor / 2) * 2 for side in (whole.width_px, whole.height_px))
    return replace(whole, width_px=width, height_px=height)


def render_thumbnail(plan: ThumbnailPlan, *, ffmpeg: Ffmpeg, directory: Path) -> Path:
    """Write the thumbnail as a JPEG; equal plans give equal bytes.

    Args:
        directory: private to this call.

    Raises:
        UnsupportedMedia: the picture cannot be read.
        FfmpegFailed, StorageFull: the title could not be set.
    """
    frame = thumbnail_frame(plan.format)
    # Nobody speaks: the title may stand where captions would.
    look = replace(plan.look, captions=CaptionLook(style=CaptionStyle.NONE), network=Look().network)
    kind = CaptionType(frame, look, plan.is_rtl)
    span = TitleSpan(kind=TitleKind.TITLE, text=plan.title, detail="", frames=1, first_frame=0)
    lines = title_lines(span, kind)
    texts = set_lines(lines, width_px=frame.width_px, ffmpeg=ffmpeg, directory=directory)
    buffer = _ground(plan, frame)
    draw_title(span, kind, texts, floor=frame.height_px).draw(buffer)
    return _save(buffer, frame, directory / "thumbnail.jpg")


def _ground(plan: ThumbnailPlan, frame: Frame) -> FrameBuffer:
    """The picture around its subject, darkened; blurred where it has words."""
    import numpy as np

    size = (frame.width_px, frame.height_px)
    buffer = FrameBuffer(*size)
    if plan.has_words:
        planes = to_planes(backdrop(load_picture(plan.picture), size))
        for plane, part in zip(buffer.planes, planes, strict=True):
            np.copyto(plane, part)
        return buffer
    still = load_still(StillRequest(plan.picture, size, is_reframed=True))
    still.draw(View(), buffer, Scratch())
    for plane, black in zip(buffer.planes, (_BLACK, _GREY, _GREY), strict=True):
        plane[:] = np.rint(black + (plane.astype(np.float32) - black) * _LIGHT)
    return buffer


def _save(buffer: FrameBuffer, frame: Frame, path: Path) -> Path:
    import cv2
    import numpy as np
    from PIL import Image

    size = (frame.width_px, frame.height_px)
    yuv = np.dstack([resized(plane, size) for plane in buffer.planes]).astype(np.float32)
    rgb = np.clip(np.rint(cv2.transform(yuv, np.array(TO_RGB, np.float32))), 0, 255)
    with storage_errors(path.parent):
        Image.fromarray(rgb.astype(np.uint8)).save(path, quality=_QUALITY)
    return path
