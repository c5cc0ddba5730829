"""What a brief would take, before anything is made or paid."""

from typing import Any

from video_platform.domain.brief import Brief
from video_platform.domain.generation import Capability
from video_platform.providers.registry import DEFAULTS, find_provider

_SECONDS_PER_SCENE = 7.5


def estimate_brief(brief: Brief) -> dict[str, Any]:
    """Calls and price by capability. Prices that are not known are ``None``, never guessed."""
    scenes = max(1, round(brief.duration_s / _SECONDS_PER_SCENE))
    calls = {
        Capability.SCRIPT: 1,
        Capability.IMAGE: scenes * len(brief.formats),
        Capability.VOICE: scenes,
        Capability.MUSIC: 1,
        Capability.VIDEO: scenes,
    }
    if Capability.AVATAR.value in brief.providers:
        calls[Capability.AVATAR] = scenes * len(brief.formats)
    rows: list[dict[str, Any]] = []
    for capability, count in calls.items():
        provider = find_provider(capability, brief.providers.get(capability.value, ""))
        # What ships with the platform runs on this machine and costs nothing.
        cost = 0.0 if provider.name in DEFAULTS.values() else None
        rows.append(
            {
                "capability": capability.value,
                "provider": provider.name,
                "calls": count,
                "cost_usd": cost,
            }
        )
    known = [row["cost_usd"] for row in rows]
    return {
        "scenes": scenes,
        "duration_s": brief.duration_s,
        "capabilities": rows,
        "cost_usd": None if None in known else sum(known),
    }
