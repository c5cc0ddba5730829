"""Projects keep briefs, takes and edits; a replayed wish counts once."""

import pytest

from video_platform.db.database import open_database
from video_platform.db.repositories.commands import Commands
from video_platform.db.repositories.projects import Projects
from video_platform.domain.brief import Brief
from video_platform.domain.formats import Format
from video_platform.domain.project import SceneEdit, Stage
from video_platform.errors import NotConfigured, ProjectMissing
from video_platform.settings import Settings

BRIEF = Brief(text="خبز", formats=(Format.TALL, Format.WIDE), providers={"voice": "piper"})


@pytest.fixture
def projects(settings: Settings) -> Projects:
    return Projects(open_database(settings.resolved_database_url))


def test_brief_comes_back_equal(projects: Projects) -> None:
    projects.add("k", "t", BRIEF)
    assert projects.get("k").brief == BRIEF


def test_adding_twice_keeps_the_first_and_its_one_command(
    projects: Projects, settings: Settings
) -> None:
    for title in ("first", "second"):
        projects.add("k", title, BRIEF, command="build_project")
    assert projects.get("k").title == "first"
    commands = Commands(open_database(settings.resolved_database_url))
    assert [command.project for command in commands.startable(limit=10)] == ["k"]


def test_replayed_wish_counts_once(projects: Projects) -> None:
    projects.add("k", "t", BRIEF)
    for _ in range(2):
        projects.ask_again("k", Stage.SCENE_IMAGES, (3,), cause="run-1")
    projects.ask_again("k", Stage.SCENE_IMAGES, (3,), cause="run-2")
    assert projects.get("k").take(Stage.SCENE_IMAGES, 3) == 2


def test_second_edit_keeps_fields_it_does_not_name(projects: Projects) -> None:
    projects.add("k", "t", BRIEF)
    projects.edit_scene("k", 1, SceneEdit(narration="words"))
    projects.edit_scene("k", 1, SceneEdit(headline="line"))
    assert projects.get("k").edits == {1: SceneEdit(narration="words", headline="line")}


def test_missing_project_says_how_to_list_them(projects: Projects) -> None:
    with pytest.raises(ProjectMissing, match="video-platform projects"):
        projects.get("nobody")


def test_unreachable_database_names_the_setting() -> None:
    with pytest.raises(NotConfigured, match="VIDEO_PLATFORM_DATABASE_URL"):
        open_database("sqlite:////proc/nowhere/platform.db")
