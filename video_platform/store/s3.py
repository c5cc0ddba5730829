"""Any S3 server as store: MinIO, AWS and others, told apart by the endpoint alone."""

import base64
import contextlib
import functools
import hashlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from video_platform.domain.media import EXTENSIONS
from video_platform.errors import MediaMissing, StoreError
from video_platform.store.base import Stored
from video_platform.store.delivery import Signer

ReturnT = TypeVar("ReturnT")

LASTING = "public, max-age=31536000, immutable"
"""Media never change under their hash: a network of caches may keep them as long as it likes."""
_KEPT_BY_NOBODY = "private, no-store"
_MISSING = {"404", "NoSuchKey", "NotFound"}
_PART_BYTES = 16 << 20
"""Of an upload; 10,000 parts are allowed, so files may have 160 GB."""
_PIECE_BYTES = 1 << 20
_PARALLEL_PARTS = 4
"""Of a download or copy: with boto3's parts of 8 MB, 32 MB at once."""
_UNFINISHED = timedelta(days=1)
_TYPES = {extension: media_type for media_type, extension in EXTENSIONS.items()}


def _md5(data: bytes) -> str:
    """What every S3 server checks a request's body against."""
    return base64.b64encode(hashlib.md5(data, usedforsecurity=False).digest()).decode()


def _headers(key: str) -> dict[str, str]:
    """What the object is delivered with when a network of caches reads the bucket itself."""
    media_type = _TYPES.get(key.rpartition(".")[2], "application/octet-stream")
    lasting = LASTING if key.startswith("media/") else _KEPT_BY_NOBODY
    return {"ContentType": media_type, "CacheControl": lasting}


@contextlib.contextmanager
def _mapping(bucket: str, action: str, key: str) -> Iterator[None]:
    """Map what boto3 and the layers below it raise once, here at the edge."""
    from boto3.exceptions import Boto3Error
    from botocore.exceptions import BotoCoreError, ClientError
    from urllib3.exceptions import HTTPError

    try:
        yield
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        if code in _MISSING:
            raise MediaMissing(f"s3://{bucket} has nothing under {key}.") from error
        raise StoreError(f"s3://{bucket} refused {action}: {code}.") from error
    except (BotoCoreError, Boto3Error, HTTPError, ConnectionError) as error:
        raise StoreError(
            f"s3://{bucket} cannot be reached: {error}.",
            hint="Check VIDEO_PLATFORM_S3_ENDPOINT_URL and the AWS_* variables.",
        ) from error


def _mapped(method: Callable[..., ReturnT]) -> Callable[..., ReturnT]:
    """Run a whole method under ``_mapping``."""

    @functools.wraps(method)
    def call(self: "S3Blobs", *args: Any) -> ReturnT:
        with _mapping(self.bucket, method.__name__, str(args[0] if args else self.prefix)):
            return method(self, *args)

    return call


