"""Runs and steps on the queue: one cancel, no step nobody wants, no secret in a message."""

import json
import os
import tomllib
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import celery._state
import dagster as dg
import pytest
from celery import Task
from celery.result import task_join_will_block
from dagster._core.code_pointer import ModuleCodePointer
from dagster._core.instance import InstanceRef
from dagster._core.origin import JobPythonOrigin, RepositoryPythonOrigin
from dagster._core.test_utils import create_run_for_test
from dagster._grpc.types import ExecuteStepArgs
from dagster._serdes import pack_value

from definitions import defs
from tests.conftest import ROOT
from tests.services import redis_server
from workers.app import StepTask, app
from workers.executor import choose_executor
from workers.launcher import QueueRunLauncher
from workers.settings import BROKER_VARIABLE, CELERY, QUEUES, RENDER, RUNS

_QUEUE_TAG = "dagster-celery/queue"
_CODE = ModuleCodePointer("definitions", "defs", working_directory=str(ROOT))
_SECRETS = ("postgres-secret", "redis-secret", "s3-secret")


class Control:
    """What Celery's workers are asked and told, instead of workers."""

    def __init__(self, instance: dg.DagsterInstance, tasks: dict[str, str]) -> None:
        self._instance = instance
        self._tasks = tasks
        self.revoked: list[tuple[str, dg.DagsterRunStatus]] = []
        self.signals: set[str] = set()

    def inspect(self, timeout: float) -> Any:
        found = [{"id": task, "kwargs": f"run {run}"} for task, run in self._tasks.items()]
        return SimpleNamespace(
            active=lambda: {"one": found[:1]}, reserved=lambda: {"two": found[1:]}
        )

    def revoke(self, task: str, *, terminate: bool, signal: str) -> None:
        (run,) = self._instance.get_runs()[-1:]
        self.revoked.append((task, run.status))
        self.signals.add(signal)


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.instance_for_test() as made:
        yield made


def launcher_of(instance: dg.DagsterInstance, tasks: dict[str, str]) -> tuple[Any, Control]:
    launcher = QueueRunLauncher(broker="memory://", backend="cache+memory://")
    launcher.register_instance(instance)
    control = Control(instance, tasks)
    launcher.celery = SimpleNamespace(control=control)  # type: ignore[assignment]
    return launcher, control


def run_in(instance: dg.DagsterInstance, status: dg.DagsterRunStatus) -> str:
    return create_run_for_test(instance, job_name="build_project", status=status).run_id


def test_a_cancel_is_noted_before_its_steps_are_interrupted(instance: dg.DagsterInstance) -> None:
    run = run_in(instance, dg.DagsterRunStatus.STARTED)
    launcher, control = launcher_of(instance, {"the run": run, "a step": run, "another": "else"})
    assert launcher.terminate(run)
    canceling = dg.DagsterRunStatus.CANCELING
    assert control.revoked == [("the run", canceling), ("a step", canceling)]
    assert control.signals == {"SIGINT"}, "FFmpeg is left behind by a harder end"


@pytest.mark.parametrize("status", [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.CANCELED])
def test_a_run_that_is_over_is_not_cancelled(
    instance: dg.DagsterInstance, status: dg.DagsterRunStatus
) -> None:
    run = run_in(instance, status)
    launcher, control = launcher_of(instance, {"the run": run})
    assert not launcher.terminate(run)
    assert not control.revoked


def test_a_run_nobody_knows_is_not_cancelled(instance: dg.DagsterInstance) -> None:
    launcher, _ = launcher_of(instance, {})
    assert not launcher.terminate("never-made")


