"""Turns each command of the API into exactly one run of its project's partition."""

from collections.abc import Iterator

import dagster as dg

from assets_defs.jobs import build_project, publish_project
from assets_defs.partitions import PROJECTS
from resources.studio import StudioResource

_BATCH = 100


@dg.sensor(
    jobs=[build_project, publish_project],
    minimum_interval_seconds=1,
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def project_commands(
    context: dg.SensorEvaluationContext, studio: StudioResource
) -> dg.SensorResult | dg.SkipReason:
    """Start what was asked for since the last tick.

    The cursor is the last command seen and the run key is the command itself: together they keep a
    command from being started twice or forgotten, whichever process dies between the two writes.
    """
    last_id = int(context.cursor or 0)
    found = studio.studio().commands.after(last_id, limit=_BATCH)
    if not found:
        return dg.SkipReason("Nothing was asked for.")
    return dg.SensorResult(
        run_requests=[
            dg.RunRequest(
                run_key=f"command:{command.id}",
                job_name=command.kind,
                partition_key=command.project,
                tags={"video_platform/command": str(command.id)},
            )
            for command in found
        ],
        dynamic_partitions_requests=[
            PROJECTS.build_add_request(list({command.project for command in found}))
        ],
        cursor=str(found[-1].id),
    )


@dg.run_status_sensor(
    run_status=dg.DagsterRunStatus.SUCCESS,
    monitored_jobs=[build_project],
    request_jobs=[publish_project],
    default_status=dg.DefaultSensorStatus.RUNNING,
    minimum_interval_seconds=1,
)
def publish_finished(context: dg.RunStatusSensorContext) -> Iterator[dg.RunRequest]:
    """Publish what a command built. Runs made on the command line publish for themselves."""
    run = context.dagster_run
    partition = run.tags.get("dagster/partition")
    if partition and "video_platform/command" in run.tags:
        yield dg.RunRequest(
            run_key=f"publish:{run.run_id}", job_name=publish_project.name, partition_key=partition
        )


SENSORS = (project_commands, publish_finished)
