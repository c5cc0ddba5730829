"""What projects have cost, as the ledger of generations says."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from video_platform.db.database import Database
from video_platform.db.models import GenerationRow


@dataclass(frozen=True, slots=True, kw_only=True)
class CostRow:
    """One provider's share of a project's cost, in millionths of a US dollar.

    ``held_microusd`` is reserved for what is under way, or of unknown outcome.
    """

    capability: str
    provider: str
    calls: int
    spent_microusd: int
    held_microusd: int


class Costs:
    """Reads the ledger by project."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of_project(self, project: str) -> list[CostRow]:
        """What was made for a project first, by capability and provider.

        What it took from another project's work is not its cost.
        """
        capability, provider = GenerationRow.capability, GenerationRow.provider
        sums: list[Any] = [
            func.count(),
            func.coalesce(func.sum(GenerationRow.cost_microusd), 0),
            func.coalesce(func.sum(GenerationRow.held_microusd), 0),
        ]
        query = (
            select(capability, provider, *sums)
            .where(GenerationRow.project == project)
            .group_by(capability, provider)
            .order_by(capability, provider)
        )
        with self._database.session() as session:
            return [
                CostRow(
                    capability=row[0],
                    provider=row[1],
                    calls=row[2],
                    spent_microusd=int(row[3]),
                    held_microusd=int(row[4]),
                )
                for row in session.execute(query)
            ]
