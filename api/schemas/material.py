"""How the material of scenes stands, and what a project may spend on it."""

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from api.schemas.base import Input, Output, shown
from video_platform.agents.material import Material
from video_platform.domain.project import Stage

MOST_USD = 1_000_000
Usd = Annotated[Decimal, Field(ge=0, le=MOST_USD, decimal_places=6)]


class MaterialOut(Output):
    """One place of a film: a scene's picture, voice or clip, or the music."""

    model_config = shown(
        stage="scene_images",
        scene=3,
        take=1,
        takes=2,
        is_locked=False,
        is_own=False,
        is_stale=False,
    )

    stage: Stage
    scene: int = Field(description="0: of the whole film")
    take: int = Field(description="The take that is wanted, from 0.")
    takes: int = Field(description="How many takes were made; own files are not counted.")
    is_locked: bool
    is_own: bool = Field(description="A person's own file stands there.")
    is_stale: bool = Field(
        description="The scene was changed, or another take wished for, and nothing made of it yet."
    )


class CapIn(Input):
    """What one project may spend."""

    model_config = shown(cap_usd="5.00")

    cap_usd: Usd | None = Field(description="null: as the operator allows every project.")


def show_material(one: Material) -> MaterialOut:
    """One place."""
    return MaterialOut(
        stage=one.stage,
        scene=one.scene_id,
        take=one.take,
        takes=one.takes,
        is_locked=one.is_locked,
        is_own=one.is_own,
        is_stale=one.is_stale,
    )
