"""Says who somebody is, lets people in and out, and decides what the two need.

A refresh token is random and opaque; its successor follows from it and a server key. Shown again
within the grace it therefore leads to the *same* successor, so that a lost answer or a second tab
signs nobody out. Later it ends the whole session, since somebody else may hold it.
"""

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from video_platform.access.denied import Forbidden, Unauthenticated
from video_platform.access.keyring import SigningKey
from video_platform.access.passwords import Passwords
from video_platform.access.tokens import LIFE, Claims, Tokens, TokenType, invalid_token
from video_platform.db.database import Database
from video_platform.db.repositories.access import ApiKeys, People, RotationOutcome, Sessions
from video_platform.domain.access import ApiKey, CallerKind, Principal, Role, User
from video_platform.errors import Conflict, InvalidInput

SESSION_LIFE = timedelta(days=30)
REFRESH_GRACE = timedelta(seconds=30)
KEY_PREFIX = "vpk_"
_EMAIL = re.compile(r"[^@\s\x00-\x1f\x7f]{1,64}@[^@\s\x00-\x1f\x7f]{1,250}")


@dataclass(frozen=True, slots=True)
class SignedIn:
    """What a person gets: who they are, a token for minutes, and one to get the next with."""

    user: User
    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)

    @property
    def expires_in_s(self) -> int:
        """How long the access token lives, in seconds."""
        return int(LIFE[TokenType.ACCESS].total_seconds())


def _now() -> datetime:
    return datetime.now(UTC)


