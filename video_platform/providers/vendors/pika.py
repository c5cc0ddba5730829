"""Clips from Pika, which are made through fal: Pika itself offers no interface for them."""

from pathlib import Path
from typing import Any, ClassVar

from video_platform.domain.formats import Format
from video_platform.domain.generation import Capability, VideoRequest
from video_platform.providers._clips import (
    ANY_FORMAT,
    as_data_url,
    first_picture,
    picture_within,
)
from video_platform.providers.base import Produced
from video_platform.providers.fal_queue import FalProvider
from video_platform.providers.jobs import Job, JobState
from video_platform.providers.limits import Limits

_PICTURE_BYTES = 4 << 20


class PikaClips(FalProvider[VideoRequest]):
    """Animates a scene's picture, or makes a clip from words; the model is the endpoint's stem."""

    name: ClassVar[str] = "pika"
    capability: ClassVar[Capability] = Capability.VIDEO
    default_model: ClassVar[str] = "fal-ai/pika/v2.2"
    takes_first_frame: ClassVar[bool] = True
    limits: ClassVar[Limits] = Limits(
        formats=ANY_FORMAT,
        durations_s=(5.0, 10.0),
        input_types=frozenset({"image/png", "image/jpeg", "image/webp"}),
    )

    def amounts(self, request: VideoRequest) -> dict[str, float]:
        return {"second": self.limits.choose_duration(request.duration_ms)}

    def submit(self, request: VideoRequest, key: str) -> Job:
        ratio, picture = first_picture(request)
        seed = request.seed % 2**31
        payload: dict[str, Any] = {
            "prompt": request.prompt,
            "duration": f"{self.limits.choose_duration(request.duration_ms):g}",
            "resolution": "720p",
            "seed": seed,
        }
        details = {"seed": seed, "made_for": ratio.value}
        if picture is None:
            payload["aspect_ratio"] = self.limits.spell_format(self.name, Format(ratio))
            return self.submit_to(f"{self.model}/text-to-video", payload, details)
        content = picture_within(self.media_path(picture), picture.media_type, _PICTURE_BYTES)
        payload["image_url"] = as_data_url(*content)
        return self.submit_to(f"{self.model}/image-to-video", payload, details)

    def fetch(self, job: Job, state: JobState, directory: Path) -> Produced:
        link = self.result(job).text_at("video", "url")
        return self.fetch_link(link, directory, "video/mp4", job.details)


PROVIDERS = (PikaClips,)
