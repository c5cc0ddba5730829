"""Who holds a row: a process that surely ended loses it at once, any other one by its lease."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from video_platform.db.repositories import generations
from video_platform.db.repositories.generations import is_gone, this_machine, this_process


def _ended() -> int:
    """The number of a process that ran and ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_a_process_that_ended_here_is_gone_and_a_running_one_is_not() -> None:
    assert is_gone(f"{this_machine()}:{_ended()}")
    assert not is_gone(this_process())
    assert not is_gone(f"{this_machine()}:{os.getppid()}")


@pytest.mark.parametrize("told", ["_PROCESS_NUMBERS", "_BOOT_ID"])
def test_containers_and_machines_of_one_name_are_told_apart(
    told: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A number that is free here says nothing about a process that is counted elsewhere."""
    number, here = _ended(), this_machine()
    elsewhere = tmp_path / "told"
    if told == "_BOOT_ID":
        elsewhere.write_text("another start")
    else:
        elsewhere.symlink_to("pid:[4026599999]")
    monkeypatch.setattr(generations, told, elsewhere)
    assert this_machine() != here
    assert not is_gone(f"{here}:{number}")


@pytest.mark.parametrize("owner", ["", "x", "host:1", "host:99999999", f"{this_machine()}:x"])
def test_an_owner_of_another_form_is_left_to_its_lease(owner: str) -> None:
    assert not is_gone(owner)


def test_a_long_host_name_fits_the_column(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("socket.gethostname", lambda: "h" * 64)
    assert len(f"{this_machine()}:{2**22}") <= 80


def test_without_linux_a_host_name_has_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(generations, "_BOOT_ID", tmp_path / "missing")
    assert this_machine() == this_machine()
    assert is_gone(f"{this_machine()}:{_ended()}")
