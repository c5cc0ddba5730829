"""Gemini as its description has it: candidates with parts, a reason to finish, typed faults."""

import base64
import json
import re
from typing import Any

from tests.scenarios._chat import TOKENS_IN, TOKENS_OUT, draft, material, verdict
from tests.scenarios.server import Call, Reply, World, json_reply

THOUGHTS = 700


def fault(status: int, word: str, details: list[Any] | None = None) -> Reply:
    """A refusal in the service's form."""
    error = {"code": status, "message": "no", "status": word, "details": details or []}
    return json_reply({"error": error}, status)


def candidates(text: str, *, ending: str = "STOP") -> dict[str, Any]:
    """An answer with one candidate; a thought goes before it."""
    parts = [{"text": "Let me think.", "thought": True}, {"text": text}]
    content = {"role": "model", "parts": parts} if text else {"role": "model"}
    return {
        "candidates": [{"content": content, "finishReason": ending, "index": 0}],
        "usageMetadata": {
            "promptTokenCount": TOKENS_IN,
            "candidatesTokenCount": TOKENS_OUT,
            "thoughtsTokenCount": THOUGHTS,
            "totalTokenCount": TOKENS_IN + TOKENS_OUT + THOUGHTS,
        },
        "modelVersion": "gemini-3.8-flash",
    }


class GeminiSpeaker:
    """Speaks for ``generativelanguage.googleapis.com``. ``keys`` are the accounts it knows."""

    name = "gemini"
    keys = ("test-key-123456",)

    def phase(self, call: Call) -> str:
        return "submit" if call.method == "POST" else "other"

    def answer(self, call: Call, world: World) -> Reply:
        assert "key" not in call.query, "a key never stands in an address"
        if call.headers.get("x-goog-api-key") not in self.keys:
            details = [{"@type": "type.googleapis.com/google.rpc.ErrorInfo"}]
            return fault(400, "INVALID_ARGUMENT", [{**details[0], "reason": "API_KEY_INVALID"}])
        if not re.fullmatch(r"/v1beta/models/[^/:]+:generateContent", call.path):
            return fault(404, "NOT_FOUND")
        asked = call.json()
        assert {"systemInstruction", "contents", "generationConfig"} == set(asked)
        assert [one["role"] for one in asked["contents"]] == ["user"]
        assert asked["generationConfig"]["responseMimeType"] == "application/json"
        first, *rest = asked["contents"][0]["parts"]
        if rest:
            (picture,) = (part["inlineData"] for part in rest)
            assert picture["mimeType"] == "image/jpeg"
            said = verdict(base64.b64decode(picture["data"]), first["text"])
            world.accept(self.name, {"judged": first["text"]})
            return json_reply(candidates(json.dumps(said)))
        script = draft(material(asked["contents"][0]["parts"][0]["text"]))
        world.accept(self.name, asked)
        return json_reply(candidates(json.dumps(script)))


SPEAKER = GeminiSpeaker()
