"""Providers that count what they are asked; they obey the same interface as the real ones."""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from video_platform.domain.generation import Capability, JsonValue
from video_platform.providers.base import Produced


@dataclass
class CountingProvider:
    """Leaves a small file for any request and remembers the request."""

    capability: Capability
    media_type: str = "application/json"
    details: Callable[[Any], dict[str, JsonValue]] = lambda _: {}
    content: Callable[[Any], bytes] = lambda request: repr(request).encode()
    cost_usd: Decimal = Decimal(0)
    refuse: Callable[[Any], Exception | None] = lambda _: None
    name: str = "counting"
    version: str = "1"
    requests: list[Any] = field(default_factory=list)

    def generate(self, request: Any, directory: Path) -> Produced:
        self.requests.append(request)
        error = self.refuse(request)
        if error:
            raise error
        path = directory / "made.bin"
        path.write_bytes(self.content(request))
        return Produced(
            path=path,
            media_type=self.media_type,
            details=self.details(request),
            cost_usd=self.cost_usd,
        )
