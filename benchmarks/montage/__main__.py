"""`make bench`: what the montage costs beside x264 alone on the same frames, in one run."""

import os
import resource
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.montage.job import make_job, with_other_picture, with_other_word
from video_platform.agents.montage import StoredSegments
from video_platform.domain.formats import Format
from video_platform.domain.timeline import Timeline
from video_platform.montage.film import render_film
from video_platform.montage.motion import StillCache
from video_platform.montage.plan import FilmPlan, RenderSettings, plan_film
from video_platform.montage.runner import Ffmpeg, find_ffmpeg
from video_platform.montage.segments import _frames, encoder_arguments
from video_platform.store import MediaStore, open_store

WORKERS = os.cpu_count() or 1


@dataclass
class Cost:
    """CPU seconds of this process and its children, and the time on the wall."""

    cpu_s: float
    wall_s: float


def measure(work: Callable[[], object]) -> Cost:
    def cpu() -> float:
        used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        return sum(usage.ru_utime + usage.ru_stime for usage in used)

    before, started = cpu(), time.monotonic()
    work()
    return Cost(cpu() - before, time.monotonic() - started)


class Bench:
    """One store, one FFmpeg, a folder per attempt."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store: MediaStore = open_store((folder / "store").as_uri(), cache_dir=folder / "cache")
        self.ffmpeg = Ffmpeg(find_ffmpeg())
        self._attempts = iter(range(1000))

    def plan(self, timeline: Timeline) -> FilmPlan:
        return plan_film(timeline, Format.WIDE, RenderSettings())

    def render(self, timeline: Timeline) -> Cost:
        directory = self.folder / f"attempt-{next(self._attempts)}"
        directory.mkdir()
        return measure(
            lambda: render_film(
                self.plan(timeline),
                media_path=self.store.path,
                segments=StoredSegments(self.store.blobs),
                directory=directory,
                ffmpeg=self.ffmpeg,
                progress=lambda *_: None,
                max_workers=WORKERS,
            )
        )

    def floor(self, timeline: Timeline) -> Cost:
        """x264 alone: the film's own frames, drawn beforehand, at the same encoder settings."""
        plan = self.plan(timeline)
        raw = []
        for index, segment in enumerate(plan.segments):
            place = self.folder / f"floor-{index}"
            place.mkdir()
            with (place / "frames.yuv").open("wb") as writer:
                for frame in _frames(segment, plan, StillCache(), self.store.path, lambda: None):
                    writer.write(frame)
            raw.append((place, segment))
        source = ["-f", "rawvideo", "-pix_fmt", "yuv420p", "-video_size", "1920x1080"]
        source += ["-framerate", "30", "-i", "frames.yuv"]
        options = encoder_arguments(plan.settings.encoder, plan.rate)

        def encode() -> None:
            with ThreadPoolExecutor(WORKERS) as pool:
                for done in [
                    pool.submit(self.ffmpeg.run, [*source, *options, "out.mp4"], directory=place)
                    for place, _ in raw
                ]:
                    done.result()

        cost = measure(encode)
        for place, _ in raw:
            (place / "frames.yuv").unlink()
        return cost


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        bench = Bench(Path(name))
        job = make_job(bench.store, Path(name) / "media")
        rows = {"x264 alone on the same frames": bench.floor(job), "full film": bench.render(job)}
        rows["nothing changed"] = bench.render(job)
        rows["one word of one scene changed"] = bench.render(with_other_word(job))
        rows["one picture of eight changed"] = bench.render(with_other_picture(job))
        shorter = replace(job, music=())
        rows["music removed"] = bench.render(shorter)
        floor, full = rows["x264 alone on the same frames"], rows["full film"]
        print(f"Reference job: {job.duration_ms / 1000:.1f} s, {WORKERS} cores\n")
        print("| what | CPU s | wall s | CPU / x264 alone | CPU / full film |")
        print("|---|---|---|---|---|")
        for what, cost in rows.items():
            print(
                f"| {what} | {cost.cpu_s:.1f} | {cost.wall_s:.1f} | "
                f"{cost.cpu_s / floor.cpu_s:.2f} | {cost.cpu_s / full.cpu_s:.2f} |"
            )


if __name__ == "__main__":
    main()
