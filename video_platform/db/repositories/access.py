"""People, their sessions and keys. Read for everybody: who is asking is not known before."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from video_platform.db.database import Database
from video_platform.db.models import ApiKeyRow, RefreshTokenRow, SessionRow, TenantRow, UserRow
from video_platform.domain.access import ApiKey, Role, User
from video_platform.errors import Conflict, NotFound

_USED_IS_WRITTEN_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Standing:
    """A user, and whether they may come in now."""

    user: User
    is_welcome: bool


class RotationOutcome(Enum):
    """What became of a refresh token that was shown."""

    ACCEPTED = "accepted"
    REUSED = "reused"
    """It was exchanged too long ago: somebody else may hold it. Its session was ended."""
    OVER = "over"
    """It is unknown, or its session or user is at an end."""


@dataclass(frozen=True, slots=True)
class Rotation:
    """The outcome; with ``ACCEPTED`` whose session it is and the index of the successor."""

    outcome: RotationOutcome
    user: User | None = None
    session: str = ""
    successor: int = 0


class People:
    """Repository of tenants and their users."""

    def __init__(self, database: Database) -> None:
        self._database = database.system()

    def found_tenant(
        self, *, tenant_name: str, email: str, name: str, password_hash: str, now: datetime
    ) -> User:
        """A new tenant with its owner.

        Raises:
            Conflict: ``email_refused``.
        """
        tenant = TenantRow(id=f"t{secrets.token_hex(8)}", name=tenant_name, created_at=now)
        row = _user_row(tenant.id, email, name, Role.OWNER, password_hash, now)
        return self._add(row, tenant)

    def add(
        self, tenant: str, *, email: str, name: str, role: Role, password_hash: str, now: datetime
    ) -> User:
        """A new user of a tenant.

        Raises:
            Conflict: ``email_refused``.
        """
        return self._add(_user_row(tenant, email, name, role, password_hash, now))

    def by_email(self, email: str) -> tuple[Standing, str] | None:
        """The user who signs in with this address, and their password's hash."""
        with self._database.session() as session:
            found = session.execute(
                select(UserRow, TenantRow)
                .join(TenantRow, TenantRow.id == UserRow.tenant)
                .where(UserRow.email == email)
            ).first()
            if found is None:
                return None
            row, tenant = found
            return Standing(_user(row), _is_welcome(row, tenant)), row.password_hash

    def get(self, tenant: str, user: str) -> tuple[User, str]:
        """A user of this tenant and their password's hash.

        Raises:
            NotFound: there is none.
        """
        with self._database.session() as session:
            row = _of_tenant(session, tenant, user)
            return _user(row), row.password_hash

    def of_tenant(self, tenant: str) -> list[User]:
        """All users of a tenant, the oldest first."""
        with self._database.session() as session:
            rows = session.scalars(
                select(UserRow)
                .where(UserRow.tenant == tenant)
                .order_by(UserRow.created_at, UserRow.id)
            )
            return [_user(row) for row in rows]

    def change(
        self,
        tenant: str,
        user: str,
        *,
        now: datetime,
        role: Role | None = None,
        is_disabled: bool | None = None,
    ) -> User:
        """Give a user another role, or shut them out or in; their tokens end.

        Raises:
            NotFound: there is no such user.
            Conflict: ``last_owner``, nobody would be left to run the tenant.
        """
        with self._database.session() as session, session.begin():
            # Two owners demoting each other wait for one another here.
            session.execute(select(TenantRow.id).where(TenantRow.id == tenant).with_for_update())
            row = _of_tenant(session, tenant, user)
            if role is not None:
                row.role = role.value
            if is_disabled is not None:
                row.disabled_at = now if is_disabled else None
            row.version += 1
            session.flush()
            _demand_an_owner(session, tenant)
            _revoke(session, now, "user changed", SessionRow.user == user)
            return _user(row)

    def set_password(self, user: str, password_hash: str, *, now: datetime) -> User:
        """Replace a password; all sessions of the user end."""
        with self._database.session() as session, session.begin():
            row = session.get_one(UserRow, user, with_for_update=True)
            row.password_hash = password_hash
            row.version += 1
            _revoke(session, now, "password changed", SessionRow.user == user)
            return _user(row)

    def _add(self, row: UserRow, tenant: TenantRow | None = None) -> User:
        try:
            with self._database.session() as session, session.begin():
                if tenant is not None:
                    session.add(tenant)
                session.add(row)
                session.flush()
                return _user(row)
        except IntegrityError as error:
            # It does not say that the address is taken: that would tell who is here.
            raise Conflict(
                "No account can be made with this address.",
                hint="Sign in if it is yours, or use another.",
                code="email_refused",
            ) from error


