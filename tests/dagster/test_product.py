"""The whole product on one machine: `up` starts Dagster and the API, and a person uses both."""

import contextlib
import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT, run_command

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

BRIEF = "Bread rises because yeast eats sugar and breathes out gas."


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Product:
    """A running installation with one finished project."""

    dagster: str
    api: str
    process: subprocess.Popen[bytes]
    project: str
    folder: Path

    def query(self, text: str, **variables: Any) -> Any:
        answer = post(f"{self.dagster}/graphql", {"query": text, "variables": variables})
        assert "errors" not in answer, answer
        return answer["data"]

    def until(self, found: Callable[[], Any], seconds: float = 150) -> Any:
        """What ``found`` answers once it is true; the product must stay alive meanwhile."""
        for _ in range(int(seconds / 0.25)):
            value = found()
            if value:
                return value
            try:
                self.process.wait(timeout=0.25)
            except subprocess.TimeoutExpired:
                continue
            raise AssertionError("the product ended by itself")
        raise AssertionError("nothing happened in time")


def post(url: str, body: Any) -> Any:
    request = urllib.request.Request(  # noqa: S310 - loopback
        url, json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - loopback
        return json.load(answer)


def is_up(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - loopback
            return bool(answer.status == 200)
    except OSError:
        return False


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    folder = tmp_path_factory.mktemp("up")
    data = folder / "data"
    done = run_command("create", BRIEF, "-d", "6", "--json", data_dir=data)
    assert done.returncode == 0, done.stderr
    ports = free_port(), free_port()
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "cli.main", "up"),
            *("--dagster-port", str(ports[0]), "--api-port", str(ports[1])),
        ],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "VIDEO_PLATFORM_DATA_DIR": str(data)},
    )
    running = Product(
        dagster=f"http://127.0.0.1:{ports[0]}",
        api=f"http://127.0.0.1:{ports[1]}",
        process=process,
        project=json.loads(done.stdout)["project"],
        folder=folder,
    )
    try:
        running.until(lambda: is_up(f"{running.dagster}/server_info"))
        running.until(lambda: is_up(f"{running.api}/readyz"))
        yield running
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) == 0


SELECTOR = {
    "repositoryLocationName": "video_platform",
    "repositoryName": "__repository__",
}


def materializations(product: Product, asset: str, partition: str) -> list[dict[str, Any]]:
    found = product.query(
        """query ($key: AssetKeyInput!, $partitions: [String!]) {
             assetOrError(assetKey: $key) { ... on Asset {
               assetMaterializations(partitions: $partitions) {
                 runId partition
                 metadataEntries { label __typename
                   ... on MarkdownMetadataEntry { mdStr }
                   ... on IntMetadataEntry { intValue }
                   ... on TextMetadataEntry { text } } } } } }""",
        key={"path": [asset]},
        partitions=[partition],
    )
    rows: list[dict[str, Any]] = found["assetOrError"]["assetMaterializations"]
    return rows


def facts(row: dict[str, Any]) -> dict[str, Any]:
    return {
        entry["label"]: entry.get("mdStr") or entry.get("text") or entry.get("intValue")
        for entry in row["metadataEntries"]
    }


def test_graph_shows_every_asset_in_its_group(product: Product) -> None:
    nodes = product.query(
        "{ assetNodes { assetKey { path } groupName description partitionDefinition { name } } }"
    )["assetNodes"]
    groups = {node["assetKey"]["path"][-1]: node["groupName"] for node in nodes}
    assert groups == {
        "script": "writing",
        "scene_images": "material",
        "voice_tracks": "material",
        "music": "material",
        "avatar_clips": "material",
        "clips": "material",
        "timeline": "montage",
        "montage": "montage",
        "publications": "publishing",
    }
    assert {node["partitionDefinition"]["name"] for node in nodes} == {"projects"}


def test_film_made_on_the_command_line_is_a_partition_with_pictures(product: Product) -> None:
    (row,) = materializations(product, "scene_images", product.project)
    assert facts(row)["pictures"].count("![scene") >= 1
    assert "data:image/jpeg;base64," in facts(row)["pictures"]
    (row,) = materializations(product, "montage", product.project)
    assert "LUFS" in facts(row)["films"]
    assert facts(row)["films"].count("data:image/jpeg;base64,") == 3
    assert "segments rendered" in facts(row)["plan"]
    assert facts(row)["segments_rendered"] >= 1
    (row,) = materializations(product, "script", product.project)
    assert "yeast" in facts(row)["script"]


