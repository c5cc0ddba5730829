"""Hostile media, made from small whole files: each case is bytes, the type they claim, and whether
a platform may take them.

A case that may be taken is one whose hostile part nobody reads (words behind a picture's end); what
matters of it is that nothing else happens.
"""

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, PngImagePlugin

from video_platform.montage.runner import Ffmpeg

MP4, WEBM, WAV, FLAC = "video/mp4", "video/webm", "audio/wav", "audio/flac"
MP3, M4A, PNG, JPEG, WEBP = "audio/mpeg", "audio/mp4", "image/png", "image/jpeg", "image/webp"

_PICTURE = ("-f", "lavfi", "-i", "testsrc=s=64x48:r=10:d=1")
_TONE = ("-f", "lavfi", "-i", "sine=d=1:r=16000")
_H264 = ("-c:v", "libx264", "-pix_fmt", "yuv420p", "-g", "5")
_SAMPLES: dict[str, tuple[str, ...]] = {
    "a.mp4": (*_PICTURE, *_TONE, *_H264, "-movflags", "+faststart"),
    "a.webm": (*_PICTURE, *_TONE, "-c:v", "libvpx", "-c:a", "libopus"),
    "a.wav": _TONE,
    "a.flac": _TONE,
    "a.mp3": (*_TONE, "-c:a", "libmp3lame"),
    "a.m4a": (*_TONE, "-c:a", "aac"),
}
_TYPES = {"a.mp4": MP4, "a.webm": WEBM, "a.wav": WAV, "a.flac": FLAC, "a.mp3": MP3, "a.m4a": M4A}


@dataclass(frozen=True, slots=True)
class Case:
    """A file as somebody sends it."""

    name: str
    media_type: str
    content: bytes
    may_be_taken: bool = False


def make_samples(ffmpeg: Ffmpeg, directory: Path) -> dict[str, bytes]:
    """A small whole file of every type that is taken, by media type."""
    made = {}
    for name, arguments in _SAMPLES.items():
        ffmpeg.run([*arguments, name], directory=directory)
        made[_TYPES[name]] = (directory / name).read_bytes()
    for media_type, kind in ((PNG, "PNG"), (JPEG, "JPEG"), (WEBP, "WEBP")):
        buffer = io.BytesIO()
        Image.effect_noise((64, 48), 90).convert("RGB").save(buffer, kind)
        made[media_type] = buffer.getvalue()
    return made


def hostile_cases(
    samples: Mapping[str, bytes], ffmpeg: Ffmpeg, directory: Path, canary_url: str, canary: Path
) -> list[Case]:
    """All of them, the same ones each time.

    Args:
        canary_url: where a file may try to make us go.
        canary: a file outside of the upload that it may try to make us open.
    """
    makers: tuple[Callable[[], Iterator[Case]], ...] = (
        lambda: _cut_short(samples),
        lambda: _wrong_types(samples),
        lambda: _followers(samples, canary_url, canary),
        _picture_bombs,
        lambda: _headers_that_lie(samples),
        lambda: _beyond_limits(ffmpeg, directory),
        lambda: _polyglots(samples),
        lambda: _boxes(samples[MP4]),
        lambda: _wav_headers(samples[WAV]),
        lambda: _damaged(samples),
    )
    return [case for make in makers for case in make()]


def _cut_short(samples: Mapping[str, bytes]) -> Iterator[Case]:
    for kind, whole in samples.items():
        for percent in (5, 20, 50, 80):
            # A cut MP3 is a shorter MP3; of the WebM's second less is missing than is forgiven.
            yield Case(
                f"cut at {percent} % {kind}",
                kind,
                whole[: len(whole) * percent // 100],
                (kind == MP3 and percent > 20) or (kind == WEBM and percent == 80),
            )
        yield Case(f"nothing as {kind}", kind, b"")
        yield Case(f"first bytes only of {kind}", kind, whole[:16])
        yield Case(f"first bytes and zeros of {kind}", kind, whole[:16] + bytes(60_000))


def _wrong_types(samples: Mapping[str, bytes]) -> Iterator[Case]:
    """Each file under the next type's name."""
    kinds = list(samples)
    for kind, claimed in zip(kinds, [*kinds[1:], kinds[0]], strict=True):
        yield Case(f"{kind} as {claimed}", claimed, samples[kind])
    yield Case("picture as film", MP4, samples[PNG])
    yield Case("film as picture", PNG, samples[MP4])
    # Its sound is all that is asked for.
    yield Case("film as sound", M4A, samples[MP4], may_be_taken=True)
    yield Case("sound as film", MP4, samples[M4A])


def _followers(samples: Mapping[str, bytes], url: str, canary: Path) -> Iterator[Case]:
    """Files that name other files and addresses, bare and behind a film's first bytes."""
    documents = {
        "hls": f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{url}/a.ts\n#EXT-X-ENDLIST\n",
        "hls of a file": f"#EXTM3U\n#EXTINF:1,\nfile://{canary}\n#EXT-X-ENDLIST\n",
        "hls concat": f"#EXTM3U\n#EXTINF:1,\nconcat:{canary}|{url}\n#EXT-X-ENDLIST\n",
        "hls key": f'#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI="{url}/k"\n#EXTINF:1,\n{url}/a.ts\n',
        "ffconcat": f"ffconcat version 1.0\nfile '{canary}'\n",
        "ffconcat url": f"ffconcat version 1.0\nfile '{url}/a.mp4'\n",
        "dash": f'<?xml version="1.0"?><MPD><BaseURL>{url}/</BaseURL></MPD>',
        "svg": f'<svg xmlns="http://www.w3.org/2000/svg"><image href="{url}/a.png"/></svg>',
        "svg entity": f'<!DOCTYPE s [<!ENTITY x SYSTEM "file://{canary}">]><svg>&x;</svg>',
        "sdp": f"v=0\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nm=video 9 RTP/AVP 96\na={url}",
        "smil": f'<smil><body><video src="{url}/a.mp4"/></body></smil>',
        "subtitles": f"1\n00:00:00,000 --> 00:00:01,000\n<img src='{url}'>{canary}\n",
        "ass": f"[Script Info]\n[Fonts]\nfontname: {canary}\n[Events]\nDialogue: {url}\n",
        "image magick": f"push graphic-context\nimage over 0,0 0,0 '{url}/a'\npop graphic-context",
        "postscript": f"%!PS\n({canary}) (r) file\n",
        "filter script": f"movie={canary}[out0]",
    }
    for name, text in documents.items():
        yield Case(f"{name} as film", MP4, text.encode())
        yield Case(f"{name} behind a film's mark", MP4, samples[MP4][:8] + b"\n" + text.encode())
        yield Case(f"{name} as picture", PNG, text.encode())
    yield Case("picture that names a file", PNG, _png(8, 8, text={"XML:com.adobe.xmp": url}), True)
    for kind in (b"url ", b"alis", b"rsrc", b"urn "):
        yield Case(f"film that lies elsewhere: {kind!r}", MP4, _referring(samples[MP4], kind, url))


def _referring(film: bytes, kind: bytes, url: str) -> bytes:
    """The film with its media said to lie at ``url``: nothing of it is in the file any more."""
    entry = struct.pack(">I4sI", 12 + len(url) + 1, kind, 0) + url.encode() + b"\0"
    dref = struct.pack(">I4sII", 16 + len(entry), b"dref", 0, 1) + entry
    own = struct.pack(">I4sII", 28, b"dref", 0, 1) + struct.pack(">I4sI", 12, b"url ", 1)
    return film.replace(own, dref)


def _png(
    width: int, height: int, *, depth: int = 8, text: Mapping[str, str] | None = None
) -> bytes:
    """A PNG of any claimed size with little behind it."""
    rows = zlib.compress(bytes(min((width * depth // 8 * 3 + 1) * height, 4_000_000)))
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, 2, 0, 0, 0))]
    chunks += [
        (b"tEXt", f"{name}\0{value}".encode("latin-1")) for name, value in (text or {}).items()
    ]
    return _chunks([*chunks, (b"IDAT", rows), (b"IEND", b"")])


def _chunks(chunks: list[tuple[bytes, bytes]]) -> bytes:
    parts = [
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def _saved(image: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def _picture_bombs() -> Iterator[Case]:
    for width, height in (
        (30_000, 30_000),
        (65_535, 65_535),
        (2**31 - 1, 1),
        (1, 2**31 - 1),
        (2**31 - 1, 2**31 - 1),
        (0, 0),
        (0, 100),
        (9_000, 10),
        (8_192, 8_192),
    ):
        yield Case(f"png {width}x{height}", PNG, _png(width, height))
    giant = Image.new("1", (12_000, 12_000))
    yield Case("one-bit png of 144 megapixels", PNG, _saved(giant, "PNG"))
    yield Case("jpeg of 144 megapixels", JPEG, _saved(giant.convert("L"), "JPEG", quality=1))
    yield Case("webp of 16383 pixels", WEBP, _saved(Image.new("L", (16_383, 16)), "WEBP"))
    words = PngImagePlugin.PngInfo()
    words.add_text("bomb", "a" * 90_000_000, zip=True)
    yield Case("png of packed text", PNG, _saved(Image.new("L", (8, 8)), "PNG", pnginfo=words))
    profile = zlib.compress(bytes(200_000_000))
    header = (b"IHDR", struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0))
    pixels = (b"IDAT", zlib.compress(bytes(25 * 8)))
    end = (b"IEND", b"")
    yield Case(
        "png of a packed profile",
        PNG,
        _chunks([header, (b"iCCP", b"x\0\0" + profile), pixels, end]),
        may_be_taken=True,
    )
    packed = (b"IDAT", zlib.compress(bytes(300_000_000)))
    yield Case("png of more pixels than it has", PNG, _chunks([header, packed, end]), True)
    many = [(b"tEXt", b"k\0v")] * 100_000
    yield Case("png of 100000 words", PNG, _chunks([header, *many, pixels, end]), True)
    yield Case("png without pixels", PNG, _chunks([header, end]))
    yield Case("png without header", PNG, _chunks([pixels, end]))
    twice = [header, header, pixels, end]
    yield Case("png with two headers", PNG, _chunks(twice), may_be_taken=True)
    frames = [Image.new("L", (64, 64), shade) for shade in range(200)]
    moving = _saved(frames[0], "PNG", save_all=True, append_images=frames[1:])
    yield Case("png of 200 frames", PNG, moving, may_be_taken=True)


def _headers_that_lie(samples: Mapping[str, bytes]) -> Iterator[Case]:
    """A Matroska duration is a float: not a number, endless, negative, years."""
    film = samples[WEBM]
    place = film.find(b"\x44\x89\x88") + 3
    assert place > 3, "the sample has no duration of eight bytes"
    for name, value, taken in (
        ("not a number", float("nan"), True),
        ("endless", float("inf"), True),
        ("minus endless", float("-inf"), True),
        ("negative", -1e6, True),
        ("years", 1e14, False),
        ("tiny", 5e-324, True),
        ("largest", 1.7e308, True),
    ):
        lying = film[:place] + struct.pack(">d", value) + film[place + 8 :]
        yield Case(f"webm that lasts {name}", WEBM, lying, taken)


def _beyond_limits(ffmpeg: Ffmpeg, directory: Path) -> Iterator[Case]:
    """Real files that are more than is taken."""

    def made(name: str, *arguments: str) -> bytes:
        ffmpeg.run([*arguments, name], directory=directory)
        return (directory / name).read_bytes()

    one = ("-frames:v", "1")
    wide = ("-f", "lavfi", "-i", "color=s=4112x64:r=10:d=0.1")
    yield Case("film of 4112 pixels", MP4, made("wide.mp4", *wide, *_H264, *one))
    fast = ("-f", "lavfi", "-i", "color=s=64x64:r=240:d=0.5")
    yield Case("film of 240 frames a second", MP4, made("fast.mp4", *fast, *_H264))
    slow = ("-f", "lavfi", "-i", "color=s=64x64:r=1/200:d=1000")
    yield Case("film of 1000 seconds", MP4, made("long.mp4", *slow, *_H264))
    maps = [part for _ in range(9) for part in ("-map", "0")]
    yield Case("film of nine pictures", MP4, made("many.mp4", *_PICTURE, *maps, *_H264))
    sixteen = ("-f", "lavfi", "-i", "anullsrc=cl=hexadecagonal:r=8000:d=0.2", "-t", "0.2")
    yield Case("sound of sixteen channels", WAV, made("sixteen.wav", *sixteen))
    hour = ("-f", "lavfi", "-i", "anullsrc=cl=mono:r=8000:d=3600", "-t", "3600")
    yield Case("an hour of silence", FLAC, made("hour.flac", *hour))
    yield Case("film without sound as sound", M4A, made("mute.mp4", *_PICTURE, *_H264))
    only = made("only.mp4", *_TONE, "-c:a", "aac")
    yield Case("film without picture", MP4, only)
    for side in (64, 4608):
        large = ("-f", "lavfi", "-i", f"color=s={side}x{side}:r=5:d=0.4")
        (directory / f"{side}.h264").write_bytes(made(f"{side}.h264", *large, *_H264))
    both = (directory / "64.h264").read_bytes() + (directory / "4608.h264").read_bytes()
    (directory / "both.h264").write_bytes(both)
    grown = made("grown.mp4", "-f", "h264", "-i", "both.h264", "-c", "copy")
    yield Case("film that grows within", MP4, grown)
    chapters = ";FFMETADATA1\n" + "".join(
        f"[CHAPTER]\nTIMEBASE=1/10000\nSTART={n}\nEND={n + 1}\ntitle={n}\n" for n in range(10_000)
    )
    (directory / "chapters.txt").write_text(chapters)
    told = ("-f", "ffmetadata", "-i", "chapters.txt", "-map_metadata", "1", *_H264)
    yield Case("film of 10000 chapters", MP4, made("chapters.mp4", *_PICTURE, *told), True)
    words = ("-metadata", f"comment={'x' * 100_000}", *_H264)
    yield Case("film of long words", MP4, made("words.mp4", *_PICTURE, *words), True)


def _polyglots(samples: Mapping[str, bytes]) -> Iterator[Case]:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as writer:
        writer.writestr("../../escape", "x")
    tails = {
        "zip": archive.getvalue(),
        "script": b"<script>fetch('/')</script>",
        "php": b"<?php system($_GET[0]); ?>",
        "pdf": b"%PDF-1.7\n1 0 obj<<>>endobj\n%%EOF",
    }
    for kind in (PNG, JPEG, MP4, WAV):
        for name, tail in tails.items():
            yield Case(f"{kind} and {name}", kind, samples[kind] + tail, may_be_taken=True)
    for name, tail in tails.items():
        yield Case(f"{name} before a film", MP4, tail + samples[MP4])


def _boxes(film: bytes) -> Iterator[Case]:
    """An MP4 whose boxes lie about their sizes and counts."""
    for box in (b"moov", b"trak", b"mdia", b"stbl", b"stsz", b"stco", b"stts", b"stsd", b"mdat"):
        at = film.find(box) - 4
        for name, size in (("nothing", 0), ("four", 4), ("everything", 0xFFFFFFFF)):
            changed = film[:at] + struct.pack(">I", size) + film[at + 4 :]
            # The last box may reach to the end; sizes of unread boxes do no harm.
            yield Case(f"{box.decode()} as long as {name}", MP4, changed, may_be_taken=True)
    for box in (b"stsz", b"stco", b"stts", b"stsc", b"ctts"):
        at = film.find(box)
        count = at + (12 if box == b"stsz" else 8)
        changed = film[:count] + b"\xff\xff\xff\xff" + film[count + 4 :]
        yield Case(f"{box.decode()} of four billion entries", MP4, changed, may_be_taken=True)
    deep = b""
    for _ in range(5_000):
        deep = struct.pack(">I4s", len(deep) + 8, b"moov") + deep
    yield Case("boxes 5000 deep", MP4, film[:32] + deep)
    at = film.find(b"tkhd")
    turned = film[: at + 44] + b"\xff" * 36 + film[at + 80 :]
    yield Case("film turned by nonsense", MP4, turned, may_be_taken=True)


def _wav_headers(sound: bytes) -> Iterator[Case]:
    fields = {
        "no channels": (22, "<H", 0),
        "65535 channels": (22, "<H", 65_535),
        "no rate": (24, "<I", 0),
        "the largest rate": (24, "<I", 0xFFFFFFFF),
        "no bits": (34, "<H", 0),
        "65535 bits": (34, "<H", 65_535),
        "another codec": (20, "<H", 0xFFFE),
    }
    for name, (at, form, value) in fields.items():
        size = struct.calcsize(form)
        lying = sound[:at] + struct.pack(form, value) + sound[at + size :]
        yield Case(f"wav of {name}", WAV, lying, may_be_taken=value == 0xFFFFFFFF)


def _damaged(samples: Mapping[str, bytes]) -> Iterator[Case]:
    """Bits turned at random, the same each time: most break a file, none may break us."""
    chance = random.Random(10)
    for kind, whole in samples.items():
        for number in range(4):
            bytes_ = bytearray(whole)
            for _ in range(1 + len(bytes_) // 60):
                bytes_[chance.randrange(16, len(bytes_))] = chance.randrange(256)
            yield Case(f"damaged {kind} {number}", kind, bytes(bytes_), may_be_taken=True)
