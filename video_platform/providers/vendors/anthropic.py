"""Scripts from Anthropic's models, and verdicts on pictures."""

from typing import Any, ClassVar

from video_platform.domain.generation import ScriptRequest
from video_platform.errors import (
    BadProviderAnswer,
    ContentRefused,
    ProviderAuthFailed,
    ProviderQuotaExceeded,
    ProviderRateLimited,
    ProviderUnavailable,
)
from video_platform.providers.chat import ChatProvider, Endings, Reply, count_at, text_of
from video_platform.providers.faults import Codes
from video_platform.providers.judging import (
    PICTURE_TYPE,
    VERDICT_SCHEMA,
    JudgeProvider,
    Question,
)
from video_platform.providers.script_draft import Prompt, script_schema
from video_platform.providers.service import Service
from video_platform.providers.transport import Answer

_SERVICE = Service(
    name="anthropic",
    base_url="https://api.anthropic.com",
    key_variable="ANTHROPIC_API_KEY",
    key_header="x-api-key",
    key_form="{key}",
    sign_up_url="https://console.anthropic.com",
    headers={"anthropic-version": "2023-06-01"},
    submit_timeout_s=300.0,
)
_MODEL = "claude-sonnet-5"
_CODES: Codes = {
    "rate_limit_error": ProviderRateLimited,
    "billing_error": ProviderQuotaExceeded,
    "authentication_error": ProviderAuthFailed,
    "permission_error": ProviderAuthFailed,
    "overloaded_error": ProviderUnavailable,
}
_ENDINGS: Endings = {
    "refusal": ContentRefused,
    "max_tokens": BadProviderAnswer,
    "model_context_window_exceeded": BadProviderAnswer,
}
_THINKS = 1.5


class AnthropicScripts(ChatProvider):
    """Writes with Claude; sampling is left to the model, which refuses to be told."""

    # Plain HTTP: the package (2.12.0) speaks through httpx2 and refuses our transport's client,
    # with its checks of addresses, of sizes and of whether a request was sent.
    name: ClassVar[str] = "anthropic"
    default_model: ClassVar[str] = _MODEL
    service: ClassVar[Service] = _SERVICE
    codes: ClassVar[Codes] = _CODES
    endings: ClassVar[Endings] = _ENDINGS
    thinks: ClassVar[float] = _THINKS

    def path(self) -> str:
        return "/v1/messages"

    def body(self, prompt: Prompt, request: ScriptRequest) -> dict[str, Any]:
        return {
            "model": self.model,
            "max_tokens": self.most_tokens(request),
            "system": prompt.system,
            "messages": [{"role": "user", "content": prompt.user}],
            "output_config": {
                "format": {"type": "json_schema", "schema": script_schema(request)},
                "effort": "low",
            },
        }

    def read(self, answer: Answer) -> Reply:
        return _read(answer)


class AnthropicJudge(JudgeProvider):
    """Looks with Claude."""

    name: ClassVar[str] = "anthropic"
    default_model: ClassVar[str] = _MODEL
    service: ClassVar[Service] = _SERVICE
    codes: ClassVar[Codes] = _CODES
    endings: ClassVar[Endings] = _ENDINGS
    thinks: ClassVar[float] = _THINKS

    def path(self) -> str:
        return "/v1/messages"

    def body(self, question: Question, most_tokens: int) -> dict[str, Any]:
        source = {"type": "base64", "media_type": PICTURE_TYPE, "data": question.picture}
        content = [{"type": "image", "source": source}, {"type": "text", "text": question.wanted}]
        return {
            "model": self.model,
            "max_tokens": most_tokens,
            "system": question.task,
            "messages": [{"role": "user", "content": content}],
            "output_config": {
                "format": {"type": "json_schema", "schema": VERDICT_SCHEMA},
                "effort": "low",
            },
        }

    def read(self, answer: Answer) -> Reply:
        return _read(answer)


def _read(answer: Answer) -> Reply:
    return Reply(
        text=text_of(answer.at("content")),
        ending=str(answer.at("stop_reason")),
        tokens_in=count_at(answer, "usage", "input_tokens"),
        tokens_out=count_at(answer, "usage", "output_tokens"),
        model=str(answer.json().get("model") or ""),
    )


PROVIDERS = (AnthropicScripts, AnthropicJudge)
