"""A server of the operator's own, as Ollama or vLLM answer: a model that thinks aloud first."""

from tests.scenarios._chat import OpenAIShapedSpeaker
from tests.scenarios.server import Call, Reply, World


class CompatibleSpeaker(OpenAIShapedSpeaker):
    """Speaks for any server; it asks for no key."""

    name = "openai_compatible"
    wrapped = '<think>The form is {"scenes": ...}, I see.</think>\n{}'

    def answer(self, call: Call, world: World) -> Reply:
        if call.path == "/chat/completions":
            return self.chat(call.json(), world)
        return self.no("not_found", 404)


SPEAKER = CompatibleSpeaker()
