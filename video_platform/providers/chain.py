"""Providers in the order they are asked in: the next one only when the one before cannot do it."""

from dataclasses import dataclass
from typing import Any

from video_platform.domain.generation import Capability
from video_platform.errors import (
    JobFailed,
    LimitExceeded,
    NotConfigured,
    ProviderAuthFailed,
    ProviderQuotaExceeded,
    ProviderRateLimited,
    ProviderUnavailable,
    VideoPlatformError,
)

GIVES_WAY: tuple[type[VideoPlatformError], ...] = (
    NotConfigured,
    LimitExceeded,
    ProviderAuthFailed,
    ProviderQuotaExceeded,
    ProviderRateLimited,
    ProviderUnavailable,
    JobFailed,
)
"""Faults after which the next provider is asked. Not among them: an unknown outcome (it may have
been paid), a refused content (another one's rules are no way around it), a cap, a job that goes on.
"""


@dataclass(frozen=True, slots=True)
class Chain:
    """At least two providers of one capability."""

    providers: tuple[Any, ...]

    @property
    def name(self) -> str:
        """The first one's name: what was chosen."""
        return str(self.providers[0].name)

    @property
    def capability(self) -> Capability:
        """What all of them make."""
        found: Capability = self.providers[0].capability
        return found
