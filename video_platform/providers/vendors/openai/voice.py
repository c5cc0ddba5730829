"""Voices of OpenAI. They tell no word times: those come from an alignment."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

from video_platform.domain.generation import Capability, VoiceRequest
from video_platform.domain.language import Language
from video_platform.errors import LimitExceeded
from video_platform.providers.base import Produced
from video_platform.providers.faults import Codes
from video_platform.providers.limits import Limits
from video_platform.providers.prices import find_price
from video_platform.providers.remote import RemoteProvider
from video_platform.providers.service import Service
from video_platform.providers.vendors.openai._account import CODES, SERVICE

_NAMES = "alloy ash ballad cedar coral echo fable marin nova onyx sage shimmer verse"
VOICES = tuple(_NAMES.split())
"""The first is the default; all speak every language."""
_SLOWEST, _FASTEST = 0.25, 4.0
_CHARACTERS_PER_MINUTE = 850.0
_MANNER = "Calm, clear narrator of a documentary. Read the text exactly as written."
_PLAIN_MODELS = ("tts-1", "tts-1-hd")
"""They take no instructions."""


class OpenAIVoice(RemoteProvider[VoiceRequest]):
    """Speaks with OpenAI's text to speech."""

    name: ClassVar[str] = "openai"
    capability: ClassVar[Capability] = Capability.VOICE
    default_model: ClassVar[str] = "gpt-4o-mini-tts"
    service: ClassVar[Service] = replace(
        SERVICE,
        notice="OpenAI shuts its text-to-speech models down on 6 January 2027 and names no "
        "successor; elevenlabs and the embedded voices remain.",
    )
    codes: ClassVar[Codes] = CODES
    limits: ClassVar[Limits] = Limits(characters=4096)

    def choices(self, language: Language) -> Mapping[str, tuple[str, ...]]:
        """The voices; each speaks every language."""
        return {"voice": VOICES}

    def examine(self, request: VoiceRequest) -> None:
        super().examine(request)
        if not _SLOWEST <= request.speed <= _FASTEST:
            raise LimitExceeded(
                f"{self.name} cannot speak at speed {request.speed:g}.",
                provider=self.name,
                operation="submit",
                hint=f"Choose {_SLOWEST:g} to {_FASTEST:g}. Nothing was spent.",
            )

    def amounts(self, request: VoiceRequest) -> dict[str, float]:
        if find_price(self.service.name, self.model, "1000_characters"):
            return {"1000_characters": len(request.text) / 1000}
        return {"minute": len(request.text) / _CHARACTERS_PER_MINUTE / request.speed}

    def generate(self, request: VoiceRequest, directory: Path) -> Produced:
        body: dict[str, Any] = {
            "model": self.model,
            "input": request.text,
            "voice": request.voice or VOICES[0],
            "response_format": "mp3",
            "speed": request.speed,
        }
        if self.model not in _PLAIN_MODELS:
            body["instructions"] = _MANNER
        answer = self.http.submit("/audio/speech", json=body)
        return self.save(answer.content, directory, "audio/mpeg", {"voice": body["voice"]})
