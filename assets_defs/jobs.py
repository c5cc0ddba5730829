"""Jobs: building a project and publishing it stay apart, so a failed post never re-renders."""

import logging

import dagster as dg

from assets_defs.partitions import PROJECTS
from assets_defs.reporting import FormatSelection
from assets_defs.traces import place_of_run
from resources.failures import to_failure
from resources.studio import StudioResource
from video_platform.domain.project import Stage
from video_platform.errors import VideoPlatformError
from video_platform.observing.logs import measured
from video_platform.tracing import span

_log = logging.getLogger(__name__)
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
    project = context.partition_key
    try:
        core = studio.studio(project)
        with (
            span("preview", parent=place_of_run(context.run), project_id=project),
            measured(_log, "Preview", agent="preview", project=project),
        ):
            core.editor.preview(core.projects.get(project), config.chosen())
    except VideoPlatformError as error:
        raise to_failure(error) from error


@dg.job(partitions_def=PROJECTS, tags=_MAX_RUNTIME, name="preview_project")
def preview_project() -> None:
    """Previews of one project: quick, small, and of no consequence for its films."""
    make_preview()


JOBS = (build_project, publish_project, preview_project)
