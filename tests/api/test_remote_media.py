"""Films that are in S3 go to the viewer piece by piece, in ranges, and lie nowhere on the way."""

from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from video_platform.agents.studio import Studio
from video_platform.db.repositories.assets import Item
from video_platform.settings import Settings

CONTENT = bytes(range(256)) * 40


@pytest.mark.parametrize(
    ("wanted", "status", "first", "last"),
    [
        (None, 200, 0, len(CONTENT) - 1),
        ("bytes=0-0", 206, 0, 0),
        ("bytes=250-260", 206, 250, 260),
        ("bytes=10000-", 206, 10000, len(CONTENT) - 1),
        ("bytes=-5", 206, len(CONTENT) - 5, len(CONTENT) - 1),
        ("bytes=-999999", 206, 0, len(CONTENT) - 1),
        ("bytes=5-999999", 206, 5, len(CONTENT) - 1),
        ("bytes=0-1,3-4", 200, 0, len(CONTENT) - 1),
        ("bytes=999999-", 416, 0, -1),
    ],
)
def test_a_remote_film_is_served_in_ranges_without_a_copy(
    wanted: str | None,
    status: int,
    first: int,
    last: int,
    settings: Settings,
    tmp_path: Path,
    moto_url: str,
    monkeypatch: pytest.MonkeyPatch,
    signed_in: Any,
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    import boto3

    boto3.session.Session().client("s3", endpoint_url=moto_url).create_bucket(Bucket="served")
    remote = settings.model_copy(
        update={"store_url": f"s3://served/{tmp_path.name}", "s3_endpoint_url": moto_url}
    )
    with TestClient(create_app(remote), raise_server_exceptions=False) as api:
        owner = signed_in(api)
        api.get("/api/v1/projects", headers=owner)
        studio: Studio = api.app.state.installation.studio("a")  # type: ignore[attr-defined]
        path = tmp_path / "film.mp4"
        path.write_bytes(CONTENT)
        media = studio.store.put(path, "video/mp4")
        with studio.database.session() as session, session.begin():
            studio.assets.add(
                session, Item(kind="video", media=media), project=None, stage="upload"
            )
        headers = {**owner, "Range": wanted} if wanted else owner
        answer = api.get(f"/api/v1/media/{media.sha256}.mp4", headers=headers)
    assert answer.status_code == status
    if status != 416:
        assert answer.content == CONTENT[first : last + 1]
        assert answer.headers["content-length"] == str(last - first + 1)
        assert answer.headers["etag"] == f'"{media.sha256}"'
    if status == 206:
        assert answer.headers["content-range"] == f"bytes {first}-{last}/{len(CONTENT)}"
    assert not (remote.home / "cache").exists()
