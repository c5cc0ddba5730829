"""Groq: OpenAI's form for chat in JSON mode, and Whisper."""

from tests.scenarios._chat import OpenAIShapedSpeaker
from tests.scenarios._whisper import transcribe
from tests.scenarios.server import Call, Reply, World


class GroqSpeaker(OpenAIShapedSpeaker):
    """Speaks for ``api.groq.com``."""

    name = "groq"
    tokens_field = "max_completion_tokens"

    def answer(self, call: Call, world: World) -> Reply:
        is_known = call.headers.get("authorization") in [f"Bearer {key}" for key in self.keys]
        if is_known and call.path == "/audio/transcriptions":
            return transcribe(self.name, call, world)
        return super().answer(call, world)


SPEAKER = GroqSpeaker()
