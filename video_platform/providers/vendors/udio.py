"""Udio music through a third-party gateway (PiAPI)."""

from pathlib import Path
from typing import ClassVar
from urllib.parse import quote

from video_platform.domain.generation import MusicRequest
from video_platform.providers.base import Produced
from video_platform.providers.jobs import Job, JobState
from video_platform.providers.music_prompts import music_prompt
from video_platform.providers.service import Service
from video_platform.providers.unofficial import ALLOW_VARIABLE, UnofficialMusic

_LINKS = ("audio_url", "song_path", "audioUrl")
"""Names the gateway's pages give the link; which one is sent is not certain, so all are read."""
_REFUSED_WORDS = ("moderat", "policy", "copyright", "sensitive")


class UdioMusic(UnofficialMusic):
    """Composes songs of a length of its own; the montage fits them to the film."""

    name: ClassVar[str] = "udio"
    default_model: ClassVar[str] = "music-u"
    service: ClassVar[Service] = Service(
        name="udio",
        base_url="https://api.piapi.ai",
        key_variable="PIAPI_API_KEY",
        key_header="X-API-Key",
        key_form="{key}",
        sign_up_url="https://piapi.ai/workspace",
        pause_s=5.0,
        extra_variables=(ALLOW_VARIABLE,),
        notice="Udio offers no interface to developers; this is a third party's gateway, which may "
        "stop at any time and whose songs' rights are not certain.",
    )

    def submit(self, request: MusicRequest, key: str) -> Job:
        answer = self.http.submit(
            "/api/v1/task",
            json={
                "model": self.model,
                "task_type": "generate_music",
                "input": {
                    "gpt_description_prompt": music_prompt(request.mood),
                    "lyrics": "",
                    "lyrics_type": "instrumental",
                    "negative_tags": "vocals, singing, speech",
                    "seed": request.seed % 2**31,
                },
            },
        )
        task = self.accepted(answer, is_paid=True).text_at("data", "task_id")
        return Job(id=task, details={"mood": request.mood, "licence": "unofficial gateway"})

    def check(self, job: Job) -> JobState:
        answer = self.accepted(self.http.read(f"/api/v1/task/{quote(job.id, safe='')}"))
        status = answer.text_at("data", "status").lower()
        if status == "failed":
            error = answer.at("data").get("error") or {}
            said = str(error.get("message") or error) if isinstance(error, dict) else str(error)
            is_refused = any(word in said.lower() for word in _REFUSED_WORDS)
            raise self.ended(job, said, is_refused=is_refused)
        if status != "completed":
            return JobState(is_done=False)
        link = _find_link(answer.at("data").get("output"))
        if not link:
            raise answer.bad("its task is completed and has no link to a song")
        return JobState(is_done=True, handles={"result": link})

    def fetch(self, job: Job, state: JobState, directory: Path) -> Produced:
        return self.fetch_link(state.handles["result"], directory, "audio/mpeg", job.details)


def _find_link(output: object) -> str:
    """The first link to a song, wherever in the output it stands."""
    if isinstance(output, dict):
        for name in _LINKS:
            if isinstance(output.get(name), str) and output[name]:
                return str(output[name])
        output = list(output.values())
    if isinstance(output, list):
        return next((link for part in output if (link := _find_link(part))), "")
    return ""


PROVIDERS = (UdioMusic,)
