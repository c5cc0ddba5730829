"""The Dagster web server, asked what its pages ask."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
_ASSET = "montage"
_KEYS = """query ($key: AssetKeyInput!) { assetNodeOrError(assetKey: $key) { ... on AssetNode {
    partitionKeysByDimension { name partitionKeys } } } }"""
_STATUSES = """query ($key: AssetKeyInput!) { assetNodeOrError(assetKey: $key) { ... on AssetNode {
    partitionStats { numPartitions numMaterialized numFailed }
    assetPartitionStatuses { ... on DefaultPartitionStatuses {
        materializedPartitions failedPartitions materializingPartitions } } } } }"""
_RUNS = """query ($filter: RunsFilter!) { runsOrError(filter: $filter, limit: 25) { ... on Runs {
    results { runId status startTime tags { key value } } } } }"""
_LAUNCH = """mutation ($params: ExecutionParams!) { launchRun(executionParams: $params) {
    __typename ... on PythonError { message } } }"""


@dataclass(frozen=True)
class Webserver:
    """A running one."""

    url: str

    def partition_keys(self) -> Any:
        """The list of all partitions of an asset."""
        return self._ask(_KEYS, key={"path": [_ASSET]})

    def partition_statuses(self) -> Any:
        """Which partitions of an asset are there."""
        return self._ask(_STATUSES, key={"path": [_ASSET]})

    def runs_of(self, project: str) -> Any:
        """The last runs of one partition."""
        tag = {"key": "dagster/partition", "value": project}
        return self._ask(_RUNS, filter={"tags": [tag]})

    def launch(self, project: str) -> None:
        """Ask for a run of one partition; it is queued when this returns."""
        location = {"repositoryLocationName": "definitions", "repositoryName": "__repository__"}
        tags = [{"key": "dagster/partition", "value": project}]
        answer = self._ask(
            _LAUNCH,
            params={
                "selector": {**location, "jobName": "build_project"},
                "executionMetadata": {"tags": tags},
                "runConfigData": {},
                "mode": "default",
            },
        )["launchRun"]
        if answer["__typename"] != "LaunchRunSuccess":
            raise RuntimeError(f"{answer}")

    def _ask(self, query: str, **variables: Any) -> Any:
        data = json.dumps({"query": query, "variables": variables}).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.url}/graphql", data, headers)
        with urllib.request.urlopen(request, timeout=120) as answer:
            found = json.load(answer)
        if found.get("errors"):
            raise RuntimeError(f"{found['errors']}")
        return found["data"]


@contextmanager
def webserver(home: Path) -> Iterator[Webserver]:
    """A web server and its code server on this instance for the length of a ``with`` block."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "dagster_webserver", "-m", "definitions"),
            *("-h", "127.0.0.1", "-p", str(port)),
        ],
        cwd=ROOT,
        env={**os.environ, "DAGSTER_HOME": str(home), "VIDEO_PLATFORM_DATA_DIR": str(home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        url = f"http://127.0.0.1:{port}"
        _wait(f"{url}/server_info")
        yield Webserver(url)
    finally:
        process.terminate()
        process.wait(30)


def _wait(url: str) -> None:
    deadline = time.monotonic() + 120
    while True:
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)
