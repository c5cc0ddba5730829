"""Ideogram pictures: good at lettering.

The service answers when the picture is drawn. Its link is kept as a job that is done already, so
that a download that breaks never leads to a second picture.
"""

from pathlib import Path
from typing import ClassVar

from video_platform.domain.formats import Format
from video_platform.domain.generation import Capability, ImageRequest
from video_platform.errors import (
    ContentRefused,
    NotConfigured,
    ProviderQuotaExceeded,
    ProviderRequestInvalid,
)
from video_platform.providers.base import Produced
from video_platform.providers.faults import Codes
from video_platform.providers.jobs import Job, JobState
from video_platform.providers.limits import Limits
from video_platform.providers.pictures import content_refused, meant, seed_of
from video_platform.providers.remote import RemoteProvider
from video_platform.providers.service import Service

_SPEEDS = {
    "ideogram-v3-flash": "FLASH",
    "ideogram-v3-turbo": "TURBO",
    "ideogram-v3": "DEFAULT",
    "ideogram-v3-quality": "QUALITY",
}
"""The speed is what a picture costs and is worth, so each is a model here."""
_LARGEST_SEED = 2**31 - 1


class IdeogramImages(RemoteProvider[ImageRequest]):
    """Draws while one waits; its links live a day."""

    name: ClassVar[str] = "ideogram"
    capability: ClassVar[Capability] = Capability.IMAGE
    default_model: ClassVar[str] = "ideogram-v3"
    service: ClassVar[Service] = Service(
        name="ideogram",
        base_url="https://api.ideogram.ai",
        key_variable="IDEOGRAM_API_KEY",
        key_header="Api-Key",
        key_form="{key}",
        sign_up_url="https://ideogram.ai/manage-api",
        at_once=10,
    )
    codes: ClassVar[Codes] = {
        "insufficient_funds": ProviderQuotaExceeded,
        "daily_limit": ProviderQuotaExceeded,
    }
    limits: ClassVar[Limits] = Limits(
        characters=10_000, formats={ratio: ratio.slug for ratio in Format}
    )

    def examine(self, request: ImageRequest) -> None:
        super().examine(request)
        if self.model not in _SPEEDS:
            raise NotConfigured(
                f"There is no Ideogram model {self.model!r} here.",
                hint=f"Set VIDEO_PLATFORM_IDEOGRAM_MODEL to one of {', '.join(_SPEEDS)}.",
            )

    def amounts(self, request: ImageRequest) -> dict[str, float]:
        return {"image": 1.0}

    def submit(self, request: ImageRequest, key: str) -> Job:
        seed = seed_of(request.seed, largest=_LARGEST_SEED)
        try:
            answer = self.http.submit(
                "/v1/ideogram-v3/generate",
                json={
                    "prompt": request.prompt,
                    "aspect_ratio": self.limits.spell_format(self.name, request.format),
                    "rendering_speed": _SPEEDS[self.model],
                    # What a person wrote is what is drawn.
                    "magic_prompt": "OFF",
                    "num_images": 1,
                    "seed": seed,
                },
            )
        except ProviderRequestInvalid as error:
            raise meant(error, {"safety check": ContentRefused}) from error
        if answer.at("data", 0, "is_image_safe") is False:
            raise content_refused(
                self.name, "submit", "it is not safe, and it was billed", was_billed=True
            )
        return Job(
            id=answer.text_at("created"),
            handles={"result": answer.text_at("data", 0, "url")},
            details={"seed": seed},
        )

    def check(self, job: Job) -> JobState:
        return JobState(is_done=True)

    def fetch(self, job: Job, state: JobState, directory: Path) -> Produced:
        return self.fetch_link(job.handles["result"], directory, "image/png", job.details)


PROVIDERS = (IdeogramImages,)
