"""The built pages beside the API: served with a policy of their own, or said to be missing."""

import base64
import hashlib
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from tests.conftest import ROOT

SCRIPT = "document.documentElement.dataset.theme='dark'"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A build of one page in a folder that the API is told of."""
    folder = tmp_path / "out"
    (folder / "en" / "publish").mkdir(parents=True)
    page = f"<!doctype html><script>{SCRIPT}</script><script src='/_next/a.js'></script>"
    (folder / "en" / "index.html").write_text(page)
    (folder / "_next").mkdir()
    (folder / "_next" / "a.js").write_text("1")
    monkeypatch.setenv("VIDEO_PLATFORM_FRONTEND_DIR", str(folder))
    return folder


@pytest.fixture
def client(site: Path) -> TestClient:
    return TestClient(create_app(), follow_redirects=False)


def test_a_page_allows_the_scripts_that_stand_in_it_and_no_other(client: TestClient) -> None:
    policy = client.get("/en/").headers["content-security-policy"]
    digest = base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()
    assert f"script-src 'self' 'sha256-{digest}';" in policy
    assert "unsafe" not in policy


def test_a_page_that_did_not_change_keeps_its_policy(client: TestClient) -> None:
    first = client.get("/en/")
    again = client.get("/en/", headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    name = "content-security-policy"
    assert again.headers[name] == first.headers[name]


def test_a_page_that_was_built_again_gets_another_policy(client: TestClient, site: Path) -> None:
    before = client.get("/en/").headers["content-security-policy"]
    (site / "en" / "index.html").write_text("<!doctype html><script>other()</script>")
    assert client.get("/en/").headers["content-security-policy"] != before


@pytest.mark.parametrize(
    ("headers", "locale"),
    [
        ({"Accept-Language": "fr-CA,fr;q=0.9,en;q=0.8"}, "fr"),
        ({"Accept-Language": "de,ar;q=0.5"}, "ar"),
        ({"Accept-Language": "fr", "Cookie": "locale=ar"}, "ar"),
        ({"Accept-Language": "de", "Cookie": "locale=../x"}, "en"),
    ],
)
def test_the_door_leads_to_the_reader_s_language(
    client: TestClient, headers: dict[str, str], locale: str
) -> None:
    assert client.get("/", headers=headers).headers["location"] == f"/{locale}/"


def test_files_named_by_their_content_are_kept_and_pages_asked_for_again(
    client: TestClient,
) -> None:
    assert "immutable" in client.get("/_next/a.js").headers["cache-control"]
    assert client.get("/en/").headers["cache-control"] == "no-cache"


def test_nothing_outside_the_build_is_served(client: TestClient, site: Path) -> None:
    (site / "en-secret.txt").write_text("saffron")
    for path in ("/en/../en-secret.txt", "/en/%2e%2e/en-secret.txt", "/en/..%2fen-secret.txt"):
        answer = client.get(path)
        assert answer.status_code == 404
        assert "saffron" not in answer.text


def test_a_missing_build_is_said_and_the_api_runs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("VIDEO_PLATFORM_FRONTEND_DIR", str(tmp_path / "nothing"))
    client = TestClient(create_app(), follow_redirects=False)
    for path in ("/", "/en/", "/_next/a.js"):
        answer = client.get(path)
        assert answer.status_code == 503
        assert "make frontend" in answer.text
    assert client.get("/api/v1/healthz").status_code == 200


def test_locked_packages_name_no_registry() -> None:
    assert '"resolved"' not in (ROOT / "frontend" / "package-lock.json").read_text()
