"""The composition is what the Compose specification allows, and what ``make cluster`` starts."""

import json
import re
import subprocess
import sys
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator, ValidationError

from api.settings import ApiSettings
from deploy.local.cluster import worker_command
from tests.conftest import ROOT
from video_platform.settings import Settings

_TEXT = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
COMPOSED: dict[str, Any] = yaml.safe_load(_TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSED["services"]
LISTED = tomllib.loads((ROOT / "deploy" / "services.toml").read_text(encoding="utf-8"))
WORKSPACE = "/opt/dagster/workspace.yaml"
ENVIRONMENTS = [
    ROOT / "deploy" / "env" / f"{name}.env.example" for name in ("dev", "staging", "prod")
]
_VARIABLE = re.compile(r"(?<!\$)\$\{(\w+)(:?[-?])?([^}]*)\}")
_DIGEST = re.compile(r"[a-z0-9./-]+:[\w.-]+@sha256:[0-9a-f]{64}")


def _schema() -> dict[str, Any]:
    place = files("check_jsonschema") / "builtin_schemas" / "vendor" / "compose-spec.json"
    schema: dict[str, Any] = json.loads(place.read_text(encoding="utf-8"))
    return schema


def _filled(text: str) -> str:
    """Variables replaced by their defaults, as where an operator gave none."""
    return _VARIABLE.sub(lambda found: found[3] if "-" in (found[2] or "") else "given", text)


def _image(name: str) -> str:
    return _filled(SERVICES[name]["image"])


def _is_product(name: str) -> bool:
    return _image(name).startswith("video-platform")


def _runs_once(name: str) -> bool:
    return SERVICES[name].get("restart") == "no"


def test_the_composition_is_valid_by_the_compose_specification() -> None:
    Draft202012Validator(_schema()).validate(yaml.safe_load(_filled(_TEXT)))


def test_one_host_in_one_container_is_valid_too() -> None:
    document = yaml.safe_load((ROOT / "deploy" / "one-host.yml").read_bytes())
    Draft202012Validator(_schema()).validate(document)
    known = {f"VIDEO_PLATFORM_{name.upper()}" for name in Settings.model_fields}
    service = document["services"]["platform"]
    named = {name for name in service["environment"] if name.startswith("VIDEO_PLATFORM_")}
    assert named <= known
    assert service["build"]["target"] == "core"
    assert all(port.startswith("127.0.0.1:") for port in service["ports"])


def test_another_store_may_stand_in_for_the_one_composed() -> None:
    text = _filled((ROOT / "deploy" / "compose.seaweedfs.yml").read_text(encoding="utf-8"))
    other = yaml.safe_load(text)
    Draft202012Validator(_schema()).validate(other)
    assert set(other["services"]) == {"minio"}
    assert _DIGEST.fullmatch(other["services"]["minio"]["image"])
    assert "-s3.port=9000" in other["services"]["minio"]["command"]


def test_the_schema_refuses_what_compose_would_not_read() -> None:
    broken = {"services": {"api": {"imagee": "x"}}}
    with pytest.raises(ValidationError):
        Draft202012Validator(_schema()).validate(broken)


@pytest.mark.parametrize("name", LISTED["services"])
def test_a_process_runs_the_same_command_here_and_there(name: str) -> None:
    entry, service = LISTED["services"][name], SERVICES[name]
    if "queue" in entry:
        assert service["command"] == worker_command(name, entry)
        return
    words = {"host": "0.0.0.0", "port": entry.get("port", ""), "workspace": WORKSPACE}  # noqa: S104
    assert service["command"] == [part.format(**words) for part in entry["command"]]
    assert _runs_once(name) == entry.get("once", False)
    if "ready" in entry:
        assert f":{entry['port']}{entry['ready']}" in str(service["healthcheck"])


def test_the_composition_adds_only_servers_preparation_and_monitoring() -> None:
    ours = {name for name in SERVICES if _is_product(name)}
    assert ours - set(LISTED["services"]) == {"migrate-dagster", "buckets", "pages", "metrics"}


def test_every_process_is_told_what_the_list_names_and_nothing_unknown() -> None:
    known = {
        f"VIDEO_PLATFORM_{n.upper()}" for n in (*Settings.model_fields, *ApiSettings.model_fields)
    }
    known |= {
        *LISTED["environment"]["names"],
        "AWS_DEFAULT_REGION",
        "FORWARDED_ALLOW_IPS",
        "WORKER",
    }
    for name in LISTED["services"]:
        told = set(SERVICES[name]["environment"])
        assert set(LISTED["environment"]["names"]) <= told, name
        assert told <= known, name


def test_one_port_is_public_and_on_this_machine_unless_told() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert list(published) == ["proxy"]
    assert [_filled(port) for port in published["proxy"]] == ["127.0.0.1:8443:8443"]
    assert all(service.get("network_mode") != "host" for service in SERVICES.values())
    assert COMPOSED["networks"]["data"]["internal"] is True


def test_servers_listen_where_the_architecture_puts_them() -> None:
    environment = SERVICES["api"]["environment"]
    assert "port=5433" in SERVICES["postgres"]["command"]
    assert SERVICES["pgbouncer"]["environment"]["DB_PORT"] == "5433"
    assert SERVICES["pgbouncer"]["environment"]["POOL_MODE"] == "session"
    assert "@pgbouncer:6432/" in environment["VIDEO_PLATFORM_DATABASE_URL"]
    assert "6380" in SERVICES["redis"]["command"]
    assert "@redis:6380/" in environment["VIDEO_PLATFORM_CELERY_BROKER_URL"]
    assert ":9000" in SERVICES["minio"]["command"]
    assert _filled(environment["VIDEO_PLATFORM_S3_ENDPOINT_URL"]) == "http://minio:9000"


def test_the_platforms_role_is_no_superuser_or_row_security_would_not_hold() -> None:
    assert "POSTGRES_USER" not in SERVICES["postgres"]["environment"]
    script = (ROOT / "deploy" / "containers" / "databases.sh").read_text(encoding="utf-8")
    assert "CREATE ROLE platform LOGIN PASSWORD" in script
    assert "@pgbouncer" in SERVICES["api"]["environment"]["VIDEO_PLATFORM_DATABASE_URL"]


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_has_limits_and_either_ends_or_has_a_health_check(name: str) -> None:
    service = SERVICES[name]
    assert set(service["deploy"]["resources"]["limits"]) == {"cpus", "memory"}
    assert _runs_once(name) or service["healthcheck"]["test"]


@pytest.mark.parametrize("name", SERVICES)
def test_an_image_of_others_is_pinned_by_digest(name: str) -> None:
    assert _is_product(name) or _DIGEST.fullmatch(_image(name))


def test_images_are_built_on_pinned_bases_and_run_as_nobody_special() -> None:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    bases = re.findall(r"^ARG \w+_IMAGE=(\S+)$", text, re.MULTILINE)
    assert len(bases) == 2
    assert all(_DIGEST.fullmatch(base) for base in bases)
    stages = re.findall(r"^FROM (\S+) AS (\S+)$", text, re.MULTILINE)
    made_of = {stage: base for base, stage in stages}
    built = {SERVICES[name]["build"]["target"] for name in SERVICES if "build" in SERVICES[name]}
    assert built == {"core", "api", "pages"}
    assert {made_of[target] for target in built} == {"base"}
    base = text.split(" AS base\n")[1].split("\nFROM ")[0]
    assert base.rstrip().endswith("USER platform")
    assert "USER root" not in text


def test_no_secret_has_a_default() -> None:
    for name, kind, default in _VARIABLE.findall(_TEXT):
        if re.search(r"PASSWORD|SECRET|_KEYS$|ACCESS_KEY", name):
            assert (kind, default) == (":?", ""), name


@pytest.mark.parametrize("path", ENVIRONMENTS, ids=lambda path: path.name)
def test_an_env_file_names_what_is_required_and_nothing_that_is_not_read(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    named = {line.lstrip("# ").partition("=")[0] for line in lines if re.match(r"(# )?\w+=", line)}
    used = _VARIABLE.findall(_TEXT)
    assert {name for name, kind, _ in used if kind == ":?"} <= named
    assert named <= {name for name, _, _ in used}


def test_volumes_and_mounted_files_exist() -> None:
    for name, service in SERVICES.items():
        for volume in service.get("volumes", ()):
            source = volume.split(":")[0]
            assert source in COMPOSED["volumes"] or (ROOT / source).exists(), (name, volume)


def test_the_proxy_asks_for_a_password_before_dagster_and_a_signature_before_films() -> None:
    text = (ROOT / "deploy" / "containers" / "Caddyfile").read_text(encoding="utf-8")
    dagster = text.split("handle /dagster* {")[1].split("\n\thandle")[0]
    assert dagster.index("basic_auth") < dagster.index("reverse_proxy webserver:3000")
    media = text.split("{$MEDIA_ADDRESS} {")[1].split("\n}")[0]
    assert "X-Amz-Signature" in media.split("handle @film")[0]
    # Beside `handle`, Caddy has an order of its own: what refuses would come too early or too late.
    assert "\n\trespond" not in text
    told = set(re.findall(r"\{\$(\w+)\}", text))
    assert told == set(SERVICES["proxy"]["environment"])


def test_the_api_image_has_the_products_dependencies_without_dagster() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    unused = ("dagster", "typer", "rich", "mcp")
    wanted = {one for one in project["dependencies"] if not one.startswith(unused)}
    lines = (ROOT / "requirements" / "api.in").read_text(encoding="utf-8").splitlines()
    assert {line for line in lines if not line.startswith("#")} - wanted == {
        "psycopg2-binary",
        "redis>=5.2",
        *project["optional-dependencies"]["traces"],
    }
    assert wanted <= set(lines)
    locked = (ROOT / "requirements" / "api.txt").read_text(encoding="utf-8")
    assert not re.search(r"^(dagster|celery|typer)\b", locked, re.MULTILINE)


def test_the_api_starts_where_dagster_is_not(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "for name in ('dagster', 'celery', 'typer', 'rich', 'mcp'): sys.modules[name] = None\n"
        "from fastapi.testclient import TestClient\n"
        "from api.app import create_app\n"
        "with TestClient(create_app()) as api: print(api.get('/readyz').status_code)\n"
    )
    env = {"PYTHONPATH": str(ROOT), "VIDEO_PLATFORM_DATA_DIR": str(tmp_path), "PATH": "/usr/bin"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=env,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.stdout.strip() == "200", done.stderr


def test_as_many_runs_begin_as_their_workers_have_places_and_posts_keep_some() -> None:
    place = ROOT / "deploy" / "production" / "dagster.yaml"
    runs = yaml.safe_load(place.read_text(encoding="utf-8"))["concurrency"]["runs"]
    (films,) = runs["tag_concurrency_limits"]
    assert runs["max_concurrent_runs"] == LISTED["services"]["worker-runs"]["concurrency"]
    assert films["limit"] < runs["max_concurrent_runs"]
