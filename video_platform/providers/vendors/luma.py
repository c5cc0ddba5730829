"""Clips from Luma: the Agents API, and for its older models the Dream Machine API."""

import base64
from typing import Any, ClassVar
from urllib.parse import quote

from video_platform.domain.formats import Format
from video_platform.domain.generation import VideoRequest
from video_platform.errors import ContentRefused, ProviderQuotaExceeded, ProviderRequestInvalid
from video_platform.providers._clips import ClipProvider, beyond, first_picture, picture_within
from video_platform.providers.faults import Codes
from video_platform.providers.jobs import Job, JobState
from video_platform.providers.limits import Limits
from video_platform.providers.service import Service

_RATIOS = {
    Format.WIDE: "16:9",
    Format.TALL: "9:16",
    Format.SQUARE: "1:1",
    Format.PORTRAIT: "3:4",
}
_OLDER = ("ray-2", "ray-flash-2")
_OLDER_URL = "https://api.lumalabs.ai/dream-machine/v1"
_SECOND_HALF = 2.0
"""Ten seconds cost three times what five cost."""
_PICTURE_BYTES = 7 << 20


class LumaClips(ClipProvider):
    """Animates a scene's picture with Ray; the older models take words only."""

    name: ClassVar[str] = "luma"
    default_model: ClassVar[str] = "ray-3.2"
    service: ClassVar[Service] = Service(
        name="luma",
        base_url="https://agents.lumalabs.ai/v1",
        key_variable="LUMA_API_KEY",
        sign_up_url="https://lumalabs.ai/api",
        pause_s=3.0,
        notice="ray-2 and ray-flash-2 belong to an older API, which has keys of its own.",
    )
    codes: ClassVar[Codes] = {
        "content_moderated": ContentRefused,
        "budget_exhausted": ProviderQuotaExceeded,
        "image_too_large": ProviderRequestInvalid,
        "unsupported_format": ProviderRequestInvalid,
        "corrupt_input": ProviderRequestInvalid,
        "invalid_request": ProviderRequestInvalid,
    }
    limits: ClassVar[Limits] = Limits(
        formats=_RATIOS,
        durations_s=(5.0, 10.0),
        input_types=frozenset({"image/png", "image/jpeg", "image/webp"}),
    )

    @property
    def _is_older(self) -> bool:
        return self.model in _OLDER

    @property
    def takes_first_frame(self) -> bool:
        """Whether a clip begins with the picture it is made from."""
        return not self._is_older

    def _url(self, path: str) -> str:
        # A base URL that was configured serves both.
        is_apart = self._is_older and not self.access.base_url
        return f"{_OLDER_URL}{path}" if is_apart else path

    def examine(self, request: VideoRequest) -> None:
        super().examine(request)
        if self._is_older and request.images:
            raise beyond(
                self.name, f"takes pictures for {self.model} only from public addresses, not files"
            )

    def seconds(self, request: VideoRequest) -> float:
        # The older API makes nine seconds where the current one makes ten.
        return min(super().seconds(request), 9.0 if self._is_older else 10.0)

    def amounts(self, request: VideoRequest) -> dict[str, float]:
        return {"call": 1.0 if self.seconds(request) <= 5 else 1.0 + _SECOND_HALF}

    def submit(self, request: VideoRequest, key: str) -> Job:
        ratio, picture = first_picture(request)
        film: dict[str, Any] = {"duration": f"{self.seconds(request):g}s", "resolution": "720p"}
        if picture is not None:
            path = self.media_path(picture)
            content, media_type = picture_within(path, picture.media_type, _PICTURE_BYTES)
            data = base64.b64encode(content).decode()
            film["start_frame"] = {"data": data, "media_type": media_type}
        common = {
            "model": self.model,
            "prompt": request.prompt,
            "aspect_ratio": self.limits.spell_format(self.name, ratio),
        }
        if self._is_older:
            answer = self.http.submit(self._url("/generations/video"), json={**common, **film})
        else:
            answer = self.http.submit(
                "/generations", json={**common, "type": "video", "video": film}
            )
        return Job(id=answer.text_at("id"), details={"made_for": ratio.value})

    def check(self, job: Job) -> JobState:
        answer = self.http.read(self._url(f"/generations/{quote(job.id, safe='')}"))
        state = answer.text_at("state")
        if state == "failed":
            told = answer.json()
            raise self.ended(
                str(told.get("failure_code") or "failed"), str(told.get("failure_reason") or "")
            )
        if state != "completed":
            return JobState(is_done=False)
        where = ("assets", "video") if self._is_older else ("output", 0, "url")
        return JobState(is_done=True, handles={"result": answer.text_at(*where)})


PROVIDERS = (LumaClips,)
