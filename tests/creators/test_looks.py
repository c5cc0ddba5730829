"""A film with bought candidates, a judge and a person who appears, made by the real command."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.creators.films import PhotographingFlux, Workshop, photograph, script_text, seller_env
from tests.scenarios.openai import SPEAKER as OPENAI
from tests.scenarios.server import ScenarioServer

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
SCENES = 2


@pytest.fixture
def seller(tmp_path: Path) -> Iterator[ScenarioServer]:
    server = ScenarioServer([PhotographingFlux(), OPENAI], tmp_path / "accepted.log")
    yield server
    server.close()


def test_candidates_are_bought_shown_to_the_judge_and_chosen_once(
    seller: ScenarioServer, tmp_path: Path
) -> None:
    shop = Workshop(tmp_path, seller_env(seller, image="flux", judge="openai"))
    (tmp_path / "script.json").write_text(script_text(SCENES))
    (tmp_path / "boat.png").write_bytes(photograph("boat"))
    (tmp_path / "sheets.toml").write_text(
        '[[sheets]]\nname = "boat"\nkind = "prop"\ndescription = "a blue boat"\n'
        'pictures = ["boat.png"]\n'
    )
    wish = (
        *("create", "-f", tmp_path / "script.json"),
        *("--provider", "image=flux", "--provider", "judge=openai"),
        *("--sheets", tmp_path / "sheets.toml", "--candidates", "2"),
    )
    film = shop.film(*wish)
    bought = [row["request"] for row in seller.world.accepted("flux")]
    assert len(bought) == 2 * SCENES
    # The first scene speaks of the boat, the second of gulls.
    shown = [request for request in bought if "input_image" in request]
    assert len(shown) == 2
    assert all("boat (object): a blue boat." in request["prompt"] for request in shown)
    assert len(seller.world.accepted("openai")) == 2 * SCENES
    assert not seller.world.mistakes
    path = shop.data / "store" / "manifests" / "scene_images" / film["project"] / "current.json"
    for image in json.loads(path.read_text())["value"]["images"]:
        candidates = image["origin"]["16:9"]["candidates"]
        best = max(candidates, key=lambda one: one["score"])
        assert best["is_used"]
        assert best["judge"] == "openai"
        assert image["media"]["16:9"]["sha256"] == best["sha256"]
    again = shop.film(*wish)
    assert again["cost_usd"] == 0
    assert len(seller.world.accepted()) == 4 * SCENES
