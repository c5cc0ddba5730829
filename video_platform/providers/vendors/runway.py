"""Clips from Runway."""

from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import quote

from video_platform.domain.formats import Format
from video_platform.domain.generation import VideoRequest
from video_platform.domain.media import Media
from video_platform.errors import ContentRefused, ProviderQuotaExceeded, ProviderRequestInvalid
from video_platform.providers._clips import (
    ClipProvider,
    as_data_url,
    beyond,
    first_picture,
    picture_within,
)
from video_platform.providers.base import Produced
from video_platform.providers.faults import Codes
from video_platform.providers.jobs import Job, JobState
from video_platform.providers.limits import Limits
from video_platform.providers.pictures import meant, stated_usd
from video_platform.providers.service import Service

_RATIOS = {
    Format.WIDE: "1280:720",
    Format.TALL: "720:1280",
    Format.SQUARE: "960:960",
    Format.PORTRAIT: "832:1104",
}
_CREDIT_USD = "0.01"
_NO_MONEY = {"enough credits": ProviderQuotaExceeded}
_PICTURE_BYTES = 3_900_000
"""A data URL may have 5 MB, and base64 makes four bytes of three."""


class RunwayClips(ClipProvider):
    """Animates a scene's picture; ``gen4.5`` also makes clips from words alone."""

    name: ClassVar[str] = "runway"
    default_model: ClassVar[str] = "gen4_turbo"
    service: ClassVar[Service] = Service(
        name="runway",
        base_url="https://api.dev.runwayml.com",
        key_variable="RUNWAYML_API_SECRET",
        sign_up_url="https://dev.runwayml.com",
        headers={"X-Runway-Version": "2024-11-06"},
        pause_s=5.0,
        at_once=2,
    )
    codes: ClassVar[Codes] = {
        "safety": ContentRefused,
        "asset": ProviderRequestInvalid,
    }
    takes_first_frame: ClassVar[bool] = True
    limits: ClassVar[Limits] = Limits(
        characters=1000,
        formats=_RATIOS,
        durations_s=tuple(float(length) for length in range(2, 11)),
        input_types=frozenset({"image/png", "image/jpeg", "image/webp"}),
    )

    def examine(self, request: VideoRequest) -> None:
        super().examine(request)
        if len(request.prompt.encode("utf-16-le")) // 2 > self.limits.characters:
            raise beyond(self.name, "takes at most 1,000 characters, and emoji count as two")
        if not request.images and self.model == "gen4_turbo":
            raise beyond(self.name, "needs a picture for gen4_turbo")

    def submit(self, request: VideoRequest, key: str) -> Job:
        ratio, picture = first_picture(request)
        content: dict[str, Any] = {
            "model": self.model,
            "promptText": request.prompt,
            "ratio": self.limits.spell_format(self.name, ratio),
            "duration": int(self.seconds(request)),
            "seed": request.seed % 2**32,
        }
        path = "/v1/text_to_video"
        if picture is not None:
            path, content["promptImage"] = "/v1/image_to_video", self._picture(picture)
        try:
            answer = self.http.submit(path, json=content)
        except ProviderRequestInvalid as error:
            raise meant(error, _NO_MONEY) from error
        return Job(
            id=answer.text_at("id"), details={"seed": content["seed"], "made_for": ratio.value}
        )

    def _picture(self, picture: Media) -> str:
        path = self.media_path(picture)
        return as_data_url(*picture_within(path, picture.media_type, _PICTURE_BYTES))

    def check(self, job: Job) -> JobState:
        answer = self.http.read(f"/v1/tasks/{quote(job.id, safe='')}")
        status = answer.text_at("status")
        if status in ("FAILED", "CANCELLED"):
            task = answer.json()
            raise self.ended(str(task.get("failureCode") or status), str(task.get("failure", "")))
        if status != "SUCCEEDED":
            share = answer.json().get("progress")
            return JobState(is_done=False, share=share if isinstance(share, int | float) else 0.0)
        cost = answer.json().get("cost")
        return JobState(
            is_done=True,
            handles={"result": answer.text_at("output", 0)},
            details={"credits": cost.get("credits")} if isinstance(cost, dict) else {},
        )

    def fetch(self, job: Job, state: JobState, directory: Path) -> Produced:
        cost = stated_usd(state.details.get("credits"), _CREDIT_USD)
        details = {**job.details, **state.details}
        return self.fetch_link(state.handles["result"], directory, "video/mp4", details, cost)


PROVIDERS = (RunwayClips,)
