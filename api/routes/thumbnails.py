"""Thumbnails: title variants for a film, and which of them goes out."""

from fastapi import APIRouter, Depends

from api.desks import ReadingDesk, WritingDesk
from api.idempotency import ONCE, IdempotentRoute
from api.limits import limited
from api.schemas.base import ProjectKey
from api.schemas.thumbnails import ThumbnailChoice, ThumbnailsIn, ThumbnailsOut
from video_platform.agents.thumbnails import (
    choose_thumbnail,
    make_thumbnails,
    read_thumbnails,
)
from video_platform.domain.formats import Format

router = APIRouter(
    prefix="/projects/{key}/thumbnails", tags=["thumbnails"], route_class=IdempotentRoute
)


@router.get("", summary="A film's thumbnails")
def list_thumbnails(
    key: ProjectKey, desk: ReadingDesk, format: Format | None = None
) -> ThumbnailsOut:
    """The variants that were made, and which goes out."""
    desk.studio.projects.stored(key)
    return ThumbnailsOut.of(read_thumbnails(desk.studio, key, format))


@router.post(
    "",
    status_code=201,
    summary="Draw thumbnails with titles",
    dependencies=[ONCE, Depends(limited("generate"))],
)
def create_thumbnails(key: ProjectKey, wish: ThumbnailsIn, desk: WritingDesk) -> ThumbnailsOut:
    """In place of earlier ones; nobody is asked for them, and none is chosen yet."""
    desk.studio.projects.stored(key)
    return ThumbnailsOut.of(make_thumbnails(desk.studio, key, wish.format, wish.titles))


@router.put("/choice", summary="Choose the thumbnail that goes out")
def choose(key: ProjectKey, wish: ThumbnailChoice, desk: WritingDesk) -> ThumbnailsOut:
    """From the next publication on."""
    desk.studio.projects.stored(key)
    return ThumbnailsOut.of(choose_thumbnail(desk.studio, key, wish.number, wish.format))
