"""Word times by OpenAI's Whisper."""

from dataclasses import replace
from typing import ClassVar

from video_platform.providers.faults import Codes
from video_platform.providers.service import Service
from video_platform.providers.vendors.openai._account import CODES, SERVICE
from video_platform.providers.whisper import WhisperAlignment


class OpenAIAlignment(WhisperAlignment):
    """Times words with ``whisper-1``, the only model of OpenAI's that tells them."""

    name: ClassVar[str] = "openai"
    default_model: ClassVar[str] = "whisper-1"
    service: ClassVar[Service] = replace(
        SERVICE,
        notice="OpenAI shuts whisper-1 down on 26 February 2027; groq and elevenlabs time words, "
        "too.",
    )
    codes: ClassVar[Codes] = CODES
