"""A real API process on a database of its own."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Server:
    """Where it listens, its process, and a signed-in owner's token."""

    port: int
    process: subprocess.Popen[bytes]
    home: Path
    database_url: str
    token: str = ""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def memory_mb(self) -> float:
        """Resident memory of the process."""
        text = Path(f"/proc/{self.process.pid}/status").read_text()
        return next(int(line.split()[1]) for line in text.splitlines() if "VmRSS" in line) / 1024

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """One request as the owner."""
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.token}"}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def signed_in(self) -> "Server":
        """The same server, as a newly registered owner."""
        account = {"email": "bench@example.com", "password": "a long enough passphrase"}
        wish = {**account, "name": "Bench", "tenant": "Bench"}
        return replace(self, token=self.call("POST", "/api/v1/auth/register", wish)["access_token"])


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def serving(
    app: str = "api.app:create_app", *, database_url: str = "", env: dict[str, str] | None = None
) -> Iterator[Server]:
    """A uvicorn process serving ``app``, with a registered owner where it is ours."""
    with tempfile.TemporaryDirectory(prefix="bench-api-") as folder:
        port, home = free_port(), Path(folder)
        url = database_url or f"sqlite:///{home / 'platform.db'}"
        environment = {
            **os.environ,
            "VIDEO_PLATFORM_DATA_DIR": folder,
            "VIDEO_PLATFORM_DATABASE_URL": url,
            "PYTHONPATH": str(ROOT),
            **(env or {}),
        }
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "uvicorn", app, "--factory", "--host", "127.0.0.1"),
                *("--port", str(port), "--log-level", "warning", "--no-access-log"),
            ],
            env=environment,
            cwd=folder,
        )
        server = Server(port, process, home, url)
        try:
            _wait(server)
            yield server
        finally:
            process.terminate()
            process.wait(20)


def _wait(server: Server) -> None:
    for _ in range(240):
        with (
            contextlib.suppress(OSError),
            urllib.request.urlopen(f"{server.url}/healthz") as answer,
        ):
            if answer.status == 200:
                return
        if server.process.poll() is not None:
            break
        time.sleep(0.25)
    raise RuntimeError("the server did not start")
