"""Resident memory while a film of two gigabytes is uploaded to each network.

Run with ``python -m benchmarks.publishing.large_film [GIGABYTES]``. Each upload has a process of
its own, and so has each emulator: what is measured is the client, beside what it had before the
first byte. The networks' own limits of a film's size are not the subject; they are not checked.
"""

import json
import multiprocessing
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any

from tests.publishing.desks import FakeDesk, make_post
from tests.publishing.driving import publish
from tests.publishing.emulators.base import Emulator
from tests.publishing.emulators.linkedin import LinkedInEmulator
from tests.publishing.emulators.tiktok import TikTokEmulator
from tests.publishing.emulators.x import XEmulator
from tests.publishing.machines import FakeTime
from tests.publishing.networks import NETWORKS

_GIGABYTE = 1 << 30


def _start(name: str) -> Emulator:
    """An emulator with the network's real pieces, which takes a film of any size."""
    if name == "x":
        return XEmulator(max_bytes=64 * _GIGABYTE)
    if name == "linkedin":
        return LinkedInEmulator()
    emulator = NETWORKS[name].start(FakeTime())
    if isinstance(emulator, TikTokEmulator):
        emulator.smallest_chunk = 5 << 20
    return emulator


def _serve(name: str, pipe: Any) -> None:
    with _start(name) as emulator:
        pipe.send((emulator.url, emulator.token))
        pipe.recv()
        pipe.send((len(emulator.commits), emulator.mistakes))


@contextmanager
def _emulator(name: str) -> Iterator[tuple[str, str, Any]]:
    """An emulator in another process: its address, its token and the way to ask it."""
    processes = multiprocessing.get_context("spawn")
    here, there = processes.Pipe()
    process = processes.Process(target=_serve, args=(name, there))
    process.start()
    try:
        url, token = here.recv()
        yield url, token, here
    finally:
        process.join(30)


def _resident_bytes(field: str) -> int:
    """``VmRSS`` (now) or ``VmHWM`` (the most so far) of this process."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError(f"/proc/self/status has no {field}.")


def _upload(name: str, url: str, token: str, film: Path, pipe: Any) -> None:
    from datetime import UTC, datetime

    from video_platform.publishing.base import Account
    from video_platform.publishing.registry import platform_class

    network = NETWORKS[name]
    platform = platform_class(name)(network.access(url), now=lambda: datetime.now(UTC))
    account = Account(external_id=network.external_id, name="Bees", token=token)
    small = make_post(film.parent / name, size=1_000_000)
    # One small film first: what the first request loads is not the film's.
    publish(platform, small, FakeDesk(account=account))
    idle_bytes, began = _resident_bytes("VmRSS"), monotonic()
    post = make_post(film.parent / name, size=1)
    post.film.unlink()
    post.film.symlink_to(film)
    ended = publish(platform, post, FakeDesk(account=account))
    pipe.send(
        {
            "network": name,
            "gigabytes": round(film.stat().st_size / _GIGABYTE, 2),
            "idle_megabytes": idle_bytes >> 20,
            "most_megabytes": _resident_bytes("VmHWM") >> 20,
            "above_idle_megabytes": (_resident_bytes("VmHWM") - idle_bytes) >> 20,
            "seconds": round(monotonic() - began, 1),
            "ended": type(ended).__name__,
        }
    )


def measure(name: str, film: Path) -> dict[str, Any]:
    """Upload the film to one network; the client's memory, in megabytes."""
    processes = multiprocessing.get_context("spawn")
    here, there = processes.Pipe()
    (film.parent / name).mkdir()
    with _emulator(name) as (url, token, emulator):
        process = processes.Process(target=_upload, args=(name, url, token, film, there))
        process.start()
        process.join()
        emulator.send("end")
        commits, mistakes = emulator.recv()
    return {**here.recv(), "commits": commits, "mistakes": mistakes}


def main() -> None:
    """Print one line of JSON for each network."""
    gigabytes = float(sys.argv[1]) if len(sys.argv) > 1 else 2.0
    with TemporaryDirectory() as place:
        film = Path(place) / "film.mp4"
        with film.open("wb") as writer:
            writer.truncate(int(gigabytes * _GIGABYTE) + 12_345)
        for name in NETWORKS:
            sys.stdout.write(json.dumps(measure(name, film)) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