class Sessions:
    """Repository of sessions and their refresh tokens, by hash."""

    def __init__(self, database: Database) -> None:
        self._database = database.system()

    def open(self, user: User, token_hash: str, *, now: datetime, life: timedelta) -> str:
        """A new session with its first refresh token; its id."""
        with self._database.session() as session, session.begin():
            row = SessionRow(
                id=f"s{secrets.token_hex(12)}",
                tenant=user.tenant,
                user=user.id,
                created_at=now,
                expires_at=now + life,
            )
            session.add(row)
            session.flush()
            session.add(_link(row, token_hash, now))
            return row.id

    def rotate(
        self, used: str, successors: Sequence[str], *, now: datetime, grace: timedelta
    ) -> Rotation:
        """Exchange a refresh token for its successor, once; all values are hashes.

        Shown again within ``grace`` it has the same successor: a lost answer, or two tabs. Later it
        ends the session. ``successors`` are what the token can lead to, one per signing key; a
        new one is the first.
        """
        with self._database.session() as session, session.begin():
            # The first statement writes, so that of many at once each waits for the one before.
            is_first = _mark_used(session, used, now)
            found = session.execute(
                select(RefreshTokenRow, SessionRow, UserRow, TenantRow)
                .join(SessionRow, SessionRow.id == RefreshTokenRow.session)
                .join(UserRow, UserRow.id == SessionRow.user)
                .join(TenantRow, TenantRow.id == UserRow.tenant)
                .where(RefreshTokenRow.hash == used)
            ).first()
            if found is None:
                return Rotation(RotationOutcome.OVER)
            link, family, user, tenant = found
            if not _is_welcome(user, tenant) or not _is_open(family, now):
                return Rotation(RotationOutcome.OVER)
            if is_first:
                session.add(_link(family, successors[0], now))
                return Rotation(RotationOutcome.ACCEPTED, _user(user), family.id)
            if link.used_at is None or now - link.used_at > grace:
                _revoke(session, now, "refresh token used again", SessionRow.id == family.id)
                return Rotation(RotationOutcome.REUSED)
            given = _first_known(session, successors)
            return Rotation(RotationOutcome.ACCEPTED, _user(user), family.id, given)

    def standing(self, session_id: str, now: datetime) -> Standing | None:
        """The user of a session and whether it still lets them in."""
        with self._database.session() as session:
            found = session.execute(
                select(SessionRow, UserRow, TenantRow)
                .join(UserRow, UserRow.id == SessionRow.user)
                .join(TenantRow, TenantRow.id == UserRow.tenant)
                .where(SessionRow.id == session_id)
            ).first()
            if found is None:
                return None
            family, user, tenant = found
            return Standing(_user(user), _is_welcome(user, tenant) and _is_open(family, now))

    def close(self, session_id: str, *, now: datetime) -> None:
        """End a session."""
        with self._database.session() as session, session.begin():
            _revoke(session, now, "signed out", SessionRow.id == session_id)


