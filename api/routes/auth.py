"""The door: registering, signing in and out, tokens, the people of a tenant, keys for machines."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Cookie, Depends, Request, Response

from api.deps import (
    PUBLIC,
    OwnerPerson,
    Person,
    TheAuthority,
    TheInstallation,
    Viewer,
    api_settings_of,
)
from api.limits import LIMITS, demand, limited_by_address
from api.schemas.auth import (
    Invitation,
    InvitedOut,
    KeyId,
    KeyOut,
    KeyWish,
    Login,
    Me,
    NewKeyOut,
    PasswordChange,
    Refresh,
    RefreshIn,
    Registration,
    SignedInOut,
    UserChange,
    UserId,
    UserOut,
    show_key,
    show_me,
    show_signed_in,
    show_user,
)
from api.settings import is_loopback
from video_platform.access.authority import SESSION_LIFE, SignedIn
from video_platform.access.denied import Forbidden, Unauthenticated

router = APIRouter(tags=["access"])
REFRESH_COOKIE = "refresh_token"
_PER_ADDRESS = Depends(limited_by_address("login"))


@router.post(
    "/auth/register",
    status_code=201,
    summary="Found a tenant",
    dependencies=[PUBLIC, _PER_ADDRESS],
)
def register(
    wish: Registration,
    authority: TheAuthority,
    installation: TheInstallation,
    request: Request,
    response: Response,
) -> SignedInOut:
    """A new tenant, you as its owner, and tokens. Closed where the operator says so."""
    rule = api_settings_of(request.app).registration
    is_local = is_loopback(installation.settings.public_url)
    if rule == "closed" or (not rule and not is_local):
        raise Forbidden(
            "Registration is closed here.",
            hint="Ask an owner to invite you; VIDEO_PLATFORM_REGISTRATION=open opens it.",
            code="registration_closed",
        )
    signed_in = authority.register(
        email=wish.email, password=wish.password, name=wish.name, tenant_name=wish.tenant
    )
    return _hand_over(signed_in, wish.refresh_in, request, response)


@router.post("/auth/login", summary="Sign in", dependencies=[PUBLIC, _PER_ADDRESS])
def login(
    wish: Login, authority: TheAuthority, request: Request, response: Response
) -> SignedInOut:
    """An access token for minutes and a refresh token; 5 tries a minute by account and address."""
    demand(request, LIMITS["login"], f"account:{wish.email.strip().lower()}")
    signed_in = authority.sign_in(wish.email, wish.password)
    return _hand_over(signed_in, wish.refresh_in, request, response)


@router.post("/auth/refresh", summary="Get the next tokens", dependencies=[PUBLIC])
def refresh(
    authority: TheAuthority,
    request: Request,
    response: Response,
    shown: Refresh | None = None,
    cookie: Annotated[str | None, Cookie(alias=REFRESH_COOKIE, max_length=200)] = None,
) -> SignedInOut:
    """Exchanges a refresh token, once; repeated within 30 s it gives the same successor.

    Shown later it ends the session, since somebody else may hold it.
    """
    in_body = shown.refresh_token if shown else None
    token = in_body or cookie
    if not token:
        raise Unauthenticated(
            "No refresh token was given.", hint="Send it in the body or the cookie; or sign in."
        )
    where: RefreshIn = "body" if in_body else "cookie"
    return _hand_over(authority.refresh(token), where, request, response)


@router.post("/auth/logout", status_code=204, summary="Sign out")
def logout(who: Person, authority: TheAuthority, request: Request, response: Response) -> None:
    """Ends the session at once: its access tokens and refresh tokens, in the grace too."""
    authority.sign_out(who)
    response.delete_cookie(REFRESH_COOKIE, path=_cookie_path(request))


@router.post("/auth/password", summary="Change the password")
def change_password(
    wish: PasswordChange,
    who: Person,
    authority: TheAuthority,
    request: Request,
    response: Response,
) -> SignedInOut:
    """Every session of yours ends, and a new one begins; wrong tries count as sign-ins do."""
    demand(request, LIMITS["login"], f"user:{who.user_id}")
    signed_in = authority.change_password(who, current=wish.current, new=wish.new)
    return _hand_over(signed_in, wish.refresh_in, request, response)


@router.get("/auth/me", summary="Who am I")
def me(who: Viewer, authority: TheAuthority) -> Me:
    """The caller, their tenant and role."""
    return show_me(authority.user(who), who)


@router.get("/users", summary="People of the tenant")
def list_users(who: OwnerPerson, authority: TheAuthority) -> list[UserOut]:
    """All of them, the oldest first."""
    return [show_user(one) for one in authority.users(who.tenant)]


@router.post("/users", status_code=201, summary="Let somebody in")
def invite_user(wish: Invitation, who: OwnerPerson, authority: TheAuthority) -> InvitedOut:
    """A new person of the tenant, with a password to hand over; it is shown this once."""
    user, password = authority.invite(who.tenant, email=wish.email, name=wish.name, role=wish.role)
    return InvitedOut(user=show_user(user), password=password)


@router.patch("/users/{user_id}", summary="Change a person's role, or shut them out")
def change_user(
    user_id: UserId, wish: UserChange, who: OwnerPerson, authority: TheAuthority
) -> UserOut:
    """Their tokens end at once. The last owner stays one."""
    changed = authority.change_user(
        who.tenant, user_id, role=wish.role, is_disabled=wish.is_disabled
    )
    return show_user(changed)


@router.get("/api-keys", summary="Keys of the tenant")
def list_keys(who: OwnerPerson, authority: TheAuthority) -> list[KeyOut]:
    """All of them, the newest first; revoked ones too."""
    return [show_key(one) for one in authority.keys(who.tenant)]


@router.post("/api-keys", status_code=201, summary="A key for a machine")
def create_key(wish: KeyWish, who: OwnerPerson, authority: TheAuthority) -> NewKeyOut:
    """It is shown this once, and sent as `Authorization: Bearer vpk_...`."""
    life = timedelta(days=wish.days) if wish.days else None
    made, key = authority.create_key(who, name=wish.name, role=wish.role, life=life)
    return NewKeyOut(**show_key(made).model_dump(), key=key)


@router.delete("/api-keys/{key_id}", status_code=204, summary="Revoke a key")
def revoke_key(key_id: KeyId, who: OwnerPerson, authority: TheAuthority) -> None:
    """It is refused from the next request on."""
    authority.revoke_key(who.tenant, key_id)


def _hand_over(
    signed_in: SignedIn, where: RefreshIn, request: Request, response: Response
) -> SignedInOut:
    if where == "cookie":
        response.set_cookie(
            REFRESH_COOKIE,
            signed_in.refresh_token,
            max_age=int(SESSION_LIFE.total_seconds()),
            path=_cookie_path(request),
            secure=request.url.scheme == "https",
            httponly=True,
            samesite="strict",
        )
    return show_signed_in(signed_in, refresh_in_body=where == "body")


def _cookie_path(request: Request) -> str:
    """Where this door is: browsers send the cookie nowhere else."""
    return request.url.path.rpartition("/")[0]
