"""FFmpeg ends with an explanation, and never outlives us."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT
from video_platform.errors import FfmpegFailed, FfmpegMissing, StorageFull
from video_platform.montage.runner import Ffmpeg, check_features, find_ffmpeg

ENDLESS = ["-f", "lavfi", "-i", "testsrc=s=64x64", "-f", "null", "-"]


def test_shipped_ffmpeg_has_every_feature() -> None:
    assert check_features(find_ffmpeg()) == []


def test_named_ffmpeg_that_is_missing_names_the_setting() -> None:
    with pytest.raises(FfmpegMissing, match="VIDEO_PLATFORM_FFMPEG"):
        find_ffmpeg("/nowhere/ffmpeg")


def test_failure_keeps_exit_code_and_last_words(ffmpeg: Ffmpeg, tmp_path: Path) -> None:
    with pytest.raises(FfmpegFailed, match=r"nothing\.mp4") as caught:
        ffmpeg.run(["-i", "nothing.mp4", "-f", "null", "-"], directory=tmp_path)
    assert caught.value.exit_code > 0


def test_time_limit_kills(ffmpeg: Ffmpeg, tmp_path: Path) -> None:
    with pytest.raises(FfmpegFailed, match="was stopped"):
        ffmpeg.run(ENDLESS, directory=tmp_path, timeout_s=0.2)


def _kill_each(ffmpeg: Ffmpeg, times: int, done: threading.Event) -> list[int]:
    """Kill the next ``times`` that run, from outside."""
    killed: list[int] = []
    while len(killed) < times and not done.wait(0.01):
        for process in list(ffmpeg._live):
            if process.pid not in killed and process.poll() is None:
                killed.append(process.pid)
                os.kill(process.pid, signal.SIGKILL)
    return killed


@pytest.mark.parametrize(("deaths", "succeeds"), [(1, True), (2, False)])
def test_one_that_the_system_killed_is_started_once_more(
    deaths: int, succeeds: bool, tmp_path: Path
) -> None:
    ffmpeg, done = Ffmpeg(find_ffmpeg()), threading.Event()
    slow = ["-re", "-f", "lavfi", "-i", "testsrc=s=64x64:d=1", "-f", "null", "-"]
    thread = threading.Thread(target=_kill_each, args=(ffmpeg, deaths, done))
    thread.start()
    try:
        if succeeds:
            ffmpeg.run(slow, directory=tmp_path)
        else:
            with pytest.raises(FfmpegFailed, match="was stopped"):
                ffmpeg.run(slow, directory=tmp_path)
    finally:
        done.set()
        thread.join(20)


def test_stop_all_ends_what_is_running(tmp_path: Path) -> None:
    ffmpeg = Ffmpeg(find_ffmpeg())
    begun = threading.Event()

    def frames() -> Iterator[bytes]:
        while True:
            yield bytes(64 * 64 * 3 // 2)
            begun.set()

    raw = ["-f", "rawvideo", "-pix_fmt", "yuv420p", "-video_size", "64x64", "-i", "pipe:0"]
    failures: list[Exception] = []

    def work() -> None:
        try:
            ffmpeg.run([*raw, "-f", "null", "-"], directory=tmp_path, feed=frames())
        except FfmpegFailed as error:
            failures.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    assert begun.wait(20)
    ffmpeg.stop_all()
    thread.join(20)
    assert len(failures) == 1


def test_network_and_other_protocols_are_closed(ffmpeg: Ffmpeg, tmp_path: Path) -> None:
    with pytest.raises(FfmpegFailed, match="whitelist"):
        ffmpeg.run(["-i", "http://127.0.0.1:9/x.mp4", "-f", "null", "-"], directory=tmp_path)


def test_full_disk_is_named(ffmpeg: Ffmpeg, tmp_path: Path) -> None:
    (tmp_path / "out.wav").symlink_to("/dev/full")
    sound = ["-f", "lavfi", "-i", "sine=d=30", "-f", "wav", "out.wav"]
    with pytest.raises(StorageFull, match="No space left"):
        ffmpeg.run(sound, directory=tmp_path)


def test_ffmpeg_dies_with_its_parent(tmp_path: Path) -> None:
    """The parent is killed in a way it cannot notice; FFmpeg must be gone all the same."""
    code = (
        "import sys, threading, pathlib\n"
        "from video_platform.montage.runner import Ffmpeg, find_ffmpeg\n"
        "ffmpeg = Ffmpeg(find_ffmpeg())\n"
        "def tell():\n"
        "    while not ffmpeg._live: pass\n"
        "    print(next(iter(ffmpeg._live)).pid, flush=True)\n"
        "threading.Thread(target=tell).start()\n"
        f"ffmpeg.run({['-re', *ENDLESS]!r}, directory=pathlib.Path({str(tmp_path)!r}))\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
    )
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    handle = os.pidfd_open(child)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    import select

    ended, _, _ = select.select([handle], [], [], 5)
    os.close(handle)
    assert ended, "FFmpeg outlived its parent by five seconds"
