"""Any S3 server as store: MinIO, AWS and others, told apart by the endpoint alone."""

import functools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from video_platform.errors import MediaMissing, StoreError

ReturnT = TypeVar("ReturnT")

_MISSING = {"404", "NoSuchKey", "NotFound"}


def _mapped(method: Callable[..., ReturnT]) -> Callable[..., ReturnT]:
    """Map botocore's exceptions once, here at the edge."""

    @functools.wraps(method)
    def call(self: "S3Blobs", *args: Any) -> ReturnT:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            return method(self, *args)
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", ""))
            if code in _MISSING:
                raise MediaMissing(f"s3://{self.bucket} has nothing under {args[0]}.") from error
            raise StoreError(f"s3://{self.bucket} refused {method.__name__}: {code}.") from error
        except BotoCoreError as error:
            raise StoreError(
                f"s3://{self.bucket} cannot be reached: {error}.",
                hint="Check VIDEO_PLATFORM_S3_ENDPOINT_URL and the AWS_* variables.",
            ) from error

    return call


class S3Blobs:
    """``Blobs`` in one bucket. Transfers stream in parts and carry checksums."""

    def __init__(self, bucket: str, prefix: str = "", *, endpoint_url: str = "") -> None:
        self.bucket = bucket
        self.prefix = f"{prefix}/" if prefix else ""
        self.endpoint_url = endpoint_url

    @functools.cached_property
    def _client(self) -> Any:
        import boto3
        from botocore.config import Config

        # Checksums only where the protocol requires them: several S3 servers reject the newer
        # trailing ones that boto3 sends by default.
        config = Config(
            connect_timeout=5,
            read_timeout=60,
            retries={"max_attempts": 4, "mode": "standard"},
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        # A session of its own: the default one keeps the first credentials it ever saw.
        session = boto3.session.Session()
        return session.client("s3", endpoint_url=self.endpoint_url or None, config=config)

    @_mapped
    def exists(self, key: str) -> bool:
        """See ``Blobs``."""
        from botocore.exceptions import ClientError

        try:
            self._client.head_object(Bucket=self.bucket, Key=self.prefix + key)
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") in _MISSING:
                return False
            raise
        return True

    @_mapped
    def upload(self, path: Path, key: str) -> None:
        """See ``Blobs``."""
        self._client.upload_file(str(path), self.bucket, self.prefix + key)

    @_mapped
    def download(self, key: str, path: Path) -> None:
        """See ``Blobs``; boto3 writes to a temporary name and renames."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._client.download_file(self.bucket, self.prefix + key, str(path))

    def direct_path(self, key: str) -> Path | None:  # noqa: ARG002 - S3 has no local files
        """See ``Blobs``."""
        return None

    def read(self, key: str) -> bytes | None:
        """See ``Blobs``."""
        try:
            return self._read(key)
        except MediaMissing:
            return None

    @_mapped
    def _read(self, key: str) -> bytes:
        answer = self._client.get_object(Bucket=self.bucket, Key=self.prefix + key)
        data: bytes = answer["Body"].read()
        return data

    @_mapped
    def write(self, key: str, data: bytes) -> None:
        """See ``Blobs``."""
        self._client.put_object(Bucket=self.bucket, Key=self.prefix + key, Body=data)

    def keys(self, prefix: str) -> Iterator[str]:
        """See ``Blobs``."""
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self.bucket, Prefix=self.prefix + prefix
        )
        for page in pages:
            for entry in page.get("Contents", ()):
                yield entry["Key"].removeprefix(self.prefix)

    def sweep(self) -> None:
        """See ``Blobs``; an upload cut short leaves nothing under its key."""

    def url(self, key: str) -> str:
        """See ``Blobs``."""
        return f"s3://{self.bucket}/{self.prefix}{key}"
