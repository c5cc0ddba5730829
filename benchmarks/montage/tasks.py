"""What runs in a measured process: ``python -m benchmarks.montage.tasks NAME``.

The task's parameters are in ``task.json`` of the working directory; what it has to say, with the
cost of its own work (the interpreter's start and imports left out), goes to ``result.json``.
"""

import json
import mmap
import resource
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from benchmarks.montage import engine
from benchmarks.montage.measure import RESULT
from benchmarks.montage.naive import LOSSLESS, VERYFAST, render_naive
from video_platform.domain.codec import from_json
from video_platform.domain.formats import Format
from video_platform.domain.timeline import Timeline
from video_platform.montage.plan import EncoderSettings, FilmPlan
from video_platform.montage.runner import Ffmpeg, find_ffmpeg
from video_platform.store import MediaStore, open_blobs, open_store

TASK, TIMELINE = "task.json", "timeline.json"
Task = dict[str, Any]

_BATCH_BYTES = 2 << 30
"""Raw frames kept on disk at once."""


class Meter:
    """CPU of this process and its ended children, and time on the wall, while the block runs."""

    cpu_s = 0.0
    wall_s = 0.0

    def __enter__(self) -> "Meter":
        self._cpu, self._wall = _cpu_s(), time.monotonic()
        return self

    def __exit__(self, *_: object) -> None:
        self.cpu_s += _cpu_s() - self._cpu
        self.wall_s += time.monotonic() - self._wall


def _cpu_s() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


def render_films(task: Task) -> dict[str, Any]:
    """Our films of one timeline in one process, a format after the other."""
    timeline, store = _timeline(), _store(task)
    films = []
    with Meter() as meter:
        for number, ratio in enumerate(task["formats"]):
            directory = Path(f"film-{number}").resolve()
            directory.mkdir()
            rendered = engine.render(
                engine.plan(timeline, Format(ratio), task["height"], task["encoder"]),
                media_path=store.path,
                segments=open_blobs(task["segments"]),
                directory=directory,
                ffmpeg=Ffmpeg(find_ffmpeg()),
                workers=task["workers"],
            )
            films.append(
                {
                    "path": str(rendered.path),
                    "frames": rendered.frames,
                    "rendered": rendered.segments_rendered,
                    "reused": rendered.segments_reused,
                }
            )
    return {"work_cpu_s": meter.cpu_s, "work_wall_s": meter.wall_s, "films": films}


def encode_alone(task: Task) -> dict[str, Any]:
    """The encoder's work on the film's own frames, drawn beforehand, in each of ``_WAYS``."""
    film, draws = _drawn(task)
    meters = {way: Meter() for way in _WAYS}
    for batch in _batches(film):
        raw = [_write_frames(draws[index], Path(f"raw-{index}.yuv")) for index in batch]
        for way, encode in _WAYS.items():
            with meters[way], ThreadPoolExecutor(task["workers"]) as pool:
                for done in [pool.submit(encode, film, path.resolve()) for path in raw]:
                    done.result()
        for path in raw:
            path.unlink()
    return {way: {"cpu_s": m.cpu_s, "wall_s": m.wall_s} for way, m in meters.items()}


def _batches(film: FilmPlan) -> Iterator[list[int]]:
    """Segments, longest first so that workers end together, as many as the disk shall hold."""
    frame_bytes = film.frame.width_px * film.frame.height_px * 3 // 2
    order = sorted(range(len(film.segments)), key=lambda n: -film.segments[n].frames)
    batch: list[int] = []
    held = 0
    for index in order:
        size = film.segments[index].frames * frame_bytes
        if batch and held + size > _BATCH_BYTES:
            yield batch
            batch, held = [], 0
        batch.append(index)
        held += size
    yield batch


def _write_frames(draw: Callable[[], Iterator[Any]], path: Path) -> Path:
    with path.open("wb") as writer:
        for frame in draw():
            writer.write(frame.data)
    return path


def _encode_pipe(film: FilmPlan, raw: Path) -> None:
    frame_bytes = film.frame.width_px * film.frame.height_px * 3 // 2
    with (
        raw.open("rb") as file,
        mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ) as mapped,
        memoryview(mapped) as whole,
    ):
        frames = (whole[at : at + frame_bytes] for at in range(0, len(whole), frame_bytes))
        _x264(film, "pipe:0", raw.with_suffix(""), feed=frames)


def _encode_file(film: FilmPlan, raw: Path) -> None:
    link = raw.with_suffix("") / "frames.yuv"
    link.parent.mkdir(exist_ok=True)
    link.hardlink_to(raw)
    _x264(film, link.name, link.parent, feed=None)
    link.unlink()


def _encode_in_process(film: FilmPlan, raw: Path) -> None:
    import numpy as np

    frame_bytes = film.frame.width_px * film.frame.height_px * 3 // 2
    mapped = np.memmap(raw, np.uint8, "r").reshape(-1, frame_bytes)
    frames = (engine.DrawnFrame(data, film.frame) for data in mapped)
    engine.encode_in_process(frames, film, raw.with_suffix(".mp4"))


