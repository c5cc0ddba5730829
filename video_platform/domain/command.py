"""Commands: what a person asked for, from the wish to the end of its run."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class CommandState(StrEnum):
    """Where a command is."""

    WAITING = "waiting"
    STARTED = "started"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen to it."""
        return self in _OVER


_OVER = frozenset({CommandState.SUCCEEDED, CommandState.FAILED, CommandState.CANCELLED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One wish; a sensor makes exactly one run of it.

    Args:
        kind: name of a job.
        arguments: ``only`` (scene ids by stage), ``until`` (the last stage to make).
        attempts: how many runs were started for it: more than one where a run was lost.
        traceparent: of the request it came with, after W3C Trace Context; empty: not traced.
    """

    id: int
    tenant: str
    project: str
    kind: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    priority: int = 0
    state: CommandState = CommandState.WAITING
    run_id: str = ""
    attempts: int = 0
    traceparent: str = ""
    failure: Mapping[str, Any] | None = None
    created_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    heartbeat_at: datetime | None = None
    cancel_asked_at: datetime | None = None

    @property
    def run_key(self) -> str:
        """Names the run of the coming attempt: Dagster starts one run of a key."""
        return f"command:{self.id}:{self.attempts + 1}"
