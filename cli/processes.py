"""Services as processes of this machine: started in order, watched, ended with all they began."""

import contextlib
import os
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cli.output import say
from video_platform.errors import NotConfigured

_GRACE_S = 20.0
_READY_S = 120.0
_LOOK_S = 0.25


@dataclass(frozen=True, slots=True)
class Service:
    """One process of the product, and what to ask whether it is ready."""

    name: str
    command: list[str]
    ready: str = ""
    """A URL that answers 200, or ``host:port`` that takes connections; empty: it needs no wait."""
    env: Mapping[str, str] = field(default_factory=dict)
    """What it alone is told."""


@contextlib.contextmanager
def running(
    services: Sequence[Service], environment: dict[str, str], home: Path, logs: Path
) -> Iterator[dict[str, subprocess.Popen[bytes]]]:
    """The services as processes, each with its log; none is left when the block ends."""
    logs.mkdir(parents=True, exist_ok=True)
    processes: dict[str, subprocess.Popen[bytes]] = {}
    try:
        for service in services:
            # Others need the code server when they start.
            if processes:
                wait_until_ready(services[:1], processes, logs)
            processes[service.name] = start(service, environment, home, logs)
        yield processes
    except KeyboardInterrupt:
        say("Stopping.")
    finally:
        _stop(list(processes.values()))


def start(
    service: Service, environment: Mapping[str, str], home: Path, logs: Path
) -> subprocess.Popen[bytes]:
    """One service as a process in a session of its own, its words added to its log."""
    with _log_of(service.name, logs).open("ab") as log:
        return subprocess.Popen(
            service.command,
            env={**environment, **service.env},
            cwd=home,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def _log_of(name: str, logs: Path) -> Path:
    return logs / f"{name.lower().replace(' ', '-')}.log"


def wait_until_ready(
    services: Sequence[Service], processes: dict[str, subprocess.Popen[bytes]], logs: Path
) -> None:
    """Wait for the answers of these services.

    Raises:
        NotConfigured: ``service_did_not_start``: one ended, or gave no answer for two minutes.
    """
    deadline = time.monotonic() + _READY_S
    for service in services:
        while service.ready and not _answers(service.ready):
            if processes[service.name].poll() is not None or time.monotonic() > deadline:
                raise NotConfigured(
                    f"The {service.name} did not start.",
                    hint=f"Its last words are in {_log_of(service.name, logs)}.",
                    code="service_did_not_start",
                )
            time.sleep(_LOOK_S)


def _answers(place: str) -> bool:
    try:
        if place.startswith("http"):
            with urllib.request.urlopen(place, timeout=2) as answer:  # noqa: S310 - our own
                return bool(answer.status == 200)
        host, _, port = place.rpartition(":")
        with socket.create_connection((host, int(port)), 1):
            return True
    except OSError:
        return False


def watch(
    processes: dict[str, subprocess.Popen[bytes]],
    logs: Path,
    begin_again: Callable[[str], subprocess.Popen[bytes] | None] = lambda _: None,
) -> None:
    """Return when a service ends by itself: half a product helps nobody.

    Args:
        begin_again: starts a service anew by its name, if the others can do without it meanwhile.
    """
    while True:
        for name in [name for name, process in processes.items() if process.poll() is not None]:
            kill_group(processes[name].pid)
            another = begin_again(name)
            if another is None:
                say(f"The {name} ended by itself; stopping the rest. See {_log_of(name, logs)}.")
                return
            say(f"The {name} ended by itself and was begun again. See {_log_of(name, logs)}.")
            processes[name] = another
        time.sleep(_LOOK_S)


def _stop(processes: list[subprocess.Popen[bytes]]) -> None:
    """End them, the last started first, with all they started: runs are begun again later."""
    for process in reversed(processes):
        if process.poll() is None:
            process.terminate()
    deadline = time.monotonic() + _GRACE_S
    for process in reversed(processes):
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=max(0.1, deadline - time.monotonic()))
        kill_group(process.pid)
        process.wait()


def kill_group(leader: int) -> None:
    """What a service leaves behind: a run of the code server, its FFmpeg."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
