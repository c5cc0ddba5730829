"""The composition: valid, closed, pinned, and alike to what `make cluster` starts."""

import json
import re
import tomllib
from importlib.resources import files
from typing import Any

import jsonschema
import pytest
import yaml

from deploy.local.cluster import SERVICES, worker_command
from tests.conftest import ROOT

COMPOSITION: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
OURS: dict[str, Any] = tomllib.loads(SERVICES.read_text())
PINNED = re.compile(r"[\w./-]+:[\w.-]+@sha256:[0-9a-f]{64}")
ONCE = {"migrate", "buckets"}
PRODUCTION = {"host": "0.0.0.0", "workspace": "/app/deploy/production/workspace.yaml"}  # noqa: S104


def services() -> list[str]:
    return list(COMPOSITION["services"])


@pytest.mark.parametrize("name", ["docker-compose.yml", "deploy/one-host.yml"])
def test_compositions_follow_the_compose_specification(name: str) -> None:
    vendored = files("check_jsonschema") / "builtin_schemas" / "vendor" / "compose-spec.json"
    document = yaml.safe_load((ROOT / name).read_text())
    jsonschema.validate(document, json.loads(vendored.read_text()))


def test_the_composition_runs_what_the_cluster_runs() -> None:
    theirs = {name for name, entry in COMPOSITION["services"].items() if "build" in entry}
    assert theirs - {"buckets"} == set(OURS["services"])


@pytest.mark.parametrize("name", list(OURS["services"]))
def test_a_service_has_the_same_command_in_both(name: str) -> None:
    entry = OURS["services"][name]
    words = {**PRODUCTION, "port": entry.get("port", "")}
    wanted = (
        worker_command(name, entry)
        if "queue" in entry
        else [part.format(**words) for part in entry["command"]]
    )
    assert COMPOSITION["services"][name]["command"] == wanted


def test_a_service_gets_the_environment_names_it_gets_in_the_cluster() -> None:
    names = set(OURS["environment"]["names"])
    for name in OURS["services"]:
        assert names <= set(COMPOSITION["services"][name]["environment"]), name


def test_every_foreign_image_is_pinned_by_digest() -> None:
    for name, entry in COMPOSITION["services"].items():
        assert "build" in entry or PINNED.fullmatch(entry["image"]), name
    bases = re.findall(r"^FROM (\S+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert all(one == "base" or PINNED.fullmatch(one) for one in bases)


@pytest.mark.parametrize("name", services())
def test_a_service_has_a_health_check_and_limits(name: str) -> None:
    entry = COMPOSITION["services"][name]
    limits = entry["deploy"]["resources"]["limits"]
    assert set(limits) == {"cpus", "memory"}
    assert ("test" in entry["healthcheck"]) == (name not in ONCE)


def test_one_port_is_public_and_the_others_are_this_machines() -> None:
    public = [
        port
        for entry in COMPOSITION["services"].values()
        for port in entry.get("ports", [])
        if not port.startswith("127.0.0.1:")
    ]
    assert public == ["${PUBLIC_PORT:-443}:443"]


def test_the_architectures_ports_are_kept() -> None:
    ports = {
        port.split(":")[1]
        for one in COMPOSITION["services"].values()
        for port in one.get("ports", [])
    }
    assert {"5433", "6380", "9000", "8001"} <= ports


def test_no_secret_has_a_default() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    for name in re.findall(r"\$\{(\w*(?:PASSWORD|SECRET|KEYS|ACCESS_KEY)\w*)", text):
        assert re.search(rf"\$\{{{name}:(\?|-\}})", text), name


@pytest.mark.parametrize("name", ["dev", "staging", "production"])
def test_each_environment_differs_by_one_file(name: str) -> None:
    composition = (ROOT / "docker-compose.yml").read_text()
    lines = (ROOT / "deploy" / "env" / f"{name}.env").read_text().splitlines()
    given = {line.lstrip("# ").partition("=")[0] for line in lines if "=" in line}
    assert set(re.findall(r"\$\{(\w+):\?", composition)) <= given
    ours = {one for one in given if one.startswith("VIDEO_PLATFORM_")}
    assert given - ours <= set(re.findall(r"\$\{(\w+)", composition))


def test_the_api_image_has_every_package_but_dagster_and_the_command_line() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    listed = (ROOT / "requirements" / "api.in").read_text().splitlines()
    missing = {re.split(r"[<>=\[]", one)[0] for one in set(project) - set(listed)}
    assert missing == {"dagster", "dagster-webserver", "typer", "rich", "mcp"}
    locked = (ROOT / "requirements" / "api.txt").read_text()
    assert not re.search(r"^(dagster|celery|typer)\b", locked, re.MULTILINE)


def test_the_api_starts_where_dagster_is_not(tmp_path: Any) -> None:
    import subprocess
    import sys

    code = (
        "import sys\n"
        "for name in ('dagster', 'celery', 'typer', 'rich', 'mcp'): sys.modules[name] = None\n"
        "from fastapi.testclient import TestClient\n"
        "from api.app import create_app\n"
        "with TestClient(create_app()) as api: print(api.get('/readyz').status_code)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(ROOT), "VIDEO_PLATFORM_DATA_DIR": str(tmp_path), "PATH": "/usr/bin"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.stdout.strip() == "200", done.stderr
