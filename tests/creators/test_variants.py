"""A film in other languages shares what neither speaks nor shows words."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.creators.films import PhotographingFlux, Workshop, seller_env
from tests.scenarios.server import ScenarioServer

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]
FRENCH = ("Le vent se lève sur le port.", "Un bateau rentre.", "La lampe s'allume.")
ENGLISH = ("The wind rises over the port.", "A boat comes home.", "The lamp is lit.")
ARABIC = ("ترتفع الريح فوق الميناء.", "يعود قارب إلى البيت.", "يضاء المصباح.")


@pytest.fixture(scope="module")
def seller(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ScenarioServer]:
    folder = tmp_path_factory.mktemp("seller")
    server = ScenarioServer([PhotographingFlux()], folder / "accepted.log")
    yield server
    server.close()


def script_of(title: str, said: tuple[str, ...]) -> str:
    scenes = [
        {"duration": 3, "narration": words, "visual_prompt": f"harbour {n}", "music_mood": "calm"}
        for n, words in enumerate(said)
    ]
    return json.dumps({"title": title, "scenes": scenes}, ensure_ascii=False)


@pytest.fixture(scope="module")
def made(
    seller: ScenarioServer, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Workshop, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("french")
    shop = Workshop(folder, seller_env(seller, image="flux"))
    (folder / "fr.json").write_text(script_of("Le port", FRENCH))
    return shop, shop.film(
        *("create", "-f", folder / "fr.json", "--language", "fr", "--provider", "image=flux")
    )


@pytest.mark.parametrize(
    ("language", "said"), [pytest.param("en", ENGLISH, marks=pytest.mark.wide), ("ar", ARABIC)]
)
def test_a_variant_asks_for_no_picture_clip_or_music_and_passes_the_gate(
    made: tuple[Workshop, dict[str, Any]],
    seller: ScenarioServer,
    language: str,
    said: tuple[str, ...],
) -> None:
    shop, film = made
    bought = len(seller.world.accepted())
    given = shop.folder / f"{language}.json"
    given.write_text(script_of("The port", said))
    variant = shop.film(
        *("variant", film["project"], "--language", language, "--translation", given)
    )
    assert len(seller.world.accepted()) == bought
    calls = {stage["name"]: stage["provider_calls"] for stage in variant["stages"]}
    assert (calls["scene_images"], calls["clips"], calls["music"]) == (0, 0, 0)
    assert calls["voice_tracks"] == len(said)
    for stage in ("scene_images", "music"):
        assert shop.media(variant["project"], stage) == shop.media(film["project"], stage)
    captions = Path(variant["films"][0]["captions"]["srt"]).read_text()
    assert said[1].split()[0] in captions
    assert shop.run("check", variant["films"][0]["path"]).returncode == 0
    assert shop.run("gate", variant["project"]).returncode == 0
    again = shop.film(*("variant", film["project"], "--language", language, "--translation", given))
    assert again["project"] == variant["project"]
    assert {stage["status"] for stage in again["stages"]} == {"reused"}


def test_no_language_model_and_no_translation_is_said_before_anything_is_made(
    made: tuple[Workshop, dict[str, Any]],
) -> None:
    shop, film = made
    refused = shop.run("variant", film["project"], "--language", "ar")
    assert refused.returncode == 3
    assert "language model" in refused.stderr
    assert "--translation" in refused.stderr
    assert len(shop.document("projects")) <= 3


def test_a_translation_of_fewer_scenes_is_refused(
    made: tuple[Workshop, dict[str, Any]],
) -> None:
    shop, film = made
    given = shop.folder / "short.json"
    given.write_text(script_of("The port", ENGLISH[:2]))
    refused = shop.run(*("variant", film["project"], "--language", "en", "--translation", given))
    assert refused.returncode != 0
    assert "translation_scenes" in refused.stderr


def test_the_script_to_translate_has_the_form_that_is_taken_back(
    made: tuple[Workshop, dict[str, Any]],
) -> None:
    shop, film = made
    shown = shop.run("variant", film["project"], "--language", "en", "--show-script")
    document = json.loads(shown.stdout)
    assert [scene["narration"] for scene in document["scenes"]] == list(FRENCH)
