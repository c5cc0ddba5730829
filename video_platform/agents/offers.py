"""What providers offer here: who is ready, at what price, with which voices."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from video_platform.agents.studio import Studio
from video_platform.domain.generation import Capability
from video_platform.domain.language import Language
from video_platform.providers.base import OffersChoices
from video_platform.providers.prices import Price, price_table
from video_platform.providers.registry import DEFAULTS

_SAMPLES = {
    Language.ENGLISH: "Flour, water and time: that is all a good bread asks for.",
    Language.FRENCH: "De la farine, de l'eau et du temps : un bon pain n'en demande pas plus.",
    Language.ARABIC: "دقيق وماء ووقت، هذا كل ما يحتاجه الخبز الجيد.",
}
"""A sentence to try a voice with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One provider.

    Args:
        missing: variables the operator has to set before it can be asked.
        health: ``here``, ``ok``, or for how long it is left alone.
    """

    name: str
    capability: Capability
    is_default: bool
    model: str
    prices: tuple[Price, ...]
    limits: dict[str, Any]
    missing: tuple[str, ...]
    health: str
    notice: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """A voice of a provider, and a sentence to try it with."""

    provider: str
    name: str
    language: Language
    sample: str


def list_offers(studio: Studio) -> list[Offer]:
    """Every provider: by capability, those that are ready first."""
    offers = [_offer(studio, provider) for provider in studio.providers.all()]
    return sorted(offers, key=lambda one: (one.capability, bool(one.missing), one.name))


def list_voices(studio: Studio, language: Language) -> list[Voice]:
    """The voices of providers that know theirs."""
    return [
        Voice(provider=provider.name, name=name, language=language, sample=_SAMPLES[language])
        for provider in _with_voices(studio)
        for name in provider.choices(language).get("voice", ())
    ]


def _with_voices(studio: Studio) -> Iterator[Any]:
    for provider in studio.providers.all():
        if provider.capability is Capability.VOICE and isinstance(provider, OffersChoices):
            yield provider


def _offer(studio: Studio, provider: Any) -> Offer:
    service = getattr(provider, "service", None)
    model = getattr(provider, "model", "")
    prices = [
        price
        for price in price_table().values()
        if service is not None and price.service == service.name and price.model in (model, "*")
    ]
    return Offer(
        name=provider.name,
        capability=provider.capability,
        is_default=DEFAULTS.get(provider.capability) == provider.name,
        model=model,
        prices=tuple(prices),
        limits=provider.describe_limits() if service is not None else {},
        missing=tuple(provider.missing()) if service is not None else (),
        health=studio.service_health(service.name) if service is not None else "here",
        notice=service.notice if service is not None else "",
    )
