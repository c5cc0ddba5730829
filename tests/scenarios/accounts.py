"""An account at every service, as an operator would have set it up, and what its provider is asked.

What a provider wants beyond a key stands here, by name: nothing else in the tests knows vendors.
"""

from typing import Any

from tests.scenarios.samples import Shelf, avatar_request, sample_request
from video_platform.domain.generation import Capability
from video_platform.providers.remote import RemoteProvider
from video_platform.providers.service import Access

KEY = "test-key-123456"
"""The key every speaker knows."""
_SETTINGS = {"VIDEO_PLATFORM_ALLOW_UNOFFICIAL": "true"}
_MODELS = {"openai_compatible": "tiny-model"}
_FACES = ("did", "sadtalker", "sadtalker_fal")
"""Providers whose presenter is a link to a face."""
_NEEDS_ADDRESS = {
    "openai_compatible": "http://127.0.0.1:1/v1",
    "haiper": "https://api.haiper.ai",
}
Kind = type[RemoteProvider[Any]]


def account(kind: Kind, base_url: str = "", key: str = KEY) -> Access:
    """An account with everything this provider must have."""
    extra = {name: _SETTINGS[name] for name in kind.service.extra_variables if name in _SETTINGS}
    return Access(
        key=key,
        base_url=base_url or _NEEDS_ADDRESS.get(kind.name, ""),
        model=_MODELS.get(kind.name, ""),
        extra=extra,
    )


def request_for(kind: Kind, shelf: Shelf) -> Any:
    """An ordinary request that this provider takes."""
    if kind.capability is Capability.AVATAR and kind.name in _FACES:
        return avatar_request(shelf, presenter="https://faces.example/face.png")
    return sample_request(kind.capability, shelf)


def name_of(kind: type[Any]) -> str:
    """For ids of tests."""
    return f"{kind.name}-{kind.capability}"
