"""The API on a real PostgreSQL, as a role that row-level security holds for."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from tests.factories import make_scene, make_script
from video_platform.domain.codec import to_manifest
from video_platform.settings import Settings
from video_platform.store.manifests import current_key

P = "/api/v1/projects"


@pytest.fixture
def api(settings: Settings, empty_postgres: str) -> Iterator[TestClient]:
    app = create_app(settings.model_copy(update={"database_url": empty_postgres}))
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def owner(api: TestClient, signed_in: Any) -> dict[str, str]:
    headers: dict[str, str] = signed_in(api)
    return headers


def make(api: TestClient, owner: dict[str, str], **more: str) -> str:
    answer = api.post(P, json={"text": "خبز"}, headers={**owner, **more})
    assert answer.status_code == 202, answer.text
    key: str = answer.json()["id"]
    return key


def test_a_project_lives_its_life(api: TestClient, owner: dict[str, str], signed_in: Any) -> None:
    key = make(api, owner)
    query = {"language": "en", "q": "خبز", "status": "draft", "sort": "updated"}
    assert [one["id"] for one in api.get(P, params=query, headers=owner).json()["items"]] == [key]
    studio: Any = api.app.state.installation.studio("a")  # type: ignore[attr-defined]
    script = make_script([make_scene(1), make_scene(2, "Other words.")])
    studio.store.blobs.write(current_key("script", key), to_manifest(script))
    answers = [
        api.put(f"{P}/{key}/scenes/order", json={"order": [2, 1]}, headers=owner),
        api.put(f"{P}/{key}/timeline", json={"music_db": -3}, headers=owner),
        api.post(f"{P}/{key}/stages/script/approve", headers=owner),
        api.post(f"{P}/{key}/duplicate", json={}, headers=owner),
        api.get(f"{P}/{key}/cost", headers=owner),
        api.post(f"{P}/{key}/cancel", headers=owner),
        api.delete(f"{P}/{key}", headers=owner),
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 202, 201, 200, 202, 204]
    assert api.get(f"{P}/{key}", headers=signed_in(api, tenant="b")).status_code == 404


def test_fifty_at_once_make_one_project(api: TestClient, owner: dict[str, str]) -> None:
    keyed = {**owner, "Idempotency-Key": "film-1"}
    with ThreadPoolExecutor(10) as pool:
        answers = list(
            pool.map(lambda _: api.post(P, json={"text": "x"}, headers=keyed), range(50))
        )
    assert {answer.status_code for answer in answers} <= {202, 409}
    assert len({answer.json()["id"] for answer in answers if answer.status_code == 202}) == 1
    assert len(api.get(P, headers=owner).json()["items"]) == 1


def test_of_ten_changes_of_one_version_one_holds(api: TestClient, owner: dict[str, str]) -> None:
    key = make(api, owner)
    seen = {**owner, "If-Match": '"0"'}

    def change(level: int) -> int:
        body = {"music_db": -level, "build": False}
        return api.put(f"{P}/{key}/timeline", json=body, headers=seen).status_code

    with ThreadPoolExecutor(10) as pool:
        statuses = sorted(pool.map(change, range(10)))
    assert statuses == [200] + [409] * 9


def test_an_approval_given_twice_at_once_is_one(api: TestClient, owner: dict[str, str]) -> None:
    key = make(api, owner)
    studio: Any = api.app.state.installation.studio("a")  # type: ignore[attr-defined]
    studio.store.blobs.write(current_key("script", key), b"{}")
    with ThreadPoolExecutor(8) as pool:
        statuses = set(
            pool.map(
                lambda _: api.post(f"{P}/{key}/stages/script/approve", headers=owner).status_code,
                range(8),
            )
        )
    assert statuses == {202}
