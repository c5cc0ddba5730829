"""Accounts at networks and connections under way. Secrets come and go sealed: nothing here can read
them."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.exc import IntegrityError

from video_platform.db.database import Database
from video_platform.db.models import AccountRow, ConnectionRow, SlotRow
from video_platform.db.repositories.events import Events
from video_platform.domain.events import EventKind
from video_platform.domain.publication import Slot
from video_platform.errors import InvalidInput


class Health(StrEnum):
    """How an account fares."""

    OK = "ok"
    REFRESHING = "refreshing"
    """One process is renewing its token."""
    NEEDS_RECONNECT = "needs_reconnect"
    DISCONNECTED = "disconnected"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAccount:
    """An account as it was read; ``version`` grows with every change of its tokens."""

    id: str
    tenant: str
    platform: str
    external_id: str
    name: str
    scopes: tuple[str, ...]
    sealed_access: str = field(repr=False)
    sealed_refresh: str = field(repr=False)
    token_expires_at: datetime | None
    health: Health
    health_why: str
    facts: Mapping[str, Any]
    version: int
    connected_at: datetime
    checked_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """A connection under way, whose state was given to one person's browser."""

    platform: str
    sealed_verifier: str = field(repr=False)
    redirect_uri: str


class Accounts:
    """Repository of accounts.

    Args:
        clock: the time; default: the database's own.
    """

    def __init__(self, database: Database, *, clock: Callable[[], datetime] | None = None) -> None:
        self._database = database
        self._events = Events(database)
        self.now = clock or database.now

    @property
    def tenant(self) -> str:
        """Whose accounts these are."""
        return self._database.tenant

    def get(self, account_id: str) -> StoredAccount:
        """The account with this id.

        Raises:
            InvalidInput: ``account_unknown``.
        """
        with self._database.session() as session:
            row = session.scalars(select(AccountRow).where(AccountRow.id == account_id)).first()
            if row is None:
                raise _unknown(account_id)
            return _account(row)

    def find(self, platform: str, external_id: str) -> StoredAccount | None:
        """The account a network calls ``external_id``."""
        with self._database.session() as session:
            wanted = select(AccountRow).where(
                AccountRow.platform == platform, AccountRow.external_id == external_id
            )
            row = session.scalars(wanted).first()
            return None if row is None else _account(row)

    def all(self, *, platform: str = "") -> list[StoredAccount]:
        """Every account that was not disconnected, by network and name."""
        wanted = select(AccountRow).where(AccountRow.disconnected_at.is_(None))
        if platform:
            wanted = wanted.where(AccountRow.platform == platform)
        with self._database.session() as session:
            ordered = wanted.order_by(AccountRow.platform, AccountRow.name, AccountRow.id)
            return [_account(row) for row in session.scalars(ordered)]

    def reserve(self, platform: str, external_id: str) -> StoredAccount:
        """The row of this account; a new one is not connected yet and holds no token.

        Its id is part of what its tokens are bound to, so it comes before them.
        """
        row = AccountRow(
            id=uuid.uuid4().hex[:20],
            platform=platform,
            external_id=external_id[:255],
            access_token="",
            health=Health.DISCONNECTED.value,
            connected_at=self.now(),
            disconnected_at=self.now(),
        )
        known = self.find(platform, external_id)
        if known is not None:
            return known
        try:
            with self._database.session() as session, session.begin():
                session.add(row)
        except IntegrityError:
            pass  # another process was quicker
        found = self.find(platform, external_id)
        assert found is not None  # noqa: S101 - it was written by somebody
        return found

    def connected(self, account: StoredAccount, **values: Any) -> None:
        """A person connected it; empty values never overwrite what is known."""
        now = self.now()
        self._change(
            account,
            Health.OK,
            any_version=True,
            connected_at=now,
            checked_at=now,
            disconnected_at=None,
            **_known(values),
        )

    def begin_refresh(self, account: StoredAccount, *, hold_s: float) -> StoredAccount | None:
        """Become the one who renews the token; nothing: somebody does, or did since it was read.

        One who did not end within ``hold_s`` is taken for dead.
        """
        now = self.now()
        is_free = or_(
            AccountRow.health != Health.REFRESHING.value,
            AccountRow.checked_at < now - timedelta(seconds=hold_s),
        )
        with self._database.session() as session, session.begin():
            done: Any = session.execute(
                update(AccountRow)
                .where(AccountRow.id == account.id, AccountRow.version == account.version, is_free)
                .values(health=Health.REFRESHING.value, checked_at=now, version=account.version + 1)
                .execution_options(synchronize_session=False)
            )
            if not done.rowcount:
                return None
        # Read again, it might hold what a person connected since, which is not ours to renew.
        return replace(account, health=Health.REFRESHING, version=account.version + 1)

    def refreshed(self, account: StoredAccount, **values: Any) -> bool:
        """Store new tokens; empty ones never overwrite. False: it was connected anew meanwhile."""
        return self._change(account, Health.OK, checked_at=self.now(), **_known(values))

    def set_health(self, account: StoredAccount, health: Health, why: str = "") -> bool:
        """Say how it fares; false: it was changed since it was read."""
        return self._change(account, health, why, checked_at=self.now())

    def disconnect(self, account_id: str) -> None:
        """Forget its tokens; what was published stays known.

        Raises:
            InvalidInput: ``account_unknown``.
        """
        self._change(
            self.get(account_id),
            Health.DISCONNECTED,
            any_version=True,
            access_token="",
            refresh_token="",
            disconnected_at=self.now(),
        )

    def open_connection(
        self,
        state_hash: str,
        *,
        user: str,
        platform: str,
        sealed_verifier: str,
        redirect_uri: str,
        life_s: float,
    ) -> None:
        """Remember a state that was given out; those of yesterday are forgotten."""
        old = self.now() - timedelta(days=1)
        with self._database.session() as session, session.begin():
            session.execute(
                delete(ConnectionRow)
                .where(ConnectionRow.expires_at < old)
                .execution_options(synchronize_session=False)
            )
            session.add(
                ConnectionRow(
                    state_hash=state_hash,
                    user=user,
                    platform=platform,
                    verifier=sealed_verifier,
                    redirect_uri=redirect_uri,
                    expires_at=self.now() + timedelta(seconds=life_s),
                )
            )

    def use_connection(self, state_hash: str, *, user: str) -> Connection | None:
        """Take a state, once; nothing when it is not this user's, too old, or was used."""
        now = self.now()
        with self._database.session() as session, session.begin():
            done: Any = session.execute(
                update(ConnectionRow)
                .where(
                    ConnectionRow.state_hash == state_hash,
                    ConnectionRow.user == user,
                    ConnectionRow.used_at.is_(None),
                    ConnectionRow.expires_at > now,
                )
                .values(used_at=now)
                .execution_options(synchronize_session=False)
            )
            if not done.rowcount:
                return None
            row = session.get_one(ConnectionRow, state_hash)
            return Connection(
                platform=row.platform,
                sealed_verifier=row.verifier,
                redirect_uri=row.redirect_uri,
            )

    def slots(self, account_id: str) -> list[Slot]:
        """The weekly times of an account's queue."""
        with self._database.session() as session:
            wanted = select(SlotRow).where(SlotRow.account == account_id)
            rows = session.scalars(wanted.order_by(SlotRow.weekday, SlotRow.minute))
            return [Slot(row.weekday, row.minute, row.zone) for row in rows]

    def set_slots(self, account_id: str, slots: list[Slot]) -> None:
        """Replace the weekly times of an account's queue; equal ones count once."""
        self.get(account_id)
        with self._database.session() as session, session.begin():
            for row in session.scalars(select(SlotRow).where(SlotRow.account == account_id)):
                session.delete(row)
            session.flush()
            for slot in dict.fromkeys(slots):
                session.add(
                    SlotRow(
                        id=uuid.uuid4().hex,
                        account=account_id,
                        weekday=slot.weekday,
                        minute=slot.minute,
                        zone=slot.zone,
                    )
                )

    def _change(
        self,
        account: StoredAccount,
        health: Health,
        why: str = "",
        *,
        any_version: bool = False,
        **values: Any,
    ) -> bool:
        same = [AccountRow.id == account.id]
        same += [] if any_version else [AccountRow.version == account.version]
        with self._database.session() as session, session.begin():
            done: Any = session.execute(
                update(AccountRow)
                .where(*same)
                .values(
                    health=health.value,
                    health_why=why[:2000],
                    version=AccountRow.version + 1,
                    **values,
                )
                .execution_options(synchronize_session=False)
            )
            was = Health.OK if account.health is Health.REFRESHING else account.health
            if done.rowcount and health is not was:
                told = {"account": account.id, "platform": account.platform, "health": health.value}
                self._events.add(session, EventKind.ACCOUNT_HEALTH, told, tenant=account.tenant)
            return bool(done.rowcount)


def _known(values: Mapping[str, Any]) -> dict[str, Any]:
    """Without what is empty; no end of a token is something a network says, too."""
    return {name: value for name, value in values.items() if value or name == "token_expires_at"}


def _unknown(account_id: str) -> InvalidInput:
    return InvalidInput(
        f"There is no account {account_id[:40]!r}.",
        hint="List them: video-platform accounts.",
        code="account_unknown",
    )


def _account(row: AccountRow) -> StoredAccount:
    return StoredAccount(
        id=row.id,
        tenant=row.tenant,
        platform=row.platform,
        external_id=row.external_id,
        name=row.name,
        scopes=tuple(row.scopes),
        sealed_access=row.access_token,
        sealed_refresh=row.refresh_token,
        token_expires_at=row.token_expires_at,
        health=Health(row.health),
        health_why=row.health_why,
        facts=row.facts,
        version=row.version,
        connected_at=row.connected_at,
        checked_at=row.checked_at,
    )
