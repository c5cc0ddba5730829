"""Presenters from HeyGen, who say a given voice track."""

from typing import Any, ClassVar
from urllib.parse import quote

from video_platform.domain.generation import AvatarRequest
from video_platform.domain.media import Media
from video_platform.errors import ContentRefused, ProviderQuotaExceeded, ProviderRateLimited
from video_platform.providers._clips import ANY_FORMAT, PresenterProvider, beyond, find_named
from video_platform.providers.faults import Codes
from video_platform.providers.jobs import Job, JobState
from video_platform.providers.limits import Limits
from video_platform.providers.service import Service


class HeyGenPresenter(PresenterProvider):
    """Films an avatar by its id, or a person on a picture by its https link."""

    name: ClassVar[str] = "heygen"
    default_model: ClassVar[str] = "avatar_iv"
    service: ClassVar[Service] = Service(
        name="heygen",
        base_url="https://api.heygen.com",
        key_variable="HEYGEN_API_KEY",
        key_header="x-api-key",
        key_form="{key}",
        sign_up_url="https://app.heygen.com/settings/api",
        pause_s=5.0,
        at_once=3,
    )
    codes: ClassVar[Codes] = {
        "insufficient_credit": ProviderQuotaExceeded,
        "rate_limit_exceeded": ProviderRateLimited,
        "400140": ProviderRateLimited,
        "moderation": ContentRefused,
        "policy": ContentRefused,
    }
    limits: ClassVar[Limits] = Limits(
        formats=ANY_FORMAT,
        longest_s=600.0,
        input_bytes=32 << 20,
        input_types=frozenset({"audio/wav", "audio/mpeg"}),
    )

    def examine(self, request: AvatarRequest) -> None:
        super().examine(request)
        if not request.presenter:
            raise beyond(self.name, "needs an avatar id or an https link to a picture as presenter")

    def submit(self, request: AvatarRequest, key: str) -> Job:
        content: dict[str, Any] = {
            "audio_asset_id": self._upload(request.voice),
            "aspect_ratio": self.limits.spell_format(self.name, request.format),
            "resolution": "1080p",
            "title": key,
        }
        if request.presenter.startswith("https://"):
            content |= {"type": "image", "image": {"type": "url", "url": request.presenter}}
        else:
            content |= {"type": "avatar", "avatar_id": request.presenter}
            if self.model != self.default_model:
                content["engine"] = {"type": self.model}
        answer = self.http.submit("/v3/videos", json=content)
        return Job(id=answer.text_at("data", "video_id"))

    def _upload(self, voice: Media) -> str:
        with self.media_path(voice).open("rb") as reader:
            answer = self.http.post(
                "/v3/assets",
                operation="upload",
                files={"file": (f"voice.{voice.extension}", reader, voice.media_type)},
            )
        return answer.text_at("data", "asset_id")

    def find(self, key: str) -> Job | None:
        """The video titled ``key``."""
        answer = self.http.read("/v3/videos", operation="find", params={"title": key, "limit": 100})
        is_whole = answer.json().get("has_more") is not True
        return find_named(answer, "data", "title", key, is_whole=is_whole)

    def check(self, job: Job) -> JobState:
        answer = self.http.read(f"/v3/videos/{quote(job.id, safe='')}")
        status = answer.text_at("data", "status")
        if status == "failed":
            video = answer.at("data")
            raise self.ended(
                str(video.get("failure_code") or status), str(video.get("failure_message") or "")
            )
        if status != "completed":
            return JobState(is_done=False)
        return JobState(is_done=True, handles={"result": answer.text_at("data", "video_url")})


PROVIDERS = (HeyGenPresenter,)
