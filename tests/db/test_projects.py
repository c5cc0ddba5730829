"""Projects keep briefs, takes, picks, edits and approvals; a replayed wish counts once."""

from datetime import UTC, datetime

import pytest

from video_platform.db.database import Database, open_database
from video_platform.db.repositories.commands import Commands
from video_platform.db.repositories.projects import ProjectOrder, Projects
from video_platform.domain.brief import Brief
from video_platform.domain.formats import Format
from video_platform.domain.language import Language
from video_platform.domain.project import ProjectStatus, SceneEdit, Stage
from video_platform.errors import Conflict, NotConfigured, ProjectMissing

BRIEF = Brief(text="خبز", formats=(Format.TALL, Format.WIDE), providers={"voice": "piper"})


@pytest.fixture
def projects(database: Database) -> Projects:
    return Projects(database)


def test_brief_comes_back_equal(projects: Projects) -> None:
    projects.add("k", "t", BRIEF)
    assert projects.get("k").brief == BRIEF


def test_adding_twice_keeps_the_first_and_its_one_command(
    projects: Projects, database: Database
) -> None:
    for title in ("first", "second"):
        projects.add("k", title, BRIEF, command="build_project")
    assert projects.get("k").title == "first"
    assert [command.project for command in Commands(database).of_project("k")] == ["k"]


def test_replayed_wish_counts_once(projects: Projects) -> None:
    projects.add("k", "t", BRIEF)
    for _ in range(2):
        projects.ask_again("k", Stage.SCENE_IMAGES, (3,), cause="run-1")
    projects.ask_again("k", Stage.SCENE_IMAGES, (3,), cause="run-2")
    assert projects.get("k").take(Stage.SCENE_IMAGES, 3) == 2


def test_second_edit_keeps_fields_it_does_not_name(projects: Projects) -> None:
    projects.add("k", "t", BRIEF)
    projects.edit_scene("k", 1, SceneEdit(narration="words"))
    projects.edit_scene("k", 1, SceneEdit(headline="line", position=0))
    edit = SceneEdit(narration="words", headline="line", position=0)
    assert projects.get("k").edits == {1: edit}


def test_a_picked_take_is_used_until_another_is_asked_for(
    projects: Projects, database: Database
) -> None:
    projects.add("k", "t", BRIEF)
    projects.ask_again("k", Stage.VOICE_TRACKS, (1, 2), cause="run-1")
    with database.session() as session, session.begin():
        projects.pick(session, "k", Stage.VOICE_TRACKS, 1, 0)
    project = projects.get("k")
    takes = [project.take(Stage.VOICE_TRACKS, scene) for scene in (1, 2, 3)]
    assert takes == [0, 1, 0]
    projects.ask_again("k", Stage.VOICE_TRACKS, (), cause="run-2")
    project = projects.get("k")
    assert [project.take(Stage.VOICE_TRACKS, scene) for scene in (1, 2, 3)] == [2, 2, 1]


def test_a_change_of_an_older_version_is_a_conflict(projects: Projects, database: Database) -> None:
    projects.add("k", "t", BRIEF)
    with database.session() as session, session.begin():
        assert projects.change(session, "k", version=1, title="new").version == 2
    with database.session() as session, session.begin(), pytest.raises(Conflict, match="version 2"):
        projects.change(session, "k", version=1, title="late")
    assert projects.stored("k").title == "new"


def test_lists_go_on_behind_the_last_row_seen(projects: Projects, database: Database) -> None:
    for key in "abcd":
        projects.add(key, f"Film {key}", BRIEF)
    seen: list[str] = []
    before = None
    while rows := projects.find(before=before, limit=2):
        seen += [row.key for row in rows]
        before = (rows[-1].created_at, rows[-1].key)
    assert seen == ["d", "c", "b", "a"]
    with database.session() as session, session.begin():
        projects.change(session, "b", title="Changed last")
    assert projects.find(order=ProjectOrder.UPDATED, limit=1)[0].key == "b"


def test_lists_are_filtered_by_what_is_stored(projects: Projects, database: Database) -> None:
    projects.add("en", "Ten % bread", Brief(text="x"))
    projects.add("ar", "خبز", Brief(text="خبز", language=Language.ARABIC))
    with database.session() as session, session.begin():
        projects.set_status(session, "ar", ProjectStatus.READY, progress=1.0)
        projects.change(session, "en", archived_at=datetime.now(UTC))

    def keys(**wish: object) -> list[str]:
        return [row.key for row in projects.find(**wish)]  # type: ignore[arg-type]

    assert keys() == keys(language="ar") == keys(status=ProjectStatus.READY) == ["ar"]
    assert keys(is_archived=True, text="TEN %") == ["en"]
    assert keys(is_archived=True, text="Ten b_ead") == []


def test_approvals_stand_in_the_order_of_the_stages(projects: Projects, database: Database) -> None:
    projects.add("k", "t", BRIEF)
    with database.session() as session, session.begin():
        projects.want_approvals(session, "k", [Stage.MUSIC, Stage.SCRIPT])
        projects.approve(session, "k", Stage.SCRIPT, "a" * 64, None)
        projects.approve(session, "k", Stage.CLIPS, "a" * 64, None)
    assert list(projects.approvals("k").items()) == [(Stage.SCRIPT, True), (Stage.MUSIC, False)]
    with database.session() as session, session.begin():
        projects.forget_approvals(session, "k", [Stage.SCRIPT])
    assert projects.approvals("k") == {Stage.SCRIPT: False, Stage.MUSIC: False}


def test_missing_project_says_how_to_list_them(projects: Projects) -> None:
    with pytest.raises(ProjectMissing, match="video-platform projects"):
        projects.get("nobody")


def test_unreachable_database_names_the_setting() -> None:
    with pytest.raises(NotConfigured, match="VIDEO_PLATFORM_DATABASE_URL"):
        open_database("sqlite:////proc/nowhere/platform.db")
