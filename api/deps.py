"""What routes are given: who is asking, whether they may, and their tenant's part of the core.

Every route says whom it is for by one of ``Viewer``, ``Editor``, ``Owner`` (or their siblings), or
by ``PUBLIC``; one that says nothing is found by ``rule_of``.
"""

import threading
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, FastAPI, WebSocketException, status
from fastapi.dependencies.models import Dependant
from starlette.requests import HTTPConnection

from api.settings import ApiSettings, is_loopback
from video_platform.access.authority import Authority, people_only
from video_platform.access.denied import Forbidden, Unauthenticated
from video_platform.access.keyring import keyring_of_machine, parse_keyring
from video_platform.access.tokens import TokenType
from video_platform.agents.studio import Studio
from video_platform.bootstrap import Installation, build_installation
from video_platform.db.database import Database
from video_platform.domain.access import CallerKind, Principal, Role
from video_platform.errors import NotConfigured

_building = threading.RLock()


def installation_of(app: FastAPI) -> Installation:
    """The core behind an application; built when it is first needed.

    Raises:
        NotConfigured: a setting cannot work; it is tried again with the next request.
    """
    with _building:
        if getattr(app.state, "installation", None) is None:
            app.state.installation = build_installation(getattr(app.state, "settings", None))
        installation: Installation = app.state.installation
        return installation


def api_settings_of(app: FastAPI) -> ApiSettings:
    """The API's own settings."""
    with _building:
        if getattr(app.state, "api_settings", None) is None:
            app.state.api_settings = ApiSettings()
        settings: ApiSettings = app.state.api_settings
        return settings


def authority_of(app: FastAPI) -> Authority:
    """Who decides about access; built when it is first needed.

    Raises:
        NotConfigured: the keys for tokens are missing or malformed.
    """
    with _building:
        if getattr(app.state, "authority", None) is None:
            app.state.authority = _build_authority(app)
        authority: Authority = app.state.authority
        return authority


def _build_authority(app: FastAPI) -> Authority:
    installation, own = installation_of(app), api_settings_of(app)
    if own.token_keys:
        keys = parse_keyring(own.token_keys)
    elif is_loopback(installation.settings.public_url):
        keys = keyring_of_machine(installation.settings.home / "token-keys")
    else:
        raise NotConfigured(
            "There are no keys to sign tokens with.",
            hint="Set VIDEO_PLATFORM_TOKEN_KEYS to NAME=SECRET, 32 random bytes in base64.",
        )
    return Authority(installation.database, keys)


def _installation(connection: HTTPConnection) -> Installation:
    return installation_of(connection.app)


def _authority(connection: HTTPConnection) -> Authority:
    return authority_of(connection.app)


TheInstallation = Annotated[Installation, Depends(_installation)]
TheAuthority = Annotated[Authority, Depends(_authority)]


@dataclass(frozen=True, slots=True)
class Shown:
    """Who is asking, and whether they showed a ticket in the address instead of a header."""

    principal: Principal
    is_ticket: bool


def _shown(connection: HTTPConnection, authority: TheAuthority) -> Shown:
    """Who shows a ticket, a bearer token or an API key; nothing is asked of their role."""
    ticket = connection.query_params.get("ticket", "")
    scheme, _, credential = connection.headers.get("authorization", "").partition(" ")
    try:
        if ticket:
            return Shown(_by_ticket(authority, ticket, connection), is_ticket=True)
        if scheme.lower() != "bearer" or not credential.strip():
            raise _nobody()
        return Shown(authority.identify(credential.strip()), is_ticket=False)
    except Unauthenticated as error:
        if connection.scope["type"] == "websocket":
            raise WebSocketException(status.WS_1008_POLICY_VIOLATION, error.message) from error
        raise


