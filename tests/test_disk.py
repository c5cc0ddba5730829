"""The disk's refusals come with a remedy, and nothing half-written stays."""

import os
import socket
import subprocess
from pathlib import Path

import pytest

from video_platform.disk import storage_errors, sweep, write_atomically
from video_platform.errors import StorageFull, StoreError


def test_full_disk_is_named(tmp_path: Path) -> None:
    """/dev/full answers every write as a full disk does."""
    with pytest.raises(StorageFull, match="No space left"), storage_errors(tmp_path):
        Path("/dev/full").write_bytes(b"x" * 100_000)


def test_only_dead_processes_leave_something_to_sweep(tmp_path: Path) -> None:
    dead = subprocess.Popen(["true"])
    dead.wait()
    host = socket.gethostname()
    left = tmp_path / f".part@{host}@{dead.pid}@x"
    others = [tmp_path / f"make@{host}@{os.getpid()}@x", tmp_path / "make@elsewhere@1@x"]
    for path in (left, *others, tmp_path / "film.mp4"):
        path.touch()
    sweep(tmp_path)
    assert not left.exists()
    assert all(path.exists() for path in (*others, tmp_path / "film.mp4"))


def test_failed_write_keeps_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    write_atomically(path, b"old")
    with pytest.raises(StoreError):
        write_atomically(path, tmp_path)  # a directory cannot be copied as a file
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["film.mp4"]
