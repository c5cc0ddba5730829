"""A request sent again under its key is answered again, and done once."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient
from sqlalchemy import update

from api.deps import calls_of
from tests.factories import make_scene, make_script
from video_platform.db.database import Database
from video_platform.db.models import IdempotencyRow
from video_platform.domain.codec import to_manifest
from video_platform.store.manifests import current_key

P = "/api/v1/projects"
WISH = {"text": "Why bread rises"}


@pytest.fixture
def owner(api: TestClient, signed_in: Any) -> dict[str, str]:
    headers: dict[str, str] = signed_in(api)
    return headers


def database_of(api: TestClient) -> Database:
    assert isinstance(api.app, FastAPI)
    database: Database = api.app.state.installation.database.of("a")
    return database


def projects(api: TestClient, owner: dict[str, str]) -> list[Any]:
    found: list[Any] = api.get(P, headers=owner).json()["items"]
    return found


def test_a_repeated_request_gets_the_same_answer_and_makes_nothing(
    api: TestClient, owner: dict[str, str]
) -> None:
    keyed = {**owner, "Idempotency-Key": "film-1"}
    first, second = (api.post(P, json=WISH, headers=keyed) for _ in range(2))
    assert (first.status_code, first.json()) == (second.status_code, second.json())
    assert second.headers["idempotent-replayed"] == "true"
    assert "idempotent-replayed" not in first.headers
    assert second.headers["location"] == first.headers["location"]
    assert len(projects(api, owner)) == 1


def test_the_plain_path_shares_the_key(api: TestClient, owner: dict[str, str]) -> None:
    keyed = {**owner, "Idempotency-Key": "film-1"}
    api.post(P, json=WISH, headers=keyed)
    assert api.post("/projects", json=WISH, headers=keyed).headers["idempotent-replayed"] == "true"


def test_the_same_key_for_another_body_is_refused(api: TestClient, owner: dict[str, str]) -> None:
    keyed = {**owner, "Idempotency-Key": "film-1"}
    api.post(P, json=WISH, headers=keyed)
    answer = api.post(P, json={"text": "Other"}, headers=keyed)
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")


def test_the_same_key_for_another_project_is_refused(
    api: TestClient, owner: dict[str, str]
) -> None:
    one, two = (api.post(P, json=WISH, headers=owner).json()["id"] for _ in range(2))
    keyed = {**owner, "Idempotency-Key": "cancel"}
    assert api.post(f"{P}/{one}/cancel", headers=keyed).status_code == 202
    assert api.post(f"{P}/{two}/cancel", headers=keyed).status_code == 422


def test_a_refused_request_leaves_its_key_free(api: TestClient, owner: dict[str, str]) -> None:
    keyed = {**owner, "Idempotency-Key": "film-1"}
    assert api.post(P, json={"text": " "}, headers=keyed).status_code == 422
    assert api.post(P, json=WISH, headers=keyed).status_code == 202


def test_tenants_and_people_do_not_share_keys(
    api: TestClient, owner: dict[str, str], signed_in: Any
) -> None:
    others = (owner, signed_in(api, role="editor"), signed_in(api, tenant="b"))
    ids = {
        api.post(P, json=WISH, headers={**who, "Idempotency-Key": "k"}).json()["id"]
        for who in others
    }
    assert len(ids) == 3


def test_fifty_at_once_make_one_project(api: TestClient, owner: dict[str, str]) -> None:
    keyed = {**owner, "Idempotency-Key": "film-1"}
    start = threading.Barrier(10)

    def ask(_: int) -> Any:
        start.wait()
        return api.post(P, json=WISH, headers=keyed)

    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(ask, range(50)))
    assert {answer.status_code for answer in answers} <= {202, 409}
    assert len({answer.json()["id"] for answer in answers if answer.status_code == 202}) == 1
    assert len(projects(api, owner)) == 1


def test_a_request_that_ended_without_an_answer_is_never_repeated_by_itself(
    api: TestClient, owner: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from video_platform.db.repositories import idempotency

    def dies(*_: object, **__: object) -> None:
        raise MemoryError

    keyed = {**owner, "Idempotency-Key": "film-1"}
    with monkeypatch.context() as patch:
        patch.setattr(idempotency.IdempotencyKeys, "keep", dies)
        assert api.post(P, json=WISH, headers=keyed).status_code == 500
    at_work = api.post(P, json=WISH, headers=keyed)
    assert (at_work.status_code, at_work.json()["code"]) == (409, "idempotency_in_progress")
    _age(api, lease_until=datetime.now(UTC) - timedelta(seconds=1))
    lost = api.post(P, json=WISH, headers=keyed)
    assert (lost.status_code, lost.json()["code"]) == (409, "idempotency_outcome_unknown")
    assert len(projects(api, owner)) == 1


def test_a_key_is_free_again_after_a_day(api: TestClient, owner: dict[str, str]) -> None:
    keyed = {**owner, "Idempotency-Key": "cancel"}
    key = api.post(P, json=WISH, headers=owner).json()["id"]
    assert api.post(f"{P}/{key}/cancel", headers=keyed).status_code == 202
    _age(api, created_at=datetime.now(UTC) - timedelta(hours=25))
    assert api.post(f"{P}/{key}/cancel", headers=keyed).status_code == 409


@pytest.mark.parametrize("key", ["", "with blank", "k" * 256])
def test_a_malformed_key_is_refused(api: TestClient, owner: dict[str, str], key: str) -> None:
    assert api.post(P, json=WISH, headers={**owner, "Idempotency-Key": key}).status_code == 422


def _age(api: TestClient, **values: datetime) -> None:
    with database_of(api).session() as session, session.begin():
        session.execute(update(IdempotencyRow).values(**values))


PAIRS = [
    ("regenerate", {"generate_assets", "regenerate_scene"}),
    ("edit_scenes", {"change_scene", "change_script"}),
    ("build", {"build_project", "render_video"}),
    ("create_projects", {"create_project", "duplicate_project", "create_batch"}),
    ("publish", {"publish", "create_publications", "create_publication_batch"}),
]


@pytest.mark.parametrize(("act", "names"), PAIRS, ids=[act for act, _ in PAIRS])
def test_routes_that_do_the_same_share_their_keys(
    api: TestClient, act: str, names: set[str]
) -> None:
    assert isinstance(api.app, FastAPI)
    shared = {
        one.name
        for one in iter_route_contexts(api.app.routes)
        if (dependant := getattr(one, "dependant", None))
        and any(getattr(call, "act", None) == act for call in calls_of(dependant))
    }
    assert shared == names


def test_another_take_under_one_key_is_not_made_by_another_path(
    api: TestClient, owner: dict[str, str]
) -> None:
    key = api.post(P, json=WISH, headers=owner).json()["id"]
    studio: Any = api.app.state.installation.studio("a")  # type: ignore[attr-defined]
    script = make_script([make_scene(1)])
    studio.store.blobs.write(current_key("script", key), to_manifest(script))
    keyed = {**owner, "Idempotency-Key": "again-1"}
    wish = {"project": key, "stage": "scene_images", "scenes": [1]}
    assert api.post("/assets/generate", json=wish, headers=keyed).status_code == 202
    answer = api.post(
        f"{P}/{key}/scenes/1/regenerate", json={"stage": "scene_images"}, headers=keyed
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
    assert len(api.get(f"{P}/{key}/commands", headers=owner).json()) == 2
