"""DeepSeek: OpenAI's form, thoughts to be turned off, scripts in fences now and then."""

from tests.scenarios._chat import OpenAIShapedSpeaker


class DeepSeekSpeaker(OpenAIShapedSpeaker):
    """Speaks for ``api.deepseek.com``."""

    name = "deepseek"
    fields = OpenAIShapedSpeaker.fields | {"thinking"}
    wrapped = "Here is your script:\n```json\n{}\n```"


SPEAKER = DeepSeekSpeaker()
