"""Presenters by SadTalker, an open model that is rented at Replicate and at fal."""

from pathlib import Path
from typing import ClassVar

from video_platform.domain.generation import AvatarRequest
from video_platform.domain.media import Media
from video_platform.providers._clips import ANY_FORMAT, FaceProvider, sound_as
from video_platform.providers.base import Produced
from video_platform.providers.fal_queue import FalProvider
from video_platform.providers.jobs import Job, JobState
from video_platform.providers.limits import Limits
from video_platform.providers.replicate_predictions import ReplicateProvider

_VERSION = "3aa3dac9353cc4d6bd62a8f95957bd844003b401ca4e4a9b33baa574c549d376"
_LIMITS = Limits(
    formats=ANY_FORMAT,
    longest_s=300.0,
    input_bytes=30 << 20,
    input_types=frozenset({"audio/wav", "audio/mpeg", "audio/mp4", "audio/flac"}),
)


class SadTalker(FaceProvider, ReplicateProvider[AvatarRequest]):
    """Brings the face at an https link to speech, at Replicate; the film keeps its shape."""

    name: ClassVar[str] = "sadtalker"
    default_model: ClassVar[str] = f"cjwbw/sadtalker:{_VERSION}"
    limits: ClassVar[Limits] = _LIMITS

    def submit(self, request: AvatarRequest, key: str) -> Job:
        given = {
            "source_image": request.presenter,
            "driven_audio": self._voice_url(request.voice),
            "preprocess": "full",
            "still": True,
            "enhancer": "gfpgan",
        }
        return self.predict(self.model, given)

    def _voice_url(self, voice: Media) -> str:
        """Where the model reads the voice: it takes WAV only."""
        if voice.media_type == "audio/wav":
            return self.input_url(voice)
        content = sound_as(self.media_path(voice), "wav")
        answer = self.http.post(
            "/files",
            operation="upload",
            files={"content": ("voice.wav", content, "audio/wav")},
        )
        return answer.text_at("urls", "get")


class SadTalkerAtFal(FaceProvider, FalProvider[AvatarRequest]):
    """The same at fal, which names its fields otherwise."""

    name: ClassVar[str] = "sadtalker_fal"
    default_model: ClassVar[str] = "fal-ai/sadtalker"
    limits: ClassVar[Limits] = _LIMITS

    def submit(self, request: AvatarRequest, key: str) -> Job:
        payload = {
            "source_image_url": request.presenter,
            "driven_audio_url": self.data_url(request.voice),
            "preprocess": "full",
            "still_mode": True,
            "face_model_resolution": "256",
            "face_enhancer": "gfpgan",
        }
        return self.submit_to(self.model, payload)

    def fetch(self, job: Job, state: JobState, directory: Path) -> Produced:
        link = self.result(job).text_at("video", "url")
        return self.fetch_link(link, directory, "video/mp4", job.details)


PROVIDERS = (SadTalker, SadTalkerAtFal)
