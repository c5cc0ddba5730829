"""Publications: who holds which, what may become of it, and what a person may still change.

One UPDATE decides every race: it names the state, the fence and the version it was made for, and
changes no row when one of them is another. What it wrote is read back in the same transaction: read
after it, a row might carry the fence of somebody who came in between. The database's clock says
what is due.
"""

import json
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from video_platform.boundaries import boundary
from video_platform.db.database import Database
from video_platform.db.models import PublicationRow
from video_platform.db.repositories.events import Events
from video_platform.db.repositories.generations import is_gone, this_process
from video_platform.domain.codec import from_json, to_json
from video_platform.domain.events import EventKind
from video_platform.domain.formats import Format
from video_platform.domain.publication import (
    ACTIVE,
    EDITABLE,
    LATE_S,
    HandleUse,
    Publication,
    PublicationState,
    Wish,
    before,
    due_at,
)
from video_platform.errors import InvalidInput, LeaseLost

LEASE_S = 30.0
BATCH = 100
_CROWDED = "Posts of this account that were begun before were still under way."
_NEW: Mapping[str, Any] = {"populate_existing": True}
_AFRESH: Mapping[str, Any] = {
    "owner": "",
    "lease_until": None,
    "attempts": 0,
    "retry_at": None,
    "error_code": "",
    "error": "",
    "late_why": "",
    "started_at": None,
    "committed_at": None,
}
"""After a person changed it nothing of before counts: what was brought over held the old words.

Only what a commit may have left on the network is still looked for; see ``_handle_afresh``."""


_MOVES = (
    "publication.preparing",
    "publication.prepared",
    "publication.committing",
    "publication.unconfirmed",
    "publication.failed",
)


def _move_name(_rows: object, _held: object, state: PublicationState, **_values: object) -> str:
    return f"publication.{state.value}"


