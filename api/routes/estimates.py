"""Prices before, and costs after."""

from decimal import Decimal

from fastapi import APIRouter

from api.desks import ReadingDesk
from api.routes.projects import find_brief
from api.schemas.base import ProjectKey
from api.schemas.projects import BriefIn
from api.schemas.providers import CostOut, CostRowOut, EstimateOut, EstimateRowOut
from video_platform.agents.desk import Desk
from video_platform.agents.estimate import estimate_brief
from video_platform.domain.brief import Brief

router = APIRouter(tags=["costs"])


@router.post("/estimates", summary="What a brief would cost")
def estimate(brief: BriefIn, desk: ReadingDesk) -> EstimateOut:
    """List prices of the first choices; nothing is made and nothing is paid."""
    return _estimate(desk, find_brief(desk, brief))


@router.get("/projects/{key}/estimate", summary="What a project would cost")
def estimate_project(key: ProjectKey, desk: ReadingDesk) -> EstimateOut:
    """As if nothing of it were made yet."""
    return _estimate(desk, desk.studio.projects.stored(key).brief)


@router.get("/projects/{key}/cost", summary="What a project has cost")
def read_cost(key: ProjectKey, desk: ReadingDesk) -> CostOut:
    """As the ledger says: what was paid for it, and what is reserved now."""
    budget, rows = desk.cost(key)
    return CostOut(
        project=key,
        spent_usd=_usd(budget.spent_microusd),
        held_usd=_usd(budget.held_microusd),
        cap_usd=None if budget.cap_microusd is None else _usd(budget.cap_microusd),
        rows=[
            CostRowOut(
                capability=row.capability,
                provider=row.provider,
                calls=row.calls,
                spent_usd=_usd(row.spent_microusd),
                held_usd=_usd(row.held_microusd),
            )
            for row in rows
        ],
    )


def _estimate(desk: Desk, brief: Brief) -> EstimateOut:
    desk.check(brief)
    found = estimate_brief(brief, desk.studio.providers)
    return EstimateOut(
        scenes=found.scenes,
        cost_usd=found.cost_usd,
        scene_usd=found.scene_usd,
        rows=[
            EstimateRowOut(
                capability=row.capability,
                provider=row.provider,
                calls=row.calls,
                cost_usd=row.cost_usd,
            )
            for row in found.rows
        ],
    )


def _usd(micro: int) -> Decimal:
    return Decimal(micro) / 1_000_000
