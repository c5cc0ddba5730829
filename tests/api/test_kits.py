"""Kits, presets, directions and footage over HTTP: the same wishes as on the command line."""

import base64
import hashlib
import io
import uuid
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.agents.test_continuity import clip
from tests.api.test_projects import commands, make, studio_of, write_script

V = "/api/v1"
COLOURS = {"ground": "#0B2A3C", "text": "#F4F7F8", "main": "#1C6E8C", "accent": "#FFB347"}


@pytest.fixture
def owner(api: TestClient, signed_in: Any) -> dict[str, str]:
    headers: dict[str, str] = signed_in(api)
    return headers


def picture(width: int = 64, height: int = 64) -> bytes:
    from PIL import Image

    kept = io.BytesIO()
    Image.new("RGB", (width, height), (20, 90, 200)).save(kept, "PNG")
    return kept.getvalue()


def sent(
    api: TestClient, headers: dict[str, str], content: bytes, name: str, kind: str, **facts: str
) -> str:
    """The id of an uploaded asset."""
    wish = {"name": name, "media_type": kind, "size_bytes": len(content), **facts}
    upload = api.post(f"{V}/uploads", json=wish, headers=headers).json()["id"]
    digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
    api.patch(
        f"{V}/uploads/{upload}",
        content=content,
        headers={
            **headers,
            "Content-Type": "application/octet-stream",
            "Upload-Offset": "0",
            "Upload-Checksum": f"sha256 {digest}",
        },
    )
    done = api.get(f"{V}/uploads/{upload}", headers=headers).json()
    asset: str = done["asset"] if isinstance(done["asset"], str) else done["asset"]["id"]
    return asset


def put(api: TestClient, headers: dict[str, str], name: str = "harbour", **kit: Any) -> Any:
    return api.put(f"{V}/kits/{name}", json=kit, headers=headers)


def test_a_kit_of_uploaded_files_is_stored_read_and_forgotten(
    api: TestClient, owner: dict[str, str]
) -> None:
    logo = sent(api, owner, picture(), "logo.png", "image/png", licence="CC0-1.0")
    intro = sent(api, owner, clip(20, 90), "intro.mp4", "video/mp4")
    stored = put(api, owner, logo={"file": logo}, intro=intro, colours=COLOURS)
    assert stored.status_code == 200, stored.text
    assert stored.headers["etag"] == '"1"'
    kit = api.get(f"{V}/kits/harbour", headers=owner).json()["kit"]
    assert kit["logo"]["sha256"] == hashlib.sha256(picture()).hexdigest()
    assert (kit["colours"], kit["captions"], kit["outro"]) == (COLOURS, None, None)
    assert [one["name"] for one in api.get(f"{V}/kits", headers=owner).json()] == ["harbour"]
    assert api.delete(f"{V}/kits/harbour", headers=owner).status_code == 204
    assert api.get(f"{V}/kits/harbour", headers=owner).json()["code"] == "kit_missing"


def test_a_project_names_its_kit_and_a_change_says_what_becomes_stale(
    api: TestClient, owner: dict[str, str]
) -> None:
    put(api, owner)
    key = make(api, owner, direction={"kit": "harbour"}, begin=False)["id"]
    asked = api.post(f"{V}/kits/harbour/stale", json={"colours": COLOURS}, headers=owner).json()
    assert asked == [{"project": key, "stages": ["scene_images", "timeline"]}]
    assert api.get(f"{V}/kits/harbour", headers=owner).json()["kit"]["colours"] is None
    changed = put(api, owner, colours=COLOURS).json()
    assert (changed["version"], changed["stale"]) == (2, asked)
    assert commands(api, key) == [], "nothing is made, or paid, by itself"
    assert studio_of(api).projects.get(key).brief.look.accent == COLOURS["accent"]
    refused = api.delete(f"{V}/kits/harbour", headers=owner)
    assert (refused.status_code, refused.json()["code"]) == (409, "kit_in_use")


def test_an_old_version_is_not_overwritten(api: TestClient, owner: dict[str, str]) -> None:
    put(api, owner)
    put(api, owner, style_words="ink")
    late = api.put(f"{V}/kits/harbour", json={}, headers={**owner, "If-Match": '"1"'})
    assert late.json()["code"] == "version_stale"


