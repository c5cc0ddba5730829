"""Projects over HTTP: asked for, changed by one person at a time, copied, put away, ended."""

from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from tests.factories import make_scene, make_script
from video_platform.agents.studio import Studio
from video_platform.domain.codec import to_manifest
from video_platform.domain.project import SceneEdit, Stage
from video_platform.store.manifests import current_key

P = "/api/v1/projects"
WISH = {"text": "Why bread rises", "language": "en", "duration_s": 30}


@pytest.fixture
def owner(api: TestClient, signed_in: Any) -> dict[str, str]:
    headers: dict[str, str] = signed_in(api)
    return headers


def studio_of(api: TestClient, tenant: str = "a") -> Studio:
    assert isinstance(api.app, FastAPI)
    studio: Studio = api.app.state.installation.studio(tenant)
    return studio


def make(api: TestClient, headers: dict[str, str], **changes: Any) -> dict[str, Any]:
    answer = api.post(P, json={**WISH, **changes}, headers=headers)
    assert answer.status_code == 202, answer.text
    body: dict[str, Any] = answer.json()
    return body


def commands(api: TestClient, key: str) -> list[tuple[str, dict[str, Any]]]:
    found = studio_of(api).commands.of_project(key)
    return [(one.kind, dict(one.arguments)) for one in reversed(found)]


def write_script(api: TestClient, key: str, scenes: int = 3) -> None:
    script = make_script([make_scene(n, f"Sentence number {n}.") for n in range(1, scenes + 1)])
    data = to_manifest(script)
    studio_of(api).store.blobs.write(current_key(Stage.SCRIPT.value, key), data)


def test_a_wish_is_a_project_with_its_one_command(api: TestClient, owner: dict[str, str]) -> None:
    answer = api.post(P, json=WISH, headers=owner)
    project = answer.json()
    assert answer.headers["location"] == f"{P}/{project['id']}"
    assert (project["title"], project["status"]) == ("Why bread rises", "draft")
    assert commands(api, project["id"]) == [("build_project", {})]


def test_equal_wishes_are_different_projects(api: TestClient, owner: dict[str, str]) -> None:
    assert make(api, owner)["id"] != make(api, owner)["id"]


def test_the_plain_path_is_the_same_as_the_versioned_one(
    api: TestClient, owner: dict[str, str]
) -> None:
    made = api.post("/projects", json=WISH, headers=owner).json()
    assert api.get(f"{P}/{made['id']}", headers=owner).json()["id"] == made["id"]


