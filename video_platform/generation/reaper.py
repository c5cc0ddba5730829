"""The reaper: brings to an end what was asked of providers and nobody comes for any more.

A project that failed, was cancelled or archived, or whose process died and was not begun again,
leaves rows that hold money, and perhaps jobs that are paid. The reaper asks their providers what
became of them, never for anything new: a result is brought home and its cost settled, a failure
frees the money, a job that goes on is looked at again after a pause. When its service's own time
is over, its outcome is ``unknown``, and a person decides.

Each row is claimed as any other worker claims it, and each outcome is written under that claim: two
reapers do nothing twice, and one that is killed leaves a lease that runs out.
"""

import logging
import time
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from sqlalchemy.exc import SQLAlchemyError

from video_platform.db.repositories.generations import Entry, GenerationState
from video_platform.domain.generation import Capability
from video_platform.errors import LeaseLost, OutcomeUnknown, ProviderError, VideoPlatformError
from video_platform.generation.ledger import LEASE_S, Ledger, has_ended, job_of
from video_platform.providers.jobs import CancelsJobs
from video_platform.providers.service import Service
from video_platform.providers.transport import Transport

AT_ONCE = 20
"""Rows of one look: each may take its provider's time, and the next look does the rest."""
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 60.0, 900.0
_PAUSE_SHARE = 0.25
"""Of a job's age: what has taken long will take longer."""
_UNKNOWN_SERVICE_S = 86_400.0
"""For providers that are not installed any more."""
ABANDONED = ("abandoned", "Its project ended before this was sent.")
"""Code and words of a request that never left."""
_log = logging.getLogger(__name__)


class Fate(StrEnum):
    """What became of a row in one look."""

    STORED = "stored"  # its result is here, and its cost is settled
    FREED = "freed"  # there is no result, and its money is free
    UNKNOWN = "unknown"  # nobody knows: the money stays held, and a person decides
    WAITING = "waiting"  # looked at again after a pause
    ANOTHERS = "anothers"  # somebody else took it meanwhile


class LeftBehind(Protocol):
    """Finds rows of all tenants; see ``db.repositories.generations``."""

    def left_behind(self, *, answerable: Collection[str], limit: int) -> list[Entry]: ...


FindProvider = Callable[[str, Capability, str], Any]
"""The provider of a tenant's capability by its name, as for any generation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaper:
    """Looks at what was left behind, of all tenants.

    Args:
        ledger_of: a tenant's ledger.
        find: raises ``NotConfigured`` where there is no such provider any more.
        is_unwanted: whether a project's person has said that it is not to be made.
        answerable: names of providers that know what became of a request of theirs.
        clock: seconds since 1970.
    """

    rows: LeftBehind
    ledger_of: Callable[[str], Ledger]
    find: FindProvider
    is_unwanted: Callable[[str], bool]
    answerable: Collection[str] = ()
    clock: Callable[[], float] = time.time

    def due(self) -> bool:
        """Whether there is anything to look at now."""
        return bool(self.rows.left_behind(answerable=self.answerable, limit=1))

    def reap(self, *, at_once: int = AT_ONCE) -> Counter[Fate]:
        """Look at what is due, at most ``at_once`` rows; how many met which fate.

        What goes wrong with one of them is logged, and the others are looked at all the same.
        """
        fates: Counter[Fate] = Counter()
        for entry in self.rows.left_behind(answerable=self.answerable, limit=at_once):
            try:
                fate = self._settle(entry)
            except LeaseLost:
                fate = Fate.ANOTHERS
            except Exception:  # noqa: BLE001 - no row may keep the others waiting
                # A database that restarts, a row that cannot be read: its lease runs out.
                _log.exception("Generation %s could not be looked at.", entry.key[:12])
                fate = Fate.WAITING
            fates[fate] += 1
        return fates

    def _settle(self, entry: Entry) -> Fate:
        rows = self.ledger_of(entry.tenant).rows
        held = rows.take(entry, lease_s=LEASE_S)
        if not held.is_mine:
            return Fate.ANOTHERS
        if held.state is GenerationState.CLAIMED:
            return self._abandon(held)
        provider: Any = None
        try:
            provider = self.find(held.tenant, Capability(held.capability), held.provider)
            if getattr(provider, "service", None) is None:
                return self._abandon(held)  # it worked here, and its process is gone
            if self.ledger_of(held.tenant).revisit(provider, held) is not None:
                return Fate.STORED
            code, why = "job_goes_on", self._goes_on(provider, held)
        except (LeaseLost, SQLAlchemyError):
            raise
        except VideoPlatformError as error:
            if has_ended(error):
                return Fate.FREED
            code, why = error.code, str(error)
        except Exception as error:  # noqa: BLE001 - a provider may be anybody's code
            _log.exception("Provider %s broke.", held.provider)
            code, why = "provider_broken", f"{type(error).__name__}: {error}"[:500]
        finally:
            _hang_up(provider)
        return self._look_again(held, _ends_within_s(provider), code, why)

    def _abandon(self, held: Entry) -> Fate:
        """End what surely costs nothing."""
        self.ledger_of(held.tenant).rows.failed(held.key, held.fence, *ABANDONED)
        return Fate.FREED

    def _goes_on(self, provider: Any, held: Entry) -> str:
        """Ask that a job nobody wants be given up; what is known of it now, in words."""
        name = f"Its job goes on at {held.provider}, and is looked at again."
        job = job_of(held)
        if job is None or not isinstance(provider, CancelsJobs):
            return name
        if not self.is_unwanted(held.project):
            return name
        try:
            provider.cancel(job)
        except ProviderError as error:
            return f"{name} It was not given up: {error}"
        return f"{held.provider} was asked to give its job up, and it is looked at again."

    def _look_again(self, held: Entry, ends_within_s: float, code: str, why: str) -> Fate:
        """Leave a row for a later look, unless there is nothing to be expected any more."""
        rows = self.ledger_of(held.tenant).rows
        since = held.submitted_at or held.sent_at or held.created_at
        age_s = self.clock() - since.timestamp()
        is_unknown = held.state is GenerationState.UNKNOWN
        if age_s > ends_within_s and not is_unknown:
            given_up = f"No result came within {ends_within_s / 3600:.0f} h. Last: {why}"
            rows.unknown(held.key, held.fence, OutcomeUnknown.code, given_up)
            return Fate.UNKNOWN
        pause_s = min(max(age_s * _PAUSE_SHARE, _FIRST_PAUSE_S), _LONGEST_PAUSE_S)
        rows.rest(held.key, held.fence, for_s=pause_s, code=code, error=why)
        return Fate.UNKNOWN if is_unknown else Fate.WAITING


def _hang_up(provider: Any) -> None:
    """Give the connections of a provider back that was made for one look."""
    http = getattr(provider, "http", None)
    if isinstance(http, Transport):
        http.close()


def _ends_within_s(provider: Any) -> float:
    """Seconds after which a provider's job cannot give a result any more."""
    service: Service | None = getattr(provider, "service", None)
    return service.ends_within_s if service is not None else _UNKNOWN_SERVICE_S
