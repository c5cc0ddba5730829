"""Flux pictures from Black Forest Labs."""

from pathlib import Path
from typing import ClassVar

from video_platform.domain.formats import Format
from video_platform.domain.generation import Capability, ImageRequest
from video_platform.errors import ContentRefused, JobFailed
from video_platform.providers.base import Produced
from video_platform.providers.jobs import Job, JobState
from video_platform.providers.limits import Limits
from video_platform.providers.remote import RemoteProvider
from video_platform.providers.service import Service

_SIZES = {
    Format.WIDE: "2112x1184",
    Format.TALL: "1184x2112",
    Format.SQUARE: "1184x1184",
    Format.PORTRAIT: "1184x1472",
}
"""Multiples of 16 under 4 megapixels, a tenth larger than the film's frame."""
_REFUSED = ("Request Moderated", "Content Moderated")
_FAILED = ("Error", "Task not found")


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
    limits: ClassVar[Limits] = Limits(characters=10_000, formats=_SIZES)

    def amounts(self, request: ImageRequest) -> dict[str, float]:
        return {"image": 1.0}

    def submit(self, request: ImageRequest, key: str) -> Job:
        width, _, height = self.limits.spell_format(self.name, request.format).partition("x")
        answer = self.http.submit(
            f"/v1/{self.model}",
            json={
                "prompt": request.prompt,
                "width": int(width),
                "height": int(height),
                "seed": request.seed % 2**31,
                "output_format": "png",
            },
        )
        return Job(
            id=answer.text_at("id"),
            handles={"poll": answer.text_at("polling_url")},
            details={"seed": request.seed % 2**31},
        )

    def check(self, job: Job) -> JobState:
        answer = self.http.read(job.handles["poll"])
        status = answer.text_at("status")
        if status in _REFUSED:
            raise ContentRefused(
                f"Flux refused the picture: {status}.",
                provider=self.name,
                operation="check",
                hint="Change the scene's prompt.",
            )
        if status in _FAILED:
            raise JobFailed(
                f"Flux ended without a picture: {status}.",
                provider=self.name,
                operation="check",
                hint="Run the same command again.",
            )
        if status != "Ready":
            return JobState(is_done=False)
        return JobState(is_done=True, handles={"result": answer.text_at("result", "sample")})

    def fetch(self, job: Job, state: JobState, directory: Path) -> Produced:
        return self.fetch_link(state.handles["result"], directory, "image/png", job.details)


PROVIDERS = (FluxImages,)
