"""Scripts from OpenAI's models."""

from typing import ClassVar

from video_platform.providers.chat import OpenAIShapedChat
from video_platform.providers.faults import Codes
from video_platform.providers.service import Service
from video_platform.providers.vendors.openai._account import CODES, SERVICE


class OpenAIScripts(OpenAIShapedChat):
    """Writes with a GPT model, held to the script's schema."""

    name: ClassVar[str] = "openai"
    default_model: ClassVar[str] = "gpt-5.6-luna"
    service: ClassVar[Service] = SERVICE
    codes: ClassVar[Codes] = CODES
    tokens_field: ClassVar[str] = "max_completion_tokens"
    thinks: ClassVar[float] = 2.0
