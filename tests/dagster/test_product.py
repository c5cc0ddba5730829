"""The whole product on one machine: `up` starts Dagster and the API, and a person uses both."""

import json
import os
import signal
import socket
import subprocess
import sys
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
    "repositoryLocationName": "definitions",
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


def test_project_posted_to_the_api_is_built_and_published_by_the_sensors(product: Product) -> None:
    body = {"text": "Salt slows yeast down, and bread rises more evenly.", "duration_s": 6}
    project = post(f"{product.api}/projects", body)["id"]
    post(f"{product.api}/projects", body)  # asking twice must not make two runs
    feed = product.folder / "data" / "channel" / "feed.xml"
    product.until(lambda: feed.exists() and "Salt slows" in feed.read_text(encoding="utf-8"))
    runs = product.query(
        "{ runsOrError { ... on Runs { results { jobName tags { key value } } } } }"
    )
    jobs = [
        run["jobName"]
        for run in runs["runsOrError"]["results"]
        if {"key": "dagster/partition", "value": project} in run["tags"]
    ]
    assert sorted(jobs) == ["build_project", "publish_project"]


def test_api_serves_media_with_ranges(product: Product) -> None:
    shown = run_command("show", product.project, "--json", data_dir=product.folder / "data")
    film = json.loads(shown.stdout)["films"][0]
    request = urllib.request.Request(  # noqa: S310 - loopback
        f"{product.api}/media/{film['sha256']}.mp4", headers={"Range": "bytes=4-11"}
    )
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - loopback
        assert answer.status == 206
        assert answer.read()[:4] == b"ftyp"
    assert not is_up(f"{product.api}/media/{'0' * 64}.mp4")
    assert not is_up(f"{product.api}/media/../platform.db")
