"""The real command from a brief to a film: reuse, edits, other takes, kills and Ctrl-C."""

import json
import os
import re
import signal
import subprocess
import sys
import wave
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT, run_command
from video_platform.domain.project import Stage
from video_platform.montage.probe import probe_media

pytestmark = pytest.mark.slow

ARTICLE = """# Why bread rises

Yeast eats the sugar in flour and breathes out gas.

The gas is caught in a net of gluten, and the dough doubles in about 2 hours.

In the oven the bubbles grow once more, then the crust sets and holds them.
"""
OPTIONS = ("--duration", "20", "--json")
SHORT = """# Why bread rises

Yeast eats the sugar in flour and breathes out gas that lifts the dough.
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder with one article, shared by the tests that build on one another's film."""
    folder = tmp_path_factory.mktemp("create")
    (folder / "bread.md").write_text(ARTICLE)
    return folder


def create(folder: Path, *arguments: str, **options: Any) -> dict[str, Any]:
    done = run_command(
        "create",
        "-f",
        folder / "bread.md",
        "--out",
        folder / "films",
        *OPTIONS,
        *arguments,
        data_dir=folder / "data",
        **options,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def stages(document: dict[str, Any]) -> dict[str, tuple[str, int]]:
    return {row["name"]: (row["status"], row["provider_calls"]) for row in document["stages"]}


def values(folder: Path, stage: str) -> Any:
    """The stored value of a stage of the folder's one project."""
    (path,) = (folder / "data" / "store" / "manifests" / stage).glob("*/current.json")
    return json.loads(path.read_bytes())["value"]


@pytest.fixture(scope="module")
def first(place: Path) -> dict[str, Any]:
    return create(place)


def test_first_call_makes_every_stage_and_a_whole_film(first: dict[str, Any]) -> None:
    made = stages(first)
    assert set(made) == {stage.value for stage in Stage}
    assert {status for status, _ in made.values()} == {"made"}
    (film,) = first["films"]
    probe = probe_media(Path(film["path"]), "video/mp4")
    assert (probe.width_px, probe.height_px, probe.frame_rate) == (1920, 1080, "30/1")
    assert abs(probe.duration_ms / 1000 - film["duration_s"]) <= 1 / 30
    assert abs(film["duration_s"] - 20) < 5
    assert first["cost_usd"] == 0


def test_captions_beside_the_film_equal_the_narration(first: dict[str, Any], place: Path) -> None:
    spoken = " ".join(scene["narration"] for scene in values(place, "script")["scenes"]).split()
    captions = first["films"][0]["captions"]
    srt = Path(captions["srt"]).read_text(encoding="utf-8")
    shown = re.sub(r"^\d+\n[\d:, >-]+$", "", srt, flags=re.MULTILINE).split()
    assert shown == spoken
    vtt = Path(captions["vtt"]).read_text(encoding="utf-8").removeprefix("WEBVTT")
    plain = re.sub(r"^[\d:. >-]+-->.*$|<[^>]+>", "", vtt, flags=re.MULTILINE)
    assert plain.split() == spoken


def test_same_brief_again_reuses_every_stage_and_gives_the_same_film(
    first: dict[str, Any], place: Path
) -> None:
    again = create(place)
    assert set(stages(again).values()) == {("reused", 0)}
    assert again["films"][0]["sha256"] == first["films"][0]["sha256"]
    assert again["project"] == first["project"]


def test_other_options_are_another_project(first: dict[str, Any], place: Path) -> None:
    done = run_command(
        "create", "-f", place / "bread.md", "--estimate", "--json", data_dir=place / "data"
    )
    estimate = json.loads(done.stdout)
    assert estimate["cost_usd"] == 0
    assert {row["capability"] for row in estimate["capabilities"]} >= {"script", "image", "voice"}
    listed = run_command("projects", "--json", data_dir=place / "data")
    assert [row["project"] for row in json.loads(listed.stdout)] == [first["project"]]


def test_edited_narration_makes_its_voice_and_the_montage_and_no_picture(
    first: dict[str, Any], place: Path
) -> None:
    before = values(place, "montage")
    done = run_command(
        *("edit", first["project"], "--scene", "2", "--narration", "Yeast lives on sugar."),
        *("--out", str(place / "films"), "--json"),
        data_dir=place / "data",
    )
    assert done.returncode == 0, done.stderr
    made = stages(json.loads(done.stdout))
    assert made["voice_tracks"] == ("made", 1)
    assert made["scene_images"] == ("reused", 0)
    assert made["music"] == ("reused", 0)
    assert made["clips"] == ("reused", 0)
    assert made["timeline"][0] == made["montage"][0] == "made"
    assert values(place, "montage") != before


def test_another_take_makes_that_scene_s_picture_only(first: dict[str, Any], place: Path) -> None:
    before = {
        image["scene_id"]: image["media"] for image in values(place, "scene_images")["images"]
    }
    done = run_command(
        *("regenerate", first["project"], "--stage", "scene_images", "--scene", "1"),
        *("--out", str(place / "films"), "--json"),
        data_dir=place / "data",
    )
    assert done.returncode == 0, done.stderr
    assert stages(json.loads(done.stdout))["scene_images"] == ("made", 1)
    after = {image["scene_id"]: image["media"] for image in values(place, "scene_images")["images"]}
    assert [number for number in before if before[number] != after[number]] == [1]


def test_unknown_scene_or_project_is_refused(first: dict[str, Any], place: Path) -> None:
    for arguments, code in (
        (("regenerate", first["project"], "--stage", "script", "--scene", "77"), "scene_missing"),
        (("regenerate", "nobody", "--stage", "script"), "project_missing"),
        (("regenerate", first["project"], "--stage", "dance"), "stage_unknown"),
        (("show", "nobody"), "project_missing"),
    ):
        done = run_command(*arguments, data_dir=place / "data")
        assert f"error [{code}]" in done.stderr


def test_word_times_are_the_speech_engine_s_own(first: dict[str, Any], place: Path) -> None:
    """The film's word times, taken back to each voice file, are the events of the engine."""
    timeline = values(place, "timeline")
    tracks = {track["scene_id"]: track for track in values(place, "voice_tracks")["tracks"]}
    words = iter(timeline["words"])
    for clip in timeline["voice"]:
        start_ms = clip["start_frame"] * 1000 / 30
        for word in tracks[clip["scene_id"]]["words"]:
            shown = next(words)
            assert shown["text"] == word["text"]
            assert abs(shown["start_ms"] - start_ms - word["start_ms"]) <= 1


# What exists once a stage has begun or ended, in the order of a run.
_MARKS = {
    "script": "manifests/script/*/current.json",
    "one picture": "media/*/*.png",
    "one voice": "media/*/*.wav",
    "timeline": "manifests/timeline/*/current.json",
    "one segment": "segments/*/*",
    "montage": "manifests/montage/*/current.json",
}


_OFTEN = ("one voice", "one segment")
"""Always tried; the others take as long, and find the same."""


@pytest.mark.parametrize(
    "mark",
    [pytest.param(mark, marks=() if mark in _OFTEN else pytest.mark.wide) for mark in _MARKS],
)
def test_kill_at_any_stage_then_the_same_command_finishes(tmp_path: Path, mark: str) -> None:
    """After ``kill -9`` nothing finished is made a second time, and nothing is left half-made."""
    (tmp_path / "bread.md").write_text(SHORT)
    store = tmp_path / "data" / "store"
    process = _start(tmp_path)
    _wait_for(process, store, _MARKS[mark])
    process.kill()
    process.communicate()
    assert _nothing_runs_in(tmp_path), "a child outlived the command by five seconds"
    kept = _generations(tmp_path)
    document = create(tmp_path)
    made = stages(document)
    calls = sum(count for name, (_, count) in made.items() if name != "publications")
    assert calls + kept == _generations(tmp_path)
    assert probe_media(Path(document["films"][0]["path"]), "video/mp4").frames > 0
    assert not [path for path in tmp_path.rglob("*") if path.name.count("@") == 3]
    assert set(stages(create(tmp_path)).values()) == {("reused", 0)}


@pytest.mark.wide
def test_ctrl_c_stops_at_once_and_the_next_call_goes_on(tmp_path: Path) -> None:
    (tmp_path / "bread.md").write_text(ARTICLE)
    process = _start(tmp_path)
    _wait_for(process, tmp_path / "data" / "store", _MARKS["one segment"])
    process.send_signal(signal.SIGINT)
    _, words = process.communicate(timeout=20)
    assert process.returncode == 130, words.decode()
    assert "goes on from there" in words.decode()
    assert "Traceback" not in words.decode()
    assert _nothing_runs_in(tmp_path)
    assert not list((tmp_path / "data" / "scratch").iterdir())
    document = create(tmp_path)
    assert stages(document)["scene_images"] == ("reused", 0)
    assert stages(document)["voice_tracks"] == ("reused", 0)


def test_second_command_on_a_project_in_the_making_is_told_to_wait(tmp_path: Path) -> None:
    (tmp_path / "bread.md").write_text(ARTICLE)
    process = _start(tmp_path)
    _wait_for(process, tmp_path / "data" / "store", _MARKS["script"])
    done = run_command(
        *("create", "-f", str(tmp_path / "bread.md"), "--out", str(tmp_path / "films"), *OPTIONS),
        data_dir=tmp_path / "data",
    )
    assert done.returncode == 4
    assert json.loads(done.stdout)["error"]["code"] == "project_busy"
    process.kill()
    process.communicate()


def test_film_is_made_in_an_s3_store_and_nothing_of_it_stays_beside(
    tmp_path: Path, moto_url: str
) -> None:
    """The same command with another URL: manifests, media and segments are objects."""
    import boto3

    (tmp_path / "bread.md").write_text(SHORT)
    env = {
        "VIDEO_PLATFORM_STORE_URL": "s3://bread/films",
        "VIDEO_PLATFORM_S3_ENDPOINT_URL": moto_url,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    bucket = boto3.session.Session(**keys, region_name="us-east-1").client(
        "s3", endpoint_url=moto_url
    )
    bucket.create_bucket(Bucket="bread")
    made = create(tmp_path, env=env)
    stored = {
        entry["Key"].split("/")[1] for entry in bucket.list_objects_v2(Bucket="bread")["Contents"]
    }
    assert stored >= {"manifests", "media", "segments", "films"}
    assert not (tmp_path / "data" / "store").exists()
    again = create(tmp_path, env=env)
    assert set(stages(again).values()) == {("reused", 0)}
    assert again["films"][0]["sha256"] == made["films"][0]["sha256"]


def _start(folder: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [
            *(sys.executable, "-m", "cli.main", "create", "-f", "bread.md", "--out", "films"),
            *OPTIONS,
        ],
        cwd=folder,
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "VIDEO_PLATFORM_DATA_DIR": str(folder / "data"),
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def _wait_for(process: subprocess.Popen[bytes], store: Path, pattern: str) -> None:
    """Return as soon as a file of this pattern exists; the process must not end before."""
    while not any(store.glob(pattern)):
        try:
            process.wait(timeout=0.01)
        except subprocess.TimeoutExpired:
            continue
        raise AssertionError(f"ended before {pattern}: {process.communicate()[1].decode()}")


def _generations(folder: Path) -> int:
    """Finished generations in the ledger."""
    import sqlite3

    with sqlite3.connect(folder / "data" / "platform.db") as database:
        (count,) = database.execute(
            "select count(*) from generation_ledger where state = 'stored'"
        ).fetchone()
    return int(count)


def _nothing_runs_in(folder: Path) -> bool:
    """Whether no process works below ``folder``, given five seconds to go."""
    clock = subprocess.Popen(["sleep", "5"])
    try:
        while clock.poll() is None:
            if not [link for link in Path("/proc").glob("[0-9]*/cwd") if _is_below(link, folder)]:
                return True
        return False
    finally:
        clock.kill()
        clock.wait()


def _is_below(link: Path, folder: Path) -> bool:
    try:
        return link.readlink().is_relative_to(folder)
    except OSError:
        return False  # it ended while we looked


def test_voice_files_are_whole(first: dict[str, Any], place: Path) -> None:
    for path in (place / "data" / "store" / "media").glob("*/*.wav"):
        with wave.open(str(path)) as sound:
            assert sound.getframerate() == 48_000
            assert sound.getnframes() > 24_000
