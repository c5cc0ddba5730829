"""Flux pictures from Black Forest Labs."""

from pathlib import Path
from typing import Any, ClassVar

from video_platform.domain.generation import Capability, ImageRequest
from video_platform.providers.base import Produced
from video_platform.providers.jobs import Job, JobState
from video_platform.providers.limits import Limits
from video_platform.providers.pictures import (
    FLUX_1,
    FLUX_2,
    RATIOS,
    Sizes,
    begun_megapixels,
    content_refused,
    picture_failed,
    pixels,
    seed_of,
    stated_usd,
)
from video_platform.providers.references import as_base64, prompt_with_references, small_jpeg
from video_platform.providers.remote import RemoteProvider
from video_platform.providers.service import Service

_SIZES: dict[str, Sizes] = {
    "flux-pro-1.1": FLUX_1,
    "flux-dev": FLUX_1,
    "flux-pro-1.1-ultra": RATIOS,
}
"""Sizes by model; the second family, which has many members, is not listed."""
_PER_MEGAPIXEL = "flux-2-"
"""Models of the second family cost more the larger they draw."""
_REFUSED = ("Request Moderated", "Content Moderated")
_FAILED = ("Error", "Task not found")
_CREDIT_USD = "0.01"
_LARGEST_SEED = 2**31 - 1
_MOST_REFERENCES = 8


class FluxImages(RemoteProvider[ImageRequest]):
    """Draws with Flux; its links live ten minutes and are fetched at once."""

    name: ClassVar[str] = "flux"
    capability: ClassVar[Capability] = Capability.IMAGE
    default_model: ClassVar[str] = "flux-2-pro"
    service: ClassVar[Service] = Service(
        name="flux",
        base_url="https://api.bfl.ai",
        key_variable="BFL_API_KEY",
        key_header="x-key",
        key_form="{key}",
        sign_up_url="https://dashboard.bfl.ai",
        at_once=24,
        pause_s=1.0,
    )
    limits: ClassVar[Limits] = Limits(characters=10_000, formats=FLUX_2)

    @property
    def most_references(self) -> int:
        """Reference pictures it takes; the models before the second family take none."""
        return _MOST_REFERENCES if self.model.startswith(_PER_MEGAPIXEL) else 0

    def amounts(self, request: ImageRequest) -> dict[str, float]:
        amounts = {"image": 1.0}
        if self.model.startswith(_PER_MEGAPIXEL):
            amounts["megapixel"] = begun_megapixels(self._size(request)) - 1.0
            amounts["megapixel"] += len(request.references)
        return amounts

    def _size(self, request: ImageRequest) -> str:
        return _SIZES.get(self.model, FLUX_2)[request.format]

    def _shape(self, request: ImageRequest) -> dict[str, Any]:
        size = self._size(request)
        if ":" in size:
            return {"aspect_ratio": size}
        width, height = pixels(size)
        return {"width": width, "height": height}

    def _references(self, request: ImageRequest) -> dict[str, str]:
        """``input_image``, ``input_image_2`` and so on; each is paid as a megapixel."""
        names = ("input_image", *(f"input_image_{place}" for place in range(2, 9)))
        pictures = (small_jpeg(self.media_path(one.media)) for one in request.references)
        return dict(zip(names, map(as_base64, pictures), strict=False))

    def submit(self, request: ImageRequest, key: str) -> Job:
        seed = seed_of(request.seed, largest=_LARGEST_SEED)
        answer = self.http.submit(
            f"/v1/{self.model}",
            json={
                "prompt": prompt_with_references(request),
                "seed": seed,
                "output_format": "png",
                **self._shape(request),
                **self._references(request),
            },
        )
        cost = stated_usd(answer.json().get("cost"), _CREDIT_USD)
        return Job(
            id=answer.text_at("id"),
            handles={"poll": answer.text_at("polling_url")},
            details={"seed": seed} | ({"cost_usd": str(cost)} if cost is not None else {}),
        )

    def check(self, job: Job) -> JobState:
        answer = self.http.read(job.handles["poll"])
        status = answer.text_at("status")
        if status in _REFUSED:
            raise content_refused(self.name, "check", status)
        if status in _FAILED:
            raise picture_failed(self.name, "check", status)
        if status != "Ready":
            return JobState(is_done=False)
        return JobState(is_done=True, handles={"result": answer.text_at("result", "sample")})

    def fetch(self, job: Job, state: JobState, directory: Path) -> Produced:
        cost = stated_usd(job.details.get("cost_usd"))
        link = state.handles["result"]
        return self.fetch_link(link, directory, "image/png", job.details, cost)


PROVIDERS = (FluxImages,)
