"""Other edits of a film."""

from pydantic import Field

from api.schemas.base import Input, Output, shown
from video_platform.domain.excerpt import LONGEST_S
from video_platform.domain.formats import Format


class RecutIn(Input):
    """A shorter film, or other shapes of it."""

    model_config = shown(seconds=15, formats=["9:16", "1:1"], build=True)

    seconds: int = Field(
        default=0, ge=0, le=LONGEST_S, description="Longest it may last; 0: the whole film."
    )
    formats: tuple[Format, ...] = Field(
        default=(), max_length=len(Format), description="Empty: as the film was made."
    )
    build: bool = Field(default=True, description="Whether the film is made at once.")


class RecutPlanOut(Output):
    """What a recut would say."""

    model_config = shown(
        duration_s=14.2, said=["Why does bread rise?", "Yeast breathes out gas.", "Now you know."]
    )

    duration_s: float
    said: list[str] = Field(description="One entry a scene, in order; whole sentences.")
