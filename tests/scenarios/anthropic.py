"""Anthropic as its description has it: a message of blocks, a reason to stop, typed faults."""

import base64
import json
from typing import Any

from tests.scenarios._chat import TOKENS_IN, TOKENS_OUT, draft, material, verdict
from tests.scenarios.server import Call, Reply, World, json_reply


def fault(kind: str, status: int, headers: dict[str, str] | None = None) -> Reply:
    """A refusal in the service's form."""
    error = {"type": kind, "message": "no"}
    return json_reply({"type": "error", "error": error, "request_id": "req_1"}, status, headers)


def message(text: str, *, stop: str = "end_turn") -> dict[str, Any]:
    """An answer; thoughts come before the text, which may come in pieces."""
    half = len(text) // 2
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude-sonnet-5",
        "content": [
            {"type": "thinking", "thinking": '{"scenes": []}', "signature": "x"},
            {"type": "text", "text": text[:half]},
            {"type": "text", "text": text[half:]},
        ],
        "stop_reason": stop,
        "stop_sequence": None,
        "usage": {"input_tokens": TOKENS_IN, "output_tokens": TOKENS_OUT},
    }


class AnthropicSpeaker:
    """Speaks for ``api.anthropic.com``. ``keys`` are the accounts it knows."""

    name = "anthropic"
    keys = ("test-key-123456",)

    def phase(self, call: Call) -> str:
        return "submit" if call.method == "POST" else "other"

    def answer(self, call: Call, world: World) -> Reply:
        if call.headers.get("x-api-key") not in self.keys:
            return fault("authentication_error", 401)
        if call.path != "/v1/messages":
            return fault("not_found_error", 404)
        asked = call.json()
        assert call.headers.get("anthropic-version") == "2023-06-01"
        assert not set(asked) & {"temperature", "top_p", "top_k"}, "it refuses to be told"
        assert isinstance(asked["max_tokens"], int)
        assert isinstance(asked["system"], str)
        assert [one["role"] for one in asked["messages"]] == ["user"]
        content = asked["messages"][0]["content"]
        if isinstance(content, list):
            picture, words = content
            assert picture["source"]["media_type"] == "image/jpeg"
            said = verdict(base64.b64decode(picture["source"]["data"]), words["text"])
            world.accept(self.name, {"judged": words["text"]})
            return json_reply(message(json.dumps(said)))
        script = draft(material(asked["messages"][0]["content"]))
        world.accept(self.name, asked)
        return json_reply(message(json.dumps(script)))


SPEAKER = AnthropicSpeaker()
