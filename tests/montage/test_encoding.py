"""Every encoder of the table, with real frames."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from video_platform.domain.formats import Frame
from video_platform.domain.timing import FrameRate
from video_platform.montage.encoding import (
    SegmentEncoder,
    encode_frames,
    library_options,
    timescale_hz,
)
from video_platform.montage.motion import FrameBuffer
from video_platform.montage.plan import (
    EXPORT_ENCODERS,
    PREVIEW_ENCODER,
    EncoderSettings,
    VideoCodec,
)

FRAME = Frame(192, 108, 0.06, 0.06, 0.8, 0.94)
RATE = FrameRate(30, 1)
ALL = (EncoderSettings(), PREVIEW_ENCODER, *EXPORT_ENCODERS.values())
NAMES = [f"{settings.codec}-{settings.preset}" for settings in ALL]


def frames(count: int) -> Iterator[FrameBuffer]:
    """A bright bar that moves two pixels a frame, drawn into one buffer."""
    buffer = FrameBuffer(FRAME.width_px, FRAME.height_px)
    for number in range(count):
        buffer.planes[0][:] = 60
        buffer.planes[0][:, 2 * number : 2 * number + 8] = 200
        buffer.planes[1][:], buffer.planes[2][:] = 110, 150
        yield buffer


def encode(path: Path, settings: EncoderSettings, count: int = 75, rate: FrameRate = RATE) -> Path:
    encode_frames(frames(count), [SegmentEncoder(path, settings, FRAME, rate)])
    return path


def packets(path: Path) -> list[Any]:
    with av.open(str(path)) as container:
        return [packet for packet in container.demux(video=0) if packet.size]


@pytest.mark.parametrize("settings", ALL, ids=NAMES)
def test_every_frame_is_in_the_file_once_in_order(
    tmp_path: Path, settings: EncoderSettings
) -> None:
    path = encode(tmp_path / "a.mp4", settings)
    with av.open(str(path)) as container:
        shown = [
            (frame.pts, int(np.argmax(frame.to_ndarray(format="gray").astype(int).sum(axis=0))))
            for frame in container.decode(video=0)
        ]
    assert [pts for pts, _ in shown] == [n * 1000 for n in range(75)]
    assert all(abs(bar - (2 * n + 4)) <= 5 for n, (_, bar) in enumerate(shown))


@pytest.mark.parametrize("settings", ALL, ids=NAMES)
def test_groups_are_closed_two_seconds_long_and_start_the_file(
    tmp_path: Path, settings: EncoderSettings
) -> None:
    found = packets(encode(tmp_path / "a.mp4", settings))
    keys = [index for index, packet in enumerate(found) if packet.is_keyframe]
    assert keys == [0, 60]
    # Closed: nothing after a keyframe in the file is shown before it.
    assert all(packet.pts > found[60].pts for packet in found[61:])


@pytest.mark.parametrize("settings", ALL, ids=NAMES)
def test_colours_are_tagged_as_they_were_drawn(tmp_path: Path, settings: EncoderSettings) -> None:
    with av.open(str(encode(tmp_path / "a.mp4", settings, 5))) as container:
        context = container.streams.video[0].codec_context
        assert (context.color_range, context.colorspace, context.pix_fmt) == (1, 1, "yuv420p")
        assert (context.color_primaries, context.color_trc) == (1, 1)


@pytest.mark.parametrize("settings", ALL, ids=NAMES)
def test_the_same_frames_give_the_same_bytes(tmp_path: Path, settings: EncoderSettings) -> None:
    digests = {
        hashlib.sha256(encode(tmp_path / name, settings).read_bytes()).hexdigest()
        for name in ("a.mp4", "b.mp4")
    }
    assert len(digests) == 1


@pytest.mark.parametrize("settings", ALL, ids=NAMES)
@pytest.mark.parametrize("count", [1, 2, 3])
def test_shortest_segments_are_decoded_before_what_follows(
    tmp_path: Path, settings: EncoderSettings, count: int
) -> None:
    """Joined, a segment's last frame is decoded before the next one's first."""
    short = packets(encode(tmp_path / "a.mp4", settings, count))
    long = packets(encode(tmp_path / "b.mp4", settings, 40))
    assert short[-1].dts < long[0].dts + count * 1000
    assert all(packet.dts <= packet.pts for packet in short)


def test_one_drawing_feeds_several_encoders(tmp_path: Path) -> None:
    chosen = (EncoderSettings(), EXPORT_ENCODERS[next(iter(EXPORT_ENCODERS))])
    paths = [tmp_path / f"{settings.codec}.mp4" for settings in chosen]
    drawn = []

    def counted() -> Iterator[FrameBuffer]:
        for buffer in frames(20):
            drawn.append(1)
            yield buffer

    encoders = [
        SegmentEncoder(path, settings, FRAME, RATE)
        for path, settings in zip(paths, chosen, strict=True)
    ]
    assert encode_frames(counted(), encoders) == 20
    assert len(drawn) == 20
    assert [len(packets(path)) for path in paths] == [20, 20]


@pytest.mark.parametrize(
    ("rate", "tick"),
    [
        (FrameRate(30, 1), 1000),
        (FrameRate(25, 1), 1200),
        (FrameRate(24, 1), 1250),
        (FrameRate(30000, 1001), 1001),
        (FrameRate(60, 1), 500),
    ],
    ids=str,
)
def test_times_are_whole_ticks_at_every_rate(tmp_path: Path, rate: FrameRate, tick: int) -> None:
    found = packets(encode(tmp_path / "a.mp4", EncoderSettings(), 12, rate))
    assert sorted(packet.pts for packet in found) == [n * tick for n in range(12)]
    assert {packet.duration for packet in found} == {tick}
    assert found[0].time_base.denominator == timescale_hz(rate)


GOLDEN = {
    VideoCodec.H264: {
        "profile": "high",
        "flags": "+cgop",
        "crf": "21.5",
        "g": "60",
        "threads": "1",
        "preset": "veryfast",
        "x264-params": "ref=1:bframes=3:b-adapt=0:b-pyramid=none:subme=1:rc-lookahead=10:weightp=1:"
        "scenecut=0:open-gop=0:colorprim=bt709:transfer=bt709:colormatrix=bt709:range=tv",
    },
    VideoCodec.H265: {
        "crf": "24",
        "g": "60",
        "threads": "1",
        "preset": "superfast",
        "x265-params": "open-gop=0:scenecut=0:pools=none:frame-threads=1:log-level=none:"
        "colorprim=bt709:transfer=bt709:colormatrix=bt709:range=limited",
    },
    VideoCodec.AV1: {
        "crf": "35",
        "g": "60",
        "threads": "1",
        "preset": "8",
        "svtav1-params": "lp=1",
    },
    VideoCodec.VP9: {
        "deadline": "good",
        "row-mt": "0",
        "crf": "34",
        "g": "60",
        "threads": "1",
        "b": "0",
        "cpu-used": "5",
    },
}


@pytest.mark.parametrize(
    "settings", [EncoderSettings(), *EXPORT_ENCODERS.values()], ids=lambda s: s.codec
)
def test_each_encoder_is_opened_with_exactly_these_options(settings: EncoderSettings) -> None:
    assert library_options(settings, RATE) == GOLDEN[settings.codec]
