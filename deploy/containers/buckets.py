"""Make the buckets of media and logs, where they are missing; any S3 server, run at every start."""

import os
import sys

import boto3
from botocore.exceptions import ClientError


def main() -> None:
    """End with 0 when both are there; errors of the server are the process's."""
    endpoint = os.environ.get("VIDEO_PLATFORM_S3_ENDPOINT_URL") or None
    client = boto3.session.Session().client("s3", endpoint_url=endpoint)
    media = os.environ["VIDEO_PLATFORM_STORE_URL"].removeprefix("s3://").partition("/")[0]
    for bucket in (media, os.environ["VIDEO_PLATFORM_LOGS_BUCKET"]):
        try:
            client.head_bucket(Bucket=bucket)
        except ClientError as error:
            if error.response["Error"]["Code"] not in ("404", "NoSuchBucket"):
                raise
            client.create_bucket(Bucket=bucket)
            sys.stdout.write(f"Made the bucket {bucket}.\n")


if __name__ == "__main__":
    main()
