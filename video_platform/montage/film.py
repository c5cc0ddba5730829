"""From plan to film: missing segments side by side, sound beside them, joined by stream copy."""

import threading
from collections.abc import Callable
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from video_platform.errors import MontageError
from video_platform.montage.audio import Loudness, MixedAudio, measure, mix_audio
from video_platform.montage.motion import FrameBuffer, StillCache
from video_platform.montage.plan import FilmPlan, Segment
from video_platform.montage.runner import Ffmpeg
from video_platform.montage.segments import (
    MediaPath,
    first_frame,
    link_or_copy,
    render_segment,
    timescale_hz,
)

Progress = Callable[[int, int], None]
"""Called with frames done and frames in all; from any thread, often."""


class SegmentStore(Protocol):
    """Where finished segments and mixes are kept, by key."""

    def get(self, key: str, directory: Path) -> Path | None:
        """A local file of it (made in ``directory`` if need be), or nothing."""
        ...

    def put(self, key: str, path: Path) -> None:
        """Keep it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedFilm:
    """A finished film in the attempt's directory, and what it took."""

    path: Path
    poster_path: Path
    frames: int
    integrated_lufs: float
    true_peak_dbtp: float
    segments_rendered: int
    segments_reused: int


def render_film(
    plan: FilmPlan,
    *,
    media_path: MediaPath,
    segments: SegmentStore,
    directory: Path,
    ffmpeg: Ffmpeg,
    progress: Progress,
    max_workers: int,
) -> RenderedFilm:
    """Render what the store does not hold, join it, and check the result.

    Args:
        directory: empty and private to this attempt; the film is left in it.
        max_workers: segments encoded at once, one thread each.

    Raises:
        FfmpegFailed, StorageFull, MontageError: no film; finished segments are kept in the store.
    """
    parts = directory / "parts"
    parts.mkdir()
    found = {
        index: path
        for index, segment in enumerate(plan.segments)
        if (path := segments.get(segment.key, parts)) is not None
    }
    counter = _Counter(plan, found, progress)
    sound = _make(plan, found, counter, media_path, segments, directory, ffmpeg, max_workers)
    film = _join(plan, found, sound.path, directory, ffmpeg)
    _check(plan, film)
    return RenderedFilm(
        path=film,
        poster_path=_poster(plan, media_path, directory),
        frames=plan.frames,
        integrated_lufs=sound.loudness.integrated_lufs,
        true_peak_dbtp=sound.loudness.true_peak_dbtp,
        segments_rendered=counter.rendered,
        segments_reused=len(plan.segments) - counter.rendered,
    )


class _Counter:
    """Frames done, counted by all workers."""

    def __init__(self, plan: FilmPlan, found: dict[int, Path], progress: Progress) -> None:
        self.rendered = len(plan.segments) - len(found)
        self._total = plan.frames
        self._done = sum(plan.segments[index].frames for index in found)
        self._progress = progress
        self._lock = threading.Lock()
        progress(self._done, self._total)

    def frame(self) -> None:
        """One more."""
        with self._lock:
            self._done += 1
            done = self._done
        if done % 15 == 0 or done == self._total:
            self._progress(done, self._total)


def _make(
    plan: FilmPlan,
    found: dict[int, Path],
    counter: _Counter,
    media_path: MediaPath,
    segments: SegmentStore,
    directory: Path,
    ffmpeg: Ffmpeg,
    max_workers: int,
) -> MixedAudio:
    """Fill ``found`` with every segment and return the sound; stop everything on a failure."""
    import cv2

    cv2.setNumThreads(1)  # the workers are the parallelism
    stills = StillCache(size=max_workers + 2)
    pool = ThreadPoolExecutor(max_workers=max_workers, thread_name_prefix="montage")

    def render(index: int, segment: Segment) -> None:
        place = directory / f"segment-{index}"
        place.mkdir()
        path = render_segment(
            segment,
            plan,
            stills=stills,
            media_path=media_path,
            ffmpeg=ffmpeg,
            directory=place,
            on_frame=counter.frame,
        )
        _check_frames(path, segment.frames)
        segments.put(segment.key, path)
        found[index] = path

    try:
        sound = pool.submit(_sound, plan, media_path, segments, directory, ffmpeg)
        # In the film's order, so that its beginning can be watched first.
        work: list[Future[Any]] = [
            pool.submit(render, index, segment)
            for index, segment in enumerate(plan.segments)
            if index not in found
        ]
        done, _ = wait([sound, *work], return_when=FIRST_EXCEPTION)
        for future in done:
            future.result()
        return sound.result()
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        ffmpeg.stop_all()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _sound(
    plan: FilmPlan,
    media_path: MediaPath,
    segments: SegmentStore,
    directory: Path,
    ffmpeg: Ffmpeg,
) -> MixedAudio:
    """The film's sound from the store, or mixed now."""
    place = directory / "sound"
    place.mkdir()
    kept = segments.get(plan.audio.key, place)
    if kept is None:
        mixed = mix_audio(
            plan.audio, plan.settings, media_path=media_path, ffmpeg=ffmpeg, directory=place
        )
        segments.put(plan.audio.key, mixed.path)
        return mixed
    path = place / "kept.m4a"
    link_or_copy(kept, path)
    loudness: Loudness = measure(ffmpeg, ["-i", path.name], place)
    return MixedAudio(path, loudness)


