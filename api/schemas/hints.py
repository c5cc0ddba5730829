"""What publications that fared well had in common."""

from pydantic import Field

from api.schemas.base import Output, shown
from video_platform.domain.hints import HintKind

_EXAMPLE = {
    "code": "hook=question",
    "kind": "hook",
    "value": "question",
    "posts": 5,
    "others": 7,
    "ratio": 1.6,
}


class HintOut(Output):
    """One thing that went with more views."""

    model_config = shown(**_EXAMPLE)

    code: str
    kind: HintKind
    value: str
    posts: int = Field(description="How many had it.")
    others: int = Field(description="How many had not.")
    ratio: float = Field(description="Median of theirs by the median of the others'.")


class HintsOut(Output):
    """What can be said."""

    model_config = shown(posts=12, is_enough=True, hints=[_EXAMPLE])

    posts: int = Field(description="Publications old enough to be compared.")
    is_enough: bool
    hints: list[HintOut]
