"""A backup holds everything, says when it is damaged, and posts nothing twice."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from video_platform.backup import make_backup, restore_backup, verify_backup
from video_platform.db.database import Database, open_database
from video_platform.db.models import CommandRow, ProjectRow, PublicationRow
from video_platform.db.repositories.projects import Projects
from video_platform.domain.brief import Brief
from video_platform.errors import InvalidInput, NotConfigured
from video_platform.store.local import LocalBlobs

NOW = datetime.now(UTC)
PROJECT = "a-film-0123456789"


def _publication(name: str, state: str, due_at: datetime) -> PublicationRow:
    values: dict[str, Any] = {
        "id": name,
        "tenant": "ann",
        "project": PROJECT,
        "platform": "youtube",
        "format": "9:16",
        "post": {"title": "Été – صيف"},
        "state": state,
        "due_at": due_at,
        "created_at": NOW,
    }
    return PublicationRow(**values)


@pytest.fixture
def source(tmp_path: Path) -> tuple[Database, LocalBlobs]:
    database = open_database(f"sqlite:///{tmp_path / 'source.db'}").of("ann")
    Projects(database).add(PROJECT, "Été – صيف", Brief(text="A brief."))
    rows = [
        _publication("out", "published", NOW - timedelta(days=1)),
        _publication("missed", "scheduled", NOW - timedelta(minutes=1)),
        _publication("leaving", "committing", NOW + timedelta(days=1)),
        _publication("later", "scheduled", NOW + timedelta(days=1)),
        CommandRow(project=PROJECT, kind="film", created_at=NOW),
    ]
    with database.session() as session, session.begin():
        session.add_all(rows)
    blobs = LocalBlobs(tmp_path / "source")
    for number in range(5):
        blobs.write(f"media/{number}/film.mp4", bytes([number]) * 1000)
    return database, blobs


@pytest.fixture
def target(tmp_path: Path) -> tuple[Database, LocalBlobs]:
    return open_database(f"sqlite:///{tmp_path / 'target.db'}"), LocalBlobs(tmp_path / "target")


Place = tuple[Database, LocalBlobs]


def test_everything_comes_back_and_comes_back_equal(
    source: Place, target: Place, tmp_path: Path
) -> None:
    made = make_backup(*source, tmp_path / "backup")
    assert made["rows"]["publications"] == 4
    restored = restore_backup(*target, tmp_path / "backup")
    assert restored == json.loads(json.dumps(made))
    with target[0].system().session() as session:
        project = session.scalars(select(ProjectRow)).one()
        assert (project.title, project.tenant) == ("Été – صيف", "ann")
        assert session.get(PublicationRow, "later").due_at == NOW + timedelta(days=1)  # type: ignore[union-attr]
    keys = sorted(source[1].keys(""))
    assert keys == sorted(target[1].keys(""))
    assert all(source[1].read(key) == target[1].read(key) for key in keys)


def test_what_may_be_out_is_not_posted_again(source: Place, target: Place, tmp_path: Path) -> None:
    make_backup(*source, tmp_path / "backup")
    restore_backup(*target, tmp_path / "backup")
    with target[0].system().session() as session:
        states = {row.id: row.state for row in session.scalars(select(PublicationRow))}
    assert states == {
        "out": "published",
        "missed": "unconfirmed",
        "leaving": "unconfirmed",
        "later": "scheduled",
    }


@pytest.mark.parametrize("name", ["rows/publications.jsonl", "objects/media/3/film.mp4"])
@pytest.mark.parametrize("deed", ["changed", "removed"])
def test_a_damaged_backup_is_refused_before_anything_is_written(
    source: Place, target: Place, tmp_path: Path, name: str, deed: str
) -> None:
    make_backup(*source, tmp_path / "backup")
    victim = tmp_path / "backup" / name
    victim.write_bytes(b"x") if deed == "changed" else victim.unlink()
    with pytest.raises(InvalidInput, match="not a whole backup"):
        restore_backup(*target, tmp_path / "backup")
    assert list(target[1].keys("")) == []


def test_a_backup_that_was_not_finished_is_none(source: Place, tmp_path: Path) -> None:
    make_backup(*source, tmp_path / "backup")
    (tmp_path / "backup" / "backup.json").unlink()
    with pytest.raises(InvalidInput, match="not a whole backup"):
        verify_backup(tmp_path / "backup")


def test_a_backup_cannot_write_outside_of_itself(
    source: Place, target: Place, tmp_path: Path
) -> None:
    make_backup(*source, tmp_path / "backup")
    document = tmp_path / "backup" / "backup.json"
    contents = json.loads(document.read_text())
    contents["objects"]["../../source.db"] = "0" * 64
    document.write_text(json.dumps(contents))
    with pytest.raises(InvalidInput, match="leads out"):
        restore_backup(*target, tmp_path / "backup")


def test_nothing_is_restored_over_what_is_there(source: Place, tmp_path: Path) -> None:
    make_backup(*source, tmp_path / "backup")
    with pytest.raises(NotConfigured, match="not empty"):
        restore_backup(*source, tmp_path / "backup")
