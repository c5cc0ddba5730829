"""Jobs: building a project and publishing it stay apart, so a failed post never re-renders."""

import dagster as dg

from video_platform.domain.project import Stage

_MAX_RUNTIME = {"dagster/max_runtime": str(6 * 3600)}
"""Dagster has no limit of its own, and a run that lost its process would count as running."""

build_project = dg.define_asset_job(
    "build_project",
    selection=dg.AssetSelection.all() - dg.AssetSelection.assets(Stage.PUBLICATIONS.value),
    description="From the brief to finished films: every stage but publication.",
    tags=_MAX_RUNTIME,
)
publish_project = dg.define_asset_job(
    "publish_project",
    selection=dg.AssetSelection.assets(Stage.PUBLICATIONS.value),
    description="Put the finished films on their platforms, once.",
    tags=_MAX_RUNTIME,
)
JOBS = (build_project, publish_project)
