"""Suno music through a third-party gateway (sunoapi.org; kie.ai speaks the same)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from video_platform.domain.generation import MusicRequest
from video_platform.errors import (
    ProviderQuotaExceeded,
    ProviderRateLimited,
    ProviderRequestInvalid,
    ProviderUnavailable,
)
from video_platform.providers.base import Produced
from video_platform.providers.faults import Codes
from video_platform.providers.jobs import Job, JobState
from video_platform.providers.music_prompts import music_prompt
from video_platform.providers.service import Service
from video_platform.providers.unofficial import ALLOW_VARIABLE, UnofficialMusic

_NO_CALLBACK = "https://callback.invalid/none"
"""The gateway insists on an address to call; this one leads nowhere, and jobs are looked at."""
_FAILED = ("CREATE_TASK_FAILED", "GENERATE_AUDIO_FAILED")
_REFUSED = "SENSITIVE_WORD_ERROR"
_WITH_SONGS = ("SUCCESS", "CALLBACK_EXCEPTION")
"""A call back that failed is no failure of the song: ours always fails."""


class SunoMusic(UnofficialMusic):
    """Composes songs of a length of its own; the montage fits them to the film."""

    name: ClassVar[str] = "suno"
    default_model: ClassVar[str] = "V5"
    service: ClassVar[Service] = Service(
        name="suno",
        base_url="https://api.sunoapi.org",
        key_variable="SUNO_API_KEY",
        sign_up_url="https://sunoapi.org/api-key",
        pause_s=5.0,
        per_minute=120,
        extra_variables=(ALLOW_VARIABLE,),
        notice="Suno offers no interface to developers; this is a third party's gateway, which may "
        "stop at any time and whose songs' rights are not certain.",
    )
    codes: ClassVar[Codes] = {
        "405": ProviderRateLimited,
        "413": ProviderRequestInvalid,
        "429": ProviderQuotaExceeded,  # credits, not haste
        "430": ProviderRateLimited,
        "455": ProviderUnavailable,
    }

    def submit(self, request: MusicRequest, key: str) -> Job:
        answer = self.http.submit(
            "/api/v1/generate",
            json={
                "prompt": music_prompt(request.mood),
                "customMode": False,
                "instrumental": True,
                "model": self.model,
                "callBackUrl": _NO_CALLBACK,
            },
        )
        task = self.accepted(answer, is_paid=True).text_at("data", "taskId")
        return Job(id=task, details={"mood": request.mood, "wanted_ms": request.duration_ms})

    def check(self, job: Job) -> JobState:
        path = "/api/v1/generate/record-info"
        answer = self.accepted(self.http.read(path, params={"taskId": job.id}))
        status = answer.text_at("data", "status")
        if status in _FAILED or status == _REFUSED:
            said = answer.at("data").get("errorMessage") or status
            raise self.ended(job, str(said), is_refused=status == _REFUSED)
        songs = _songs(answer.at("data").get("response")) if status in _WITH_SONGS else []
        if not songs:
            return JobState(is_done=False)
        chosen = _best(songs, float(str(job.details.get("wanted_ms", 0))) / 1000)
        return JobState(is_done=True, handles={"result": chosen["audioUrl"]})

    def fetch(self, job: Job, state: JobState, directory: Path) -> Produced:
        details = {"mood": job.details.get("mood", ""), "licence": "unofficial gateway"}
        return self.fetch_link(state.handles["result"], directory, "audio/mpeg", details)


def _songs(response: object) -> list[Mapping[str, Any]]:
    found = response.get("sunoData") if isinstance(response, Mapping) else None
    songs = found if isinstance(found, list) else []
    return [song for song in songs if isinstance(song, Mapping) and song.get("audioUrl")]


def _best(songs: list[Mapping[str, Any]], wanted_s: float) -> Mapping[str, Any]:
    """Each request makes two: the shortest that lasts long enough, else the longest."""

    def length(song: Mapping[str, Any]) -> float:
        value = song.get("duration")
        return float(value) if isinstance(value, int | float) else 0.0

    lasting = [song for song in songs if length(song) >= wanted_s]
    return min(lasting, key=length) if lasting else max(songs, key=length)


PROVIDERS = (SunoMusic,)
