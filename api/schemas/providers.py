"""Providers, their prices and voices; estimates and costs."""

from decimal import Decimal
from typing import Any

from pydantic import Field

from api.schemas.base import Output, shown
from video_platform.domain.generation import Capability
from video_platform.domain.language import Language

_PRICE = {
    "unit": "image",
    "usd": "0.040",
    "source": "openai.com/api/pricing",
    "read_on": "2026-11-20",
    "confidence": "documents",
}
_ROW = {"capability": "image", "provider": "embedded_painter", "calls": 8, "cost_usd": "0"}
_COST = {
    "capability": "image",
    "provider": "embedded_painter",
    "calls": 8,
    "spent_usd": "0.000000",
    "held_usd": "0.000000",
}


class PriceOut(Output):
    """A list price, where it was read and when."""

    model_config = shown(**_PRICE)

    unit: str
    usd: Decimal
    source: str
    read_on: str
    confidence: str


class ProviderOut(Output):
    """Who can make something here, and what is missing to turn them on."""

    model_config = shown(
        name="embedded_painter",
        capability="image",
        configured=True,
        is_default=True,
        default_model="",
        price=[],
        limits={},
        missing=[],
        health="here",
        notice="",
    )

    name: str
    capability: Capability
    configured: bool
    is_default: bool
    default_model: str
    price: list[PriceOut]
    limits: dict[str, Any]
    missing: list[str] = Field(description="Variables the operator has to set.")
    health: str
    notice: str


class VoiceOut(Output):
    """A voice, and a sentence to try it with."""

    model_config = shown(
        provider="espeak", voice="en-us", language="en", sample="Flour, water and time."
    )

    provider: str
    voice: str
    language: Language
    sample: str


class EstimateRowOut(Output):
    """One capability's share of an estimate; a price that is not known is none."""

    model_config = shown(**_ROW)

    capability: Capability
    provider: str
    calls: int
    cost_usd: Decimal | None


class EstimateOut(Output):
    """What a brief would take."""

    model_config = shown(scenes=8, cost_usd="0", scene_usd="0", rows=[_ROW])

    scenes: int
    cost_usd: Decimal | None = Field(description="None: a part of it is not known.")
    scene_usd: Decimal | None
    rows: list[EstimateRowOut]


class CostRowOut(Output):
    """One provider's share of what a project cost."""

    model_config = shown(**_COST)

    capability: str
    provider: str
    calls: int
    spent_usd: Decimal
    held_usd: Decimal


class CostOut(Output):
    """What a project has cost, and may."""

    model_config = shown(
        project="why-bread-rises-0123456789",
        spent_usd="0.000000",
        held_usd="0.000000",
        cap_usd=None,
        rows=[_COST],
    )

    project: str
    spent_usd: Decimal
    held_usd: Decimal = Field(description="Reserved for what is under way.")
    cap_usd: Decimal | None
    rows: list[CostRowOut]
