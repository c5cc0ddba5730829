"""Assets: listed with their versions, made again, picked, downloaded."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from api.desks import ReadingDesk, WatchingDesk, WritingDesk
from api.downloads import RANGE_RESPONSES, Ranged, redirect_to_film, send_media
from api.idempotency import ONCE, IdempotentRoute, once
from api.limits import limited
from api.pages import Cursor, Limit, cut, read_cursor
from api.routes.projects import accepted
from api.schemas.assets import AssetOut, GenerationWish, LicenceIn, show_asset
from api.schemas.base import AnyId, Page
from api.schemas.projects import CommandOut
from video_platform.domain.project import Stage
from video_platform.domain.rights import state_terms

router = APIRouter(prefix="/assets", tags=["assets"], route_class=IdempotentRoute)
_Word = Annotated[str, Query(max_length=80, pattern=r"^[a-z0-9_-]*$")]


@router.get("", summary="Assets, the newest first")
def list_assets(
    desk: ReadingDesk,
    project: _Word = "",
    stage: Stage | None = None,
    kind: _Word = "",
    scene: Annotated[int | None, Query(ge=0, le=10_000)] = None,
    current: bool | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[AssetOut]:
    """Without `current` all versions are listed."""
    found = desk.assets.list(
        project=project,
        stage=stage.value if stage else "",
        kind=kind,
        scene_id=scene,
        is_current=current,
        before=read_cursor(cursor),
        limit=limit + 1,
    )
    page, following = cut(found, limit, lambda one: (one.created_at, one.id))
    return Page(items=[show_asset(one) for one in page], next=following)


@router.post(
    "/generate",
    status_code=202,
    summary="Make another take",
    dependencies=[once("regenerate"), Depends(limited("generate"))],
)
def generate_assets(wish: GenerationWish, desk: WritingDesk, response: Response) -> CommandOut:
    """Of some scenes or a whole stage; what was there before stays as a version."""
    command = desk.regenerate(wish.project, wish.stage, wish.scenes)
    return accepted(desk, wish.project, command, response)


@router.get("/{asset_id:uuid}", summary="One asset")
def read_asset(asset_id: AnyId, desk: ReadingDesk) -> AssetOut:
    """Where it comes from, what it cost, and where its bytes are."""
    return show_asset(desk.asset(str(asset_id)))


@router.get("/{asset_id:uuid}/versions", summary="All takes of an asset's place")
def list_versions(asset_id: AnyId, desk: ReadingDesk) -> list[AssetOut]:
    """The newest first."""
    return [show_asset(one) for one in desk.assets.versions(desk.asset(str(asset_id)))]


@router.put("/{asset_id:uuid}/licence", summary="State the licence of an uploaded file")
def state_licence(asset_id: AnyId, said: LicenceIn, desk: WritingDesk) -> AssetOut:
    """It counts from the next film on: credentials are signed anew when they say something else."""
    asset = desk.asset(str(asset_id))
    return show_asset(desk.state_terms(asset, state_terms(said.licence, said.source)))


@router.post(
    "/{asset_id:uuid}/pick", status_code=202, summary="Go back to a take", dependencies=[ONCE]
)
def pick_asset(asset_id: AnyId, desk: WritingDesk, response: Response) -> CommandOut:
    """It is used from now on, until another take is asked for; nothing is paid for it."""
    asset = desk.asset(str(asset_id))
    return accepted(desk, asset.project or "", desk.pick(asset), response)


@router.get(
    "/{asset_id:uuid}/download",
    summary="Download an asset",
    response_class=Response,
    responses=RANGE_RESPONSES,
)
def download_asset(
    asset_id: AnyId,
    desk: WatchingDesk,
    wanted: Ranged,
) -> Response:
    """The bytes under a readable name, with ranges."""
    asset = desk.asset(str(asset_id))
    stem = "-".join(
        part
        for part in (
            asset.project or "upload",
            asset.role or asset.kind,
            f"scene{asset.scene_id}" if asset.scene_id else "",
            asset.format.replace(":", "x"),
        )
        if part
    )
    name = f"{stem}.{asset.media.extension}"
    elsewhere = redirect_to_film(desk, asset.media, name=name)
    return elsewhere or send_media(desk, asset.media, wanted, name=name)
