"""Scripts from Google's Gemini models."""

from typing import Any, ClassVar

from video_platform.domain.generation import ScriptRequest
from video_platform.errors import (
    BadProviderAnswer,
    ContentRefused,
    ProviderAuthFailed,
    ProviderQuotaExceeded,
)
from video_platform.providers.chat import ChatProvider, Endings, Reply, count_at, text_of
from video_platform.providers.faults import Codes
from video_platform.providers.script_draft import SCRIPT_SCHEMA, Prompt
from video_platform.providers.service import Service
from video_platform.providers.transport import Answer


class GeminiScripts(ChatProvider):
    """Writes with Gemini; the key goes in a header, never in the address."""

    name: ClassVar[str] = "gemini"
    default_model: ClassVar[str] = "gemini-3.8-flash"
    service: ClassVar[Service] = Service(
        name="gemini",
        base_url="https://generativelanguage.googleapis.com",
        key_variable="GEMINI_API_KEY",
        key_header="x-goog-api-key",
        key_form="{key}",
        sign_up_url="https://aistudio.google.com/apikey",
        submit_timeout_s=300.0,
    )
    codes: ClassVar[Codes] = {
        "api_key_invalid": ProviderAuthFailed,
        "api_key_service_blocked": ProviderAuthFailed,
        "billing_disabled": ProviderQuotaExceeded,
    }
    endings: ClassVar[Endings] = {
        "SAFETY": ContentRefused,
        "RECITATION": ContentRefused,
        "PROHIBITED_CONTENT": ContentRefused,
        "SPII": ContentRefused,
        "BLOCKLIST": ContentRefused,
        "MAX_TOKENS": BadProviderAnswer,
    }
    thinks: ClassVar[float] = 2.5

    def path(self) -> str:
        return f"/v1beta/models/{self.model}:generateContent"

    def body(self, prompt: Prompt, request: ScriptRequest) -> dict[str, Any]:
        return {
            "systemInstruction": {"parts": [{"text": prompt.system}]},
            "contents": [{"role": "user", "parts": [{"text": prompt.user}]}],
            "generationConfig": {
                "maxOutputTokens": self.most_tokens(request),
                "responseMimeType": "application/json",
                "responseJsonSchema": SCRIPT_SCHEMA,
            },
        }

    def read(self, answer: Answer) -> Reply:
        if not answer.json().get("candidates"):
            feedback = answer.json().get("promptFeedback")
            reason = feedback.get("blockReason") if isinstance(feedback, dict) else None
            if reason:
                raise self.ended(ContentRefused, str(reason))
            raise answer.bad("it has no candidates")
        candidate = answer.at("candidates", 0)
        ending = str(answer.at("finishReason", of=candidate))
        content = candidate.get("content")  # one that was stopped has none, or no parts
        text = text_of(content.get("parts")) if isinstance(content, dict) else ""
        thoughts = count_at(answer, "usageMetadata", "thoughtsTokenCount")
        return Reply(
            text=text,
            ending=ending,
            tokens_in=count_at(answer, "usageMetadata", "promptTokenCount"),
            tokens_out=thoughts + count_at(answer, "usageMetadata", "candidatesTokenCount"),
            model=str(answer.json().get("modelVersion") or ""),
        )


PROVIDERS = (GeminiScripts,)
