"""Where the values of a project's stages are stored, and how one is read."""

from typing import TypeVar

from video_platform.domain.codec import from_manifest
from video_platform.domain.project import Stage
from video_platform.store.base import Blobs

ValueT = TypeVar("ValueT")


def current_key(stage: str, project: str) -> str:
    """Where a stage's latest value of one project stands."""
    return f"manifests/{stage}/{project}/current.json"


def read_current(blobs: Blobs, kind: type[ValueT], stage: Stage, project: str) -> ValueT | None:
    """A stage's latest value; nothing before it was made."""
    data = blobs.read(current_key(stage.value, project))
    return None if data is None else from_manifest(kind, data)
