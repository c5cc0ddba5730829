"""Encoders of graphics hardware: what FFmpeg has to be told, and whether it works on this machine.

That FFmpeg lists an encoder says nothing about the machine: driver, device and permissions decide.
So each one is tried on a short film whose pictures are compared with what was put in, and timed
against x264 on the same frames. No hardware encoder here writes B-frames: how long they delay
decoding differs between makers, and segments have to join frame by frame.
"""

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from video_platform.domain.timing import FrameRate
from video_platform.errors import FfmpegFailed, NotConfigured
from video_platform.montage.encoding import timescale_hz
from video_platform.montage.plan import EncoderSettings, VideoCodec
from video_platform.montage.runner import HARDWARE_MEMORY_BYTES, Ffmpeg

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Plane = NDArray[np.uint8]
else:
    Plane = Any

SOFTWARE = "software"
AUTO = "auto"

Arguments = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hardware:
    """A family of encoders.

    Args:
        encoders: FFmpeg's name of the encoder of each codec, and the options that give about the
            quality of x264 at CRF 21.
        device: options before the input that open the device.
        upload: filter that brings frames to where the encoder reads them.
        options: of every encoder of the family.
    """

    title: str
    encoders: Mapping[VideoCodec, tuple[str, Arguments]]
    device: Arguments = ()
    upload: str = ""
    options: Arguments = ()


# Options as FFmpeg 9 documents them (`ffmpeg -h encoder=NAME`). The levels of quality come from the
# scales' documentation and are not measured: none of this hardware was at hand.
HARDWARE: Mapping[str, Hardware] = {
    "nvenc": Hardware(
        title="NVIDIA NVENC",
        encoders={
            VideoCodec.H264: ("h264_nvenc", ("-cq", "23", "-profile:v", "high")),
            VideoCodec.H265: ("hevc_nvenc", ("-cq", "25")),
            VideoCodec.AV1: ("av1_nvenc", ("-cq", "31")),
        },
        options=("-preset", "p4", "-tune", "hq", "-rc", "vbr", "-b:v", "0"),
    ),
    "videotoolbox": Hardware(
        title="Apple VideoToolbox",
        encoders={
            VideoCodec.H264: ("h264_videotoolbox", ("-q:v", "65", "-profile:v", "high")),
            VideoCodec.H265: ("hevc_videotoolbox", ("-q:v", "60")),
        },
    ),
    "qsv": Hardware(
        title="Intel Quick Sync Video",
        encoders={
            VideoCodec.H264: ("h264_qsv", ("-global_quality", "23", "-profile:v", "high")),
            VideoCodec.H265: ("hevc_qsv", ("-global_quality", "25")),
            VideoCodec.AV1: ("av1_qsv", ("-global_quality", "27")),
        },
        upload="format=nv12",
        options=("-preset", "medium"),
    ),
    "vaapi": Hardware(
        title="VA-API",
        encoders={
            VideoCodec.H264: ("h264_vaapi", ("-qp", "22", "-profile:v", "high")),
            VideoCodec.H265: ("hevc_vaapi", ("-qp", "24")),
            VideoCodec.AV1: ("av1_vaapi", ("-global_quality", "110")),
        },
        device=("-vaapi_device", "/dev/dri/renderD128"),
        upload="format=nv12,hwupload",
        options=("-rc_mode", "CQP"),
    ),
    "amf": Hardware(
        title="AMD AMF",
        encoders={
            VideoCodec.H264: (
                "h264_amf",
                ("-qp_i", "21", "-qp_p", "23", "-profile:v", "high"),
            ),
            VideoCodec.H265: ("hevc_amf", ("-qp_i", "23", "-qp_p", "25")),
            VideoCodec.AV1: ("av1_amf", ("-qp_i", "100", "-qp_p", "115")),
        },
        options=("-usage", "transcoding", "-quality", "balanced", "-rc", "cqp"),
    ),
}
"""What can be asked for, by name."""

