"""What the pages ask beside takes themselves: how material stands, and what may be spent on it."""

import hashlib
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from tests.factories import make_scene, make_script
from video_platform.agents.studio import Studio
from video_platform.db.repositories.assets import Assets
from video_platform.db.repositories.budgets import Budgets
from video_platform.domain.brief import Brief
from video_platform.domain.codec import to_manifest
from video_platform.domain.formats import Format
from video_platform.domain.manifests import Origin, SceneImage, SceneImages
from video_platform.domain.project import Stage
from video_platform.errors import InvalidInput
from video_platform.montage.hls import PLAYLIST, preview_key
from video_platform.store.manifests import current_key

V = "/api/v1"
KEY = "bread-0123456789"
P = f"{V}/projects/{KEY}"


@pytest.fixture
def owner(api: TestClient, signed_in: Any) -> dict[str, str]:
    headers: dict[str, str] = signed_in(api)
    return headers


@pytest.fixture
def studio(api: TestClient, owner: dict[str, str], tmp_path: Path) -> Studio:
    """A project of two written scenes, the first of which has a picture."""
    assert isinstance(api.app, FastAPI)
    studio: Studio = api.app.state.installation.studio("a")
    studio.projects.add(KEY, "Bread", Brief(text="Bread"))
    script = make_script((make_scene(1), make_scene(2)))
    studio.store.blobs.write(current_key(Stage.SCRIPT.value, KEY), to_manifest(script))
    path = tmp_path / hashlib.sha256(b"picture").hexdigest()
    path.write_bytes(b"picture")
    media = studio.store.put(path, "image/png")
    origin = Origin(provider="fake", generation="0" * 64)
    image = SceneImage(scene_id=1, media={Format.WIDE: media}, origin={Format.WIDE: origin})
    made = SceneImages(images=(image,))
    Assets(studio.database).record(KEY, Stage.SCENE_IMAGES, made)
    studio.store.blobs.write(current_key(Stage.SCENE_IMAGES.value, KEY), to_manifest(made))
    return studio


def of_picture(api: TestClient, owner: dict[str, str], scene: int = 1) -> dict[str, Any]:
    rows: list[dict[str, Any]] = api.get(f"{P}/material", headers=owner).json()
    (found,) = [one for one in rows if (one["stage"], one["scene"]) == ("scene_images", scene)]
    return found


def test_every_place_of_the_film_is_told_of_once(
    api: TestClient, owner: dict[str, str], studio: Studio
) -> None:
    rows = api.get(f"{P}/material", headers=owner).json()
    places = [(one["stage"], one["scene"]) for one in rows]
    assert sorted(places) == sorted(
        [(stage, scene) for stage in ("scene_images", "voice_tracks", "clips") for scene in (1, 2)]
        + [("music", 0)]
    )
    assert of_picture(api, owner)["takes"] == 1
    assert not any(one["is_stale"] or one["is_locked"] or one["is_own"] for one in rows)


def test_a_scene_shown_otherwise_makes_its_picture_stale_and_costs_nothing_yet(
    api: TestClient, owner: dict[str, str], studio: Studio
) -> None:
    change = {"scenes": [{"id": 1, "visual_prompt": "A loaf."}], "build": False}
    assert api.patch(f"{P}/script", json=change, headers=owner).status_code == 200
    assert of_picture(api, owner)["is_stale"]
    assert not of_picture(api, owner, scene=2)["is_stale"]
    assert api.get(f"{P}/commands", headers=owner).json() == []


def test_what_is_locked_is_said_to_be_and_never_stale(
    api: TestClient, owner: dict[str, str], studio: Studio
) -> None:
    assert api.put(f"{P}/material/scene_images/1/lock", headers=owner).status_code == 204
    change = {"scenes": [{"id": 1, "visual_prompt": "A loaf."}], "build": False}
    api.patch(f"{P}/script", json=change, headers=owner)
    found = of_picture(api, owner)
    assert (found["is_locked"], found["is_own"], found["is_stale"]) == (True, False, False)


def test_a_project_nobody_wrote_yet_has_no_material(
    api: TestClient, owner: dict[str, str], studio: Studio
) -> None:
    studio.projects.add("tea-0123456789", "Tea", Brief(text="Tea"))
    assert api.get(f"{V}/projects/tea-0123456789/material", headers=owner).json() == []


def test_a_cap_given_with_the_brief_is_there_before_anything_is_made(
    api: TestClient, owner: dict[str, str]
) -> None:
    wish = {"text": "Bread rises.", "cap_usd": "2.50", "begin": False}
    key = api.post(f"{V}/projects", json=wish, headers=owner).json()["id"]
    assert Decimal(api.get(f"{V}/projects/{key}/cost", headers=owner).json()["cap_usd"]) == 2.5


def test_a_cap_is_changed_and_lifted(
    api: TestClient, owner: dict[str, str], studio: Studio
) -> None:
    answer = api.put(f"{P}/cap", json={"cap_usd": "0.05"}, headers=owner)
    assert (answer.status_code, Decimal(answer.json()["cap_usd"])) == (200, Decimal("0.05"))
    assert api.put(f"{P}/cap", json={"cap_usd": None}, headers=owner).json()["cap_usd"] is None


@pytest.mark.parametrize("cap", ["-1", "1000001", "0.0000001", "NaN"])
def test_no_other_sum_is_a_cap(
    api: TestClient, owner: dict[str, str], studio: Studio, cap: str
) -> None:
    assert api.put(f"{P}/cap", json={"cap_usd": cap}, headers=owner).status_code == 422


def test_nobody_raises_a_cap_above_what_the_operator_allows(studio: Studio) -> None:
    budgets = Budgets(studio.database, caps_usd={"project": Decimal(3)})
    with pytest.raises(InvalidInput, match=r"4\.00 USD is above the 3\.00"):
        budgets.allow("project:x", Decimal(4))
    budgets.allow("project:x", Decimal(1))
    assert budgets.get("project:x").cap_microusd == 1_000_000
    budgets.allow("project:x", None)
    assert budgets.get("project:x").cap_microusd == 3_000_000


def test_a_film_under_way_says_how_much_of_it_can_be_watched(
    api: TestClient, owner: dict[str, str], studio: Studio
) -> None:
    assert api.get(f"{P}/previews", headers=owner).json() == []
    key = preview_key(KEY, Format.WIDE, PLAYLIST)
    begun = b"#EXTM3U\n#EXTINF:4.000000,\na-0000.ts\n#EXTINF:2.500000,\na-0001.ts\n"
    for text, is_growing in ((begun, True), (begun + b"#EXT-X-ENDLIST\n", False)):
        studio.store.blobs.write(key, text)
        (found,) = api.get(f"{P}/previews", headers=owner).json()
        assert (found["format"], found["seconds"], found["is_growing"]) == ("16:9", 6.5, is_growing)
        assert api.post(f"{V}/links", json={"url": found["url"]}, headers=owner).status_code == 200
