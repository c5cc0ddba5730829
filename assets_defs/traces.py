"""Where commands and runs stand in a trace, and their spans once they are over.

A run's stages may be worked on by several processes, and none of them sees its beginning and end.
All of them can compute its place: from the command's by the run's id, or from the id alone.
"""

from datetime import UTC, datetime

import dagster as dg

from video_platform import tracing
from video_platform.domain.command import Command, CommandState

TRACE_TAG = "video_platform/traceparent"
"""On runs: the place of what they belong to, a command or the command line."""


def place_of_command(command: Command) -> str:
    """Below its request, or at the head of a trace of its own."""
    name = f"command:{command.id}"
    if command.traceparent:
        return tracing.below(command.traceparent, name)
    begun = command.created_at.timestamp() if command.created_at else 0
    return tracing.root(f"{command.tenant}/{command.project}/{name}/{begun}")


def trace_tags(place: str) -> dict[str, str]:
    """What a run is told, where spans are taken."""
    return {TRACE_TAG: place} if place and tracing.is_on() else {}


def place_of_run(run: dg.DagsterRun) -> str:
    """Below its tag's place, or at the head of a trace of its own."""
    parent = _parent(run)
    return tracing.below(parent, run.run_id) if parent else tracing.root(run.run_id)


def report_run(instance: dg.DagsterInstance, run: dg.DagsterRun) -> None:
    """Write the span of a run that is over, with the times Dagster has of it."""
    if not tracing.is_on():
        return
    record = instance.get_run_record_by_id(run.run_id)
    if record is None or record.start_time is None or record.end_time is None:
        return
    begun, ended = (datetime.fromtimestamp(at, UTC) for at in (record.start_time, record.end_time))
    is_well = record.dagster_run.status is dg.DagsterRunStatus.SUCCESS
    tracing.past(
        f"run {run.job_name}",
        own=place_of_run(run),
        parent=_parent(run),
        times=(begun, ended),
        attributes={
            "run_id": run.run_id,
            "project_id": run.tags.get("dagster/partition", ""),
            "error.type": "" if is_well else record.dagster_run.status.value.lower(),
        },
    )


def report_command(command: Command, state: CommandState) -> None:
    """Write the span of a command that ended now; it began when it was asked for."""
    now = datetime.now(UTC)
    tracing.past(
        f"command {command.kind}",
        own=place_of_command(command),
        parent=command.traceparent,
        times=(command.created_at or now, now),
        attributes={
            "command": command.id,
            "project_id": command.project,
            "attempt": command.attempts,
            "error.type": "" if state is CommandState.SUCCEEDED else state.value,
        },
    )


def _parent(run: dg.DagsterRun) -> str:
    found = run.tags.get(TRACE_TAG, "")
    return found if tracing.is_place(found) else ""
