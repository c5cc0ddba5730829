"""Pictures from models that are rented at fal: SDXL, and Flux."""

from pathlib import Path
from typing import Any, ClassVar

from video_platform.domain.generation import Capability, ImageRequest
from video_platform.providers.base import Produced
from video_platform.providers.fal_queue import FalProvider
from video_platform.providers.jobs import Job, JobState
from video_platform.providers.limits import Limits
from video_platform.providers.pictures import (
    FLUX_1,
    FLUX_2,
    RATIOS,
    SDXL,
    Sizes,
    begun_megapixels,
    content_refused,
    pixels,
    seed_of,
)

_SDXL = "fal-ai/fast-sdxl"
_SIZES: dict[str, Sizes] = {
    _SDXL: SDXL,
    "fal-ai/flux-pro/v1.1": FLUX_1,
    "fal-ai/flux-pro/v1.1-ultra": RATIOS,
    "fal-ai/flux-2-pro": FLUX_2,
}
"""Sizes by endpoint; an endpoint that is not listed is asked as the second Flux is."""
_LARGEST_SEED = 2**31 - 1


class FalImages(FalProvider[ImageRequest]):
    """Draws with a picture model of fal's; ``model`` is its endpoint."""

    name: ClassVar[str] = "fal"
    capability: ClassVar[Capability] = Capability.IMAGE
    default_model: ClassVar[str] = _SDXL
    limits: ClassVar[Limits] = Limits(characters=10_000, formats=FLUX_2)

    def amounts(self, request: ImageRequest) -> dict[str, float]:
        size = self._size(request)
        amounts = {"image": 1.0}
        if ":" not in size and self.model != _SDXL:
            amounts["megapixel"] = begun_megapixels(size) - 1.0
        return amounts

    def _size(self, request: ImageRequest) -> str:
        return _SIZES.get(self.model, FLUX_2)[request.format]

    def _shape(self, request: ImageRequest) -> dict[str, Any]:
        size = self._size(request)
        if ":" in size:
            return {"aspect_ratio": size}
        width, height = pixels(size)
        return {"image_size": {"width": width, "height": height}}

    def submit(self, request: ImageRequest, key: str) -> Job:
        seed = seed_of(request.seed, largest=_LARGEST_SEED)
        kind = "format" if self.model == _SDXL else "output_format"
        asked = {"prompt": request.prompt, "seed": seed, kind: "png", **self._shape(request)}
        return self.submit_to(self.model, asked, {"seed": seed})

    def fetch(self, job: Job, state: JobState, directory: Path) -> Produced:
        answer = self.result(job)
        # SDXL paints what it takes for indecent black, and calls it a success.
        if answer.json().get("has_nsfw_concepts") == [True]:
            raise content_refused(self.name, "fetch", "its safety checker painted it black")
        link = answer.text_at("images", 0, "url")
        return self.fetch_link(link, directory, "image/png", job.details)


PROVIDERS = (FalImages,)
