"""Hints: what the publications that fared well had in common."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.desks import ReadingDesk
from api.schemas.hints import HintOut, HintsOut
from video_platform.agents.hints import hints_of

router = APIRouter(prefix="/hints", tags=["hints"])


@router.get("", summary="What went with more views")
def read_hints(
    desk: ReadingDesk,
    platform: Annotated[str, Query(max_length=40, description="Only of this network.")] = "",
) -> HintsOut:
    """Openings, lengths and times of day, compared at the age of two days; nothing follows."""
    found = hints_of(desk.studio, platform=platform)
    return HintsOut(
        posts=found.posts,
        is_enough=found.is_enough,
        hints=[
            HintOut(
                code=one.code,
                kind=one.kind,
                value=one.value,
                posts=one.posts,
                others=one.others,
                ratio=one.ratio,
            )
            for one in found.hints
        ],
    )
