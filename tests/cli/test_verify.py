"""From a brief to credentials that read back, and to an editor and back, as a person would."""

import copy
import json
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest

from tests.conftest import Command, run_command
from tests.provenance.test_identity import keys, operator
from video_platform.agents.exchange import KINDS, Exchange
from video_platform.bootstrap import build_studio
from video_platform.errors import InvalidInput
from video_platform.montage.probe import probe_media
from video_platform.settings import Settings
from video_platform.store.media import hash_file

SCRIPT = {
    "title": "Bread",
    "duration": 9,
    "scenes": [
        {
            "id": number,
            "duration": 3,
            "narration": words,
            "visual_prompt": "dough",
            "music_mood": "calm",
        }
        for number, words in (
            (1, "Yeast eats sugar."),
            (2, "Gas lifts the dough."),
            (3, "Heat sets it."),
        )
    ],
}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("verify")
    (folder / "script.json").write_text(json.dumps(SCRIPT))
    return folder


def run(
    folder: Path, *arguments: str | Path, status: int = 0, env: dict[str, str] | None = None
) -> Any:
    strict = {"VIDEO_PLATFORM_UNKNOWN_LICENCE": "block", **(env or {})}
    done = run_command(*arguments, "--json", data_dir=folder / "data", env=strict)
    assert done.returncode == status, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def made(place: Path) -> dict[str, Any]:
    """A film of embedded providers, under the strictest policy on licences."""
    return dict(run(place, "create", "-f", place / "script.json", "--out", place / "films"))


@pytest.mark.slow
def test_a_films_credentials_read_back_valid_and_name_every_maker(
    place: Path, made: dict[str, Any]
) -> None:
    (film,) = made["films"]
    found = run(place, "verify", film["path"])
    assert found["valid"]
    assert found["certificate"] == "test"
    assert found["sha256"] == film["sha256"]
    assert found["source_type"] == "algorithmicMedia"
    told = {(one["role"], one["provider"]) for one in found["ingredients"]}
    assert told == {
        ("script", "embedded_writer"),
        ("picture", "embedded_painter"),
        ("voice", "espeak"),
        ("music", "embedded_composer"),
    }
    assert all(one["licence"] and one["sha256"] for one in found["ingredients"])
    assert run(place, "verify", film["poster"])["valid"]


@pytest.mark.slow
def test_what_is_published_is_what_was_signed(place: Path, made: dict[str, Any]) -> None:
    (published,) = (place / "data" / "channel" / "films").glob("*.mp4")
    assert hash_file(published) == made["films"][0]["sha256"]
    assert run(place, "verify", published)["valid"]


@pytest.mark.slow
def test_a_changed_film_ends_the_command_with_1(place: Path, made: dict[str, Any]) -> None:
    data = bytearray(Path(made["films"][0]["path"]).read_bytes())
    data[-1000] ^= 1
    changed = place / "changed.mp4"
    changed.write_bytes(data)
    found = run(place, "verify", changed, status=1)
    assert not found["valid"]
    assert found["problems"]


@pytest.mark.slow
def test_making_it_again_signs_nothing_again(place: Path, made: dict[str, Any]) -> None:
    again = run(place, "create", "-f", place / "script.json", "--out", place / "films")
    assert again["films"] == made["films"]
    assert {stage["status"] for stage in again["stages"]} == {"reused"}


@pytest.mark.slow
def test_a_project_goes_out_in_every_format(place: Path, made: dict[str, Any]) -> None:
    exchange = Exchange(build_studio(Settings(data_dir=place / "data")))
    for kind in KINDS:
        assert exchange.export(made["project"], kind, place / "all").path.stat().st_size > 0, kind
    with pytest.raises(InvalidInput) as caught:
        exchange.export(made["project"], "mov", place / "all")
    assert caught.value.code == "export_unknown"


@pytest.mark.slow
def test_the_disclosure_names_the_film_by_hash_and_manifest(
    place: Path, made: dict[str, Any]
) -> None:
    (film,) = made["films"]
    told = run(place, "export", made["project"], "--as", "disclosure", "--out", place / "out")
    disclosure = json.loads(Path(told["path"]).read_text(encoding="utf-8"))["value"]
    (listed,) = (one for one in disclosure["files"] if one["role"] == "film")
    assert listed["sha256"] == film["sha256"]
    assert listed["manifest"] == run(place, "verify", film["path"])["manifest"]


