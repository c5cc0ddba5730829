"""One contract for every backend: local directory, S3 in this process, and a real S3 server."""

import os
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.conftest import ROOT
from video_platform.domain.media import Media
from video_platform.errors import HashMismatch, MediaMissing, NotConfigured, StoreError
from video_platform.store import MediaStore, open_blobs, open_store
from video_platform.store.base import Blobs
from video_platform.store.media import IN_USE_S, TRASH, trim_cache
from video_platform.store.s3 import S3Blobs

_S3_SERVER = ROOT.parent / "shared" / "services" / "s3-server"


@pytest.fixture(scope="session")
def real_s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """A real S3 server, where its start script is at hand."""
    if not _S3_SERVER.exists():
        pytest.skip("no real S3 server here: its start script is not beside the project")
    env = {**os.environ, "S3_SERVER_DIR": str(tmp_path_factory.mktemp("s3"))}
    subprocess.run([_S3_SERVER, "start"], env=env, check=True, capture_output=True, timeout=280)
    try:
        shown = subprocess.run([_S3_SERVER, "env"], env=env, check=True, capture_output=True)
        lines = shown.stdout.decode().splitlines()
        pairs = (line.removeprefix("export ").partition("=") for line in lines)
        yield {name: value.strip("'\"") for name, _, value in pairs}
    finally:
        subprocess.run([_S3_SERVER, "stop"], env=env, check=False, capture_output=True)


def _bucket(endpoint: str) -> None:
    import boto3

    boto3.session.Session().client("s3", endpoint_url=endpoint).create_bucket(Bucket="films")