@pytest.mark.parametrize(
    ("status", "is_worked_on"),
    [
        (dg.DagsterRunStatus.STARTED, True),
        (dg.DagsterRunStatus.CANCELING, False),
        (dg.DagsterRunStatus.CANCELED, False),
        (dg.DagsterRunStatus.FAILURE, False),
    ],
)
def test_a_step_is_worked_on_only_while_its_run_wants_it(
    instance: dg.DagsterInstance,
    monkeypatch: pytest.MonkeyPatch,
    status: dg.DagsterRunStatus,
    is_worked_on: bool,
) -> None:
    wanted = ExecuteStepArgs(
        job_origin=JobPythonOrigin("build_project", RepositoryPythonOrigin("python", _CODE)),
        run_id=run_in(instance, status),
        step_keys_to_execute=["script"],
        instance_ref=instance.get_ref(),
    )
    monkeypatch.setattr(Task, "__call__", lambda *_, **__: ["worked"])
    step = app.tasks["execute_plan"]
    assert isinstance(step, StepTask)
    answer = step(execute_step_args_packed=pack_value(wanted), executable_dict={})
    assert answer == (["worked"] if is_worked_on else [])


def test_a_step_in_a_queue_waits_until_a_worker_takes_it(instance: dg.DagsterInstance) -> None:
    with redis_server() as broker:
        launcher = QueueRunLauncher(broker=broker, backend=broker)
        launcher.register_instance(instance)
        told = {"execute_step_args_packed": {"run_id": "run-1"}}
        for priority in (None, 5):
            assert not launcher.waits("run-1")
            sent = {"kwargs": told, "queue": RENDER, "priority": priority}
            launcher.celery.send_task("execute_plan", **sent)
            assert launcher.waits("run-1")
            assert not launcher.waits("run-2")
            launcher.celery.connection_for_write().default_channel.client.flushall()
        launcher.celery.close()


def test_a_run_may_wait_for_its_steps_and_a_step_for_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(celery._state, "_task_join_will_block", True)
    monkeypatch.setattr(Task, "__call__", lambda *_, **__: task_join_will_block())
    assert app.tasks["execute_job"]() is False
    assert task_join_will_block()


def test_steps_survive_their_worker_and_wait_for_no_other_ones_backlog() -> None:
    step = app.tasks["execute_plan"]
    assert step.acks_late
    assert step.reject_on_worker_lost
    assert CELERY["worker_prefetch_multiplier"] == 1


def test_no_message_comes_a_second_time_while_its_step_may_still_run() -> None:
    longest = max(
        int(job.tags["dagster/max_runtime"])
        for job in defs.resolve_all_job_defs()
        if "dagster/max_runtime" in job.tags
    )
    assert CELERY["broker_transport_options"]["visibility_timeout"] > longest


def test_every_step_has_a_worker_and_none_shares_it_with_runs() -> None:
    listed = tomllib.loads((ROOT / "deploy" / "services.toml").read_text())["services"]
    worked_off = {service["queue"] for service in listed.values() if "queue" in service}
    assert worked_off == set(QUEUES)
    used = {
        node.definition.tags.get(_QUEUE_TAG, CELERY["task_default_queue"])
        for job in defs.resolve_all_job_defs()
        for node in job.nodes
    }
    assert used <= worked_off - {RUNS}
    assert RENDER in used


def test_a_broker_chooses_the_executor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(BROKER_VARIABLE, raising=False)
    assert choose_executor() is dg.in_process_executor
    monkeypatch.setenv(BROKER_VARIABLE, "redis://127.0.0.1:6379/1")
    assert choose_executor().name == "celery"


def test_no_secret_is_in_a_message(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    postgres, redis, s3 = _SECRETS
    monkeypatch.setenv("DAGSTER_POSTGRES_URL", f"postgresql://admin:{postgres}@127.0.0.1/dagster")
    monkeypatch.setenv(BROKER_VARIABLE, f"redis://:{redis}@127.0.0.1:6379/1")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", s3)
    settings = (ROOT / "deploy" / "production" / "dagster.yaml").read_bytes()
    (tmp_path / "dagster.yaml").write_bytes(settings)
    message = json.dumps(pack_value(InstanceRef.from_dir(os.fspath(tmp_path))))
    assert "DAGSTER_POSTGRES_URL" in message
    assert not [secret for secret in _SECRETS if secret in message]