def _join(
    plan: FilmPlan, found: dict[int, Path], sound: Path, directory: Path, ffmpeg: Ffmpeg
) -> Path:
    """Segments one after the other by stream copy, with the sound beside them."""
    place = directory / "join"
    place.mkdir()
    for index in range(len(plan.segments)):
        link_or_copy(found[index], place / _segment_name(index))
    (place / "segments.txt").write_text(_concat_list(plan), encoding="utf-8")
    link_or_copy(sound, place / "sound.m4a")
    ffmpeg.run(
        [
            *("-f", "concat", "-i", "segments.txt", "-f", "mov", "-i", "sound.m4a"),
            *("-map", "0:v", "-map", "1:a", "-c", "copy", "-bitexact"),
            *("-video_track_timescale", str(timescale_hz(plan.rate))),
            *("-movflags", "+faststart", "film.mp4"),
        ],
        directory=place,
    )
    return place / "film.mp4"


def _segment_name(index: int) -> str:
    return f"segment_{index:04}.mp4"


def _concat_list(plan: FilmPlan) -> str:
    """FFmpeg's list of files with exact lengths, in whole microseconds that add up.

    Left to itself FFmpeg takes the lengths from the files' headers, in milliseconds, and the film's
    frames drift by the rounding at every join.
    """
    lines = []
    for index, segment in enumerate(plan.segments):
        start, end = (
            round(plan.rate.seconds(frame) * 1_000_000)
            for frame in (segment.start_frame, segment.start_frame + segment.frames)
        )
        lines.append(f"file {_segment_name(index)}\nduration {end - start}us\n")
    return "".join(lines)


def _check_frames(path: Path, frames: int) -> None:
    found = _count_packets(path)
    if found != frames:
        raise MontageError(f"A segment has {found} frames and should have {frames}.")


def _count_packets(path: Path) -> int:
    """Video packets in a file, without decoding: one a frame."""
    import av

    with av.open(str(path), format="mov", options={"protocol_whitelist": "file"}) as container:
        return sum(1 for packet in container.demux(video=0) if packet.size)


def _check(plan: FilmPlan, film: Path) -> None:
    """Every planned frame is there, and picture and sound are equally long."""
    import av

    found = _count_packets(film)
    with av.open(str(film), format="mov", options={"protocol_whitelist": "file"}) as container:
        sound = container.streams.audio[0]
        seconds = float((sound.duration or 0) * (sound.time_base or 0))
    planned = float(plan.rate.seconds(plan.frames))
    if found != plan.frames or abs(seconds - planned) > 0.1:
        raise MontageError(
            f"The film has {found} of {plan.frames} frames and {seconds:.2f} of {planned:.2f} s "
            "of sound."
        )


def _poster(plan: FilmPlan, media_path: MediaPath, directory: Path) -> Path:
    """The first scene's picture as the film shows it, as JPEG."""
    import cv2
    import numpy as np
    from PIL import Image

    buffer: FrameBuffer = first_frame(plan, media_path)
    luma, first, second = buffer.planes
    size = (plan.frame.width_px, plan.frame.height_px)
    chroma = [cv2.resize(plane, size, interpolation=cv2.INTER_LINEAR) for plane in (first, second)]
    y, u, v = (plane.astype(np.float32) for plane in (luma, *chroma))
    # The inverse of BT.709, limited range.
    bright, u, v = (y - 16) * 1.16438356, u - 128, v - 128
    rgb = np.stack(
        [
            bright + 1.79274107 * v,
            bright - 0.21324861 * u - 0.53290933 * v,
            bright + 2.11240179 * u,
        ],
        axis=-1,
    )
    path = directory / "poster.jpg"
    Image.fromarray(np.clip(np.rint(rgb), 0, 255).astype(np.uint8)).save(path, quality=90)
    return path
