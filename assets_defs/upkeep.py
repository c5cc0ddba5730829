"""The nightly clean-up: media nothing names, and the history of runs whose projects retired."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import dagster as dg

from assets_defs.partitions import PROJECTS
from resources.failures import to_failure
from resources.studio import StudioResource
from video_platform.errors import VideoPlatformError
from workers.settings import GENERATE, on_queue

_FINISHED = (
    dg.DagsterRunStatus.SUCCESS,
    dg.DagsterRunStatus.FAILURE,
    dg.DagsterRunStatus.CANCELED,
)
_PAGE = 500
_PARTITION_TAG = "dagster/partition"


@dg.op
def collect_garbage(context: dg.OpExecutionContext, studio: StudioResource) -> None:
    """Put unnamed media out of the way, and remove what was put there a grace period ago."""
    try:
        done = studio.installation().collect_garbage()
    except VideoPlatformError as error:
        raise to_failure(error) from error
    context.log.info(f"{done}")


@dg.op
def forget_runs(context: dg.OpExecutionContext, studio: StudioResource) -> int:
    """Delete old runs of projects that retired; returns how many.

    With a run its events go, and with those what Dagster knows of the project's assets. Projects
    that still have their partition therefore keep theirs.
    """
    days = studio.installation().settings.keep_runs_days
    before = datetime.now(UTC) - timedelta(days=days)
    instance = context.instance
    live = set(instance.get_dynamic_partitions(str(PROJECTS.name)))
    forgotten = [
        run.run_id
        for run in _finished_runs(instance, before)
        if run.tags.get(_PARTITION_TAG) not in live
    ]
    for run_id in forgotten:
        instance.delete_run(run_id)
    return len(forgotten)


def _finished_runs(instance: dg.DagsterInstance, before: datetime) -> Iterator[dg.DagsterRun]:
    """Runs that ended and were created before then, page by page."""
    wanted = dg.RunsFilter(created_before=before, statuses=list(_FINISHED))
    cursor = None
    while page := list(instance.get_runs(wanted, cursor=cursor, limit=_PAGE)):
        yield from page
        cursor = page[-1].run_id


@dg.job(tags={"dagster/max_runtime": "21600"})
def clean_up() -> None:
    """What nobody asks for: room for the next films."""
    collect_garbage()
    forget_runs()


@dg.op(tags=on_queue(GENERATE))
def reap_generations(context: dg.OpExecutionContext, studio: StudioResource) -> None:
    """Bring to an end what was asked of providers and nobody comes for; see ``generation.reaper``.

    A film is brought home for minutes: longer than a sensor's tick may take.
    """
    try:
        fates = studio.installation().reaper().reap()
    except VideoPlatformError as error:
        raise to_failure(error) from error
    told = ", ".join(f"{count} {fate.value}" for fate, count in sorted(fates.items()))
    context.log.info(told or "Nothing was left behind.")


@dg.job(tags={"dagster/max_runtime": "3600", "dagster/max_retries": "0"})
def reap() -> None:
    """Generations whose project is over, or whose process died and was not begun again."""
    reap_generations()


UPKEEP_JOBS = (clean_up, reap)
