"""An S3 server that is away is one documented error, whichever layer below noticed it."""

import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.chaos.proxy import Fault, FaultProxy
from video_platform.errors import MediaMissing, StoreError
from video_platform.store.s3 import S3Blobs


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")


def closed_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def raiser(error: Exception) -> Callable[..., Any]:
    def fail(*_args: object, **_options: object) -> None:
        raise error

    return fail


@pytest.mark.parametrize("kind", ["upload_failed", "retries", "protocol", "reset"])
def test_every_layers_lost_connection_is_a_store_error(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from boto3.exceptions import RetriesExceededError, S3UploadFailedError
    from urllib3.exceptions import ProtocolError

    errors: dict[str, Exception] = {
        "upload_failed": S3UploadFailedError("gone"),
        "retries": RetriesExceededError(OSError("gone")),
        "protocol": ProtocolError("gone"),
        "reset": ConnectionResetError("gone"),
    }
    blobs = S3Blobs("bucket", endpoint_url=f"http://127.0.0.1:{closed_port()}")
    monkeypatch.setattr(blobs._client, "download_file", raiser(errors[kind]))
    with pytest.raises(StoreError, match="cannot be reached") as caught:
        blobs.download("media/a.png", tmp_path / "a.png")
    assert not isinstance(caught.value, MediaMissing)


def test_a_reset_connection_is_a_store_error_for_lists_too() -> None:
    with FaultProxy(("127.0.0.1", closed_port())) as proxy, proxy.broken(Fault.RESET):
        blobs = S3Blobs("bucket", endpoint_url=f"http://127.0.0.1:{proxy.port}")
        with pytest.raises(StoreError, match="cannot be reached"):
            list(blobs.objects("media/"))