def launch(product: Product, assets: list[str], config: dict[str, Any]) -> str:
    answer = product.query(
        """mutation ($params: ExecutionParams!) { launchRun(executionParams: $params) {
             __typename ... on LaunchRunSuccess { run { runId } }
             ... on PythonError { message } } }""",
        params={
            "selector": {
                **SELECTOR,
                "jobName": "__ASSET_JOB",
                "assetSelection": [{"path": [asset]} for asset in assets],
                "assetCheckSelection": [],
            },
            "runConfigData": {"ops": config},
            "executionMetadata": {"tags": [{"key": "dagster/partition", "value": product.project}]},
            "mode": "default",
        },
    )["launchRun"]
    assert answer["__typename"] == "LaunchRunSuccess", answer
    run: str = answer["run"]["runId"]
    return run


def run_status(product: Product, run: str) -> str:
    found = product.query(
        "query ($id: ID!) { runOrError(runId: $id) { ... on Run { status } } }", id=run
    )
    status: str = found["runOrError"]["status"]
    return status


def test_one_scene_is_made_anew_from_the_ui(product: Product) -> None:
    run = launch(product, ["scene_images"], {"scene_images": {"config": {"only": [1]}}})
    product.until(lambda: run_status(product, run) in ("SUCCESS", "FAILURE"))
    assert run_status(product, run) == "SUCCESS"
    newest, before = materializations(product, "scene_images", product.project)
    assert newest["runId"] == run
    assert facts(newest)["provider_calls"] == 1
    assert facts(newest)["pictures"] != facts(before)["pictures"]


