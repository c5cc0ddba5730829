"""What became of a command's run goes back to the project: its status, and why it failed."""

from collections.abc import Iterator
from typing import Any

import dagster as dg
from dagster_shared.error import SerializableErrorInfo

from assets_defs.jobs import JOBS, preview_project, publish_project
from assets_defs.reporting import ATTEMPT_TAG, COMMAND_TAG
from assets_defs.traces import TRACE_TAG, report_command, report_run
from resources.studio import StudioResource
from sensors.upkeep import is_begun_again, why_lost
from video_platform.domain.command import Command, CommandState
from video_platform.domain.events import EventKind
from video_platform.domain.project import ProjectStatus, Stage

_STOPS = dg.AssetCheckSeverity.ERROR
_DIED = {
    "code": "run_failed",
    "message": "Its process died, and so did those that took it over.",
    "hint": "Look at the machine's memory and logs, then ask for it again.",
    "stage": "",
}
_OUTAGES = {
    "OperationalError",
    "InterfaceError",
    "AdminShutdown",
    "CrashShutdown",
    "CannotConnectNow",
}
"""Of SQLAlchemy and of psycopg2, which names it in the message: SQLite has no outages."""
_OPTIONS: dict[str, Any] = {
    "monitored_jobs": list(JOBS),
    "default_status": dg.DefaultSensorStatus.RUNNING,
    "minimum_interval_seconds": 1,
}


@dg.run_status_sensor(
    run_status=dg.DagsterRunStatus.SUCCESS, request_jobs=[publish_project], **_OPTIONS
)
def run_succeeded(
    context: dg.RunStatusSensorContext, studio: StudioResource
) -> Iterator[dg.RunRequest]:
    """Note it, and publish what a command built. The command line publishes for itself."""
    run = context.dagster_run
    report_run(context.instance, run)
    project, asked = _project_of(run), COMMAND_TAG in run.tags
    if not project:
        return
    if run.job_name == preview_project.name:
        _close(studio, run, CommandState.SUCCEEDED, None)
        return
    if run.job_name == publish_project.name:
        _close(studio, run, CommandState.SUCCEEDED, ProjectStatus.PUBLISHED)
        return
    stage = _approval_wanted(studio, run)
    status = ProjectStatus.AWAITING_APPROVAL if stage else ProjectStatus.READY
    _close(studio, run, CommandState.SUCCEEDED, status)
    if stage:
        core = studio.studio(project)
        core.events.tell(EventKind.APPROVAL_WANTED, {"stage": stage}, project=project)
    elif asked:
        yield dg.RunRequest(
            run_key=f"publish:{run.run_id}",
            job_name=publish_project.name,
            partition_key=project,
            tags={TRACE_TAG: run.tags[TRACE_TAG]} if TRACE_TAG in run.tags else {},
        )


@dg.run_status_sensor(run_status=dg.DagsterRunStatus.FAILURE, **_OPTIONS)
def run_failed(context: dg.RunStatusSensorContext, studio: StudioResource) -> None:
    """Note why, in the failing stage's own words."""
    run = context.dagster_run
    report_run(context.instance, run)
    if run.tags.get("dagster/will_retry") == "true":
        return  # its process died; Dagster begins it again where it stopped
    if _was_called_off(studio, run):
        _close_cancelled(studio, run)
        return
    command = _command_of(studio, run)
    if command is not None and not _is_of_this_attempt(run, command):
        return  # it was found dead, and the next attempt is on its way
    why = failure_of(context)
    if why is None and command is not None:
        if is_begun_again(studio.installation().system_commands(), command):
            return
        why = why_lost(command)
    status = None if run.job_name == preview_project.name else ProjectStatus.FAILED
    _close(studio, run, CommandState.FAILED, status, why or _DIED)


@dg.run_status_sensor(run_status=dg.DagsterRunStatus.CANCELED, **_OPTIONS)
def run_cancelled(context: dg.RunStatusSensorContext, studio: StudioResource) -> None:
    """Note that a person ended it, in the API or in the Dagster UI."""
    run = context.dagster_run
    report_run(context.instance, run)
    command = _command_of(studio, run)
    if command is not None and not _is_of_this_attempt(run, command):
        return  # what was ended is a run that had been given up; its command goes on
    _close_cancelled(studio, run)


