"""Renders one segment: frames in Python, captions and encoding in one FFmpeg process."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

from video_platform.domain.media import Media
from video_platform.domain.timing import FrameRate
from video_platform.errors import MontageError
from video_platform.fonts import FONTS_DIR
from video_platform.montage.captions import build_ass
from video_platform.montage.motion import FrameBuffer, Still, StillCache, View, view_at
from video_platform.montage.plan import EncoderSettings, FilmPlan, Segment, SegmentKind, Shot
from video_platform.montage.runner import Ffmpeg
from video_platform.montage.transitions import blend

MediaPath = Callable[[Media], Path]


class FrameSource(Protocol):
    """Draws the frames of one shot, one after the other."""

    def draw_next(self, target: FrameBuffer) -> None:
        """Fill ``target`` with the next frame."""
        ...


class _StillShot:
    """A still under a move."""

    def __init__(self, shot: Shot, still: Still) -> None:
        self._shot = shot
        self._still = still
        self._frame = shot.first_frame

    def draw_next(self, target: FrameBuffer) -> None:
        position = self._frame / max(1, self._shot.clip_frames - 1)
        self._still.draw(view_at(self._shot.motion, position), target)
        self._frame += 1


class _FilmedShot:
    """A video, at the film's rate: frames are repeated or left out, the last one is held."""

    def __init__(self, shot: Shot, path: Path, rate: FrameRate) -> None:
        import av

        self._container = av.open(str(path), options={"protocol_whitelist": "file"})
        self._frames = self._container.decode(video=0)
        self._rate = rate
        self._next = shot.first_frame
        self._shown: Any = None
        self._ahead: Any = next(self._frames, None)

    def draw_next(self, target: FrameBuffer) -> None:
        at = float(self._rate.seconds(self._next))
        while self._ahead is not None and (self._shown is None or self._ahead.time <= at):
            self._shown, self._ahead = self._ahead, next(self._frames, None)
        if self._shown is None:
            raise MontageError("A clip holds no frame.", hint="Make the clip anew.")
        Still(_frame_planes(self._shown)).draw(View(), target)
        self._next += 1


def _frame_planes(frame: Any) -> tuple[Any, Any, Any]:
    """A decoded frame's planes in BT.709 limited range, without their padding."""
    import numpy as np

    even = frame.reformat(
        width=frame.width & ~1,
        height=frame.height & ~1,
        format="yuv420p",
        dst_colorspace="ITU709",
        dst_color_range="MPEG",
    )
    planes = []
    for plane in even.planes:
        rows = np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)
        planes.append(np.ascontiguousarray(rows[:, : plane.width]))
    return planes[0], planes[1], planes[2]


def render_segment(
    segment: Segment,
    plan: FilmPlan,
    *,
    stills: StillCache,
    media_path: MediaPath,
    ffmpeg: Ffmpeg,
    directory: Path,
    on_frame: Callable[[], None],
) -> Path:
    """Encode the segment into ``directory``, which is empty and its own.

    Raises:
        FfmpegFailed, StorageFull: nothing usable was written.
    """
    captions = _write_captions(segment, plan, directory)
    arguments = [
        *("-f", "rawvideo", "-pix_fmt", "yuv420p", "-color_range", "tv", "-colorspace", "bt709"),
        *("-video_size", f"{plan.frame.width_px}x{plan.frame.height_px}"),
        *("-framerate", str(plan.rate), "-i", "pipe:0"),
        *captions,
        *encoder_arguments(plan.settings.encoder, plan.rate),
        *("-frames:v", str(segment.frames), "segment.mp4"),
    ]
    ffmpeg.run(
        arguments,
        directory=directory,
        feed=_frames(segment, plan, stills, media_path, on_frame),
    )
    return directory / "segment.mp4"


def encoder_arguments(settings: EncoderSettings, rate: FrameRate) -> list[str]:
    """x264 with one thread: segments run side by side, and its output depends on threads."""
    keyframes = round(rate.fraction * settings.keyframe_s)
    return [
        *("-c:v", "libx264", "-preset", settings.preset, "-crf", str(settings.crf)),
        *("-profile:v", "high", "-pix_fmt", "yuv420p", "-threads", "1", "-g", str(keyframes)),
        *("-x264-params", settings.tuning, "-flags", "+cgop", "-bitexact"),
        *("-video_track_timescale", str(timescale_hz(rate)), "-an"),
    ]


def timescale_hz(rate: FrameRate) -> int:
    """Ticks a second in which every frame's time is whole.

    Coarse enough (over 15 microseconds) that the concat list's whole microseconds land on the
    right tick: 30000 for 30 and for 30000/1001 frames a second.
    """
    return rate.numerator * max(1, 30_000 // rate.numerator)


def _write_captions(segment: Segment, plan: FilmPlan, directory: Path) -> list[str]:
    if not segment.captions:
        return []
    length_ms = plan.rate.seconds(segment.frames) * 1000
    document = build_ass(segment.captions, plan.frame, length_ms, rtl=plan.is_rtl)
    (directory / "captions.ass").write_text(document, encoding="utf-8")
    # A name without a special character: nothing of a path is ever part of a filter.
    (directory / "fonts").symlink_to(FONTS_DIR.resolve(), target_is_directory=True)
    return ["-vf", "ass=filename=captions.ass:fontsdir=fonts"]


def _source(shot: Shot, plan: FilmPlan, stills: StillCache, media_path: MediaPath) -> FrameSource:
    path = media_path(shot.media)
    if shot.media.media_type.startswith("video/"):
        return _FilmedShot(shot, path, plan.rate)
    zoom = 1 + (shot.motion.strength if shot.motion else 0)
    size = (round(plan.frame.width_px * zoom), round(plan.frame.height_px * zoom))
    return _StillShot(shot, stills.get(path, size))


def _frames(
    segment: Segment,
    plan: FilmPlan,
    stills: StillCache,
    media_path: MediaPath,
    on_frame: Callable[[], None],
) -> Iterator[memoryview]:
    size = (plan.frame.width_px, plan.frame.height_px)
    sources = [_source(shot, plan, stills, media_path) for shot in segment.shots]
    buffers = [FrameBuffer(*size) for _ in sources]
    result = FrameBuffer(*size) if segment.kind is SegmentKind.TRANSITION else buffers[0]
    for number in range(segment.frames):
        for source, buffer in zip(sources, buffers, strict=True):
            source.draw_next(buffer)
        if segment.kind is SegmentKind.TRANSITION and segment.transition is not None:
            position = (number + 0.5) / segment.frames
            blend(segment.transition, buffers[0], buffers[1], position, result, rtl=plan.is_rtl)
        yield result.data.data
        on_frame()


def first_frame(plan: FilmPlan, media_path: MediaPath) -> FrameBuffer:
    """The first frame of the film, without captions."""
    buffer = FrameBuffer(plan.frame.width_px, plan.frame.height_px)
    _source(plan.segments[0].shots[0], plan, StillCache(), media_path).draw_next(buffer)
    return buffer


def link_or_copy(source: Path, target: Path) -> None:
    """Give a stored file a name of ours in the attempt's directory."""
    try:
        target.hardlink_to(source)
    except OSError:
        shutil.copyfile(source, target)
