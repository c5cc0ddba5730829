"""Finds providers by name: a file in ``vendors`` is all it takes to add one."""

import importlib
import pkgutil
from functools import cache
from typing import Any

from video_platform.domain.generation import Capability
from video_platform.errors import NotConfigured
from video_platform.providers import vendors
from video_platform.providers.base import Provider

DEFAULTS: dict[Capability, str] = {
    Capability.SCRIPT: "embedded_writer",
    Capability.IMAGE: "embedded_painter",
    Capability.VIDEO: "still_motion",
    Capability.VOICE: "espeak",
    Capability.MUSIC: "embedded_composer",
}
"""Providers that need no key, used where the brief names none. Avatars have no such default."""


@cache
def vendor_names() -> tuple[str, ...]:
    """Names of all vendor modules, sorted; none is imported."""
    return tuple(
        sorted(
            module.name
            for module in pkgutil.iter_modules(vendors.__path__)
            if not module.name.startswith("_")
        )
    )


def find_provider(capability: Capability, name: str = "") -> Provider[Any]:
    """The provider called ``name``, or the capability's default.

    Raises:
        NotConfigured: no such vendor, or it does not offer this capability.
    """
    wanted = name or DEFAULTS.get(capability, "")
    if wanted in vendor_names():
        module = importlib.import_module(f"{vendors.__name__}.{wanted}")
        for provider in module.PROVIDERS:
            if provider.capability is capability:
                return provider()  # type: ignore[no-any-return]
    raise NotConfigured(
        f"There is no {capability} provider called {wanted!r}.",
        hint=f"Known: {', '.join(vendor_names())}.",
    )