class ApiKeys:
    """Repository of keys for machines, by hash."""

    def __init__(self, database: Database) -> None:
        self._database = database.system()

    def add(
        self,
        user: User,
        *,
        name: str,
        prefix: str,
        key_hash: str,
        role: Role,
        now: datetime,
        expires_at: datetime | None,
    ) -> ApiKey:
        """A new key of a user."""
        row = ApiKeyRow(
            id=f"k{secrets.token_hex(8)}",
            tenant=user.tenant,
            user=user.id,
            name=name,
            prefix=prefix,
            hash=key_hash,
            role=role.value,
            created_at=now,
            expires_at=expires_at,
        )
        with self._database.session() as session, session.begin():
            session.add(row)
            session.flush()
            return _key(row)

    def of_tenant(self, tenant: str) -> list[ApiKey]:
        """All keys of a tenant, the newest first, revoked ones too."""
        with self._database.session() as session:
            rows = session.scalars(
                select(ApiKeyRow)
                .where(ApiKeyRow.tenant == tenant)
                .order_by(ApiKeyRow.created_at.desc(), ApiKeyRow.id)
            )
            return [_key(row) for row in rows]

    def revoke(self, tenant: str, key_id: str, *, now: datetime) -> None:
        """End a key; again does nothing.

        Raises:
            NotFound: there is no such key.
        """
        with self._database.session() as session, session.begin():
            row = session.get(ApiKeyRow, key_id)
            if row is None or row.tenant != tenant:
                raise NotFound(f"There is no key {key_id!r}.", hint="List them with GET /api-keys.")
            row.revoked_at = row.revoked_at or now

    def standing(self, key_hash: str, now: datetime) -> tuple[Standing, Role] | None:
        """Whom a key acts for, whether it lets in, and its own role."""
        with self._database.session() as session, session.begin():
            found = session.execute(
                select(ApiKeyRow, UserRow, TenantRow)
                .join(UserRow, UserRow.id == ApiKeyRow.user)
                .join(TenantRow, TenantRow.id == UserRow.tenant)
                .where(ApiKeyRow.hash == key_hash)
            ).first()
            if found is None:
                return None
            key, user, tenant = found
            is_valid = key.revoked_at is None and (key.expires_at is None or now < key.expires_at)
            if is_valid and _is_stale(key.last_used_at, now):
                key.last_used_at = now
            return Standing(_user(user), is_valid and _is_welcome(user, tenant)), Role(key.role)


def _is_stale(last_used_at: datetime | None, now: datetime) -> bool:
    return last_used_at is None or now - last_used_at > _USED_IS_WRITTEN_EVERY


def _is_welcome(user: UserRow, tenant: TenantRow) -> bool:
    return user.disabled_at is None and tenant.disabled_at is None


def _is_open(family: SessionRow, now: datetime) -> bool:
    return family.revoked_at is None and now < family.expires_at


def _of_tenant(session: Session, tenant: str, user: str) -> UserRow:
    row = session.get(UserRow, user)
    if row is None or row.tenant != tenant:
        raise NotFound(f"There is no user {user!r}.", hint="List them with GET /users.")
    return row


def _demand_an_owner(session: Session, tenant: str) -> None:
    owners = select(func.count()).where(
        UserRow.tenant == tenant,
        UserRow.role == Role.OWNER.value,
        UserRow.disabled_at.is_(None),
    )
    if not session.scalar(owners):
        raise Conflict(
            "This is the only owner.", hint="Make somebody else an owner first.", code="last_owner"
        )


def _revoke(session: Session, now: datetime, why: str, whose: Any) -> None:
    session.execute(
        update(SessionRow)
        .where(whose, SessionRow.revoked_at.is_(None))
        .values(revoked_at=now, revoked_why=why)
        .execution_options(synchronize_session=False)
    )


def _mark_used(session: Session, used: str, now: datetime) -> bool:
    done: Any = session.execute(
        update(RefreshTokenRow)
        .where(RefreshTokenRow.hash == used, RefreshTokenRow.used_at.is_(None))
        .values(used_at=now)
        .execution_options(synchronize_session=False)
    )
    return bool(done.rowcount)


def _first_known(session: Session, hashes: Sequence[str]) -> int:
    known = set(
        session.scalars(select(RefreshTokenRow.hash).where(RefreshTokenRow.hash.in_(hashes)))
    )
    return next(index for index, one in enumerate(hashes) if one in known)


def _link(family: SessionRow, token_hash: str, now: datetime) -> RefreshTokenRow:
    return RefreshTokenRow(hash=token_hash, tenant=family.tenant, session=family.id, created_at=now)


def _user_row(
    tenant: str, email: str, name: str, role: Role, password_hash: str, now: datetime
) -> UserRow:
    return UserRow(
        id=f"u{secrets.token_hex(8)}",
        tenant=tenant,
        email=email,
        name=name,
        role=role.value,
        password_hash=password_hash,
        version=1,
        created_at=now,
    )


def _user(row: UserRow) -> User:
    return User(
        id=row.id,
        tenant=row.tenant,
        email=row.email,
        name=row.name,
        role=Role(row.role),
        version=row.version,
        created_at=row.created_at,
        disabled_at=row.disabled_at,
    )


def _key(row: ApiKeyRow) -> ApiKey:
    return ApiKey(
        id=row.id,
        name=row.name,
        prefix=row.prefix,
        role=Role(row.role),
        created_at=row.created_at,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
        revoked_at=row.revoked_at,
    )
