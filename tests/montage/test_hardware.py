"""Hardware encoders count only after a real encode; x264 takes over, and it is said why.

No such hardware is needed: software encoders stand in the table's place, on the same path.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from video_platform.domain.timing import FrameRate
from video_platform.errors import FfmpegFailed, NotConfigured
from video_platform.montage import hardware
from video_platform.montage.hardware import (
    HARDWARE,
    Choice,
    Hardware,
    ProbeResult,
    choose_encoder,
    hardware_arguments,
    probe_hardware,
)
from video_platform.montage.plan import VideoCodec
from video_platform.montage.runner import Ffmpeg

H264 = VideoCodec.H264
SIZE = (64, 48)
RATE = FrameRate(30_000, 1001)

BEFORE = [
    *("-f", "rawvideo", "-pix_fmt", "yuv420p", "-video_size", "64x48"),
    *("-framerate", "30000/1001", "-color_range", "tv", "-colorspace", "bt709"),
    *("-color_primaries", "bt709", "-color_trc", "bt709", "-i", "pipe:0"),
]
AFTER = [
    *("-bf", "0", "-g", "60", "-color_range", "tv", "-colorspace", "bt709"),
    *("-color_primaries", "bt709", "-color_trc", "bt709"),
]
FILE = ["-video_track_timescale", "30000", "-bitexact", "-f", "mp4"]
GOLDEN: Mapping[str, tuple[list[str], list[str]]] = {
    "nvenc": (
        BEFORE,
        [
            *("-c:v", "h264_nvenc", "-preset", "p4", "-tune", "hq", "-rc", "vbr", "-b:v", "0"),
            *("-cq", "23", "-profile:v", "high", *AFTER, "-tag:v", "avc1", *FILE),
        ],
    ),
    "videotoolbox": (
        BEFORE,
        [
            *("-c:v", "h264_videotoolbox", "-q:v", "65", "-profile:v", "high"),
            *(*AFTER, "-tag:v", "avc1", *FILE),
        ],
    ),
    "qsv": (
        BEFORE,
        [
            *("-vf", "format=nv12", "-c:v", "h264_qsv", "-preset", "medium"),
            *("-global_quality", "23", "-profile:v", "high", *AFTER, "-tag:v", "avc1", *FILE),
        ],
    ),
    "vaapi": (
        ["-vaapi_device", "/dev/dri/renderD128", *BEFORE],
        [
            *("-vf", "format=nv12,hwupload", "-c:v", "h264_vaapi", "-rc_mode", "CQP"),
            *("-qp", "22", "-profile:v", "high", *AFTER, "-tag:v", "avc1", *FILE),
        ],
    ),
    "amf": (
        BEFORE,
        [
            *("-c:v", "h264_amf", "-usage", "transcoding", "-quality", "balanced", "-rc", "cqp"),
            *("-qp_i", "21", "-qp_p", "23", "-profile:v", "high"),
            *(*AFTER, "-tag:v", "avc1", *FILE),
        ],
    ),
}
QUICK = Hardware(title="x264", encoders={H264: ("libx264", ("-preset", "ultrafast"))})
MISSING = Hardware(title="none", encoders={H264: ("h264_nobody", ())})


def result(name: str, speed: float = 0.0, reason: str = "") -> ProbeResult:
    return ProbeResult(name=name, encoder=name, frames_per_s=speed, reason=reason)


def frames(count: int) -> list[np.ndarray]:
    """Soft moving pictures in yuv420p, shape (rows of all planes, width)."""
    width, height = SIZE
    coarse = np.random.default_rng(1).integers(40, 216, (9, 16), np.uint8)
    pattern = cv2.resize(coarse, (2 * width, height * 3 // 2), interpolation=cv2.INTER_LINEAR)
    return [np.ascontiguousarray(pattern[:, n : n + width]) for n in range(count)]


@pytest.mark.parametrize("name", HARDWARE)
def test_arguments_are_these(name: str) -> None:
    assert hardware_arguments(HARDWARE[name], H264, size=SIZE, rate=RATE) == GOLDEN[name]


@pytest.mark.parametrize("codec", [VideoCodec.H264, VideoCodec.H265, VideoCodec.AV1])
def test_ffmpeg_knows_every_option_of_the_table(
    codec: VideoCodec, ffmpeg: Ffmpeg, tmp_path: Path
) -> None:
    """A wrong option is refused before the device is looked for, but for VA-API."""
    rows = [row for name, row in HARDWARE.items() if codec in row.encoders and name != "vaapi"]
    for row in rows:
        before, after = hardware_arguments(row, codec, size=SIZE, rate=RATE)
        said = words(ffmpeg, [*before, *after, "try.mp4"], tmp_path)
        assert not re.search(r"option|parse|constant|argument list", said, re.I), said


def words(ffmpeg: Ffmpeg, arguments: list[str], directory: Path) -> str:
    """What FFmpeg says to these arguments, fed with two frames."""
    feed = [frame.data for frame in frames(2)]
    try:
        return ffmpeg.run(["-loglevel", "error", *arguments], directory=directory, feed=feed)
    except FfmpegFailed as error:
        return error.stderr_tail


@pytest.mark.parametrize("upload", ["", "format=nv12"])
def test_segment_made_by_these_arguments_is_what_a_film_is_joined_from(
    upload: str, ffmpeg: Ffmpeg, tmp_path: Path
) -> None:
    fine = replace(QUICK, encoders={H264: ("libx264", ("-crf", "4"))}, upload=upload)
    before, after = hardware_arguments(fine, H264, size=SIZE, rate=RATE)
    pictures = frames(61)
    ffmpeg.run(
        [*before, *after, "segment.mp4"], directory=tmp_path, feed=[f.data for f in pictures]
    )
    path = str(tmp_path / "segment.mp4")
    with av.open(path, format="mov") as container:
        packets = [p for p in container.demux(video=0) if p.size]
        stream = container.streams.video[0]
        assert stream.time_base.denominator == 30_000
        assert [p.pts for p in packets] == [p.dts for p in packets] == [n * 1001 for n in range(61)]
        assert [n for n, p in enumerate(packets) if p.is_keyframe] == [0, 60]
        assert stream.codec_context.codec_tag == "avc1"
    with av.open(path, format="mov") as container:
        shown = list(container.decode(video=0))
    assert {(f.color_range, f.colorspace, f.color_primaries, f.color_trc) for f in shown} == {
        (1, 1, 1, 1)
    }
    for frame, picture in zip(shown, pictures, strict=True):
        found = frame.to_ndarray(format="yuv420p").astype(int)
        assert np.abs(found - picture).mean() < 1.5


def test_working_encoder_is_timed_beside_x264(ffmpeg: Ffmpeg, tmp_path: Path) -> None:
    software, quick = probe_hardware(ffmpeg, tmp_path, table={"quick": QUICK})
    assert (software.name, software.works, quick.name, quick.works) == (
        *("software", True),
        *("quick", True),
    )
    assert min(software.frames_per_s, quick.frames_per_s) > 0
    assert [p for p in tmp_path.iterdir() if p.suffix != ".log"] == []


def test_encoder_that_is_missing_is_refused_in_ffmpeg_s_words(
    ffmpeg: Ffmpeg, tmp_path: Path
) -> None:
    results = probe_hardware(ffmpeg, tmp_path, table={"missing": MISSING})
    missing = results[-1]
    assert not missing.works
    assert missing.frames_per_s == 0
    assert missing.reason == "Unknown encoder 'h264_nobody'"


def test_device_that_is_missing_is_refused_in_ffmpeg_s_words(
    ffmpeg: Ffmpeg, tmp_path: Path
) -> None:
    row = replace(HARDWARE["vaapi"], device=("-vaapi_device", "/dev/nowhere"))
    *_, found = probe_hardware(ffmpeg, tmp_path, table={"vaapi": row})
    assert "/dev/nowhere" in found.reason
    assert "@ 0x" not in found.reason


@pytest.mark.parametrize(
    ("options", "upload", "said"),
    [
        (("-frames:v", "40"), "", "40 of 45 frames"),
        ((), "lutyuv=y=128", "pictures are wrong"),
    ],
)
def test_encoder_that_writes_something_else_does_not_work(
    options: tuple[str, ...], upload: str, said: str, ffmpeg: Ffmpeg, tmp_path: Path
) -> None:
    """Some drivers lose frames or write green ones, and report success."""
    row = replace(QUICK, options=options, upload=upload)
    *_, found = probe_hardware(ffmpeg, tmp_path, table={"bad": row})
    assert said in found.reason


def test_encoder_that_hangs_is_given_up(
    ffmpeg: Ffmpeg, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hardware, "_TIMEOUT_S", 0.05)
    *_, found = probe_hardware(ffmpeg, tmp_path, table={"slow": QUICK})
    assert not found.works
    assert found.reason


@pytest.mark.parametrize("codec", [VideoCodec.H264, VideoCodec.H265, VideoCodec.AV1])
def test_every_codec_has_software_to_be_compared_with(
    codec: VideoCodec, ffmpeg: Ffmpeg, tmp_path: Path
) -> None:
    (software,) = probe_hardware(ffmpeg, tmp_path, codec, table={})
    assert (software.name, software.reason) == ("software", "")


def test_codec_that_a_family_lacks_is_not_tried(ffmpeg: Ffmpeg, tmp_path: Path) -> None:
    results = probe_hardware(ffmpeg, tmp_path, VideoCodec.VP9, table={"quick": QUICK})
    assert results == ()


SOFTWARE = result("software", 100)


@pytest.mark.parametrize(
    ("wish", "others", "chosen", "reason"),
    [
        ("software", [result("nvenc", 400)], "software", "asked for"),
        ("nvenc", [result("nvenc", 40)], "nvenc", "asked for"),
        ("nvenc", [result("nvenc", reason="no libcuda")], "software", "no libcuda"),
        ("nvenc", [result("qsv", 400)], "software", "no encoder of this codec"),
        ("auto", [result("nvenc", 400), result("qsv", 500)], "qsv", "500 frames/s"),
        ("auto", [result("nvenc", 90)], "software", "nvenc: 90 frames/s"),
        ("auto", [result("nvenc", reason="no libcuda")], "software", "no libcuda"),
        ("auto", [], "software", "nothing is faster"),
    ],
)
def test_choice_follows_the_wish_and_tells_why(
    wish: str, others: list[ProbeResult], chosen: str, reason: str
) -> None:
    choice = choose_encoder(wish, [SOFTWARE, *others])
    assert isinstance(choice, Choice)
    assert choice.name == chosen
    assert reason in choice.reason


def test_unknown_wish_names_the_possible_ones() -> None:
    with pytest.raises(NotConfigured, match=r"'gpu'.*nvenc"):
        choose_encoder("gpu", [SOFTWARE])
