"""PostgreSQL, Redis and an S3 server from this machine's own programs, on loopback."""

import contextlib
import hashlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from cli.processes import free_port
from video_platform.errors import NotConfigured

_PROGRAM_DIRS = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
_WAIT_S = 60.0


@contextlib.contextmanager
def postgres_server(home: Path) -> Iterator[str]:
    """A PostgreSQL whose data stay in ``home``; yields the URL of its maintenance database.

    Raises:
        NotConfigured: ``program_missing``, ``service_did_not_start``.
    """
    initdb = _program("initdb", "postgresql", "POSTGRES_URL")
    postgres = _program("postgres", "postgresql", "POSTGRES_URL")
    # PostgreSQL refuses to run as root.
    owner = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    base, port = postgres_folder(home), free_port()
    data, sockets = base / "data", base / "sockets"
    for folder in (base, data, sockets):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if owner:
            account = pwd.getpwnam("postgres")
            os.chown(folder, account.pw_uid, account.pw_gid)
    if not any(data.iterdir()):
        words = ["-D", str(data), "-U", "admin", "-A", "trust"]
        subprocess.run([*owner, initdb, *words], check=True, capture_output=True, cwd="/")
    if (data / "postmaster.pid").exists():
        # Whoever started it was killed and left it running.
        stop = [_program("pg_ctl", "postgresql", "POSTGRES_URL"), "stop", "-D", str(data)]
        subprocess.run([*owner, *stop, "-m", "fast"], capture_output=True, cwd="/", check=False)
    settings = ("listen_addresses=127.0.0.1", "max_connections=300")
    words = [part for one in settings for part in ("-c", one)]
    command = [*owner, postgres, "-D", str(data), "-p", str(port), "-k", str(sockets), *words]
    with _running(command, "PostgreSQL", home, stop="INT"):
        url = f"postgresql://admin@127.0.0.1:{port}/postgres"
        _until(lambda: _connects(url), "PostgreSQL")
        yield url


def postgres_folder(home: Path) -> Path:
    """Where its data are: the account it gets from root may not look into root's folders."""
    if os.geteuid() != 0:
        return home / "postgres"
    name = hashlib.sha256(str(home).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"video-platform-{name}"


def database_of(url: str, name: str) -> str:
    """The URL of a database of this server; it is created if there is none."""
    import psycopg2

    connection = psycopg2.connect(url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("select 1 from pg_database where datname = %s", (name,))
        if cursor.fetchone() is None:
            cursor.execute(f'create database "{name}"')
    connection.close()
    return url.rpartition("/")[0] + f"/{name}"


@contextlib.contextmanager
def redis_server(home: Path) -> Iterator[str]:
    """A Redis that keeps nothing; yields its URL without a database number.

    Raises:
        NotConfigured: ``program_missing``, ``service_did_not_start``.
    """
    program, port = _program("redis-server", "redis-server", "REDIS_URL"), free_port()
    words = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(home)]
    with _running([program, *words], "Redis", home):
        _until(lambda: _listens(port), "Redis")
        yield f"redis://127.0.0.1:{port}"


@contextlib.contextmanager
def object_store(home: Path, buckets: Sequence[str]) -> Iterator[dict[str, str]]:
    """The S3 server the environment names, or moto's; yields its environment, buckets made.

    Raises:
        NotConfigured: ``service_did_not_start``.
    """
    given = os.environ.get("S3_ENDPOINT_URL") or os.environ.get("VIDEO_PLATFORM_S3_ENDPOINT_URL")
    if given:
        found = {"VIDEO_PLATFORM_S3_ENDPOINT_URL": given}
        _make_buckets(given, buckets)
        yield found
        return
    port = free_port()
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    keys = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local"}
    os.environ.update(keys)
    with _running(command, "moto", home):
        _until(lambda: _listens(port), "moto")
        url = f"http://127.0.0.1:{port}"
        _make_buckets(url, buckets)
        yield {
            **keys,
            "AWS_DEFAULT_REGION": "us-east-1",
            "VIDEO_PLATFORM_S3_ENDPOINT_URL": url,
        }


def _make_buckets(url: str, names: Sequence[str]) -> None:
    import boto3

    region = os.environ.get("AWS_DEFAULT_REGION", "us-east-1")
    client = boto3.client("s3", endpoint_url=url, region_name=region)
    there = {one["Name"] for one in client.list_buckets()["Buckets"]}
    for name in set(names) - there:
        client.create_bucket(Bucket=name)


@contextlib.contextmanager
def _running(command: list[str], name: str, home: Path, stop: str = "TERM") -> Iterator[None]:
    (home / "logs").mkdir(parents=True, exist_ok=True)
    with (home / "logs" / f"{name.lower()}.log").open("ab") as log:
        process = subprocess.Popen(
            command,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        yield
    finally:
        # runuser hands no signal on: to its group, then.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, getattr(signal, f"SIG{stop}"))
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_WAIT_S)


def _program(name: str, package: str, variable: str) -> str:
    places = os.pathsep.join([*map(str, _PROGRAM_DIRS), os.environ.get("PATH", "")])
    found = shutil.which(name, path=places)
    if found is None:
        raise NotConfigured(
            f"{name} is not on this machine.",
            hint=f"Install the package {package}, or set {variable} to a server that runs.",
            code="program_missing",
        )
    return found


def _until(is_ready: Callable[[], bool], name: str) -> None:
    deadline = time.monotonic() + _WAIT_S
    while not is_ready():
        if time.monotonic() > deadline:
            raise NotConfigured(
                f"{name} did not start.",
                hint="Its last words are in the folder logs.",
                code="service_did_not_start",
            )
        time.sleep(0.1)


def _connects(url: str) -> bool:
    import psycopg2

    try:
        psycopg2.connect(url).close()
    except psycopg2.OperationalError:
        return False
    return True


def _listens(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), 1):
            return True
    except OSError:
        return False
