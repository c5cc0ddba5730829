"""Accounts over HTTP: connected through a real network's pages by who began, and by nobody else."""

import base64
import hashlib
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from tests.publishing.emulators.base import Request
from tests.publishing.emulators.youtube import YouTubeEmulator
from tests.scenarios.server import Reply, json_reply
from video_platform.agents.studio import Studio
from video_platform.db.repositories.accounts import Health

V = "/api/v1"
A = f"{V}/accounts"
BACK = "http://localhost:3000/accounts/callback"
SECRETS = ("access-canary-1f", "refresh-canary-2e")
Headers = dict[str, str]


class Door(YouTubeEmulator):
    """A network that gives tokens for the verifier of the challenge its page was opened with."""

    challenge = ""
    codes = ("good-code",)

    def _token(self, request: Request) -> Reply:
        form = request.form()
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        proven = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        assert form["redirect_uri"] == BACK
        if proven != self.challenge or form["code"] not in self.codes:
            return json_reply({"error": "invalid_grant"}, 400)
        self.token = SECRETS[0]
        tokens = {"access_token": SECRETS[0], "refresh_token": SECRETS[1], "expires_in": 3599}
        return json_reply(tokens)


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> Iterator[Door]:
    with Door() as door:
        monkeypatch.setenv("YOUTUBE_CLIENT_ID", "client-id")
        monkeypatch.setenv("YOUTUBE_CLIENT_SECRET", "client-secret")
        monkeypatch.setenv("VIDEO_PLATFORM_YOUTUBE_BASE_URL", door.url)
        yield door


@pytest.fixture
def owner(api: TestClient, signed_in: Any) -> Headers:
    headers: Headers = signed_in(api)
    return headers


def studio_of(api: TestClient, tenant: str = "a") -> Studio:
    assert isinstance(api.app, FastAPI)
    studio: Studio = api.app.state.installation.studio(tenant)
    return studio


def begin(api: TestClient, who: Headers, network: Door, redirect_uri: str = BACK) -> str:
    """The state the browser is sent with."""
    wish = {"platform": "youtube", "redirect_uri": redirect_uri}
    answer = api.post(f"{A}/connect", json=wish, headers=who)
    assert answer.status_code == 200, answer.text
    sent = {name: one for name, (one,) in parse_qs(urlsplit(answer.json()["url"]).query).items()}
    assert (sent["redirect_uri"], sent["code_challenge_method"]) == (BACK, "S256")
    network.challenge = sent["code_challenge"]
    return sent["state"]


def finish(api: TestClient, who: Headers, state: str, code: str = "good-code") -> Any:
    return api.post(f"{A}/callback", json={"state": state, "code": code}, headers=who)


def connect(api: TestClient, who: Headers, network: Door) -> str:
    answer = finish(api, who, begin(api, who, network))
    assert answer.status_code == 200, answer.text
    return str(answer.json()["id"])


def test_an_account_is_connected_and_shows_no_secret(
    api: TestClient, owner: Headers, network: Door
) -> None:
    account = connect(api, owner, network)
    (listed,) = api.get(A, headers=owner).json()
    assert listed == api.get(f"{A}/{account}", headers=owner).json()
    assert (listed["name"], listed["external_id"]) == ("Bee films", "UC1")
    assert (listed["health"], listed["platform"]) == ("ok", "youtube")
    said = api.get(A, headers=owner).text
    assert not any(secret in said for secret in SECRETS)
    assert network.mistakes == []


def test_a_page_may_pass_the_query_on_as_it_is(
    api: TestClient, owner: Headers, network: Door
) -> None:
    asked = {"state": begin(api, owner, network), "code": "good-code"}
    answer = api.get(f"{A}/callback", params=asked, headers=owner)
    assert (answer.status_code, answer.json()["name"]) == (200, "Bee films")
    assert api.get(f"{A}/callback", params=asked).status_code == 401


def test_connecting_again_keeps_the_account_and_its_id(
    api: TestClient, owner: Headers, network: Door
) -> None:
    account = connect(api, owner, network)
    rows = studio_of(api).publish.accounts.rows
    rows.set_health(rows.get(account), Health.NEEDS_RECONNECT, "Access was taken back.")
    shown = api.get(f"{A}/{account}", headers=owner).json()
    assert (shown["health"], shown["health_why"]) == ("needs_reconnect", "Access was taken back.")
    assert connect(api, owner, network) == account
    assert api.get(f"{A}/{account}", headers=owner).json()["health"] == "ok"


