"""Scripts from Google's Gemini models, and verdicts on pictures."""

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
    name="gemini",
    base_url="https://generativelanguage.googleapis.com",
    key_variable="GEMINI_API_KEY",
    key_header="x-goog-api-key",
    key_form="{key}",
    sign_up_url="https://aistudio.google.com/apikey",
    submit_timeout_s=300.0,
)
_MODEL = "gemini-3.8-flash"
_CODES: Codes = {
    "api_key_invalid": ProviderAuthFailed,
    "api_key_service_blocked": ProviderAuthFailed,
    "billing_disabled": ProviderQuotaExceeded,
}
_ENDINGS: Endings = {
    "SAFETY": ContentRefused,
    "RECITATION": ContentRefused,
    "PROHIBITED_CONTENT": ContentRefused,
    "SPII": ContentRefused,
    "BLOCKLIST": ContentRefused,
    "MAX_TOKENS": BadProviderAnswer,
}
_BLOCKED = "blocked"
"""Stands for an answer without candidates."""
_THINKS = 2.5


class GeminiScripts(ChatProvider):
    """Writes with Gemini; the key goes in a header, never in the address."""

    name: ClassVar[str] = "gemini"
    default_model: ClassVar[str] = _MODEL
    service: ClassVar[Service] = _SERVICE
    codes: ClassVar[Codes] = _CODES
    endings: ClassVar[Endings] = _ENDINGS
    thinks: ClassVar[float] = _THINKS

    def path(self) -> str:
        return f"/v1beta/models/{self.model}:generateContent"

    def body(self, prompt: Prompt, request: ScriptRequest) -> dict[str, Any]:
        return {
            "systemInstruction": {"parts": [{"text": prompt.system}]},
            "contents": [{"role": "user", "parts": [{"text": prompt.user}]}],
            "generationConfig": {
                "maxOutputTokens": self.most_tokens(request),
                "responseMimeType": "application/json",
                "responseJsonSchema": script_schema(request),
            },
        }

    def read(self, answer: Answer) -> Reply:
        reply = _read(answer)
        if reply.ending == _BLOCKED:
            raise self.ended(ContentRefused, reply.refusal)
        return reply


class GeminiJudge(JudgeProvider):
    """Looks with Gemini."""

    name: ClassVar[str] = "gemini"
    default_model: ClassVar[str] = _MODEL
    service: ClassVar[Service] = _SERVICE
    codes: ClassVar[Codes] = _CODES
    endings: ClassVar[Endings] = {**_ENDINGS, _BLOCKED: ContentRefused}
    thinks: ClassVar[float] = _THINKS

    def path(self) -> str:
        return f"/v1beta/models/{self.model}:generateContent"

    def body(self, question: Question, most_tokens: int) -> dict[str, Any]:
        picture = {"mimeType": PICTURE_TYPE, "data": question.picture}
        parts = [{"text": question.wanted}, {"inlineData": picture}]
        return {
            "systemInstruction": {"parts": [{"text": question.task}]},
            "contents": [{"role": "user", "parts": parts}],
            "generationConfig": {
                "maxOutputTokens": most_tokens,
                "responseMimeType": "application/json",
                "responseJsonSchema": VERDICT_SCHEMA,
            },
        }

    def read(self, answer: Answer) -> Reply:
        return _read(answer)


def _read(answer: Answer) -> Reply:
    if not answer.json().get("candidates"):
        feedback = answer.json().get("promptFeedback")
        reason = feedback.get("blockReason") if isinstance(feedback, dict) else None
        if reason:
            return Reply(text="", ending=_BLOCKED, refusal=str(reason))
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


PROVIDERS = (GeminiScripts, GeminiJudge)
