"""Files on their way in. The offset kept here is the only one that counts."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from video_platform.db.database import Database
from video_platform.db.models import UploadRow

LIFE = timedelta(hours=24)
"""An upload that was not finished by then is given up."""


class UploadState(StrEnum):
    """Where an upload is: ``open -> checking -> done | refused``, ``open -> gone``."""

    OPEN = "open"
    CHECKING = "checking"
    DONE = "done"
    REFUSED = "refused"
    GONE = "gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file on its way in; see ``db.models.UploadRow``."""

    id: str
    tenant: str
    project: str | None
    name: str
    media_type: str
    size_bytes: int
    received_bytes: int
    sha256: str
    """What the whole file must hash to; empty: the sender did not say."""
    state: UploadState
    asset: str | None
    created_at: datetime
    expires_at: datetime


class Uploads:
    """Repository of uploads."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(
        self, *, name: str, media_type: str, size_bytes: int, sha256: str, project: str | None
    ) -> Upload:
        """A new upload of which nothing is there yet."""
        now = datetime.now(UTC)
        row = UploadRow(
            id=str(uuid.uuid4()),
            project=project,
            name=name,
            media_type=media_type,
            size_bytes=size_bytes,
            received_bytes=0,
            sha256=sha256,
            state=UploadState.OPEN.value,
            created_at=now,
            expires_at=now + LIFE,
        )
        with self._database.session() as session, session.begin():
            session.add(row)
            session.flush()
            return _upload(row)

    def get(self, upload_id: str) -> Upload | None:
        """One upload."""
        with self._database.session() as session:
            row = session.get(UploadRow, upload_id)
            return None if row is None else _upload(row)

    def advance(self, upload_id: str, before: int, after: int) -> bool:
        """Move the offset on; false: it is not at ``before``, or the upload is not open."""
        with self._database.session() as session, session.begin():
            done: Any = session.execute(
                update(UploadRow)
                .where(
                    UploadRow.id == upload_id,
                    UploadRow.received_bytes == before,
                    UploadRow.state == UploadState.OPEN.value,
                )
                .values(received_bytes=after)
            )
            return bool(done.rowcount)

    def move(
        self,
        session: Session,
        upload_id: str,
        before: UploadState,
        after: UploadState,
        *,
        asset: str | None = None,
    ) -> bool:
        """From one state to another in the caller's transaction; false: it is not in the first."""
        values = {"state": after.value, **({"asset": asset} if asset else {})}
        done: Any = session.execute(
            update(UploadRow)
            .where(UploadRow.id == upload_id, UploadRow.state == before.value)
            .values(**values)
        )
        return bool(done.rowcount)

    def tenants(self) -> list[str]:
        """Whose files are on their way in."""
        with self._database.session() as session:
            return list(session.scalars(select(UploadRow.tenant).distinct()))

    def expired(self, now: datetime, *, limit: int = 100) -> Sequence[Upload]:
        """Open uploads nobody finished in time."""
        query = (
            select(UploadRow)
            .where(UploadRow.state == UploadState.OPEN.value, UploadRow.expires_at < now)
            .limit(limit)
        )
        with self._database.session() as session:
            return [_upload(row) for row in session.scalars(query)]


def _upload(row: UploadRow) -> Upload:
    return Upload(
        id=row.id,
        tenant=row.tenant,
        project=row.project,
        name=row.name,
        media_type=row.media_type,
        size_bytes=row.size_bytes,
        received_bytes=row.received_bytes,
        sha256=row.sha256,
        state=UploadState(row.state),
        asset=row.asset,
        created_at=row.created_at,
        expires_at=row.expires_at,
    )
