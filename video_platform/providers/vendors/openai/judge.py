"""Verdicts on pictures from OpenAI's models."""

from typing import ClassVar

from video_platform.providers.faults import Codes
from video_platform.providers.judging import OpenAIShapedJudge
from video_platform.providers.service import Service
from video_platform.providers.vendors.openai._account import CODES, SERVICE


class OpenAIJudge(OpenAIShapedJudge):
    """Looks with a GPT model, held to the verdict's schema."""

    name: ClassVar[str] = "openai"
    default_model: ClassVar[str] = "gpt-5.6-luna"
    service: ClassVar[Service] = SERVICE
    codes: ClassVar[Codes] = CODES
    tokens_field: ClassVar[str] = "max_completion_tokens"
    thinks: ClassVar[float] = 2.0
