"""Presenters from D-ID: a face on a picture says a given voice track."""

import re
from typing import ClassVar
from urllib.parse import quote

from video_platform.domain.generation import AvatarRequest
from video_platform.domain.media import Media
from video_platform.errors import (
    ContentRefused,
    ProviderAuthFailed,
    ProviderQuotaExceeded,
    ProviderRequestInvalid,
)
from video_platform.providers._clips import ANY_FORMAT, FaceProvider, PresenterProvider
from video_platform.providers.faults import Codes
from video_platform.providers.jobs import Job, JobState
from video_platform.providers.limits import Limits
from video_platform.providers.service import Service

_TAKEN_AS_IT_IS = re.compile(r"https:.*\.(jpe?g|png)", re.IGNORECASE)


class DIdPresenter(FaceProvider, PresenterProvider):
    """Brings the face at an https link to speech; the film keeps the picture's shape."""

    name: ClassVar[str] = "did"
    default_model: ClassVar[str] = "talks"
    service: ClassVar[Service] = Service(
        name="did",
        base_url="https://api.d-id.com",
        key_variable="DID_API_KEY",
        key_form="Basic {key}",
        sign_up_url="https://studio.d-id.com/account-settings",
        pause_s=3.0,
        at_once=3,
    )
    codes: ClassVar[Codes] = {
        "insufficientcreditserror": ProviderQuotaExceeded,
        "authorizationerror": ProviderAuthFailed,
        "permissionerror": ProviderAuthFailed,
        "badrequesterror": ProviderRequestInvalid,
        "imagemoderationerror": ContentRefused,
        "celebrityrecognizederror": ContentRefused,
        "textmoderationerror": ContentRefused,
        "audiomoderationerror": ContentRefused,
        "rejected": ContentRefused,
    }
    limits: ClassVar[Limits] = Limits(
        formats=ANY_FORMAT,
        longest_s=300.0,
        input_bytes=6_000_000,
        input_types=frozenset({"audio/wav", "audio/mpeg", "audio/mp4", "audio/flac"}),
    )

    def amounts(self, request: AvatarRequest) -> dict[str, float]:
        return {"minute": super().amounts(request)["second"] / 60}

    def submit(self, request: AvatarRequest, key: str) -> Job:
        answer = self.http.submit(
            "/talks",
            json={
                "source_url": self._face(request.presenter),
                "script": {"type": "audio", "audio_url": self._upload(request.voice)},
                "config": {"stitch": True, "result_format": "mp4"},
                "name": key,
            },
        )
        return Job(id=answer.text_at("id"))

    def _face(self, link: str) -> str:
        """A link that ends as a picture's name does; others are copied by D-ID first."""
        if _TAKEN_AS_IT_IS.fullmatch(link):
            return link
        form = {"source_url": (None, link)}
        return self.http.post("/images", operation="upload", files=form).text_at("url")

    def _upload(self, voice: Media) -> str:
        with self.media_path(voice).open("rb") as reader:
            answer = self.http.post(
                "/audios",
                operation="upload",
                files={"audio": (f"voice.{voice.extension}", reader, voice.media_type)},
            )
        return answer.text_at("url")

    def check(self, job: Job) -> JobState:
        answer = self.http.read(f"/talks/{quote(job.id, safe='')}")
        status = answer.text_at("status")
        if status in ("error", "rejected"):
            error = answer.json().get("error")
            told = error if isinstance(error, dict) else {}
            raise self.ended(str(told.get("kind") or status), str(told.get("description") or ""))
        if status != "done":
            return JobState(is_done=False)
        return JobState(is_done=True, handles={"result": answer.text_at("result_url")})


PROVIDERS = (DIdPresenter,)