def _by_ticket(authority: Authority, ticket: str, connection: HTTPConnection) -> Principal:
    """Who made a ticket, or a link to just this address."""
    path = str(connection.scope["path"]).removeprefix("/api/v1")
    try:
        return authority.identify(ticket, TokenType.LINK, path=path)
    except Unauthenticated:
        return authority.identify(ticket, TokenType.TICKET)


def _nobody() -> Unauthenticated:
    return Unauthenticated(
        "No token was given.",
        hint="Send `Authorization: Bearer TOKEN`; POST /auth/login gives one.",
    )


TheShown = Annotated[Shown, Depends(_shown)]


def _principal(shown: TheShown) -> Principal:
    return shown.principal


CurrentPrincipal = Annotated[Principal, Depends(_principal)]
"""Who is asking, whatever their role; no rule by itself."""


@dataclass(frozen=True)
class Rule:
    """Who a route is for: a role or more, people only or keys too; no role: anybody."""

    role: Role | None
    is_for_people_only: bool = False

    def strictness(self) -> tuple[int, bool]:
        """Rules in order: the greater one lets fewer in."""
        return self.role.rank if self.role else -1, self.is_for_people_only

    def check(self, principal: Principal) -> Principal:
        """The caller, who may.

        Raises:
            Forbidden: ``role_missing`` or ``people_only``.
        """
        if self.role is not None and not principal.role.may(self.role):
            raise Forbidden(
                f"This needs the role {self.role.value!r}; yours is {principal.role.value!r}.",
                hint="Ask an owner of your tenant.",
                code="role_missing",
            )
        if self.is_for_people_only and principal.kind is not CallerKind.USER:
            raise people_only()
        return principal


class ByHeader(Rule):
    """A rule for callers who send a token or a key."""

    def __call__(self, shown: TheShown) -> Principal:
        """The caller, who may."""
        if shown.is_ticket:
            raise _nobody()
        return self.check(shown.principal)


class ByTicket(Rule):
    """A rule for what a browser opens by itself, WebSockets too: a ticket will do."""

    def __call__(self, principal: CurrentPrincipal) -> Principal:
        """The caller, who may."""
        return self.check(principal)


class _Anybody(Rule):
    def __call__(self) -> None:
        """Nothing is asked."""


Viewer = Annotated[Principal, Depends(ByHeader(Role.VIEWER))]
Editor = Annotated[Principal, Depends(ByHeader(Role.EDITOR))]
Owner = Annotated[Principal, Depends(ByHeader(Role.OWNER))]
Person = Annotated[Principal, Depends(ByHeader(Role.VIEWER, is_for_people_only=True))]
"""Anybody with a password: what a leaked key must not reach."""
OwnerPerson = Annotated[Principal, Depends(ByHeader(Role.OWNER, is_for_people_only=True))]
Watcher = Annotated[Principal, Depends(ByTicket(Role.VIEWER))]
"""A viewer who may show a ticket instead of a header: WebSockets, event streams, media."""
PUBLIC = Depends(_Anybody(None))
"""For ``dependencies=[PUBLIC]``: anybody may."""


def rule_of(dependant: Dependant) -> Rule | None:
    """The strictest rule a route declares; none: it forgot to."""
    rules = [call for call in calls_of(dependant) if isinstance(call, Rule)]
    return max(rules, key=Rule.strictness, default=None)


def calls_of(dependant: Dependant) -> list[Any]:
    """Everything a route depends on, however deep."""
    below = [call for one in dependant.dependencies for call in calls_of(one)]
    return [*(one.call for one in dependant.dependencies), *below]


def _studio(principal: CurrentPrincipal, installation: TheInstallation) -> Studio:
    return installation.studio(principal.tenant)


def _database(principal: CurrentPrincipal, installation: TheInstallation) -> Database:
    return installation.database.of(principal.tenant)


TenantStudio = Annotated[Studio, Depends(_studio)]
"""The studio of the caller's tenant; says nothing about the role."""
TenantDatabase = Annotated[Database, Depends(_database)]
"""The rows of the caller's tenant; says nothing about the role."""
