"""Resident memory of the API while a film of a gigabyte goes through it into S3 and out again.

``python -m benchmarks.store.through_api s3://BUCKET/PREFIX [GIGABYTES]``, with
``VIDEO_PLATFORM_S3_ENDPOINT_URL`` and the ``AWS_*`` variables set. The API is a process of its own
on loopback; idle is after one small film went both ways. "In" includes the check of the whole file.
"""

import contextlib
import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from benchmarks.store.large_film import resident_bytes
from cli.processes import free_port
from video_platform.montage.runner import find_ffmpeg

_PIECE_BYTES = 8 << 20
_SECONDS = 600


def _make_film(path: Path, least_bytes: int) -> None:
    """Noise without loss: seconds of it fill a gigabyte, and it decodes like any film."""
    ffmpeg, short = find_ffmpeg(), path.with_name("short.mp4")
    source = "nullsrc=s=1920x1080:r=25,noise=alls=100:allf=t"
    encoding = ["-c:v", "libx264", "-preset", "ultrafast", "-qp", "8", "-pix_fmt", "yuv420p"]
    quiet = [ffmpeg, "-v", "error", "-y"]
    subprocess.run([*quiet, "-f", "lavfi", "-i", source, "-t", "0.8", *encoding, short], check=True)
    loops = str(least_bytes // short.stat().st_size)
    subprocess.run([*quiet, "-stream_loop", loops, "-i", short, "-c", "copy", path], check=True)


@contextlib.contextmanager
def _serving(url: str, home: Path) -> Iterator[tuple[httpx.Client, int]]:
    port = free_port()
    environment = {
        **os.environ,
        "VIDEO_PLATFORM_DATA_DIR": str(home),
        "VIDEO_PLATFORM_STORE_URL": url,
        "VIDEO_PLATFORM_REGISTRATION": "open",
    }
    words = ["api.app:create_app", "--factory", "--port", str(port), "--log-level", "warning"]
    server = subprocess.Popen([sys.executable, "-m", "uvicorn", *words], env=environment)
    try:
        base = f"http://127.0.0.1:{port}/api/v1"
        with httpx.Client(base_url=base, timeout=_SECONDS) as client:
            _wait(client)
            person = {"email": "a@b.test", "password": "words of a bench", "tenant": "bench"}
            answer = client.post("/auth/register", json={**person, "name": "Bench"})
            answer.raise_for_status()
            client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
            yield client, server.pid
    finally:
        server.terminate()
        server.wait(30)


def _wait(client: httpx.Client) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with contextlib.suppress(httpx.TransportError):
            if client.get("/readyz").status_code == 200:
                return
        time.sleep(0.2)
    raise RuntimeError("The API did not become ready.")


def _send(client: httpx.Client, film: Path) -> str:
    wish = {"name": film.name, "media_type": "video/mp4", "size_bytes": film.stat().st_size}
    begun = client.post("/uploads", json=wish, headers={"Idempotency-Key": film.name})
    begun.raise_for_status()
    place, offset = f"/uploads/{begun.json()['id']}", 0
    with film.open("rb") as reader:
        while piece := reader.read(_PIECE_BYTES):
            headers = {
                "Upload-Offset": str(offset),
                "Content-Type": "application/octet-stream",
            }
            answer = client.patch(place, content=piece, headers=headers)
            answer.raise_for_status()
            offset += len(piece)
    return str(answer.json()["asset"])


def _receive(client: httpx.Client, asset: str) -> str:
    digest = hashlib.sha256()
    with client.stream("GET", f"/assets/{asset}/download") as answer:
        answer.raise_for_status()
        for piece in answer.iter_raw(1 << 20):
            digest.update(piece)
    return digest.hexdigest()


def main() -> None:
    """Print one line of JSON for each way."""
    url, gigabytes = sys.argv[1], float(sys.argv[2]) if len(sys.argv) > 2 else 1.0
    with TemporaryDirectory() as place:
        film, small = Path(place) / "film.mp4", Path(place) / "small.mp4"
        _make_film(small, 20 << 20)
        _make_film(film, int(gigabytes * (1 << 30)))
        with _serving(url, Path(place) / "home") as (client, pid):
            _receive(client, _send(client, small))
            idle_bytes, asset = resident_bytes("VmRSS", pid), ""
            for way in ("in", "out"):
                Path(f"/proc/{pid}/clear_refs").write_text("5")  # forget the most so far
                began = time.monotonic()
                if way == "in":
                    asset = _send(client, film)
                else:
                    with film.open("rb") as reader:
                        assert (
                            _receive(client, asset)
                            == hashlib.file_digest(reader, "sha256").hexdigest()
                        )
                figures = {
                    "way": way,
                    "gigabytes": round(film.stat().st_size / (1 << 30), 2),
                    "idle_megabytes": idle_bytes >> 20,
                    "above_idle_megabytes": (resident_bytes("VmHWM", pid) - idle_bytes) >> 20,
                    "seconds": round(time.monotonic() - began, 1),
                }
                sys.stdout.write(json.dumps(figures) + "\n")
                sys.stdout.flush()


if __name__ == "__main__":
    main()
