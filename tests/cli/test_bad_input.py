"""Nine kinds of bad input on the real command: a sentence, a stable code, nothing lost."""

import json
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT, Command


def refused(done: subprocess.CompletedProcess[str], code: str, *, status: int = 2) -> str:
    """The sentence of a refusal, once its code, status and silence elsewhere are as promised."""
    assert done.returncode == status, done.stderr
    (line,) = [text for text in done.stderr.splitlines() if text.startswith("error [")]
    assert line.startswith(f"error [{code}]: "), line
    assert "Traceback" not in done.stderr
    return line


def test_empty_brief(command: Command, tmp_path: Path) -> None:
    empty = tmp_path / "empty.md"
    empty.write_text("  \n\n")
    assert "-f FILE" in refused(command("create", "-f", empty), "brief_empty")
    refused(command("create", ""), "brief_empty")


def test_enormous_brief(command: Command, tmp_path: Path) -> None:
    large = tmp_path / "large.md"
    with large.open("wb") as writer:
        writer.truncate(5 << 30)  # sparse: five gigabytes that take no room
    assert "200,000 characters" in refused(command("create", "-f", large), "brief_too_long")


def test_binary_brief(command: Command, tmp_path: Path) -> None:
    binary = tmp_path / "film.mp4"
    binary.write_bytes(b"\0\0\0\x20ftypisom" + os.urandom(1000))
    assert "plain text" in refused(command("create", "-f", binary), "brief_binary")


def test_wrong_encoding(command: Command, tmp_path: Path) -> None:
    latin = tmp_path / "ete.txt"
    latin.write_bytes("L'été à Évreux".encode("latin-1"))
    assert "iconv" in refused(command("create", "-f", latin), "brief_encoding")


@pytest.mark.parametrize("language", ["klingon", "", "de"])
def test_unknown_language(command: Command, language: str) -> None:
    done = command("create", "words", "--language", language)
    assert "en, fr, ar" in refused(done, "language_unknown")


@pytest.mark.parametrize("duration", ["0", "-5", "99999999", "soon", "nan", "inf"])
def test_impossible_duration(command: Command, duration: str) -> None:
    refused(command("create", "words", f"--duration={duration}"), "duration_impossible")


def test_impossible_format(command: Command) -> None:
    assert "16:9" in refused(command("create", "words", "--format", "3:7"), "format_invalid")


@pytest.mark.parametrize(
    ("option", "code", "known"),
    [
        ("--style=weird", "style_unknown", "editorial"),
        ("--voice=nobody", "voice_unknown", "narrator"),
        ("--provider=dance=espeak", "capability_unknown", "voice"),
        ("--provider=voice", "provider_invalid", "voice=piper"),
        ("--captions=loud", "captions_unknown", "karaoke"),
        ("--accent=red", "look_invalid", "#RRGGBB"),
        ("--lut=nowhere.cube", "file_unreadable", "nowhere.cube"),
    ],
)
def test_unknown_choice_is_refused_before_anything_is_made(
    command: Command, option: str, code: str, known: str
) -> None:
    assert known in refused(command("create", "words", option), code)
    assert json.loads(command("projects", "--json").stdout) == []


def test_provider_that_is_not_there(command: Command) -> None:
    done = command("create", "words", "--provider", "avatar=nobody")
    assert "heygen" in refused(done, "not_configured", status=3)


@pytest.mark.parametrize("kind", ["missing", "directory", "forbidden"])
def test_unreadable_file(command: Command, tmp_path: Path, kind: str) -> None:
    path = tmp_path / "brief.md"
    if kind == "directory":
        path.mkdir()
    elif kind == "forbidden":
        if os.geteuid() == 0:
            # Root reads everything; a file that ends in an error when read does as well.
            path = Path("/proc/self/mem")
        else:
            path.write_text("words")
            path.chmod(0)
    refused(command("create", "-f", path), "file_unreadable")


def test_unwritable_target(command: Command, tmp_path: Path) -> None:
    occupied = tmp_path / "films"
    occupied.write_text("a file where a folder is wanted")
    done = command("create", "words", "--out", occupied)
    assert "--out" in refused(done, "place_unwritable")
    assert occupied.read_text() == "a file where a folder is wanted"


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 4 MB."""
    place = tmp_path / "disk"
    place.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", place], capture_output=True, check=False
    )
    if done.returncode:
        pytest.skip("mounting a small file system needs root")
    yield place
    subprocess.run(["umount", place], check=True)


def test_full_disk_is_noticed_before_any_work(command: Command, tmp_path: Path) -> None:
    done = command("create", "words", env={"VIDEO_PLATFORM_MIN_FREE_BYTES": str(10**18)})
    assert "MB free" in refused(done, "disk_full", status=1)
    assert not (tmp_path / "data" / "platform.db").exists()


@pytest.mark.slow
def test_disk_that_fills_up_on_the_way_keeps_what_was_made(tiny_disk: Path, tmp_path: Path) -> None:
    """The store's disk holds the pictures' first bytes and no more."""
    env = {"VIDEO_PLATFORM_STORE_URL": tiny_disk.as_uri()}
    arguments = ("create", "Bread rises because yeast makes gas.", "-d", "6")
    from tests.conftest import run_command

    filler = tiny_disk / "filler"
    filler.write_bytes(bytes(3_700_000))
    data = tmp_path / "data"
    failed = run_command(*arguments, data_dir=data, env=env)
    assert failed.returncode == 1, failed.stderr
    assert "error [disk_full]" in failed.stderr
    assert not list((tiny_disk / ".parts").iterdir())


def test_missing_font(tmp_path: Path) -> None:
    """A damaged installation: the package without one of its fonts."""
    for room in ("video_platform", "cli", "assets_defs", "resources", "sensors", "api"):
        shutil.copytree(
            ROOT / room, tmp_path / room, ignore=shutil.ignore_patterns("*SemiBold.ttf")
        )
    shutil.copy(ROOT / "definitions.py", tmp_path)
    done = subprocess.run(
        [sys.executable, "-P", "-m", "cli.main", "create", "words"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "make setup" in refused(done, "font_missing", status=3)


def test_missing_ffmpeg(command: Command) -> None:
    done = command("create", "words", env={"VIDEO_PLATFORM_FFMPEG": "/nowhere/ffmpeg"})
    refused(done, "ffmpeg_missing", status=1)


def test_missing_codec(command: Command, tmp_path: Path) -> None:
    """An FFmpeg that starts and knows no encoder at all."""
    fake = tmp_path / "ffmpeg"
    fake.write_text("#!/bin/sh\necho 'ffmpeg version 1'\n")
    fake.chmod(fake.stat().st_mode | stat.S_IEXEC)
    done = command("create", "words", env={"VIDEO_PLATFORM_FFMPEG": str(fake)})
    assert "libx264" in refused(done, "ffmpeg_missing", status=1)


def test_refusal_as_json_is_one_document(command: Command) -> None:
    done = command("create", "", "--json")
    document = json.loads(done.stdout)
    assert document["error"]["code"] == "brief_empty"
    assert document["error"]["hint"]
    assert done.returncode == 2
