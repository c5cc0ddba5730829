"""Lets calls to a service through at the pace its account allows, across all processes."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from video_platform.errors import (
    OutcomeUnknown,
    ProviderRateLimited,
    ProviderUnavailable,
    TransientProviderError,
)
from video_platform.providers.service import Service
from video_platform.providers.transport import Clock

_CLOSED_AFTER = 5
"""Failures in a row after which a service is left alone."""
_CLOSED_S = 60.0
_LOOK_S = 0.5
_PLACE_S = 30.0
"""A place is free again so long after its holder died."""


class SharedLimits(Protocol):
    """Where the limits are kept; see ``db.repositories.services``."""

    def take_place(self, service: str, *, at_once: int, hold_s: float) -> str | None: ...
    def keep_place(self, place: str, *, hold_s: float) -> None: ...
    def give_back(self, place: str) -> None: ...
    def wait_for_call(self, service: str, *, per_minute: int) -> float: ...
    def record(self, service: str, *, failed: bool, after: int, pause_s: float) -> None: ...
    def closed_for(self, service: str) -> float: ...


@dataclass(frozen=True, slots=True)
class Turnstile:
    """The way to every service."""

    limits: SharedLimits
    clock: Clock

    @contextmanager
    def place(self, service: Service | None, *, wait_s: float) -> Iterator[str]:
        """Hold one of the places the service gives an account; wait ``wait_s`` for it if need be.

        It is lost half a minute after the last ``keep``.
        """
        if service is None:
            yield ""
            return
        waited_until = self.clock.now() + wait_s
        while True:
            place = self.limits.take_place(service.name, at_once=service.at_once, hold_s=_PLACE_S)
            if place is not None:
                break
            if self.clock.now() > waited_until:
                raise ProviderUnavailable(
                    f"All {service.at_once} places at {service.name} stay taken.",
                    provider=service.name,
                    operation="submit",
                    hint="Run the same command again later, or allow more at once.",
                )
            self.clock.sleep(_LOOK_S)
        try:
            yield place
        finally:
            self.limits.give_back(place)

    def keep(self, place: str) -> None:
        """Hold a place a while longer; call it every ten seconds."""
        self.limits.keep_place(place, hold_s=_PLACE_S)

    @contextmanager
    def call(self, service: Service | None) -> Iterator[None]:
        """One request: at the account's pace, and not at all while the service is out of order."""
        if service is None:
            yield
            return
        closed_s = self.limits.closed_for(service.name)
        if closed_s:
            raise ProviderUnavailable(
                f"{service.name} failed {_CLOSED_AFTER} times in a row and is left alone for "
                f"{closed_s:.0f} s.",
                provider=service.name,
                operation="submit",
                hint="It is tried again by itself; or choose another provider.",
            )
        while service.per_minute:
            wait_s = self.limits.wait_for_call(service.name, per_minute=service.per_minute)
            if not wait_s:
                break
            self.clock.sleep(wait_s)
        try:
            yield
        except ProviderRateLimited:
            raise  # a service that asks for a pause is in order
        except (TransientProviderError, OutcomeUnknown):
            self._record(service, failed=True)
            raise
        self._record(service, failed=False)

    def _record(self, service: Service, *, failed: bool) -> None:
        self.limits.record(service.name, failed=failed, after=_CLOSED_AFTER, pause_s=_CLOSED_S)
