"""A film with every capability bought: the real command against real HTTP, judged by the seller."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import run_command
from tests.scenarios.accounts import KEY
from tests.scenarios.server import ScenarioServer
from tests.scenarios.speakers import all_speakers
from video_platform.domain.generation import Capability
from video_platform.montage.probe import probe_media
from video_platform.providers.registry import Catalogue

pytestmark = pytest.mark.slow

CHOSEN = {
    Capability.SCRIPT: "openai",
    Capability.IMAGE: "flux",
    Capability.VIDEO: "runway",
    Capability.VOICE: "elevenlabs",
    Capability.MUSIC: "musicgen",
    Capability.AVATAR: "heygen",
}


@pytest.fixture
def seller(tmp_path: Path) -> Iterator[ScenarioServer]:
    server = ScenarioServer(list(all_speakers().values()), tmp_path / "accepted.log")
    yield server
    server.close()


def accounts(server: ScenarioServer, **changes: str) -> dict[str, str]:
    """Keys and addresses of all chosen services, as an operator sets them."""
    catalogue, found = Catalogue(), {}
    for capability, name in (CHOSEN | changes).items():  # type: ignore[operator]
        service = catalogue.find(capability, name).service
        found[service.key_variable] = KEY
        found[f"VIDEO_PLATFORM_{name.upper()}_BASE_URL"] = server.url(service.name)
    return found


def buy(folder: Path, env: dict[str, str], *arguments: str, chosen: Any = CHOSEN) -> dict[str, Any]:
    wishes = [
        part
        for capability, name in chosen.items()
        for part in ("--provider", f"{capability.value}={name}")
    ]
    done = run_command(
        *("create", "Why the tide comes twice a day: the moon pulls the sea.", "--duration", "10"),
        *("--avatar", "look_1", "--presenter", "corner", "--out", folder / "films", "--json"),
        *wishes,
        *arguments,
        data_dir=folder / "data",
        env=env,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def test_a_film_is_bought_once(seller: ScenarioServer, tmp_path: Path) -> None:
    env = accounts(seller)
    first = buy(tmp_path, env)
    film = probe_media(Path(first["films"][0]["path"]), "video/mp4")
    assert film.channels == 2
    sold = seller.world.accepted()
    assert {row["service"] for row in sold} >= {"openai", "flux", "runway", "elevenlabs", "heygen"}
    assert _calls(first) == len(sold)
    assert first["cost_usd"] > 0
    again = buy(tmp_path, env)
    assert len(seller.world.accepted()) == len(sold)
    assert _calls(again) == 0
    assert again["films"][0]["sha256"] == first["films"][0]["sha256"]
    _find_canary(tmp_path / "data")


def _calls(made: dict[str, Any]) -> int:
    """Calls of generation providers; publishing is none."""
    return sum(s["provider_calls"] for s in made["stages"] if s["name"] != "publications")


def _find_canary(home: Path) -> None:
    """The key is in nothing that was kept: database, run history, manifests, media, logs."""
    kept = [path for path in home.rglob("*") if path.is_file()]
    assert len(kept) > 20
    assert [path for path in kept if KEY.encode() in path.read_bytes()] == []


@pytest.mark.wide
def test_another_prompt_for_one_scene_buys_what_that_scene_needs(
    seller: ScenarioServer, tmp_path: Path
) -> None:
    env = accounts(seller)
    project = buy(tmp_path, env)["project"]
    before = [row["service"] for row in seller.world.accepted()]
    done = run_command(
        *("edit", project, "--scene", "1", "--visual-prompt", "A harbour at low tide"),
        *("--out", tmp_path / "films", "--json"),
        data_dir=tmp_path / "data",
        env=env,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    bought = [row["service"] for row in seller.world.accepted()][len(before) :]
    assert sorted(bought) == ["flux", "runway"]


def test_a_film_stops_at_its_cap_and_says_so(seller: ScenarioServer, tmp_path: Path) -> None:
    env = accounts(seller) | {"VIDEO_PLATFORM_PROJECT_CAP_USD": "0.06"}
    done = run_command(
        *("create", "Why the tide comes twice a day.", "--duration", "10", "--json"),
        *("--provider", "image=flux", "--out", tmp_path / "films"),
        data_dir=tmp_path / "data",
        env=env,
    )
    assert done.returncode == 1
    assert "budget_exceeded" in done.stdout or re.search(r"may spend 0\.06 USD", done.stderr)
    assert len(seller.world.accepted("flux")) <= 1
