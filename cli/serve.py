"""``up``: the whole product on this machine, until Ctrl-C.

Four services: the API, Dagster's code server (which also starts the runs), its web server and its
daemon. Web server and daemon share the one code server; ``dagster dev`` would start one for each.
"""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
import yaml

from cli.dagster_home import prepare_home, project_root
from cli.output import say
from video_platform.disk import write_atomically
from video_platform.errors import NotConfigured
from video_platform.settings import Settings

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


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(up)


def up(
    dagster_port: Annotated[int, typer.Option(help="Port of the Dagster UI.")] = 3000,
    api_port: Annotated[int, typer.Option(help="Port of the API.")] = 8001,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
) -> None:
    """Start the API, the Dagster UI and what runs the work; Ctrl-C stops them all."""
    settings = Settings()
    home = prepare_home(settings)
    for name, port in (("API", api_port), ("Dagster UI", dagster_port)):
        _check_free(name, host, port)
    code_port = _free_port()
    services = _services(home, host, api_port, dagster_port, code_port)
    # Set anew, not left as inherited: a shell's background jobs ignore SIGINT, and so would we and
    # every service below.
    for wish in (signal.SIGINT, signal.SIGTERM):
        signal.signal(wish, signal.default_int_handler)
    logs = settings.home / "logs"
    with _running(services, _environment(settings, home), home, logs) as processes:
        try:
            _wait_until_ready(services, processes, logs)
            say(f"API         http://{host}:{api_port}/docs")
            say(f"Dagster UI  http://{host}:{dagster_port}")
            say(f"Logs        {logs}")
            say("Ctrl-C stops everything.")
            _watch(processes, logs)
        except KeyboardInterrupt:
            say("Stopping.")


def _environment(settings: Settings, home: Path) -> dict[str, str]:
    root = str(project_root())
    return {
        **os.environ,
        "DAGSTER_HOME": str(home),
        "VIDEO_PLATFORM_DATA_DIR": str(settings.home),
        "PYTHONWARNINGS": "ignore",
        "PYTHONPATH": os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH")))),
    }


def _services(
    home: Path, host: str, api_port: int, dagster_port: int, code_port: int
) -> list[Service]:
    """The services in the order they are started; they are stopped the other way round."""
    server = {"host": "127.0.0.1", "port": code_port, "location_name": "video_platform"}
    workspace = home / "workspace.yaml"
    write_atomically(workspace, yaml.safe_dump({"load_from": [{"grpc_server": server}]}).encode())
    python = (sys.executable, "-m")
    shared = ("-w", str(workspace))
    return [
        Service(
            "code server",
            [
                *(*python, "dagster", "api", "grpc", "-m", "definitions"),
                *("-d", str(project_root()), "--host", "127.0.0.1", "--port", str(code_port)),
                *("--location-name", "video_platform", "--log-level", "warning"),
            ],
            f"127.0.0.1:{code_port}",
        ),
        Service(
            "API",
            [
                *(*python, "uvicorn", "api.app:create_app", "--factory"),
                *("--host", host, "--port", str(api_port), "--log-level", "warning"),
            ],
            f"http://{host}:{api_port}/readyz",
        ),
        Service(
            "Dagster UI",
            [
                *(*python, "dagster_webserver", "-h", host, "-p", str(dagster_port), *shared),
                *("--log-level", "warning"),
            ],
            f"http://{host}:{dagster_port}/server_info",
        ),
        Service("daemon", [*python, "dagster._daemon", "run", *shared, "--log-level", "warning"]),
    ]


@contextlib.contextmanager
def _running(
    services: list[Service], environment: dict[str, str], home: Path, logs: Path
) -> Iterator[dict[str, subprocess.Popen[bytes]]]:
    """The services as processes, each with its log; none is left when the block ends."""
    logs.mkdir(parents=True, exist_ok=True)
    processes: dict[str, subprocess.Popen[bytes]] = {}
    try:
        for service in services:
            # Others need the code server when they start.
            if processes:
                _wait_until_ready(services[:1], processes, logs)
            with _log_of(service.name, logs).open("ab") as log:
                processes[service.name] = subprocess.Popen(
                    service.command,
                    env=environment,
                    cwd=home,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
        yield processes
    except KeyboardInterrupt:
        say("Stopping.")
    finally:
        _stop(list(processes.values()))


def _log_of(name: str, logs: Path) -> Path:
    return logs / f"{name.lower().replace(' ', '-')}.log"


def _wait_until_ready(
    services: list[Service], processes: dict[str, subprocess.Popen[bytes]], logs: Path
) -> None:
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


def _watch(processes: dict[str, subprocess.Popen[bytes]], logs: Path) -> None:
    """Return when a service ends by itself: half a product helps nobody."""
    while True:
        for name, process in processes.items():
            if process.poll() is not None:
                say(f"The {name} ended by itself; stopping the rest. See {_log_of(name, logs)}.")
                return
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
        _kill_group(process.pid)
        process.wait()


def _kill_group(leader: int) -> None:
    """What a service leaves behind: a run of the code server, its FFmpeg."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)


def _check_free(name: str, host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            option = "--api-port" if name == "API" else "--dagster-port"
            raise NotConfigured(
                f"Port {port} of {host} is taken, the {name} cannot listen there.",
                hint=f"Stop what uses it, or choose another with {option}.",
                code="port_taken",
            ) from error


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
