"""Small real media, made once per run: they decode to their last packet."""

import io
import struct
import wave
import zlib
from fractions import Fraction
from functools import cache

_SIDE = 64
_RATE = 24_000


@cache
def png(width: int = _SIDE, height: int = _SIDE) -> bytes:
    """A picture of one gradient, lossless."""
    return _picture("PNG", width, height)


@cache
def jpg(width: int = _SIDE, height: int = _SIDE) -> bytes:
    """The same as a photograph."""
    return _picture("JPEG", width, height)


@cache
def webp(width: int = _SIDE, height: int = _SIDE) -> bytes:
    """The same as the web has it."""
    return _picture("WEBP", width, height)


@cache
def wav(seconds: float = 1.0, rate: int = _RATE) -> bytes:
    """A quiet tone, 16 bits, mono."""
    kept = io.BytesIO()
    with wave.open(kept, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(rate)
        writer.writeframes(_tone(seconds, rate))
    return kept.getvalue()


@cache
def mp3(seconds: float = 1.0) -> bytes:
    """The tone as MP3."""
    return _sound("mp3", "mp3", "s16p", seconds)


@cache
def m4a(seconds: float = 1.0) -> bytes:
    """The tone as AAC in MP4."""
    return _sound("ipod", "aac", "fltp", seconds)


@cache
def flac(seconds: float = 1.0) -> bytes:
    """The tone without loss."""
    return _sound("flac", "flac", "s16", seconds)


@cache
def mp4(seconds: float = 1.0, width: int = _SIDE, height: int = _SIDE) -> bytes:
    """Moving bars with the tone beside them, H.264 and AAC."""
    return _film("mp4", "libx264", "aac", seconds, width, height)


@cache
def webm(seconds: float = 1.0, width: int = _SIDE, height: int = _SIDE) -> bytes:
    """The same as VP9 and Opus."""
    return _film("webm", "libvpx-vp9", "libopus", seconds, width, height)


BY_TYPE = {
    "image/png": png,
    "image/jpeg": jpg,
    "image/webp": webp,
    "audio/wav": wav,
    "audio/mpeg": mp3,
    "audio/mp4": m4a,
    "audio/flac": flac,
    "video/mp4": mp4,
    "video/webm": webm,
}
"""What makes a small medium of each type."""


def bomb_png(width: int = 100_000, height: int = 100_000) -> bytes:
    """A few bytes that claim to be an enormous picture."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        summed = kind + content
        return struct.pack(">I", len(content)) + summed + struct.pack(">I", zlib.crc32(summed))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0" * 64))
        + chunk(b"IEND", b"")
    )


def _tone(seconds: float, rate: int) -> bytes:
    """A note struck twice a second: an even tone would be taken for clipped sound."""
    import numpy as np

    times = np.arange(round(seconds * rate)) / rate
    strength = 800 + 16_000 * np.exp(-20 * (times % 0.5))
    return bytes((np.sin(times * 440 * 2 * np.pi) * strength).astype("<i2").tobytes())


def _picture(kind: str, width: int, height: int) -> bytes:
    import numpy as np
    from PIL import Image

    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[..., 0] = np.linspace(0, 255, width).astype(np.uint8)
    pixels[..., 1] = np.linspace(0, 255, height).astype(np.uint8)[:, None]
    kept = io.BytesIO()
    Image.fromarray(pixels).save(kept, kind)
    return kept.getvalue()


def _sound(container: str, codec: str, layout: str, seconds: float) -> bytes:
    import av

    kept = io.BytesIO()
    with av.open(kept, "w", format=container) as writer:
        stream = writer.add_stream(codec, rate=_RATE, layout="mono", format=layout)
        _write_tone(writer, stream, seconds, _RATE)
    return kept.getvalue()


def _film(
    container: str, video_codec: str, audio_codec: str, seconds: float, width: int, height: int
) -> bytes:
    import av
    import numpy as np

    kept = io.BytesIO()
    rate = 48_000 if audio_codec == "libopus" else _RATE
    with av.open(kept, "w", format=container) as writer:
        video = writer.add_stream(video_codec, rate=12)
        video.width, video.height, video.pix_fmt = width, height, "yuv420p"
        audio = writer.add_stream(audio_codec, rate=rate, layout="mono")
        for number in range(max(1, round(seconds * 12))):
            pixels = np.full((height, width, 3), 40, np.uint8)
            pixels[:, number * 3 % width] = 220
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, 12)
            writer.mux(video.encode(frame))
        writer.mux(video.encode(None))
        _write_tone(writer, audio, seconds, rate)
    return kept.getvalue()


def _write_tone(writer: object, stream: object, seconds: float, rate: int) -> None:
    import av
    import numpy as np

    samples = np.frombuffer(_tone(seconds, rate), "<i2").reshape(1, -1)
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples), format="s16", layout="mono")
    frame.sample_rate, frame.pts = rate, 0
    writer.mux(stream.encode(frame))  # type: ignore[attr-defined]
    writer.mux(stream.encode(None))  # type: ignore[attr-defined]
