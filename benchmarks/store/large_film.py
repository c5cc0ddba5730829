"""Resident memory while a film of a gigabyte goes into S3, is read in ranges, and comes back.

``python -m benchmarks.store.large_film s3://BUCKET/PREFIX [GIGABYTES]``, with
``VIDEO_PLATFORM_S3_ENDPOINT_URL`` and the ``AWS_*`` variables set. Each way has a process of its
own; idle is after one small film.
"""

import json
import multiprocessing
import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any

_RANGE_BYTES = 64 << 20
WAYS = ("put", "ranges", "path")


def resident_bytes(field: str, pid: int | str = "self") -> int:
    """``VmRSS``, or the most there was, ``VmHWM``, of a process."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError(f"/proc/{pid}/status has no {field}.")


def _go(way: str, url: str, film: Path, media: Any, pipe: Any) -> None:
    from video_platform.store import open_store

    endpoint = os.environ.get("VIDEO_PLATFORM_S3_ENDPOINT_URL", "")
    store = open_store(url, cache_dir=film.parent / f"cache-{way}", s3_endpoint_url=endpoint)
    small = film.parent / f"{way}.mp4"
    small.write_bytes(os.urandom(20 << 20))
    warm = store.put(small, "video/mp4")
    store.path(warm)
    Path("/proc/self/clear_refs").write_text("5")  # forget the most so far
    idle_bytes, began = resident_bytes("VmRSS"), monotonic()
    if way == "put":
        media = store.put(film, "video/mp4")
    elif way == "path":
        store.path(media)
    else:
        for first in range(0, media.size_bytes, _RANGE_BYTES):
            last = min(first + _RANGE_BYTES, media.size_bytes) - 1
            assert sum(map(len, store.stream(media, first, last))) == last - first + 1
    figures = {
        "way": way,
        "gigabytes": round(media.size_bytes / (1 << 30), 2),
        "idle_megabytes": idle_bytes >> 20,
        "above_idle_megabytes": (resident_bytes("VmHWM") - idle_bytes) >> 20,
        "seconds": round(monotonic() - began, 1),
    }
    pipe.send((media, figures))


def main() -> None:
    """Print one line of JSON for each way."""
    url, gigabytes = sys.argv[1], float(sys.argv[2]) if len(sys.argv) > 2 else 1.0
    processes = multiprocessing.get_context("spawn")
    with TemporaryDirectory() as place:
        film = Path(place) / "film.mp4"
        with film.open("wb") as writer:
            for _ in range(int(gigabytes * 64)):
                writer.write(os.urandom(16 << 20))
        media = None
        for way in WAYS:
            here, there = processes.Pipe()
            process = processes.Process(target=_go, args=(way, url, film, media, there))
            process.start()
            media, figures = here.recv()
            process.join()
            sys.stdout.write(json.dumps(figures) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
