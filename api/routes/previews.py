"""Which films of a project can be watched while they are rendered, and how far they have come."""

from fastapi import APIRouter

from api.desks import ReadingDesk
from api.schemas.base import ProjectKey
from api.schemas.previews import PreviewOut, show_preview
from video_platform.montage.hls import PLAYLIST, preview_key

router = APIRouter(prefix="/projects/{key}/previews", tags=["media"])


@router.get("", summary="Films as far as they are rendered")
def list_previews(key: ProjectKey, desk: ReadingDesk) -> list[PreviewOut]:
    """One for each shape that has its first seconds; `POST /links` makes its address playable."""
    formats = desk.studio.projects.stored(key).brief.formats
    read = desk.studio.store.blobs.read
    found = [(ratio, read(preview_key(key, ratio, PLAYLIST))) for ratio in formats]
    return [show_preview(key, ratio, written.decode()) for ratio, written in found if written]
