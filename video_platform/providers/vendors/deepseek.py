"""Scripts from DeepSeek's models."""

from typing import Any, ClassVar

from video_platform.domain.generation import ScriptRequest
from video_platform.providers.chat import OpenAIShapedChat
from video_platform.providers.script_draft import Prompt
from video_platform.providers.service import Service


class DeepSeekScripts(OpenAIShapedChat):
    """Writes with DeepSeek, without the thoughts that are on by default."""

    name: ClassVar[str] = "deepseek"
    default_model: ClassVar[str] = "deepseek-flash"
    service: ClassVar[Service] = Service(
        name="deepseek",
        base_url="https://api.deepseek.com",
        key_variable="DEEPSEEK_API_KEY",
        sign_up_url="https://platform.deepseek.com",
        # It sends blank lines while a request waits its turn.
        submit_timeout_s=300.0,
    )
    is_held_to_schema: ClassVar[bool] = False

    def body(self, prompt: Prompt, request: ScriptRequest) -> dict[str, Any]:
        return {**super().body(prompt, request), "thinking": {"type": "disabled"}}


PROVIDERS = (DeepSeekScripts,)
