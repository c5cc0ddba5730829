"""A cluster on this machine whose pictures are bought at a scenario server."""

import contextlib
import json
import os
import shutil
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.local.cluster import Cluster, cluster
from deploy.local.servers import postgres_folder
from tests.creators.films import PhotographingFlux, seller_env
from tests.scenarios.flux import FluxSpeaker
from tests.scenarios.server import ScenarioServer
from tests.services import free_port

_LOOK_S = 0.5
_ACCOUNT = {"email": "cluster@example.com", "password": "a long enough passphrase"}
_OVER = ("published", "failed", "cancelled")


@dataclass
class Installation:
    """What a person sees of it, and what an accident does to it."""

    it: Cluster
    seller: ScenarioServer
    api: str
    dagster: str
    token: str = ""

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """One request to the API; the answer's JSON. Signs in again when the token is too old."""
        try:
            return self._call(method, path, body)
        except urllib.error.HTTPError as error:
            if error.code != 401 or not self.token:
                raise
        self.token = ""
        self.token = self._call("POST", "/api/v1/auth/login", _ACCOUNT)["access_token"]
        return self._call(method, path, body)

    def _call(self, method: str, path: str, body: Any) -> Any:
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.token}"}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.api}{path}", data, headers, method=method)  # noqa: S310 - loopback
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
            return json.load(answer)

    def sign_up(self) -> None:
        wish = {**_ACCOUNT, "name": "Cluster", "tenant": "Cluster"}
        self.token = self.call("POST", "/api/v1/auth/register", wish)["access_token"]

    def ask(self, text: str, **wish: Any) -> str:
        """Ask for a short film; the project's key."""
        asked = {"text": text, "duration_s": 6, "providers": {"image": "flux"}, **wish}
        key: str = self.call("POST", "/api/v1/projects", asked)["id"]
        return key

    def status(self, key: str) -> str:
        found: str = self.call("GET", f"/api/v1/projects/{key}")["status"]
        return found

    def statuses(self) -> dict[str, str]:
        """Of the hundred newest projects, in one request."""
        page = self.call("GET", "/api/v1/projects?limit=100")
        return {one["id"]: one["status"] for one in page["items"]}

    def until(self, found: Callable[[], Any], seconds: float = 300) -> Any:
        """What ``found`` answers once it is true; workers that died are begun again meanwhile."""
        deadline = time.monotonic() + seconds
        while not (value := found()):
            self.tend()
            assert time.monotonic() < deadline, "nothing happened in time"
            time.sleep(_LOOK_S)
        return value

    def tend(self) -> None:
        for name, process in self.it.processes.items():
            if process.poll() is not None:
                another = self.it.begin_again(name)
                assert another is not None, f"{name} ended by itself"
                self.it.processes[name] = another

    def ended(self, keys: list[str], seconds: float = 400) -> dict[str, str]:
        """The statuses of projects once nothing more will happen to any."""
        found: dict[str, str] = {}

        def is_over() -> bool:
            found.update(self.statuses())
            return all(found[key] in _OVER for key in keys)

        self.until(is_over, seconds)
        return {key: found[key] if found[key] != "failed" else self._why(key) for key in keys}

    def _why(self, key: str) -> str:
        return f"failed: {self.call('GET', f'/api/v1/projects/{key}')['failure']}"

    def kill(self, name: str) -> None:
        """A worker and all it started, without a word."""
        process = self.it.processes[name]
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def empty_redis(self) -> None:
        """Every message, answer and count of Redis is gone."""
        import redis

        redis.Redis.from_url(self.it.environment["VIDEO_PLATFORM_CELERY_BROKER_URL"]).flushall()

    def bought(self) -> list[str]:
        """The prompts the seller accepted, in order."""
        return [str(one["request"]["prompt"]) for one in self.seller.world.accepted()]


@contextlib.contextmanager
def installation(
    folder: Path,
    *,
    workers: int = 2,
    env: Mapping[str, str] | None = None,
    places: Mapping[str, int] | None = None,
    flux: FluxSpeaker | None = None,
) -> Iterator[Installation]:
    """All processes of a cluster, and a registered owner."""
    ports = {"api": free_port(), "webserver": free_port()}
    seller = ScenarioServer([flux or PhotographingFlux()], folder / "accepted.log")
    told = {**seller_env(seller, image="flux"), **(env or {})}
    try:
        with cluster(folder / "data", ports, workers=workers, env=told, places=places) as it:
            api, dagster = (f"http://127.0.0.1:{ports[one]}" for one in ("api", "webserver"))
            made = Installation(it, seller, api, dagster)
            made.sign_up()
            yield made
    finally:
        seller.close()
        shutil.rmtree(postgres_folder(folder / "data"), ignore_errors=True)
