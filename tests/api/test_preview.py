"""A film is served while it is rendered, and nothing but the film."""

from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from video_platform.agents.studio import Studio
from video_platform.domain.brief import Brief
from video_platform.domain.formats import Format
from video_platform.montage.hls import PLAYLIST, preview_key

PROJECT = "why-bread-rises-0123456789"
PART = "0123456789ab-0000.ts"


@pytest.fixture
def owner(api: TestClient, signed_in: Any) -> dict[str, str]:
    headers: dict[str, str] = signed_in(api)
    return headers


@pytest.fixture
def studio(api: TestClient, owner: dict[str, str]) -> Studio:
    assert isinstance(api.app, FastAPI)
    studio: Studio = api.app.state.installation.studio("a")
    studio.projects.add(PROJECT, "Bread", Brief(text="Bread"))
    return studio


def address(name: str, *, project: str = PROJECT, slug: str = "16x9") -> str:
    return f"/api/v1/projects/{project}/preview/{slug}/{name}"


def test_playlist_is_fetched_anew_each_time_while_it_grows(
    api: TestClient, owner: dict[str, str], studio: Studio
) -> None:
    key = preview_key(PROJECT, Format.WIDE, PLAYLIST)
    for text in (b"#EXTM3U\n", b"#EXTM3U\n#EXT-X-ENDLIST\n"):
        studio.store.blobs.write(key, text)
        answer = api.get(address(PLAYLIST), headers=owner)
        assert (answer.status_code, answer.content) == (200, text)
        assert answer.headers["content-type"] == "application/vnd.apple.mpegurl"
        assert answer.headers["cache-control"] == "no-cache"


def test_part_is_video_that_may_be_kept_by_its_viewer_alone(
    api: TestClient, owner: dict[str, str], studio: Studio
) -> None:
    studio.store.blobs.write(preview_key(PROJECT, Format.TALL, PART), b"\x47" * 188)
    answer = api.get(address(PART, slug="9x16"), headers=owner)
    assert (answer.status_code, answer.content) == (200, b"\x47" * 188)
    assert answer.headers["content-type"] == "video/mp2t"
    assert "immutable" in answer.headers["cache-control"]
    assert "private" in answer.headers["cache-control"]


def test_another_tenants_film_is_not_there(api: TestClient, studio: Studio, signed_in: Any) -> None:
    studio.store.blobs.write(preview_key(PROJECT, Format.WIDE, PLAYLIST), b"#EXTM3U\n")
    assert api.get(address(PLAYLIST), headers=signed_in(api, tenant="b")).status_code == 404


@pytest.mark.parametrize(
    "wish",
    [
        address(PLAYLIST),
        address(PART),
        address(PLAYLIST, slug="16:9"),
        address(PLAYLIST, slug="2x1"),
        address("secret.txt"),
        address("..%2f..%2f..%2fplatform.db"),
        address(PLAYLIST, project="..%2fprojects"),
        address(PLAYLIST, project=".."),
        address(f"{PLAYLIST}%0a"),
        address(f"{PART}%00"),
    ],
)
def test_anything_else_is_refused(
    api: TestClient, owner: dict[str, str], studio: Studio, wish: str
) -> None:
    blobs = studio.store.blobs
    blobs.write("previews/secret.txt", b"secret")
    blobs.write(f"previews/{PROJECT}/16x9/secret.txt", b"secret")
    blobs.write(f"previews/{PROJECT}/2x1/{PLAYLIST}", b"secret")
    answer = api.get(wish, headers=owner)
    assert answer.status_code in (404, 422)
    assert b"secret" not in answer.content.replace(b"secret.txt", b"")