@pytest.fixture(params=["local", "moto", "server"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Blobs:
    if request.param == "local":
        return open_blobs((tmp_path / "store").as_uri())
    if request.param == "moto":
        endpoint = request.getfixturevalue("moto_url")
        keys = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
        keys["AWS_DEFAULT_REGION"] = "us-east-1"
    else:
        keys = dict(request.getfixturevalue("real_s3"))
        endpoint = keys.pop("S3_ENDPOINT_URL")
    for name, value in keys.items():
        monkeypatch.setenv(name, value)
    try:
        _bucket(endpoint)
    except Exception as error:  # noqa: BLE001 - made by the test before this one
        assert "Already" in str(error)  # noqa: PT017
    return open_blobs(f"s3://films/{tmp_path.name}", s3_endpoint_url=endpoint)


@pytest.fixture
def store(blobs: Blobs, tmp_path: Path) -> MediaStore:
    return MediaStore(blobs, tmp_path / "cache")


def test_document_reads_back_and_is_replaced_whole(blobs: Blobs) -> None:
    assert blobs.read("a/b.json") is None
    blobs.write("a/b.json", b"one")
    blobs.write("a/b.json", b"two")
    assert blobs.read("a/b.json") == b"two"
    assert list(blobs.keys("a/")) == ["a/b.json"]


def test_media_are_stored_once_under_their_hash(store: MediaStore, tmp_path: Path) -> None:
    first, second = tmp_path / "x.png", tmp_path / "y.png"
    for path in (first, second):
        path.write_bytes(b"picture")
    one, two = store.put(first, "image/png"), store.put(second, "image/png")
    assert one == two
    assert store.has(one)
    assert store.path(one).read_bytes() == b"picture"
    assert len(list(store.blobs.keys("media/"))) == 1


def test_large_media_pass_through_in_parts(store: MediaStore, tmp_path: Path) -> None:
    """20 MB is past the multipart threshold of S3 transfers."""
    path = tmp_path / "film.mp4"
    path.write_bytes(os.urandom(20 << 20))
    media = store.put(path, "video/mp4")
    assert store.path(media).stat().st_size == 20 << 20


def test_lost_media_are_named(store: MediaStore) -> None:
    lost = Media(sha256="0" * 64, media_type="image/png", size_bytes=1)
    assert not store.has(lost)
    with pytest.raises(MediaMissing, match="0000"):
        store.path(lost)


def test_bytes_that_changed_in_a_remote_store_are_refused(
    store: MediaStore, tmp_path: Path
) -> None:
    path = tmp_path / "x.png"
    path.write_bytes(b"picture")
    media = store.put(path, "image/png")
    if store.blobs.direct_path(media.key) is not None:
        pytest.skip("a local store is this machine's own disk")
    store.blobs.write(media.key, b"another")
    with pytest.raises(HashMismatch):
        store.path(media)


def test_key_cannot_leave_the_local_store(tmp_path: Path) -> None:
    blobs = open_blobs((tmp_path / "store").as_uri())
    with pytest.raises(StoreError, match="not a storage key"):
        blobs.read("../secret")


def test_failed_write_leaves_neither_file_nor_part(tmp_path: Path) -> None:
    store = open_store((tmp_path / "store").as_uri(), cache_dir=tmp_path / "cache")
    with pytest.raises(FileNotFoundError):
        store.put(tmp_path / "missing.png", "image/png")
    assert not any(path.is_file() for path in (tmp_path / "store").rglob("*"))


@pytest.mark.parametrize("url", ["", "ftp://host/x", "s3://", "media"])
def test_unknown_store_url_names_the_setting(url: str) -> None:
    with pytest.raises(NotConfigured, match="VIDEO_PLATFORM_STORE_URL"):
        open_blobs(url)


def test_a_range_is_read_without_a_local_copy(store: MediaStore, tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(bytes(range(256)) * 8192)
    media = store.put(path, "video/mp4")
    assert b"".join(store.stream(media, 255, 257)) == b"\xff\x00\x01"
    assert b"".join(store.stream(media, 0, media.size_bytes - 1)) == path.read_bytes()
    assert not (tmp_path / "cache").exists()


def test_what_was_put_out_of_the_way_is_taken_back(store: MediaStore, tmp_path: Path) -> None:
    path = tmp_path / "x.png"
    path.write_bytes(b"picture")
    media = store.put(path, "image/png")
    for use in (store.has, store.path, lambda one: store.put(path, "image/png")):
        store.blobs.move(media.key, TRASH + media.key)
        assert not store.blobs.exists(media.key)
        assert use(media)
        assert store.blobs.exists(media.key)
        assert not store.blobs.exists(TRASH + media.key)
    store.blobs.delete(media.key)
    store.blobs.delete(media.key)
    assert not store.has(media)
    with pytest.raises(MediaMissing):
        store.blobs.move(media.key, "elsewhere")


def test_objects_tell_their_size_and_age(blobs: Blobs) -> None:
    before = datetime.now(UTC) - timedelta(seconds=5)
    blobs.write("a/b.json", b"four")
    (found,) = blobs.objects("a/")
    assert (found.key, found.size_bytes) == ("a/b.json", 4)
    assert blobs.stat("a/b.json") == found
    assert before < found.modified_at < datetime.now(UTC) + timedelta(seconds=5)


def test_a_failed_upload_leaves_no_parts_behind(
    blobs: Blobs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not isinstance(blobs, S3Blobs):
        pytest.skip("parts are S3's")
    path = tmp_path / "film.mp4"
    path.write_bytes(bytes(40 << 20))
    marks = iter(["ICy5YqxZB1uWSwcVLSNLcA=="])
    monkeypatch.setattr("video_platform.store.s3._md5", lambda data: next(marks))
    with pytest.raises((StoreError, StopIteration)):
        blobs.upload(path, "media/film.mp4")
    uploads = blobs._client.list_multipart_uploads(Bucket=blobs.bucket, Prefix=blobs.prefix)
    assert not uploads.get("Uploads")
    assert not blobs.exists("media/film.mp4")


def test_local_copies_stay_within_their_bound(tmp_path: Path) -> None:
    sizes = {"old": 10, "older": 10, "in_use": 10}
    folder = tmp_path / "media" / "aa"
    folder.mkdir(parents=True)
    now = 1_000_000.0
    ages = {"old": IN_USE_S + 10, "older": IN_USE_S + 20, "in_use": IN_USE_S - 10}
    for name, size in sizes.items():
        (folder / name).write_bytes(bytes(size))
        os.utime(folder / name, (now - ages[name],) * 2)
    trim_cache(tmp_path, 20, now=now)
    assert {path.name for path in folder.iterdir()} == {"old", "in_use"}
    trim_cache(tmp_path, 0, now=now)
    assert {path.name for path in folder.iterdir()} == {"in_use"}


def test_s3_objects_say_how_long_they_last(blobs: Blobs, tmp_path: Path) -> None:
    if not isinstance(blobs, S3Blobs):
        pytest.skip("a directory has no headers")
    path = tmp_path / "film.mp4"
    path.write_bytes(b"film")
    media = MediaStore(blobs, tmp_path / "cache").put(path, "video/mp4")
    found = blobs._client.head_object(Bucket=blobs.bucket, Key=blobs.prefix + media.key)
    assert found["ContentType"] == "video/mp4"
    assert found["CacheControl"] == "public, max-age=31536000, immutable"
