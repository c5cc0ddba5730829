"""Figures for Prometheus, read from the database at the moment they are asked for.

The database is what every process agrees on: nothing is counted twice, lost with a process, or
counted anew after a restart. Names carry their unit; all are gauges, for what they say is now.
"""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Select, func, or_, select

from video_platform.db.database import Database
from video_platform.db.models import AssetRow, CommandRow, GenerationRow, PublicationRow
from video_platform.db.repositories.generations import RUNNING, GenerationState, is_nobodys
from video_platform.domain.command import CommandState
from video_platform.domain.publication import PublicationState
from video_platform.generation.reaper import ABANDONED

RECENT = timedelta(minutes=15)
"""Of what has ended, this much counts."""
_MOST = 20_000
"""Rows looked at for rates and latencies, the newest first."""
_MICRO = 1_000_000
_LEASED = tuple(state.value for state in RUNNING)
HELP = {
    "pipeline_duration_seconds": "Longest run of a project now under way, and of those just ended.",
    "agent_error_rate": "Share of generations of 15 minutes that failed, 0 to 1, by agent.",
    "render_queue_size": "Commands of people that wait for their turn.",
    "storage_usage": "Share of the disk of the data directory that is used, 0 to 1.",
    "storage_tenant_bytes": "Bytes of media a tenant holds, each content counted once.",
    "cost_usd": "US dollars spent on generations so far, by provider and agent.",
    "cost_held_usd": "US dollars reserved for what is under way or of unknown outcome.",
    "generations_left_behind": "Requests nobody comes for, which the reaper looks at, by state.",
    "cost_left_behind_usd": "US dollars reserved for them.",
    "generations_unknown": "Paid requests of unknown outcome, which wait for a person.",
    "publications_unconfirmed": "Posts of which nobody knows whether they are out.",
    "publications_late_seconds": "How long the most overdue publication has waited.",
    "leases_expired": "Rows under way whose worker gave no sign in time, by kind.",
    "provider_latency_seconds": "Time to a result of 15 minutes, by provider and quantile.",
}
"""Every figure, and what it says."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One value of a figure."""

    name: str
    value: float
    labels: tuple[tuple[str, str], ...] = ()


