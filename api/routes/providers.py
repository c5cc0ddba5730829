"""Who can make what here, and in which voices."""

from fastapi import APIRouter

from api.desks import ReadingDesk
from api.schemas.providers import PriceOut, ProviderOut, VoiceOut
from video_platform.agents.offers import list_offers, list_voices
from video_platform.domain.generation import Capability
from video_platform.domain.language import Language

router = APIRouter(tags=["providers"])


@router.get("/providers", summary="Providers, their prices and limits")
def list_providers(desk: ReadingDesk, capability: Capability | None = None) -> list[ProviderOut]:
    """Those that are ready first; `missing` says what would turn on the others."""
    return [
        ProviderOut(
            name=offer.name,
            capability=offer.capability,
            configured=not offer.missing,
            is_default=offer.is_default,
            default_model=offer.model,
            price=[
                PriceOut(
                    unit=price.unit,
                    usd=price.usd,
                    source=price.source,
                    read_on=price.read_on,
                    confidence=price.confidence,
                )
                for price in offer.prices
            ],
            limits=offer.limits,
            missing=list(offer.missing),
            health=offer.health,
            notice=offer.notice,
        )
        for offer in list_offers(desk.studio)
        if capability is None or offer.capability is capability
    ]


@router.get("/voices", summary="Voices of a language")
def list_all_voices(desk: ReadingDesk, language: Language = Language.ENGLISH) -> list[VoiceOut]:
    """Of every provider that knows its voices, with a sentence to try them with."""
    return [
        VoiceOut(
            provider=voice.provider,
            voice=voice.name,
            language=voice.language,
            sample=voice.sample,
        )
        for voice in list_voices(desk.studio, language)
    ]
