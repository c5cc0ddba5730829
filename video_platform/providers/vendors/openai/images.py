"""Pictures of OpenAI's image models, which took the place of DALL-E."""

from pathlib import Path
from typing import Any, ClassVar

from video_platform.domain.formats import Format
from video_platform.domain.generation import Capability, ImageRequest
from video_platform.providers.base import Produced
from video_platform.providers.chat import MILLION, count_at
from video_platform.providers.faults import Codes
from video_platform.providers.limits import Limits
from video_platform.providers.prices import cost_usd
from video_platform.providers.references import prompt_with_references, small_jpeg
from video_platform.providers.remote import RemoteProvider
from video_platform.providers.service import Service
from video_platform.providers.transport import Answer
from video_platform.providers.vendors.openai._account import CODES, SERVICE

_SIZES = {
    Format.WIDE: "2112x1184",
    Format.TALL: "1184x2112",
    Format.SQUARE: "1184x1184",
    Format.PORTRAIT: "1184x1472",
}
"""Multiples of 16, a tenth larger than the film's frame and within what is not experimental."""


_REFERENCE_MEGAPIXELS = 0.25
"""What a reference picture costs, as tokens in, in megapixels drawn."""


class OpenAIImages(RemoteProvider[ImageRequest]):
    """Draws with a GPT image model; pictures always come as base64."""

    name: ClassVar[str] = "openai"
    capability: ClassVar[Capability] = Capability.IMAGE
    default_model: ClassVar[str] = "gpt-image-2.5-flare"
    service: ClassVar[Service] = SERVICE
    codes: ClassVar[Codes] = CODES
    limits: ClassVar[Limits] = Limits(characters=32_000, formats=_SIZES)

    def amounts(self, request: ImageRequest) -> dict[str, float]:
        width, _, height = self.limits.spell_format(self.name, request.format).partition("x")
        drawn = int(width) * int(height) / 1024**2
        return {"megapixel": drawn + _REFERENCE_MEGAPIXELS * len(request.references)}

    most_references: ClassVar[int] = 16

    def generate(self, request: ImageRequest, directory: Path) -> Produced:
        size = self.limits.spell_format(self.name, request.format)
        body: dict[str, Any] = {
            "model": self.model,
            "prompt": prompt_with_references(request),
            "size": size,
            "quality": "medium",
            "output_format": "png",
            "n": 1,
            "moderation": "auto",
        }
        answer = self._asked(body, request)
        content = self.decode(answer, answer.text_at("data", 0, "b64_json"))
        used = {
            "million_tokens_in": count_at(answer, "usage", "input_tokens") / MILLION,
            "million_tokens_out": count_at(answer, "usage", "output_tokens") / MILLION,
        }
        cost = cost_usd(self.service.name, self.model, used) if used["million_tokens_out"] else None
        return self.save(content, directory, "image/png", {"model": self.model, "size": size}, cost)

    def _asked(self, body: dict[str, Any], request: ImageRequest) -> Answer:
        """Drawn from words alone; with references as an edit of them, which takes a form."""
        if not request.references:
            return self.http.submit("/images/generations", json=body)
        pictures = [
            ("image[]", (f"{place}.jpg", small_jpeg(self.media_path(one.media)), "image/jpeg"))
            for place, one in enumerate(request.references, start=1)
        ]
        fields = {name: str(value) for name, value in body.items() if name != "moderation"}
        return self.http.submit("/images/edits", data=fields, files=pictures)