def test_a_connection_is_for_who_began_it_and_once(
    api: TestClient, owner: Headers, network: Door, signed_in: Any
) -> None:
    state = begin(api, owner, network)
    others = [signed_in(api, tenant="b"), signed_in(api, role="editor")]
    assert [finish(api, who, state).status_code for who in others] == [422, 403]
    for wrong in ("", state[:-1], state + "x"):
        assert finish(api, owner, wrong).status_code == 422
    assert finish(api, owner, state).status_code == 200
    again = finish(api, owner, state)
    assert (again.status_code, again.json()["code"]) == (422, "connection_invalid")
    assert len(api.get(A, headers=owner).json()) == 1


def test_another_owner_of_the_tenant_cannot_end_it_either(
    api: TestClient, owner: Headers, network: Door
) -> None:
    """One who is sent a link by somebody else would connect their account for that one."""
    from api.deps import authority_of
    from video_platform.domain.access import Role

    assert isinstance(api.app, FastAPI)
    authority = authority_of(api.app)
    user, _ = authority.invite("a", email="second@a.test", name="", role=Role.OWNER)
    token = authority.open_session(user).access_token
    state = begin(api, owner, network)
    answer = finish(api, {"Authorization": f"Bearer {token}"}, state)
    assert (answer.status_code, answer.json()["code"]) == (422, "connection_invalid")


def test_a_code_that_the_network_refuses_connects_nothing(
    api: TestClient, owner: Headers, network: Door
) -> None:
    answer = finish(api, owner, begin(api, owner, network), "stolen-code")
    assert (answer.status_code, answer.json()["code"]) == (422, "connection_refused")
    swapped = begin(api, owner, network)
    network.challenge = "of another page"
    assert finish(api, owner, swapped).status_code == 422
    assert api.get(A, headers=owner).json() == []


def test_a_person_who_says_no_is_told_so(api: TestClient, owner: Headers, network: Door) -> None:
    state = begin(api, owner, network)
    asked = {"state": state, "error": "access_denied", "error_description": "You said no"}
    answer = api.get(f"{A}/callback", params=asked, headers=owner)
    assert (answer.status_code, answer.json()["code"]) == (422, "connection_refused")
    assert "You said no" in answer.json()["detail"]
    assert finish(api, owner, state, code="").json()["code"] == "connection_refused"


def test_a_network_that_is_down_is_no_fault_of_ours(
    api: TestClient, owner: Headers, network: Door
) -> None:
    state = begin(api, owner, network)
    network.arm("prepare", "unavailable")
    answer = finish(api, owner, state)
    assert (answer.status_code, answer.json()["code"]) == (409, "network_unavailable")


@pytest.mark.parametrize(
    "uri",
    [
        "https://evil.test/accounts/callback",
        "http://localhost.evil.test/",
        "http://localhost@evil.test/",
        "https://localhost/",
        "http://[::1",
        "http://localhost/#fragment",
        "javascript:alert(1)",
        "",
    ],
)
def test_codes_are_carried_to_our_own_pages_only(
    api: TestClient, owner: Headers, network: Door, uri: str
) -> None:
    wish = {"platform": "youtube", "redirect_uri": uri}
    answer = api.post(f"{A}/connect", json=wish, headers=owner)
    assert answer.status_code == 422
    assert answer.json()["code"] in ("redirect_refused", "request_invalid")


@pytest.mark.parametrize(
    ("platform", "status", "code"),
    [
        ("nowhere", 422, "platform_unknown"),
        ("local_channel", 422, "account_not_needed"),
        ("youtube", 409, "platform_not_configured"),
    ],
)
def test_what_cannot_be_connected_says_why(
    api: TestClient, owner: Headers, platform: str, status: int, code: str
) -> None:
    wish = {"platform": platform, "redirect_uri": BACK}
    answer = api.post(f"{A}/connect", json=wish, headers=owner)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_disconnected_account_has_no_tokens_and_takes_no_posts(
    api: TestClient, owner: Headers, network: Door, signed_in: Any
) -> None:
    from video_platform.domain.brief import Brief

    account = connect(api, owner, network)
    assert api.delete(f"{A}/{account}", headers=signed_in(api, tenant="b")).status_code == 404
    assert api.delete(f"{A}/{account}", headers=owner).status_code == 204
    assert api.get(A, headers=owner).json() == []
    assert api.get(f"{A}/{account}", headers=owner).json()["health"] == "disconnected"
    stored = studio_of(api).publish.accounts.rows.get(account)
    assert (stored.sealed_access, stored.sealed_refresh) == ("", "")
    studio_of(api).projects.add("bread-0123456789", "Bread", Brief(text="Bread"))
    wish = {"project": "bread-0123456789", "accounts": [account]}
    answer = api.post(f"{V}/publications", json=wish, headers=owner)
    assert (answer.status_code, answer.json()["code"]) == (422, "account_missing")


