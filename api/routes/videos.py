"""Films: asked for, listed, downloaded. A film's id is the same wherever it stands."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from api.desks import ReadingDesk, WatchingDesk, WritingDesk
from api.downloads import RANGE_RESPONSES, Ranged, redirect_to_film, send_media
from api.idempotency import IdempotentRoute, once
from api.limits import limited
from api.pages import Cursor, Limit, cut, read_cursor
from api.routes.renderings import show_rendering
from api.schemas.assets import AssetOut, show_asset
from api.schemas.base import AnyId, Page
from api.schemas.videos import RenderingOut, RenderWish
from video_platform.agents.desk import Desk
from video_platform.db.repositories.assets import Asset
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
def render_video(wish: RenderWish, desk: WritingDesk, response: Response) -> RenderingOut:
    """Only what changed since the last time is rendered."""
    formats = list(dict.fromkeys(wish.formats))
    rendering_id = desk.render(wish.project, formats, wish.quality.value)
    response.headers["Location"] = f"/api/v1/renderings/{rendering_id}"
    return show_rendering(desk, rendering_id)


@router.get("/{film_id:uuid}", summary="One film")
def read_video(film_id: AnyId, desk: ReadingDesk) -> AssetOut:
    """As the list shows it, and as a rendering's `films` do."""
    return show_asset(_film(desk, film_id))


@router.get(
    "/{film_id:uuid}/download",
    summary="Download a film",
    response_class=Response,
    responses=RANGE_RESPONSES,
)
def download_video(film_id: AnyId, desk: WatchingDesk, wanted: Ranged) -> Response:
    """With ranges, under a readable name."""
    film = _film(desk, film_id)
    name = f"{film.project}-{film.format.replace(':', 'x')}.{film.media.extension}"
    elsewhere = redirect_to_film(desk, film.media, name=name)
    return elsewhere or send_media(desk, film.media, wanted, name=name)


def _film(desk: Desk, film_id: uuid.UUID) -> Asset:
    film = desk.asset(str(film_id))
    if film.kind != "film":
        raise NotFound(f"There is no film {film_id}.", hint="List them: GET /videos.")
    return film
