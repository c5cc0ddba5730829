"""Timelines: read as tracks of clips, and edited."""

from fastapi import APIRouter, Response

from api.desks import ReadingDesk, WritingDesk
from api.idempotency import ONCE, IdempotentRoute
from api.schemas.base import IfMatch, ProjectKey, version_of
from api.schemas.timelines import TimelineEdits, TimelineOut, show_timeline
from video_platform.db.repositories.timelines import StoredTimeline

router = APIRouter(
    prefix="/projects/{key}/timeline", tags=["timelines"], route_class=IdempotentRoute
)


@router.get("", summary="The cut of a project")
def read_timeline(key: ProjectKey, desk: ReadingDesk, response: Response) -> TimelineOut:
    """What the montage was given last, and a person's changes; empty before anything was laid."""
    desk.studio.projects.stored(key)
    return _answer(desk.timelines.get(key), response)


@router.put("", summary="Edit the cut", dependencies=[ONCE])
def change_timeline(
    key: ProjectKey,
    edits: TimelineEdits,
    desk: WritingDesk,
    response: Response,
    if_match: IfMatch = None,
) -> TimelineOut:
    """The changes survive a new script or new pictures; only touched segments are rendered."""
    stored = desk.change_cut(
        key, edits.to_cut(), version=version_of(if_match), is_built=edits.build
    )
    return _answer(stored, response)


def _answer(stored: StoredTimeline, response: Response) -> TimelineOut:
    response.headers["ETag"] = f'"{stored.version}"'
    return show_timeline(stored)
