"""Scripts from Mistral's models."""

from typing import Any, ClassVar

from video_platform.domain.generation import ScriptRequest
from video_platform.errors import ProviderRateLimited
from video_platform.providers.chat import OpenAIShapedChat
from video_platform.providers.faults import Codes
from video_platform.providers.script_draft import Prompt
from video_platform.providers.service import Service


class MistralScripts(OpenAIShapedChat):
    """Writes with Mistral; each take has its own seed."""

    name: ClassVar[str] = "mistral"
    default_model: ClassVar[str] = "mistral-small-latest"
    service: ClassVar[Service] = Service(
        name="mistral",
        base_url="https://api.mistral.ai/v1",
        key_variable="MISTRAL_API_KEY",
        sign_up_url="https://console.mistral.ai",
        submit_timeout_s=300.0,
    )
    codes: ClassVar[Codes] = {
        "rate_limited": ProviderRateLimited,
        "service_tier_capacity_exceeded": ProviderRateLimited,
    }

    def body(self, prompt: Prompt, request: ScriptRequest) -> dict[str, Any]:
        return {**super().body(prompt, request), "random_seed": request.take}


PROVIDERS = (MistralScripts,)
