"""``make cluster``: the processes of ``deploy/services.toml`` on this machine, until Ctrl-C.

PostgreSQL, Redis and S3 are those of the environment, where it names them; else they are started
here, from this machine's own programs (S3: moto, which keeps everything in memory). Every worker
has a data folder of its own, as if it were a machine of its own.
"""

import argparse
import contextlib
import os
import secrets
import signal
import subprocess
import sys
import tomllib
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from cli.output import say
from cli.processes import Service, free_port, running, start, wait_until_ready, watch
from deploy.local.servers import database_of, object_store, postgres_server, redis_server
from video_platform.disk import write_atomically
from workers.settings import BROKER_VARIABLE

SERVICES = ROOT / "deploy" / "services.toml"
BUCKET, LOGS_BUCKET = "video-platform", "video-platform-logs"


def main() -> None:
    """Start everything, say where it is, wait for Ctrl-C."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--data-dir", type=Path, default=Path(".video-platform/cluster"))
    parser.add_argument("--api-port", type=int, default=8001)
    parser.add_argument("--dagster-port", type=int, default=3000)
    parser.add_argument("--workers", type=int, default=2, help="of generate and of render")
    wanted = parser.parse_args()
    for wish in (signal.SIGINT, signal.SIGTERM):
        signal.signal(wish, signal.default_int_handler)
    ports = {"api": wanted.api_port, "webserver": wanted.dagster_port}
    home = wanted.data_dir.absolute()
    with contextlib.suppress(KeyboardInterrupt), cluster(home, ports, workers=wanted.workers) as it:
        say(f"API         http://127.0.0.1:{wanted.api_port}/docs")
        say(f"Dagster UI  http://127.0.0.1:{wanted.dagster_port}/dagster")
        say(f"Logs        {it.logs}")
        say("Ctrl-C stops everything.")
        watch(it.processes, it.logs, it.begin_again)


@dataclass(frozen=True)
class Cluster:
    """A running installation."""

    services: dict[str, Service]
    processes: dict[str, subprocess.Popen[bytes]]
    environment: Mapping[str, str]
    home: Path

    @property
    def logs(self) -> Path:
        """Where each service writes."""
        return self.home / "logs"

    def begin_again(self, name: str) -> subprocess.Popen[bytes] | None:
        """A worker anew; its work went on elsewhere. Nothing for any other service."""
        if not name.startswith("worker-"):
            return None
        return start(self.services[name], self.environment, self.home, self.logs)


@contextlib.contextmanager
def cluster(
    home: Path,
    ports: Mapping[str, int],
    *,
    workers: int = 2,
    env: Mapping[str, str] | None = None,
    places: Mapping[str, int] | None = None,
) -> Iterator[Cluster]:
    """The whole installation for the length of a ``with`` block.

    Args:
        home: folder of its data; kept, so that the secrets stay.
        ports: of ``api`` and ``webserver``.
        workers: how many of each kind that makes films; 0: no broker, and each run is a process
            of its own, with all its steps in it.
        env: what every process is told besides.
        places: how many tasks at once a worker of a queue takes, where it is not as listed.

    Raises:
        NotConfigured: a server or a service cannot be started; says which and why.
    """
    (home / "dagster").mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as stack:
        environment = {
            **os.environ,
            **_addresses(stack, home),
            **_secrets(home),
            "DAGSTER_HOME": str(home / "dagster"),
            "VIDEO_PLATFORM_CHANNEL_DIR": str(home / "channel"),
            "VIDEO_PLATFORM_LOGS_BUCKET": LOGS_BUCKET,
            "PYTHONPATH": str(ROOT),
            "PYTHONWARNINGS": "ignore",
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
            **(env or {}),
        }
        config = yaml.safe_load((ROOT / "deploy" / "production" / "dagster.yaml").read_bytes())
        if not workers:
            del environment[BROKER_VARIABLE], config["run_launcher"]
        write_atomically(home / "dagster" / "dagster.yaml", yaml.safe_dump(config).encode())
        listed = _listed(workers, places or {})
        once, services = _services(home, {**ports, "code": free_port()}, listed)
        for service in once:
            _finish(service, environment, home)
        processes = stack.enter_context(running(services, environment, home, home / "logs"))
        wait_until_ready(services, processes, home / "logs")
        named = {service.name: service for service in services}
        yield Cluster(named, processes, environment, home)


def _addresses(stack: contextlib.ExitStack, home: Path) -> dict[str, str]:
    """Where the three servers are: given, or started for as long as ``stack``."""
    postgres = os.environ.get("POSTGRES_URL") or stack.enter_context(postgres_server(home))
    redis = os.environ.get("REDIS_URL") or stack.enter_context(redis_server(home))
    store = stack.enter_context(object_store(home, (BUCKET, LOGS_BUCKET)))
    platform = database_of(postgres, "video_platform")
    base = redis.rstrip("/").removesuffix("/0")
    return {
        **store,
        "DAGSTER_POSTGRES_URL": database_of(postgres, "dagster"),
        "VIDEO_PLATFORM_DATABASE_URL": platform.replace("postgresql:", "postgresql+psycopg2:", 1),
        "VIDEO_PLATFORM_REDIS_URL": f"{base}/0",
        "VIDEO_PLATFORM_CELERY_BROKER_URL": f"{base}/1",
        "VIDEO_PLATFORM_STORE_URL": f"s3://{BUCKET}",
    }


def _secrets(home: Path) -> dict[str, str]:
    """Keys all processes share, made once and kept where only this account reads them."""
    place = home / "secrets.yaml"
    if not place.exists():
        made = {
            "VIDEO_PLATFORM_SECRET_KEYS": urlsafe_b64encode(secrets.token_bytes(32)).decode(),
            "VIDEO_PLATFORM_TOKEN_KEYS": f"k1={b64encode(secrets.token_bytes(32)).decode()}",
        }
        place.touch(mode=0o600)
        place.write_text(yaml.safe_dump(made), encoding="utf-8")
    kept: dict[str, str] = yaml.safe_load(place.read_text(encoding="utf-8"))
    return {name: os.environ.get(name) or key for name, key in kept.items()}


def _listed(workers: int, places: Mapping[str, int]) -> dict[str, dict[str, Any]]:
    """The entries of ``services.toml``, each worker as often as it is wanted."""
    found: dict[str, dict[str, Any]] = {}
    for name, entry in tomllib.loads(SERVICES.read_text(encoding="utf-8"))["services"].items():
        queue = entry.get("queue")
        if queue is None:
            found[name] = entry
            continue
        copies = workers if queue in ("generate", "render") else min(workers, 1)
        entry["concurrency"] = places.get(queue, entry["concurrency"])
        found.update({f"{name}-{n + 1}": entry for n in range(copies)})
    return found


def _services(
    home: Path, ports: Mapping[str, int], listed: Mapping[str, Mapping[str, Any]]
) -> tuple[list[Service], list[Service]]:
    """What runs once, and what stays."""
    workspace = home / "workspace.yaml"
    server = {"host": "127.0.0.1", "port": ports["code"], "location_name": "video_platform"}
    write_atomically(workspace, yaml.safe_dump({"load_from": [{"grpc_server": server}]}).encode())
    once: list[Service] = []
    stay: list[Service] = []
    for name, entry in listed.items():
        if "queue" in entry:
            stay.append(_worker(home, name, entry))
            continue
        port = ports.get(name, 0)
        words = {"host": "127.0.0.1", "port": port, "workspace": workspace}
        service = Service(
            name,
            [part.format(**words) for part in entry["command"]],
            _ready(entry, port),
            {"VIDEO_PLATFORM_DATA_DIR": str(home / name)},
        )
        (once if entry.get("once") else stay).append(service)
    return once, stay


def _ready(entry: Mapping[str, Any], port: int) -> str:
    if not port:
        return ""
    return f"http://127.0.0.1:{port}{entry['ready']}" if "ready" in entry else f"127.0.0.1:{port}"


def worker_command(name: str, entry: Mapping[str, Any]) -> list[str]:
    """How a worker of ``services.toml`` is started, here and in the composition."""
    return [
        *("celery", "-A", "workers.app", "worker", "-Q", entry["queue"], "-O", "fair"),
        *("-c", str(entry["concurrency"]), "-n", f"{name}@%h", "--loglevel", "WARNING"),
    ]


def _worker(home: Path, name: str, entry: Mapping[str, Any]) -> Service:
    env = {"VIDEO_PLATFORM_DATA_DIR": str(home / name)}
    return Service(name, worker_command(name, entry), env=env)


def _finish(service: Service, environment: Mapping[str, str], home: Path) -> None:
    subprocess.run(
        service.command, env={**environment, **service.env}, cwd=home, check=True, timeout=300
    )


if __name__ == "__main__":
    main()
