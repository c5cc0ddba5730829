"""Clips from Kling."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar
from urllib.parse import quote

from video_platform.domain.generation import VideoRequest
from video_platform.domain.media import MediaPath
from video_platform.errors import (
    ContentRefused,
    JobFailed,
    ProviderAuthFailed,
    ProviderQuotaExceeded,
    ProviderRateLimited,
    ProviderRequestInvalid,
)
from video_platform.providers._clips import (
    ANY_FORMAT,
    ClipProvider,
    first_picture,
    picture_within,
)
from video_platform.providers.faults import Codes
from video_platform.providers.jobs import Job, JobState
from video_platform.providers.limits import Limits
from video_platform.providers.service import Access, Service
from video_platform.providers.transport import Answer, Clock, Transport

_SECRET = "KLING_SECRET_KEY"  # noqa: S105 - the variable's name
_PICTURE_BYTES = 7 << 20
_KINDS = ("image2video", "text2video")
_SERVER_FAULTS = 5000


class KlingClips(ClipProvider):
    """Animates a scene's picture; the clip keeps the picture's shape."""

    name: ClassVar[str] = "kling"
    default_model: ClassVar[str] = "kling-v3"
    service: ClassVar[Service] = Service(
        name="kling",
        base_url="https://api-singapore.klingai.com",
        key_variable="KLING_API_KEY",
        sign_up_url="https://app.klingai.com/global/dev",
        pause_s=5.0,
        at_once=3,
        extra_variables=(_SECRET,),
        notice=f"With {_SECRET} set, KLING_API_KEY is taken as the access key that belongs to it.",
    )
    codes: ClassVar[Codes] = {
        **dict.fromkeys(("1000", "1001", "1002", "1003", "1004", "1103"), ProviderAuthFailed),
        **dict.fromkeys(("1101", "1102"), ProviderQuotaExceeded),
        **dict.fromkeys(("1200", "1201", "1202"), ProviderRequestInvalid),
        "1203": JobFailed,  # there is no such task
        "1301": ContentRefused,
        **dict.fromkeys(("1302", "1303"), ProviderRateLimited),
    }
    takes_first_frame: ClassVar[bool] = True
    limits: ClassVar[Limits] = Limits(
        characters=2500,
        formats=ANY_FORMAT,
        durations_s=tuple(float(length) for length in range(3, 16)),
        input_types=frozenset({"image/png", "image/jpeg"}),
    )

    def __init__(
        self, access: Access, media_path: MediaPath, *, clock: Clock | None = None
    ) -> None:
        super().__init__(access, media_path, clock=clock)
        if access.extra.get(_SECRET):
            self.http = _Signed(self.service, access, self.codes, clock=clock)

    def seconds(self, request: VideoRequest) -> float:
        if not self.model.startswith("kling-v2"):
            return super().seconds(request)
        return replace(self.limits, durations_s=(5.0, 10.0)).choose_duration(request.duration_ms)

    def submit(self, request: VideoRequest, key: str) -> Job:
        ratio, picture = first_picture(request)
        content: dict[str, Any] = {
            "model_name": self.model,
            "prompt": request.prompt,
            "mode": "pro",
            "duration": f"{self.seconds(request):g}",
            "external_task_id": key,
        }
        if picture is None:
            kind, content["aspect_ratio"] = "text2video", ratio.value
        else:
            path = self.media_path(picture)
            shown, _ = picture_within(path, picture.media_type, _PICTURE_BYTES)
            kind, content["image"] = "image2video", base64.b64encode(shown).decode()
        answer = self.http.submit(f"/v1/videos/{kind}", json=content)
        self._hold_to_code(answer, is_paid=True)
        details = {"kind": kind, "made_for": ratio.value}
        return Job(id=answer.text_at("data", "task_id"), details=details)

    def find(self, key: str) -> Job | None:
        """The task submitted under ``key``: tasks are found by our name as by their own id."""
        for kind in _KINDS:
            try:
                answer = self._look(kind, key, "find")
            except JobFailed:
                continue
            return Job(id=answer.text_at("data", "task_id"), details={"kind": kind})
        return None

    def check(self, job: Job) -> JobState:
        answer = self._look(str(job.details["kind"]), job.id, "check")
        status = answer.text_at("data", "task_status")
        if status == "failed":
            said = str(answer.at("data").get("task_status_msg") or "")
            # A refused content has no code of its own here, only words.
            raise self.ended("1301" if "risk" in said.lower() else "failed", said)
        if status != "succeed":
            return JobState(is_done=False)
        link = answer.text_at("data", "task_result", "videos", 0, "url")
        return JobState(is_done=True, handles={"result": link})

    def _look(self, kind: str, name: str, operation: str) -> Answer:
        path = f"/v1/videos/{kind}/{quote(name, safe='')}"
        answer = self.http.read(path, operation=operation)
        self._hold_to_code(answer, is_paid=False)
        return answer

    def _hold_to_code(self, answer: Answer, *, is_paid: bool) -> None:
        """Refuse a 200 that says no in its ``code``."""
        code = answer.at("code")
        if not isinstance(code, int):
            raise answer.bad("its code is not a number")
        if code:
            meant = replace(answer, status=500) if code >= _SERVER_FAULTS else answer
            raise self.http.refused(meant, is_paid=is_paid)


class _Signed(Transport):
    """Signs a short-lived token for each request, from the access key and its secret."""

    def _headers(self, given: Mapping[str, str] | None, *, with_key: bool) -> dict[str, str]:
        headers = super()._headers(given, with_key=with_key)
        if with_key:
            token = _token(self._access.key, self._access.extra[_SECRET], int(time.time()))
            headers["Authorization"] = f"Bearer {token}"
        return headers


def _token(access_key: str, secret: str, now: int) -> str:
    """A JSON web token (HS256) of half an hour."""
    head = {"alg": "HS256", "typ": "JWT"}
    claims = {"iss": access_key, "exp": now + 1800, "nbf": now - 5}
    signed = b".".join(_base64url(json.dumps(part).encode()) for part in (head, claims))
    digest = hmac.new(secret.encode(), signed, hashlib.sha256).digest()
    return (signed + b"." + _base64url(digest)).decode()


def _base64url(content: bytes) -> bytes:
    return base64.urlsafe_b64encode(content).rstrip(b"=")


PROVIDERS = (KlingClips,)
