"""Teasers and other shapes come from what a film is made of, and cost nothing."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.creators.films import PhotographingFlux, Workshop, seller_env
from tests.scenarios.server import ScenarioServer

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]
SAID = (
    "Why does the harbour wake before the sun? Nobody had asked.",
    "Four hundred boats leave in one hour. The gulls follow them, as they always did.",
    "The ropes are old and the quay is wet.",
    "In 1974 the harbour nearly closed. A school opened instead, and boats came back.",
    "The lamps burn on. So the harbour wakes first, because somebody is waiting.",
)


@pytest.fixture(scope="module")
def seller(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ScenarioServer]:
    folder = tmp_path_factory.mktemp("seller")
    server = ScenarioServer([PhotographingFlux()], folder / "accepted.log")
    yield server
    server.close()


@pytest.fixture(scope="module")
def made(
    seller: ScenarioServer, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Workshop, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("film")
    shop = Workshop(folder, seller_env(seller, image="flux"))
    scenes = [
        {"duration": 5, "narration": words, "visual_prompt": f"harbour {n}", "music_mood": "calm"}
        for n, words in enumerate(SAID)
    ]
    (folder / "film.json").write_text(json.dumps({"title": "The harbour", "scenes": scenes}))
    return shop, shop.film("create", "-f", folder / "film.json", "--provider", "image=flux")


def calls(film: dict[str, Any]) -> dict[str, int]:
    return {stage["name"]: stage["provider_calls"] for stage in film["stages"]}


def test_a_teaser_is_made_of_whole_sentences_without_a_call_and_passes_the_gate(
    made: tuple[Workshop, dict[str, Any]], seller: ScenarioServer
) -> None:
    shop, film = made
    bought = len(seller.world.accepted())
    planned = shop.document("recut", film["project"], "--seconds", "15", "--show")
    whole = " ".join(SAID)
    assert planned["said"][0].startswith("Why does the harbour wake before the sun?")
    assert planned["said"][-1].endswith("because somebody is waiting.")
    for passage in planned["said"]:
        assert passage in whole
        assert passage[-1] in ".?"
    teaser = shop.film("recut", film["project"], "--seconds", "15")
    assert len(seller.world.accepted()) == bought
    made_anew = calls(teaser)
    for stage in ("scene_images", "clips", "voice_tracks", "music", "avatar_clips"):
        assert made_anew[stage] == 0, stage
    assert teaser["cost_usd"] == 0
    assert 9 <= teaser["films"][0]["duration_s"] <= 15
    assert teaser["films"][0]["duration_s"] == pytest.approx(planned["duration_s"], abs=0.1)
    assert shop.run("gate", teaser["project"]).returncode == 0
    captions = Path(teaser["films"][0]["captions"]["srt"]).read_text()
    assert "Nobody" in captions or len(planned["said"][0]) < len(SAID[0])
    # The film that it was cut from is what it was, and the same wish is the same film.
    again = shop.film("recut", film["project"], "--seconds", "15")
    assert again["project"] == teaser["project"]
    assert {stage["status"] for stage in again["stages"]} == {"reused"}


@pytest.mark.wide
def test_three_other_shapes_are_cut_from_the_pictures_that_are_there(
    made: tuple[Workshop, dict[str, Any]], seller: ScenarioServer
) -> None:
    shop, film = made
    bought = len(seller.world.accepted())
    shapes = ("9:16", "1:1", "4:5")
    asked = [word for shape in shapes for word in ("--format", shape)]
    cut = shop.film("recut", film["project"], "--seconds", "8", *asked)
    assert len(seller.world.accepted()) == bought
    assert [one["format"] for one in cut["films"]] == list(shapes)
    assert calls(cut)["scene_images"] == 0
    assert shop.run("gate", cut["project"]).returncode == 0


def test_what_cannot_be_cut_is_said_before_a_project_is_opened(
    made: tuple[Workshop, dict[str, Any]],
) -> None:
    shop, film = made
    before = len(shop.document("projects"))
    nothing_new = shop.run("recut", film["project"], "--format", "16:9")
    assert "recut_empty" in nothing_new.stderr
    too_short = shop.run("recut", film["project"], "--seconds", "2")
    assert "cut_length_impossible" in too_short.stderr
    assert len(shop.document("projects")) == before


def test_the_api_plans_and_opens_the_same_recut(made: tuple[Workshop, dict[str, Any]]) -> None:
    from api.app import create_app
    from tests.api.conftest import headers_for
    from video_platform.db.database import DEFAULT_TENANT
    from video_platform.settings import Settings

    shop, film = made
    with TestClient(create_app(Settings(data_dir=shop.data))) as client:
        client.headers.update(headers_for(client, tenant=DEFAULT_TENANT))
        place = f"/api/v1/projects/{film['project']}/recuts"
        plan = client.get(f"{place}/plan", params={"seconds": 15})
        assert plan.status_code == 200, plan.text
        shown = shop.document("recut", film["project"], "--seconds", "15", "--show")
        assert plan.json() == shown
        opened = client.post(place, json={"seconds": 12, "build": False})
        assert opened.status_code == 201, opened.text
        assert opened.json()["copied_from"] == film["project"]
        assert client.post(place, json={}).json()["code"] == "recut_empty"


def test_a_chosen_thumbnail_goes_out_with_the_film_and_the_poster_without_one(
    made: tuple[Workshop, dict[str, Any]],
) -> None:
    from video_platform.store.media import hash_file

    shop, film = made
    out = shop.folder / "films"
    drawn = shop.document("thumbnails", film["project"], "--out", out)
    assert drawn["chosen"] is None
    titles = [one["title"] for one in drawn["thumbnails"]]
    assert titles[:2] == ["The harbour", "Why does the harbour wake before the sun?"]
    assert len(set(titles)) == 3
    unknown = shop.run("thumbnails", film["project"], "--choose", "9")
    assert "thumbnail_unknown" in unknown.stderr
    chosen = shop.document("thumbnails", film["project"], "--choose", "1", "--out", out)
    assert chosen["chosen"] == 1
    done = shop.run("build", film["project"], "--out", out)
    assert done.returncode == 0, done.stderr
    posters = [path for path in shop.data.rglob("films/*.jpg") if "channel" in str(path)]
    assert [hash_file(path) for path in posters] == [drawn["thumbnails"][1]["sha256"]]
