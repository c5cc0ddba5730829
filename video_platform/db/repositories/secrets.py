"""Everything sealed, of all tenants, put under another key: tokens, secrets, verifiers, handles."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from video_platform.db.database import Database
from video_platform.db.models import AccountRow, ConnectionRow, PublicationRow, WebhookRow

_SEALED: tuple[tuple[InstrumentedAttribute[str], InstrumentedAttribute[str]], ...] = (
    (AccountRow.id, AccountRow.access_token),
    (AccountRow.id, AccountRow.refresh_token),
    (ConnectionRow.state_hash, ConnectionRow.verifier),
    (WebhookRow.id, WebhookRow.secret),
    (WebhookRow.id, WebhookRow.previous_secret),
)
"""The key of each row, and a column of it that holds sealed text, or nothing."""


class Secrets:
    """Repository of sealed texts, whoever they belong to."""

    def __init__(self, database: Database) -> None:
        self._database = database.system()

    def renew(self, renewed: Callable[[str], str]) -> int:
        """Replace every sealed text by what ``renewed`` makes of it; returns how many changed.

        What somebody changes meanwhile is left alone: it is sealed with the first key by whoever
        does, and a second call finds what is left.
        """
        with self._database.session() as session:
            changed = sum(_renew(session, *place, renewed) for place in _SEALED)
            return changed + _renew_handles(session, renewed)


def _renew(
    session: Session,
    key: InstrumentedAttribute[str],
    column: InstrumentedAttribute[str],
    renewed: Callable[[str], str],
) -> int:
    changed = 0
    found = session.execute(select(key, column).where(column != "")).all()
    session.commit()
    for name, old in found:
        new = renewed(old)
        if new != old:
            done: Any = session.execute(
                update(key.class_)
                .where(key == name, column == old)
                .values({column.key: new})
                .execution_options(synchronize_session=False)
            )
            session.commit()
            changed += done.rowcount
    return changed


def _renew_handles(session: Session, renewed: Callable[[str], str]) -> int:
    """Handles lie inside a document that no database compares: the fence is raised instead.

    Whoever held the row and wakes up late can then no longer write it, as after any takeover.
    """
    changed = 0
    rows = PublicationRow
    found = session.execute(
        select(rows.id, rows.fence, rows.handle).where(rows.lease_until.is_(None))
    ).all()
    session.commit()
    for name, fence, handle in found:
        old = str(handle.get("sealed", ""))
        new = renewed(old) if old else old
        if new != old:
            done: Any = session.execute(
                update(rows)
                .where(rows.id == name, rows.fence == fence, rows.lease_until.is_(None))
                .values(handle={**handle, "sealed": new}, fence=fence + 1)
                .execution_options(synchronize_session=False)
            )
            session.commit()
            changed += done.rowcount
    return changed
