"""The disk's refusals come with a remedy, and nothing half-written stays."""

from pathlib import Path

import pytest

from video_platform.disk import storage_errors, write_atomically
from video_platform.errors import StorageFull, StoreError


def test_full_disk_is_named(tmp_path: Path) -> None:
    """/dev/full answers every write as a full disk does."""
    with pytest.raises(StorageFull, match="No space left"), storage_errors(tmp_path):
        Path("/dev/full").write_bytes(b"x" * 100_000)


def test_failed_write_keeps_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    write_atomically(path, b"old")
    with pytest.raises(StoreError):
        write_atomically(path, tmp_path)  # a directory cannot be copied as a file
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["film.mp4"]
