"""Clips over Haiper's interface. The service was discontinued: off unless an address is set."""

from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import quote

from video_platform.domain.formats import Format
from video_platform.domain.generation import VideoRequest
from video_platform.errors import NotConfigured, ProviderUnavailable
from video_platform.providers._clips import (
    ClipProvider,
    as_data_url,
    first_picture,
    picture_within,
)
from video_platform.providers.base import Produced
from video_platform.providers.jobs import Job, JobState
from video_platform.providers.limits import Limits
from video_platform.providers.service import Service
from video_platform.providers.transport import Answer

_RATIOS = {
    Format.WIDE: "16:9",
    Format.TALL: "9:16",
    Format.SQUARE: "1:1",
    Format.PORTRAIT: "3:4",
}
_INSTEAD = "Choose pika, luma or kling instead."
_NOTICE = (
    "Haiper was discontinued in 2025 and its address may answer no more. It is off until "
    f"its base URL is set. {_INSTEAD}"
)
_PICTURE_BYTES = 4 << 20


class HaiperClips(ClipProvider):
    """Animates a scene's picture, on a server that still speaks Haiper's interface."""

    name: ClassVar[str] = "haiper"
    default_model: ClassVar[str] = "gen2"
    service: ClassVar[Service] = Service(
        name="haiper",
        base_url="https://api.haiper.ai",
        key_variable="HAIPER_API_KEY",
        sign_up_url="https://haiper.ai",
        notice=_NOTICE,
    )
    takes_first_frame: ClassVar[bool] = True
    limits: ClassVar[Limits] = Limits(
        formats=_RATIOS,
        durations_s=(2.0, 4.0, 8.0),
        input_types=frozenset({"image/png", "image/jpeg", "image/webp"}),
    )

    def examine(self, request: VideoRequest) -> None:
        if not self.access.base_url:
            raise NotConfigured(
                "haiper is off: the service was discontinued in 2025.",
                hint=f"{_INSTEAD} To use a server that speaks its interface, set its base URL.",
            )
        super().examine(request)

    def submit(self, request: VideoRequest, key: str) -> Job:
        ratio, picture = first_picture(request)
        seed = request.seed % 2**31
        content: dict[str, Any] = {
            "prompt": request.prompt,
            "is_public": False,
            "gen_mode": "standard",
            "settings": {
                "duration": int(self.seconds(request)),
                "aspect_ratio": self.limits.spell_format(self.name, ratio),
                "seed": seed,
            },
        }
        kind = "text2video"
        if picture is not None:
            path = self.media_path(picture)
            shown = picture_within(path, picture.media_type, _PICTURE_BYTES)
            kind, content["config"] = "image2video", {"source_image": as_data_url(*shown)}
            content["gen_mode"] = "enhanced"
        try:
            answer = self.http.submit(f"/v1/jobs/{self.model}/{kind}", json=content)
        except ProviderUnavailable as error:
            error.hint = f"Haiper was discontinued in 2025. {_INSTEAD}"
            raise
        return Job(
            id=self._value(answer, "generation_id", is_paid=True),
            details={"seed": seed, "made_for": ratio.value},
        )

    def check(self, job: Job) -> JobState:
        answer = self.http.read(f"/v1/jobs/{quote(job.id, safe='')}/status")
        status = self._value(answer, "status", is_paid=False)
        if status == "failed":
            raise self.ended(status)
        share = answer.at("value").get("progress")
        return JobState(
            is_done=status == "succeed", share=share if isinstance(share, int | float) else 0.0
        )

    def fetch(self, job: Job, state: JobState, directory: Path) -> Produced:
        # The link lives an hour; asking for another one costs nothing.
        path = f"/v1/creation/{quote(job.id, safe='')}/watermark-free-url"
        link = self._value(self.http.post(path, operation="result"), "url", is_paid=False)
        return self.fetch_link(link, directory, "video/mp4", job.details)

    def _value(self, answer: Answer, name: str, *, is_paid: bool) -> str:
        """A text of an answer that says yes; some say no with 200."""
        if answer.text_at("status") != "success":
            raise self.http.refused(answer, is_paid=is_paid)
        return answer.text_at("value", name)


PROVIDERS = (HaiperClips,)
