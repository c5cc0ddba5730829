"""Accounts at networks: what can be connected, connecting it, how it fares, and letting go."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from api.deps import Owner, TheInstallation, Viewer, api_settings_of
from api.schemas.accounts import (
    AccountId,
    AccountOut,
    CallbackIn,
    ConnectionIn,
    ConnectionOut,
    PlatformOut,
    show_account,
    show_platform,
)
from api.schemas.publications import PlatformName
from video_platform.agents.accounts import AccountDesk, refused_by_person
from video_platform.bootstrap import Installation
from video_platform.domain.access import Principal

router = APIRouter(tags=["accounts"])


def build_desk(who: Principal, installation: Installation, request: Request) -> AccountDesk:
    """The caller's desk; browsers come back to our own address, or to pages that may call us."""
    pages = api_settings_of(request.app).cors_origins
    origins = [installation.settings.public_url, *pages]
    return AccountDesk(installation.studio(who.tenant), who.user_id, origins)


def _to_read(who: Viewer, installation: TheInstallation, request: Request) -> AccountDesk:
    return build_desk(who, installation, request)


def _to_connect(who: Owner, installation: TheInstallation, request: Request) -> AccountDesk:
    return build_desk(who, installation, request)


ReadingDesk = Annotated[AccountDesk, Depends(_to_read)]
ConnectingDesk = Annotated[AccountDesk, Depends(_to_connect)]
_Said = Annotated[str, Query(max_length=4000, pattern=r"^[^\x00]*$")]


@router.get("/platforms", summary="Where films can be published, and what each place takes")
def list_platforms(desk: ReadingDesk, installation: TheInstallation) -> list[PlatformOut]:
    """`missing` names what the operator has to set before accounts can be connected."""
    offers = desk.platforms(installation.settings.access_of_network)
    return [show_platform(one) for one in offers]


@router.get("/accounts", summary="Connected accounts, and how they fare")
def list_accounts(desk: ReadingDesk, platform: PlatformName | None = None) -> list[AccountOut]:
    """By platform and name."""
    return [show_account(one) for one in desk.all(platform or "")]


@router.post("/accounts/connect", summary="Begin to connect an account")
def connect_account(wish: ConnectionIn, desk: ConnectingDesk) -> ConnectionOut:
    """Send the browser to `url`; what it brings back goes to `POST /accounts/callback`.

    Only the person who began can end it, once, within ten minutes.
    """
    url = desk.connect(wish.platform, wish.redirect_uri)
    return ConnectionOut(platform=wish.platform, url=url)


@router.post("/accounts/callback", summary="Connect the account that was allowed")
def finish_connection(back: CallbackIn, desk: ConnectingDesk) -> AccountOut:
    """With the `state` and `code` of the address the network sent the browser to."""
    return _finish(desk, back.state, back.code, back.error)


@router.get("/accounts/callback", summary="The same, with the address's own query")
def follow_connection(
    desk: ConnectingDesk,
    state: Annotated[_Said, Query(min_length=1)],
    code: _Said = "",
    error: _Said = "",
    error_description: _Said = "",
) -> AccountOut:
    """For pages that pass the network's query on as it is; prefer POST, which no log keeps."""
    return _finish(desk, state, code, error_description or error)


def _finish(desk: AccountDesk, state: str, code: str, error: str) -> AccountOut:
    if error or not code:
        raise refused_by_person(error)
    return show_account(desk.finish(state, code))


@router.get("/accounts/{account_id:hex}", summary="One account")
def read_account(account_id: AccountId, desk: ReadingDesk) -> AccountOut:
    """Its health, and why."""
    return show_account(desk.get(account_id))


@router.delete("/accounts/{account_id:hex}", status_code=204, summary="Disconnect an account")
def disconnect_account(account_id: AccountId, desk: ConnectingDesk) -> None:
    """Its tokens are forgotten; what it published stays listed, what is planned will fail."""
    desk.disconnect(account_id)
