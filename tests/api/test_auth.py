"""The door over HTTP: forged tokens, cookies, people, keys, and what every answer carries."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.deps import authority_of
from tests.api.conftest import PASSWORD, SignedIn, user_of
from video_platform.access.keyring import keyring_of_machine
from video_platform.access.tokens import AUDIENCE, ISSUER
from video_platform.domain.access import Role
from video_platform.settings import Settings

ME = "/api/v1/auth/me"
PUBLIC_KEY = """-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=
-----END PUBLIC KEY-----
"""


def _code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _registered(api: TestClient, **wish: str) -> dict[str, Any]:
    body = {"email": "ana@studio.test", "password": PASSWORD, **wish}
    answer = api.post("/api/v1/auth/register", json=body)
    assert answer.status_code == 201, answer.text
    tokens: dict[str, Any] = answer.json()
    return tokens


class Forger:
    """Has a valid token, everything in it, and, so that each other check is tried, its key."""

    def __init__(self, api: TestClient, settings: Settings) -> None:
        self.api = api
        app = api.app
        assert isinstance(app, FastAPI)
        self.authority = authority_of(app)
        self.signed_in = self.authority.open_session(user_of(app, tenant="a"))
        self.other = self.authority.open_session(user_of(app, tenant="b"))
        self.token = self.signed_in.access_token
        self.key = keyring_of_machine(settings.home / "token-keys")[0]
        self.claims = jwt.decode(
            self.token, self.key.secret, algorithms=["HS256"], audience=AUDIENCE
        )

    def sign(self, secret: bytes | None = None, **headers: Any) -> str:
        """A token with the valid claims and changed headers."""
        return self._encode(self.claims, secret, headers)

    def claim(self, **claims: Any) -> str:
        """A token with the valid headers and changed claims; None: left out."""
        wanted = {**self.claims, **claims}
        return self._encode({k: v for k, v in wanted.items() if v is not None}, None, {})

    def _encode(self, claims: dict[str, Any], secret: bytes | None, headers: Any) -> str:
        # By hand: the library refuses to write some of what an attacker may.
        head = {"alg": "HS256", "typ": "at+jwt", "kid": self.key.kid, **headers}
        parts = [_b64(json.dumps(one).encode()) for one in (head, claims)]
        signed = ".".join(parts).encode()
        if head["alg"] == "none":
            return f"{signed.decode()}."
        digest = hmac.digest(secret or self.key.secret, signed, hashlib.sha256)
        return f"{signed.decode()}.{_b64(digest)}"

    def in_s(self, seconds: int) -> int:
        return int((datetime.now(UTC) + timedelta(seconds=seconds)).timestamp())

    def after(self, act: Callable[[], object]) -> str:
        """The valid token, after something happened to its person."""
        act()
        return self.token

    def sign_out(self) -> None:
        self.authority.sign_out(self.authority.identify(self.token))

    def change_password(self) -> None:
        principal = self.authority.identify(self.token)
        self.authority.change_password(principal, current=PASSWORD, new="n" * 20)

    def change_user(self, **change: Any) -> None:
        user = self.signed_in.user
        self.authority.invite(user.tenant, email="second@a.test", name="", role=user.role)
        self.authority.change_user(user.tenant, user.id, **change)


def _b64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


ATTACKER = b"attacker" * 4
FORGED: dict[str, Callable[[Forger], str]] = {
    "no algorithm": lambda f: f.sign(alg="none"),
    "signed with a public key": lambda f: f.sign(PUBLIC_KEY.encode()),
    "unknown key": lambda f: f.sign(ATTACKER, kid="unknown"),
    "path as key": lambda f: f.sign(b"", kid="../../../dev/null"),
    "SQL as key": lambda f: f.sign(ATTACKER, kid="x' UNION SELECT 'attacker"),
    "key set by address": lambda f: f.sign(jku="https://attacker.test/keys"),
    "certificate by address": lambda f: f.sign(x5u="https://attacker.test/cert"),
    "key in the token": lambda f: f.sign(jwk={"kty": "oct", "k": _b64(ATTACKER)}),
    "unknown critical extension": lambda f: f.sign(crit=["exp2"], exp2=1),
    "expired": lambda f: f.claim(exp=f.in_s(-60)),
    "not yet valid": lambda f: f.claim(nbf=f.in_s(600), iat=f.in_s(600)),
    "without end": lambda f: f.claim(exp=None),
    "for somebody else": lambda f: f.claim(aud="another-api"),
    "from somebody else": lambda f: f.claim(iss="attacker"),
    "of another type": lambda f: f.sign(typ="JWT"),
    "refresh token": lambda f: f.signed_in.refresh_token,
    "cut": lambda f: f.token[:-10],
    "doubled": lambda f: f.token + "." + f.token,
    "64 kB": lambda f: f.claim(jti="j" * 65_536),
    "wrong case": lambda f: f.token.swapcase(),
    "another tenant's": lambda f: f.claim(tnt=f.other.user.tenant),
    "after the logout": lambda f: f.after(f.sign_out),
    "after a new password": lambda f: f.after(f.change_password),
    "after another role": lambda f: f.after(lambda: f.change_user(role=Role.VIEWER)),
    "after being disabled": lambda f: f.after(lambda: f.change_user(is_disabled=True)),
    "another environment's": lambda f: f.sign(b"e" * 32),
    # Beyond the list.
    "key identifier of a wrong type": lambda f: f.sign(kid=["a"]),
    "algorithm in the wrong case": lambda f: f.sign(alg="hs256"),
    "another algorithm": lambda f: f.sign(alg="HS512"),
    "two audiences": lambda f: f.claim(aud=[AUDIENCE, "another-api"]),
    "another tenant's session": lambda f: f.claim(
        sid=f.authority.identify(f.other.access_token).session_id
    ),
    "another user": lambda f: f.claim(sub=f.other.user.id),
    "newer version": lambda f: f.claim(ver=2),
    "version as truth": lambda f: f.claim(ver=True),
    "ticket": lambda f: f.authority.ticket(f.authority.identify(f.token)),
    "end as text": lambda f: f.claim(exp="soon"),
    "end without end": lambda f: f.claim(exp=float("inf")),
    "not a token": lambda _: "a.b.c",
    "spaces": lambda f: f"{f.token} {f.token}",
    "no claims at all": lambda f: f._encode({}, None, {}),
    "deep header": lambda f: f"{_b64(b'[' * 700)}.{f.token.partition('.')[2]}",
}


@pytest.fixture
def forger(api: TestClient, settings: Settings) -> Forger:
    return Forger(api, settings)


def test_the_forger_can_make_a_token_that_passes(api: TestClient, forger: Forger) -> None:
    """Else every forgery would be refused for its spelling."""
    assert api.get(ME, headers=_bearer(forger.token)).status_code == 200
    assert api.get(ME, headers=_bearer(forger.sign())).status_code == 200
    assert api.get(ME, headers=_bearer(forger.claim(jti="other"))).status_code == 200
    assert forger.claims["iss"] == ISSUER


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_or_ended_token_is_nobody(api: TestClient, forger: Forger, name: str) -> None:
    answer = api.get(ME, headers=_bearer(FORGED[name](forger)))
    assert _code(answer) == (401, "token_invalid")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Basic YTpi", "Token x", "Bearer\tx", "x" * 5000]
)
def test_without_a_bearer_token_nobody_is_asking(api: TestClient, header: str) -> None:
    answer = api.get(ME, headers={"Authorization": header})
    assert _code(answer) == (401, "unauthenticated")


def test_register_login_refresh_me_logout(api: TestClient) -> None:
    tokens = _registered(api, name="Ana", tenant="Studio Ana")
    assert tokens["token_type"] == "bearer"
    assert tokens["user"]["role"] == "owner"
    login = {"email": "ana@studio.test", "password": PASSWORD}
    tokens = api.post("/api/v1/auth/login", json=login).json()
    fresh = api.post("/auth/refresh", json={"refresh_token": tokens["refresh_token"]}).json()
    me = api.get(ME, headers=_bearer(fresh["access_token"])).json()
    assert me["user"]["name"] == "Ana"
    assert me["kind"] == "user"
    gone = api.post("/api/v1/auth/logout", headers=_bearer(fresh["access_token"]))
    assert (gone.status_code, gone.content) == (204, b"")
    for used in (tokens, fresh):
        assert api.get(ME, headers=_bearer(used["access_token"])).status_code == 401
        again = api.post("/auth/refresh", json={"refresh_token": used["refresh_token"]})
        assert _code(again) == (401, "session_over")


@pytest.mark.parametrize("prefix", ["/api/v1", ""])
def test_a_browser_keeps_its_refresh_token_where_no_script_reads_it(
    api: TestClient, prefix: str
) -> None:
    _registered(api)
    login = {"email": "ana@studio.test", "password": PASSWORD, "refresh_in": "cookie"}
    answer = api.post(f"{prefix}/auth/login", json=login)
    cookie = answer.headers["set-cookie"]
    assert answer.json()["refresh_token"] is None
    for part in ("HttpOnly", "SameSite=strict", f"Path={prefix}/auth;", "Max-Age=2592000"):
        assert part in cookie
    assert "Secure" not in cookie, "plain HTTP, on loopback"
    fresh = api.post(f"{prefix}/auth/refresh")
    assert fresh.json()["refresh_token"] is None
    assert fresh.headers["set-cookie"] != cookie
    api.post(f"{prefix}/auth/logout", headers=_bearer(fresh.json()["access_token"]))
    assert _code(api.post(f"{prefix}/auth/refresh")) == (401, "unauthenticated")


def test_over_https_the_cookie_is_secure(settings: Settings) -> None:
    from api.app import create_app

    with TestClient(create_app(settings), base_url="https://testserver") as api:
        body = {"email": "a@b.test", "password": PASSWORD, "refresh_in": "cookie"}
        answer = api.post("/api/v1/auth/register", json=body)
    assert "Secure" in answer.headers["set-cookie"]
    assert "max-age" in answer.headers["strict-transport-security"]


@pytest.mark.parametrize(
    ("rule", "public_url", "status"),
    [
        ("", "http://127.0.0.1:8001", 201),
        ("", "http://localhost:8001", 201),
        ("", "https://films.test", 403),
        ("", "http://127.0.0.1.films.test", 403),
        ("open", "https://films.test", 201),
        ("closed", "http://127.0.0.1:8001", 403),
    ],
)
def test_registration_is_open_on_loopback_or_where_the_operator_says_so(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, rule: str, public_url: str, status: int
) -> None:
    from api.app import create_app

    monkeypatch.setenv("VIDEO_PLATFORM_REGISTRATION", rule)
    monkeypatch.setenv("VIDEO_PLATFORM_TOKEN_KEYS", f"a={_b64(b's' * 32)}")
    where = settings.model_copy(update={"public_url": public_url})
    with TestClient(create_app(where)) as api:
        answer = api.post("/auth/register", json={"email": "a@b.test", "password": PASSWORD})
    assert answer.status_code == status
    if status == 403:
        assert answer.json()["code"] == "registration_closed"


def test_beyond_loopback_keys_for_tokens_must_be_given(settings: Settings) -> None:
    from api.app import create_app

    where = settings.model_copy(update={"public_url": "https://films.test"})
    with TestClient(create_app(where)) as api:
        answer = api.get(ME, headers=_bearer("x"))
    assert _code(answer) == (503, "not_configured")
    assert "VIDEO_PLATFORM_TOKEN_KEYS" in answer.json()["hint"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/auth/register", {"email": "a@b.test", "password": PASSWORD}),
        ("/auth/login", {"email": "a@b.test", "password": PASSWORD}),
        ("/auth/refresh", {"refresh_token": "x"}),
        ("/auth/password", {"current": PASSWORD, "new": PASSWORD}),
        ("/users", {"email": "a@b.test", "role": "viewer"}),
        ("/api-keys", {"name": "m"}),
    ],
)
@pytest.mark.parametrize("field", ["tenant_id", "id", "version", "is_admin"])
def test_a_field_nobody_knows_is_refused(
    api: TestClient, signed_in: SignedIn, path: str, body: dict[str, Any], field: str
) -> None:
    answer = api.post(path, json={**body, field: "x"}, headers=signed_in(api))
    assert _code(answer) == (422, "request_invalid")


def test_an_owner_lets_people_in_changes_and_shuts_them_out(
    api: TestClient, signed_in: SignedIn
) -> None:
    owner = signed_in(api)
    wish = {"email": "ben@a.test", "name": "Ben", "role": "editor"}
    made = api.post("/api/v1/users", json=wish, headers=owner)
    assert made.status_code == 201
    user, password = made.json()["user"], made.json()["password"]
    assert (user["tenant"], user["role"]) == ("a", "editor")
    login = {"email": "ben@a.test", "password": password}
    ben = _bearer(api.post("/auth/login", json=login).json()["access_token"])
    change = {"current": password, "new": "a new one of Ben's"}
    ben = _bearer(api.post("/auth/password", json=change, headers=ben).json()["access_token"])
    assert _code(api.get("/users", headers=ben)) == (403, "role_missing")
    path = f"/api/v1/users/{user['id']}"
    assert api.patch(path, json={"role": "viewer"}, headers=owner).json()["role"] == "viewer"
    assert api.get(ME, headers=ben).status_code == 401
    assert api.patch(path, json={"is_disabled": True}, headers=owner).json()["is_disabled"]
    emails = [one["email"] for one in api.get("/users", headers=owner).json()]
    assert emails == ["owner@a.test", "ben@a.test"]


def test_a_key_works_is_shown_once_and_ends_at_once(api: TestClient, signed_in: SignedIn) -> None:
    owner = signed_in(api)
    made = api.post("/api-keys", json={"name": "nightly", "role": "editor"}, headers=owner)
    key = made.json()["key"]
    me = api.get(ME, headers=_bearer(key)).json()
    assert (me["role"], me["kind"]) == ("editor", "key")
    listed = api.get("/api-keys", headers=owner)
    assert key not in listed.text
    assert listed.json()[0]["prefix"] == key[:12]
    assert api.delete(f"/api-keys/{made.json()['id']}", headers=owner).status_code == 204
    assert _code(api.get(ME, headers=_bearer(key))) == (401, "key_invalid")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/users"),
        ("POST", "/users"),
        ("GET", "/api-keys"),
        ("POST", "/api-keys"),
        ("POST", "/auth/password"),
        ("POST", "/auth/logout"),
        ("POST", "/events/tickets"),
    ],
)
def test_a_leaked_key_cannot_make_more_of_itself(
    api: TestClient, signed_in: SignedIn, method: str, path: str
) -> None:
    wish = {"name": "leaked", "role": "owner"}
    key = api.post("/api-keys", json=wish, headers=signed_in(api)).json()["key"]
    bodies: dict[str, Any] = {
        "/users": {"email": "evil@a.test", "role": "owner"},
        "/api-keys": wish,
        "/auth/password": {"current": PASSWORD, "new": "n" * 20},
    }
    body = bodies.get(path) if method == "POST" else None
    answer = api.request(method, path, json=body, headers=_bearer(key))
    assert _code(answer) == (403, "people_only")


def test_a_taken_address_and_a_wrong_password_give_nothing_away(api: TestClient) -> None:
    _registered(api)
    taken = api.post(
        "/auth/register", json={"email": "ana@studio.test", "password": "another " * 3}
    )
    assert _code(taken) == (409, "email_refused")
    tries = [("ana@studio.test", "wrong"), ("nobody@studio.test", PASSWORD)]
    answers = [
        api.post("/auth/login", json={"email": email, "password": password})
        for email, password in tries
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert answers[0].json() == answers[1].json()


def test_every_answer_carries_what_browsers_must_know(api: TestClient) -> None:
    for path in (ME, "/nowhere", "/openapi.json"):
        headers = api.get(path).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Frame-Options"] == "DENY"


def test_other_origins_may_call_only_when_they_are_named(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from api.app import create_app

    asked = {"Origin": "https://ui.test", "Access-Control-Request-Method": "POST"}
    with TestClient(create_app(settings)) as api:
        assert "access-control-allow-origin" not in api.options(ME, headers=asked).headers
    monkeypatch.setenv("VIDEO_PLATFORM_CORS_ORIGINS", '["https://ui.test"]')
    with TestClient(create_app(settings)) as api:
        allowed = api.options(ME, headers=asked).headers
        assert allowed["access-control-allow-origin"] == "https://ui.test"
        assert allowed["access-control-allow-credentials"] == "true"
        other = api.options(ME, headers={**asked, "Origin": "https://evil.test"}).headers
        assert "access-control-allow-origin" not in other


@pytest.mark.parametrize("declares_its_length", [True, False])
def test_a_body_that_is_too_large_is_refused(api: TestClient, declares_its_length: bool) -> None:
    from api.middleware import BODY_LIMIT_BYTES

    body = b"[" + b" " * BODY_LIMIT_BYTES
    content = body if declares_its_length else iter([body[:1000], body[1000:]])
    answer = api.post("/auth/login", content=content, headers={"Content-Type": "application/json"})
    assert _code(answer) == (413, "body_too_large")


def test_a_length_that_is_no_number_is_refused(api: TestClient) -> None:
    answer = api.post(
        "/auth/login", content=b"{}", headers={"Content-Length": "-1", "Content-Type": "x"}
    )
    assert answer.status_code in {400, 413}
