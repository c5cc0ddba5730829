"""A film that can be watched while it is rendered: finished segments become HLS parts at once.

A part is one MPEG transport stream of one or more whole segments and the sound that goes with
them, by stream copy. All parts continue one another: times count from the film's start and the
transport stream's packet counters run on, so that players need no discontinuity marks::

    segments   | body 1 |tr|   body 2   |tr| body 3 |
    parts      |   0    |      1        |     2     |      (no part under two seconds but the last)
    sound      |aac|aac|aac|aac|aac|aac|aac|aac|aac|       (each packet in the part it begins in)

The playlist grows by one line a part (RFC 8216, type EVENT) and is closed by ``finish``.
"""

import heapq
import itertools
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from video_platform.disk import storage_errors, write_atomically
from video_platform.domain.formats import Format
from video_platform.errors import MediaMissing, MontageError
from video_platform.montage.plan import FilmPlan

if TYPE_CHECKING:
    import av

    Packet = av.Packet[Any]
else:
    Packet = Any

PLAYLIST = "index.m3u8"
MEDIA_TYPES = {"m3u8": "application/vnd.apple.mpegurl", "ts": "video/mp2t"}
"""Of published files by the ending of their names (RFC 8216, sections 3.2 and 4)."""

_SHORTEST_S = 2
"""Players fetch and prepare each part apart; shorter ones cost more than they bring."""
_CLOCK_HZ = 90_000
"""Of every transport stream (ISO/IEC 13818-1)."""
_REORDER_FRAMES = 2
"""How many frames decoding runs ahead of showing; x264's most, with B-frames used as references."""
_PACKET_BYTES = 188
_MUXER = {
    "fflags": "+bitexact",
    # The start of the film has times below zero: a codec's delay. They must not move one part only;
    # the muxer's own delay lifts all parts alike, by twice this many microseconds.
    "avoid_negative_ts": "disabled",
    "max_delay": "700000",
}


@dataclass(frozen=True, slots=True)
class Part:
    """A run of whole segments that is published as one file."""

    name: str
    segments: range
    start_frame: int
    frames: int


_NAME = re.compile(r"index\.m3u8|[0-9a-f]{12}-[0-9]{4,}\.ts")


def preview_key(project: str, ratio: Format, name: str) -> str:
    """Where a published file is stored.

    Raises:
        MediaMissing: no writer publishes a file of this name.
    """
    if not _NAME.fullmatch(name):
        raise MediaMissing(
            f"{name!r} is not a file of a preview.", hint=f"Begin with the playlist, {PLAYLIST}."
        )
    return f"previews/{project}/{ratio.slug}/{name}"


def plan_parts(plan: FilmPlan) -> tuple[Part, ...]:
    """The film's parts in order. Pure: the same plan gives the same names and limits.

    The name holds the plan's key, so a part never changes under its name.
    """
    shortest = _SHORTEST_S * plan.rate.fraction
    parts: list[Part] = []
    first = 0
    for index, segment in enumerate(plan.segments):
        start = plan.segments[first].start_frame
        frames = segment.start_frame + segment.frames - start
        if frames >= shortest or index == len(plan.segments) - 1:
            name = f"{plan.key[:12]}-{len(parts):04}.ts"
            parts.append(Part(name, range(first, index + 1), start, frames))
            first = index + 1
    return tuple(parts)


