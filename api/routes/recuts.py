"""Recuts: shorter films and other shapes of the same material."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from api.desks import ReadingDesk, WritingDesk
from api.idempotency import ONCE, IdempotentRoute
from api.limits import limited
from api.routes.projects import show_project
from api.schemas.base import ProjectKey
from api.schemas.projects import ProjectOut
from api.schemas.recuts import RecutIn, RecutPlanOut
from video_platform.agents.recuts import RecutWish, open_recut, plan_recut
from video_platform.domain.excerpt import LONGEST_S, SHORTEST_S

router = APIRouter(prefix="/projects/{key}/recuts", tags=["recuts"], route_class=IdempotentRoute)


@router.get("/plan", summary="What a shorter film would say")
def read_recut_plan(
    key: ProjectKey,
    desk: ReadingDesk,
    seconds: Annotated[int, Query(ge=SHORTEST_S, le=LONGEST_S)] = 30,
) -> RecutPlanOut:
    """The hook, the statements that tell most and the ending, as far as they fit."""
    desk.studio.projects.stored(key)
    planned = plan_recut(desk.studio, key, RecutWish(seconds=seconds))
    return RecutPlanOut(duration_s=planned.duration_ms / 1000, said=list(planned.said))


@router.post(
    "",
    status_code=201,
    summary="Cut a teaser or other shapes",
    dependencies=[ONCE, Depends(limited("generate"))],
)
def create_recut(
    key: ProjectKey, wish: RecutIn, desk: WritingDesk, response: Response
) -> ProjectOut:
    """A project of its own from the film's pictures, clips, voice and music: nothing is bought."""
    desk.studio.projects.stored(key)
    made = open_recut(
        desk.studio,
        key,
        RecutWish(seconds=wish.seconds, formats=wish.formats),
        is_built=wish.build,
    )
    return show_project(desk, desk.studio.projects.stored(made), response)
