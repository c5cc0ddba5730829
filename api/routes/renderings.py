"""Renderings: how the work goes that `POST /videos/render` asked for, and the films it left."""

from fastapi import APIRouter

from api.desks import ReadingDesk
from api.schemas.base import CommandId
from api.schemas.videos import RenderingOut, show_rendered
from video_platform.agents.desk import Desk

router = APIRouter(prefix="/renderings", tags=["videos"])


@router.get("/{rendering_id:int}", summary="How a rendering goes")
def read_rendering(rendering_id: CommandId, desk: ReadingDesk) -> RenderingOut:
    """Its state, and its films once they are there; their ids are those of `/videos`."""
    return show_rendering(desk, rendering_id)


def show_rendering(desk: Desk, rendering_id: int) -> RenderingOut:
    """A rendering with how far its project has come."""
    command = desk.command(rendering_id)
    stored = desk.studio.projects.stored(command.project)
    films = desk.films_of(command)
    return show_rendered(command, films, progress=stored.progress, sentence=stored.sentence)
