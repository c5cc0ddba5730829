"""The only module that starts FFmpeg: argument lists, no shell, bounded, and never orphaned."""

import contextlib
import os
import resource
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import IO

from video_platform.disk import storage_errors
from video_platform.errors import FfmpegFailed, FfmpegMissing, MontageError, StorageFull
from video_platform.tracing import span

NEEDED = {
    "encoders": ("libx264", "aac", "libopus"),
    "filters": ("ass", "ebur128", "volume", "palettegen", "paletteuse"),
}
"""What the montage uses of FFmpeg, by the option that lists it."""

_GLOBAL = ("-hide_banner", "-nostats", "-xerror", "-y", "-protocol_whitelist", "file,pipe")
_STDERR_BYTES = 4096
_NICENESS = 5
_MEMORY_BYTES = 8 << 30
"""Of address space; a 1080p segment takes under one gigabyte of it."""
HARDWARE_MEMORY_BYTES = 512 << 30
_FILE_BYTES = 64 << 30
_KILLED_ELSEWHERE = -signal.SIGKILL
_ENDED_HERE = -signal.SIGTERM
"""How an FFmpeg counts as ended that we killed."""
_TIED = Path(__file__).with_name("_tied.py")
_Buffer = bytes | bytearray | memoryview


def find_ffmpeg(explicit: str = "") -> Path:
    """The FFmpeg to use: the one named by the operator, else the one that is shipped.

    Raises:
        FfmpegMissing: it does not exist, does not start, or lacks a feature the montage needs.
    """
    if explicit:
        found = shutil.which(explicit)
        hint = "Correct VIDEO_PLATFORM_FFMPEG, or unset it to use the FFmpeg that is shipped."
        if found is None:
            raise FfmpegMissing(f"{explicit!r} is not a program.", hint=hint)
        missing = check_features(Path(found))
        if missing:
            raise FfmpegMissing(f"{explicit} lacks {', '.join(missing)}.", hint=hint)
        return Path(found)
    try:
        import imageio_ffmpeg

        # The wheel's own binary is known to have every feature; it is not asked again.
        return Path(imageio_ffmpeg.get_ffmpeg_exe())
    except (ImportError, RuntimeError) as error:
        raise FfmpegMissing(
            "No FFmpeg was found.",
            hint="Install the platform again (make setup), or set VIDEO_PLATFORM_FFMPEG.",
        ) from error


def check_features(executable: Path) -> list[str]:
    """What this FFmpeg lacks of ``NEEDED``; everything when it does not even start."""
    missing: list[str] = []
    for option, names in NEEDED.items():
        try:
            listed = subprocess.run(
                [executable, "-hide_banner", f"-{option}"],
                capture_output=True,
                timeout=20,
                check=False,
                stdin=subprocess.DEVNULL,
            ).stdout.decode(errors="replace")
        except (OSError, subprocess.TimeoutExpired):
            listed = ""
        words = {field for line in listed.splitlines() for field in line.split()[:2]}
        missing += [name for name in names if name not in words]
    return missing


