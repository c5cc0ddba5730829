"""Scripts from any server that speaks OpenAI's chat form: Ollama, vLLM, llama.cpp, a gateway."""

from decimal import Decimal
from typing import ClassVar

from video_platform.domain.generation import ScriptRequest
from video_platform.providers.chat import OpenAIShapedChat
from video_platform.providers.service import Service


class CompatibleScripts(OpenAIShapedChat):
    """Writes with the operator's own server; its address has to be named, key and model may be."""

    name: ClassVar[str] = "openai_compatible"
    default_model: ClassVar[str] = "default"
    service: ClassVar[Service] = Service(
        name="openai_compatible",
        base_url="",
        key_variable="OPENAI_COMPATIBLE_API_KEY",
        sign_up_url="the server itself, if it wants one",
        submit_timeout_s=300.0,
        at_once=1,
        notice="Name your server in VIDEO_PLATFORM_OPENAI_COMPATIBLE_BASE_URL and its model in "
        "VIDEO_PLATFORM_OPENAI_COMPATIBLE_MODEL; servers with one model need none.",
    )

    def missing(self) -> tuple[str, ...]:
        named = bool(self.access.base_url)
        return () if named else ("VIDEO_PLATFORM_OPENAI_COMPATIBLE_BASE_URL",)

    def price_usd(self, request: ScriptRequest) -> Decimal | None:
        """Nothing at a server that wants no key; else not known."""
        return None if self.access.key else Decimal(0)


PROVIDERS = (CompatibleScripts,)
