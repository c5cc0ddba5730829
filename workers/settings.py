"""What the launcher, the executor and the workers must agree on."""

from typing import Any

BROKER_VARIABLE = "VIDEO_PLATFORM_CELERY_BROKER_URL"
"""Environment name of the Redis that carries the messages and the answers."""
LOGS_BUCKET_VARIABLE = "VIDEO_PLATFORM_LOGS_BUCKET"
"""Environment name of the bucket for what steps print; read by Dagster itself."""

RUNS, GENERATE, RENDER, UPLOAD, PUBLISH = "runs", "generate", "render", "upload", "publish"
QUEUES = (RUNS, GENERATE, RENDER, UPLOAD, PUBLISH)
"""``runs`` only waits for the others, so it needs workers of its own: a run that took the last
place of its own steps would wait for ever."""


def on_queue(name: str) -> dict[str, str]:
    """Tags that send an op to the workers of this queue; they mean nothing in one process."""
    return {"dagster-celery/queue": name}


_LONGEST_STEP_S = 7 * 3600
"""Above ``dagster/max_runtime`` of every job: a message handed out twice is work done twice."""

CELERY: dict[str, Any] = {
    "broker_transport_options": {"visibility_timeout": _LONGEST_STEP_S},
    "broker_connection_retry_on_startup": True,
    # One message at a time, so that an idle worker never watches another one's backlog.
    "worker_prefetch_multiplier": 1,
    # Memory that libraries lose goes back with the child.
    "worker_max_tasks_per_child": 50,
    # Dagster's own log is the record of a run.
    "worker_hijack_root_logger": False,
    "worker_redirect_stdouts": False,
    # A day after its run nobody asks for an answer any more.
    "result_expires": 86_400,
    "task_track_started": True,
    # Checks and what tidies up name no queue: they read films, as rendering does.
    "task_default_queue": RENDER,
}
"""Settings of the Celery application, on both sides of the queue. Order among runs is the run
queue's business: priorities of messages stay unused (Redis takes the lowest number first, which is
not what Dagster's documentation promises)."""