def test_a_direction_is_changed_and_read_again(api: TestClient, owner: dict[str, str]) -> None:
    key = make(api, owner, begin=False)["id"]
    face = sent(api, owner, picture(), "mara.png", "image/png")
    wish = {
        "sheets": [{"name": "Mara", "description": "grey hair", "pictures": [face]}],
        "images": 3,
        "preset": "noir",
        "continuity": True,
        "footage": "prefer",
    }
    done = api.patch(f"{V}/projects/{key}/direction", json=wish, headers=owner)
    assert done.status_code == 200, done.text
    found = api.get(f"{V}/projects/{key}/direction", headers=owner).json()
    assert found["sheets"][0]["pictures"] == [hashlib.sha256(picture()).hexdigest()]
    assert (found["images"], found["clips"], found["continuity"]) == (3, 1, True)
    assert found["style_words"].startswith("black and white")
    assert commands(api, key) == []
    built = {"images": 1, "build": True}
    api.patch(f"{V}/projects/{key}/direction", json=built, headers=owner)
    assert commands(api, key) == [("build_project", {})]
    assert api.get(f"{V}/projects/{key}/direction", headers=owner).json()["continuity"]


def test_who_appears_is_said_of_a_scene_and_must_have_a_sheet(
    api: TestClient, owner: dict[str, str]
) -> None:
    sheets = [{"name": "Mara", "description": "grey hair"}]
    key = make(api, owner, direction={"sheets": sheets}, begin=False)["id"]
    write_script(api, key)
    scene = f"{V}/projects/{key}/scenes/2"
    done = api.patch(scene, json={"appears": ["Mara"], "continues": True}, headers=owner)
    assert done.status_code == 200, done.text
    shown = api.get(scene, headers=owner).json()
    assert (shown["appears"], shown["continues"]) == (["Mara"], True)
    refused = api.patch(scene, json={"appears": ["Bo"]}, headers=owner).json()
    assert refused["code"] == "sheet_missing"
    api.patch(scene, json={"appears": []}, headers=owner)
    assert api.get(scene, headers=owner).json()["appears"] == []


def test_an_estimate_counts_candidates(api: TestClient, owner: dict[str, str]) -> None:
    brief = {"text": "A film.", "duration_s": 30, "providers": {"image": "flux"}}
    usual = api.post(f"{V}/estimates", json=brief, headers=owner).json()
    three = api.post(
        f"{V}/estimates", json={**brief, "direction": {"images": 3}}, headers=owner
    ).json()
    assert float(three["cost_usd"]) == pytest.approx(3 * float(usual["cost_usd"]))


def test_own_footage_is_tagged_and_matched(api: TestClient, owner: dict[str, str]) -> None:
    film = sent(api, owner, picture(1280, 720), "scene.png", "image/png")
    tagged = api.put(f"{V}/assets/{film}/tags", json={"tags": ["picture two"]}, headers=owner)
    assert tagged.json()["facts"]["tags"] == ["picture two"]
    key = make(api, owner, begin=False)["id"]
    write_script(api, key)
    assert api.get(f"{V}/projects/{key}/footage", headers=owner).json() == []
    api.put(f"{V}/assets/{film}/tags", json={"tags": ["lamp", "tower"]}, headers=owner)
    edit = {"visual_prompt": "A lamp in a tower"}
    api.patch(f"{V}/projects/{key}/scenes/2", json=edit, headers=owner)
    (match,) = api.get(f"{V}/projects/{key}/footage", headers=owner).json()
    assert (match["scene"], match["asset"], match["kind"]) == (2, film, "image")


def test_presets_are_listed(api: TestClient, owner: dict[str, str]) -> None:
    names = [one["name"] for one in api.get(f"{V}/presets", headers=owner).json()]
    assert "documentary" in names


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({"kit": "none"}, "kit_missing"),
        ({"preset": "none"}, "preset_missing"),
        (
            {"sheets": [{"name": "A", "description": "a", "pictures": [str(uuid.uuid4())]}]},
            "not_found",
        ),
        ({"sheets": [{"name": "A", "description": " "}]}, "direction_invalid"),
    ],
)
def test_what_cannot_be_had_is_refused_with_its_reason(
    api: TestClient, owner: dict[str, str], wish: dict[str, Any], code: str
) -> None:
    key = make(api, owner, begin=False)["id"]
    answer = api.patch(f"{V}/projects/{key}/direction", json=wish, headers=owner)
    assert answer.json()["code"] == code, answer.text
    assert answer.json()["hint"]
