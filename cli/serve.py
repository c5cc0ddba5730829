"""``up``: the whole product on this machine, until Ctrl-C.

Four services: the API, Dagster's code server (which also starts the runs), its web server and its
daemon. Web server and daemon share the one code server; ``dagster dev`` would start one for each.
"""

import os
import signal
import socket
import sys
from pathlib import Path
from typing import Annotated

import typer
import yaml

from cli.dagster_home import prepare_home, project_root
from cli.output import say
from cli.processes import Service, free_port, running, wait_until_ready, watch
from video_platform.disk import write_atomically
from video_platform.errors import NotConfigured
from video_platform.settings import Settings


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
    code_port = free_port()
    services = _services(home, host, api_port, dagster_port, code_port)
    # Set anew, not left as inherited: a shell's background jobs ignore SIGINT, and so would we and
    # every service below.
    for wish in (signal.SIGINT, signal.SIGTERM):
        signal.signal(wish, signal.default_int_handler)
    logs = settings.home / "logs"
    with running(services, _environment(settings, home), home, logs) as processes:
        try:
            wait_until_ready(services, processes, logs)
            say(f"API         http://{host}:{api_port}/docs")
            say(f"Dagster UI  http://{host}:{dagster_port}")
            say(f"Logs        {logs}")
            say("Ctrl-C stops everything.")
            watch(processes, logs)
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
