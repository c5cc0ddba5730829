"""What language models have in common here: they make a script of the very text they were given."""

import base64
import json
import re
from typing import Any

from tests.scenarios.server import Call, Reply, World, json_reply

TOKENS_IN, TOKENS_OUT = 900, 400


def material(message: str) -> str:
    """The text between the marks of a question."""
    found = re.fullmatch(r"<(text-[0-9a-f]+)>\n(.*)\n</\1>", message, re.DOTALL)
    assert found, "the text does not stand between its marks"
    return found[2]


def draft(text: str) -> dict[str, Any]:
    """A script as a model writes it: a scene for each sentence."""
    sentences = re.findall(r"[^.!?؟]+[.!?؟]?", text)
    told = [" ".join(sentence.split()) for sentence in sentences if sentence.strip()][:8]
    return {
        "title": " ".join(told[0].split()[:6]),
        "blurb": {"short": told[0], "long": " ".join(told[:3]), "hashtags": ["Light", "sea_marks"]},
        "scenes": [_scene(line, is_first=number == 0) for number, line in enumerate(told)],
    }


def _scene(line: str, *, is_first: bool) -> dict[str, Any]:
    return {
        "duration": 6.5,
        "narration": line,
        "visual_prompt": "A lighthouse on a cliff at dusk, warm light",
        "music_mood": "calm",
        "on_screen": {
            "kind": "title" if is_first else "statement",
            "headline": line[:40],
            "items": [],
            "figure": "",
            "note": "",
            "keywords": ["lighthouse", "lamp"],
        },
    }


def verdict(picture: bytes, wanted: str) -> dict[str, Any]:
    """What a model that sees says: as sharp as the picture is large, and never of lettering."""
    from io import BytesIO

    from PIL import Image

    with Image.open(BytesIO(picture)) as seen:
        assert seen.format == "JPEG"
        assert max(seen.size) <= 1024, "larger than anybody looks at"
        light = seen.convert("L").resize((1, 1)).getpixel((0, 0))
    assert re.fullmatch(r"<(scene-[0-9a-f]+)>\n(.*)\n</\1>", wanted, re.DOTALL), "no marks"
    return {"match": round(light / 255, 3), "unwanted_text": False, "reason": "Judged by light."}


def completion(
    model: str, content: str | None, *, ending: str = "stop", refusal: str | None = None
) -> dict[str, Any]:
    """An answer in OpenAI's form."""
    message = {"role": "assistant", "content": content, "refusal": refusal}
    choice = {"index": 0, "message": message, "finish_reason": ending, "logprobs": None}
    usage = {
        "prompt_tokens": TOKENS_IN,
        "completion_tokens": TOKENS_OUT,
        "total_tokens": TOKENS_IN + TOKENS_OUT,
    }
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": model,
        "choices": [choice],
        "usage": usage,
    }


class OpenAIShapedSpeaker:
    """Speaks OpenAI's chat form. ``keys`` are the accounts it knows."""

    keys: tuple[str, ...] = ("test-key-123456",)
    name = ""
    tokens_field = "max_tokens"
    fields = frozenset({"model", "messages", "response_format"})
    """What a body must hold beside its limit of tokens."""
    wrapped = "{}"
    """What stands around the script in the answer."""

    def phase(self, call: Call) -> str:
        return "submit" if call.method == "POST" else "other"

    def answer(self, call: Call, world: World) -> Reply:
        if call.headers.get("authorization") not in [f"Bearer {key}" for key in self.keys]:
            return self.no("invalid_api_key", 401)
        if call.path == "/chat/completions":
            return self.chat(call.json(), world)
        return self.no("not_found", 404)

    def no(self, code: str, status: int, message: str = "no") -> Reply:
        """A refusal in OpenAI's form."""
        error = {"message": message, "type": "invalid_request_error", "param": None, "code": code}
        return json_reply({"error": error}, status)

    def chat(self, asked: dict[str, Any], world: World) -> Reply:
        assert self.fields | {self.tokens_field} == set(asked), sorted(asked)
        roles = [message["role"] for message in asked["messages"]]
        assert roles == ["system", "user"], roles
        said = asked["messages"][1]["content"]
        if isinstance(said, list):
            return self.judge(asked, world)
        system = asked["messages"][0]["content"]
        if asked["response_format"]["type"] == "json_object":
            assert "json" in system.lower(), "the word json is missing"
        script = json.dumps(draft(material(asked["messages"][1]["content"])), ensure_ascii=False)
        world.accept(self.name, asked)
        return json_reply(completion(asked["model"], self.wrapped.replace("{}", script)))

    def judge(self, asked: dict[str, Any], world: World) -> Reply:
        """A verdict on the picture of a question."""
        words, picture = asked["messages"][1]["content"]
        head, _, content = picture["image_url"]["url"].partition(",")
        assert head == "data:image/jpeg;base64", head
        world.accept(self.name, {"judged": words["text"]})
        said = json.dumps(verdict(base64.b64decode(content), words["text"]))
        return json_reply(completion(asked["model"], said))
