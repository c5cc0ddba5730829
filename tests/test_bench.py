"""The benchmark measures what it says: whole process trees, changed pieces, late sound."""

import dataclasses
import sys
from pathlib import Path

import pytest

from benchmarks.montage import engine
from benchmarks.montage.films import end_offset_ms
from benchmarks.montage.job import (
    describe,
    make_job,
    with_other_music,
    with_other_picture,
    with_other_word,
)
from benchmarks.montage.measure import run_measured
from benchmarks.montage.naive import VERYFAST, render_naive
from benchmarks.montage.report import BEGIN, END, MarkedDocument, Report, ratio
from video_platform.domain.formats import Format
from video_platform.domain.timeline import Timeline
from video_platform.montage.probe import probe_media
from video_platform.montage.runner import Ffmpeg, find_ffmpeg
from video_platform.store import MediaStore, open_blobs, open_store

_HEIGHT = 180


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> MediaStore:
    folder = tmp_path_factory.mktemp("store")
    return open_store(folder.as_uri(), cache_dir=folder / "cache")


@pytest.fixture(scope="module")
def job(store: MediaStore, tmp_path_factory: pytest.TempPathFactory) -> Timeline:
    return make_job(store, tmp_path_factory.mktemp("material"), scenes=3, seconds=1.1)


def _pixels(timeline: Timeline) -> list[str]:
    plan = engine.plan(timeline, Format.WIDE, _HEIGHT)
    return [segment.pixels_key for segment in plan.segments]


def _changed(before: list[str], after: list[str]) -> int:
    return sum(a != b for a, b in zip(before, after, strict=True))


_WORK = "import time\nwhile time.process_time() < 0.4: pass"


def test_memory_is_that_of_the_process_and_its_children(tmp_path: Path) -> None:
    hold = f"held = b'x' * 80_000_000\n{_WORK}"
    start = "import subprocess, sys\nchild = subprocess.Popen([sys.executable, '-c', sys.argv[1]])"
    alone, both = tmp_path / "alone", tmp_path / "both"
    alone.mkdir()
    both.mkdir()
    one = run_measured([sys.executable, "-c", f"{start}\nchild.wait()", hold], directory=alone)
    assert 80 < one.peak_mb < 160
    two = run_measured(
        [sys.executable, "-c", f"{start}\n{hold}\nchild.wait()", hold], directory=both
    )
    assert two.peak_mb > 160


def test_cpu_of_grandchildren_counts(tmp_path: Path) -> None:
    nested = "import subprocess, sys; subprocess.run([sys.executable, '-c', sys.argv[1]])"
    cost = run_measured([sys.executable, "-c", nested, _WORK], directory=tmp_path)
    assert cost.cpu_s >= 0.4


def test_a_process_that_fails_is_not_measured(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="the last words"):
        run_measured(
            [sys.executable, "-c", "raise SystemExit('the last words')"], directory=tmp_path
        )


def test_a_changed_word_changes_one_segment(job: Timeline) -> None:
    assert _changed(_pixels(job), _pixels(with_other_word(job))) == 1


def test_a_changed_picture_changes_its_segment_and_both_transitions(job: Timeline) -> None:
    assert _changed(_pixels(job), _pixels(with_other_picture(job))) == 3


def test_changed_music_changes_no_pixel_but_the_sound(job: Timeline) -> None:
    changed = with_other_music(job)
    assert _pixels(changed) == _pixels(job)
    keys = {engine.plan(film, Format.WIDE, _HEIGHT).audio.key for film in (job, changed)}
    assert len(keys) == 2


def test_one_filter_graph_makes_every_frame(
    job: Timeline, store: MediaStore, tmp_path: Path
) -> None:
    described = describe(job, store, engine.sized(Format.WIDE, _HEIGHT))
    film = render_naive(described, Ffmpeg(find_ffmpeg()), tmp_path, VERYFAST)
    probe = probe_media(film, "video/mp4")
    assert (probe.frames, probe.width_px, probe.height_px) == (job.frames, 320, _HEIGHT)


def test_late_sound_is_measured(job: Timeline, store: MediaStore, tmp_path: Path) -> None:
    rendered = engine.render(
        engine.plan(job, Format.WIDE, _HEIGHT),
        media_path=store.path,
        segments=open_blobs((tmp_path / "segments").as_uri()),
        directory=tmp_path,
        ffmpeg=Ffmpeg(find_ffmpeg()),
        workers=1,
    )
    assert abs(end_offset_ms(rendered.path, job, store)) < 1
    last = job.voice[-1]
    earlier = dataclasses.replace(last, start_frame=last.start_frame - 3)
    planned = dataclasses.replace(job, voice=(*job.voice[:-1], earlier))
    assert abs(end_offset_ms(rendered.path, planned, store) - 100) < 1


def test_a_run_replaces_only_what_stands_between_the_marks(tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    path.write_text(f"# Before\n\n{BEGIN}\nold\n{END}\n\nAfter\n", encoding="utf-8")
    MarkedDocument(path).fill("new")
    assert path.read_text(encoding="utf-8") == f"# Before\n\n{BEGIN}\n\nnew\n\n{END}\n\nAfter\n"


def test_a_page_without_marks_is_refused_before_anything_runs(tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    path.write_text("# No marks\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"page\.md lacks the marks"):
        MarkedDocument(path)


def test_ways_to_one_film_share_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    report = Report()
    for way in ("ours", "theirs"):
        report.table("The whole film", ("what",)).add(way)
    lines = "| what |\n| --- |\n| ours |\n| theirs |"
    assert str(report) == f"### The whole film\n\n{lines}"
    assert lines in capsys.readouterr().out


def test_a_ratio_to_what_was_not_measured_is_a_dash() -> None:
    assert (ratio(3.0, 2.0), ratio(3.0, None)) == ("1.50", "-")
