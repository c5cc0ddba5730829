"""Media by content hash and small documents by key, in a local directory or in S3.

``open_store`` chooses by URL; everything above it is one code path. Imports ``domain`` and
``errors`` only.
"""

from pathlib import Path

from video_platform.errors import NotConfigured
from video_platform.store.base import Blobs
from video_platform.store.delivery import Address, Delivery
from video_platform.store.media import CACHE_BYTES, MediaStore

__all__ = ["Address", "Blobs", "Delivery", "MediaStore", "open_blobs", "open_store"]


def open_blobs(url: str, *, s3_endpoint_url: str = "") -> Blobs:
    """The backend behind a ``file://`` or ``s3://`` URL.

    Raises:
        NotConfigured: the URL is of another kind.
    """
    scheme, _, rest = url.partition("://")
    if scheme == "file" and rest:
        from video_platform.store.local import LocalBlobs

        return LocalBlobs.from_url(url)
    if scheme == "s3" and rest:
        from video_platform.store.s3 import S3Blobs

        bucket, _, prefix = rest.partition("/")
        return S3Blobs(bucket, prefix.strip("/"), endpoint_url=s3_endpoint_url)
    raise NotConfigured(
        f"{url!r} is not a media store.",
        hint="Set VIDEO_PLATFORM_STORE_URL to file:///path or s3://bucket/prefix.",
    )


def open_store(
    url: str,
    *,
    cache_dir: Path,
    s3_endpoint_url: str = "",
    cache_bytes: int = CACHE_BYTES,
    cdn_base_url: str = "",
) -> MediaStore:
    """A media store at ``url``; ``cache_dir`` holds up to ``cache_bytes`` of remote media.

    Args:
        cdn_base_url: where a network of caches delivers what is in S3; empty: nowhere.

    Raises:
        NotConfigured: a URL is of another kind, or ``cdn_base_url`` stands before a local store.
    """
    blobs = open_blobs(url, s3_endpoint_url=s3_endpoint_url)
    delivery = _delivery(blobs, cdn_base_url) if cdn_base_url else None
    return MediaStore(blobs, cache_dir, cache_bytes=cache_bytes, delivery=delivery)


def _delivery(blobs: Blobs, cdn_base_url: str) -> Delivery:
    from video_platform.store.s3 import S3Blobs

    if not isinstance(blobs, S3Blobs):
        raise NotConfigured(
            f"{cdn_base_url} cannot deliver media of a local folder.",
            hint="Set VIDEO_PLATFORM_STORE_URL to s3://bucket, or no VIDEO_PLATFORM_CDN_BASE_URL.",
        )
    return Delivery(blobs, cdn_base_url)
