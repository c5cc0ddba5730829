"""Films: rendered, listed, downloaded."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from api.desks import ReadingDesk, WatchingDesk, WritingDesk
from api.downloads import RANGE_RESPONSES, Ranged, send_media
from api.idempotency import IdempotentRoute, once
from api.limits import limited
from api.pages import Cursor, Limit, cut, read_cursor
from api.schemas.assets import AssetOut, show_asset
from api.schemas.base import CommandId, Page
from api.schemas.videos import RenderWish, VideoOut, show_video
from video_platform.agents.desk import Desk
from video_platform.domain.formats import Format
from video_platform.errors import NotFound

router = APIRouter(prefix="/videos", tags=["videos"], route_class=IdempotentRoute)


@router.get("", summary="Films, the newest first")
def list_videos(
    desk: ReadingDesk,
    project: Annotated[str, Query(max_length=80, pattern=r"^[a-z0-9-]*$")] = "",
    current: bool = True,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[AssetOut]:
    """Those of the latest cut, or all of them."""
    found = desk.assets.list(
        project=project,
        kind="film",
        is_current=True if current else None,
        before=read_cursor(cursor),
        limit=limit + 1,
    )
    page, following = cut(found, limit, lambda one: (one.created_at, one.id))
    return Page(items=[show_asset(one) for one in page], next=following)


@router.post(
    "/render",
    status_code=202,
    summary="Render films",
    dependencies=[once("build"), Depends(limited("render"))],
)
def render_video(wish: RenderWish, desk: WritingDesk, response: Response) -> VideoOut:
    """Only what changed since the last time is rendered."""
    formats = list(dict.fromkeys(wish.formats))
    video_id = desk.render(wish.project, formats, wish.quality.value)
    response.headers["Location"] = f"/api/v1/videos/{video_id}"
    return _show(desk, video_id)


@router.get("/{video_id:int}", summary="How a rendering goes")
def read_video(video_id: CommandId, desk: ReadingDesk) -> VideoOut:
    """Its state, and its films once they are there."""
    return _show(desk, video_id)


@router.get(
    "/{video_id:int}/download",
    summary="Download a film",
    response_class=Response,
    responses=RANGE_RESPONSES,
)
def download_video(
    video_id: CommandId, desk: WatchingDesk, wanted: Ranged, format: Format | None = None
) -> Response:
    """In one of its formats, default its first; with ranges, under a readable name."""
    video = desk.command(video_id)
    films = desk.films_of(video)
    film = next((one for one in films if format is None or one.format == format.value), None)
    if film is None:
        raise NotFound(
            f"Video {video_id} has no such film yet.", hint="Wait until its state is succeeded."
        )
    name = f"{video.project}-{film.format.replace(':', 'x')}.{film.media.extension}"
    return send_media(desk, film.media, wanted, name=name)


def _show(desk: Desk, video_id: int) -> VideoOut:
    command = desk.command(video_id)
    stored = desk.studio.projects.stored(command.project)
    return show_video(
        command, desk.films_of(command), progress=stored.progress, sentence=stored.sentence
    )
