"""One scene at a time: what is asked for is made, everything else keeps its bytes."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.creators.films import (
    SCENES,
    PhotographingFlux,
    Workshop,
    photograph,
    script_text,
    seller_env,
)
from tests.scenarios.server import ScenarioServer
from video_platform.domain.project import Stage

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]
STAGES = ("scene_images", "voice_tracks", "music")


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
    (folder / "script.json").write_text(script_text())
    film = shop.film("create", "-f", folder / "script.json", "--provider", "image=flux")
    return shop, film


@pytest.fixture
def shop(made: tuple[Workshop, dict[str, Any]], tmp_path: Path) -> Workshop:
    return made[0].copy(tmp_path)


@pytest.fixture
def project(made: tuple[Workshop, dict[str, Any]]) -> str:
    key: str = made[1]["project"]
    return key


def bought(seller: ScenarioServer) -> int:
    return len(seller.world.accepted())


def material(shop: Workshop, project: str) -> dict[str, dict[int, str]]:
    return {stage: shop.media(project, stage) for stage in STAGES}


def assert_only_scene_4_s_picture_changed(before: Any, after: Any) -> None:
    assert len(before["scene_images"]) == SCENES
    changed = [
        (stage, scene)
        for stage in STAGES
        for scene, sha256 in after[stage].items()
        if before[stage][scene] != sha256
    ]
    assert changed == [("scene_images", 4)]


def test_another_picture_of_scene_4_is_one_call_and_at_most_three_segments(
    shop: Workshop, project: str, seller: ScenarioServer
) -> None:
    calls, before, segments = bought(seller), material(shop, project), shop.segments()
    film = shop.film("regenerate", project, "--stage", "image", "--scene", "4")
    assert bought(seller) - calls == 1
    assert_only_scene_4_s_picture_changed(before, material(shop, project))
    assert 1 <= len(shop.segments() - segments) <= 3
    # Going back is free, and the film is the first one again, to the byte.
    calls = bought(seller)
    shop.film("scene", "pick", project, "--stage", "image", "--scene", "4", "--take", "0")
    assert bought(seller) == calls
    assert material(shop, project) == before
    assert film["cost_usd"] > 0


@pytest.mark.wide
def test_the_same_by_the_config_of_the_asset(
    shop: Workshop, project: str, seller: ScenarioServer
) -> None:
    calls, before, segments = bought(seller), material(shop, project), shop.segments()
    shop.materialize(project, only=[4])
    assert bought(seller) - calls == 1
    assert_only_scene_4_s_picture_changed(before, material(shop, project))
    assert 1 <= len(shop.segments() - segments) <= 3
    shop.materialize(project, pick={"4": 0})
    shop.materialize(project, lock=[4])
    assert bought(seller) - calls == 1
    assert material(shop, project) == before
    refused = shop.run("regenerate", project, "--stage", "image", "--scene", "4")
    assert "scene_locked" in refused.stderr


def test_a_locked_picture_outlives_a_new_prompt_and_refuses_another_take(
    shop: Workshop, project: str, seller: ScenarioServer
) -> None:
    calls, before = bought(seller), material(shop, project)
    assert shop.run("scene", "lock", project, "--stage", "image", "--scene", "4").returncode == 0
    shop.film("edit", project, "--scene", "4", "--visual-prompt", "A lighthouse")
    assert bought(seller) == calls
    assert material(shop, project) == before
    refused = shop.run("regenerate", project, "--stage", "image", "--scene", "4")
    assert refused.returncode != 0
    assert "scene_locked" in refused.stderr
    assert bought(seller) == calls


@pytest.mark.wide
def test_a_person_s_own_files_take_the_place_of_what_was_made(
    shop: Workshop, project: str, seller: ScenarioServer, tmp_path: Path
) -> None:
    from video_platform.agents.takes import SceneDesk, own_file
    from video_platform.bootstrap import build_studio
    from video_platform.domain.manifests import Clips, Music, VoiceTracks
    from video_platform.settings import Settings
    from video_platform.store.media import hash_file

    calls, before = bought(seller), material(shop, project)
    picture, clip, speech, music = own_files(tmp_path)
    desk = SceneDesk(build_studio(Settings(data_dir=shop.data)))
    own = (
        (Stage.SCENE_IMAGES, 4, picture),
        (Stage.VOICE_TRACKS, 4, speech),
        (Stage.CLIPS, 5, clip),
    )
    for stage, scene, path in own:
        asset = own_file(desk.studio, path, project)
        desk.replace_with(project, stage, scene, asset, is_built=False)
    # One film with all of them: the command makes it when the last file is given.
    shop.film("scene", "replace", project, music, "--stage", "music")
    assert bought(seller) == calls
    after = material(shop, project)
    assert after["scene_images"] == before["scene_images"] | {4: hash_file(picture)}
    assert after["voice_tracks"] == before["voice_tracks"] | {4: hash_file(speech)}
    assert after["music"] == {0: hash_file(music)}
    studio = build_studio(Settings(data_dir=shop.data))
    clips = studio.made(Clips, Stage.CLIPS, project)
    assert clips is not None
    assert {m.sha256 for m in clips.clips[4].media.values()} == {hash_file(clip)}
    tracks = studio.made(VoiceTracks, Stage.VOICE_TRACKS, project)
    assert tracks is not None
    assert [word.text for word in tracks.tracks[3].words] == ["Four", "waves", "pass."]
    assert studio.made(Music, Stage.MUSIC, project) is not None
    shop.film("scene", "release", project, "--stage", "image", "--scene", "4", "--build")
    assert shop.media(project, "scene_images") == before["scene_images"]
    assert bought(seller) == calls


def own_files(folder: Path) -> tuple[Path, Path, Path, Path]:
    """A picture, a clip, a recording and a piece of music, made here."""
    import subprocess

    from video_platform.montage.runner import find_ffmpeg

    picture = folder / "own.png"
    picture.write_bytes(photograph("own"))
    clip, speech, music = folder / "own.mp4", folder / "own.wav", folder / "music.wav"
    tone = "sine=frequency={0}:duration={1}"
    wanted: list[tuple[str, ...]] = [
        (
            "gradients=size=640x360:rate=30:duration=4:speed=0.1:n=5",
            "-pix_fmt",
            "yuv420p",
            str(clip),
        ),
        (tone.format(300, 2), str(speech)),
        (tone.format(200, 12), "-ac", "2", str(music)),
    ]
    for source, *rest in wanted:
        subprocess.run(
            [str(find_ffmpeg("")), "-v", "error", "-f", "lavfi", "-i", source, *rest], check=True
        )
    return picture, clip, speech, music


def test_the_same_by_the_api(shop: Workshop, project: str, seller: ScenarioServer) -> None:
    from api.app import create_app
    from tests.api.conftest import headers_for
    from video_platform.db.database import DEFAULT_TENANT
    from video_platform.settings import Settings

    calls, before, segments = bought(seller), material(shop, project), shop.segments()
    with TestClient(create_app(Settings(data_dir=shop.data))) as api:
        asked = api.post(
            f"/api/v1/projects/{project}/scenes/4/regenerate",
            json={"stage": "scene_images"},
            headers=headers_for(api, tenant=DEFAULT_TENANT),
        )
        assert asked.status_code == 202, asked.text
    shop.serve_commands()
    assert bought(seller) - calls == 1
    assert_only_scene_4_s_picture_changed(before, material(shop, project))
    assert 1 <= len(shop.segments() - segments) <= 3


def test_the_api_writes_the_same_wishes(shop: Workshop, project: str) -> None:
    from api.app import create_app
    from tests.api.conftest import headers_for
    from video_platform.db.database import DEFAULT_TENANT
    from video_platform.settings import Settings

    app = create_app(Settings(data_dir=shop.data))
    with TestClient(app) as api:
        headers = headers_for(api, tenant=DEFAULT_TENANT)
        place = f"/api/v1/projects/{project}/material/scene_images/4"
        assert [one["take"] for one in api.get(f"{place}/takes", headers=headers).json()] == [0]
        again = api.put(f"{place}/take", json={"take": 0}, headers=headers)
        assert again.status_code == 202, again.text
        assert api.put(f"{place}/lock", headers=headers).status_code == 204
        refused = api.post(
            f"/api/v1/projects/{project}/scenes/4/regenerate",
            json={"stage": "scene_images"},
            headers=headers,
        )
        assert (refused.status_code, refused.json()["code"]) == (409, "scene_locked")
        assert api.delete(f"{place}/lock", headers=headers).status_code == 202
        missing = api.put(f"{place}/take", json={"take": 7}, headers=headers)
        assert (missing.status_code, missing.json()["code"]) == (404, "take_missing")


@pytest.mark.wide
def test_the_same_by_a_launch_in_the_dagster_ui(
    shop: Workshop, project: str, seller: ScenarioServer
) -> None:
    import os
    import signal
    import subprocess
    import sys

    from tests.conftest import ROOT
    from tests.dagster.test_product import Product, free_port, is_up, launch, run_status

    calls, before, segments = bought(seller), material(shop, project), shop.segments()
    ports = free_port(), free_port()
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "cli.main", "up"),
            *("--dagster-port", str(ports[0]), "--api-port", str(ports[1])),
        ],
        cwd=shop.folder,
        env={
            **os.environ,
            **shop.env,
            "PYTHONPATH": str(ROOT),
            "VIDEO_PLATFORM_DATA_DIR": str(shop.data),
        },
    )
    address = f"http://127.0.0.1:{ports[0]}"
    ui = Product(dagster=address, api="", process=process, project=project, folder=shop.folder)
    try:
        ui.until(lambda: is_up(f"{address}/server_info"))
        run = launch(
            ui,
            ["scene_images", "clips", "timeline", "montage"],
            {"scene_images": {"config": {"only": [4]}}},
        )
        ui.until(lambda: run_status(ui, run) in ("SUCCESS", "FAILURE"), seconds=400)
        assert run_status(ui, run) == "SUCCESS"
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) == 0
    assert bought(seller) - calls == 1
    assert_only_scene_4_s_picture_changed(before, material(shop, project))
    assert 1 <= len(shop.segments() - segments) <= 3