_WAYS: dict[str, Callable[[FilmPlan, Path], None]] = {
    "pipe": _encode_pipe,
    "file": _encode_file,
    "in process": _encode_in_process,
}


def _x264(
    film: FilmPlan, source: str, directory: Path, *, feed: Iterator[memoryview] | None
) -> None:
    directory.mkdir(exist_ok=True)
    encoder = x264_arguments(film.settings.encoder, film)
    arguments = [*raw_input(film, source), *encoder, "out.mp4"]
    Ffmpeg(find_ffmpeg()).run(arguments, directory=directory, feed=feed)


def raw_input(film: FilmPlan, source: str) -> list[str]:
    """FFmpeg's arguments for reading the film's raw frames."""
    size = f"{film.frame.width_px}x{film.frame.height_px}"
    return [
        *("-f", "rawvideo", "-pix_fmt", "yuv420p", "-color_range", "tv", "-colorspace", "bt709"),
        *("-video_size", size, "-framerate", str(film.rate), "-i", source),
    ]


def x264_arguments(settings: EncoderSettings, film: FilmPlan) -> list[str]:
    """The engine's encoder settings as arguments of FFmpeg's program, one thread each."""
    keyframes = round(film.rate.fraction * settings.keyframe_s)
    return [
        *("-c:v", "libx264", "-preset", settings.preset, "-crf", str(settings.crf)),
        *("-profile:v", "high", "-pix_fmt", "yuv420p", "-threads", "1", "-g", str(keyframes)),
        *("-x264-params", settings.tuning, "-flags", "+cgop", "-bitexact", "-an"),
    ]


def render_graph(task: Task) -> dict[str, Any]:
    """The naive graph, encoded as usual or without loss."""
    encoder = {"veryfast": VERYFAST, "lossless": LOSSLESS}[task["encoder"]]
    job = json.loads(Path("job.json").read_text())
    path = render_naive(job, Ffmpeg(find_ffmpeg()), Path.cwd(), encoder)
    return {"path": str(path)}


def compare_film(task: Task) -> dict[str, Any]:
    """VMAF of our film against its own frames, drawn again and piped beside it."""
    film, draws = _drawn(task)
    frames = (frame.data for draw in draws for frame in draw())
    return _vmaf(raw_input(film, "pipe:0"), task, feed=frames)


def compare_graph(task: Task) -> dict[str, Any]:
    """VMAF of the naive graph's film against its lossless twin."""
    _link(task["reference"], "reference.mp4")
    return _vmaf(["-f", "mov", "-i", "reference.mp4"], task, feed=None)


def _vmaf(reference: list[str], task: Task, feed: Iterator[Any] | None) -> dict[str, Any]:
    _link(task["film"], "film.mp4")
    graph = (
        "[1:v]settb=1/30,setpts=N,format=yuv420p[film];"
        "[0:v]settb=1/30,setpts=N,format=yuv420p[reference];"
        f"[film][reference]libvmaf=n_subsample={task['every']}:n_threads={task['workers']}:"
        "log_fmt=json:log_path=vmaf.json"
    )
    arguments = [*reference, "-f", "mov", "-i", "film.mp4", "-filter_complex", graph]
    directory = Path.cwd()
    Ffmpeg(find_ffmpeg()).run([*arguments, "-f", "null", "-"], directory=directory, feed=feed)
    found = json.loads(Path("vmaf.json").read_text())
    compared, planned = len(found["frames"]), -(-_timeline().frames // task["every"])
    if compared != planned:
        raise RuntimeError(f"{compared} frames were compared, not {planned}.")
    pooled = found["pooled_metrics"]["vmaf"]
    return {"mean": pooled["mean"], "harmonic": pooled["harmonic_mean"], "min": pooled["min"]}


def _link(source: str, name: str) -> None:
    Path(name).hardlink_to(source)


def _timeline() -> Timeline:
    return from_json(Timeline, Path(TIMELINE).read_bytes())


def _store(task: Task) -> MediaStore:
    return open_store(task["media"], cache_dir=Path("cache").resolve())


def _drawn(task: Task) -> tuple[FilmPlan, list[Callable[[], Iterator[Any]]]]:
    directory = Path("drawing").resolve()
    directory.mkdir()
    film = engine.plan(_timeline(), Format.WIDE, task["height"], task["encoder"])
    draws = engine.drawn_frames(
        film, media_path=_store(task).path, directory=directory, ffmpeg=Ffmpeg(find_ffmpeg())
    )
    return film, draws


_TASKS: dict[str, Callable[[Task], dict[str, Any]]] = {
    function.__name__: function
    for function in (render_films, encode_alone, render_graph, compare_film, compare_graph)
}


if __name__ == "__main__":
    outcome = _TASKS[sys.argv[1]](json.loads(Path(TASK).read_text()))
    Path(RESULT).write_text(json.dumps(outcome))