def test_a_film_goes_out_to_an_account_that_was_connected_here(
    api: TestClient, owner: Headers, network: Door, tmp_path: Any
) -> None:
    from tests.api.test_publications import KEY, add_film
    from video_platform.domain.brief import Brief

    account, studio = connect(api, owner, network), studio_of(api)
    studio.projects.add(KEY, "Bread", Brief(text="Bread"))
    add_film(studio, tmp_path)
    post = {"title": "Bread", "privacy": "unlisted"}
    wish = {"project": KEY, "accounts": [account], "post": post}
    made = api.post(f"{V}/publish", json=wish, headers=owner).json()["publications"][0]
    (held,) = studio.publish.rows.claim_due()
    studio.publish.machine.work_on(held)
    shown = api.get(f"{V}/publications/{made['id']}", headers=owner).json()
    assert (shown["state"], shown["error"]) == ("published", None)
    assert shown["url"]
    assert shown["disclosure"]["is_declared"]
    (commit,) = network.commits
    assert commit["privacyStatus"] == "unlisted"
    assert network.mistakes == []


def test_weekly_times_are_replaced_as_a_whole(
    api: TestClient, owner: Headers, network: Door, signed_in: Any
) -> None:
    where = f"{A}/{connect(api, owner, network)}/slots"
    assert api.get(where, headers=owner).json() == {"slots": [], "next_free_at": None}
    slots = [
        {"weekday": 4, "time": "17:30", "zone": "Africa/Casablanca"},
        {"weekday": 0, "time": "09:00", "zone": "Europe/Paris"},
    ]
    put = api.put(where, json={"slots": [*slots, slots[0]]}, headers=owner)
    assert put.json()["slots"] == slots[::-1]
    assert put.json()["next_free_at"]
    editor, viewer = signed_in(api, role="editor"), signed_in(api, role="viewer")
    assert api.put(where, json={"slots": slots[:1]}, headers=editor).json()["slots"] == slots[:1]
    assert api.put(where, json={"slots": []}, headers=viewer).status_code == 403
    assert api.get(where, headers=viewer).json()["slots"] == slots[:1]


@pytest.mark.parametrize(
    "change",
    [{"weekday": 7}, {"weekday": -1}, {"time": "24:00"}, {"time": "9:00"}, {"zone": "Mars/Base"}],
)
def test_what_is_no_time_of_a_week_is_refused(
    api: TestClient, owner: Headers, network: Door, change: dict[str, Any]
) -> None:
    where = f"{A}/{connect(api, owner, network)}/slots"
    slot = {"weekday": 0, "time": "09:00", "zone": "UTC", **change}
    assert api.put(where, json={"slots": [slot]}, headers=owner).status_code == 422
    assert api.get(where, headers=owner).json()["slots"] == []


PAGE = "/oauth/callback"


def come_back(api: TestClient, state: str, **more: str) -> Any:
    return api.get(PAGE, params={"state": state, "code": "good-code", **more})


def test_the_browser_that_began_connects_the_account_once(
    api: TestClient, owner: Headers, network: Door
) -> None:
    state = begin(api, owner, network)
    page = come_back(api, state)
    assert (page.status_code, "Bee films at youtube" in page.text) == (200, True)
    assert page.headers["content-type"].startswith("text/html")
    assert len(api.get(A, headers=owner).json()) == 1
    assert not any(secret in page.text for secret in (*SECRETS, state, "good-code"))
    assert "not the browser" in come_back(api, state).text


def test_another_browser_changes_nothing_and_is_told_how_to_go_on(
    api: TestClient, owner: Headers, network: Door
) -> None:
    state = begin(api, owner, network)
    api.cookies.clear()
    page = come_back(api, state)
    assert (page.status_code, "where you began" in page.text) == (200, True)
    assert api.get(A, headers=owner).json() == []
    assert finish(api, owner, state).status_code == 200


def test_a_state_of_somebody_else_is_refused_in_the_callback(
    api: TestClient, owner: Headers, network: Door, signed_in: Any
) -> None:
    state = begin(api, owner, network)
    api.cookies.clear()
    begin(api, signed_in(api, tenant="b"), network)
    page = come_back(api, state)
    assert (page.status_code, "was not connected" in page.text) == (422, True)
    assert api.get(A, headers=owner).json() == []


def test_a_person_who_says_no_reads_words_and_no_markup_of_the_address(
    api: TestClient, owner: Headers, network: Door
) -> None:
    page = come_back(api, begin(api, owner, network), error="<script>no</script>")
    assert page.status_code == 422
    assert "<script>" not in page.text
    assert "video-platform" not in page.text
