"""What a brief would take, as ``--estimate --json`` shows it."""

from typing import Any

from video_platform.agents.estimate import estimate_brief
from video_platform.domain.brief import Brief
from video_platform.providers.registry import Catalogue
from video_platform.settings import Settings


def describe_estimate(brief: Brief) -> dict[str, Any]:
    """Calls and price by capability. Prices that are not known are ``None``, never guessed."""
    found = estimate_brief(brief, Catalogue(Settings().access_of))
    return {
        "scenes": found.scenes,
        "duration_s": brief.duration_s,
        "capabilities": [
            {
                "capability": row.capability.value,
                "provider": row.provider,
                "calls": row.calls,
                "cost_usd": None if row.cost_usd is None else float(row.cost_usd),
            }
            for row in found.rows
        ],
        "scene_usd": None if found.scene_usd is None else float(found.scene_usd),
        "cost_usd": None if found.cost_usd is None else float(found.cost_usd),
    }
