"""The small commands: what there is, and what this machine can do."""

import json

from tests.conftest import Command


def test_doctor_finds_a_fresh_installation_healthy(command: Command) -> None:
    done = command("doctor", "--json")
    document = json.loads(done.stdout)
    assert done.returncode == 0, document
    assert document["passed"]
    assert {check["name"] for check in document["checks"]} >= {"ffmpeg", "fonts", "voice"}


def test_doctor_names_what_is_missing_and_how_to_mend_it(command: Command) -> None:
    done = command("doctor", "--json", env={"VIDEO_PLATFORM_FFMPEG": "/nowhere/ffmpeg"})
    document = json.loads(done.stdout)
    (failed,) = [check for check in document["checks"] if not check["passed"]]
    assert done.returncode == 3
    assert failed["name"] == "ffmpeg"
    assert "VIDEO_PLATFORM_FFMPEG" in failed["hint"]


def test_no_project_yet_says_how_to_make_one(command: Command) -> None:
    assert json.loads(command("projects", "--json").stdout) == []
    assert "video-platform create" in command("projects").stderr


def test_version_and_help_need_nothing(command: Command) -> None:
    assert command("--version").stdout.startswith("video-platform ")
    assert "--estimate" in command("create", "--help").stdout


def test_price_is_known_for_what_ships_and_unknown_for_the_rest(command: Command) -> None:
    found = json.loads(command("create", "words", "--estimate", "--json").stdout)
    assert found["cost_usd"] == 0
    flux = command("create", "words", "--estimate", "--json", "--provider", "image=flux")
    assert json.loads(flux.stdout)["cost_usd"] > 0
    other = command(
        *("create", "words", "--estimate", "--json", "--provider", "image=flux"),
        env={"VIDEO_PLATFORM_FLUX_MODEL": "flux-of-next-year"},
    )
    assert json.loads(other.stdout)["cost_usd"] is None
