"""Looks at media by decoding them to the end: a header is a claim, not a proof."""

import json
from pathlib import Path
from typing import Any

from video_platform.domain.media import Probe
from video_platform.errors import ProbeFailed, UnsupportedMedia

MAX_SIDE_PX = 8192
MAX_PIXELS = 50_000_000
"""A few kilobytes of PNG can claim gigapixels; nothing a film needs is larger than this."""

VIDEO_DEMUXERS = {"video/mp4": "mov", "video/webm": "matroska"}
"""FFmpeg's reader by media type: it is forced, so that no file is taken for another kind."""
AUDIO_DEMUXERS = {
    "audio/wav": "wav",
    "audio/flac": "flac",
    "audio/mpeg": "mp3",
    "audio/mp4": "mov",
}

_DECODE_THREADS = 4
_RIFF_BYTES = 12
_UNKNOWN_BYTES = 0x7FFF_0000


def probe_media(path: Path, media_type: str) -> Probe:
    """What a full decode of ``path`` finds. Documents (JSON, captions) only have to be readable.

    Raises:
        ProbeFailed: the file is damaged or cut short.
        UnsupportedMedia: it is not of the type it claims, or larger than anything we take.
    """
    if media_type == "application/json":
        try:
            json.loads(path.read_bytes())
        except ValueError as error:
            raise ProbeFailed(
                f"{path.name} is not JSON: {error}.",
                hint="Make it again; what was delivered cannot be used.",
            ) from error
        return Probe()
    if media_type.startswith("image/"):
        return _probe_image(path, media_type)
    if media_type == "audio/wav":
        _refuse_short_wav(path)
    demuxer = VIDEO_DEMUXERS.get(media_type) or AUDIO_DEMUXERS.get(media_type)
    if demuxer is None:
        raise UnsupportedMedia(
            f"{media_type} is not a kind of media the platform reads.",
            hint="Give PNG, JPEG, WebP, MP4, WebM, WAV, FLAC, MP3 or M4A.",
        )
    return _probe_stream(path, demuxer, is_video=media_type in VIDEO_DEMUXERS)


def _probe_image(path: Path, media_type: str) -> Probe:
    import warnings

    from PIL import Image

    kind = media_type.removeprefix("image/").upper()
    try:
        with warnings.catch_warnings():
            # Pillow's own limit is looser than ours and only warns.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(path, formats=[kind])
        with image:
            width, height = image.size
            if max(width, height) > MAX_SIDE_PX or width * height > MAX_PIXELS:
                raise UnsupportedMedia(
                    f"{path.name} is {width} x {height} pixels large.",
                    hint=f"At most {MAX_SIDE_PX} pixels a side are taken.",
                )
            image.load()
    except Image.DecompressionBombError as error:
        raise UnsupportedMedia(
            f"{path.name} is too large a picture: {error}",
            hint=f"At most {MAX_SIDE_PX} pixels a side are taken.",
        ) from error
    except (OSError, SyntaxError, ValueError) as error:
        raise ProbeFailed(
            f"{path.name} is not a whole {kind} picture: {error}.",
            hint="Make it again; what was delivered cannot be used.",
        ) from error
    return Probe(width_px=width, height_px=height)


def _probe_stream(path: Path, demuxer: str, *, is_video: bool) -> Probe:
    import av
    from av.error import FFmpegError

    try:
        # The demuxer is forced: a playlist under a film's name must not open other files.
        with av.open(
            str(path), format=demuxer, options={"protocol_whitelist": "file"}
        ) as container:
            return _decode(container, path, is_video=is_video)
    except (FFmpegError, ValueError, EOFError) as error:
        raise ProbeFailed(
            f"{path.name} cannot be decoded to its end: {error}.",
            hint="Make it again; a part of it is damaged or missing.",
        ) from error


def _decode(container: Any, path: Path, *, is_video: bool) -> Probe:
    """Decode every packet of the first video and audio stream, errors being fatal."""
    refuse_undecodable(container)
    video = container.streams.video[0] if container.streams.video else None
    audio = container.streams.audio[0] if container.streams.audio else None
    if (video if is_video else audio) is None:
        raise ProbeFailed(
            f"{path.name} has no {'picture' if is_video else 'sound'}.",
            hint="Make it again; what was delivered cannot be used.",
        )
    chosen = [stream for stream in (video if is_video else None, audio) if stream is not None]
    for stream in chosen:
        # A film may state a small picture first and a giant one later.
        stream.codec_context.options = {"err_detect": "explode", "max_pixels": str(MAX_PIXELS)}
        stream.thread_type = "AUTO"
        # Each thread holds frames of its own: on many cores they would pass any bound of memory.
        stream.codec_context.thread_count = _DECODE_THREADS
    frames = samples = 0
    for frame in container.decode(*chosen):
        if hasattr(frame, "samples"):
            samples += frame.samples
        else:
            frames += 1
            if video and (frame.width, frame.height) != (video.width, video.height):
                raise UnsupportedMedia(
                    f"{path.name} changes its size within, to {frame.width} x {frame.height}.",
                    hint="Export it again at one size.",
                )
    if is_video and not frames:
        raise ProbeFailed(
            f"{path.name} holds no frame that can be decoded.",
            hint="Make it again; what was delivered cannot be used.",
        )
    claimed_ms = round((container.duration or 0) / 1000)
    rate = video.average_rate if video is not None and is_video else None
    sound_ms = round(1000 * samples / audio.rate) if audio is not None and audio.rate else 0
    found_ms = round(1000 * frames / rate) if rate else sound_ms
    _refuse_short(path, claimed_ms, found_ms)
    return Probe(
        width_px=video.width if video is not None and is_video else 0,
        height_px=video.height if video is not None and is_video else 0,
        duration_ms=found_ms,
        frames=frames,
        frame_rate=f"{rate.numerator}/{rate.denominator}" if rate else "",
        sample_rate_hz=audio.rate if audio is not None else 0,
        channels=audio.channels if audio is not None else 0,
    )


def refuse_undecodable(container: Any) -> None:
    """Refuse a container with pictures or sound that nothing here can decode.

    Raises:
        ProbeFailed: names how many.
    """
    unknown = [
        s for s in (*container.streams.video, *container.streams.audio) if s.codec_context is None
    ]
    if unknown:
        raise ProbeFailed(
            f"{len(unknown)} of the file's streams are of a kind that cannot be decoded.",
            hint="Export it again with common settings: H.264 and AAC, or plain PCM.",
        )


def _refuse_short(path: Path, claimed_ms: int, found_ms: int) -> None:
    """A file cut short still claims its whole length in its header."""
    if found_ms == 0 or claimed_ms - found_ms > max(250, claimed_ms // 50):
        raise ProbeFailed(
            f"{path.name} claims {claimed_ms} ms and holds {found_ms} ms.",
            hint="Make it again; the rest of it is missing.",
        )


def _refuse_short_wav(path: Path) -> None:
    """FFmpeg believes the file's size over its header: a WAV cut short would pass as a short one.

    Services that stream do not know the size when they write the header; they state the largest, or
    none.
    """
    with path.open("rb") as reader:
        reader.seek(_RIFF_BYTES)
        whole = path.stat().st_size
        while len(head := reader.read(8)) == 8:
            size = int.from_bytes(head[4:], "little")
            if head[:4] == b"data":
                missing = size - (whole - reader.tell())
                if missing > 0 and size < _UNKNOWN_BYTES:
                    raise ProbeFailed(
                        f"{path.name} lacks {missing} of {size} bytes of sound.",
                        hint="Make it again; the rest of it is missing.",
                    )
                return
            reader.seek(size + size % 2, 1)
