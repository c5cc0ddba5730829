"""Scripts and scenes: read, edited, reordered, made again."""

from fastapi import APIRouter, Depends, Response

from api.desks import ReadingDesk, WritingDesk
from api.idempotency import ONCE, IdempotentRoute, once
from api.limits import limited
from api.routes.projects import accepted, show_project
from api.schemas.base import IfMatch, ProjectKey, SceneId, version_of
from api.schemas.projects import CommandOut, ProjectOut
from api.schemas.scenes import (
    SceneChange,
    SceneOrder,
    SceneOut,
    ScriptChange,
    ScriptOut,
    TakeWish,
    show_scene,
    show_script,
)

router = APIRouter(prefix="/projects/{key}", tags=["scenes"], route_class=IdempotentRoute)


@router.get("/script", summary="The script")
def read_script(key: ProjectKey, desk: ReadingDesk) -> ScriptOut:
    """With every change a person made, those included that are not made into film yet."""
    return show_script(desk.script(key))


@router.patch(
    "/script", summary="Change several scenes at once", dependencies=[once("edit_scenes")]
)
def change_script(
    key: ProjectKey,
    change: ScriptChange,
    desk: WritingDesk,
    response: Response,
    if_match: IfMatch = None,
) -> ProjectOut:
    """Only what depends on the changed words is made anew."""
    stored = desk.edit_scenes(
        key,
        {one.id: one.to_edit() for one in change.scenes},
        version=version_of(if_match),
        is_built=change.build,
    )
    return show_project(desk, stored, response)


@router.get("/scenes", summary="The scenes, as they are seen")
def list_scenes(key: ProjectKey, desk: ReadingDesk) -> list[SceneOut]:
    """In the order of the film."""
    return [show_scene(scene) for scene in desk.script(key).scenes]


@router.put("/scenes/order", summary="Reorder the scenes", dependencies=[ONCE])
def reorder_scenes(
    key: ProjectKey,
    wish: SceneOrder,
    desk: WritingDesk,
    response: Response,
    if_match: IfMatch = None,
) -> ProjectOut:
    """Nothing is paid for it: pictures and voices stay those of their scenes."""
    stored = desk.reorder(key, wish.order, version=version_of(if_match), is_built=wish.build)
    return show_project(desk, stored, response)


@router.get("/scenes/{scene_id:int}", summary="One scene")
def read_scene(key: ProjectKey, scene_id: SceneId, desk: ReadingDesk) -> SceneOut:
    """What it says and shows."""
    return show_scene(desk.scene(key, scene_id))


@router.patch(
    "/scenes/{scene_id:int}", summary="Change one scene", dependencies=[once("edit_scenes")]
)
def change_scene(
    key: ProjectKey,
    scene_id: SceneId,
    change: SceneChange,
    desk: WritingDesk,
    response: Response,
    if_match: IfMatch = None,
) -> ProjectOut:
    """Its voice or picture is made anew at once, where its words changed."""
    desk.scene(key, scene_id)
    stored = desk.edit_scenes(key, {scene_id: change.to_edit()}, version=version_of(if_match))
    return show_project(desk, stored, response)


@router.post(
    "/scenes/{scene_id:int}/regenerate",
    status_code=202,
    summary="Make another take of a scene",
    dependencies=[once("regenerate"), Depends(limited("generate"))],
)
def regenerate_scene(
    key: ProjectKey, scene_id: SceneId, wish: TakeWish, desk: WritingDesk, response: Response
) -> CommandOut:
    """The other scenes stay, and so do earlier takes of this one."""
    desk.scene(key, scene_id)
    return accepted(desk, key, desk.regenerate(key, wish.stage, [scene_id]), response)
