"""``montage plan`` says what would be rendered and why; ``montage preview`` shows a film early."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Command, run_command
from video_platform.montage.hardware import HARDWARE
from video_platform.montage.probe import probe_media

SCRIPT = {
    "title": "Bread",
    "duration": 6,
    "scenes": [
        {
            "id": number,
            "duration": 3,
            "narration": words,
            "visual_prompt": "dough",
            "music_mood": "calm",
        }
        for number, words in ((1, "Yeast eats sugar."), (2, "Gas lifts dough."))
    ],
}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a script of two short scenes, in which the film is made."""
    folder = tmp_path_factory.mktemp("montage")
    (folder / "script.json").write_text(json.dumps(SCRIPT))
    return folder


@pytest.fixture(scope="module")
def made(place: Path) -> dict[str, Any]:
    return run(
        place,
        *("create", "-f", place / "script.json", "--out", place / "films"),
        *("--export", "audio", "--export", "gif"),
    )


def run(folder: Path, *arguments: str | Path) -> Any:
    done = run_command(*arguments, "--json", data_dir=folder / "data")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return json.loads(done.stdout)


def plan(folder: Path, made: dict[str, Any]) -> dict[str, Any]:
    document = run(folder, "montage", "plan", made["project"])
    assert document["project"] == made["project"]
    (film,) = document["films"]
    return dict(film)


@pytest.mark.slow
def test_exports_and_pictures_stand_beside_the_film(made: dict[str, Any]) -> None:
    (film,) = made["films"]
    stem = Path(film["path"]).name.removesuffix(".mp4")
    names = {kind: Path(path).name for kind, path in film["exports"].items()}
    assert names == {"audio": f"{stem}.m4a", "gif": f"{stem}.gif"}
    sound = probe_media(Path(film["exports"]["audio"]), "audio/mp4")
    assert abs(sound.duration_ms / 1000 - film["duration_s"]) < 0.1
    assert probe_media(Path(film["exports"]["gif"]), "image/gif").width_px > 0
    for name, media_type, ending in (
        ("contact_sheet", "image/jpeg", "sheet.jpg"),
        ("waveform", "image/png", "waveform.png"),
    ):
        assert Path(film[name]).name == f"{stem}.{ending}"
        assert probe_media(Path(film[name]), media_type).width_px > 0


@pytest.mark.slow
def test_finished_film_has_nothing_to_render(made: dict[str, Any], place: Path) -> None:
    film = plan(place, made)
    assert (film["film"], film["sound"], film["frames_to_render"]) == ("kept", "kept", 0)
    assert [segment["kind"] for segment in film["segments"]] == ["body", "transition", "body"]
    assert [segment["scenes"] for segment in film["segments"]] == [[1], [1, 2], [2]]
    assert {segment["state"] for segment in film["segments"]} == {"kept"}
    assert film["frames"] == sum(segment["frames"] for segment in film["segments"])


@pytest.mark.slow
def test_corrected_word_is_planned_as_one_segment_and_its_reason_is_named(
    made: dict[str, Any], place: Path
) -> None:
    """As after an edit whose montage has not run: the timeline differs in one caption."""
    (path,) = (place / "data" / "store" / "manifests" / "timeline").glob("*/current.json")
    before = path.read_text(encoding="utf-8")
    try:
        path.write_text(before.replace('"dough."', '"bread."'), encoding="utf-8")
        film = plan(place, made)
        shown = run_command("montage", "plan", made["project"], data_dir=place / "data")
    finally:
        path.write_text(before, encoding="utf-8")
    assert [segment["state"] for segment in film["segments"]] == ["kept", "kept", "render"]
    changed = film["segments"][2]
    assert (changed["number"], changed["why"]) == (3, ["captions"])
    assert (film["film"], film["sound"]) == ("join", "kept")
    total = f"{changed['frames']} of {film['frames']} frames in 1 of 3 segments will be rendered"
    assert total in shown.stderr
    assert shown.stdout == ""


@pytest.mark.slow
def test_lost_segments_of_a_film_that_is_kept_are_not_rendered(
    made: dict[str, Any], place: Path
) -> None:
    segments = place / "data" / "store" / "segments"
    segments.rename(place / "away")
    try:
        film = plan(place, made)
    finally:
        (place / "away").rename(segments)
    assert (film["film"], film["frames_to_render"], film["segments_to_render"]) == ("kept", 0, 0)


@pytest.mark.slow
def test_preview_is_the_whole_film_and_small(made: dict[str, Any], place: Path) -> None:
    shown = run(place, "montage", "preview", made["project"], "--out", place / "films")
    assert (shown["project"], shown["format"]) == (made["project"], "16:9")
    preview, film = Path(shown["path"]), Path(made["films"][0]["path"])
    small, full = probe_media(preview, "video/mp4"), probe_media(film, "video/mp4")
    assert (small.frames, small.channels) == (full.frames, full.channels)
    assert (small.width_px, small.height_px) == (640, 360)


@pytest.mark.slow
def test_preview_of_a_format_the_project_is_not_made_in_is_refused(
    made: dict[str, Any], place: Path
) -> None:
    done = run_command(
        *("montage", "preview", made["project"], "--format", "1:1"), data_dir=place / "data"
    )
    assert done.returncode == 2
    assert "error [format_invalid]" in done.stderr
    assert "16:9" in done.stderr


def test_project_that_is_not_there_is_named(command: Command) -> None:
    done = command("montage", "plan", "nobody", "--json")
    assert done.returncode == 4
    assert json.loads(done.stdout)["error"]["code"] == "project_missing"


@pytest.mark.slow
def test_every_encoder_is_tried_and_what_does_not_work_says_why(tmp_path: Path) -> None:
    found = run(tmp_path, "montage", "encoders")
    assert [row["name"] for row in found] == ["software", *HARDWARE]
    software = found[0]
    assert software["works"]
    assert software["frames_per_s"] > 0
    for row in found:
        assert row["works"] == (not row["reason"]) == (row["frames_per_s"] > 0)
    assert not list((tmp_path / "data" / "scratch").iterdir())
