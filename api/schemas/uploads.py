"""Files on their way in."""

from datetime import datetime

from pydantic import Field

from api.schemas.base import Input, Line, Name, Output, ProjectRef, Sha256, shown
from video_platform.agents.intake import MAX_CHUNK_BYTES, MAX_UPLOAD_BYTES
from video_platform.db.repositories.uploads import Upload, UploadState

_FILE = {
    "name": "kitchen.mp4",
    "media_type": "video/mp4",
    "size_bytes": 7340032,
    "sha256": "ab" * 32,
    "project": "why-bread-rises-0123456789",
}


class UploadIn(Input):
    """A file that is announced."""

    model_config = shown(**_FILE, licence="CC-BY-4.0", source="https://example.com/kitchen")

    name: Line = Field(min_length=1)
    media_type: Line = Field(description="PNG, JPEG, WebP, MP4, WebM, WAV, FLAC, MP3 or M4A.")
    size_bytes: int = Field(ge=1, le=MAX_UPLOAD_BYTES)
    sha256: Sha256 | None = Field(default=None, description="Of the whole file; checked.")
    project: ProjectRef | None = None
    licence: Name = Field(
        default="",
        description="What allows its use: an SPDX identifier such as CC-BY-4.0, or free text; "
        "empty: nobody knows.",
    )
    source: Line = Field(default="", description="Where the licence stands: an address or a file.")


class UploadOut(Output):
    """How far a file has come."""

    model_config = shown(
        id="3f2c8a4e-5b1d-4c76-9a3e-0f1b2c3d4e5f",
        **{**_FILE, "sha256": "ab" * 32},
        received_bytes=4194304,
        max_chunk_bytes=MAX_CHUNK_BYTES,
        state="open",
        asset=None,
        created_at="2026-11-22T10:00:00Z",
        expires_at="2026-11-23T10:00:00Z",
    )

    id: str
    project: str | None
    name: str
    media_type: str
    size_bytes: int
    sha256: str
    received_bytes: int = Field(description="Where the next piece begins.")
    max_chunk_bytes: int
    state: UploadState
    asset: str | None = Field(description="What it became, once it is `done`.")
    created_at: datetime
    expires_at: datetime


def show_upload(upload: Upload) -> UploadOut:
    """An upload."""
    return UploadOut(
        id=upload.id,
        project=upload.project,
        name=upload.name,
        media_type=upload.media_type,
        size_bytes=upload.size_bytes,
        sha256=upload.sha256,
        received_bytes=upload.received_bytes,
        max_chunk_bytes=MAX_CHUNK_BYTES,
        state=upload.state,
        asset=upload.asset,
        created_at=upload.created_at,
        expires_at=upload.expires_at,
    )
