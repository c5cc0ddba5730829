"""The repository's own promises: names resolve here, loading is light, lock files are clean."""

import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT


@pytest.mark.parametrize(
    "name",
    [
        "video_platform",
        "assets_defs",
        "resources",
        "sensors",
        "api",
        "cli",
        "workers",
        "definitions",
    ],
)
def test_top_level_names_resolve_inside_the_repository(name: str) -> None:
    """`api`, `resources` and `sensors` are common names; another package must not win."""
    found = importlib.import_module(name).__file__
    assert found is not None
    assert Path(found).resolve().is_relative_to(ROOT)


def test_definitions_load_without_environment_and_without_heavy_imports(tmp_path: Path) -> None:
    code = (
        "import sys, definitions\n"
        "heavy = {'cv2', 'av', 'PIL', 'numpy', 'boto3', 'espeakng_loader'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"
    assert not list(tmp_path.iterdir())


def test_lock_files_name_no_index() -> None:
    for lock in (ROOT / "requirements").glob("*.txt"):
        assert not re.search(r"https?://|--(extra-)?index", lock.read_text(encoding="utf-8"))
