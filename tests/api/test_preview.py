"""A film is served while it is rendered, and nothing but the film."""

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from video_platform.bootstrap import build_studio
from video_platform.domain.formats import Format
from video_platform.montage.hls import PLAYLIST, preview_key
from video_platform.settings import Settings
from video_platform.store import Blobs

PROJECT = "why-bread-rises-0123456789"
PART = "0123456789ab-0000.ts"


@pytest.fixture
def client(settings: Settings) -> Iterator[TestClient]:
    with TestClient(create_app(settings)) as client:
        yield client


@pytest.fixture
def blobs(settings: Settings) -> Blobs:
    return build_studio(settings).store.blobs


def address(name: str, *, project: str = PROJECT, slug: str = "16x9") -> str:
    return f"/api/v1/projects/{project}/preview/{slug}/{name}"


def test_playlist_is_fetched_anew_each_time_while_it_grows(
    client: TestClient, blobs: Blobs
) -> None:
    key = preview_key(PROJECT, Format.WIDE, PLAYLIST)
    for text in (b"#EXTM3U\n", b"#EXTM3U\n#EXT-X-ENDLIST\n"):
        blobs.write(key, text)
        answer = client.get(address(PLAYLIST))
        assert (answer.status_code, answer.content) == (200, text)
        assert answer.headers["content-type"] == "application/vnd.apple.mpegurl"
        assert answer.headers["cache-control"] == "no-cache"


def test_part_is_video_that_may_be_kept(client: TestClient, blobs: Blobs) -> None:
    blobs.write(preview_key(PROJECT, Format.TALL, PART), b"\x47" * 188)
    answer = client.get(address(PART, slug="9x16"))
    assert (answer.status_code, answer.content) == (200, b"\x47" * 188)
    assert answer.headers["content-type"] == "video/mp2t"
    assert "immutable" in answer.headers["cache-control"]


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
def test_anything_else_is_not_found(client: TestClient, blobs: Blobs, wish: str) -> None:
    blobs.write("previews/secret.txt", b"secret")
    blobs.write(f"previews/{PROJECT}/16x9/secret.txt", b"secret")
    blobs.write(f"previews/{PROJECT}/2x1/{PLAYLIST}", b"secret")
    answer = client.get(wish)
    assert answer.status_code == 404
    assert b"secret" not in answer.content.replace(b"secret.txt", b"")


def test_missing_preview_is_a_problem_that_says_what_is_missing(client: TestClient) -> None:
    answer = client.get(address(PLAYLIST))
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["type"] == "media_missing"
    assert PROJECT in problem["title"]
    assert problem["detail"]
