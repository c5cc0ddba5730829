"""Presenters from Synthesia, who say a given voice track before a plain background."""

from typing import Any, ClassVar
from urllib.parse import quote

from video_platform.domain.generation import AvatarRequest
from video_platform.domain.language import Language
from video_platform.domain.media import Media
from video_platform.errors import ContentRefused
from video_platform.providers._clips import ANY_FORMAT, PresenterProvider, find_named, sound_as
from video_platform.providers.faults import Codes
from video_platform.providers.jobs import Job, JobState
from video_platform.providers.limits import Limits
from video_platform.providers.service import Service

_PRESENTER = "anna_costume1_cameraA"
_BACKGROUND = "off_white"
_LISTED = 100
_SPOKEN = {Language.ENGLISH: "en-US", Language.FRENCH: "fr-FR", Language.ARABIC: "ar-001"}
_UPLOAD_URL = "https://upload.api.synthesia.io"
"""Voice tracks go to an address of their own."""


class SynthesiaPresenter(PresenterProvider):
    """Films one of Synthesia's avatars. The model ``test`` makes free films with a watermark."""

    name: ClassVar[str] = "synthesia"
    default_model: ClassVar[str] = "standard"
    service: ClassVar[Service] = Service(
        name="synthesia",
        base_url="https://api.synthesia.io",
        key_variable="SYNTHESIA_API_KEY",
        key_form="{key}",
        sign_up_url="https://app.synthesia.io",
        pause_s=15.0,
        at_once=3,
        notice="Needs a paid plan; a film may take hours, so give avatars a longer timeout.",
    )
    codes: ClassVar[Codes] = {"rejected": ContentRefused}
    limits: ClassVar[Limits] = Limits(
        formats=ANY_FORMAT,
        languages=frozenset(_SPOKEN),
        longest_s=300.0,
        input_types=frozenset({"audio/mpeg", "audio/wav", "audio/mp4", "audio/flac"}),
    )

    def amounts(self, request: AvatarRequest) -> dict[str, float]:
        return {"minute": super().amounts(request)["second"] / 60}

    def submit(self, request: AvatarRequest, key: str) -> Job:
        scene = {
            "avatar": request.presenter or _PRESENTER,
            "background": _BACKGROUND,
            "scriptAudio": self._upload(request.voice),
            "scriptLanguage": _SPOKEN[request.language],
        }
        content: dict[str, Any] = {
            "test": self.model == "test",
            "title": key,
            "callbackId": key,
            "visibility": "private",
            "aspectRatio": self.limits.spell_format(self.name, request.format),
            "input": [scene],
        }
        return Job(id=self.http.submit("/v2/videos", json=content).text_at("id"))

    def _upload(self, voice: Media) -> str:
        path = self.media_path(voice)
        is_mp3 = voice.media_type == "audio/mpeg"
        # A base URL that was configured serves uploads, too.
        url = "" if self.access.base_url else _UPLOAD_URL
        answer = self.http.post(
            f"{url}/v2/scriptAudio",
            operation="upload",
            content=path.read_bytes() if is_mp3 else sound_as(path, "mp3"),
            headers={"Content-Type": "audio/mpeg"},
        )
        return answer.text_at("id")

    def find(self, key: str) -> Job | None:
        """The video with the callback id ``key``, among the latest hundred."""
        answer = self.http.read("/v2/videos", operation="find", params={"limit": _LISTED})
        is_whole = len(answer.json().get("videos") or ()) < _LISTED
        return find_named(answer, "videos", "callbackId", key, is_whole=is_whole)

    def check(self, job: Job) -> JobState:
        answer = self.http.read(f"/v2/videos/{quote(job.id, safe='')}")
        status = answer.text_at("status")
        if status in ("error", "rejected", "deleted"):
            raise self.ended(status)
        if status != "complete":
            return JobState(is_done=False)
        return JobState(is_done=True, handles={"result": answer.text_at("download")})


PROVIDERS = (SynthesiaPresenter,)
