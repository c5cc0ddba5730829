"""Reference pictures for those who take them: how many, how large, how the prompt names them."""

import base64
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

from video_platform.domain.generation import ImageRequest
from video_platform.providers.base import Reduces

_LONG_SIDE_PX = 1024
"""What services look at: more is paid and not seen."""


def reduced(provider: Any, request: Any) -> Any:
    """The request with one value for whatever makes no difference to this provider.

    Reference pictures it does not take are left out, so that it is not asked anew for other ones.
    """
    if isinstance(provider, Reduces):
        request = provider.reduced(request)
    if isinstance(request, ImageRequest) and request.references:
        most = getattr(provider, "most_references", 0)
        request = replace(request, references=request.references[:most])
    return request


def prompt_with_references(request: ImageRequest) -> str:
    """The prompt, and who is to be seen in which reference picture."""
    if not request.references:
        return request.prompt
    shown = "; ".join(
        f"image {place} shows {one.name}" for place, one in enumerate(request.references, start=1)
    )
    return f"{request.prompt} Keep the looks of the reference pictures: {shown}."


def small_jpeg(path: Path) -> bytes:
    """A picture as services look at it: a JPEG of at most 1024 pixels a side."""
    from PIL import Image

    with Image.open(path) as opened:
        picture = opened.convert("RGB")
    picture.thumbnail((_LONG_SIDE_PX, _LONG_SIDE_PX))
    kept = BytesIO()
    picture.save(kept, "JPEG", quality=90)
    return kept.getvalue()


def as_base64(content: bytes) -> str:
    """Bytes as text."""
    return base64.b64encode(content).decode()
