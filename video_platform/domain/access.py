"""People, what they may do, and who is asking: the words of access."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Role(StrEnum):
    """What a person or a key may do inside their tenant; each may all that the ones below may."""

    OWNER = "owner"
    EDITOR = "editor"
    VIEWER = "viewer"

    @property
    def rank(self) -> int:
        """0 for the role that may least."""
        return _RANK[self]

    def may(self, needed: "Role") -> bool:
        """Whether this role includes ``needed``."""
        return self.rank >= needed.rank

    def at_most(self, other: "Role") -> "Role":
        """The weaker of two roles."""
        return self if other.may(self) else other


_RANK = {Role.VIEWER: 0, Role.EDITOR: 1, Role.OWNER: 2}


class CallerKind(StrEnum):
    """How a caller proved who they are."""

    USER = "user"
    KEY = "key"


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Who is asking; a key acts for the person who made it. ``session_id`` is empty for keys."""

    tenant: str
    user_id: str
    role: Role
    kind: CallerKind
    session_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A person of a tenant. ``version`` grows when their password or role changes."""

    id: str
    tenant: str
    email: str
    name: str
    role: Role
    version: int
    created_at: datetime
    disabled_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """What is known of a machine's key; the key itself is shown once and not kept."""

    id: str
    name: str
    prefix: str
    role: Role
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None
