"""What picture services share: how large their models draw, and how they say what came of it."""

import math
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from video_platform.domain.formats import Format
from video_platform.errors import (
    ContentRefused,
    JobFailed,
    ProviderError,
    ProviderQuotaExceeded,
)

Sizes = Mapping[Format, str]
"""A model's spelling of each film format: ``1344x768``, or a ratio where it takes ratios."""

RATIOS: Sizes = {ratio: ratio.value for ratio in Format}
SDXL: Sizes = {
    Format.WIDE: "1344x768",
    Format.TALL: "768x1344",
    Format.SQUARE: "1024x1024",
    Format.PORTRAIT: "896x1152",
}
"""SDXL draws well in these sizes only; they are the nearest it has."""
FLUX_1: Sizes = {
    Format.WIDE: "1408x800",
    Format.TALL: "800x1408",
    Format.SQUARE: "1440x1440",
    Format.PORTRAIT: "1152x1440",
}
"""Multiples of 32 up to 1440."""
FLUX_2: Sizes = {
    Format.WIDE: "2112x1184",
    Format.TALL: "1184x2112",
    Format.SQUARE: "1184x1184",
    Format.PORTRAIT: "1184x1472",
}
"""Multiples of 16 under 4 megapixels, a tenth larger than the film's frame."""

_MEGAPIXEL = 1024 * 1024
_LARGEST_USD = 1000
"""No picture costs more: a larger figure is in other units."""
_HINTS: dict[type[ProviderError], str] = {
    ContentRefused: "Change the scene's prompt; nothing else of the project is affected.",
    ProviderQuotaExceeded: "Add credit to the account there, or choose another provider.",
}


def pixels(size: str) -> tuple[int, int]:
    """Width and height of a size such as ``1344x768``."""
    width, _, height = size.partition("x")
    return int(width), int(height)


def begun_megapixels(size: str) -> int:
    """Megapixels as they are billed: a begun one counts."""
    width, height = pixels(size)
    return math.ceil(width * height / _MEGAPIXEL)


def seed_of(seed: int, *, largest: int) -> int:
    """A seed from 1 to ``largest``: 0 asks some services to draw lots."""
    return seed % largest or largest


def content_refused(
    provider: str, operation: str, said: str, *, was_billed: bool = False
) -> ContentRefused:
    """The service's rules refuse the prompt or the picture."""
    error = ContentRefused(
        f"{provider} refused the picture: {said}.",
        provider=provider,
        operation=operation,
        hint=_HINTS[ContentRefused],
    )
    error.was_billed = was_billed
    return error


def picture_failed(provider: str, operation: str, said: str) -> JobFailed:
    """The service took the work and ended without a picture."""
    return JobFailed(
        f"{provider} ended without a picture: {said}.",
        provider=provider,
        operation=operation,
        hint="Run the same command again, or choose another provider.",
    )


def meant(error: ProviderError, phrases: Mapping[str, type[ProviderError]]) -> ProviderError:
    """The error as the service's own sentence means it, where it has no code for it.

    Args:
        phrases: parts of sentences in lower case.

    Raises:
        ProviderError: the error itself, when it means nothing else.
    """
    said = error.message.lower()
    kind = next((kind for phrase, kind in phrases.items() if phrase in said), None)
    if kind is None:
        raise error  # as it is: an error that is its own cause has no end
    hint = _HINTS.get(kind, error.hint)
    return kind(error.message, provider=error.provider, operation=error.operation, hint=hint)


def stated_usd(amount: object, unit_usd: str = "1") -> Decimal | None:
    """A cost as the service states it, in USD; nothing where it is not a sensible number."""
    if isinstance(amount, bool) or not isinstance(amount, int | float | str):
        return None
    try:
        usd = Decimal(str(amount)) * Decimal(unit_usd)
    except InvalidOperation:
        return None
    return usd if usd.is_finite() and 0 <= usd <= _LARGEST_USD else None
