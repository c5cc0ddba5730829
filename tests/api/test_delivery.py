"""Finished films are delivered by the network of caches, where there is one; nothing else is."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import boto3
import httpx
import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from video_platform.agents.studio import Studio
from video_platform.db.repositories.assets import Item
from video_platform.domain.media import Media
from video_platform.settings import Settings

FILM, FILE = b"a film" * 999, b"a file" * 999


@dataclass
class Place:
    """An API before S3, its owner, and what they have: a film and a file of their own."""

    api: TestClient
    owner: dict[str, str]
    film: Media
    film_id: str
    file: Media
    file_id: str
    signed_in: Any

    def follow(self, url: str, **headers: str) -> httpx.Response:
        """What the API says, and not where that leads."""
        wanted = headers or self.owner
        answer: httpx.Response = self.api.get(url, headers=wanted, follow_redirects=False)
        return answer

    def link(self, url: str) -> dict[str, Any]:
        answer = self.api.post("/api/v1/links", json={"url": url}, headers=self.owner)
        found: dict[str, Any] = answer.json()
        return found


@pytest.fixture
def place(
    settings: Settings,
    tmp_path: Path,
    moto_url: str,
    monkeypatch: pytest.MonkeyPatch,
    signed_in: Any,
) -> Iterator[Place]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    boto3.session.Session().client("s3", endpoint_url=moto_url).create_bucket(Bucket="delivered")
    remote = settings.model_copy(
        update={
            "store_url": f"s3://delivered/{tmp_path.name}",
            "s3_endpoint_url": moto_url,
            "cdn_base_url": moto_url,
        }
    )
    with TestClient(create_app(remote), raise_server_exceptions=False) as api:
        owner = signed_in(api)
        api.get("/api/v1/projects", headers=owner)
        studio: Studio = api.app.state.installation.studio("a")  # type: ignore[attr-defined]
        media = []
        for name, content in (("film", FILM), ("file", FILE)):
            path = tmp_path / f"{name}.mp4"
            path.write_bytes(content)
            media.append(studio.store.put(path, "video/mp4"))
        film, file = media
        with studio.database.session() as session, session.begin():
            made = studio.assets.add(
                session, Item(kind="film", media=film), project=None, stage="upload"
            )
            other = studio.assets.add(
                session, Item(kind="video", media=file), project=None, stage="upload"
            )
        yield Place(api, owner, film, made.id, file, other.id, signed_in)


def _query(url: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(url).query))


def test_a_download_leads_to_the_film_under_its_name_and_stays_the_callers(place: Place) -> None:
    for kind in ("videos", "assets"):
        answer = place.follow(f"/api/v1/{kind}/{place.film_id}/download")
        assert answer.status_code == 307
        assert answer.headers["cache-control"] == "private, no-store"
        assert "attachment" in _query(answer.headers["location"])["response-content-disposition"]
        assert httpx.get(answer.headers["location"]).content == FILM


def test_a_link_of_a_film_is_an_address_of_the_network(place: Place) -> None:
    for url in (
        f"/api/v1/media/{place.film.sha256}.mp4",
        f"/videos/{place.film_id}/download",
    ):
        link = place.link(url)
        assert urlsplit(link["url"]).path.endswith(place.film.key)
        assert 6 * 3600 <= link["expires_in"] <= 7 * 3600
        found = httpx.get(link["url"], headers={"Range": "bytes=2-5"})
        assert (found.status_code, found.content) == (206, FILM[2:6])
        assert found.headers["cache-control"] == "public, max-age=31536000, immutable"


def test_a_player_is_led_there_and_a_page_that_fetches_is_served(place: Place) -> None:
    url = f"/api/v1/media/{place.film.sha256}.mp4"
    ticket = place.api.post("/api/v1/events/tickets", headers=place.owner).json()["ticket"]
    led = place.api.get(f"{url}?ticket={ticket}", follow_redirects=False)
    assert led.status_code == 307
    assert "response-content-disposition" not in _query(led.headers["location"])
    served = place.follow(url)
    assert (served.status_code, served.content) == (200, FILM)
    assert served.headers["cache-control"].startswith("private")


def test_what_is_no_finished_film_stays_with_the_api(place: Place) -> None:
    url = f"/api/v1/media/{place.file.sha256}.mp4"
    assert place.follow(url).content == FILE
    assert place.follow(f"/api/v1/assets/{place.file_id}/download").content == FILE
    assert place.link(url)["url"].startswith("/api/v1/media/")


def test_others_get_no_address_of_a_film(place: Place) -> None:
    stranger = place.signed_in(place.api, tenant="b")
    assert place.follow(f"/api/v1/videos/{place.film_id}/download", **stranger).status_code == 404
    wish = {"url": f"/videos/{place.film_id}/download"}
    assert place.api.post("/api/v1/links", json=wish, headers=stranger).status_code == 404
    wish = {"url": f"/media/{place.film.sha256}.mp4"}
    link = place.api.post("/api/v1/links", json=wish, headers=stranger).json()["url"]
    assert link.startswith("/api/v1/media/")
    assert place.api.get(link).status_code == 404
