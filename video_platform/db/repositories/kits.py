"""Brand kits of a tenant, by name."""

import json
import re
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from video_platform.db.database import Database
from video_platform.db.models import KitRow, ProjectRow
from video_platform.domain.codec import from_json, to_json
from video_platform.domain.kit import BrandKit
from video_platform.errors import Conflict, InvalidInput, NotFound

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredKit:
    """A kit as it was read."""

    name: str
    kit: BrandKit
    version: int
    created_at: datetime
    updated_at: datetime


class Kits:
    """Repository of brand kits."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[StoredKit]:
        """Every kit, by name."""
        with self._database.session() as session:
            return [_stored(row) for row in session.scalars(select(KitRow).order_by(KitRow.name))]

    def get(self, name: str) -> StoredKit:
        """The kit of this name.

        Raises:
            NotFound: ``kit_missing``.
        """
        with self._database.session() as session:
            return _stored(find_kit(session, name))

    def put(self, name: str, kit: BrandKit, *, version: int | None = None) -> StoredKit:
        """Store a kit under a name, in place of the one before.

        Args:
            version: what the person saw; 0: that there was none; nothing: whatever is there.

        Raises:
            InvalidInput: ``kit_name_invalid``.
            Conflict: ``version_stale``: somebody else stored it since.
        """
        if not _NAME.fullmatch(name):
            raise InvalidInput(
                f"{name[:60]!r} is no name for a kit.",
                hint="Use 1 to 40 small letters, digits and dashes.",
                code="kit_name_invalid",
            )
        try:
            with self._database.session() as session, session.begin():
                return self._write(session, name, kit, version)
        except IntegrityError as error:
            raise _stale(name, version) from error

    def _write(self, session: Session, name: str, kit: BrandKit, version: int | None) -> StoredKit:
        now, document = datetime.now(UTC), _plain(kit)
        row = session.scalars(select(KitRow).where(KitRow.name == name)).first()
        if row is None:
            if version:
                raise _stale(name, version)
            row = KitRow(
                id=str(uuid.uuid4()), name=name, kit=document, created_at=now, updated_at=now
            )
            session.add(row)
            session.flush()
            return _stored(row)
        seen = row.version if version is None else version
        done: Any = session.execute(
            update(KitRow)
            .where(KitRow.id == row.id, KitRow.version == seen)
            .values(kit=document, version=KitRow.version + 1, updated_at=now)
            .execution_options(synchronize_session=False)
        )
        if not done.rowcount:
            raise _stale(name, version)
        session.expire_all()
        return _stored(session.get_one(KitRow, row.id))

    def remove(self, name: str) -> None:
        """Forget a kit that no project names.

        Raises:
            NotFound: there is none.
            Conflict: ``kit_in_use``, with the projects.
        """
        with self._database.session() as session, session.begin():
            row = find_kit(session, name)
            users = self._users(session, name)
            if users:
                raise Conflict(
                    f"The kit {name} is named by {len(users)} projects: {', '.join(users[:5])}.",
                    hint="Give them another kit, or none, first.",
                    code="kit_in_use",
                )
            session.execute(delete(KitRow).where(KitRow.id == row.id))

    def users(self, name: str) -> list[str]:
        """Keys of the projects that name a kit, the newest first."""
        with self._database.session() as session:
            return self._users(session, name)

    def _users(self, session: Session, name: str) -> list[str]:
        named = ProjectRow.brief["direction"]["kit"].as_string() == name
        query = select(ProjectRow.key).where(named).order_by(ProjectRow.created_at.desc())
        return list(session.scalars(query))


def find_kit(session: Session, name: str) -> KitRow:
    """The row of a kit; ``NotFound`` (``kit_missing``) when there is none."""
    row = session.scalars(select(KitRow).where(KitRow.name == name)).first()
    if row is None:
        raise NotFound(
            f"There is no brand kit {name!r}.",
            hint="List them: video-platform kit list.",
            code="kit_missing",
        )
    return row


def read_kit(row: KitRow) -> BrandKit:
    """The kit in a row."""
    return from_json(BrandKit, json.dumps(row.kit).encode())


def _stored(row: KitRow) -> StoredKit:
    return StoredKit(
        name=row.name,
        kit=read_kit(row),
        version=row.version,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def _plain(kit: BrandKit) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(to_json(kit))
    return document


def _stale(name: str, version: int | None) -> Conflict:
    return Conflict(
        f"The kit {name} is not at version {version} any more.",
        hint="Read it again, and change what you find then.",
        code="version_stale",
    )
