"""One run's workshop: jobs are made once, each film in a process and a directory of its own."""

import itertools
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.montage import engine
from benchmarks.montage.job import SCENES, SPOKEN_S, describe, make_job
from benchmarks.montage.measure import Cost, run_measured
from benchmarks.montage.tasks import TASK, TIMELINE
from video_platform.domain.codec import to_json
from video_platform.domain.formats import Format
from video_platform.domain.timeline import Timeline
from video_platform.montage.runner import find_ffmpeg
from video_platform.store import MediaStore, open_store

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How large the measured films are.

    Args:
        moviepy_scenes: so many of the job's scenes moviepy is given; its figures are scaled up.
        spoken_s: length of each scene's voice.
        height_px: of the wide format.
    """

    scenes: int = SCENES
    many_scenes: int = 40
    most_scenes: int = 80
    moviepy_scenes: int = SCENES
    spoken_s: float = SPOKEN_S
    height_px: int = 1080


TINY = Size(scenes=3, many_scenes=4, most_scenes=6, moviepy_scenes=3, spoken_s=1.1, height_px=360)
QUICK_SCENES = 2
"""Not to be read, only to see that everything runs."""


@dataclass(frozen=True, slots=True)
class Full:
    """A film rendered from nothing, and the segments that are now kept."""

    timeline: Timeline
    segments: str
    cost: Cost


class Bench:
    """Makes jobs and runs tasks; ``costs`` keeps what was measured, by name, for ratios."""

    def __init__(self, folder: Path, size: Size, moviepy: Path) -> None:
        self.size = size
        self.moviepy = moviepy
        self.workers = len(os.sched_getaffinity(0))
        self.costs: dict[str, Cost] = {}
        self.store: MediaStore = open_store((folder / "store").as_uri(), cache_dir=folder / "cache")
        self._folder = folder
        self._jobs: dict[tuple[int, Sequence[Format]], Timeline] = {}
        self._full: dict[tuple[int, str], Full] = {}
        self._numbers = itertools.count()

    def job(self, scenes: int, formats: Sequence[Format] = (Format.WIDE,)) -> Timeline:
        """The job of so many scenes, made once."""
        key = (scenes, tuple(formats))
        if key not in self._jobs:
            self._jobs[key] = make_job(
                self.store,
                self.new_folder("material"),
                scenes=scenes,
                seconds=self.size.spoken_s,
                formats=formats,
            )
        return self._jobs[key]

    def new_folder(self, name: str) -> Path:
        """An empty directory of the run's own."""
        folder = self._folder / f"{next(self._numbers):03}-{name}"
        folder.mkdir()
        return folder

    def new_segments(self) -> str:
        """The address of an empty segment store."""
        return self.new_folder("segments").as_uri()

    def run(self, task: str, timeline: Timeline, **parameters: Any) -> Cost:
        """Run one of ``tasks`` on the timeline."""
        directory = self.new_folder(task)
        common = {
            "media": (self._folder / "store").as_uri(),
            "height": self.size.height_px,
            "workers": self.workers,
        }
        (directory / TASK).write_text(json.dumps({**common, **parameters}))
        (directory / TIMELINE).write_bytes(to_json(timeline))
        (directory / "job.json").write_text(json.dumps(self._described(timeline)))
        return run_measured(
            [sys.executable, "-m", "benchmarks.montage.tasks", task],
            directory=directory,
            environment={"PYTHONPATH": str(ROOT)},
        )

    def render(
        self,
        timeline: Timeline,
        segments: str,
        *,
        encoder: str = "default",
        formats: Sequence[Format] = (Format.WIDE,),
    ) -> Cost:
        """Our films of a timeline, with what the segment store holds."""
        ratios = [ratio.value for ratio in formats]
        return self.run(
            "render_films", timeline, segments=segments, encoder=encoder, formats=ratios
        )

    def full(self, scenes: int, encoder: str = "default") -> Full:
        """The whole film of the usual job, rendered from nothing, once in a run."""
        key = (scenes, encoder)
        if key not in self._full:
            timeline, segments = self.job(scenes), self.new_segments()
            cost = self.render(timeline, segments, encoder=encoder)
            self._full[key] = Full(timeline, segments, cost)
            self.costs[f"ours {encoder} {scenes}"] = cost
        return self._full[key]

    def run_moviepy(self, way: str, timeline: Timeline) -> Cost:
        """The same job by moviepy, with the FFmpeg everyone has here."""
        directory = self.new_folder(f"moviepy-{way}")
        (directory / "job.json").write_text(json.dumps(self._described(timeline)))
        ffmpeg = str(find_ffmpeg())
        return run_measured(
            [str(self.moviepy), str(Path(__file__).with_name("with_moviepy.py")), way],
            directory=directory,
            environment={"FFMPEG_BINARY": ffmpeg, "IMAGEIO_FFMPEG_EXE": ffmpeg},
        )

    def _described(self, timeline: Timeline) -> dict[str, Any]:
        frame = engine.sized(Format.WIDE, self.size.height_px)
        return describe(timeline, self.store, frame)

    def figures(self) -> dict[str, Any]:
        """Everything measured, as plain values."""
        return {name: asdict(cost) for name, cost in self.costs.items()}
