"""A copy of everything in one folder, and back: rows as JSON lines, objects as files, both counted.

A backup of one kind of database can be restored into another. The rows are of one moment; objects
are copied after them, and media never change once they are there: no row lacks its object.
Keys that encrypt tokens are not in it: keep them elsewhere (``VIDEO_PLATFORM_SECRET_KEYS``).

Layout: ``backup.json`` (revision, counts, checksums), ``rows/<table>.jsonl``, ``objects/<key>``.
"""

import json
import time
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Table, func, insert, select, text
from sqlalchemy.orm import Session

from video_platform.db.database import Database
from video_platform.db.migrate import revision_of
from video_platform.db.models import Base
from video_platform.disk import storage_errors, write_atomically
from video_platform.domain.publication import PublicationState
from video_platform.errors import InvalidInput, NotConfigured
from video_platform.store.base import Blobs
from video_platform.store.media import hash_file

_CONTENTS = "backup.json"
_MOMENT = "$moment"
_BATCH = 500
_MISSED = (
    PublicationState.SCHEDULED,
    PublicationState.PREPARING,
    PublicationState.PREPARED,
    PublicationState.COMMITTING,
)


def make_backup(database: Database, blobs: Blobs, folder: Path) -> Mapping[str, Any]:
    """Copy everything into ``folder``, which must not exist; returns what is in it.

    Raises:
        InvalidInput: the folder exists.
        StorageFull, StoreError: it could not be written whole; it has no ``backup.json`` then.
    """
    if folder.exists():
        raise InvalidInput(f"{folder} exists.", hint="Name a new folder.", code="backup_exists")
    with storage_errors(folder):
        (folder / "rows").mkdir(parents=True)
        with database.system().session() as session, session.begin():
            if database.is_postgres:
                session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            rows = {table.name: _write_rows(session, table, folder) for table in _tables()}
        objects = {}
        for key in blobs.keys(""):
            target = _object(folder, key)
            target.parent.mkdir(parents=True, exist_ok=True)
            blobs.download(key, target)
            objects[key] = hash_file(target)
    contents = {
        "made_at": time.time(),
        "revision": revision_of(database.engine),
        "rows": rows,
        "row_files": {name: hash_file(_rows(folder, name)) for name in rows},
        "objects": objects,
    }
    write_atomically(folder / _CONTENTS, json.dumps(contents, indent=1).encode())
    return contents


def verify_backup(folder: Path) -> Mapping[str, Any]:
    """Hold every file of a backup against its checksum; returns what is in it.

    Raises:
        InvalidInput: it is not whole (``backup_damaged``).
    """
    try:
        contents: dict[str, Any] = json.loads((folder / _CONTENTS).read_bytes())
        wanted = {_rows(folder, name): sha for name, sha in contents["row_files"].items()}
        wanted |= {_object(folder, key): sha for key, sha in contents["objects"].items()}
        wrong = [path for path, sha in wanted.items() if hash_file(path) != sha]
    except (OSError, ValueError, KeyError) as error:
        raise _damaged(folder, str(error)) from error
    if wrong:
        raise _damaged(folder, f"{wrong[0].relative_to(folder)} is not what was written")
    return contents


def restore_backup(database: Database, blobs: Blobs, folder: Path) -> Mapping[str, Any]:
    """Bring a backup into an empty database and store, and count what arrived.

    Publications that were due since it was made may be out: they become unconfirmed, and a person
    or a look at the network decides. None is sent again by itself.

    Raises:
        InvalidInput: the backup is damaged.
        NotConfigured: the database is not empty, or of another revision.
    """
    contents = verify_backup(folder)
    revision = revision_of(database.engine)
    if revision != contents["revision"]:
        raise NotConfigured(
            f"The backup is of revision {contents['revision']}, the database of {revision}.",
            hint="Restore it with the release that made it, then upgrade.",
        )
    with database.system().session() as session:
        _refuse_filled(session)
    for key in contents["objects"]:
        blobs.upload(_object(folder, key), key)
    with database.system().session() as session, session.begin():
        _refuse_filled(session)
        for table in _tables():
            for rows in _batches(_rows(folder, table.name)):
                session.execute(insert(table), rows)
            if database.is_postgres:
                _continue_numbers(session, table)
        _distrust_publications(session, database.now())
        counted = {table.name: _count(session, table) for table in _tables()}
        if counted != contents["rows"]:
            raise _damaged(folder, f"it holds {contents['rows']} rows, and {counted} arrived")
    return contents


def _tables() -> list[Table]:
    """All tables, those that others refer to first."""
    return Base.metadata.sorted_tables


def _rows(folder: Path, table: str) -> Path:
    return folder / "rows" / f"{table}.jsonl"


def _object(folder: Path, key: str) -> Path:
    root = (folder / "objects").resolve()
    path = (root / key).resolve()
    if not path.is_relative_to(root):
        raise _damaged(folder, f"{key!r} leads out of it")
    return path


def _damaged(folder: Path, why: str) -> InvalidInput:
    return InvalidInput(
        f"{folder} is not a whole backup: {why}.", hint="Take another.", code="backup_damaged"
    )


def _write_rows(session: Session, table: Table, folder: Path) -> int:
    count = 0
    with _rows(folder, table.name).open("w", encoding="utf-8") as writer:
        for row in session.execute(select(table).execution_options(yield_per=_BATCH)).mappings():
            writer.write(json.dumps(dict(row), default=_moment) + "\n")
            count += 1
    return count


def _moment(value: object) -> dict[str, str]:
    if isinstance(value, datetime):
        return {_MOMENT: value.isoformat()}
    raise TypeError(f"{type(value).__name__} cannot be backed up")


def _read(value: Any) -> Any:
    """A value as it was in its row; times stand in objects of one field."""
    if isinstance(value, dict) and set(value) == {_MOMENT}:
        return datetime.fromisoformat(value[_MOMENT])
    return value


def _batches(path: Path) -> Iterator[list[dict[str, Any]]]:
    batch: list[dict[str, Any]] = []
    with path.open(encoding="utf-8") as reader:
        for line in reader:
            batch.append({name: _read(value) for name, value in json.loads(line).items()})
            if len(batch) == _BATCH:
                yield batch
                batch = []
    if batch:
        yield batch


def _count(session: Session, table: Table) -> int:
    return session.scalars(select(func.count()).select_from(table)).one()


def _refuse_filled(session: Session) -> None:
    filled = [table.name for table in _tables() if _count(session, table)]
    if filled:
        raise NotConfigured(
            f"The database is not empty: {', '.join(filled)}.",
            hint="Restore into a new data directory or database.",
        )


def _continue_numbers(session: Session, table: Table) -> None:
    """PostgreSQL numbers new rows from where its sequence stands, not from the largest row."""
    column = table.autoincrement_column
    if column is not None:
        session.execute(
            text(
                f"select setval(pg_get_serial_sequence('{table.name}', '{column.name}'), "  # noqa: S608
                f"greatest((select max({column.name}) from {table.name}), 1))"
            )
        )


def _distrust_publications(session: Session, now: datetime) -> None:
    table = Base.metadata.tables["publications"]
    session.execute(
        table.update()
        .where(
            table.c.state.in_([state.value for state in _MISSED]),
            (table.c.due_at <= now) | (table.c.state == PublicationState.COMMITTING.value),
        )
        .values(
            state=PublicationState.UNCONFIRMED.value,
            error_code="restored",
            error="It was due between backup and restore, and may be out.",
            lease_until=None,
        )
    )