@dataclass
class Caller:
    """A signed-in owner of a tenant of their own."""

    api: str
    headers: dict[str, str]

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(  # noqa: S310 - loopback
            f"{self.api}/api/v1{path}", data, {**self.headers, **headers}, method=method
        )
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - loopback
            return json.load(answer)

    def fetch(self, path: str, **headers: str) -> tuple[int, bytes]:
        request = urllib.request.Request(  # noqa: S310 - loopback
            f"{self.api}/api/v1{path}", headers={**self.headers, **headers}
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - loopback
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()


def register(product: Product, name: str) -> Caller:
    account = {
        "email": f"{name}@example.com",
        "password": "a long enough passphrase",
        "name": name,
        "tenant": name,
    }
    answer = post(f"{product.api}/api/v1/auth/register", account)
    token = {"Authorization": f"Bearer {answer['access_token']}"}
    return Caller(product.api, {**token, "Content-Type": "application/json"})


def follow(product: Product, caller: Caller, project: str, status: str) -> list[dict[str, Any]]:
    """Events of a project over a WebSocket, until it has this status."""
    from websockets.sync.client import connect

    ticket = caller.call("POST", "/events/tickets")["ticket"]
    address = f"{product.api.replace('http', 'ws')}/api/v1/projects/{project}/events"
    events = []
    with connect(f"{address}?after=0&ticket={ticket}") as stream:
        while True:
            event = json.loads(stream.recv(timeout=180))
            if "id" in event:
                events.append(event)
            if event["kind"] == "project.status" and event["data"]["status"] == status:
                return events
            assert event["kind"] != "project.failed", event


@pytest.fixture(scope="module")
def ann(product: Product) -> Caller:
    return register(product, "ann")


@pytest.fixture(scope="module")
def made(product: Product, ann: Caller) -> tuple[str, list[dict[str, Any]]]:
    """A project asked for through the API, and everything that was told until it was out."""
    wish = {"text": "Salt slows yeast down, and bread rises more evenly.", "duration_s": 6}
    keys = {
        ann.call("POST", "/projects", wish, **{"Idempotency-Key": "salt"})["id"] for _ in range(2)
    }
    assert len(keys) == 1
    (key,) = keys
    return key, follow(product, ann, key, "published")


def test_a_project_is_watched_from_the_wish_to_the_publication(
    product: Product, made: tuple[str, list[dict[str, Any]]]
) -> None:
    _, events = made
    statuses = [e["data"]["status"] for e in events if e["kind"] == "project.status"]
    assert statuses == ["scripting", "generating", "rendering", "ready", "published"]
    shares = [e["data"]["progress"] for e in events if e["kind"] == "stage.progress"]
    assert shares == sorted(shares)
    channel = product.folder / "data" / "channel"
    assert any("Salt slows" in path.read_text() for path in channel.rglob("feed.xml"))


def test_the_same_wish_twice_under_one_key_makes_two_runs_in_all(
    product: Product, made: tuple[str, list[dict[str, Any]]]
) -> None:
    runs = product.query(
        "{ runsOrError { ... on Runs { results { jobName tags { key value } } } } }"
    )
    jobs = [
        run["jobName"]
        for run in runs["runsOrError"]["results"]
        if {"key": "dagster/partition", "value": made[0]} in run["tags"]
    ]
    assert sorted(jobs) == ["build_project", "publish_project"]


def film_of(caller: Caller, project: str) -> dict[str, Any]:
    films = caller.call("GET", f"/videos?project={project}")["items"]
    return next(film for film in films if film["is_current"])


def test_the_film_is_downloaded_whole_and_in_parts_by_its_tenant_only(
    product: Product, ann: Caller, made: tuple[str, list[dict[str, Any]]]
) -> None:
    film = film_of(ann, made[0])
    status, whole = ann.fetch(f"/assets/{film['id']}/download")
    assert (status, len(whole)) == (200, film["size_bytes"])
    assert hashlib.sha256(whole).hexdigest() == film["sha256"]
    assert ann.fetch(f"/assets/{film['id']}/download", Range="bytes=4-7") == (206, b"ftyp")
    stranger = register(product, "bob")
    for path in (
        f"/assets/{film['id']}/download",
        f"/media/{film['sha256']}.mp4",
        f"/projects/{made[0]}",
    ):
        assert stranger.fetch(path)[0] == 404


def test_one_picture_made_anew_gives_another_film_and_one_call(
    product: Product, ann: Caller, made: tuple[str, list[dict[str, Any]]]
) -> None:
    project, before = made[0], film_of(ann, made[0])
    last = ann.call("GET", f"/events/log?project={project}&limit=500")[-1]["id"]
    wish = {"project": project, "stage": "scene_images", "scenes": [1]}
    command = ann.call("POST", "/assets/generate", wish, **{"Idempotency-Key": "anew"})["id"]
    product.until(
        lambda: ann.call("GET", f"/projects/{project}/commands/{command}")["state"] == "succeeded"
    )
    assert film_of(ann, project)["sha256"] != before["sha256"]
    events = ann.call("GET", f"/events/log?project={project}&after={last}&limit=500")
    calls = {
        e["data"]["stage"]: e["data"]["provider_calls"]
        for e in events
        if e["kind"] == "stage.ended" and e["data"]["stage"] != "clips"
    }
    assert {stage for stage, count in calls.items() if count} <= {"scene_images", "publications"}
    assert calls["scene_images"] == 1


@pytest.mark.wide
def test_a_film_is_asked_for_watched_and_fetched_from_the_command_line(
    product: Product, ann: Caller, tmp_path: Path
) -> None:
    env = {
        "VIDEO_PLATFORM_REMOTE": str(tmp_path / "remote.json"),
        "VIDEO_PLATFORM_PASSWORD": "a long enough passphrase",
    }

    def call(*arguments: str) -> subprocess.CompletedProcess[str]:
        done = run_command(*arguments, data_dir=tmp_path / "data", env=env)
        assert done.returncode == 0, done.stderr
        return done

    call("login", product.api, "--email", "ann@example.com")
    assert (tmp_path / "remote.json").stat().st_mode & 0o077 == 0
    made = call(
        "remote", "create", "Butter makes bread soft, and it keeps longer.", "--duration", "6"
    )
    project = json.loads(made.stdout)["project"]
    assert "rendering" in call("remote", "watch", project).stderr
    call("remote", "download", project, "--out", str(tmp_path / "films"))
    assert (tmp_path / "films" / f"{project}-16x9.mp4").read_bytes()[4:8] == b"ftyp"
    assert project in call("remote", "projects", "--json").stdout
    call("logout")
    refused = run_command("remote", "projects", data_dir=tmp_path / "data", env=env)
    assert (refused.returncode, "not_signed_in" in refused.stderr) == (3, True)


def test_a_cancel_ends_the_run_and_what_it_started(product: Product, ann: Caller) -> None:
    text = " ".join(f"Sentence {n} of a longer film about bread and salt." for n in range(40))
    key = ann.call("POST", "/projects", {"text": text, "duration_s": 90})["id"]
    product.until(lambda: ann.call("GET", f"/projects/{key}")["status"] == "rendering")
    ann.call("POST", f"/projects/{key}/cancel")
    product.until(lambda: ann.call("GET", f"/projects/{key}/commands")[0]["state"] == "cancelled")
    assert ann.call("GET", f"/projects/{key}")["status"] == "cancelled"
    rendering = f"{product.folder / 'data' / 'scratch'}"
    product.until(lambda: rendering not in _command_lines())


def _command_lines() -> str:
    """The command lines of all processes of this machine."""
    lines = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            lines.append(path.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
    return "\n".join(lines)