class Ffmpeg:
    """Runs FFmpeg. One instance serves many threads; ``stop_all`` ends what they have running."""

    def __init__(self, executable: Path) -> None:
        self._executable = executable
        self._live: set[subprocess.Popen[bytes]] = set()
        self._ended_here: set[int] = set()
        self._lock = threading.Lock()

    def run(
        self,
        arguments: Sequence[str],
        *,
        directory: Path,
        feed: Iterable[_Buffer] | None = None,
        timeout_s: float = 1800,
        memory_bytes: int = _MEMORY_BYTES,
    ) -> str:
        """Run to the end in ``directory`` and return what FFmpeg wrote to its log.

        One that the system killed, for want of memory above all, is started once more, unless it
        was fed: what it took is gone.

        Args:
            arguments: input, filters and output; paths relative to ``directory``.
            feed: raw frames or samples for standard input, written as FFmpeg takes them.
            timeout_s: after this FFmpeg is killed.
            memory_bytes: address space it may take; drivers of graphics hardware reserve far more
                than they use.

        Raises:
            FfmpegFailed: it ended with an error, or the time was up.
            StorageFull: it could not write for want of space.
        """
        command = [*launcher(), str(self._executable), *_GLOBAL, *arguments]
        if feed is None:
            command.insert(len(launcher()) + 1, "-nostdin")
        with span("ffmpeg", step=directory.name.partition("@")[0]):
            code, words = self._attempt(command, directory, feed, timeout_s, memory_bytes)
            if code == _KILLED_ELSEWHERE and feed is None:
                code, words = self._attempt(command, directory, feed, timeout_s, memory_bytes)
            if code != 0:
                raise _failure(code, command, words, directory)
            return words

    def _attempt(
        self,
        command: Sequence[str],
        directory: Path,
        feed: Iterable[_Buffer] | None,
        timeout_s: float,
        memory_bytes: int,
    ) -> tuple[int, str]:
        """One FFmpeg: how it ended, and its last words."""
        with (
            storage_errors(directory),
            (directory / f"ffmpeg-{id(command):x}.log").open("w+b") as log,
        ):
            process = subprocess.Popen(
                command,
                cwd=directory,
                stdin=subprocess.DEVNULL if feed is None else subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=log,
                process_group=0,
            )
            with self._lock:
                self._live.add(process)
            _restrain(process.pid, memory_bytes)
            watch = threading.Timer(timeout_s, self._end, (process,))
            watch.daemon = True
            watch.start()
            try:
                if feed is not None and process.stdin is not None:
                    _feed(process.stdin, feed)
                process.wait()
            except BaseException:
                process.kill()
                process.wait()
                raise
            finally:
                watch.cancel()
                with self._lock:
                    self._live.discard(process)
                    was_ended_here = process.pid in self._ended_here
                    self._ended_here.discard(process.pid)
            words = _tail(log)
        code = process.returncode
        return (_ENDED_HERE if was_ended_here and code < 0 else code), words

    def stop_all(self) -> None:
        """Kill every FFmpeg this instance has running; their callers get ``FfmpegFailed``."""
        with self._lock:
            running = list(self._live)
        for process in running:
            self._end(process)

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        with self._lock:
            if process in self._live:
                self._ended_here.add(process.pid)
        process.kill()


def launcher() -> tuple[str, ...]:
    """A prefix that ties the child's life to ours, where the system has one.

    Without it a fed FFmpeg still ends with us, because its input ends. ``preexec_fn`` is not used:
    it is unsafe in a process with threads.
    """
    if sys.platform != "linux":
        return ()
    return (sys.executable, "-I", "-S", str(_TIED), str(os.getpid()))


def _restrain(pid: int, memory_bytes: int) -> None:
    """Give way to interactive work, and bound what a hostile file can make FFmpeg take.

    A process that has ended already, or a system without such limits, is left as it is.
    """
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, pid, _NICENESS)
        if sys.platform == "linux":
            resource.prlimit(pid, resource.RLIMIT_AS, (memory_bytes, memory_bytes))
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (_FILE_BYTES, _FILE_BYTES))


def _feed(stdin: IO[bytes], buffers: Iterable[_Buffer]) -> None:
    # A broken pipe means FFmpeg gave up; its exit code and log say why.
    with contextlib.suppress(BrokenPipeError):
        for buffer in buffers:
            stdin.write(buffer)
    with contextlib.suppress(BrokenPipeError):
        stdin.close()


def _tail(log: IO[bytes]) -> str:
    size = log.seek(0, os.SEEK_END)
    log.seek(max(0, size - _STDERR_BYTES))
    return log.read().decode(errors="replace")


def _failure(code: int, command: Sequence[str], words: str, directory: Path) -> MontageError:
    if "No space left on device" in words:
        full = StorageFull(
            f"No space left in {directory}.",
            hint="Free some space and run the same command again; finished work is kept.",
        )
        raise full
    reason = "was stopped" if code < 0 else f"ended with status {code}"
    return FfmpegFailed(f"FFmpeg {reason}.", exit_code=code, arguments=command, stderr_tail=words)
