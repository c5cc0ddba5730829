"""What an agent answers: the asset's value, and what it took to make it."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Generic, TypeVar

from video_platform.domain.generation import Generation
from video_platform.domain.manifests import Origin

ValueT = TypeVar("ValueT")


@dataclass(frozen=True, slots=True, kw_only=True)
class StageResult(Generic[ValueT]):
    """A stage's value with its bill.

    Args:
        provider_calls: generations that were made now, not taken from the ledger.
        reused: generations or films taken from what was stored.
        cost_usd: spent now.
    """

    value: ValueT
    provider_calls: int = 0
    reused: int = 0
    cost_usd: Decimal = Decimal(0)


def billed(value: ValueT, generations: Iterable[Generation]) -> StageResult[ValueT]:
    """A result with the bill of these generations."""
    made = list(generations)
    fresh = [generation for generation in made if not generation.reused]
    return StageResult(
        value=value,
        provider_calls=len(fresh),
        reused=len(made) - len(fresh),
        cost_usd=sum((generation.cost_usd for generation in fresh), Decimal(0)),
    )


def origin_of(generation: Generation) -> Origin:
    """Where a take comes from, as manifests keep it."""
    return Origin(
        provider=generation.provider, generation=generation.key, cost_usd=generation.cost_usd
    )
