"""Turns each command of the API into exactly one run of its project's partition."""

import logging
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import dagster as dg

from assets_defs.jobs import JOBS, build_project, preview_project
from assets_defs.partitions import PROJECTS
from assets_defs.reporting import ATTEMPT_TAG, COMMAND_TAG
from assets_defs.traces import place_of_command, trace_tags
from resources.studio import StudioResource
from video_platform.domain.command import Command, CommandState
from video_platform.domain.project import Stage
from video_platform.tracing import span

if TYPE_CHECKING:
    from video_platform.db.repositories.commands import Commands

_log = logging.getLogger(__name__)
_BATCH = 50
_LOOK_S = 0.2
"""Between two looks at the table: one indexed query each."""
_JOBS = {job.name: job for job in JOBS}
_CUTTING = {build_project.name: "montage", preview_project.name: "make_preview"}
"""Which op of a job is told the formats."""


def run_request(command: Command) -> dg.RunRequest:
    """The run of this command's next attempt."""
    until = command.arguments.get("until")
    return dg.RunRequest(
        run_key=command.run_key,
        job_name=command.kind,
        partition_key=command.project,
        run_config=_config(command),
        asset_selection=_up_to(Stage(until)) if until else None,
        tags={
            COMMAND_TAG: str(command.id),
            ATTEMPT_TAG: str(command.attempts + 1),
            "video_platform/tenant": command.tenant,
            "dagster/priority": str(command.priority),
            # Who begins a lost run again must be one alone, or there will be two of it.
            "dagster/max_retries": "0",
            **trace_tags(place_of_command(command)),
        },
    )


def _tell(command: Command) -> None:
    """Log that its run is asked for, so that its wait can be read."""
    attempt, project = command.attempts + 1, command.project
    with span("request run", parent=place_of_command(command), project_id=project, attempt=attempt):
        about = {"project_id": project}
        _log.info("Command %d begins, attempt %d", command.id, attempt, extra=about)


def _config(command: Command) -> dict[str, Any]:
    """Launchpad config: scenes to make anew, formats to cut."""
    only, formats = command.arguments.get("only", {}), command.arguments.get("formats")
    ops: dict[str, Any] = {stage: {"config": {"only": scenes}} for stage, scenes in only.items()}
    if formats:
        ops[_CUTTING[command.kind]] = {"config": {"formats": formats}}
    return {"ops": ops}


def _up_to(stage: Stage) -> list[dg.AssetKey]:
    stages = list(Stage)
    return [dg.AssetKey(one.value) for one in stages[: stages.index(stage) + 1]]


def awaited(
    commands: "Commands",
    longest_s: float,
    clock: Callable[[], float] = time.monotonic,
    pause: Callable[[float], None] = time.sleep,
) -> list[Command]:
    """Commands whose turn it is; if there is none, those of the next ``longest_s`` seconds."""
    deadline = clock() + longest_s
    while not (found := commands.startable(limit=_BATCH)) and clock() < deadline:
        pause(_LOOK_S)
    return found


@dg.sensor(
    jobs=list(JOBS),
    minimum_interval_seconds=1,
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def project_commands(
    _context: dg.SensorEvaluationContext, studio: StudioResource
) -> dg.SensorResult | dg.SkipReason:
    """Start what was asked for: the oldest command of each project, the most urgent first.

    The table says what was requested, and the run key is the command with its attempt: whichever
    process dies in between, a command gets its run, and one only. One whose run never came to be is
    found by ``lost_runs``. A tick stays for a while, so that what is asked for on an idle machine
    need not wait for the next one.
    """
    installation = studio.installation()
    commands, lifecycle = installation.system_commands(), installation.system_lifecycle()
    found: list[Command] = []
    for command in awaited(commands, studio.command_wait_s):
        if command.kind not in _JOBS:
            why = {"code": "command_unknown", "message": f"No job is called {command.kind!r}."}
            commands.end(command, CommandState.FAILED, why)
        elif commands.requested(command):
            lifecycle.begin(command.project)
            _tell(command)
            found.append(command)
    if not found:
        return dg.SkipReason("Nothing was asked for.")
    return dg.SensorResult(
        run_requests=[run_request(command) for command in found],
        dynamic_partitions_requests=[
            PROJECTS.build_add_request(sorted({command.project for command in found}))
        ],
    )