_DEFAULT = EncoderSettings()
# The same path as the hardware, so that the two are compared fairly, and on all cores, as a film's
# segments take them all.
_X264 = Hardware(
    title="x264",
    encoders={
        VideoCodec.H264: (
            "libx264",
            (
                *("-preset", _DEFAULT.preset, "-crf", str(_DEFAULT.crf)),
                *("-x264-params", _DEFAULT.tuning),
            ),
        ),
        VideoCodec.H265: ("libx265", ("-preset", "superfast", "-crf", "24")),
        VideoCodec.AV1: ("libsvtav1", ("-preset", "8", "-crf", "35")),
    },
)
_TAGS = {VideoCodec.H264: "avc1", VideoCodec.H265: "hvc1", VideoCodec.AV1: "av01"}
_COLORS = (
    *("-color_range", "tv", "-colorspace", "bt709"),
    *("-color_primaries", "bt709", "-color_trc", "bt709"),
)


def hardware_arguments(
    hardware: Hardware,
    codec: VideoCodec,
    *,
    size: tuple[int, int],
    rate: FrameRate,
    keyframe_s: int = 2,
) -> tuple[list[str], list[str]]:
    """What FFmpeg is told before and after its input, raw planar YUV 4:2:0 on standard input.

    ``ffmpeg.run([*before, *after, "segment.mp4"], directory=..., feed=frames)`` makes a segment:
    MP4 with one track from time 0, BT.709 limited range, closed GOPs, no B-frames.

    Args:
        size: width and height in pixels, both even.

    Raises:
        KeyError: the family has no encoder of this codec.
    """
    name, quality = hardware.encoders[codec]
    width, height = size
    before = [
        *hardware.device,
        *("-f", "rawvideo", "-pix_fmt", "yuv420p", "-video_size", f"{width}x{height}"),
        *("-framerate", str(rate), *_COLORS, "-i", "pipe:0"),
    ]
    after = [
        *(("-vf", hardware.upload) if hardware.upload else ()),
        *("-c:v", name, *hardware.options, *quality),
        *("-bf", "0", "-g", str(round(rate.fraction * keyframe_s)), *_COLORS),
        *("-tag:v", _TAGS[codec], "-video_track_timescale", str(timescale_hz(rate))),
        *("-bitexact", "-f", "mp4"),
    ]
    return before, after


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeResult:
    """What a test encode showed.

    Args:
        name: of the family: ``nvenc``; ``software`` is what the others are compared with.
        encoder: FFmpeg's name.
        frames_per_s: at 1080p, the encoder's start included; 0 when it does not work.
        reason: why it does not work, in FFmpeg's words; empty when it does.
    """

    name: str
    encoder: str
    frames_per_s: float
    reason: str = ""

    @property
    def works(self) -> bool:
        """Whether it encoded the test film as it should."""
        return not self.reason


@dataclass(frozen=True, slots=True)
class Choice:
    """The encoder to use, ``software`` or a name of ``HARDWARE``, and why."""

    name: str
    reason: str


_SIZE = (1920, 1080)
_RATE = FrameRate(30)
_FRAMES = 45
"""Enough that starting the encoder does not hide its speed, few enough to be waited for."""
_TIMEOUT_S = 30
_MOST_ERROR = 8
"""Mean difference of luma from what was put in; x264 stays below 1, a green picture far above."""


def probe_hardware(
    ffmpeg: Ffmpeg,
    directory: Path,
    codec: VideoCodec = VideoCodec.H264,
    *,
    table: Mapping[str, Hardware] = HARDWARE,
) -> tuple[ProbeResult, ...]:
    """Try x264 and every family that has the codec; x264's result comes first.

    Takes about a second for each one that works. Others end at once, or after half a minute.

    Args:
        directory: private; nothing is left in it but logs.
    """
    candidates = {SOFTWARE: _X264, **table}
    return tuple(
        _probe(ffmpeg, directory, codec, name, hardware)
        for name, hardware in candidates.items()
        if codec in hardware.encoders
    )


def _probe(
    ffmpeg: Ffmpeg, directory: Path, codec: VideoCodec, name: str, hardware: Hardware
) -> ProbeResult:
    before, after = hardware_arguments(hardware, codec, size=_SIZE, rate=_RATE)
    path = directory / f"try-{name}.mp4"
    encoder = hardware.encoders[codec][0]
    start = time.perf_counter()
    try:
        ffmpeg.run(
            ["-loglevel", "error", *before, *after, path.name],
            directory=directory,
            feed=(frame.data for frame in _test_film()),
            timeout_s=_TIMEOUT_S,
            memory_bytes=HARDWARE_MEMORY_BYTES,
        )
        speed = _FRAMES / (time.perf_counter() - start)
        reason = _fault(path)
    except FfmpegFailed as error:
        speed, reason = 0.0, _first_words(error)
    finally:
        path.unlink(missing_ok=True)
    return ProbeResult(
        name=name, encoder=encoder, frames_per_s=0.0 if reason else speed, reason=reason
    )