class Publications:
    """Repository of publications.

    Args:
        clock: the time; default: the database's own.
    """

    def __init__(
        self, database: Database, *, owner: str = "", clock: Callable[[], datetime] | None = None
    ) -> None:
        self._database = database
        self._owner = owner or this_process()
        self._events = Events(database)
        self.now = clock or database.now

    # What a person does.

    @boundary("publication.added")
    def add(
        self,
        publication_id: str,
        *,
        project: str,
        platform: str,
        format: Format,
        wish: Wish,
        account: str = "",
        due: datetime | None = None,
        zone: str = "UTC",
        batch: str = "",
    ) -> Publication:
        """Schedule one for ``due`` (default: now); one that is there already is left as it is."""
        now = self.now()
        row = PublicationRow(
            id=publication_id,
            project=project,
            account=account or None,
            platform=platform,
            format=format.value,
            film=wish.film,
            post=_plain(wish),
            state=PublicationState.SCHEDULED.value,
            due_at=due or now,
            zone=zone,
            batch=batch,
            created_at=now,
        )
        try:
            with self._database.session() as session, session.begin():
                session.add(row)
                session.flush()
                self._tell(session, row.tenant, row, PublicationState.SCHEDULED, "")
        except IntegrityError:
            return self.get(publication_id)  # it was added before
        return self.get(publication_id)

    def edit(
        self,
        publication_id: str,
        change: Callable[[Wish], Wish],
        *,
        due: datetime | None = None,
        zone: str = "",
        version: int | None = None,
    ) -> Publication:
        """Change what is published, or when. What this accepted is what goes out.

        Args:
            version: the version the person saw; nothing: whichever there is.

        Raises:
            InvalidInput: ``publication_committing`` when it is going out now,
                ``publication_ended``, ``publication_changed`` when ``version`` is not its version.
        """
        while True:
            held = self.get(publication_id)
            wish = change(held.wish)
            values = {
                **_AFRESH,
                "handle": _handle_afresh(held),
                "post": _plain(wish),
                "film": wish.film,
                "due_at": due or held.due_at,
                "zone": zone or held.zone,
                "version": held.version + 1,
            }
            is_seen = version in (None, held.version)
            done = self._decide(held, PublicationState.SCHEDULED, **values) if is_seen else None
            if done is not None:
                return done
            self._refuse_change(publication_id, version)

    def cancel(self, publication_id: str, *, version: int | None = None) -> Publication:
        """Keep it from going out. Errors as ``edit``."""
        while True:
            held = self.get(publication_id)
            values = {**_AFRESH, "handle": {}, "version": held.version + 1}
            is_seen = version in (None, held.version)
            done = self._decide(held, PublicationState.CANCELLED, **values) if is_seen else None
            if done is not None:
                return done
            self._refuse_change(publication_id, version)

    def restart(
        self, held: Publication, *, keeps_handle: bool, is_vouched: bool = False
    ) -> Publication:
        """Begin one that failed, or that a person knows is not out, again from now.

        Args:
            keeps_handle: what was brought over is still good.
            is_vouched: the person looked, and it is not out.

        Raises:
            InvalidInput: ``publication_changed``: somebody else was quicker.
        """
        handle = _handle_column(held.sealed_handle, held.handle_use)
        values = {
            **_AFRESH,
            "handle": handle if keeps_handle else _handle_afresh(held, is_vouched=is_vouched),
            "film": held.film if keeps_handle else held.wish.film,
            "due_at": self.now(),
            "version": held.version + 1,
        }
        endings = (PublicationState.FAILED, PublicationState.UNCONFIRMED)
        done = self._decide(held, PublicationState.SCHEDULED, allowed=endings, **values)
        if done is None:
            raise _changed(held.id)
        return done

    def resolve_times(self, *, limit: int = 1000) -> int:
        """Work out again when wall-clock times are, after rules of zones changed; how many moved.

        Only what has not begun is moved, and nothing to before now.
        """
        now, moved = self.now(), 0
        waiting = select(PublicationRow).where(
            PublicationRow.state == PublicationState.SCHEDULED.value,
            PublicationRow.due_at > now + timedelta(hours=1),
        )
        for held in self._read(waiting.order_by(PublicationRow.due_at).limit(limit)):
            if not held.wish.local_time:
                continue
            due = max(now, due_at(held.wish.local_time, held.zone))
            if due != held.due_at and self._update(held, due_at=due):
                moved += 1
        return moved

    # What a process does that holds one.

    @boundary("publication.claimed_due")
    def claim_due(
        self,
        *,
        limit: int = BATCH,
        lease_s: float = LEASE_S,
        at_once: Callable[[str], int] = lambda _: BATCH,
    ) -> list[Publication]:
        """Take over what is due, or was left by a process that is gone; the longest due first.

        Args:
            at_once: posts that one account of a platform may have under way.
        """
        now = self.now()
        with self._database.session() as session, session.begin():
            room = _Room(session, now, at_once)
            wanted = (
                select(PublicationRow)
                .where(_is_due(now), _is_free(now))
                .order_by(PublicationRow.due_at, PublicationRow.id)
                .limit(4 * limit)
                .with_for_update(skip_locked=True)
            )
            taken: list[str] = []
            for row in session.scalars(wanted).all():
                if len(taken) == limit:
                    break
                if not room.has_place(row):
                    self._mark_crowded(session, row, now)
                elif self._take(session, row.id, row.fence, now, lease_s, _is_free(now)):
                    taken.append(row.id)
            mine = select(PublicationRow).where(PublicationRow.id.in_(taken))
            ordered = mine.order_by(PublicationRow.due_at, PublicationRow.id)
            return [_publication(row) for row in session.scalars(ordered.execution_options(**_NEW))]

    @boundary("publication.claimed")
    def claim(
        self, publication_id: str, *, among: Collection[PublicationState] = ACTIVE
    ) -> Publication | None:
        """Take one over, due or not; nothing when somebody works at it or its state is another."""
        now = self.now()
        with self._database.session() as session, session.begin():
            row = session.get(PublicationRow, publication_id)
            if row is None or row.state not in {state.value for state in among}:
                return None
            is_held = row.lease_until is not None and row.lease_until > now
            if is_held and not is_gone(row.owner):
                return None
            if not self._take(session, row.id, row.fence, now, LEASE_S):
                return None
            return _written(session, publication_id)

    @boundary("publication.taken_over")
    def take_over(self, publication_id: str, fence: int) -> Publication | None:
        """Go on with what another process claimed for this one; nothing when that was done before.

        The fence is raised once more: of several that were given the same claim, one gets it.
        """
        now = self.now()
        with self._database.session() as session, session.begin():
            if not self._take(session, publication_id, fence, now, LEASE_S):
                return None
            return _written(session, publication_id)

    def renew(self, held: Publication) -> None:
        """Hold it a while longer.

        Raises:
            LeaseLost: another process took it over, or a person changed it.
        """
        self._write(held, lease_until=self._lease_end())

    @boundary("publication.let_go")
    def let_go(self, held: Publication) -> None:
        """Leave it as it is for the next one; does nothing when it is another's by now."""
        self._update(held, owner="", lease_until=None)

    @boundary("publication.handle_saved")
    def save_handle(self, held: Publication, sealed: str) -> None:
        """Keep what the platform needs to go on. Errors as ``renew``."""
        self._write(held, handle=_handle_column(sealed), lease_until=self._lease_end())

    @boundary(*_MOVES, which=_move_name)
    def move(
        self, held: Publication, state: PublicationState, *, rests: bool = False, **values: Any
    ) -> Publication:
        """Go to a state that may follow, with what else is known by then.

        Args:
            rests: nobody works at it now; whoever finds it due may take it.

        Raises:
            LeaseLost: another process took it over, or a person changed it: nothing was written.
        """
        lease = {"owner": "", "lease_until": None} if rests else {"lease_until": self._lease_end()}
        sources = [one.value for one in before(state)]
        with self._database.session() as session, session.begin():
            done: Any = session.execute(
                update(PublicationRow)
                .where(*_as_held(held), PublicationRow.state.in_(sources))
                .values(state=state.value, **lease, **values)
                .execution_options(synchronize_session=False)
            )
            if done.rowcount != 1:
                raise _lost(held)
            self._tell(session, held.tenant, held, state, str(values.get("error", "")))
            return _written(session, held.id)

    @boundary("publication.answered")
    def answered(self, held: Publication, **values: Any) -> bool:
        """The network said that the last commit is out: that is so, whoever holds the row by now.

        False: a later commit has left since, or it is known to be out already.
        """
        with self._database.session() as session, session.begin():
            done: Any = session.execute(
                update(PublicationRow)
                .where(
                    PublicationRow.id == held.id,
                    PublicationRow.commits == held.commits,
                    PublicationRow.state != PublicationState.PUBLISHED.value,
                )
                .values(
                    state=PublicationState.PUBLISHED.value,
                    fence=PublicationRow.fence + 1,
                    owner="",
                    lease_until=None,
                    error_code="",
                    error="",
                    **values,
                )
                .execution_options(synchronize_session=False)
            )
            if done.rowcount:
                self._tell(session, held.tenant, held, PublicationState.PUBLISHED, "")
            return bool(done.rowcount)

    # What everybody reads.

    def get(self, publication_id: str) -> Publication:
        """The publication with this id.

        Raises:
            InvalidInput: ``publication_missing``.
        """
        with self._database.session() as session:
            # Not by its key from the session's memory: whose it is decides whether it is seen.
            wanted = select(PublicationRow).where(PublicationRow.id == publication_id)
            row = session.scalars(wanted).first()
            if row is None:
                raise InvalidInput(
                    f"There is no publication {publication_id[:40]!r}.",
                    hint="List them: video-platform publications.",
                    code="publication_missing",
                )
            return _publication(row)

    def matching(
        self,
        *,
        project: str = "",
        account: str = "",
        platform: str = "",
        batch: str = "",
        states: Collection[PublicationState] = (),
        is_late: bool = False,
        limit: int = 200,
    ) -> list[Publication]:
        """Publications, the latest time first."""
        wanted = select(PublicationRow).order_by(PublicationRow.due_at.desc()).limit(limit)
        for column, value in (
            (PublicationRow.project, project),
            (PublicationRow.account, account),
            (PublicationRow.platform, platform),
            (PublicationRow.batch, batch),
        ):
            wanted = wanted.where(column == value) if value else wanted
        if states:
            wanted = wanted.where(PublicationRow.state.in_([state.value for state in states]))
        if is_late:
            wanted = wanted.where(PublicationRow.late_why != "")
        return self._read(wanted)

    def is_anything_due(self) -> bool:
        """Whether ``claim_due`` would find something."""
        now = self.now()
        with self._database.session() as session:
            wanted = select(PublicationRow.id).where(_is_due(now), _is_free(now)).limit(1)
            return session.scalars(wanted).first() is not None

    def committed_since(self, account: str, since: datetime) -> list[datetime]:
        """When commits of an account left, the earliest first."""
        with self._database.session() as session:
            wanted = select(PublicationRow.committed_at).where(
                PublicationRow.account == account, PublicationRow.committed_at >= since
            )
            return sorted(moment for moment in session.scalars(wanted) if moment)

    def times_of(self, account: str) -> set[datetime]:
        """When something of this account is planned."""
        with self._database.session() as session:
            wanted = select(PublicationRow.due_at).where(
                PublicationRow.account == account,
                PublicationRow.state.in_([state.value for state in ACTIVE]),
            )
            return set(session.scalars(wanted))

    # The statements.

    @boundary("publication.decided")
    def _decide(
        self,
        held: Publication,
        state: PublicationState,
        *,
        allowed: Collection[PublicationState] = EDITABLE,
        **values: Any,
    ) -> Publication | None:
        """A person's change: takes the row from whoever holds it, or changes nothing."""
        with self._database.session() as session, session.begin():
            done: Any = session.execute(
                update(PublicationRow)
                .where(
                    PublicationRow.id == held.id,
                    PublicationRow.version == held.version,
                    PublicationRow.state.in_([one.value for one in allowed]),
                )
                .values(state=state.value, fence=PublicationRow.fence + 1, **values)
                .execution_options(synchronize_session=False)
            )
            if not done.rowcount:
                return None
            self._tell(session, held.tenant, held, state, "")
            return _written(session, held.id)

    def _refuse_change(self, publication_id: str, version: int | None) -> None:
        """Say why a change was not taken; nothing when it is worth another try."""
        now = self.get(publication_id)
        if now.state in (PublicationState.COMMITTING, PublicationState.UNCONFIRMED):
            raise InvalidInput(
                f"Publication {publication_id} is going out to {now.platform} now, or may be out.",
                hint="Wait until it is published or failed; then change or delete it there.",
                code="publication_committing",
            )
        if now.state not in EDITABLE:
            raise InvalidInput(
                f"Publication {publication_id} is {now.state} and cannot be changed any more.",
                hint="Schedule another one, or retry one that failed.",
                code="publication_ended",
            )
        if version is not None and now.version != version:
            raise _changed(publication_id)

    def _take(
        self,
        session: Session,
        publication_id: str,
        fence: int,
        now: datetime,
        lease_s: float,
        *also: ColumnElement[bool],
    ) -> bool:
        """Raise the fence, unless somebody else did since the row was read."""
        same = (PublicationRow.id == publication_id, PublicationRow.fence == fence)
        done: Any = session.execute(
            update(PublicationRow)
            .where(*same, *also)
            .values(
                owner=self._owner,
                fence=fence + 1,
                lease_until=now + timedelta(seconds=lease_s),
            )
            .execution_options(synchronize_session=False)
        )
        return bool(done.rowcount)

    def _mark_crowded(self, session: Session, row: PublicationRow, now: datetime) -> None:
        """Remember why it waits, once that makes it late."""
        if not row.late_why and now > row.due_at + timedelta(seconds=LATE_S):
            session.execute(
                update(PublicationRow)
                .where(PublicationRow.id == row.id, PublicationRow.late_why == "")
                .values(late_why=_CROWDED)
                .execution_options(synchronize_session=False)
            )

    def _write(self, held: Publication, **values: Any) -> None:
        if not self._update(held, **values):
            raise _lost(held)

    def _update(self, held: Publication, **values: Any) -> bool:
        with self._database.session() as session, session.begin():
            done: Any = session.execute(
                update(PublicationRow)
                .where(*_as_held(held))
                .values(**values)
                .execution_options(synchronize_session=False)
            )
            return bool(done.rowcount)

    def _lease_end(self) -> datetime:
        return self.now() + timedelta(seconds=LEASE_S)

    def _read(self, query: Select[tuple[PublicationRow]]) -> list[Publication]:
        with self._database.session() as session:
            return [_publication(row) for row in session.scalars(query)]

    def _tell(
        self,
        session: Session,
        tenant: str,
        of: Publication | PublicationRow,
        state: PublicationState,
        why: str,
    ) -> None:
        data = {"publication": of.id, "state": state.value, "platform": of.platform}
        was = of.state.value if isinstance(of, Publication) else ""
        if was == state.value:
            return
        told = {**data, "from": was}
        self._events.add(
            session, EventKind.PUBLICATION_STATE, told, project=of.project, tenant=tenant
        )
        if state is PublicationState.UNCONFIRMED:
            told = {**data, "why": why}
            self._events.add(
                session, EventKind.PUBLICATION_UNCONFIRMED, told, project=of.project, tenant=tenant
            )


