"""A picture whose prompt a service refused is asked for once more, in milder words.

What was refused is remembered: it is never sent a second time, and whoever looks at the picture is
told what was asked instead.
"""

import re
from dataclasses import replace

from video_platform.domain.generation import Generation, ImageRequest, JsonValue
from video_platform.errors import ContentRefused
from video_platform.generation.ledger import Ledger
from video_platform.providers.base import Provider

_MILDER = {
    r"blood\w*": "red light",
    r"(?:gun|rifle|pistol|weapon|knife|sword)s?": "object",
    r"(?:kill|murder|shoot|stab|slaughter)\w*": "defeat",
    r"(?:dead|dying|corpse)s?": "still",
    r"(?:death|suicide)s?": "farewell",
    r"(?:war|battle|attack|explosion|bomb)s?": "storm",
    r"(?:nude|naked|topless)": "clothed",
    r"(?:sexy|erotic|sensual)": "elegant",
    r"(?:torture|wound|injur)\w*": "hardship",
}
"""Words that services refuse most often, and what may stand for them in a picture."""
_FRAME = "A calm, symbolic, family-friendly illustration without violence or real people: "


def soften(prompt: str) -> str:
    """The prompt in milder words; never the prompt itself."""
    for charged, milder in _MILDER.items():
        prompt = re.sub(rf"\b{charged}\b", milder, prompt, flags=re.IGNORECASE)
    return _FRAME + prompt


def obtain_picture(
    ledger: Ledger, provider: Provider[ImageRequest], request: ImageRequest, *, project: str
) -> Generation:
    """The picture, in milder words where these are refused.

    A refusal that was billed is not followed by another bill: asking again is a person's choice.

    Raises:
        ContentRefused: the milder words, too, or the refusal was billed.
    """
    reason = ledger.refusal(provider, request)
    if not reason:
        try:
            return ledger.obtain(provider, request, project=project)
        except ContentRefused as error:
            if error.was_billed:
                raise
            reason = error.message
    milder = replace(request, prompt=soften(request.prompt))
    made = ledger.obtain(provider, milder, project=project)
    told: JsonValue = {
        "provider": provider.name,
        "reason": f"{reason} Asked instead: {milder.prompt}",
    }
    before = made.details.get("instead_of", [])
    notes: list[JsonValue] = [*before, told] if isinstance(before, list) else [told]
    return replace(made, details={**made.details, "instead_of": notes})
