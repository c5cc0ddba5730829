"""Variants: the same film in other languages."""

import json
from typing import Any

from fastapi import APIRouter, Depends, Response

from api.desks import ReadingDesk, WritingDesk
from api.idempotency import ONCE, IdempotentRoute
from api.limits import limited
from api.routes.projects import show_project
from api.schemas.base import ProjectKey
from api.schemas.projects import ProjectOut
from api.schemas.variants import VariantIn
from video_platform.agents.variants import (
    VariantWish,
    open_variant,
    script_document,
    variants_of,
)

router = APIRouter(
    prefix="/projects/{key}/variants", tags=["variants"], route_class=IdempotentRoute
)


@router.get("", summary="Keys of a film's variants")
def list_variants(key: ProjectKey, desk: ReadingDesk) -> list[str]:
    """Projects that were made from this one, the newest first."""
    desk.studio.projects.stored(key)
    return variants_of(desk.studio, key)


@router.get("/script", summary="The script to translate")
def read_script_to_translate(key: ProjectKey, desk: ReadingDesk) -> dict[str, Any]:
    """In the form a variant takes it back: translate `title` and each `narration`."""
    document: dict[str, Any] = json.loads(script_document(desk.script(key)))
    return document


@router.post(
    "",
    status_code=201,
    summary="Make a film in another language",
    dependencies=[ONCE, Depends(limited("generate"))],
)
def create_variant(
    key: ProjectKey, wish: VariantIn, desk: WritingDesk, response: Response
) -> ProjectOut:
    """Pictures, clips and music are shared; voice and captions are made anew.

    The translation is yours; a language model of the project translates on the command line.
    """
    made = open_variant(
        desk.studio,
        key,
        VariantWish(
            language=wish.language,
            translation=wish.translation,
            voice=wish.voice,
            shares_words=wish.share_words,
        ),
        is_built=wish.build,
    )
    return show_project(desk, desk.studio.projects.stored(made), response)
