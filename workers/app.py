"""The Celery application of the workers: ``celery -A workers.app worker -Q render``.

Its tasks are those of dagster-celery with two things added. A task of a run may wait for its steps:
Celery forbids that, for a worker could wait for itself; here runs and steps have workers apart. And
a step is worked on only while its run wants it: a message may come a second time, from a worker
that died or from before a cancel.
"""

import os
from typing import Any

from celery import Celery, Task
from celery.result import allow_join_result
from celery.signals import worker_init
from dagster._core.errors import DagsterExecutionInterruptedError
from dagster_celery.tasks import create_execute_job_task, create_resume_job_task, create_task

from workers.settings import BROKER_VARIABLE, CELERY


class RunTask(Task):  # type: ignore[misc]  # Celery has no types
    """A run, which hands out its steps and waits for them."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        with allow_join_result():
            return super().__call__(*args, **kwargs)


class StepTask(Task):  # type: ignore[misc]
    """A step. Acknowledged when it is done: when its process dies, another one takes it up, and
    the ledger knows what was paid for."""

    acks_late = True
    reject_on_worker_lost = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if not _is_wanted(kwargs["execute_step_args_packed"]):
            return []
        try:
            return super().__call__(*args, **kwargs)
        except (DagsterExecutionInterruptedError, KeyboardInterrupt):
            return []  # its run was ended; whatever it had is kept for the next one


def _is_wanted(packed: Any) -> bool:
    from dagster import DagsterInstance, DagsterRunStatus
    from dagster._grpc.types import ExecuteStepArgs
    from dagster._serdes import unpack_value

    wanted = unpack_value(packed, as_type=ExecuteStepArgs)
    with DagsterInstance.get() as instance:
        run = instance.get_run_by_id(wanted.run_id)
    return run is not None and run.status is DagsterRunStatus.STARTED


_TASKS: tuple[tuple[Any, type[Task]], ...] = (
    (create_task, StepTask),
    (create_execute_job_task, RunTask),
    (create_resume_job_task, RunTask),
)


def make_app(broker: str) -> Celery:
    """The application on this broker, with its tasks."""
    made = Celery("video_platform", broker=broker, backend=broker, config_source=dict(CELERY))
    for create, base in _TASKS:
        create(made, base=base)
    return made


@worker_init.connect  # type: ignore[untyped-decorator]
def _warm_up(**_: Any) -> None:
    """Before the children are forked, so that none of them spends seconds on imports."""
    import definitions
    import video_platform.bootstrap  # noqa: F401

    definitions.defs.get_repository_def().load_all_definitions()


app = make_app(os.environ.get(BROKER_VARIABLE, ""))
