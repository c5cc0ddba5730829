"""Signed tokens that live minutes: one algorithm, known keys, every claim demanded."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from video_platform.access.denied import Unauthenticated
from video_platform.access.keyring import SigningKey

ISSUER = "video-platform"
AUDIENCE = "video-platform-api"
_ALGORITHM = "HS256"
_CLAIMS = ("iss", "aud", "sub", "tnt", "sid", "ver", "iat", "nbf", "exp", "jti")
_HEADERS = {"alg", "kid", "typ"}
_LONGEST = 2_000
_CLOCKS_DIFFER_S = 10


class TokenType(StrEnum):
    """What a token is for, said in its header; none serves for another."""

    ACCESS = "at+jwt"
    TICKET = "ticket+jwt"
    """For where a browser cannot send headers: it may stand in an address, so it ends at once."""
    LINK = "link+jwt"
    """For one object that a browser opens again and again: a film that is watched."""


LIFE = {
    TokenType.ACCESS: timedelta(minutes=15),
    TokenType.TICKET: timedelta(seconds=60),
    TokenType.LINK: timedelta(hours=6),
}


@dataclass(frozen=True, slots=True)
class Claims:
    """Whom a token was given to; ``version`` is the user's at that time.

    Args:
        path: what a link opens, itself and all below it; empty for other kinds.
    """

    user: str
    tenant: str
    session: str
    version: int
    path: str = ""

    def opens(self, path: str) -> bool:
        """Whether a link is for what stands at ``path``."""
        return bool(self.path) and (path == self.path or path.startswith(f"{self.path}/"))


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Tokens:
    """Issues and reads tokens; the first key signs, all are accepted."""

    keys: Sequence[SigningKey]
    clock: Callable[[], datetime] = _now

    def issue(self, claims: Claims, kind: TokenType = TokenType.ACCESS) -> str:
        """A token for ``claims`` that lives for ``LIFE[kind]``."""
        import jwt

        now, key = self.clock(), self.keys[0]
        payload = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": claims.user,
            "tnt": claims.tenant,
            "sid": claims.session,
            "ver": claims.version,
            "iat": now,
            "nbf": now,
            "exp": now + LIFE[kind],
            "jti": secrets.token_hex(16),
        }
        if kind is TokenType.LINK:
            payload["pth"] = claims.path
        headers = {"kid": key.kid, "typ": kind.value}
        return jwt.encode(payload, key.secret, algorithm=_ALGORITHM, headers=headers)

    def read(self, token: str, kind: TokenType = TokenType.ACCESS) -> Claims:
        """Whom a token was given to.

        Raises:
            Unauthenticated: it is not ours, not of this kind, or over; the message does not say
                which.
        """
        import jwt

        try:
            payload = self._payload(token, kind)
            return _claims(payload)
        except (jwt.PyJWTError, ValueError, TypeError, RecursionError) as error:
            raise invalid_token() from error

    def _payload(self, token: str, kind: TokenType) -> dict[str, Any]:
        import jwt

        if len(token) > _LONGEST or not token.isascii():
            raise ValueError("This is no token of ours.")
        header = jwt.get_unverified_header(token)
        # Our tokens have no other header, so whoever names a key or an extension is refused.
        if set(header) != _HEADERS or header["typ"] != kind.value:
            raise ValueError("These are not the headers of this kind of token.")
        secret = next((one.secret for one in self.keys if one.kid == header["kid"]), None)
        if secret is None:
            raise ValueError("The key is not known.")
        payload: dict[str, Any] = jwt.decode(
            token,
            secret,
            algorithms=[_ALGORITHM],
            issuer=ISSUER,
            audience=AUDIENCE,
            leeway=_CLOCKS_DIFFER_S,
            options={"require": list(_CLAIMS), "strict_aud": True},
        )
        return payload


def _claims(payload: Mapping[str, Any]) -> Claims:
    user, tenant, session = payload["sub"], payload["tnt"], payload["sid"]
    version, path = payload["ver"], payload.get("pth", "")
    if (
        not all(isinstance(one, str) for one in (user, tenant, session, path))
        or type(version) is not int
    ):
        raise ValueError("A claim is of the wrong type.")
    return Claims(user=user, tenant=tenant, session=session, version=version, path=path)


def invalid_token() -> Unauthenticated:
    """The one answer to every token that is not accepted."""
    return Unauthenticated(
        "The token is not valid.",
        hint="Sign in again, or ask for a new token with the refresh token.",
        code="token_invalid",
    )
