"""Encoders of a segment's frames: in this process through PyAV, or through FFmpeg's hardware ones.

Encoding in the process saves the two copies of every frame that a pipe costs: about a fifth of the
CPU at 1080p.
"""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from video_platform.domain.formats import Frame
from video_platform.domain.timing import FrameRate
from video_platform.errors import MontageError
from video_platform.montage.motion import FrameBuffer
from video_platform.montage.plan import EncoderSettings, VideoCodec


@dataclass(frozen=True, slots=True)
class Library:
    """A software encoder of FFmpeg's libraries.

    Args:
        parameters: the option that takes the encoder's own options.
        tag: what the codec is called in MP4.
        delay_frames: how far before it is shown the first frame is decoded.
    """

    name: str
    parameters: str
    options: Mapping[str, str]
    tag: str
    delay_frames: int


LIBRARIES: dict[VideoCodec, Library] = {
    VideoCodec.H264: Library(
        "libx264", "x264-params", {"profile": "high", "flags": "+cgop"}, "avc1", 2
    ),
    VideoCodec.H265: Library("libx265", "x265-params", {}, "hvc1", 2),
    VideoCodec.AV1: Library("libsvtav1", "svtav1-params", {}, "av01", 0),
    VideoCodec.VP9: Library("libvpx-vp9", "", {"deadline": "good", "row-mt": "0"}, "vp09", 0),
}


def timescale_hz(rate: FrameRate) -> int:
    """Ticks a second in which every frame's time is whole.

    Coarse enough (over 15 microseconds) that the concat list's whole microseconds land on the
    right tick: 30000 for 30 and for 30000/1001 frames a second.
    """
    return rate.numerator * max(1, 30_000 // rate.numerator)


_SMALL_PX = 1_000_000
_AVX512 = 13
"""OpenCV's number of the feature; its Python module has no name for it."""


def _cpu_parameters(settings: EncoderSettings, frame: Frame) -> str:
    """x264's AVX-512 code takes another path now and then on small frames (measured at 320x180):
    the same frames would not give the same bytes. Large frames keep it, it saves a tenth."""
    import cv2

    is_small = frame.width_px * frame.height_px < _SMALL_PX
    is_x264 = settings.codec is VideoCodec.H264
    if is_x264 and is_small and cv2.checkHardwareSupport(_AVX512):
        return ":asm=avx2"
    return ""


def library_options(settings: EncoderSettings, rate: FrameRate) -> dict[str, str]:
    """What the library is opened with. One thread: segments run side by side, and what an encoder
    writes depends on its threads."""
    library = LIBRARIES[settings.codec]
    options = {
        **library.options,
        "crf": str(settings.crf),
        "g": str(round(rate.fraction * settings.keyframe_s)),
        "threads": "1",
    }
    if settings.codec is VideoCodec.VP9:
        options |= {"b": "0", "cpu-used": settings.preset}
    else:
        options["preset"] = settings.preset
    if library.parameters and settings.tuning:
        options[library.parameters] = settings.tuning
    return options


class SegmentEncoder:
    """One segment's file: frames in, an MP4 of one video track out."""

    def __init__(
        self, path: Path, settings: EncoderSettings, frame: Frame, rate: FrameRate
    ) -> None:
        import av

        library = LIBRARIES[settings.codec]
        # SVT-AV1 writes a page about itself to standard error unless told not to.
        os.environ.setdefault("SVT_LOG", "1")
        self._container = av.open(
            str(path),
            "w",
            format="mp4",
            options={
                "fflags": "+bitexact",
                "video_track_timescale": str(timescale_hz(rate)),
            },
        )
        stream: Any = self._container.add_stream(library.name, rate=rate.fraction)
        options = library_options(settings, rate)
        if library.parameters:
            options[library.parameters] += _cpu_parameters(settings, frame)
        stream.codec_context.options = options
        stream.codec_context.thread_count = 1
        stream.width, stream.height, stream.pix_fmt = frame.width_px, frame.height_px, "yuv420p"
        stream.codec_context.codec_tag = library.tag
        stream.time_base = stream.codec_context.time_base = 1 / rate.fraction
        _tag_colors(stream.codec_context)
        self._stream = stream
        self._time_base = Fraction(1) / rate.fraction
        self._count = 0
        self._delay = library.delay_frames
        self._muxed = 0

    def add(self, buffer: FrameBuffer) -> None:
        """Encode one more frame. The buffer may be drawn on again afterwards: encoders copy."""
        import av

        height, width = buffer.planes[0].shape
        picture = av.VideoFrame.from_numpy_buffer(
            buffer.data.reshape(height * 3 // 2, width), format="yuv420p"
        )
        picture.pts, picture.time_base = self._count, self._time_base
        self._mux(self._stream.encode(picture))
        self._count += 1

    def close(self) -> None:
        """Write what the encoder still holds, and the file's index."""
        try:
            self._mux(self._stream.encode(None))
        finally:
            self._container.close()

    def _mux(self, packets: list[Any]) -> None:
        for packet in packets:
            # Encoders give very short segments another delay than long ones, or none that means
            # anything; joined, frames of two segments would be decoded at the same time.
            frame = self._time_base / packet.time_base
            packet.dts = round((self._muxed - self._delay) * frame)
            self._container.mux(packet)
            self._muxed += 1


def _tag_colors(context: Any) -> None:
    """BT.709 limited range, as the frames are drawn."""
    context.color_range = 1
    context.color_primaries = context.color_trc = context.colorspace = 1


def encoding(
    frames: Iterable[FrameBuffer], encoders: Sequence[SegmentEncoder]
) -> Iterator[FrameBuffer]:
    """Hand the frames on, giving each to every encoder first; close them at the end.

    Raises:
        MontageError: an encoder failed.
    """
    from av.error import FFmpegError

    try:
        for buffer in frames:
            for encoder in encoders:
                encoder.add(buffer)
            yield buffer
        for encoder in encoders:
            encoder.close()
    except FFmpegError as error:
        raise MontageError(f"A segment could not be encoded: {error}.") from error


def encode_frames(frames: Iterable[FrameBuffer], encoders: Sequence[SegmentEncoder]) -> int:
    """Give every frame to every encoder and close them; returns how many there were."""
    return sum(1 for _ in encoding(frames, encoders))