def _first_words(error: FfmpegFailed) -> str:
    """The first thing FFmpeg complained of; what follows are consequences."""
    lines = [line.strip() for line in error.stderr_tail.splitlines() if line.strip()]
    if not lines:
        return error.message
    return re.sub(r"^(\[[^\]]*\] )+", "", lines[0])[:200]


def _test_film() -> Iterator[Plane]:
    """A soft pattern that moves by four pixels a frame, each frame in one block of planes.

    About as hard to encode as a film of drawn pictures: hardware takes equally long for anything,
    x264 does not, and would lose on noise.
    """
    import cv2
    import numpy as np

    width, height = _SIZE
    rows = height * 3 // 2
    coarse = np.random.default_rng(1).integers(40, 216, (rows // 80, width // 80), np.uint8)
    pattern = cv2.resize(coarse, (2 * width, rows), interpolation=cv2.INTER_CUBIC)
    for number in range(_FRAMES):
        yield np.ascontiguousarray(pattern[:, 4 * number : 4 * number + width])


def _fault(path: Path) -> str:
    """What is wrong with an encoded test film; empty when nothing is."""
    import av
    import numpy as np
    from av.error import FFmpegError

    height = _SIZE[1]
    errors = []
    try:
        with av.open(str(path), format="mov", options={"protocol_whitelist": "file"}) as container:
            for frame, wanted in zip(container.decode(video=0), _test_film(), strict=False):
                luma = frame.to_ndarray(format="yuv420p")[:height].astype(np.int16)
                errors.append(float(np.abs(luma - wanted[:height]).mean()))
    except (FFmpegError, IndexError, EOFError) as error:
        return f"What it wrote cannot be decoded: {error}"
    if len(errors) != _FRAMES:
        return f"It wrote {len(errors)} of {_FRAMES} frames"
    if max(errors) > _MOST_ERROR:
        return f"Its pictures are wrong: they differ by {max(errors):.0f} grey levels"
    return ""


def choose_encoder(wish: str, results: Sequence[ProbeResult]) -> Choice:
    """The encoder to use for a wish: ``software``, ``auto`` or a family's name.

    One that was asked for is used when it works, even when slower. Nothing is replaced silently:
    the reason says what was tried and what came of it.

    Raises:
        NotConfigured: the wish is no name that exists.
    """
    if wish not in (SOFTWARE, AUTO, *HARDWARE, *(result.name for result in results)):
        raise NotConfigured(
            f"{wish!r} is not an encoder.",
            hint=f"VIDEO_PLATFORM_ENCODER is one of {', '.join((SOFTWARE, AUTO, *HARDWARE))}.",
        )
    if wish == SOFTWARE:
        return Choice(SOFTWARE, "asked for")
    found = {result.name: result for result in results}
    if wish == AUTO:
        return _fastest(found)
    result = found.get(wish)
    if result is None:
        return Choice(SOFTWARE, f"{wish} was asked for and has no encoder of this codec")
    if not result.works:
        return Choice(SOFTWARE, f"{wish} was asked for and does not work: {result.reason}")
    return Choice(wish, "asked for")


def _fastest(found: Mapping[str, ProbeResult]) -> Choice:
    """Software unless a working encoder was faster on the same frames."""
    working = [result for result in found.values() if result.works]
    best = max(working, key=lambda result: result.frames_per_s, default=None)
    if best is None or best.name == SOFTWARE:
        tried = ", ".join(f"{r.name}: {_told(r)}" for r in found.values())
        return Choice(SOFTWARE, f"nothing is faster ({tried or 'nothing was tried'})")
    return Choice(best.name, f"the fastest, {_told(best)}")


def _told(result: ProbeResult) -> str:
    return f"{result.frames_per_s:.0f} frames/s" if result.works else result.reason
