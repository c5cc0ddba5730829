"""The API answers with the core's words, and never with a file that was not asked for."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from video_platform.bootstrap import build_studio
from video_platform.settings import Settings


@pytest.fixture
def client(settings: Settings) -> Iterator[TestClient]:
    with TestClient(create_app(settings)) as client:
        yield client


def test_alive_and_ready(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json() == {"status": "ready"}


def test_project_asked_for_is_listed_once_and_waits_for_the_sensor(
    client: TestClient, settings: Settings
) -> None:
    answers = [client.post("/api/v1/projects", json={"text": "Why bread rises"}) for _ in range(2)]
    assert {answer.status_code for answer in answers} == {202}
    (project,) = client.get("/projects").json()
    assert project["title"] == "Why bread rises"
    commands = build_studio(settings).commands.startable(limit=10)
    assert [(command.project, command.kind) for command in commands] == [
        (project["id"], "build_project")
    ]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"text": " "}, "brief_empty"),
        ({"text": "x", "duration_s": 0}, "duration_impossible"),
        ({"text": "x", "style": "weird"}, "style_unknown"),
        ({"text": "x", "voice": "nobody"}, "voice_unknown"),
        ({"text": "x", "formats": []}, "format_invalid"),
    ],
)
def test_impossible_wish_is_a_problem_with_a_stable_code(
    client: TestClient, body: dict[str, object], code: str
) -> None:
    answer = client.post("/projects", json=body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == code
    assert answer.json()["detail"]
    assert client.get("/projects").json() == []


def test_media_are_served_with_ranges_and_lasting_cache(
    client: TestClient, settings: Settings, tmp_path: Path
) -> None:
    path = tmp_path / "x.srt"
    path.write_bytes(b"0123456789")
    media = build_studio(settings).store.put(path, "application/x-subrip")
    answer = client.get(f"/media/{media.sha256}.srt", headers={"Range": "bytes=2-4"})
    assert (answer.status_code, answer.content) == (206, b"234")
    assert "immutable" in answer.headers["cache-control"]


@pytest.mark.parametrize(
    "name", ["0" * 64 + ".mp4", "0" * 64 + ".exe", "x.mp4", "..%2f..%2fplatform.db"]
)
def test_anything_else_is_not_found(client: TestClient, name: str) -> None:
    assert client.get(f"/media/{name}").status_code == 404
