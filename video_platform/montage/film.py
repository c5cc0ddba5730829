"""From plan to film: missing segments side by side, sound beside them, joined by stream copy."""

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from video_platform.domain.codec import from_json, to_json
from video_platform.domain.look import Export
from video_platform.domain.media import MediaPath
from video_platform.errors import MontageError
from video_platform.montage.audio import Loudness, MixedAudio, mix_audio, opus_of
from video_platform.montage.drawing import Material, Overlay
from video_platform.montage.encoding import LIBRARIES, timescale_hz
from video_platform.montage.grade import apply_cube, make_cube, write_cube
from video_platform.montage.overlays import make_overlays
from video_platform.montage.plan import (
    EXPORT_ENCODERS,
    EncoderSettings,
    FilmPlan,
    Segment,
    VideoCodec,
    segment_key,
)
from video_platform.montage.runner import Ffmpeg
from video_platform.montage.segments import link_or_copy, render_segment
from video_platform.montage.stills import StillCache
from video_platform.tracing import carried, span

Progress = Callable[[int, int], None]
"""Called with frames done and frames in all; from any thread, often."""

_IN_ORDER_SHARE = 0.6
"""So much of a film is rendered from its beginning on, to be watched; the rest longest first, so
that the workers end together."""


class SegmentStore(Protocol):
    """Where finished segments and mixes are kept, by key."""

    def get(self, key: str, directory: Path) -> Path | None:
        """A local file of it (made in ``directory`` if need be), or nothing."""
        ...

    def put(self, key: str, path: Path) -> None:
        """Keep it."""
        ...


