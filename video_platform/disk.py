"""Writing files so that nobody ever sees a half of one, with the system's refusals explained.

Unfinished files and directories carry the host and process that makes them in their names. What a
killed process left behind is recognised by that, and swept away by the next one.
"""

import errno
import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from video_platform.errors import StorageFull, StoreError

_PART = ".part"


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


def write_atomically(path: Path, source: Path | bytes, *, parts: Path | None = None) -> None:
    """Put a file in place whole or not at all; the bytes reach the disk before the name does.

    ``parts`` is where the unfinished file lies, on the same file system; default: beside ``path``.
    """
    with storage_errors(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        folder = parts or path.parent
        folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=folder, prefix=_owned(_PART))
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


@contextmanager
def private_directory(root: Path, purpose: str) -> Iterator[Path]:
    """An empty directory of this process below ``root``, gone at the end of the block."""
    with storage_errors(root):
        root.mkdir(parents=True, exist_ok=True)
        place = tempfile.TemporaryDirectory(dir=root, prefix=_owned(purpose))
    with place as name:
        yield Path(name)


def sweep(directory: Path) -> None:
    """Remove what processes of this machine left unfinished in ``directory`` when they died."""
    for path in directory.iterdir() if directory.is_dir() else ():
        process = _owner(path.name)
        if process and not is_alive(process):
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)


def is_alive(process: int) -> bool:
    """Whether a process of this machine runs."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _owned(purpose: str) -> str:
    return f"{purpose}@{socket.gethostname()}@{os.getpid()}@"


def _owner(name: str) -> int:
    """The process of this machine that a name was made by; 0 when it is another's, or nobody's."""
    fields = name.split("@")
    if len(fields) == 4 and fields[1] == socket.gethostname() and fields[2].isdigit():
        return int(fields[2])
    return 0
