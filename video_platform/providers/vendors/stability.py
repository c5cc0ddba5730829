"""Stable Image from Stability AI; SDXL, its ancestor, on the interface it had.

A picture that its filter blurred is answered as a success and billed: it is refused here.
"""

from pathlib import Path
from typing import ClassVar

from video_platform.domain.generation import Capability, ImageRequest
from video_platform.errors import ContentRefused, ProviderRequestInvalid
from video_platform.providers.base import Produced
from video_platform.providers.faults import Codes
from video_platform.providers.limits import Limits
from video_platform.providers.pictures import (
    RATIOS,
    SDXL,
    content_refused,
    picture_failed,
    pixels,
    seed_of,
)
from video_platform.providers.remote import RemoteProvider
from video_platform.providers.service import Service

_PATHS = {"core": "core", "ultra": "ultra"}
"""Models with a path of their own; every other name is a model of ``sd3``."""
_SDXL = "sdxl"
_SDXL_LIMITS = Limits(characters=2000)
_LARGEST_SEED = 2**32 - 2
_FILTERED = "CONTENT_FILTERED"


class StabilityImages(RemoteProvider[ImageRequest]):
    """Draws while one waits: the picture comes as the answer."""

    name: ClassVar[str] = "stability"
    capability: ClassVar[Capability] = Capability.IMAGE
    default_model: ClassVar[str] = "core"
    service: ClassVar[Service] = Service(
        name="stability",
        base_url="https://api.stability.ai",
        key_variable="STABILITY_API_KEY",
        sign_up_url="https://platform.stability.ai/account/keys",
        per_minute=150,
        notice="Model sdxl: its engine is still described and reported gone; core follows it, and "
        "provider fal has it as fal-ai/fast-sdxl.",
    )
    codes: ClassVar[Codes] = {
        "content_moderation": ContentRefused,
        "public_figure": ContentRefused,
        "invalid_prompts": ContentRefused,
    }
    limits: ClassVar[Limits] = Limits(characters=10_000, formats=RATIOS)

    def examine(self, request: ImageRequest) -> None:
        super().examine(request)
        if self.model == _SDXL:
            _SDXL_LIMITS.check_text(self.name, request.prompt)

    def amounts(self, request: ImageRequest) -> dict[str, float]:
        return {"image": 1.0}

    def generate(self, request: ImageRequest, directory: Path) -> Produced:
        if self.model == _SDXL:
            return self._generate_sdxl(request, directory)
        path = _PATHS.get(self.model, "sd3")
        seed = seed_of(request.seed, largest=_LARGEST_SEED)
        fields = {
            "prompt": request.prompt,
            "aspect_ratio": RATIOS[request.format],
            "seed": str(seed),
            "output_format": "png",
            **({"model": self.model} if path == "sd3" else {}),
        }
        answer = self.http.submit(
            f"/v2beta/stable-image/generate/{path}",
            # Parts of a form, though none of them is a file: nothing else is taken.
            files={name: (None, value) for name, value in fields.items()},
            headers={"Accept": "image/*"},
        )
        if answer.headers.get("finish-reason", "").upper() == _FILTERED:
            raise content_refused(
                self.name, "submit", "its filter blurred it, and it was billed", was_billed=True
            )
        kind = answer.headers.get("content-type", "").partition(";")[0]
        if not kind.startswith("image/"):
            raise answer.bad("it is not a picture")
        return self.save(answer.content, directory, kind, {"seed": seed})

    def _generate_sdxl(self, request: ImageRequest, directory: Path) -> Produced:
        width, height = pixels(SDXL[request.format])
        seed = seed_of(request.seed, largest=_LARGEST_SEED)
        try:
            answer = self.http.submit(
                "/v1/generation/stable-diffusion-xl-1024-v1-0/text-to-image",
                json={
                    "text_prompts": [{"text": request.prompt, "weight": 1}],
                    "width": width,
                    "height": height,
                    "seed": seed,
                    "samples": 1,
                },
                headers={"Accept": "application/json"},
            )
        except ProviderRequestInvalid as error:
            error.hint = (
                "SDXL is being withdrawn at Stability: set VIDEO_PLATFORM_STABILITY_MODEL=core, or "
                "choose provider fal with the model fal-ai/fast-sdxl."
            )
            raise
        reason = answer.text_at("artifacts", 0, "finishReason")
        if reason == _FILTERED:
            raise content_refused(
                self.name, "submit", "its filter blurred it, and it was billed", was_billed=True
            )
        if reason != "SUCCESS":
            raise picture_failed(self.name, "submit", reason)
        content = self.decode(answer, answer.text_at("artifacts", 0, "base64"))
        return self.save(content, directory, "image/png", {"seed": seed})


PROVIDERS = (StabilityImages,)
