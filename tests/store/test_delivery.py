"""Addresses for a network of caches: signed, equal for an hour, checked by the real store."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from tests.store.test_store import _bucket, real_s3  # noqa: F401 - a fixture
from video_platform.domain.media import Media
from video_platform.errors import NotConfigured
from video_platform.store import Delivery, MediaStore, open_store
from video_platform.store.delivery import Signer
from video_platform.store.s3 import S3Blobs

LASTING = "public, max-age=31536000, immutable"
FILM = bytes(range(256)) * 500


class Signed:
    """A backend that knows its account and nothing else."""

    def signer(self) -> Signer:
        return Signer("AKIDEXAMPLE", "secret", "us-east-1")

    def path_of(self, key: str) -> str:
        return f"/films/{key}"


def _media() -> Media:
    return Media(sha256="ab" * 32, media_type="video/mp4", size_bytes=5)


def _at(hour: int, minute: int) -> Delivery:
    return Delivery(
        Signed(), "https://cdn.test/", now=lambda: datetime(2026, 11, 23, hour, minute, tzinfo=UTC)
    )


def test_everybody_has_the_same_address_for_an_hour_and_at_least_six_hours_of_it() -> None:
    early, late, next_hour = (_at(*time).address(_media()) for time in ((9, 0), (9, 59), (10, 0)))
    assert early.url == late.url
    assert next_hour.url != late.url
    assert early.expires_in == 7 * 3600
    assert late.expires_in == 6 * 3600 + 60


def test_an_address_is_below_the_networks_name_and_gives_no_secret_away() -> None:
    parts = urlsplit(_at(9, 0).address(_media()).url)
    assert (parts.scheme, parts.netloc) == ("https", "cdn.test")
    assert parts.path == f"/films/media/ab/{'ab' * 32}.mp4"
    assert dict(parse_qsl(parts.query))["X-Amz-Expires"] == "25200"
    assert "secret" not in parts.query


@pytest.mark.parametrize(
    "wrong",
    ["cdn.test", "ftp://cdn.test", "https://cdn.test/films", "https://u:p@cdn.test", "https://"],
)
def test_an_address_of_no_network_is_refused(wrong: str) -> None:
    with pytest.raises(NotConfigured):
        Delivery(Signed(), wrong)


def test_a_network_before_a_local_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotConfigured):
        open_store(tmp_path.as_uri(), cache_dir=tmp_path, cdn_base_url="https://cdn.test")


@pytest.fixture
def served(request: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MediaStore:
    """A store on the real S3 server, reached by viewers under another name of it."""
    keys = dict(request.getfixturevalue("real_s3"))
    endpoint = keys.pop("S3_ENDPOINT_URL")
    for name, value in keys.items():
        monkeypatch.setenv(name, value)
    try:
        _bucket(endpoint)
    except Exception as error:  # noqa: BLE001 - made by the test before this one
        assert "Already" in str(error)  # noqa: PT017
    viewers = endpoint.replace("127.0.0.1", "localhost")
    assert viewers != endpoint
    return open_store(
        f"s3://films/{tmp_path.name}",
        cache_dir=tmp_path / "cache",
        s3_endpoint_url=endpoint,
        cdn_base_url=viewers,
    )


def _address(store: MediaStore, media: Media, name: str = "") -> str:
    assert store.delivery is not None
    return store.delivery.address(media, name=name).url


def _get(url: str, **headers: str) -> httpx.Response:
    return httpx.get(url, headers=headers, timeout=30)


def test_a_real_server_delivers_films_in_ranges_to_be_kept_for_ever(
    served: MediaStore, tmp_path: Path
) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(FILM)
    url = _address(served, served.put(path, "video/mp4"), "un été.mp4")
    whole, part = _get(url), _get(url, Range="bytes=250-260")
    assert (whole.status_code, whole.content) == (200, FILM)
    assert whole.headers["cache-control"] == LASTING
    assert whole.headers["content-type"] == "video/mp4"
    assert "attachment" in whole.headers["content-disposition"]
    assert (part.status_code, part.content) == (206, FILM[250:261])
    assert part.headers["content-range"] == f"bytes 250-260/{len(FILM)}"
    unchanged = _get(url, **{"If-None-Match": whole.headers["etag"]})
    assert unchanged.status_code == 304


def test_a_real_server_refuses_an_address_that_was_altered_or_is_over(
    served: MediaStore, tmp_path: Path
) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(FILM)
    media = served.put(path, "video/mp4")
    url = _address(served, media)
    other = _address(served, _media())
    assert _get(url.replace("X-Amz-Expires=25200", "X-Amz-Expires=99999")).status_code == 403
    assert _get(url.split("?")[0] + "?" + other.split("?")[1]).status_code == 403
    assert isinstance(served.blobs, S3Blobs)
    assert served.delivery is not None
    long_ago = Delivery(
        served.blobs,
        served.delivery.origin,
        now=lambda: datetime(2026, 1, 1, tzinfo=UTC),
    )
    assert _get(long_ago.address(media).url).status_code == 403


def test_only_media_may_be_kept_by_others_also_after_they_were_put_away(
    served: MediaStore, tmp_path: Path
) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(FILM)
    media, blobs = served.put(path, "video/mp4"), served.blobs
    assert isinstance(blobs, S3Blobs)
    blobs.write("projects/x.json", b"{}")

    def kept(key: str) -> str:
        place = {"Bucket": blobs.bucket, "Key": blobs.prefix + key}
        return str(blobs._client.head_object(**place).get("CacheControl"))

    assert kept("projects/x.json") == "private, no-store"
    blobs.move(media.key, f"trash/{media.key}")
    assert kept(f"trash/{media.key}") == "private, no-store"
    assert served.has(media)
    assert kept(media.key) == LASTING
