"""What is said at the door: signing in, people of a tenant, keys for machines."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import Path
from pydantic import Field, StringConstraints

from api.schemas.base import Input, Name, Output, shown
from video_platform.access.authority import SignedIn
from video_platform.access.passwords import LONGEST, SHORTEST
from video_platform.domain.access import ApiKey, CallerKind, Principal, Role, User

# PostgreSQL cannot store a NUL character.
Email = Annotated[str, StringConstraints(min_length=3, max_length=320, pattern=r"^[^\x00]*$")]
NewPassword = Annotated[str, StringConstraints(min_length=SHORTEST, max_length=LONGEST)]
Password = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST)]
UserId = Annotated[str, Path(pattern=r"^u[0-9a-f]{16}$", examples=["u0123456789abcdef"])]
KeyId = Annotated[str, Path(pattern=r"^k[0-9a-f]{16}$", examples=["k0123456789abcdef"])]
RefreshIn = Annotated[
    Literal["body", "cookie"],
    Field(description="Where the refresh token goes: browsers want a cookie no script can read."),
]
_PASSWORD = "a password of four words"  # noqa: S105 - an example
_USER = {
    "id": "u0123456789abcdef",
    "tenant": "t0123456789abcdef",
    "email": "ana@studio.test",
    "name": "Ana",
    "role": "owner",
    "created_at": "2026-11-22T10:00:00Z",
    "is_disabled": False,
}
_KEY = {
    "id": "k0123456789abcdef",
    "name": "nightly batch",
    "prefix": "vpk_0a1b2c3d",
    "role": "editor",
    "created_at": "2026-11-22T10:00:00Z",
    "expires_at": None,
    "last_used_at": None,
    "revoked_at": None,
}
_TOKENS = {
    "access_token": "eyJhbGciOi...",
    "token_type": "bearer",
    "expires_in": 900,
    "refresh_token": "q3bV0z...",
}


class Registration(Input):
    """A new tenant and its owner."""

    model_config = shown(
        email="ana@studio.test", password=_PASSWORD, name="Ana", tenant="Studio Ana"
    )

    email: Email
    password: NewPassword
    name: Name = ""
    tenant: Name = Field(default="", description="What the tenant is called; default: the name.")
    refresh_in: RefreshIn = "body"


class Login(Input):
    """An address and a password."""

    model_config = shown(email="ana@studio.test", password=_PASSWORD)

    email: Email
    password: Password
    refresh_in: RefreshIn = "body"


class Refresh(Input):
    """A refresh token; leave it out where the cookie has it."""

    model_config = shown(refresh_token="q3bV0z...")  # noqa: S106 - an example

    refresh_token: str | None = Field(default=None, min_length=1, max_length=200)


class PasswordChange(Input):
    """The password there is, and the one there shall be."""

    model_config = shown(current=_PASSWORD, new="another one of four words")

    current: Password
    new: NewPassword
    refresh_in: RefreshIn = "body"


class TokensOut(Output):
    """Tokens, in the words of OAuth 2."""

    model_config = shown(**_TOKENS)

    access_token: str
    token_type: Literal["bearer"] = "bearer"  # noqa: S105 - a kind
    expires_in: int = Field(description="Seconds the access token lives.")
    refresh_token: str | None = Field(
        description="Gets the next tokens, once; null where it went into the cookie."
    )


class UserOut(Output):
    """A person of a tenant."""

    model_config = shown(**_USER)

    id: str
    tenant: str
    email: str
    name: str
    role: Role
    created_at: datetime
    is_disabled: bool


class SignedInOut(TokensOut):
    """Tokens, and whose they are."""

    model_config = shown(**_TOKENS, user=_USER)

    user: UserOut


class Me(Output):
    """Who is asking, with which role: a key may have less than its person."""

    model_config = shown(user=_USER, role="owner", kind="user")

    user: UserOut
    role: Role
    kind: CallerKind


class Invitation(Input):
    """A person to let into the tenant."""

    model_config = shown(email="ben@studio.test", name="Ben", role="editor")

    email: Email
    name: Name = ""
    role: Role


class InvitedOut(Output):
    """A new person; the password is shown this once."""

    model_config = shown(user=_USER, password=_PASSWORD)

    user: UserOut
    password: str = Field(description="Hand it over; the person changes it.")


class UserChange(Input):
    """What changes; the rest stays. The person's tokens end."""

    model_config = shown(role="viewer")

    role: Role | None = None
    is_disabled: bool | None = None


class KeyWish(Input):
    """A key for a machine, for at most what its person may."""

    model_config = shown(name="nightly batch", role="editor", days=90)

    name: Name = Field(min_length=1)
    role: Role = Role.EDITOR
    days: int | None = Field(default=None, ge=1, le=3650, description="Null: until it is revoked.")


class KeyOut(Output):
    """What is known of a key."""

    model_config = shown(**_KEY)

    id: str
    name: str
    prefix: str = Field(description="How it begins: enough to recognize it.")
    role: Role
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None = Field(description="To the minute.")
    revoked_at: datetime | None


class NewKeyOut(KeyOut):
    """A new key; the secret is shown this once."""

    model_config = shown(**_KEY, key="vpk_0a1b2c3d_...")

    key: str


def show_user(user: User) -> UserOut:
    """A user as callers see them."""
    return UserOut(
        id=user.id,
        tenant=user.tenant,
        email=user.email,
        name=user.name,
        role=user.role,
        created_at=user.created_at,
        is_disabled=user.disabled_at is not None,
    )


def show_me(user: User, principal: Principal) -> Me:
    """The caller."""
    return Me(user=show_user(user), role=principal.role, kind=principal.kind)


def show_signed_in(signed_in: SignedIn, *, refresh_in_body: bool) -> SignedInOut:
    """Tokens and whose they are."""
    return SignedInOut(
        access_token=signed_in.access_token,
        expires_in=signed_in.expires_in_s,
        refresh_token=signed_in.refresh_token if refresh_in_body else None,
        user=show_user(signed_in.user),
    )


def show_key(key: ApiKey) -> KeyOut:
    """A key as callers see it."""
    return KeyOut(
        id=key.id,
        name=key.name,
        prefix=key.prefix,
        role=key.role,
        created_at=key.created_at,
        expires_at=key.expires_at,
        last_used_at=key.last_used_at,
        revoked_at=key.revoked_at,
    )
