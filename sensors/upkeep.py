"""What nobody asks for but everybody relies on: cancels, lost runs, partitions that retire."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import dagster as dg

from assets_defs.partitions import PROJECTS
from assets_defs.reporting import COMMAND_TAG
from assets_defs.traces import report_command
from assets_defs.upkeep import clean_up
from resources.studio import StudioResource
from video_platform.domain.command import Command, CommandState
from video_platform.domain.project import ProjectStatus

if TYPE_CHECKING:
    from video_platform.db.repositories.commands import Commands

_SILENCE_S = 40.0
"""A run says every five seconds that it lives (``agents.journal``). With the pause between two
looks a dead one is noticed within a minute."""
_ATTEMPTS = 3
"""Runs of a command that may be lost."""
_RETIRE_AT_ONCE = 100

_NOT_YET = frozenset(
    {
        dg.DagsterRunStatus.QUEUED,
        dg.DagsterRunStatus.NOT_STARTED,
        dg.DagsterRunStatus.STARTING,
    }
)


@dg.sensor(minimum_interval_seconds=1, default_status=dg.DefaultSensorStatus.RUNNING)
def cancelled_commands(
    context: dg.SensorEvaluationContext, studio: StudioResource
) -> dg.SkipReason:
    """End what a person no longer wants. A run that hears of it first ends by itself."""
    installation = studio.installation()
    commands = installation.system_commands()
    wanted = commands.to_cancel()
    for command in wanted:
        run = _run_of(context.instance, command)
        if run is None or run.is_finished:
            core = installation.studio(command.tenant)
            core.lifecycle.move(command.project, ProjectStatus.CANCELLED)
            if commands.end(command, CommandState.CANCELLED):
                report_command(command, CommandState.CANCELLED)
        elif run.status is not dg.DagsterRunStatus.CANCELING:
            context.instance.run_coordinator.cancel_run(run.run_id)
    return dg.SkipReason(f"{len(wanted)} commands to cancel.")


@dg.sensor(minimum_interval_seconds=10, default_status=dg.DefaultSensorStatus.RUNNING)
def lost_runs(context: dg.SensorEvaluationContext, studio: StudioResource) -> dg.SkipReason:
    """Notice runs whose process is gone, whatever Dagster believes, and begin them again.

    What they paid for is in the ledger: the next attempt takes it from there.
    """
    installation = studio.installation()
    commands = installation.system_commands()
    silent = commands.silent(datetime.now(UTC), for_s=_SILENCE_S)
    for command in silent:
        run = _run_of(context.instance, command)
        if run is not None and (run.status in _NOT_YET or run.is_success):
            continue  # it waits for its turn, or its outcome is on its way
        if run is not None and not run.is_finished:
            if _is_young(context.instance, run) or _waits(context.instance, run):
                continue
            context.instance.report_run_failed(run, "Its process gave no sign of life.")
            _stop_work(context.instance, run)
            run = _run_of(context.instance, command)
        if is_begun_again(commands, command):
            continue
        why = why_lost(command)
        core = installation.studio(command.tenant)
        core.lifecycle.move(command.project, ProjectStatus.FAILED, why)
        if commands.end(command, CommandState.FAILED, why):
            report_command(command, CommandState.FAILED)
    return dg.SkipReason(f"{len(silent)} runs without a sign of life.")


def _waits(instance: dg.DagsterInstance, run: dg.DagsterRun) -> bool:
    """Whether it has a step that no worker took up yet, so that nobody can be heard of."""
    waits = getattr(instance.run_launcher, "waits", None)
    return waits is not None and waits(run.run_id)


def _stop_work(instance: dg.DagsterInstance, run: dg.DagsterRun) -> None:
    """A warm worker may wait for a step that no worker has any more: it waits for ever."""
    stop = getattr(instance.run_launcher, "stop_work", None)
    if stop is not None:
        stop(run.run_id)


def is_begun_again(commands: "Commands", command: Command) -> bool:
    """Let a command whose run died wait for another one, unless too many of them died.

    True as well when another sensor was a moment earlier: both see the same death.
    """
    if command.attempts >= _ATTEMPTS:
        return False
    if commands.repeat(command):
        return True
    now = commands.get(command.id)
    return (
        now is not None
        and not now.state.is_over
        and (now.state, now.attempts) != (command.state, command.attempts)
    )


def why_lost(command: Command) -> dict[str, str]:
    """The reason of a command that is given up, as projects keep it."""
    return {
        "code": "run_lost",
        "message": f"The run was lost {command.attempts} times.",
        "hint": "Look at the machine's memory and logs, then ask for it again.",
        "stage": "",
    }


@dg.sensor(minimum_interval_seconds=60, default_status=dg.DefaultSensorStatus.RUNNING)
def retired_partitions(
    _context: dg.SensorEvaluationContext, studio: StudioResource
) -> dg.SensorResult | dg.SkipReason:
    """Take archived projects out of the partition set; their data and history stay."""
    lifecycle = studio.installation().system_lifecycle()
    keys = lifecycle.to_retire(limit=_RETIRE_AT_ONCE)
    if not keys:
        return dg.SkipReason("No project was archived.")
    lifecycle.retired(keys)
    return dg.SensorResult(dynamic_partitions_requests=[PROJECTS.build_delete_request(keys)])


@dg.sensor(minimum_interval_seconds=3600, default_status=dg.DefaultSensorStatus.RUNNING)
def leftovers(studio: StudioResource) -> dg.SkipReason:
    """Forget uploads nobody finished, kept answers older than a day, and events of last season."""
    installation = studio.installation()
    uploads = sum(
        installation.intake(tenant).sweep() for tenant in installation.tenants_with_uploads()
    )
    answers = installation.system_answers().sweep()
    events = installation.system_events().forget_before(
        timedelta(days=installation.settings.keep_events_days)
    )
    return dg.SkipReason(f"{uploads} uploads, {answers} answers and {events} events forgotten.")


def _is_young(instance: dg.DagsterInstance, run: dg.DagsterRun) -> bool:
    """Whether it began just now: the last sign of life is of the run before it."""
    record = instance.get_run_record_by_id(run.run_id)
    began = record.start_time if record is not None else None
    return began is not None and datetime.now(UTC).timestamp() - began < _SILENCE_S


@dg.schedule(
    job=clean_up, cron_schedule="17 3 * * *", default_status=dg.DefaultScheduleStatus.RUNNING
)
def nightly_clean_up() -> dg.RunRequest:
    """A run of its own: a large collection takes longer than a tick may."""
    return dg.RunRequest()


def _run_of(instance: dg.DagsterInstance, command: Command) -> dg.DagsterRun | None:
    """The newest run of a command."""
    runs = instance.get_runs(dg.RunsFilter(tags={COMMAND_TAG: str(command.id)}), limit=1)
    return runs[0] if runs else None


UPKEEP = (cancelled_commands, lost_runs, retired_partitions, leftovers)
UPKEEP_SCHEDULES = (nightly_clean_up,)
