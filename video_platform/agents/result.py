"""What an agent answers: the asset's value, and what it took to make it."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Generic, TypeVar

from video_platform.domain.generation import Generation
from video_platform.domain.manifests import Candidate, Origin

ValueT = TypeVar("ValueT")


@dataclass(frozen=True, slots=True, kw_only=True)
class StageResult(Generic[ValueT]):
    """A stage's value with its bill.

    Args:
        provider_calls: generations that were made now, not taken from the ledger.
        reused: generations or films taken from what was stored.
        cost_usd: spent now; ``estimate_usd`` is what was expected of it.
        instead_of: providers that gave way to another, each with the reason.
    """

    value: ValueT
    provider_calls: int = 0
    reused: int = 0
    cost_usd: Decimal = Decimal(0)
    estimate_usd: Decimal = Decimal(0)
    instead_of: tuple[str, ...] = ()


def billed(value: ValueT, generations: Iterable[Generation]) -> StageResult[ValueT]:
    """A result with the bill of these generations."""
    made = list(generations)
    fresh = [generation for generation in made if not generation.reused]
    return StageResult(
        value=value,
        provider_calls=len(fresh),
        reused=len(made) - len(fresh),
        cost_usd=sum((generation.cost_usd for generation in fresh), Decimal(0)),
        estimate_usd=sum((generation.estimate_usd for generation in fresh), Decimal(0)),
        instead_of=tuple(dict.fromkeys(note for one in made for note in origin_of(one).instead_of)),
    )


def origin_of(generation: Generation, candidates: tuple[Candidate, ...] = ()) -> Origin:
    """Where a take comes from, as manifests keep it."""
    gave_way: Any = generation.details.get("instead_of", [])
    return Origin(
        provider=generation.provider,
        generation=generation.key,
        cost_usd=generation.cost_usd,
        estimate_usd=generation.estimate_usd,
        instead_of=tuple(f"{one['provider']}: {one['reason']}" for one in gave_way),
        candidates=candidates,
    )
