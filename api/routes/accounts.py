"""Accounts at networks: what can be connected, connecting it, how it fares, and letting go."""

from html import escape
from typing import Annotated

from fastapi import APIRouter, Cookie, Depends, Query, Request, Response
from fastapi.responses import HTMLResponse

from api.deps import (
    PUBLIC,
    ByHeader,
    Owner,
    TheAuthority,
    TheInstallation,
    Viewer,
    api_settings_of,
)
from api.problems import for_callers, status_of
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
from video_platform.access.denied import Unauthenticated
from video_platform.access.tokens import TokenType
from video_platform.agents.accounts import AccountDesk, refused_by_person
from video_platform.bootstrap import Installation
from video_platform.domain.access import CallerKind, Principal, Role
from video_platform.errors import VideoPlatformError
from video_platform.publishing.accounts import CALLBACK_PATH, CONNECTION_LIFE_S

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
_BROWSER = "connecting"
Owned = ByHeader(Role.OWNER)
_CLOSE = "You can close this window."
_ELSEWHERE = (
    "This is not the browser the connection was begun in, or more than ten minutes have passed. "
    "Copy the whole address of this page to where you began, or begin again."
)
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
def connect_account(
    wish: ConnectionIn,
    desk: ConnectingDesk,
    who: Owner,
    authority: TheAuthority,
    request: Request,
    response: Response,
) -> ConnectionOut:
    """Send the browser to `url`; what it brings back goes to `POST /accounts/callback`.

    Only the person who began can end it, once, within ten minutes.
    """
    url = desk.connect(wish.platform, wish.redirect_uri)
    if who.kind is CallerKind.USER:
        # Whose browser this is: the state alone could be somebody else's, sent to trick its owner.
        response.set_cookie(
            _BROWSER,
            authority.link(who, CALLBACK_PATH),
            max_age=int(CONNECTION_LIFE_S),
            path=CALLBACK_PATH,
            secure=request.url.scheme == "https",
            httponly=True,
            samesite="lax",
        )
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


@router.get(
    CALLBACK_PATH,
    summary="Where networks send the browser back to",
    response_class=HTMLResponse,
    dependencies=[PUBLIC],
)
def show_connection(
    request: Request,
    installation: TheInstallation,
    authority: TheAuthority,
    state: _Said = "",
    code: _Said = "",
    error: _Said = "",
    error_description: _Said = "",
    browser: Annotated[str, Cookie(alias=_BROWSER, max_length=2000)] = "",
) -> HTMLResponse:
    """Connects the account in the browser that began, once, within ten minutes.

    In another browser it changes nothing, and says how to go on where it was begun.
    """
    try:
        who = authority.identify(browser, TokenType.LINK, path=CALLBACK_PATH)
        desk = build_desk(Owned.check(who), installation, request)
        account = _finish(desk, state, code, error_description or error)
    except Unauthenticated:
        return _page("Almost there", _ELSEWHERE)
    except VideoPlatformError as refusal:
        hint = for_callers(refusal.hint)
        return _page("The account was not connected", f"{refusal.message} {hint}", refusal)
    name = account.name or account.external_id
    page = _page("The account is connected", f"{name} at {account.platform}. {_CLOSE}")
    page.delete_cookie(_BROWSER, path=CALLBACK_PATH)
    return page


def _page(title: str, words: str, refusal: VideoPlatformError | None = None) -> HTMLResponse:
    """Words for a person; nothing of the address is shown, and no other page is told of it."""
    body = (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        f"<title>{escape(title)}</title><h1>{escape(title)}</h1><p>{escape(words)}</p></html>"
    )
    return HTMLResponse(body, status_code=status_of(refusal) if refusal else 200)


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
