"""``check`` on a file alone: what it tells, where it puts its pictures, how it ends."""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from cli import check
from tests.quality.damage import EN, Workshop
from tests.quality.films import run_ffmpeg
from video_platform.errors import UnsupportedMedia
from video_platform.quality.measure import measure_film

app = typer.Typer()
check.register(app)


@pytest.fixture
def film(workshop: Workshop, tmp_path: Path) -> Path:
    made = workshop.films[EN]
    path = tmp_path / "film.mp4"
    path.write_bytes(made.path.read_bytes())
    path.with_suffix(".vtt").write_bytes(made.vtt)
    return path


def test_good_file_passes_and_captions_beside_it_are_read(film: Path) -> None:
    done = CliRunner().invoke(app, [str(film), "--json"])
    told = json.loads(done.stdout)
    assert (done.exit_code, told["passed"]) == (0, True), told
    assert {"decode", "loudness", "black", "letters"} <= {one["name"] for one in told["checks"]}
    assert all({"name", "passed", "value", "at_s", "hint"} <= one.keys() for one in told["checks"])


def test_bad_file_is_told_with_time_picture_and_mend(film: Path) -> None:
    black = run_ffmpeg(
        film,
        film.with_name("black.mp4"),
        *("-vf", "drawbox=t=fill:c=black:enable='between(t,2,3)'", "-c:a", "copy"),
    )
    done = CliRunner().invoke(app, [str(black), "--json"])
    told = {one["name"]: one for one in json.loads(done.stdout)["checks"]}["black"]
    assert done.exit_code == 1
    assert 2 <= told["at_s"] <= 3
    assert Path(told["thumbnail"]).read_bytes().startswith(b"\xff\xd8")
    assert told["mend"] == "regenerate"
    shown = CliRunner().invoke(app, [str(black)])
    assert "at 00:02." in shown.stderr
    assert told["thumbnail"] in shown.stderr


def test_playlist_under_a_film_s_name_opens_nothing(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    path = tmp_path / "film.mp4"
    path.write_text("#EXTM3U\n#EXTINF:1,\nfile:secret.txt\n")
    told = json.loads(CliRunner().invoke(app, [str(path), "--json"]).stdout)
    assert [one["name"] for one in told["checks"]] == ["decode"]


def test_other_kinds_of_file_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "film.txt"
    path.write_text("no film")
    with pytest.raises(UnsupportedMedia, match=r"film\.txt"):
        measure_film(path)
