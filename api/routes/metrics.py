"""How publications fare over time: single ones, those of a project, those on a network."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.deps import TenantStudio, Viewer
from api.schemas.accounts import PlatformKey
from api.schemas.base import ProjectKey
from api.schemas.publications import (
    Moment,
    ProjectMetrics,
    PublicationId,
    SeriesOut,
    show_counts,
    show_series,
)
from video_platform.agents.figures import Series, by_platform
from video_platform.agents.publications import PublicationDesk, require_platform
from video_platform.db.repositories.metrics import PublicationMetrics

router = APIRouter(tags=["metrics"])
_From = Annotated[Moment | None, Query(alias="from", description="Only from this moment on.")]
_To = Annotated[Moment | None, Query(alias="to", description="Only before this moment.")]


@router.get("/publications/{publication_id:hex}/metrics", summary="How a publication fares")
def read_publication_metrics(
    publication_id: PublicationId, _: Viewer, studio: TenantStudio
) -> SeriesOut:
    """Every look at it: often while it is new, rarely later."""
    publication = PublicationDesk(studio).get(publication_id)
    counts = PublicationMetrics(studio.database).series(publication_id)
    return show_counts(publication.platform, counts)


@router.get("/projects/{key}/metrics", summary="How a project fares")
def read_project_metrics(
    key: ProjectKey,
    _: Viewer,
    studio: TenantStudio,
    since: _From = None,
    until: _To = None,
) -> ProjectMetrics:
    """Its publications added up for every platform, a point for every day."""
    studio.projects.stored(key)
    found = by_platform(studio.database, project=key)
    series = [show_series(name, one, since, until) for name, one in found.items()]
    return ProjectMetrics(project=key, series=series)


@router.get("/platforms/{platform}/metrics", summary="How films fare on a network")
def read_platform_metrics(
    platform: PlatformKey,
    _: Viewer,
    studio: TenantStudio,
    since: _From = None,
    until: _To = None,
) -> SeriesOut:
    """All publications there added up, a point for every day."""
    require_platform(platform)
    found = by_platform(studio.database, platform=platform)
    return show_series(platform, found.get(platform, Series()), since, until)
