"""Leonardo pictures. Its own models are named by an id, those of others by a name."""

import re
from pathlib import Path
from typing import ClassVar

from video_platform.domain.formats import Format
from video_platform.domain.generation import Capability, ImageRequest, JsonValue
from video_platform.errors import (
    ContentRefused,
    OutcomeUnknown,
    ProviderAuthFailed,
    ProviderQuotaExceeded,
    ProviderRequestInvalid,
)
from video_platform.providers.base import Produced
from video_platform.providers.faults import Codes
from video_platform.providers.jobs import Job, JobState
from video_platform.providers.limits import Limits
from video_platform.providers.pictures import (
    Sizes,
    meant,
    picture_failed,
    pixels,
    seed_of,
    stated_usd,
)
from video_platform.providers.remote import RemoteProvider
from video_platform.providers.service import Service
from video_platform.providers.transport import Answer

_SIZES: Sizes = {
    Format.WIDE: "1536x864",
    Format.TALL: "864x1536",
    Format.SQUARE: "1152x1152",
    Format.PORTRAIT: "1024x1280",
}
"""Multiples of 8 up to 1536; one area for all, since area is what is paid."""
_PHRASES = {
    "moderat": ContentRefused,
    "not enough": ProviderQuotaExceeded,
    "insufficient": ProviderQuotaExceeded,
    "authorization hook": ProviderAuthFailed,
}
"""Its code is ``unexpected`` for nearly everything; the sentence beside it tells them apart."""
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_LARGEST_SEED = 2**31 - 12


class LeonardoImages(RemoteProvider[ImageRequest]):
    """Draws with a model of Leonardo's (an id), or with one it passes on (a name)."""

    name: ClassVar[str] = "leonardo"
    capability: ClassVar[Capability] = Capability.IMAGE
    default_model: ClassVar[str] = "b24e16ff-06e3-43eb-8d33-4416c2d75876"
    service: ClassVar[Service] = Service(
        name="leonardo",
        base_url="https://cloud.leonardo.ai/api/rest",
        key_variable="LEONARDO_API_KEY",
        sign_up_url="https://app.leonardo.ai/api-access",
        at_once=10,
        per_minute=100,
    )
    codes: ClassVar[Codes] = {"access-denied": ProviderAuthFailed}
    limits: ClassVar[Limits] = Limits(characters=1500, formats=_SIZES)

    def amounts(self, request: ImageRequest) -> dict[str, float]:
        return {"image": 1.0}

    def submit(self, request: ImageRequest, key: str) -> Job:
        width, height = pixels(_SIZES[request.format])
        seed = seed_of(request.seed, largest=_LARGEST_SEED)
        asked = {"prompt": request.prompt, "width": width, "height": height, "seed": seed}
        if _ID.fullmatch(self.model):
            path, envelope = "/v1/generations", "sdGenerationJob"
            body = {**asked, "modelId": self.model, "num_images": 1, "alchemy": True}
        else:
            path, envelope = "/v2/generations", "generate"
            body = {"model": self.model, "parameters": {**asked, "quantity": 1}}
        try:
            answer = self.http.submit(path, json={**body, "public": False})
        except (ProviderRequestInvalid, OutcomeUnknown) as error:
            raise meant(error, _PHRASES) from error
        return _job(answer, envelope, seed)

    def check(self, job: Job) -> JobState:
        answer = self.http.read(f"/v1/generations/{job.id}")
        found = answer.at("generations_by_pk")
        if found is None:  # it is there a moment after it was accepted
            return JobState(is_done=False)
        status = answer.text_at("status", of=found)
        if status == "FAILED":
            raise picture_failed(self.name, "check", status)
        if status != "COMPLETE":
            return JobState(is_done=False)
        if not answer.at("generated_images", of=found):
            raise picture_failed(self.name, "check", "it is complete and empty")
        link = answer.text_at("generated_images", 0, "url", of=found)
        return JobState(is_done=True, handles={"result": link})

    def fetch(self, job: Job, state: JobState, directory: Path) -> Produced:
        cost = stated_usd(job.details.get("cost_usd"))
        return self.fetch_link(state.handles["result"], directory, "image/jpeg", job.details, cost)


def _job(answer: Answer, envelope: str, seed: int) -> Job:
    """The job of an accepted request, with its cost where that is in money and not in credits."""
    details: dict[str, JsonValue] = {"seed": seed}
    job, cost = answer.text_at(envelope, "generationId"), answer.at(envelope).get("cost")
    if isinstance(cost, dict) and cost.get("unit") == "DOLLARS":
        usd = stated_usd(cost.get("amount"))
        details |= {} if usd is None else {"cost_usd": str(usd)}
    return Job(id=job, details=details)


PROVIDERS = (LeonardoImages,)