def test_a_draft_waits_and_costs_nothing(api: TestClient, owner: dict[str, str]) -> None:
    made = make(api, owner, begin=False)
    assert commands(api, made["id"]) == []
    assert api.post(f"{P}/{made['id']}/build", headers=owner).status_code == 202
    assert len(commands(api, made["id"])) == 1


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"text": " "}, "brief_empty"),
        ({"style": "weird"}, "style_unknown"),
        ({"voice": "nobody"}, "voice_unknown"),
        ({"formats": ["16:9", "16:9"]}, "format_invalid"),
        ({"providers": {"voice": "nobody"}}, "provider_unknown"),
        ({"duration_s": 0}, "request_invalid"),
        ({"text": "nul \0"}, "request_invalid"),
        ({"text": "half a pair \ud800"}, "request_invalid"),
        ({"status": "published"}, "request_invalid"),
        ({"tenant": "b"}, "request_invalid"),
    ],
)
def test_an_impossible_wish_is_a_problem_and_leaves_nothing(
    api: TestClient, owner: dict[str, str], change: dict[str, Any], code: str
) -> None:
    import json

    body = json.dumps({**WISH, **change})
    answer = api.post(P, content=body, headers={**owner, "Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert answer.json()["detail"]
    assert api.get(P, headers=owner).json()["items"] == []


def test_an_edit_of_an_older_version_is_refused(api: TestClient, owner: dict[str, str]) -> None:
    key = make(api, owner)["id"]
    etag = api.get(f"{P}/{key}", headers=owner).headers["etag"]
    seen = {**owner, "If-Match": etag}
    first = api.patch(f"{P}/{key}", json={"title": "Mine"}, headers=seen)
    second = api.patch(f"{P}/{key}", json={"title": "Yours"}, headers=seen)
    assert (first.status_code, first.json()["title"]) == (200, "Mine")
    assert (second.status_code, second.json()["code"]) == (409, "version_stale")


def test_a_title_makes_nothing_and_a_brief_is_made_at_once(
    api: TestClient, owner: dict[str, str]
) -> None:
    key = make(api, owner, begin=False)["id"]
    api.patch(f"{P}/{key}", json={"title": "Bread"}, headers=owner)
    assert commands(api, key) == []
    changed = api.patch(
        f"{P}/{key}", json={"duration_s": 45, "look": {"fit": "blur"}}, headers=owner
    )
    assert (changed.json()["brief"]["duration_s"], changed.json()["brief"]["look"]["fit"]) == (
        45,
        "blur",
    )
    assert commands(api, key) == [("build_project", {})]


def test_lists_are_filtered_and_paged_without_a_row_twice(
    api: TestClient, owner: dict[str, str]
) -> None:
    keys = [make(api, owner, text=f"Film {n}", begin=False)["id"] for n in range(5)]
    make(api, owner, text="Un film", language="fr", begin=False)
    seen: list[str] = []
    cursor = ""
    while True:
        query = {"limit": "2", "language": "en", "q": "film", "cursor": cursor}
        page = api.get(P, params=query, headers=owner).json()
        seen += [row["id"] for row in page["items"]]
        cursor = page["next"]
        if not cursor:
            break
    assert seen == keys[::-1]
    found = api.get(P, params={"q": "100%"}, headers=owner).json()
    assert found["items"] == []


@pytest.mark.parametrize("cursor", ["x", "W10=", "WzEsMl0=", "====", "é"])
def test_a_foreign_cursor_is_a_problem(api: TestClient, owner: dict[str, str], cursor: str) -> None:
    answer = api.get(P, params={"cursor": cursor}, headers=owner)
    assert (answer.status_code, answer.json()["code"]) == (422, "cursor_unknown")


def test_another_tenants_project_answers_like_a_missing_one(
    api: TestClient, owner: dict[str, str], signed_in: Any
) -> None:
    key = make(api, owner)["id"]
    stranger = signed_in(api, tenant="b")
    foreign = api.get(f"{P}/{key}", headers=stranger)
    missing = api.get(f"{P}/{'0' * len(key)}", headers=stranger)
    assert foreign.status_code == missing.status_code == 404
    assert foreign.json()["code"] == missing.json()["code"]
    assert foreign.text.replace(key, "") == missing.text.replace("0" * len(key), "")


def test_a_viewer_changes_nothing(api: TestClient, owner: dict[str, str], signed_in: Any) -> None:
    key = make(api, owner)["id"]
    viewer = signed_in(api, role="viewer")
    assert api.get(f"{P}/{key}", headers=viewer).status_code == 200
    assert api.post(P, json=WISH, headers=viewer).status_code == 403
    assert api.delete(f"{P}/{key}", headers=viewer).status_code == 403


def test_cancel_asks_its_commands_to_end_once(api: TestClient, owner: dict[str, str]) -> None:
    key = make(api, owner)["id"]
    assert api.post(f"{P}/{key}/cancel", headers=owner).json()["status"] == "cancelled"
    (command,) = studio_of(api).commands.of_project(key)
    assert command.cancel_asked_at is not None
    again = api.post(f"{P}/{key}/cancel", headers=owner)
    assert (again.status_code, again.json()["code"]) == (409, "nothing_to_cancel")


def test_a_deleted_project_is_put_away_and_can_be_taken_back(
    api: TestClient, owner: dict[str, str]
) -> None:
    key = make(api, owner)["id"]
    assert api.delete(f"{P}/{key}", headers=owner).status_code == 204
    assert api.get(P, headers=owner).json()["items"] == []
    archived = api.get(P, params={"archived": "true"}, headers=owner).json()["items"]
    assert [row["id"] for row in archived] == [key]
    assert studio_of(api).commands.of_project(key)[0].cancel_asked_at is not None
    assert api.post(f"{P}/{key}/unarchive", headers=owner).json()["archived_at"] is None


def test_a_copy_has_the_brief_and_the_edits_and_is_not_begun(
    api: TestClient, owner: dict[str, str]
) -> None:
    key = make(api, owner)["id"]
    studio = studio_of(api)
    studio.projects.edit_scene(key, 1, SceneEdit(headline="Mine"))
    studio.projects.ask_again(key, Stage.SCRIPT, (), "run")
    copy = api.post(f"{P}/{key}/duplicate", json={"title": "Again"}, headers=owner).json()
    assert (copy["copied_from"], copy["title"]) == (key, "Again")
    project = studio.projects.get(copy["id"])
    assert project.edits == {1: SceneEdit(headline="Mine")}
    assert project.take(Stage.SCRIPT) == 1
    assert commands(api, copy["id"]) == []


def test_a_scene_is_edited_and_shown_before_any_run(api: TestClient, owner: dict[str, str]) -> None:
    key = make(api, owner, begin=False)["id"]
    assert api.get(f"{P}/{key}/script", headers=owner).json()["code"] == "script_missing"
    write_script(api, key)
    change = {"narration": "Other words."}
    assert api.patch(f"{P}/{key}/scenes/2", json=change, headers=owner).status_code == 200
    assert api.get(f"{P}/{key}/scenes/2", headers=owner).json()["narration"] == "Other words."
    assert commands(api, key) == [("build_project", {})]
    silent = api.patch(f"{P}/{key}/scenes/2", json={"narration": " "}, headers=owner)
    assert (silent.status_code, silent.json()["code"]) == (422, "script_invalid")
    assert api.patch(f"{P}/{key}/scenes/9", json=change, headers=owner).status_code == 404


def test_scenes_take_the_order_they_are_given(api: TestClient, owner: dict[str, str]) -> None:
    key = make(api, owner, begin=False)["id"]
    write_script(api, key)
    order = {"order": [3, 1, 2], "build": False}
    assert api.put(f"{P}/{key}/scenes/order", json=order, headers=owner).status_code == 200
    scenes = api.get(f"{P}/{key}/scenes", headers=owner).json()
    assert [scene["id"] for scene in scenes] == [3, 1, 2]
    for wrong in ([1, 2], [1, 2, 2], [1, 2, 9]):
        answer = api.put(f"{P}/{key}/scenes/order", json={"order": wrong}, headers=owner)
        assert (answer.status_code, answer.json()["code"]) == (422, "order_incomplete")
    assert commands(api, key) == []


def test_another_take_is_a_command_for_its_scene_alone(
    api: TestClient, owner: dict[str, str]
) -> None:
    key = make(api, owner, begin=False)["id"]
    write_script(api, key)
    wish = {"stage": "scene_images"}
    answer = api.post(f"{P}/{key}/scenes/2/regenerate", json=wish, headers=owner)
    assert answer.status_code == 202
    assert commands(api, key) == [("build_project", {"only": {"scene_images": [2]}})]
    status = api.get(answer.headers["location"], headers=owner).json()
    assert (status["state"], status["project"]) == ("waiting", key)
    body = {"project": key, "stage": "timeline", "scenes": []}
    refused = api.post("/assets/generate", json=body, headers=owner)
    assert (refused.status_code, refused.json()["code"]) == (409, "stage_has_no_takes")


def test_a_project_stops_at_each_stage_it_wants_approved(
    api: TestClient, owner: dict[str, str]
) -> None:
    made = make(api, owner, approvals=["scene_images", "script"])
    key = made["id"]
    assert [gate["stage"] for gate in made["approvals"]] == ["script", "scene_images"]
    early = api.post(f"{P}/{key}/stages/script/approve", headers=owner)
    assert (early.status_code, early.json()["code"]) == (409, "nothing_to_approve")
    write_script(api, key)
    assert api.post(f"{P}/{key}/stages/script/approve", headers=owner).status_code == 202
    studio_of(api).store.blobs.write(current_key("scene_images", key), b"{}")
    assert api.post(f"{P}/{key}/stages/scene_images/approve", headers=owner).status_code == 202
    assert [arguments for _, arguments in commands(api, key)] == [
        {"until": "script"},
        {"until": "scene_images"},
        {},
    ]
    body = {"project": key, "stage": "scene_images", "scenes": [1]}
    api.post("/assets/generate", json=body, headers=owner)
    assert commands(api, key)[-1][1] == {"only": {"scene_images": [1]}, "until": "scene_images"}
