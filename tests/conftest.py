"""Fixtures every room shares: private settings, a studio, and the real command."""

import os
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.services import postgres_server, redis_server
from video_platform.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
Command = Callable[..., subprocess.CompletedProcess[str]]
LONGEST = (
    *("providers/test_fault_matrix.py", "dagster/test_product.py", "frontend/test_product.py"),
    *("cli/test_create.py", "creators", "publishing/test_publication_chart.py", "api/test_fuzz.py"),
    *("cli/test_paid_film.py", "publishing/test_kill_nine.py", "cli/test_verify.py", "chaos"),
)
"""A file stays on one worker, so the longest begin first: else one worker ends minutes later."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files first; all others keep their order."""

    def rank(item: pytest.Item) -> int:
        name = item.path.relative_to(ROOT / "tests").as_posix()
        return next((n for n, one in enumerate(LONGEST) if name.startswith(one)), len(LONGEST))

    items.sort(key=rank)


@pytest.fixture(autouse=True)
def _private_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No test reads the person's own projects, keys or Dagster home."""
    for name in list(os.environ):
        if name.startswith(("VIDEO_PLATFORM_", "DAGSTER_")) or name.endswith("_API_KEY"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("VIDEO_PLATFORM_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("DAGSTER_DISABLE_TELEMETRY", "1")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings whose data live in the test's own directory."""
    return Settings(data_dir=tmp_path / "data")


def run_command(
    *arguments: str | os.PathLike[str],
    data_dir: Path,
    env: dict[str, str] | None = None,
    stdin: bytes | None = None,
    timeout: float = 240,
) -> subprocess.CompletedProcess[str]:
    """The real command line in a process of its own, as a person would call it."""
    done = subprocess.run(
        [sys.executable, "-m", "cli.main", *map(os.fspath, arguments)],
        cwd=data_dir.parent,
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "VIDEO_PLATFORM_DATA_DIR": str(data_dir),
            **(env or {}),
        },
        input=stdin,
        capture_output=True,
        timeout=timeout,
        check=False,
    )
    return subprocess.CompletedProcess(
        done.args, done.returncode, done.stdout.decode(), done.stderr.decode()
    )


@pytest.fixture
def command(tmp_path: Path) -> Command:
    """``command("projects", "--json")`` in this test's own data directory."""

    def call(*arguments: str | os.PathLike[str], **options: object) -> object:
        return run_command(*arguments, data_dir=tmp_path / "data", **options)  # type: ignore[arg-type]

    return call  # type: ignore[return-value]


@pytest.fixture(scope="session")
def moto_url() -> Iterator[str]:
    """moto's S3 server in a thread of this process."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A real PostgreSQL, as its superuser; started with the first test that wants it."""
    with postgres_server() as url:
        yield url


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """A real Redis; started with the first test that wants it."""
    with redis_server() as url:
        yield url


@pytest.fixture
def empty_postgres(postgres_url: str) -> str:
    """The URL of a new database whose owner is no superuser, as the application must not be one."""
    from sqlalchemy import create_engine, text

    name = f"t{uuid.uuid4().hex[:12]}"
    engine = create_engine(postgres_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE ROLE {name} LOGIN PASSWORD '{name}'"))
        connection.execute(text(f"CREATE DATABASE {name} OWNER {name}"))
    url = engine.url.set(username=name, password=name, database=name)
    engine.dispose()
    return url.render_as_string(hide_password=False)