class HlsWriter:
    """Publishes a film's parts in order, whatever the order its segments are finished in.

    Args:
        sound: the film's sound (AAC in MP4), or nothing when it is still being mixed.
        publish: called with a name and a file, for a part first and then for the playlist that
            lists it; from the thread that completed the part, never from two at once.
        directory: private to this writer; parts are left in it.
    """

    def __init__(
        self,
        plan: FilmPlan,
        sound: Path | None,
        publish: Callable[[str, Path], None],
        directory: Path,
    ) -> None:
        self._plan = plan
        self._parts = plan_parts(plan)
        self._publish = publish
        self._directory = directory
        self._segments: dict[int, Path] = {}
        self._sound: _Sound | None = None
        self._written = 0
        self._counters: dict[int, int] = {}
        self._lock = threading.Lock()
        if sound is not None:
            self.sound_ready(sound)

    def sound_ready(self, path: Path) -> None:
        """The film's sound is mixed. Parts wait for it, as a part without it would stay silent."""
        with self._lock:
            self._sound = _Sound(path)
            self._advance()

    def segment_ready(self, index: int, path: Path) -> None:
        """A segment (MP4, one H.264 track from time 0) is finished; ``path`` has to stay.

        Raises:
            MontageError: it cannot be copied.
            StorageFull: no room for the part.
        """
        with self._lock:
            self._segments[index] = path
            self._advance()

    def finish(self) -> None:
        """Close the playlist: the film has no more parts.

        Raises:
            MontageError: a segment or the sound never came.
        """
        with self._lock:
            if self._written < len(self._parts):
                raise MontageError(
                    f"The preview has {self._written} of {len(self._parts)} parts; "
                    f"{self._parts[self._written].name} waits for a segment or the sound."
                )
            self._publish_playlist(is_ended=True)
            if self._sound is not None:
                self._sound.close()

    def _advance(self) -> None:
        """Publish every part whose turn it is and whose segments are there."""
        while self._sound is not None and self._written < len(self._parts):
            part = self._parts[self._written]
            if not all(index in self._segments for index in part.segments):
                return
            path = self._write(part, self._sound)
            self._written += 1
            self._publish(part.name, path)
            self._publish_playlist(is_ended=False)

    def _publish_playlist(self, *, is_ended: bool) -> None:
        path = self._directory / PLAYLIST
        text = playlist(self._plan, self._parts, self._written, is_ended=is_ended)
        write_atomically(path, text.encode())
        self._publish(PLAYLIST, path)

    def _write(self, part: Part, sound: "_Sound") -> Path:
        from av.error import FFmpegError

        path = self._directory / part.name
        try:
            with storage_errors(self._directory):
                self._mux(part, sound, path)
                _continue_counters(path, self._counters)
        except FFmpegError as error:
            raise MontageError(f"{part.name} of the preview cannot be made: {error}.") from error
        return path

    def _mux(self, part: Part, sound: "_Sound", path: Path) -> None:
        """Copy the part's pictures and sound into one file, in the order of decoding."""
        import av

        end = self._plan.rate.seconds(part.start_frame + part.frames)
        is_last = part is self._parts[-1]
        with (
            _open(self._segments[part.segments[0]]) as template,
            av.open(str(path), "w", format="mpegts", options=_MUXER) as target,
        ):
            video = target.add_stream_from_template(template.streams.video[0])
            audio = target.add_stream_from_template(sound.stream)
            pictures = ((packet, video) for packet in self._pictures(part))
            sounds = ((packet, audio) for packet in sound.until(None if is_last else end))
            for packet, stream in heapq.merge(pictures, sounds, key=lambda pair: _time(pair[0])):
                packet.stream = stream
                target.mux(packet)

    def _pictures(self, part: Part) -> Iterator[Packet]:
        """The part's video packets on the film's clock.

        Decoding times are counted anew: what an encoder writes depends on how many frames the
        segment has, and would step back behind a very short one.
        """
        rate = self._plan.rate
        for index in part.segments:
            start = self._plan.segments[index].start_frame
            with _open(self._segments[index]) as source:
                packets = (packet for packet in source.demux(video=0) if packet.size)
                for count, packet in enumerate(packets):
                    frame = round((packet.pts or 0) * packet.time_base * rate.fraction)
                    packet.time_base = Fraction(1, _CLOCK_HZ)
                    packet.pts = round(rate.seconds(start + frame) * _CLOCK_HZ)
                    packet.dts = round(rate.seconds(start + count - _REORDER_FRAMES) * _CLOCK_HZ)
                    yield packet


class _Sound:
    """The film's sound, read once from its start to its end."""

    def __init__(self, path: Path) -> None:
        self._container = _open(path)
        self.stream = self._container.streams.audio[0]
        self._packets: Iterator[Packet] = (
            packet for packet in self._container.demux(self.stream) if packet.size
        )

    def until(self, end_s: Fraction | None) -> Iterator[Packet]:
        """The packets not given yet that begin before ``end_s``; all that are left without it."""
        for packet in self._packets:
            if end_s is not None and _time(packet) >= end_s:
                self._packets = itertools.chain([packet], self._packets)
                return
            yield packet

    def close(self) -> None:
        """Let go of the file."""
        self._container.close()


def _open(path: Path) -> Any:
    import av

    return av.open(str(path), format="mov", options={"protocol_whitelist": "file"})


def _time(packet: Packet) -> Fraction:
    """When the packet is decoded, in seconds of the film."""
    return Fraction((packet.dts or 0) * packet.time_base)


def _continue_counters(path: Path, counters: dict[int, int]) -> None:
    """Let the part's packet counters go on from the part before; ``counters`` is kept up.

    Each part is a file of its own to the muxer and starts counting at zero. To a receiver such a
    step means lost packets, and it may drop the picture that it finds there.
    """
    import numpy as np

    packets = np.fromfile(path, np.uint8).reshape(-1, _PACKET_BYTES)
    streams = (packets[:, 1] & 0x1F).astype(int) << 8 | packets[:, 2]
    for stream in np.unique(streams).tolist():
        chosen = streams == stream
        header = packets[chosen, 3]
        count = (header & 0x0F) + counters.get(stream, 0)
        packets[chosen, 3] = header & 0xF0 | count & 0x0F
        counters[stream] = int(count[-1] + 1) & 0x0F
    packets.tofile(path)


def playlist(plan: FilmPlan, parts: tuple[Part, ...], count: int, *, is_ended: bool) -> str:
    """The media playlist (RFC 8216) that lists the first ``count`` parts.

    The target duration is that of the whole film's longest part from the beginning: it must not
    change while a player follows.
    """
    longest = max(plan.rate.seconds(part.frames) for part in parts)
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:3",
        f"#EXT-X-TARGETDURATION:{-(-longest // 1)}",
        "#EXT-X-MEDIA-SEQUENCE:0",
        "#EXT-X-PLAYLIST-TYPE:EVENT",
        "#EXT-X-INDEPENDENT-SEGMENTS",
    ]
    for part in parts[:count]:
        lines += [f"#EXTINF:{float(plan.rate.seconds(part.frames)):.6f},", part.name]
    return "\n".join([*lines, *(["#EXT-X-ENDLIST"] if is_ended else []), ""])
