"""Runs go to the queue ``runs``; ending one ends what its steps are doing, too."""

import json
import logging
from base64 import b64decode
from collections.abc import Iterator, Mapping
from typing import Any

from dagster_celery.launcher import CeleryRunLauncher

from workers.settings import CELERY, QUEUES, RUNS

_log = logging.getLogger(__name__)
_ASK_S = 1.0
"""How long workers have to say what they are doing."""


class QueueRunLauncher(CeleryRunLauncher):
    """dagster-celery's launcher, whose cancel is a cancel.

    The original ends the task of the run and tells Dagster nothing, so that the run counts as
    crashed and is begun again; and its steps go on.
    """

    def __init__(self, **config: Any) -> None:
        config["default_queue"] = RUNS
        config["config_source"] = {**CELERY, **(config.get("config_source") or {})}
        super().__init__(**config)

    @classmethod
    def from_config_value(cls, inst_data: Any, config_value: Mapping[str, Any]) -> Any:
        """As Dagster makes it from ``dagster.yaml``."""
        return cls(inst_data=inst_data, **config_value)

    @property
    def supports_check_run_worker_health(self) -> bool:
        """No: Redis forgets, and says "started" of what a dead worker had. The sensor ``lost_runs``
        goes by signs of life."""
        return False

    def terminate(self, run_id: str) -> bool:
        """End a run and its steps; whether there was anything to end."""
        run = self._instance.get_run_by_id(run_id)
        if run is None or run.is_finished:
            return False
        self._instance.report_run_canceling(run)
        return self.stop_work(run_id) > 0

    def stop_work(self, run_id: str) -> int:
        """Interrupt every task that works for a run; how many there were."""
        tasks = list(self._tasks_of(run_id))
        for task in tasks:
            self.celery.control.revoke(task, terminate=True, signal="SIGINT")
        if not tasks:
            _log.warning("No worker says that it works on run %s.", run_id)
        return len(tasks)

    def waits(self, run_id: str) -> bool:
        """Whether a step of the run lies in a queue: nobody works on it, and nothing is lost."""
        return any(run_id in message for message in self._queued())

    def _queued(self) -> Iterator[str]:
        """The bodies of all messages that no worker has taken."""
        with self.celery.connection_for_read() as connection:
            channel = connection.default_channel
            for queue in QUEUES:
                for priority in channel.priority_steps:
                    # Redis has a list for each priority; other brokers are not supported here.
                    for raw in channel.client.lrange(channel._q_for_pri(queue, priority), 0, -1):
                        yield b64decode(json.loads(raw)["body"]).decode()

    def _tasks_of(self, run_id: str) -> Iterator[str]:
        """Ids of the run's own task and of its steps', as the workers tell them."""
        look = self.celery.control.inspect(timeout=_ASK_S)
        for found in (look.active(), look.reserved()):
            for tasks in (found or {}).values():
                for task in tasks:
                    if run_id in str(task.get("kwargs", "")):
                        yield task["id"]
