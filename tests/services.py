"""Real servers for tests, private to one test process: PostgreSQL and Redis on loopback.

``POSTGRES_URL`` and ``REDIS_URL`` name servers that run already. Else they are started here from
the programs on this machine; where there are none, tests skip and say so, and in CI they fail.
"""

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

_PROGRAM_DIRS = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
_WAIT_S = 30.0


def _program(name: str, package: str) -> str:
    places = os.pathsep.join([*map(str, _PROGRAM_DIRS), os.environ.get("PATH", "")])
    found = shutil.which(name, path=places)
    if found is None:
        missing = f"{name} is not on this machine; install {package}."
        pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)
    return found


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _until_open(port: int, process: subprocess.Popen[bytes], name: str) -> None:
    deadline = time.monotonic() + _WAIT_S
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        if process.poll() is not None:
            break
        time.sleep(0.05)
    pytest.fail(f"{name} did not start on port {port}.")


@contextlib.contextmanager
def postgres_server() -> Iterator[str]:
    """A PostgreSQL of its own; yields the URL of a superuser's database."""
    given = os.environ.get("POSTGRES_URL", "")
    if given:
        yield given.replace("postgresql://", "postgresql+psycopg2://", 1)
        return
    initdb, postgres = _program("initdb", "postgresql"), _program("postgres", "postgresql")
    with tempfile.TemporaryDirectory(prefix="pg-", ignore_cleanup_errors=True) as home:
        # PostgreSQL refuses to run as root.
        owner = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        if owner:
            account = pwd.getpwnam("postgres")
            os.chown(home, account.pw_uid, account.pw_gid)
        data, port = f"{home}/data", free_port()
        subprocess.run(
            [*owner, initdb, "-D", data, "-U", "admin", "-A", "trust", "--no-sync"],
            check=True,
            capture_output=True,
            cwd=home,
        )
        settings = ("fsync=off", "listen_addresses=127.0.0.1", f"unix_socket_directories={home}")
        arguments = [part for one in settings for part in ("-c", one)]
        process = subprocess.Popen(
            [*owner, postgres, "-D", data, "-p", str(port), *arguments],
            cwd=home,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            _until_open(port, process, "PostgreSQL")
            _until_ready(port)
            yield f"postgresql+psycopg2://admin@127.0.0.1:{port}/postgres"
        finally:
            process.terminate()
            process.wait(_WAIT_S)


def _until_ready(port: int) -> None:
    """It listens a moment before it takes anybody."""
    import psycopg2

    deadline = time.monotonic() + _WAIT_S
    while True:
        try:
            psycopg2.connect(host="127.0.0.1", port=port, user="admin", dbname="postgres").close()
        except psycopg2.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return


@contextlib.contextmanager
def redis_server() -> Iterator[str]:
    """A Redis of its own that keeps nothing; yields its URL."""
    given = os.environ.get("REDIS_URL", "")
    if given:
        yield given
        return
    program, port = _program("redis-server", "redis-server"), free_port()
    with tempfile.TemporaryDirectory(prefix="redis-") as home:
        arguments = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", home]
        process = subprocess.Popen([program, *arguments], stdout=subprocess.DEVNULL)
        try:
            _until_open(port, process, "Redis")
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            process.terminate()
            process.wait(_WAIT_S)
