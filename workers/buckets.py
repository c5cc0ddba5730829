"""``python -m workers.buckets``: make the buckets of media and of logs where they are missing."""

import os

from video_platform.settings import Settings
from workers.settings import LOGS_BUCKET_VARIABLE


def make_buckets(endpoint: str, names: list[str]) -> None:
    """Create those of the buckets that the S3 server does not have."""
    import boto3

    client = boto3.client("s3", endpoint_url=endpoint or None)
    there = {one["Name"] for one in client.list_buckets()["Buckets"]}
    for name in sorted(set(names) - there):
        client.create_bucket(Bucket=name)


def main() -> None:
    """Those the settings name."""
    settings = Settings()
    media = settings.store_url.removeprefix("s3://").partition("/")[0]
    make_buckets(settings.s3_endpoint_url, [media, os.environ[LOGS_BUCKET_VARIABLE]])


if __name__ == "__main__":
    main()
