"""Runs a project's jobs inside this process, on the same assets and records as the UI."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from cli.dagster_home import open_instance
from video_platform import tracing
from video_platform.disk import is_alive, storage_errors
from video_platform.errors import ProjectBusy, VideoPlatformError
from video_platform.observing.logs import configure_logs
from video_platform.settings import Settings

if TYPE_CHECKING:
    from dagster import DagsterInstance, ExecuteInProcessResult

_OWNER_TAG = "video_platform/process"
"""Host and process id of a run made here, so that a later command can tell that it died."""


@dataclass(frozen=True, slots=True)
class StageOutcome:
    """What one stage came to: ``made``, ``reused`` or ``failed``."""

    name: str
    status: str
    seconds: float
    provider_calls: int
    cost_usd: float


class StageFailed(VideoPlatformError):
    """A stage's failure with its own code, as the run recorded it."""


@contextmanager
def project_lock(settings: Settings, key: str) -> Iterator[None]:
    """Only one process makes a project at a time; the lock dies with its process."""
    from filelock import FileLock, Timeout

    folder = settings.home / "locks"
    with storage_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / f"{key}.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise ProjectBusy(
            f"Project {key} is being made by another process.",
            hint="Wait until it is done, or stop it; then run the command again.",
        ) from error
    try:
        yield
    finally:
        lock.release()


class LocalRunner:
    """Runs jobs of one project; use as a context manager."""

    def __init__(self, settings: Settings, key: str) -> None:
        self._settings = settings
        self._key = key
        self._instance: DagsterInstance | None = None
        self._begun = datetime.now(UTC)
        self._place = tracing.root(f"{key}/{self._begun.isoformat()}/{os.getpid()}")

    def __enter__(self) -> "LocalRunner":
        from assets_defs.partitions import PROJECTS

        with storage_errors(self._settings.home):
            self._instance = open_instance(self._settings)
        name = PROJECTS.name or ""
        if not self._instance.has_dynamic_partition(name, self._key):
            self._instance.add_dynamic_partitions(name, [self._key])
        self._end_dead_runs()
        return self

    def __exit__(self, *_: object) -> None:
        times, about = (self._begun, datetime.now(UTC)), {"project_id": self._key}
        tracing.past("local run", own=self._place, parent="", times=times, attributes=about)
        if self._instance is not None:
            self._instance.dispose()

    def run(self, job_name: str) -> list[StageOutcome]:
        """Execute a job; the stages' outcomes come in the order they ended.

        Raises:
            StageFailed: with the code, message and hint that the failing stage gave.
        """
        # A person at a terminal reads sentences; the lines of JSON stand beside the data.
        configure_logs("runs", file=self._settings.home / "logs" / "local.log")
        import definitions
        from assets_defs.traces import report_run, trace_tags

        assert self._instance is not None  # noqa: S101 - entered
        owner = {_OWNER_TAG: f"{socket.gethostname()}:{os.getpid()}"}
        result = definitions.defs.resolve_job_def(job_name).execute_in_process(
            instance=self._instance,
            partition_key=self._key,
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
            tags={**owner, **trace_tags(self._place)},
            raise_on_error=False,
        )
        report_run(self._instance, result.dagster_run)
        if not result.success:
            if _was_interrupted(result):
                self._end_as_canceled(result.run_id)
                raise KeyboardInterrupt
            raise _failure_of(result)
        return _outcomes(result)

    def _end_as_canceled(self, run_id: str) -> None:
        """Dagster records an interrupt in its own process as a failure; it was a wish."""
        assert self._instance is not None  # noqa: S101 - entered
        run = self._instance.get_run_by_id(run_id)
        if run is not None:
            self._instance.report_run_canceled(run, "Stopped by Ctrl-C.")

    def _end_dead_runs(self) -> None:
        """Mark runs of this project as failed whose process on this machine is gone."""
        from dagster import DagsterRunStatus, RunsFilter

        assert self._instance is not None  # noqa: S101 - entered
        unfinished = RunsFilter(
            statuses=[DagsterRunStatus.STARTED, DagsterRunStatus.STARTING],
            tags={"dagster/partition": self._key},
        )
        for run in self._instance.get_runs(filters=unfinished):
            host, _, process = run.tags.get(_OWNER_TAG, "").partition(":")
            if host == socket.gethostname() and not is_alive(int(process)):
                self._instance.report_run_failed(run, "The process that made it was killed.")


def _outcomes(result: "ExecuteInProcessResult") -> list[StageOutcome]:
    outcomes = []
    for event in result.get_asset_materialization_events():
        materialization = event.step_materialization_data.materialization
        facts: dict[str, Any] = {
            name: value.value for name, value in materialization.metadata.items()
        }
        outcomes.append(
            StageOutcome(
                name=materialization.asset_key.path[-1],
                status=str(facts["status"]),
                seconds=float(facts["seconds"]),
                provider_calls=int(facts["provider_calls"]),
                cost_usd=float(facts["cost_usd"]),
            )
        )
    return outcomes


def _was_interrupted(result: "ExecuteInProcessResult") -> bool:
    errors = [event.step_failure_data.error for event in result.all_events if event.is_step_failure]
    return any(
        error is not None and error.cls_name == "DagsterExecutionInterruptedError"
        for error in errors
    )


def _failure_of(result: "ExecuteInProcessResult") -> VideoPlatformError:
    """The first failing step's own words; what a check stopped is told by the check's."""
    failed = [event.step_failure_data for event in result.all_events if event.is_step_failure]
    for failure in failed:
        given = failure.user_failure_data
        if given is not None and "code" in given.metadata:
            return StageFailed(str(given.description), code=str(given.metadata["code"].value))
    stopped = [
        f"{check.check_name}: {check.description}"
        for check in result.get_asset_check_evaluations()
        if check.blocking and not check.passed
    ]
    if stopped:
        return StageFailed(
            "; ".join(stopped),
            code="check_failed",
            hint="Nothing was published. Pictures of the moments: video-platform up.",
        )
    for failure in failed:
        cause = failure.error.cause if failure.error and failure.error.cause else failure.error
        words = cause.message.strip() if cause else "no reason recorded"
        return StageFailed(
            f"A stage failed: {words}", hint="See the run in the Dagster UI: video-platform up."
        )
    return StageFailed("The run failed.", code="run_failed")
