"""MusicGen, the composer of the AudioCraft family, at Replicate."""

import math
from typing import ClassVar

from video_platform.domain.generation import Capability, MusicRequest
from video_platform.providers.jobs import Job
from video_platform.providers.music_prompts import music_prompt
from video_platform.providers.replicate_predictions import ReplicateProvider, replicate_service
from video_platform.providers.service import Service

_LONGEST_S = 30
"""What the model was trained on: beyond it the music drifts. The montage repeats its bars."""


class MusicGen(ReplicateProvider[MusicRequest]):
    """Composes up to half a minute of music; longer films hear it again."""

    name: ClassVar[str] = "musicgen"
    capability: ClassVar[Capability] = Capability.MUSIC
    default_model: ClassVar[str] = (
        "meta/musicgen:671ac645ce5e552cc63a54a2bbff63fcf798043055d2dac5fc9e36a837eedcfb"
    )
    result_type: ClassVar[str] = "audio/mpeg"
    weights: ClassVar[str] = "stereo-melody-large"
    service: ClassVar[Service] = replicate_service(
        notice="The model's weights are licensed CC-BY-NC 4.0: not for commercial films."
    )

    def submit(self, request: MusicRequest, key: str) -> Job:
        return self.predict(
            self.model,
            {
                "prompt": music_prompt(request.mood),
                "model_version": self.weights,
                "duration": max(1, min(_LONGEST_S, math.ceil(request.duration_ms / 1000))),
                "output_format": "mp3",
                "normalization_strategy": "peak",
                "seed": request.seed % 2**31,
            },
            mood=request.mood,
            licence="CC-BY-NC-4.0 weights (MusicGen)",
        )


class AudioCraft(MusicGen):
    """The same with AudioCraft's plain weights, which were never taught to follow a melody."""

    name: ClassVar[str] = "audiocraft"
    weights: ClassVar[str] = "stereo-large"


PROVIDERS = (MusicGen, AudioCraft)