def failure_of(context: dg.RunStatusSensorContext) -> dict[str, str] | None:
    """``code``, ``message``, ``hint`` and ``stage`` of the first check or step that failed.

    Nothing: none did, its process died, or it lost the database, which is no fault of the stage.
    A check that only warns stops no run.
    """
    checks = context.instance.get_records_for_run(
        context.dagster_run.run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION
    ).records
    for record in checks:
        found = record.event_log_entry.dagster_event
        check = found.asset_check_evaluation_data if found is not None else None
        if check is not None and not check.passed and check.severity is _STOPS:
            return {
                "code": "check_failed",
                "message": f"{check.check_name}: {check.description}"[:1000],
                "hint": "Mend what it names, or make that stage anew.",
                "stage": check.asset_key.path[-1],
            }
    events = context.instance.get_records_for_run(
        context.dagster_run.run_id, of_type=dg.DagsterEventType.STEP_FAILURE, limit=1
    ).records
    event = events[0].event_log_entry.dagster_event if events else None
    if event is None:
        return None
    data = event.step_failure_data
    if lost_database(data.error):
        return None
    given = data.user_failure_data
    stage = (event.step_key or "").partition(".")[0]
    if given is not None and "code" in given.metadata:
        return {
            "code": str(given.metadata["code"].value),
            "message": str(given.description),
            "hint": str(given.metadata["hint"].value),
            "stage": stage,
        }
    words = data.error.message.strip().splitlines()[-1] if data.error else "no reason recorded"
    return {"code": "stage_failed", "message": words[:500], "hint": "", "stage": stage}


def lost_database(error: SerializableErrorInfo | None) -> bool:
    """Whether PostgreSQL went away, or did not answer in time, anywhere in the chain of causes."""
    while error is not None:
        if error.cls_name in _OUTAGES and "psycopg2." in error.message:
            return True
        error = error.cause or error.context
    return False


def _project_of(run: dg.DagsterRun) -> str:
    return run.tags.get("dagster/partition", "")


def _command_of(studio: StudioResource, run: dg.DagsterRun) -> Command | None:
    """The command a run serves; nothing for a run that nobody asked for through the API."""
    found: Command | None = (
        studio.installation().system_commands().get(int(run.tags.get(COMMAND_TAG, 0)))
    )
    return found


def _is_of_this_attempt(run: dg.DagsterRun, command: Command) -> bool:
    attempt = int(run.tags.get(ATTEMPT_TAG, command.attempts))
    return attempt == command.attempts and command.state is not CommandState.WAITING


def _approval_wanted(studio: StudioResource, run: dg.DagsterRun) -> str:
    """The stage a run stopped after, because its command said so."""
    command = _command_of(studio, run)
    until = str(command.arguments.get("until", "")) if command else ""
    return "" if until in ("", Stage.MONTAGE.value) else until


def _was_called_off(studio: StudioResource, run: dg.DagsterRun) -> bool:
    """Whether its stage gave up because a person had ended the command it served."""
    command = _command_of(studio, run)
    return command is not None and command.cancel_asked_at is not None


def _close_cancelled(studio: StudioResource, run: dg.DagsterRun) -> None:
    status = None if run.job_name == preview_project.name else ProjectStatus.CANCELLED
    _close(studio, run, CommandState.CANCELLED, status)


def _close(
    studio: StudioResource,
    run: dg.DagsterRun,
    state: CommandState,
    status: ProjectStatus | None,
    failure: dict[str, str] | None = None,
) -> None:
    """The project first: a process that dies in between does both again."""
    project = _project_of(run)
    if not project:
        return
    core = studio.studio(project)
    if status is not None:
        core.lifecycle.move(project, status, failure)
    command = core.commands.get(int(run.tags.get(COMMAND_TAG, 0)))
    if command is not None and core.commands.end(command, state, failure):
        report_command(command, state)
        facts = {"command": command.id, "kind": command.kind, "state": state.value}
        core.events.tell(EventKind.COMMAND_ENDED, facts, project=project)