class _Room:
    """How many more posts each account may have under way."""

    def __init__(self, session: Session, now: datetime, at_once: Callable[[str], int]) -> None:
        self._at_once = at_once
        counted = session.execute(
            select(PublicationRow.account, func.count())
            .where(
                PublicationRow.state != PublicationState.UNCONFIRMED.value,
                PublicationRow.lease_until > now,
            )
            .group_by(PublicationRow.account)
        )
        self._used: dict[str, int] = {account: count for account, count in counted if account}

    def has_place(self, row: PublicationRow) -> bool:
        """Whether one more may begin; it is counted when so."""
        if not row.account or row.state == PublicationState.UNCONFIRMED.value:
            return True
        used = self._used.get(row.account, 0)
        if used >= self._at_once(row.platform):
            return False
        self._used[row.account] = used + 1
        return True


def _is_due(now: datetime) -> ColumnElement[bool]:
    """Due, waited for, and not an outcome that only a person looks at any more."""
    return and_(
        PublicationRow.state.in_([state.value for state in ACTIVE]),
        PublicationRow.due_at <= now,
        or_(PublicationRow.retry_at.is_(None), PublicationRow.retry_at <= now),
        or_(
            PublicationRow.state != PublicationState.UNCONFIRMED.value,
            PublicationRow.retry_at.is_not(None),
        ),
    )


