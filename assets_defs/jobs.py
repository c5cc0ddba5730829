"""Jobs: building a project and publishing it stay apart, so a failed post never re-renders."""

import dagster as dg

from assets_defs.partitions import PROJECTS
from assets_defs.reporting import FormatSelection
from resources.failures import to_failure
from resources.studio import StudioResource
from video_platform.domain.project import Stage
from video_platform.errors import VideoPlatformError

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


@dg.op(description="A small version of each whole film, from the material that is there.")
def make_preview(
    context: dg.OpExecutionContext, config: FormatSelection, studio: StudioResource
) -> None:
    """See `agents.editor`."""
    try:
        core = studio.studio(context.partition_key)
        core.editor.preview(core.projects.get(context.partition_key), config.chosen())
    except VideoPlatformError as error:
        raise to_failure(error) from error


@dg.job(partitions_def=PROJECTS, tags=_MAX_RUNTIME, name="preview_project")
def preview_project() -> None:
    """Previews of one project: quick, small, and of no consequence for its films."""
    make_preview()


JOBS = (build_project, publish_project, preview_project)
