"""How films look: brand kits, style presets, directions of projects, own footage."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from api.desks import ReadingDesk, WritingDesk
from api.idempotency import ONCE, IdempotentRoute
from api.routes.projects import show_project
from api.schemas.assets import AssetOut, show_asset
from api.schemas.base import AnyId, IfMatch, ProjectKey, version_of
from api.schemas.kits import (
    DirectionChange,
    DirectionOut,
    KitIn,
    KitOut,
    MatchOut,
    PresetOut,
    StaleOut,
    TagsIn,
    show_directed,
    show_preset,
    show_stale,
    show_stored_kit,
)
from api.schemas.projects import ProjectOut
from video_platform.agents.footage import text_of
from video_platform.agents.looks import LookDesk

router = APIRouter(tags=["looks"], route_class=IdempotentRoute)
KitName = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$", examples=["harbour"])]


def _reader(desk: ReadingDesk) -> LookDesk:
    return LookDesk(desk.studio, desk.user)


def _writer(desk: WritingDesk) -> LookDesk:
    return LookDesk(desk.studio, desk.user)


Reader = Annotated[LookDesk, Depends(_reader)]
Writer = Annotated[LookDesk, Depends(_writer)]


@router.get("/kits", summary="Brand kits, by name")
def list_kits(desk: Reader) -> list[KitOut]:
    """All of them."""
    return [show_stored_kit(one, []) for one in desk.studio.kits.all()]


@router.get("/kits/{kit}", summary="One brand kit")
def read_kit(kit: KitName, desk: Reader, response: Response) -> KitOut:
    """`ETag` is its version."""
    stored = desk.studio.kits.get(kit)
    response.headers["ETag"] = f'"{stored.version}"'
    return show_stored_kit(stored, [])


@router.put("/kits/{kit}", summary="Store a brand kit", dependencies=[ONCE])
def put_kit(
    kit: KitName, wish: KitIn, desk: Writer, response: Response, if_match: IfMatch = None
) -> KitOut:
    """Its films change when they are built next; `stale` says which, nothing is made by itself."""
    made = wish.form().to_kit(desk.uploaded, desk.studio.store.path)
    stale = desk.stale(kit, made)
    stored = desk.put_kit(kit, made, version=version_of(if_match))
    response.headers["ETag"] = f'"{stored.version}"'
    return show_stored_kit(stored, stale)


@router.post("/kits/{kit}/stale", summary="What a change of a kit would make stale")
def check_kit(kit: KitName, wish: KitIn, desk: Writer) -> list[StaleOut]:
    """Nothing is stored."""
    return show_stale(desk.stale(kit, wish.form().to_kit(desk.uploaded, desk.studio.store.path)))


@router.delete("/kits/{kit}", status_code=204, summary="Forget a brand kit")
def delete_kit(kit: KitName, desk: Writer) -> None:
    """Refused while a project names it."""
    desk.studio.kits.remove(kit)


@router.get("/presets", summary="Style presets")
def list_presets(desk: Reader) -> list[PresetOut]:
    """The product's, and those of this installation."""
    presets = desk.studio.presets
    return [show_preset(name, presets.find(name)) for name in presets.names()]


@router.get("/projects/{key}/direction", summary="How a project's pictures are made")
def read_direction(key: ProjectKey, desk: Reader) -> DirectionOut:
    """Kit, sheets, candidates and footage."""
    return show_directed(desk.studio.projects.stored(key).brief.direction)


@router.patch("/projects/{key}/direction", summary="Change it", dependencies=[ONCE])
def change_direction(
    key: ProjectKey,
    change: DirectionChange,
    desk: Writer,
    response: Response,
    if_match: IfMatch = None,
) -> ProjectOut:
    """The script stays; pictures that are asked for otherwise are made anew by the next build."""
    stored = desk.direct(
        key,
        change.form(),
        desk.uploaded,
        version=version_of(if_match),
        is_built=change.build,
    )
    return show_project(desk, stored, response)


@router.get("/projects/{key}/footage", summary="What of the library fits which scene")
def list_footage(key: ProjectKey, desk: Reader) -> list[MatchOut]:
    """Used where the project prefers own footage; scenes that nothing fits are left out."""
    return [
        MatchOut(
            scene=scene_id,
            asset=found.asset.id,
            kind=found.asset.kind,
            text=text_of(found.asset),
            likeness=found.likeness,
        )
        for scene_id, found in sorted(desk.footage(key).items())
    ]


@router.put("/assets/{asset_id:uuid}/tags", summary="Say what an own file shows")
def tag_asset(asset_id: AnyId, said: TagsIn, desk: Writer) -> AssetOut:
    """It is found by these words and its name."""
    return show_asset(desk.tag(desk.asset(str(asset_id)), said.tags))
