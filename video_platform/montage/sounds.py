"""Reads sounds of every kind as one: stereo floats at the film's rate, a block at a time."""

import itertools
import math
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from video_platform.domain.media import Media
from video_platform.errors import MontageError
from video_platform.montage.probe import AUDIO_DEMUXERS, VIDEO_DEMUXERS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]
else:
    Samples = Any

_DEMUXER_OPTIONS = {"wav": {"max_size": "65536", "probesize": "4096"}}
"""Large packets, because a frame has a price in Python however short it is; and no search through
them for what a WAV's first bytes tell (25 ms a file)."""
_PREROLL_S = 0.5
"""A decoder that starts in the middle needs some packets to find its feet."""
_SHORT_MS = 50
"""So much less than the probe found is still the same sound; a frame of FLAC is longer."""
LOOKAHEAD_S = 0.02
"""So early a reader knows where its sound ends."""


class SoundReader:
    """One sound, read forward from ``start_ms`` on and played at ``speed_percent``, pitch kept.

    Its file is opened by the first ``read`` and closed by the last; ``close`` ends it early.

    Args:
        rate_hz: of the samples returned.
    """

    def __init__(
        self,
        path: Path,
        media: Media,
        *,
        rate_hz: int,
        start_ms: int = 0,
        speed_percent: int = 100,
    ) -> None:
        self._path = path
        self._media = media
        self._rate_hz = rate_hz
        self._start_s = start_ms / 1000
        self._speed = speed_percent / 100
        self._blocks = self._read_all()
        self._held: Samples | None = None
        self.left: int | None = None
        """Samples after those read, as soon as the end is near enough to be known."""

    def read(self, count: int) -> Samples:
        """The next ``count`` samples, shape (count, 2); fewer at the end of the sound.

        Raises:
            MontageError: the sound is damaged, cut short, or not of the kind it claims.
        """
        import numpy as np

        parts = [np.zeros((0, 2), np.float32) if self._held is None else self._held]
        held = len(parts[0])
        while held < count + LOOKAHEAD_S * self._rate_hz and self.left is None:
            block = next(self._blocks, None)
            if block is None:
                self.left = held
                break
            parts.append(block)
            held += len(block)
        joined = np.concatenate(parts)
        self._held = joined[count:]
        if self.left is not None:
            self.left = len(self._held)
        return joined[:count]

    def close(self) -> None:
        """Give the file back; what is left is not read."""
        self._blocks.close()
        self._held, self.left = None, 0

    def _read_all(self) -> "Generator[Samples]":
        import av
        from av.error import FFmpegError

        demuxer = {**VIDEO_DEMUXERS, **AUDIO_DEMUXERS}.get(self._media.media_type)
        if demuxer is None:
            raise self._failure(f"{self._media.media_type} is not a kind of sound")
        try:
            with av.open(
                str(self._path),
                format=demuxer,
                options={"protocol_whitelist": "file", **_DEMUXER_OPTIONS.get(demuxer, {})},
            ) as container:
                yield from self._decode(container)
        except (FFmpegError, ValueError) as error:
            raise self._failure(str(error)) from error

    def _decode(self, container: Any) -> "Iterator[Samples]":
        audio = next(iter(container.streams.audio), None)
        is_film = self._media.media_type in VIDEO_DEMUXERS
        if audio is None and not is_film:
            raise self._failure("no sound is in it")
        if audio is None:
            return  # a film without sound is silent
        # A frame that fails its checksum is left out, and missed at the end.
        audio.codec_context.options = {"err_detect": "crccheck+explode"}
        # Pictures and sound of a film count from the same zero.
        first = next(iter(container.streams.video), audio) if is_film else audio
        zero_s = float((first.start_time or 0) * (first.time_base or 0))
        if self._start_s > _PREROLL_S:
            before_s = self._start_s - _PREROLL_S + zero_s
            container.seek(round(before_s / audio.time_base), stream=audio)
        frames = _timed(container.decode(audio), zero_s)
        yield from self._at_speed(frames)

    def _at_speed(self, frames: Iterator[tuple[float, Any]]) -> "Iterator[Samples]":
        """The frames at our rate and speed, from the wanted time on."""
        import numpy as np

        first = next(frames, None)
        if first is None:
            return
        lead = round((first[0] - self._start_s) / self._speed * self._rate_hz)
        yield np.zeros((max(0, lead), 2), np.float32)
        drop, heard_s = max(0, -lead), 0.0
        graph = _conversion(first[1], self._rate_hz, self._speed)
        for _, frame in itertools.chain([first], frames, [(0.0, None)]):
            graph.push(frame)
            heard_s += frame.samples / frame.sample_rate if frame is not None else 0
            for block in _pulled(graph):
                yield block[drop:]
                drop = max(0, drop - len(block))
        claimed_ms = self._media.probe.duration_ms
        if self._media.media_type in AUDIO_DEMUXERS and claimed_ms - 1000 * heard_s > _SHORT_MS:
            raise self._failure(f"it holds {heard_s:.1f} of {claimed_ms / 1000:.1f} s")

    def _failure(self, why: str) -> MontageError:
        return MontageError(
            f"The sound {self._media.key} cannot be used: {why}.",
            hint="Make it again, or choose another file.",
        )


def _timed(frames: Iterator[Any], zero_s: float) -> Iterator[tuple[float, Any]]:
    """Each frame with its time in seconds; one without a time follows the one before."""
    time_s = 0.0
    for frame in frames:
        time_s = time_s if frame.pts is None else float(frame.pts * frame.time_base) - zero_s
        yield time_s, frame
        time_s += frame.samples / frame.sample_rate


def _conversion(first: Any, rate_hz: int, speed: float) -> Any:
    """FFmpeg's filters that bring frames like the first to our form."""
    from av.filter import Graph

    graph = Graph()
    last = graph.add_abuffer(
        sample_rate=first.sample_rate,
        format=first.format.name,
        layout=first.layout.name,
        time_base=first.time_base,
    )
    tempos = [("atempo", f"{tempo:.6f}") for tempo in _tempos(speed)]
    form = f"sample_fmts=flt:sample_rates={rate_hz}:channel_layouts=mono|stereo"
    for name, options in (*tempos, ("aformat", form), ("abuffersink", None)):
        following = graph.add(name, options)
        last.link_to(following)
        last = following
    graph.configure()
    return graph


def _tempos(speed: float) -> list[float]:
    """Factors of ``atempo`` that make up the speed: one alone goes down to 0.5, and up to 100."""
    halvings = max(0, math.ceil(-math.log2(speed)) - 1)
    rest = speed * 2**halvings
    return [0.5] * halvings + ([rest] if rest != 1 else [])


def _pulled(graph: Any) -> "Iterator[Samples]":
    """What the filters have ready, as stereo; one channel is heard equally on both sides."""
    import numpy as np
    from av.error import BlockingIOError as NotYet
    from av.error import EOFError as AtEnd

    while True:
        try:
            frame = graph.pull()
        except (NotYet, AtEnd):
            return
        samples = frame.to_ndarray().reshape(-1, frame.layout.nb_channels)
        yield np.repeat(samples, 2, axis=1) if samples.shape[1] == 1 else samples