class S3Blobs:
    """``Blobs`` in one bucket. Transfers stream in parts and carry checksums."""

    def __init__(self, bucket: str, prefix: str = "", *, endpoint_url: str = "") -> None:
        self.bucket = bucket
        self.prefix = f"{prefix}/" if prefix else ""
        self.endpoint_url = endpoint_url

    @functools.cached_property
    def _session(self) -> Any:
        import boto3

        # A session of its own: the default one keeps the first credentials it ever saw.
        return boto3.session.Session()

    @functools.cached_property
    def _client(self) -> Any:
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
        return self._session.client("s3", endpoint_url=self.endpoint_url or None, config=config)

    @functools.cached_property
    def _transfers(self) -> Any:
        from boto3.s3.transfer import TransferConfig

        return TransferConfig(max_concurrency=_PARALLEL_PARTS)

    def exists(self, key: str) -> bool:
        """See ``Blobs``."""
        return self.stat(key) is not None

    def stat(self, key: str) -> Stored | None:
        """See ``Blobs``."""
        try:
            return self._stat(key)
        except MediaMissing:
            return None

    @_mapped
    def _stat(self, key: str) -> Stored:
        found = self._client.head_object(Bucket=self.bucket, Key=self.prefix + key)
        return Stored(key, found["ContentLength"], found["LastModified"].astimezone(UTC))

    @_mapped
    def upload(self, path: Path, key: str) -> None:
        """See ``Blobs``; every part carries its MD5, so that the server refuses a damaged one."""
        with path.open("rb") as reader:
            first = reader.read(_PART_BYTES)
            if len(first) < _PART_BYTES:
                self._put(key, first)
            else:
                self._put_in_parts(key, first, reader)

    def _put(self, key: str, data: bytes) -> None:
        place = {"Bucket": self.bucket, "Key": self.prefix + key}
        self._client.put_object(**place, Body=data, ContentMD5=_md5(data), **_headers(key))

    def _put_in_parts(self, key: str, data: bytes, reader: BinaryIO) -> None:
        place = {"Bucket": self.bucket, "Key": self.prefix + key}
        upload = self._client.create_multipart_upload(**place, **_headers(key))["UploadId"]
        parts: list[dict[str, Any]] = []
        try:
            while data:
                number = len(parts) + 1
                answer = self._client.upload_part(
                    **place, UploadId=upload, PartNumber=number, Body=data, ContentMD5=_md5(data)
                )
                parts.append({"ETag": answer["ETag"], "PartNumber": number})
                data = reader.read(_PART_BYTES)
            self._client.complete_multipart_upload(
                **place, UploadId=upload, MultipartUpload={"Parts": parts}
            )
        except BaseException:
            self._client.abort_multipart_upload(**place, UploadId=upload)
            raise

    @_mapped
    def download(self, key: str, path: Path) -> None:
        """See ``Blobs``; boto3 writes to a temporary name and renames."""
        path.parent.mkdir(parents=True, exist_ok=True)
        source = self.prefix + key
        self._client.download_file(self.bucket, source, str(path), Config=self._transfers)

    def stream(self, key: str, first: int, last: int) -> Iterator[bytes]:
        """See ``Blobs``."""
        body = self._open(key, first, last)
        try:
            with _mapping(self.bucket, "stream", key):
                yield from body.iter_chunks(_PIECE_BYTES)
        finally:
            body.close()

    @_mapped
    def _open(self, key: str, first: int, last: int) -> Any:
        wanted = f"bytes={first}-{last}"
        answer = self._client.get_object(Bucket=self.bucket, Key=self.prefix + key, Range=wanted)
        return answer["Body"]

    @_mapped
    def move(self, key: str, to: str) -> None:
        """See ``Blobs``; the server copies, and until the end the bytes are under both keys."""
        source = {"Bucket": self.bucket, "Key": self.prefix + key}
        # Said again: a copy in parts has nothing of its source but the bytes.
        headers = {**_headers(to), "MetadataDirective": "REPLACE"}
        target = self.prefix + to
        self._client.copy(source, self.bucket, target, headers, Config=self._transfers)
        self._client.delete_object(**source)

    @_mapped
    def delete(self, key: str) -> None:
        """See ``Blobs``."""
        self._client.delete_object(Bucket=self.bucket, Key=self.prefix + key)

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
        self._put(key, data)

    def keys(self, prefix: str) -> Iterator[str]:
        """See ``Blobs``."""
        return (found.key for found in self.objects(prefix))

    def objects(self, prefix: str) -> Iterator[Stored]:
        """See ``Blobs``."""
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self.bucket, Prefix=self.prefix + prefix
        )
        with _mapping(self.bucket, "objects", prefix):
            for page in pages:
                for entry in page.get("Contents", ()):
                    modified_at = entry["LastModified"].astimezone(UTC)
                    yield Stored(entry["Key"].removeprefix(self.prefix), entry["Size"], modified_at)

    @_mapped
    def sweep(self) -> None:
        """See ``Blobs``; the parts of an upload cut short cost room until it is given up."""
        begun_before = datetime.now(UTC) - _UNFINISHED
        pages = self._client.get_paginator("list_multipart_uploads").paginate(
            Bucket=self.bucket, Prefix=self.prefix
        )
        for page in pages:
            for one in page.get("Uploads", ()):
                if one["Initiated"].astimezone(UTC) < begun_before:
                    self._client.abort_multipart_upload(
                        Bucket=self.bucket, Key=one["Key"], UploadId=one["UploadId"]
                    )

    def signer(self) -> Signer:
        """See ``Signing``."""
        found = self._session.get_credentials()
        if found is None:
            raise StoreError(
                f"There are no credentials for s3://{self.bucket}.",
                hint="Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
            )
        keys = found.get_frozen_credentials()
        region = self._client.meta.region_name
        return Signer(keys.access_key, keys.secret_key, region, keys.token or "")

    def path_of(self, key: str) -> str:
        """See ``Signing``: the bucket is the first part, which every S3 server understands."""
        return f"/{self.bucket}/{self.prefix}{key}"

    def url(self, key: str) -> str:
        """See ``Blobs``."""
        return f"s3://{self.bucket}/{self.prefix}{key}"
