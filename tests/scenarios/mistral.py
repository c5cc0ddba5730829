"""Mistral: OpenAI's form with a seed of another name, and faults in three forms."""

from tests.scenarios._chat import OpenAIShapedSpeaker
from tests.scenarios.server import Reply, json_reply


class MistralSpeaker(OpenAIShapedSpeaker):
    """Speaks for ``api.mistral.ai``."""

    name = "mistral"
    fields = OpenAIShapedSpeaker.fields | {"random_seed"}

    def no(self, code: str, status: int, message: str = "no") -> Reply:
        return json_reply({"message": message, "request_id": "req-1"}, status)


SPEAKER = MistralSpeaker()
