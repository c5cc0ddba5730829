"""OpenAI as its description has it: chat, pictures as base64, speech as bytes, transcription."""

import base64
import re
from typing import Any, ClassVar

from tests.scenarios._chat import OpenAIShapedSpeaker
from tests.scenarios._whisper import transcribe
from tests.scenarios.media import mp3, png
from tests.scenarios.server import Call, Reply, World, bytes_reply, json_reply

_VOICES = {"alloy", "ash", "ballad", "cedar", "coral", "echo", "fable", "marin", "nova", "onyx"}
_VOICES |= {"sage", "shimmer", "verse"}


class OpenAISpeaker(OpenAIShapedSpeaker):
    """Speaks for ``api.openai.com``."""

    name = "openai"
    tokens_field = "max_completion_tokens"
    speech_s: ClassVar[float] = 1.0

    def answer(self, call: Call, world: World) -> Reply:
        if call.headers.get("authorization") not in [f"Bearer {key}" for key in self.keys]:
            return self.no("invalid_api_key", 401)
        if call.path == "/images/generations":
            return self._draw(call.json(), world)
        if call.path == "/images/edits":
            return self._edit(call, world)
        if call.path == "/audio/speech":
            return self._speak(call.json(), world)
        if call.path == "/audio/transcriptions":
            return transcribe(self.name, call, world)
        return super().answer(call, world)

    def _draw(self, asked: dict[str, Any], world: World) -> Reply:
        unknown = set(asked) & {"response_format", "style", "revised_prompt"}
        if unknown:
            return self.no("unknown_parameter", 400)
        size = re.fullmatch(r"(\d+)x(\d+)", asked["size"])
        assert size is not None, asked["size"]
        width, height = int(size[1]), int(size[2])
        if width % 16 or height % 16 or width * height > 3840 * 2160:
            return self.no("invalid_size", 400)
        assert asked["quality"] in ("low", "medium", "high", "xhigh", "max")
        world.accept(self.name, asked)
        return json_reply(
            {
                "created": 1,
                "data": [{"b64_json": base64.b64encode(png()).decode()}],
                "size": asked["size"],
                "quality": asked["quality"],
                "output_format": "png",
                "usage": {"input_tokens": 10, "output_tokens": 1500, "total_tokens": 1510},
            }
        )

    def _edit(self, call: Call, world: World) -> Reply:
        fields = call.form()
        pictures = call.body.count(b'name="image[]"')
        assert 1 <= pictures <= 16
        assert isinstance(fields["image[]"], bytes)
        assert fields["image[]"].startswith(b"\xff\xd8\xff")
        asked = {name: value for name, value in fields.items() if name != "image[]"}
        return self._draw({**asked, "references": pictures}, world)

    def _speak(self, asked: dict[str, Any], world: World) -> Reply:
        assert asked["voice"] in _VOICES
        assert 0 < len(asked["input"]) <= 4096
        if asked["model"].startswith("tts-1"):
            assert "instructions" not in asked, "tts-1 takes none"
        world.accept(self.name, asked)
        return bytes_reply(mp3(self.speech_s), "audio/mpeg")


SPEAKER = OpenAISpeaker()
