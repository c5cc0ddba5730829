"""CPU of the gate as a share of a full render's: ``python -m benchmarks.gate``.

Each is a process of its own, its start and imports included, on the montage benchmark's reference
job. The render is what the montage agent does: cut, join, encode the sound, decode once to prove
it, and store. CPU is user and system time of the process and of all it started.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.montage.job import make_job
from tests.factories import make_scene, make_script
from video_platform.agents.gate import Order, check_file, expectation
from video_platform.agents.montage import MontageAgent
from video_platform.domain.brief import Brief
from video_platform.domain.codec import from_json, to_json
from video_platform.domain.manifests import Film, Montage
from video_platform.domain.project import Project
from video_platform.domain.script import Script
from video_platform.domain.timeline import Timeline
from video_platform.montage.plan import RenderSettings
from video_platform.montage.runner import Ffmpeg, find_ffmpeg
from video_platform.quality.subtitles import read_captions
from video_platform.store import MediaStore, open_store

_WORKERS = 2


def main() -> None:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="how often each is measured")
    parser.add_argument("--scenes", type=int, default=8, help="of the reference job")
    parser.add_argument("--step", choices=("render", "gate", "nothing"), help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.step:
        _STEPS[options.step](options.folder)
        return
    with tempfile.TemporaryDirectory(prefix="gate-") as folder:
        print(json.dumps(_measure(Path(folder), options.rounds, options.scenes), indent=1))


def _measure(folder: Path, rounds: int, scenes: int) -> dict[str, Any]:
    timeline = make_job(_store(folder), folder / "material", scenes=scenes)
    (folder / "timeline.json").write_bytes(to_json(timeline))
    found: dict[str, list[float]] = {"render": [], "gate": [], "nothing": []}
    for _ in range(rounds):
        for step in found:
            found[step].append(round(_cpu_of(step, folder), 2))
    start, render, gate = (min(found[step]) for step in ("nothing", "render", "gate"))
    return {
        "film_s": timeline.duration_ms / 1000,
        "cpu_s": found,
        "gate_over_render": round((gate - start) / (render - start), 3),
    }


def _cpu_of(step: str, folder: Path) -> float:
    """CPU seconds of a step in a process of its own."""
    for name in ("films", "segments"):
        if step == "render":
            subprocess.run(["rm", "-rf", str(folder / "store" / name)], check=True)  # noqa: S607
    before = os.times()
    command = [sys.executable, "-m", "benchmarks.gate", "--step", step, "--folder", str(folder)]
    subprocess.run(command, check=True)
    after = os.times()
    return (after.children_user + after.children_system) - (
        before.children_user + before.children_system
    )


def _store(folder: Path) -> MediaStore:
    return open_store((folder / "store").as_uri(), cache_dir=folder / "cache")


def _timeline(folder: Path) -> Timeline:
    return from_json(Timeline, (folder / "timeline.json").read_bytes())


def _render(folder: Path) -> None:
    agent = MontageAgent(
        _store(folder),
        Ffmpeg(find_ffmpeg()),
        settings=RenderSettings(),
        scratch_dir=folder / "scratch",
        max_workers=_WORKERS,
    )
    project = Project(
        key="reference", title="Reference", brief=Brief(text="x"), created_at="2026-01-01"
    )
    made: Montage = agent.run(project, _timeline(folder)).value
    (folder / "film.json").write_bytes(to_json(made.films[0]))


def _gate(folder: Path) -> None:
    store, timeline = _store(folder), _timeline(folder)
    film = from_json(Film, (folder / "film.json").read_bytes())
    order = Order(script=_script(timeline), timeline=timeline)
    captions = [
        (name, read_captions(store.path(media).read_bytes()))
        for name, media in (("srt", film.srt), ("vtt", film.vtt))
    ]
    report = check_file(store.path(film.media), expectation(order, film, store.path), captions)
    # The reference job's voice is a tone: what a person would hear of it is not judged here.
    print(sorted(one.name for one in report.failed), file=sys.stderr)


def _script(timeline: Timeline) -> Script:
    """The words of the timeline as a script of one scene."""
    return make_script([make_scene(1, " ".join(word.text for word in timeline.words))])


def _nothing(folder: Path) -> None:
    """The start of the process and the libraries that every step loads: a worker has them."""
    import av.filter
    import cv2
    import PIL.ImageFont

    assert all((av.filter, cv2, PIL.ImageFont))
    _timeline(folder)


_STEPS = {"render": _render, "gate": _gate, "nothing": _nothing}

if __name__ == "__main__":
    main()