@pytest.mark.slow
def test_the_gates_verdict_is_on_the_signed_file_that_is_published(
    place: Path, made: dict[str, Any]
) -> None:
    (film,) = made["films"]
    kept = list((place / "data" / "store" / "gate").rglob("*.json"))
    assert [path.parent.name for path in kept] == [film["sha256"]]
    (judged,) = run(place, "gate", made["project"])["films"]
    assert judged["sha256"] == film["sha256"]
    assert judged["passed"]
    assert list((place / "data" / "store" / "gate").rglob("*.json")) == kept


@pytest.mark.slow
def test_an_operators_certificate_signs_by_settings_and_doctor_names_it(
    place: Path, made: dict[str, Any]
) -> None:
    certificate, key = operator(place / "pki", keys()["es256"], None)
    env = {
        "VIDEO_PLATFORM_SIGNING_CERTIFICATE": str(certificate),
        "VIDEO_PLATFORM_SIGNING_KEY": str(key),
    }
    again = run(place, "create", "-f", place / "script.json", "--out", place / "films", env=env)
    assert again["project"] == made["project"]
    states = {stage["name"]: stage["status"] for stage in again["stages"]}
    signed = {name for name, status in states.items() if status != "reused"}
    assert signed <= {"montage", "publications"}
    (film,) = again["films"]
    assert film["sha256"] != made["films"][0]["sha256"]
    found = run(place, "verify", film["path"], "--trust", certificate)
    assert (found["valid"], found["certificate"], found["signer"]) == (True, "trusted", "Signer")
    assert run(place, "verify", film["path"])["certificate"] == "unknown"
    assert signer_of(run(place, "doctor", env=env)).startswith("Signer, until ")
    assert signer_of(run(place, "doctor")).startswith("test certificate, which vouches for nobody")


def signer_of(diagnosis: dict[str, Any]) -> str:
    """What doctor says of who signs."""
    (said,) = (one for one in diagnosis["checks"] if one["name"] == "content credentials")
    return str(said["value"])


def test_doctor_finds_a_key_that_is_not_the_certificates(place: Path) -> None:
    certificate, _ = operator(place / "one", keys()["es256"], None)
    _, key = operator(place / "two", keys()["es256"], None)
    env = {
        "VIDEO_PLATFORM_SIGNING_CERTIFICATE": str(certificate),
        "VIDEO_PLATFORM_SIGNING_KEY": str(key),
    }
    found = run(place, "doctor", env=env, status=3)
    (said,) = (one for one in found["checks"] if not one["passed"])
    assert said["name"] == "content credentials"
    assert said["hint"]


def edit(path: Path) -> int:
    """Swap the first and the last clip and trim the middle one; returns the length in frames."""
    timeline = otio.adapters.read_from_file(str(path))
    track = timeline.video_tracks()[0]
    clips = list(track.find_clips())
    first, last = copy.deepcopy(clips[0]), copy.deepcopy(clips[2])
    place = clips[1].source_range
    shorter = otio.opentime.RationalTime(6, place.duration.rate)
    clips[1].source_range = otio.opentime.TimeRange(place.start_time, place.duration - shorter)
    at = track.index(clips[0]), track.index(clips[2])
    track[at[0]], track[at[1]] = last, first
    otio.adapters.write_to_file(timeline, str(path))
    return round(track.duration().value)


@pytest.mark.slow
def test_a_timeline_edited_elsewhere_renders_as_edited(place: Path, made: dict[str, Any]) -> None:
    """Last of this file: it changes the project the others look at."""
    project = made["project"]
    path = Path(run(place, "export", project, "--as", "otio", "--out", place / "out")["path"])
    before = probe_media(Path(made["films"][0]["path"]), "video/mp4").frames
    frames = edit(path)
    assert frames == before - 6
    again = run(place, "import", project, path, "--out", place / "films")
    assert {stage["name"]: stage["provider_calls"] for stage in again["stages"]}["clips"] == 0
    (film,) = again["films"]
    assert probe_media(Path(film["path"]), "video/mp4").frames == frames
    assert run(place, "verify", film["path"])["valid"]
    words = Path(run(place, "export", project, "--as", "words", "--out", place / "out")["path"])
    texts = [word["text"] for word in json.loads(words.read_text(encoding="utf-8"))["words"]]
    assert " ".join(texts) == "Heat sets it. Gas lifts the dough. Yeast eats sugar."
    unchanged = run(place, "export", project, "--as", "otio", "--out", place / "out")
    assert round(otio.adapters.read_from_file(unchanged["path"]).duration().value) == frames


def test_a_file_of_no_known_kind_is_an_error_of_the_person(command: Command) -> None:
    done = command("verify", "notes.txt", "--json")
    assert done.returncode == 2
    assert json.loads(done.stdout)["error"]["code"] == "kind_unknown"
