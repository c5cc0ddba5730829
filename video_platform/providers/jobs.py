"""Slow work at a provider: submitted once, looked at until it ends, fetched at once.

A slow provider has three verbs beside what every provider has. Each is one step that can be done by
another process than the step before: what is to be remembered is in the ``Job``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Protocol, TypeVar, runtime_checkable

from video_platform.domain.generation import Capability, JsonValue
from video_platform.providers.base import Produced

RequestT_contra = TypeVar("RequestT_contra", contravariant=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Accepted work: the provider's own id, and what else it gave to ask for it by.

    Stored before the first look at it, so it must be plain JSON.
    """

    id: str
    handles: Mapping[str, str] = field(default_factory=dict)
    """URLs the provider returned: they are followed, never rebuilt."""
    details: Mapping[str, JsonValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobState:
    """What one look at a job found.

    Args:
        is_done: the result can be fetched.
        share: finished share, 0 to 1, where the provider tells.
        look_again_s: how long the provider asks to be left alone.
        handles: URLs of the result, where they came with this look.
        details: further facts to keep with the result.
    """

    is_done: bool
    share: float = 0.0
    look_again_s: float = 0.0
    handles: Mapping[str, str] = field(default_factory=dict)
    details: Mapping[str, JsonValue] = field(default_factory=dict)


@runtime_checkable
class SlowProvider(Protocol[RequestT_contra]):
    """A generation service that works in jobs."""

    name: ClassVar[str]
    capability: ClassVar[Capability]
    version: ClassVar[str]

    def submit(self, request: RequestT_contra, key: str) -> Job:
        """Hand the work over. ``key`` names the request: for services that take such a name.

        Raises:
            OutcomeUnknown: no answer came after the request had left.
            ProviderError: the service did not take it; nothing was begun.
        """
        ...

    def check(self, job: Job) -> JobState:
        """Look once. Never waits, never loops.

        Raises:
            JobFailed, ContentRefused: it ended without a result.
            TransientProviderError: the look failed; the job goes on.
        """
        ...

    def fetch(self, job: Job, state: JobState, directory: Path) -> Produced:
        """Bring the result of a job that is done into ``directory``, which is empty and private."""
        ...


@runtime_checkable
class FindsJobs(Protocol):
    """A slow provider that can be asked for the job it made of a request."""

    def find(self, key: str) -> Job | None:
        """The job that was submitted under ``key``, or nothing when it never arrived."""
        ...


@runtime_checkable
class CancelsJobs(Protocol):
    """A slow provider whose jobs can be given up without losing one that has just ended."""

    def cancel(self, job: Job) -> None:
        """Ask the service to give a job up. What became of it is what the next ``check`` says.

        Raises:
            ProviderError: it was not heard, or not obeyed; the job may go on.
        """
        ...
