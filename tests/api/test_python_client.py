"""The typed Python client that `make client` makes of the API's own document, at a real API."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from api.app import create_app
from tests.services import free_port

ROOT = Path(__file__).parents[2]
CLIENT = ROOT / "build" / "client"
PASSWORD = "a password of four words"
SCRIPT = """
import json, sys
from video_platform_client import AuthenticatedClient, Client
from video_platform_client.api.access import me, register
from video_platform_client.api.projects import create_project, list_projects, read_project
from video_platform_client.models import Problem, ProjectIn, Registration

base_url, password = sys.argv[1:]
wish = Registration(email="ann@example.com", password=password, name="Ann", tenant="Ann")
session = register.sync(client=Client(base_url=base_url), body=wish)
client = AuthenticatedClient(base_url=base_url, token=session.access_token)
brief = ProjectIn.from_dict({"text": "Why bread rises", "language": "en", "duration_s": 20})
made = create_project.sync(client=client, body=brief, idempotency_key="film-1")
again = create_project.sync(client=client, body=brief, idempotency_key="film-1")
missing = read_project.sync("none-of-this-name", client=client)
assert isinstance(missing, Problem)
print(json.dumps({
    "name": me.sync(client=client).user.name,
    "same": made.id == again.id,
    "listed": [one.id for one in list_projects.sync(client=client).items] == [made.id],
    "missing": missing.code,
}))
"""


@pytest.fixture(scope="module")
def client() -> Path:
    """The generated package's folder."""
    if not CLIENT.exists():
        if os.environ.get("CI"):
            pytest.fail("build/client is missing: CI runs `make client` before the tests.")
        pytest.skip("build/client is missing: `make client` writes it.")
    return CLIENT


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """A real API process of a new installation."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "uvicorn", "--factory", "api.app:create_app", "--port", str(port)],
        cwd=ROOT,
        env={**os.environ, "VIDEO_PLATFORM_DATA_DIR": str(tmp_path / "data")},
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        with httpx.Client(transport=httpx.HTTPTransport(retries=8), timeout=60) as probe:
            assert probe.get(f"{url}/healthz").status_code == 200
        yield url
    finally:
        process.terminate()
        process.wait(20)


def test_the_client_asks_for_a_film_once_and_reads_a_problem(client: Path, address: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, address, PASSWORD],
        env={**os.environ, "PYTHONPATH": str(client)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "name": "Ann",
        "same": True,
        "listed": True,
        "missing": "project_missing",
    }


def test_the_client_is_of_todays_document(client: Path) -> None:
    document = json.loads((client.parent / "openapi.json").read_text())
    assert document == json.loads(json.dumps(create_app().openapi()))


def test_the_client_is_typed_and_its_types_hold(client: Path, tmp_path: Path) -> None:
    assert (client / "video_platform_client" / "py.typed").exists()
    arguments = ["--config-file=", "--strict", f"--cache-dir={tmp_path}", "video_platform_client"]
    done = subprocess.run(
        [sys.executable, "-m", "mypy", *arguments],
        cwd=client,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout
