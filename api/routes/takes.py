"""One scene's material: its takes, going back, locks, and a person's own files in its place."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from api.desks import ReadingDesk, WritingDesk
from api.idempotency import ONCE, IdempotentRoute
from api.routes.projects import accepted
from api.schemas.assets import AssetOut, show_asset
from api.schemas.base import ProjectKey
from api.schemas.projects import CommandOut
from api.schemas.takes import OwnFile, TakeChoice
from video_platform.agents.takes import SceneDesk
from video_platform.domain.project import Stage

router = APIRouter(
    prefix="/projects/{key}/material/{stage}/{scene_id:int}",
    tags=["scenes"],
    route_class=IdempotentRoute,
)
Place = Annotated[int, Path(ge=0, le=10_000, description="Scene id; 0 for music.")]


def _reader(desk: ReadingDesk) -> SceneDesk:
    return SceneDesk(desk.studio, desk.user)


def _writer(desk: WritingDesk) -> SceneDesk:
    return SceneDesk(desk.studio, desk.user)


Reader = Annotated[SceneDesk, Depends(_reader)]
Writer = Annotated[SceneDesk, Depends(_writer)]


@router.get("/takes", summary="All versions of a scene's material")
def list_takes(key: ProjectKey, stage: Stage, scene_id: Place, desk: Reader) -> list[AssetOut]:
    """The newest first; own files among them have the provider `upload`."""
    return [show_asset(one) for one in desk.takes(key, stage, scene_id)]


@router.put("/take", status_code=202, summary="Go back to a take", dependencies=[ONCE])
def choose_take(
    key: ProjectKey,
    stage: Stage,
    scene_id: Place,
    choice: TakeChoice,
    desk: Writer,
    response: Response,
) -> CommandOut:
    """It takes the place of an own file, too; nothing is paid for it."""
    return accepted(desk, key, desk.pick_take(key, stage, scene_id, choice.take), response)


@router.put("/lock", status_code=204, summary="Lock what is there", dependencies=[ONCE])
def lock_material(key: ProjectKey, stage: Stage, scene_id: Place, desk: Writer) -> None:
    """Another take of it is refused until it is released; other scenes are free."""
    desk.lock(key, stage, scene_id)


@router.delete("/lock", status_code=202, summary="Release", dependencies=[ONCE])
def release_material(
    key: ProjectKey, stage: Stage, scene_id: Place, desk: Writer, response: Response
) -> CommandOut:
    """The lock or the own file goes, and the take that was wished for last comes back."""
    return accepted(desk, key, desk.release(key, stage, scene_id), response)


@router.put("/file", status_code=202, summary="Use a file of your own", dependencies=[ONCE])
def use_own_file(
    key: ProjectKey,
    stage: Stage,
    scene_id: Place,
    own: OwnFile,
    desk: Writer,
    response: Response,
) -> CommandOut:
    """An uploaded asset takes the place of what was made; the makers are not asked."""
    asset = desk.asset(str(own.asset))
    return accepted(desk, key, desk.replace_with(key, stage, scene_id, asset), response)