class Figures:
    """Reads all figures.

    Args:
        database: of the whole system.
        home: the data directory.
    """

    def __init__(self, database: Database, home: Path) -> None:
        self._database = database.system()
        self._home = home

    def read(self, now: datetime | None = None) -> list[Sample]:
        """All samples at a moment with a zone; default: the database's now."""
        moment = now or self._database.now()
        return [
            *self._pipelines(moment),
            *self._generations(moment),
            *self._publications(moment),
            *self._leases(moment),
            *self._left_behind(moment),
            *self._money(),
            *self._storage(),
        ]

    def _rows(self, query: Select[Any]) -> Sequence[Any]:
        with self._database.session() as session:
            return session.execute(query).all()

    def _count(self, query: Select[Any]) -> int:
        return int(self._rows(query)[0][0])

    def _pipelines(self, now: datetime) -> Iterator[Sample]:
        waiting = select(func.count()).where(CommandRow.state == CommandState.WAITING.value)
        yield Sample("render_queue_size", self._count(waiting))
        running = select(func.min(CommandRow.started_at)).where(
            CommandRow.state == CommandState.STARTED.value
        )
        ended = select(CommandRow.started_at, CommandRow.finished_at).where(
            CommandRow.finished_at > now - RECENT, CommandRow.started_at.is_not(None)
        )
        begun = self._rows(running)[0][0]
        lengths = [(end - start).total_seconds() for start, end in self._rows(ended.limit(_MOST))]
        name = "pipeline_duration_seconds"
        yield Sample(name, (now - begun).total_seconds() if begun else 0.0, (("state", "running"),))
        yield Sample(name, max(lengths, default=0.0), (("state", "ended"),))

    def _generations(self, now: datetime) -> Iterator[Sample]:
        row = GenerationRow
        ended = (
            select(row.capability, row.provider, row.state, row.sent_at, row.finished_at)
            # What nobody sent any more is no fault of who would have made it.
            .where(row.finished_at > now - RECENT, row.error_code != ABANDONED[0])
            .order_by(row.finished_at.desc())
            .limit(_MOST)
        )
        outcomes: dict[str, list[bool]] = {}
        waits: dict[str, list[float]] = {}
        for agent, provider, state, sent_at, finished_at in self._rows(ended):
            outcomes.setdefault(agent, []).append(state == GenerationState.FAILED.value)
            if state == GenerationState.STORED.value and sent_at is not None:
                waits.setdefault(provider, []).append((finished_at - sent_at).total_seconds())
        for agent, failed in sorted(outcomes.items()):
            yield Sample("agent_error_rate", sum(failed) / len(failed), (("agent", agent),))
        for provider, seconds in sorted(waits.items()):
            for quantile in (0.5, 0.95):
                labels = (("provider", provider), ("quantile", str(quantile)))
                yield Sample("provider_latency_seconds", _quantile(seconds, quantile), labels)
        unknown = select(func.count()).where(row.state == GenerationState.UNKNOWN.value)
        yield Sample("generations_unknown", self._count(unknown))

    def _publications(self, now: datetime) -> Iterator[Sample]:
        row = PublicationRow
        unconfirmed = select(func.count()).where(row.state == PublicationState.UNCONFIRMED.value)
        yield Sample("publications_unconfirmed", self._count(unconfirmed))
        overdue = select(func.min(row.due_at)).where(
            row.state == PublicationState.SCHEDULED.value, row.due_at < now
        )
        due = self._rows(overdue)[0][0]
        yield Sample("publications_late_seconds", (now - due).total_seconds() if due else 0.0)

    def _leases(self, now: datetime) -> Iterator[Sample]:
        generation, publication = GenerationRow, PublicationRow
        expired = {
            "generation": select(func.count()).where(
                generation.state.in_(_LEASED), generation.lease_until < now.timestamp()
            ),
            "publication": select(func.count()).where(publication.lease_until < now),
            "run": select(func.count()).where(
                CommandRow.state == CommandState.STARTED.value,
                CommandRow.heartbeat_at < now - timedelta(minutes=1),
            ),
        }
        for kind, query in expired.items():
            yield Sample("leases_expired", self._count(query), (("kind", kind),))

    def _left_behind(self, now: datetime) -> Iterator[Sample]:
        row = GenerationRow
        free = or_(row.owner == "", row.lease_until < now.timestamp())
        left = (
            select(row.state, func.count(), func.sum(row.held_microusd))
            .where(row.state.in_(_LEASED), free, is_nobodys())
            .group_by(row.state)
        )
        held_microusd = 0
        for state, count, held in self._rows(left):
            yield Sample("generations_left_behind", count, (("state", state),))
            held_microusd += held or 0
        yield Sample("cost_left_behind_usd", held_microusd / _MICRO)

    def _money(self) -> Iterator[Sample]:
        row = GenerationRow
        sums = select(
            row.provider, row.capability, func.sum(row.cost_microusd), func.sum(row.held_microusd)
        ).group_by(row.provider, row.capability)
        for provider, agent, spent, held in self._rows(sums):
            labels = (("agent", agent), ("provider", provider))
            yield Sample("cost_usd", float(spent or 0) / _MICRO, labels)
            yield Sample("cost_held_usd", float(held or 0) / _MICRO, labels)

    def _storage(self) -> Iterator[Sample]:
        usage = shutil.disk_usage(self._home)
        yield Sample("storage_usage", usage.used / (usage.used + usage.free))
        contents = (
            select(AssetRow.tenant, AssetRow.sha256, func.max(AssetRow.size_bytes).label("size"))
            .group_by(AssetRow.tenant, AssetRow.sha256)
            .subquery()
        )
        held = select(contents.c.tenant, func.sum(contents.c.size)).group_by(contents.c.tenant)
        for tenant, size in self._rows(held):
            yield Sample("storage_tenant_bytes", float(size), (("tenant", tenant),))


def _quantile(values: Sequence[float], share: float) -> float:
    """The value that ``share`` of them do not pass; of at least one."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def to_prometheus(samples: Sequence[Sample]) -> str:
    """The samples in Prometheus's text format 0.0.4."""
    lines = []
    for name, help_text in HELP.items():
        own = [sample for sample in samples if sample.name == name]
        if own:
            lines += [f"# HELP {name} {help_text}", f"# TYPE {name} gauge"]
        lines += [f"{name}{_labels(sample)} {sample.value!r}" for sample in own]
    return "\n".join(lines) + "\n"


def _labels(sample: Sample) -> str:
    if not sample.labels:
        return ""
    return "{" + ",".join(f'{name}="{_escaped(value)}"' for name, value in sample.labels) + "}"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