class Authority:
    """The use cases of access, over one database."""

    def __init__(
        self,
        database: Database,
        keys: Sequence[SigningKey],
        *,
        clock: Callable[[], datetime] = _now,
    ) -> None:
        self._people = People(database)
        self._sessions = Sessions(database)
        self._api_keys = ApiKeys(database)
        self._passwords = Passwords()
        self._keys = tuple(keys)
        self._clock = clock
        self._tokens = Tokens(self._keys, clock)

    def register(
        self, *, email: str, password: str, name: str = "", tenant_name: str = ""
    ) -> SignedIn:
        """A new tenant and its owner, signed in.

        Raises:
            InvalidInput: ``email_invalid`` or ``password_invalid``.
            Conflict: ``email_refused``.
        """
        address = normal_email(email)
        user = self._people.found_tenant(
            tenant_name=tenant_name or name or address,
            email=address,
            name=name,
            password_hash=self._passwords.hash(password),
            now=self._clock(),
        )
        return self.open_session(user)

    def sign_in(self, email: str, password: str) -> SignedIn:
        """Let a person in.

        Raises:
            Unauthenticated: ``credentials_wrong``, whichever of the two it was.
        """
        found = self._people.by_email(email.strip().lower())
        known, user = (found[1], found[0].user.id) if found else (None, "")
        is_right = self._passwords.check(password, known, user=user)
        if found is None or not is_right or not found[0].is_welcome:
            raise Unauthenticated(
                "The address or the password is wrong.",
                hint="Check both; after five tries a minute has to pass.",
                code="credentials_wrong",
            )
        return self.open_session(found[0].user)

    def refresh(self, token: str) -> SignedIn:
        """New tokens for a refresh token.

        Raises:
            Unauthenticated: ``session_over``.
        """
        successors = [_successor(key, token) for key in self._keys]
        rotation = self._sessions.rotate(
            _hash(token),
            [_hash(one) for one in successors],
            now=self._clock(),
            grace=REFRESH_GRACE,
        )
        if rotation.outcome is not RotationOutcome.ACCEPTED or rotation.user is None:
            raise Unauthenticated(
                "The session is over.", hint="Sign in again.", code="session_over"
            )
        access = self._access_token(rotation.user, rotation.session)
        return SignedIn(rotation.user, access, successors[rotation.successor])

    def sign_out(self, principal: Principal) -> None:
        """End the session; its tokens end with it."""
        self._sessions.close(principal.session_id, now=self._clock())

    def identify(
        self, credential: str, kind: TokenType = TokenType.ACCESS, *, path: str = ""
    ) -> Principal:
        """Who shows this access token, ticket or API key, or this link for what is at ``path``.

        Raises:
            Unauthenticated: nobody who may come in now.
        """
        if credential.startswith(KEY_PREFIX) and kind is TokenType.ACCESS:
            return self._identify_key(credential)
        claims = self._tokens.read(credential, kind)
        if kind is TokenType.LINK and not claims.opens(path):
            raise invalid_token()
        standing = self._sessions.standing(claims.session, self._clock())
        if standing is None or not standing.is_welcome:
            raise invalid_token()
        user = standing.user
        if (user.id, user.tenant, user.version) != (claims.user, claims.tenant, claims.version):
            raise invalid_token()
        return Principal(
            tenant=user.tenant,
            user_id=user.id,
            role=user.role,
            kind=CallerKind.USER,
            session_id=claims.session,
        )

    def ticket(self, principal: Principal) -> str:
        """A token for one address that a browser opens by itself; it lives for a minute.

        Raises:
            Forbidden: ``people_only``, the caller is a key.
        """
        if principal.kind is not CallerKind.USER:
            raise people_only()
        user, _ = self._people.get(principal.tenant, principal.user_id)
        return self._tokens.issue(_claims(user, principal.session_id), TokenType.TICKET)

    def link(self, principal: Principal, path: str) -> str:
        """A token for what stands at ``path``, for hours; it ends with the caller's session.

        Raises:
            Forbidden: ``people_only``, the caller is a key.
        """
        if principal.kind is not CallerKind.USER:
            raise people_only()
        user, _ = self._people.get(principal.tenant, principal.user_id)
        claims = replace(_claims(user, principal.session_id), path=path)
        return self._tokens.issue(claims, TokenType.LINK)

    def user(self, principal: Principal) -> User:
        """The person who is asking, or whom the key acts for."""
        return self._people.get(principal.tenant, principal.user_id)[0]

    def users(self, tenant: str) -> list[User]:
        """All users of a tenant, the oldest first."""
        return self._people.of_tenant(tenant)

    def invite(self, tenant: str, *, email: str, name: str, role: Role) -> tuple[User, str]:
        """A new user of a tenant, and the password to hand over; it is not kept.

        Raises:
            InvalidInput: ``email_invalid``.
            Conflict: ``email_refused``.
        """
        password = secrets.token_urlsafe(15)
        user = self._people.add(
            tenant,
            email=normal_email(email),
            name=name,
            role=role,
            password_hash=self._passwords.hash(password),
            now=self._clock(),
        )
        return user, password

    def change_user(
        self,
        tenant: str,
        user: str,
        *,
        role: Role | None = None,
        is_disabled: bool | None = None,
    ) -> User:
        """Give a user another role, or shut them out or in; their tokens end.

        Raises:
            NotFound: there is no such user.
            Conflict: ``last_owner``.
        """
        return self._people.change(
            tenant, user, now=self._clock(), role=role, is_disabled=is_disabled
        )

    def change_password(self, principal: Principal, *, current: str, new: str) -> SignedIn:
        """Replace the caller's password; every session ends, and a new one begins.

        Raises:
            Forbidden: ``password_wrong``, ``current`` is not theirs.
            InvalidInput: ``password_invalid``.
        """
        user, known = self._people.get(principal.tenant, principal.user_id)
        if not self._passwords.check(current, known, user=user.id):
            raise Forbidden(
                "The current password is wrong.", hint="Try again.", code="password_wrong"
            )
        new_hash = self._passwords.hash(new)
        return self.open_session(self._people.set_password(user.id, new_hash, now=self._clock()))

    def create_key(
        self, principal: Principal, *, name: str, role: Role, life: timedelta | None = None
    ) -> tuple[ApiKey, str]:
        """A key that acts for the caller with at most this role; the secret is not kept.

        Raises:
            Conflict: ``role_too_high``, the caller may less than the key would.
        """
        if not principal.role.may(role):
            raise Conflict(
                f"A key of role {role.value!r} would do more than you may.",
                hint=f"Ask for {principal.role.value!r} or less.",
                code="role_too_high",
            )
        prefix = KEY_PREFIX + secrets.token_hex(4)
        key, now = f"{prefix}_{secrets.token_urlsafe(32)}", self._clock()
        made = self._api_keys.add(
            self.user(principal),
            name=name,
            prefix=prefix,
            key_hash=_hash(key),
            role=role,
            now=now,
            expires_at=now + life if life else None,
        )
        return made, key

    def keys(self, tenant: str) -> list[ApiKey]:
        """All keys of a tenant, the newest first."""
        return self._api_keys.of_tenant(tenant)

    def revoke_key(self, tenant: str, key_id: str) -> None:
        """End a key.

        Raises:
            NotFound: there is no such key.
        """
        self._api_keys.revoke(tenant, key_id, now=self._clock())

    def open_session(self, user: User) -> SignedIn:
        """A new session of a user who is known to be who they say."""
        refresh = secrets.token_urlsafe(32)
        session = self._sessions.open(user, _hash(refresh), now=self._clock(), life=SESSION_LIFE)
        return SignedIn(user, self._access_token(user, session), refresh)

    def _identify_key(self, credential: str) -> Principal:
        found = self._api_keys.standing(_hash(credential), self._clock())
        if found is None or not found[0].is_welcome:
            raise Unauthenticated(
                "The API key is not valid.", hint="Make another one.", code="key_invalid"
            )
        standing, role = found
        user = standing.user
        return Principal(
            tenant=user.tenant,
            user_id=user.id,
            role=role.at_most(user.role),
            kind=CallerKind.KEY,
        )

    def _access_token(self, user: User, session: str) -> str:
        return self._tokens.issue(_claims(user, session))


def people_only() -> Forbidden:
    """The answer to a key that wants what only a person may do."""
    return Forbidden(
        "An API key cannot do this.", hint="Sign in with a password.", code="people_only"
    )


def normal_email(email: str) -> str:
    """An address as it is stored: without spaces around it, in lower case.

    Raises:
        InvalidInput: ``email_invalid``.
    """
    address = email.strip().lower()
    if not _EMAIL.fullmatch(address):
        raise InvalidInput(
            "The address does not look like name@host.",
            hint="Give an e-mail address.",
            code="email_invalid",
        )
    return address


def _claims(user: User, session: str) -> Claims:
    return Claims(user=user.id, tenant=user.tenant, session=session, version=user.version)


def _hash(secret: str) -> str:
    # The secrets are random and long, so a fast hash is enough.
    return hashlib.sha256(secret.encode()).hexdigest()


def _successor(key: SigningKey, token: str) -> str:
    digest = hmac.digest(key.secret, b"refresh token after " + token.encode(), "sha256")
    return base64.urlsafe_b64encode(digest).decode("ascii").rstrip("=")
