"""Scripts and word times from Groq: open models, quickly."""

from dataclasses import replace
from typing import ClassVar

from video_platform.errors import (
    BadProviderAnswer,
    ProviderAuthFailed,
    ProviderQuotaExceeded,
    ProviderRateLimited,
    ProviderUnavailable,
)
from video_platform.providers.chat import CHAT_LIMITS, OpenAIShapedChat
from video_platform.providers.faults import Codes
from video_platform.providers.limits import Limits
from video_platform.providers.service import Service
from video_platform.providers.whisper import WhisperAlignment

_SERVICE = Service(
    name="groq",
    base_url="https://api.groq.com/openai/v1",
    key_variable="GROQ_API_KEY",
    sign_up_url="https://console.groq.com/keys",
    submit_timeout_s=180.0,
)
_CODES: Codes = {
    "rate_limit_exceeded": ProviderRateLimited,
    "capacity_exceeded": ProviderUnavailable,
    "invalid_api_key": ProviderAuthFailed,
    "blocked_api_access": ProviderQuotaExceeded,
    "json_validate_failed": BadProviderAnswer,
}


class GroqScripts(OpenAIShapedChat):
    """Writes with an open model, which holds 131,000 tokens of question and answer."""

    name: ClassVar[str] = "groq"
    default_model: ClassVar[str] = "openai/gpt-oss-120b"
    service: ClassVar[Service] = _SERVICE
    codes: ClassVar[Codes] = _CODES
    limits: ClassVar[Limits] = replace(CHAT_LIMITS, characters=100_000)
    tokens_field: ClassVar[str] = "max_completion_tokens"
    is_held_to_schema: ClassVar[bool] = False
    thinks: ClassVar[float] = 1.5


class GroqAlignment(WhisperAlignment):
    """Times words with Whisper; each request counts as ten seconds at least."""

    name: ClassVar[str] = "groq"
    default_model: ClassVar[str] = "whisper-large-v3"
    service: ClassVar[Service] = _SERVICE
    codes: ClassVar[Codes] = _CODES
    least_billed_s: ClassVar[float] = 10.0


PROVIDERS = (GroqScripts, GroqAlignment)