class Audience(Protocol):
    """Who wants the film's parts as soon as they are there; called from any thread."""

    def sound_ready(self, path: Path) -> None:
        """The film's sound, as it will be in the film."""
        ...

    def segment_ready(self, index: int, path: Path) -> None:
        """The segment ``index`` of the plan, as it will be in the film."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedFilm:
    """A finished film in the attempt's directory, and what it took.

    Args:
        exports: the same film in further encodings.
        sound_path: the film's sound alone, as it is in the film.
    """

    path: Path
    sound_path: Path
    exports: Mapping[Export, Path] = field(default_factory=dict)
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
    audience: Audience | None = None,
) -> RenderedFilm:
    """Render what the store does not hold, join it, and check the result.

    Args:
        directory: empty and private to this attempt; the film is left in it.
        max_workers: segments encoded at once, one thread each.

    Raises:
        FfmpegFailed, StorageFull, MontageError: no film; finished segments are kept in the store.
    """
    work = _Render(plan, media_path, segments, directory, ffmpeg, audience)
    counter = _Counter(plan, work.missing, progress)
    sound = work.make(counter, max_workers)
    films = {settings.codec: work.join(settings, sound.path) for settings in work.encoders}
    for film in films.values():
        _check(plan, film)
    return RenderedFilm(
        path=films[plan.settings.encoder.codec],
        sound_path=sound.path,
        exports={
            export: films[EXPORT_ENCODERS[export].codec]
            for export in plan.look.exports
            if export in EXPORT_ENCODERS
        },
        frames=plan.frames,
        integrated_lufs=sound.loudness.integrated_lufs,
        true_peak_dbtp=sound.loudness.true_peak_dbtp,
        segments_rendered=len(work.missing),
        segments_reused=len(plan.segments) - len(work.missing),
    )


class _Counter:
    """Frames done, counted by all workers."""

    def __init__(self, plan: FilmPlan, missing: Mapping[int, Any], progress: Progress) -> None:
        self._total = plan.frames
        self._done = plan.frames - sum(plan.segments[index].frames for index in missing)
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


class _Render:
    """One attempt at a film."""

    def __init__(
        self,
        plan: FilmPlan,
        media_path: MediaPath,
        segments: SegmentStore,
        directory: Path,
        ffmpeg: Ffmpeg,
        audience: Audience | None,
    ) -> None:
        self._plan = plan
        self._media_path = media_path
        self._store = segments
        self._directory = directory
        self._ffmpeg = ffmpeg
        self._audience = audience
        self.encoders = (
            plan.settings.encoder,
            *(EXPORT_ENCODERS[e] for e in plan.look.exports if e in EXPORT_ENCODERS),
        )
        self._parts: dict[tuple[int, VideoCodec], Path] = {}
        parts = self._new_folder("parts")
        self.missing: dict[int, list[EncoderSettings]] = {}
        for index, segment in enumerate(plan.segments):
            for settings in self.encoders:
                kept = segments.get(segment_key(segment, settings), parts)
                if kept is None:
                    self.missing.setdefault(index, []).append(settings)
                else:
                    self._parts[index, settings.codec] = kept

    def _new_folder(self, name: str) -> Path:
        folder = self._directory / name
        folder.mkdir()
        return folder

    def make(self, counter: _Counter, max_workers: int) -> MixedAudio:
        """Render every missing segment and return the sound; stop everything on a failure."""
        import cv2

        cv2.setNumThreads(1)  # the workers are the parallelism
        pool = ThreadPoolExecutor(max_workers=max_workers, thread_name_prefix="montage")
        try:
            sound = pool.submit(carried(self._sound))
            work: list[Future[Any]] = [sound]
            if self.missing:
                material = self._material(max_workers)
                overlays = self._overlays()
                work += [
                    pool.submit(
                        carried(self._render), index, material, overlays.get(index), counter
                    )
                    for index in self._order()
                ]
            self._announce_kept()
            done, _ = wait(work, return_when=FIRST_EXCEPTION)
            for future in done:
                future.result()
            return sound.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            self._ffmpeg.stop_all()
            raise
        finally:
            pool.shutdown(wait=True, cancel_futures=True)

    def _material(self, max_workers: int) -> Material:
        """What all segments are drawn from."""
        grade = self._plan.look.grade
        size = max_workers + 2
        if grade.is_neutral:
            return Material(stills=StillCache(size), media_path=self._media_path)
        cube = make_cube(grade, self._media_path(grade.lut) if grade.lut else None)
        path = self._directory / "grade.cube"
        write_cube(cube, path)
        stills = StillCache(size, colors=lambda rgb: apply_cube(cube, rgb))
        return Material(stills=stills, media_path=self._media_path, cube=path)

    def _overlays(self) -> Mapping[int, Overlay]:
        with span("overlays"):
            return make_overlays(
                self._plan,
                sorted(self.missing),
                media_path=self._media_path,
                ffmpeg=self._ffmpeg,
                directory=self._new_folder("overlays"),
            )

    def _order(self) -> list[int]:
        """Which missing segment is rendered when."""
        border = self._plan.frames * _IN_ORDER_SHARE
        segments = self._plan.segments
        return sorted(
            self.missing,
            key=lambda index: (
                (0, index) if segments[index].start_frame < border else (1, -segments[index].frames)
            ),
        )

    def _announce_kept(self) -> None:
        if self._audience is not None:
            for index in range(len(self._plan.segments)):
                path = self._parts.get((index, self._plan.settings.encoder.codec))
                if path is not None and index not in self.missing:
                    self._audience.segment_ready(index, path)

    def _render(
        self, index: int, material: Material, overlay: Overlay | None, counter: _Counter
    ) -> None:
        segment, settings = self._plan.segments[index], self.missing[index]
        directory = self._new_folder(f"segment-{index}")
        with span("segment", step=directory.name, frames=segment.frames):
            paths = render_segment(
                segment,
                self._plan,
                settings,
                material=material,
                overlay=overlay,
                ffmpeg=self._ffmpeg,
                directory=directory,
                on_frame=counter.frame,
            )
        for chosen, path in zip(settings, paths, strict=True):
            _check_frames(path, segment)
            self._store.put(segment_key(segment, chosen), path)
            self._parts[index, chosen.codec] = path
        if self._audience is not None:
            self._audience.segment_ready(
                index, self._parts[index, self._plan.settings.encoder.codec]
            )

    def _sound(self) -> MixedAudio:
        """The film's sound from the store, or mixed now."""
        place = self._new_folder("sound")
        plan = self._plan
        kept = self._store.get(plan.audio.key, place)
        figures = self._store.get(f"{plan.audio.key}-loudness", place)
        if kept is None or figures is None:
            with span("sound", step=place.name):
                mixed = mix_audio(
                    plan.audio,
                    plan.settings,
                    media_path=self._media_path,
                    ffmpeg=self._ffmpeg,
                    directory=place,
                )
            measured = place / "loudness.json"
            measured.write_bytes(to_json(mixed.loudness))
            self._store.put(f"{plan.audio.key}-loudness", measured)
            self._store.put(plan.audio.key, mixed.path)
        else:
            path = place / "kept.m4a"
            link_or_copy(kept, path)
            mixed = MixedAudio(path, from_json(Loudness, figures.read_bytes()))
        if self._audience is not None:
            self._audience.sound_ready(mixed.path)
        return mixed

    def join(self, settings: EncoderSettings, sound: Path) -> Path:
        """Segments one after the other by stream copy, with the sound beside them."""
        place = self._new_folder(f"join-{settings.codec}")
        for index in range(len(self._plan.segments)):
            link_or_copy(self._parts[index, settings.codec], place / _segment_name(index))
        (place / "segments.txt").write_text(_concat_list(self._plan), encoding="utf-8")
        is_webm = settings.codec is VideoCodec.VP9
        if is_webm:
            sound = opus_of(sound, ffmpeg=self._ffmpeg, directory=place)
            demuxer, options, name = "matroska", ["-cluster_time_limit", "2000"], "film.webm"
        else:
            timescale = str(timescale_hz(self._plan.rate))
            options = ["-tag:v", LIBRARIES[settings.codec].tag, "-movflags", "+faststart"]
            options += ["-video_track_timescale", timescale]
            demuxer, name = "mov", "film.mp4"
        beside = place / f"beside{sound.suffix}"
        link_or_copy(sound, beside)
        self._ffmpeg.run(
            [
                *("-f", "concat", "-i", "segments.txt", "-f", demuxer, "-i", beside.name),
                *("-map", "0:v", "-map", "1:a", "-c", "copy", "-bitexact", *options, name),
            ],
            directory=place,
        )
        return place / name


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


def _check_frames(path: Path, segment: Segment) -> None:
    with _open(path) as container:
        found = _count_packets(container)
    if found != segment.frames:
        raise MontageError(f"A segment has {found} frames and should have {segment.frames}.")


def _open(path: Path) -> Any:
    import av

    demuxer = "matroska" if path.suffix == ".webm" else "mov"
    return av.open(str(path), format=demuxer, options={"protocol_whitelist": "file"})


def _count_packets(container: Any) -> int:
    """Frames in a file, without decoding: one a packet, but for those an encoder hides."""
    return sum(1 for packet in container.demux(video=0) if packet.size)


def _check(plan: FilmPlan, film: Path) -> None:
    """Every planned frame is there, and picture and sound are equally long."""
    with _open(film) as container:
        found = _count_packets(container)
    with _open(film) as container:
        seconds = sum(
            float(packet.duration * packet.time_base)
            for packet in container.demux(audio=0)
            if packet.size and packet.duration
        )
    planned = float(plan.rate.seconds(plan.frames))
    if found != plan.frames or abs(seconds - planned) > 0.1:
        raise MontageError(
            f"The film has {found} of {plan.frames} frames and {seconds:.2f} of {planned:.2f} s "
            "of sound."
        )