def _is_free(now: datetime) -> ColumnElement[bool]:
    return or_(PublicationRow.lease_until.is_(None), PublicationRow.lease_until < now)


def _as_held(held: Publication) -> tuple[ColumnElement[bool], ...]:
    return (
        PublicationRow.id == held.id,
        PublicationRow.fence == held.fence,
        PublicationRow.version == held.version,
    )


def _written(session: Session, publication_id: str) -> Publication:
    """The row as this transaction wrote it."""
    wanted = select(PublicationRow).where(PublicationRow.id == publication_id)
    return _publication(session.scalars(wanted.execution_options(**_NEW)).one())


def _lost(held: Publication) -> LeaseLost:
    return LeaseLost(
        f"Publication {held.id} was taken over by another process, or a person changed it.",
        hint="Nothing is lost: whoever has it now goes on with it as it is.",
    )


def _changed(publication_id: str) -> InvalidInput:
    return InvalidInput(
        f"Publication {publication_id} was changed a moment ago.",
        hint="Look at it again, and repeat the change if it is still wanted.",
        code="publication_changed",
    )


def _plain(wish: Wish) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(to_json(wish))
    return document


def _handle_column(sealed: str, use: HandleUse = HandleUse.CURRENT) -> dict[str, Any]:
    return {"sealed": sealed, "use": use.value} if sealed or use else {}


def _handle_afresh(held: Publication, *, is_vouched: bool = False) -> dict[str, Any]:
    """The handle to begin again with: none, or one to look with for what a commit may have left."""
    if not held.commits:
        return {}
    use = HandleUse.VOUCHED if is_vouched else held.handle_use or HandleUse.LOOK
    return _handle_column(held.sealed_handle, use)


def _publication(row: PublicationRow) -> Publication:
    same = {
        name: getattr(row, name)
        for name in Publication.__dataclass_fields__
        if name not in ("account", "format", "wish", "state", "sealed_handle", "handle_use")
    }
    return Publication(
        account=row.account or "",
        format=Format(row.format),
        wish=from_json(Wish, json.dumps(row.post).encode()),
        state=PublicationState(row.state),
        sealed_handle=str(row.handle.get("sealed", "")),
        handle_use=HandleUse(row.handle.get("use", "")),
        **same,
    )
