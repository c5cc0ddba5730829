"""One application: errors of one shape, one document, every route found by being there."""

import warnings
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy.exc import OperationalError

from api.app import create_app
from api.problems import Problem
from video_platform.errors import NotConfigured
from video_platform.settings import Settings


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    found: dict[str, Any] = create_app().openapi()
    return found


def test_alive_and_ready(api: TestClient) -> None:
    assert api.get("/healthz").json() == {"status": "ok"}
    assert api.get("/readyz").json()["status"] == "ready"
    assert api.get("/api/v1/readyz").status_code == 200


def test_not_ready_names_what_is_out_of_order(settings: Settings) -> None:
    broken = settings.model_copy(update={"database_url": "sqlite:////proc/nowhere/x.db"})
    with TestClient(create_app(broken)) as client:
        assert client.get("/healthz").status_code == 200
        answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {"status": "not_ready", "parts": {"settings": "not_configured"}}
    assert answer.headers["retry-after"]


def test_the_document_is_valid_openapi_3_1(document: dict[str, Any]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from openapi_spec_validator import validate

        validate(document)
    assert document["openapi"].startswith("3.1")


def test_every_model_has_an_example(document: dict[str, Any]) -> None:
    models = document["components"]["schemas"]
    without = [
        name
        for name, schema in models.items()
        if schema.get("type") == "object" and not schema.get("examples")
    ]
    assert without == []


def test_every_operation_is_named_once_and_documents_its_refusals(
    document: dict[str, Any],
) -> None:
    operations = [op for path in document["paths"].values() for op in path.values()]
    names = [operation["operationId"] for operation in operations]
    assert len(set(names)) == len(names)
    for operation in operations:
        assert operation["summary"]
        assert {"401", "404", "422", "429", "503"} <= operation["responses"].keys()


def assert_problem(answer: Any, status: int, code: str) -> None:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = Problem.model_validate(answer.json())
    assert (problem.status, problem.code) == (status, code)


def test_an_unknown_path_is_a_problem(api: TestClient) -> None:
    assert_problem(api.get("/api/v1/nothing"), 404, "not_found")


def test_an_unknown_method_says_which_ones_there_are(api: TestClient) -> None:
    answer = api.put("/api/v1/projects")
    assert_problem(answer, 405, "method_not_allowed")
    assert answer.headers["allow"] == "GET, POST"


@pytest.mark.parametrize(
    ("content", "kind", "status", "code"),
    [
        (b"{", "application/json", 400, "body_not_json"),
        (b'{"text": "\xff"}', "application/json", 400, "request_malformed"),
        (b"text=x", "text/plain", 415, "media_type_unsupported"),
        (b"[]", "application/json", 422, "request_invalid"),
        (b"", "application/json", 422, "request_invalid"),
    ],
)
def test_a_body_that_cannot_be_read_is_a_problem(
    api: TestClient, signed_in: Any, content: bytes, kind: str, status: int, code: str
) -> None:
    headers = {**signed_in(api), "Content-Type": kind}
    assert_problem(api.post("/api/v1/projects", content=content, headers=headers), status, code)


def test_a_wrong_field_is_named(api: TestClient, signed_in: Any) -> None:
    body = {"text": "x", "formats": ["16:9", "2:1"]}
    answer = api.post("/api/v1/projects", json=body, headers=signed_in(api))
    assert_problem(answer, 422, "request_invalid")
    assert [error["field"] for error in answer.json()["errors"]] == ["body.formats.1"]


def test_an_outage_of_the_database_says_when_to_come_back(
    api: TestClient, signed_in: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    headers = signed_in(api)
    assert isinstance(api.app, FastAPI)
    studio = api.app.state.installation.studio("a")

    def down(*_: object, **__: object) -> None:
        raise OperationalError("select 1", {}, Exception("connection refused"))

    monkeypatch.setattr(type(studio.projects), "find", down)
    answer = api.get("/api/v1/projects", headers=headers)
    assert_problem(answer, 503, "database_unavailable")
    assert answer.headers["retry-after"] == "5"
    assert "refused" not in answer.text


def test_a_fault_of_ours_tells_nothing_of_itself(
    api: TestClient, signed_in: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    headers = signed_in(api)
    assert isinstance(api.app, FastAPI)
    studio = api.app.state.installation.studio("a")

    def broken(*_: object, **__: object) -> None:
        raise KeyError("a secret")

    monkeypatch.setattr(type(studio.projects), "find", broken)
    answer = api.get("/api/v1/projects", headers=headers)
    assert_problem(answer, 500, "internal")
    assert "secret" not in answer.text


def test_what_the_operator_must_set_is_said(settings: Settings) -> None:
    broken = settings.model_copy(update={"database_url": "sqlite:////proc/nowhere/x.db"})
    with TestClient(create_app(broken), raise_server_exceptions=False) as client:
        answer = client.get("/api/v1/projects", headers={"Authorization": "Bearer x"})
    assert_problem(answer, 503, NotConfigured.code)
