"""How the material of a whole project stands, and what may be spent on it."""

from fastapi import APIRouter

from api.desks import ReadingDesk, WritingDesk
from api.idempotency import ONCE, IdempotentRoute
from api.routes.estimates import read_cost
from api.schemas.base import ProjectKey
from api.schemas.material import CapIn, MaterialOut, show_material
from api.schemas.providers import CostOut
from video_platform.agents.material import material_of

router = APIRouter(prefix="/projects/{key}", tags=["scenes"], route_class=IdempotentRoute)


@router.get("/material", summary="What is wanted, kept and stale of every scene")
def read_material(key: ProjectKey, desk: ReadingDesk) -> list[MaterialOut]:
    """Scenes in the order of the film, the music last; empty before the script is written."""
    return [show_material(one) for one in material_of(desk, key)]


@router.put("/cap", summary="Say what a project may spend", dependencies=[ONCE], tags=["costs"])
def change_cap(key: ProjectKey, cap: CapIn, desk: WritingDesk) -> CostOut:
    """What would pass it is refused before it is sent; never above what the operator allows."""
    desk.cap(key, cap.cap_usd)
    return read_cost(key, desk)
