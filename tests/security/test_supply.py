"""No secret in what is kept in git; nothing is installed whose licence binds the product."""

import re
import subprocess
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_SECRETS = re.compile(
    rb"AKIA[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{36}|\bglpat-[\w-]{20}|\bxox[abprs]-[\w-]{20}|"
    rb"\bsk-(?:proj-|ant-)?[A-Za-z0-9_-]{40}|\bAIza[\w-]{35}|\bhf_[A-Za-z]{34}|\br8_[\w]{37}|"
    rb"-----BEGIN (?:RSA |EC |OPENSSH )?PRIVATE KEY-----\n[A-Za-z0-9+/=\n]{64}"
)
_PERMISSIVE = re.compile(
    r"apache|mit\b|bsd|isc|python|psf|mpl|mozilla|unlicense|public domain|zlib|hpnd|cc0|0bsd", re.I
)
_BINDING = re.compile(r"(?<!lesser )\b(?:a?gpl|general public)", re.I)
_JUDGED = {
    # Runs as a program of its own, or is data of one; see NOTICE.
    "espeakng-loader": "loads eSpeak NG, which runs in a process of its own",
}
"""Packages that a person looked at, and why they may stay."""


def test_no_secret_is_kept_in_git() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True
    ).stdout.decode()
    paths = [ROOT / name for name in listed.split("\0") if name]
    assert len(paths) > 100
    found = [path.name for path in paths if path.is_file() and _SECRETS.search(path.read_bytes())]
    assert found == []


@pytest.mark.parametrize(
    "text", [b"AKIA" + b"A" * 16, b"ghp_" + b"a" * 36, b"sk-proj-" + b"a" * 48, b"AIza" + b"a" * 35]
)
def test_a_secret_would_be_found(text: bytes) -> None:
    assert _SECRETS.search(b"key = '" + text + b"'")


def _licence(name: str) -> str:
    about = metadata(name)
    classifiers = [one for one in about.get_all("Classifier") or () if one.startswith("License")]
    said = [about.get("License-Expression") or "", *classifiers]
    return " ".join(said).strip() or (about.get("License") or "")[:200]


def test_every_package_of_the_product_has_a_permissive_licence() -> None:
    locked = (ROOT / "requirements" / "core.txt").read_text()
    names = re.findall(r"(?m)^([A-Za-z0-9_.-]+)==", locked)
    assert len(names) > 50
    wrong = {}
    for name in names:
        try:
            licence = _licence(name)
        except PackageNotFoundError:
            continue  # for another system
        is_bound = _BINDING.search(licence) and not re.search(r"lesser|lgpl", licence, re.I)
        if (is_bound or not _PERMISSIVE.search(licence)) and name not in _JUDGED:
            wrong[name] = licence
    assert wrong == {}
