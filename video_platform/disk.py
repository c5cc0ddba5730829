"""Writing files so that nobody ever sees a half of one, with the system's refusals explained."""

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from video_platform.errors import StorageFull, StoreError


@contextmanager
def storage_errors(place: Path) -> Iterator[None]:
    """Turn the operating system's refusals into ours, once, with what to do."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageFull(
                f"No space left in {place}.",
                hint="Free some space and run the same command again; finished work is kept.",
            ) from error
        raise StoreError(
            f"{place} cannot be written: {error.strerror or error}.",
            hint="Check its permissions, or choose another place.",
            code="place_unwritable",
        ) from error


def write_atomically(path: Path, source: Path | bytes) -> None:
    """Put a file in place whole or not at all; the bytes reach the disk before the name does."""
    with storage_errors(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".part-")
        try:
            with os.fdopen(handle, "wb") as target:
                if isinstance(source, bytes):
                    target.write(source)
                else:
                    with source.open("rb") as reader:
                        shutil.copyfileobj(reader, target, 1 << 20)
                target.flush()
                os.fsync(target.fileno())
            Path(name).chmod(0o644)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
