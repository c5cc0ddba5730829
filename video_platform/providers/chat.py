"""Language models write scripts: one question, one answer, sent once.

Services differ in where the question and the answer stand and in how an answer ends; the task, its
form, its price and the reading of the script are the same for all.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from video_platform.domain.codec import to_json
from video_platform.domain.generation import Capability, JsonValue, ScriptRequest
from video_platform.errors import BadProviderAnswer, ContentRefused, JobFailed, ProviderError
from video_platform.providers.base import Produced
from video_platform.providers.limits import Limits
from video_platform.providers.prices import cost_usd
from video_platform.providers.remote import RemoteProvider
from video_platform.providers.script_draft import (
    LANGUAGES,
    Prompt,
    expected_tokens,
    one_line,
    read_script,
    script_schema,
    write_prompt,
)
from video_platform.providers.transport import Answer

LONGEST_FILM_S = 900.0
"""A longer script takes models more minutes than a connection lasts."""
CHAT_LIMITS = Limits(characters=200_000, languages=LANGUAGES, longest_s=LONGEST_FILM_S)
MILLION = 1_000_000
_SPARE_TOKENS = 4_000
"""Left for thoughts, which count as answer."""
_MOST_TOKENS = 100_000_000
"""A larger count is a mistake, not a bill."""

Endings = Mapping[str, type[ProviderError]]
"""How an answer may end other than well, in the service's words."""

_HINTS: Mapping[type[ProviderError], str] = {
    ContentRefused: "Change the brief; its rules are the provider's own.",
    BadProviderAnswer: "Ask for a shorter film, or choose a model that may answer at more length. "
    "The answer was paid for.",
    JobFailed: "Run the same command again, or choose another provider.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A model's answer: its text, how it ended, and what it took."""

    text: str
    ending: str
    refusal: str = ""
    tokens_in: int = 0
    tokens_out: int = 0
    model: str = ""


class ChatProvider(RemoteProvider[ScriptRequest]):
    """Base of language models: ``path``, ``body`` and ``read`` are each service's own."""

    capability: ClassVar[Capability] = Capability.SCRIPT
    limits: ClassVar[Limits] = CHAT_LIMITS
    endings: ClassVar[Endings] = {}
    is_held_to_schema: ClassVar[bool] = True
    """Whether the service makes its models keep to a JSON schema."""
    thinks: ClassVar[float] = 1.0
    """How many times the script's own tokens an answer takes, thoughts included."""

    def examine(self, request: ScriptRequest) -> None:
        super().examine(request)
        self.limits.check_duration(self.name, request.duration_s * 1000)

    def amounts(self, request: ScriptRequest) -> dict[str, float]:
        tokens_in, tokens_out = expected_tokens(request)
        return {
            "million_tokens_in": tokens_in / MILLION,
            "million_tokens_out": tokens_out * self.thinks / MILLION,
        }

    def generate(self, request: ScriptRequest, directory: Path) -> Produced:
        prompt = write_prompt(request, with_form=not self.is_held_to_schema)
        answer = self.http.submit(self.path(), json=self.body(prompt, request))
        if answer.json().get("error"):
            # Servers in front of others answer 200 with the fault of the one behind.
            raise self.http.refused(answer, is_paid=True)
        reply = self.read(answer)
        kind = self.endings.get(reply.ending)
        if kind is not None:
            error = self.ended(kind, f"{reply.ending} {reply.refusal}")
            error.was_billed = reply.tokens_out > 0
            raise error
        script = read_script(self.name, reply.text, request)
        details: dict[str, JsonValue] = {
            "scenes": len(script.scenes),
            "duration_s": script.duration,
            "model": one_line(reply.model)[:100] or self.model,
            "tokens_in": reply.tokens_in,
            "tokens_out": reply.tokens_out,
        }
        cost = None
        if reply.tokens_out:
            used = {
                "million_tokens_in": reply.tokens_in / MILLION,
                "million_tokens_out": reply.tokens_out / MILLION,
            }
            cost = cost_usd(self.service.name, self.model, used)
        return self.save(to_json(script), directory, "application/json", details, cost)

    def most_tokens(self, request: ScriptRequest) -> int:
        """How long an answer may be: roomy, for what is not used is not paid."""
        return round(expected_tokens(request)[1] * 2 * self.thinks) + _SPARE_TOKENS

    def ended(self, kind: type[ProviderError], why: str) -> ProviderError:
        """The error of an answer that ended without a script."""
        return kind(
            f"{self.name} ended its answer without a script: {one_line(why)[:300]}.",
            provider=self.name,
            operation="submit",
            hint=_HINTS[kind],
        )

    def path(self) -> str:
        """Where questions are sent."""
        raise NotImplementedError

    def body(self, prompt: Prompt, request: ScriptRequest) -> dict[str, Any]:
        """The question as the service spells it."""
        raise NotImplementedError

    def read(self, answer: Answer) -> Reply:
        """Where the answer stands."""
        raise NotImplementedError


class OpenAIShapedChat(ChatProvider):
    """Services that took over the form of OpenAI's chat completions."""

    endings: ClassVar[Endings] = {
        "refusal": ContentRefused,
        "content_filter": ContentRefused,
        "length": BadProviderAnswer,
        "model_length": BadProviderAnswer,
        "error": JobFailed,
        "insufficient_system_resource": JobFailed,
    }
    tokens_field: ClassVar[str] = "max_tokens"

    def path(self) -> str:
        return "/chat/completions"

    def body(self, prompt: Prompt, request: ScriptRequest) -> dict[str, Any]:
        return {
            "model": self.model,
            "messages": [
                {"role": "system", "content": prompt.system},
                {"role": "user", "content": prompt.user},
            ],
            self.tokens_field: self.most_tokens(request),
            "response_format": self._form(request),
        }

    def _form(self, request: ScriptRequest) -> dict[str, Any]:
        if not self.is_held_to_schema:
            return {"type": "json_object"}
        form = {"name": "script", "strict": True, "schema": script_schema(request)}
        return {"type": "json_schema", "json_schema": form}

    def read(self, answer: Answer) -> Reply:
        return read_completion(answer)


def read_completion(answer: Answer) -> Reply:
    """What stands in an answer of OpenAI's form."""
    choice = answer.at("choices", 0)
    message = answer.at("message", of=choice)
    if not isinstance(message, dict):
        raise answer.bad("its message is not an object")
    refusal = message.get("refusal")
    return Reply(
        text=text_of(message.get("content")),
        ending="refusal" if refusal else str(choice.get("finish_reason")),
        refusal=str(refusal or ""),
        tokens_in=count_at(answer, "usage", "prompt_tokens"),
        tokens_out=count_at(answer, "usage", "completion_tokens"),
        model=str(answer.json().get("model") or ""),
    )


def text_of(content: Any) -> str:
    """The text of an answer that is one, or of its parts that are; thoughts are left out."""
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    return "".join(
        part["text"]
        for part in parts
        if isinstance(part, dict)
        and part.get("type", "text") == "text"
        and not part.get("thought")
        and isinstance(part.get("text"), str)
    )


def count_at(answer: Answer, *path: str) -> int:
    """A count an answer may tell; 0 when it does not."""
    value = answer.json()
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    is_count = isinstance(value, int) and not isinstance(value, bool) and 0 < value < _MOST_TOKENS
    return int(value) if is_count else 0
