"""A whole product on loopback whose processes are killed at random, and started again.

Every process carries a mark in its environment, by which it and whatever it started are found in
``/proc``, whoever has adopted them since.
"""

import contextlib
import os
import random
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Protocol

from cli.dagster_home import prepare_home
from cli.serve import Service, _answers, _environment, _free_port, _services
from video_platform.settings import Settings

MARK = "VIDEO_PLATFORM_CHAOS_MARK"
CHILD_DIES_S = 5.0
_LOOK_S = 0.2
_VICTIM_S = 4.0
"""How long a process of the wanted kind is waited for: FFmpeg lives for moments."""
_START_S = 120.0


@dataclass(frozen=True, slots=True)
class Process:
    """A process as the system shows it."""

    pid: int
    parent: int
    words: str

    @property
    def kind(self) -> str:
        """What of the product it is; empty: something it uses for a moment."""
        kinds = {
            "ffmpeg": "ffmpeg",
            "montage.confined": "reader",
            "uvicorn": "api",
            "api grpc": "code server",
            "dagster._daemon": "daemon",
            "dagster_webserver": "",
            "execute_run": "worker",
            "multiprocessing": "worker",
        }
        return next((kind for sign, kind in kinds.items() if sign in self.words), "")


def marked(mark: str) -> list[Process]:
    """Every live process that carries the mark."""
    found = []
    for place in Path("/proc").iterdir():
        if not place.name.isdigit() or int(place.name) == os.getpid():
            continue
        with contextlib.suppress(OSError, IndexError, ValueError):
            if f"{MARK}={mark}".encode() not in (place / "environ").read_bytes():
                continue
            words = (place / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            status = (place / "stat").read_text().rpartition(")")[2].split()
            if status[0] != "Z":
                found.append(Process(int(place.name), int(status[1]), words))
    return found


@dataclass
class Product:
    """The product's services, each started again when it ends.

    Args:
        home: a new data directory.
        environment: settings, keys and addresses of services.
    """

    home: Path
    environment: dict[str, str]
    mark: str
    api: str = ""
    restarts: int = 0
    _services: list[Service] = field(default_factory=list)
    _running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self) -> None:
        """Start all; returns when the API and Dagster are ready."""
        settings = Settings(data_dir=self.home)  # the database is the environment's
        dagster_home = prepare_home(settings)
        api_port, dagster_port, code_port = (_free_port() for _ in range(3))
        self.api = f"http://127.0.0.1:{api_port}/api/v1"
        self._services = _services(dagster_home, "127.0.0.1", api_port, dagster_port, code_port)
        self.environment = {
            **_environment(settings, dagster_home),
            **self.environment,
            MARK: self.mark,
        }
        (self.home / "logs").mkdir(parents=True, exist_ok=True)
        for service in self._services:
            self._begin(service)
            if service.ready and not self.until(partial(_answers, service.ready), _START_S):
                raise RuntimeError(f"The {service.name} did not start.")

    def _begin(self, service: Service) -> None:
        log = self.home / "logs" / f"{service.name}.log"
        with log.open("ab") as writer:
            self._running[service.name] = subprocess.Popen(
                service.command,
                env=self.environment,
                cwd=self.home,
                stdin=subprocess.DEVNULL,
                stdout=writer,
                stderr=writer,
                start_new_session=True,
            )

    def keep_up(self) -> None:
        """Start again what has ended, as a supervisor does."""
        for service in self._services:
            running = self._running.get(service.name)
            if running is not None and running.poll() is not None:
                self.restarts += 1
                self._begin(service)

    def until(self, found: Callable[[], bool], seconds: float) -> bool:
        """Keep the product up until ``found``; whether it was in time."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self.keep_up()
            if found():
                return True
            time.sleep(_LOOK_S)
        return False

    def stop(self) -> list[Process]:
        """End all; what is still alive five seconds later was orphaned."""
        for process in self._running.values():
            process.kill()
            process.wait()
        # Runs end by themselves with their film; here they are told to, and their children are not.
        for one in marked(self.mark):
            if one.kind == "worker":
                with contextlib.suppress(ProcessLookupError):
                    os.kill(one.pid, signal.SIGKILL)
        time.sleep(CHILD_DIES_S)
        left = marked(self.mark)
        for one in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(one.pid, signal.SIGKILL)
        return left


class Restartable(Protocol):
    """A service beside the product, which may be killed and started again."""

    name: str

    def start(self) -> None: ...
    def stop(self) -> None: ...


KINDS = ("api", "code server", "daemon", "ffmpeg", "worker")
_OUTAGES_S = (0.0, 3.0)


@dataclass
class Nemesis:
    """Kills one process after the other, in an order that the seed decides."""

    product: Product
    chance: random.Random
    services: Sequence[Restartable] = ()
    killed: list[str] = field(default_factory=list)
    orphans: list[str] = field(default_factory=list)

    def strike(self) -> None:
        """Kill one process of a kind drawn at random, and see that its children follow it."""
        names = {service.name: service for service in self.services}
        kind = self.chance.choice((*KINDS, *names))
        luck, outage_s = self.chance.random(), self.chance.uniform(*_OUTAGES_S)
        if kind in names:
            names[kind].stop()
            self.killed.append(kind)
            self.product.until(lambda: False, outage_s)
            names[kind].start()
            return
        found: list[Process] = []
        self.product.until(lambda: bool(found.extend(self._of(kind)) or found), _VICTIM_S)
        if found:
            self._kill(found[int(luck * len(found))])

    def _of(self, kind: str) -> list[Process]:
        alive = (one for one in marked(self.product.mark) if one.kind == kind)
        return sorted(alive, key=lambda one: one.pid)

    def _kill(self, victim: Process) -> None:
        alive, kind = marked(self.product.mark), victim.kind
        children = [one for one in self._below(victim.pid, alive) if one.kind == "ffmpeg"]
        try:
            os.kill(victim.pid, signal.SIGKILL)
        except ProcessLookupError:
            return
        self.killed.append(kind)
        if not children:
            return
        self.product.until(lambda: not _alive(children, self.product.mark), CHILD_DIES_S)
        self.orphans += [
            f"{one.words[:80]} outlived its {kind}" for one in _alive(children, self.product.mark)
        ]

    @staticmethod
    def _below(pid: int, alive: list[Process]) -> Iterator[Process]:
        """Direct children: those further down lose their own parent first."""
        return (one for one in alive if one.parent == pid)


def _alive(known: list[Process], mark: str) -> list[Process]:
    if not known:
        return []
    now = {(one.pid, one.words) for one in marked(mark)}
    return [one for one in known if (one.pid, one.words) in now]
