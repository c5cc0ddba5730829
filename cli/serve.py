"""``up``: the Dagster UI and the API on this machine, until Ctrl-C."""

import os
import signal
import subprocess
import sys
from typing import Annotated

import typer

from cli.dagster_home import prepare_home, project_root
from cli.output import say
from video_platform.settings import Settings

_GRACE_S = 20


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(up)


def up(
    dagster_port: Annotated[int, typer.Option(help="Port of the Dagster UI.")] = 3000,
    api_port: Annotated[int, typer.Option(help="Port of the API.")] = 8001,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
) -> None:
    """Start the Dagster UI, its daemon and the API; Ctrl-C stops them all."""
    settings = Settings()
    home = prepare_home(settings)
    root = str(project_root())
    environment = {
        **os.environ,
        "DAGSTER_HOME": str(home),
        "VIDEO_PLATFORM_DATA_DIR": str(settings.home),
        "PYTHONWARNINGS": "ignore",
        "PYTHONPATH": os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH")))),
    }
    commands = {
        "Dagster": [
            *(sys.executable, "-m", "dagster", "dev", "-m", "definitions", "-d", root),
            *("-h", host, "-p", str(dagster_port), "--log-level", "warning"),
        ],
        "API": [
            *(sys.executable, "-m", "uvicorn", "api.app:create_app", "--factory"),
            *("--host", host, "--port", str(api_port), "--log-level", "warning"),
        ],
    }
    say(f"Dagster UI  http://{host}:{dagster_port}")
    say(f"API         http://{host}:{api_port}/docs")
    say("Ctrl-C stops both.")
    # Set anew, not left as inherited: a shell's background jobs ignore SIGINT, and so would we and
    # every service below.
    for wish in (signal.SIGINT, signal.SIGTERM):
        signal.signal(wish, signal.default_int_handler)
    children = {
        name: subprocess.Popen(command, env=environment, cwd=home, start_new_session=True)
        for name, command in commands.items()
    }
    try:
        # Whichever ends first takes the other with it: half a product helps nobody.
        os.waitpid(-1, 0)
        ended = [name for name, child in children.items() if child.poll() is not None]
        say(f"{' and '.join(ended) or 'A service'} ended by itself; stopping the rest.")
    except KeyboardInterrupt:
        say("Stopping.")
    finally:
        _stop(list(children.values()))


def _stop(children: list[subprocess.Popen[bytes]]) -> None:
    for child in children:
        if child.poll() is None:
            child.terminate()
    for child in children:
        try:
            child.wait(timeout=_GRACE_S)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
