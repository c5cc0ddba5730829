"""Films, and the work that renders them."""

from datetime import datetime
from enum import StrEnum

from pydantic import Field

from api.schemas.assets import ASSET, AssetOut, show_asset
from api.schemas.base import Input, Output, ProjectRef, shown
from api.schemas.projects import Failure, show_failure
from video_platform.db.repositories.assets import Asset
from video_platform.domain.command import Command, CommandState
from video_platform.domain.formats import Format

_FILM = {
    **ASSET,
    "kind": "film",
    "stage": "montage",
    "scene": 0,
    "role": "film",
    "media_type": "video/mp4",
    "url": "/media/" + "ab" * 32 + ".mp4",
}


class Quality(StrEnum):
    """How a film is rendered."""

    PREVIEW = "preview"
    FINAL = "final"


class RenderWish(Input):
    """Films that are asked for."""

    model_config = shown(project="why-bread-rises-0123456789", formats=["16:9"], quality="final")

    project: ProjectRef
    formats: list[Format] = Field(
        default_factory=list, max_length=len(Format), description="None: all of the brief."
    )
    quality: Quality = Quality.FINAL


class RenderingOut(Output):
    """A rendering: its status resource, and its films once they are there."""

    model_config = shown(
        id=12,
        project="why-bread-rises-0123456789",
        state="succeeded",
        quality="final",
        formats=["16:9"],
        progress=1.0,
        sentence="",
        failure=None,
        films=[_FILM],
        created_at="2026-11-22T10:00:00Z",
        finished_at="2026-11-22T10:00:40Z",
    )

    id: int
    project: str
    state: CommandState
    quality: Quality
    formats: list[Format]
    progress: float
    sentence: str
    failure: Failure | None
    films: list[AssetOut]
    created_at: datetime | None
    finished_at: datetime | None


def show_rendered(
    command: Command, films: list[Asset], *, progress: float, sentence: str
) -> RenderingOut:
    """A rendering."""
    is_done = command.state is CommandState.SUCCEEDED
    return RenderingOut(
        id=command.id,
        project=command.project,
        state=command.state,
        quality=Quality(command.arguments.get("quality", Quality.FINAL)),
        formats=[Format(ratio) for ratio in command.arguments.get("formats", [])],
        progress=1.0 if is_done else progress,
        sentence=sentence,
        failure=show_failure(command.failure),
        films=[show_asset(one) for one in films],
        created_at=command.created_at,
        finished_at=command.finished_at,
    )
