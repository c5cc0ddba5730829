"""The documents say what is true: every setting, command and decision is described."""

import re

from cli.main import app
from tests.conftest import ROOT
from video_platform.settings import Settings

README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_setting_is_in_the_readme() -> None:
    for name in Settings.model_fields:
        assert f"`VIDEO_PLATFORM_{name.upper()}`" in README


def test_every_command_is_in_the_readme() -> None:
    for command in app.registered_commands:
        name = command.name or command.callback.__name__  # type: ignore[union-attr]
        assert re.search(rf"\b(video-platform {name}|make {name})\b", README), name


def test_every_link_and_picture_of_the_documents_exists() -> None:
    for document in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]:
        for link in re.findall(r"\]\(([^)#]+)", document.read_text(encoding="utf-8")):
            if "://" not in link:
                assert (document.parent / link).exists(), (document.name, link)


def test_every_decision_is_listed() -> None:
    listed = (ROOT / "docs" / "adr" / "README.md").read_text(encoding="utf-8")
    for decision in (ROOT / "docs" / "adr").glob("0*.md"):
        assert decision.name in listed


def test_no_file_names_a_path_of_a_machine() -> None:
    for path in ROOT.rglob("*"):
        if path.suffix in (".py", ".md", ".yaml", ".yml", ".toml", ".sh") and not any(
            part.startswith(".v") or part in (".git", "films", "node_modules")
            for part in path.relative_to(ROOT).parts
        ):
            text = path.read_text(encoding="utf-8")
            assert not re.search(r"(^|[\s\"'(])/(work|root|home)/", text), path
