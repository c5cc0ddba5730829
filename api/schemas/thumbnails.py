"""Thumbnails of a film."""

from typing import Annotated

from pydantic import Field, StringConstraints

from api.schemas.base import Input, Output, shown
from video_platform.agents.covers import Thumbnails
from video_platform.agents.thumbnails import MOST, MOST_CHARACTERS
from video_platform.domain.formats import Format

Title = Annotated[str, StringConstraints(min_length=1, max_length=MOST_CHARACTERS)]


class ThumbnailsIn(Input):
    """Variants that are asked for."""

    model_config = shown(titles=["Why bread rises"], format="16:9")

    titles: tuple[Title, ...] = Field(
        default=(), max_length=MOST, description="Empty: three taken from the script."
    )
    format: Format | None = Field(default=None, description="None: the film's first.")


class ThumbnailChoice(Input):
    """Which variant goes out."""

    model_config = shown(number=1, format="16:9")

    number: int | None = Field(ge=0, lt=MOST, description="From 0; null: the film's poster.")
    format: Format | None = Field(default=None, description="None: the film's first.")


class ThumbnailOut(Output):
    """One variant."""

    model_config = shown(title="Why bread rises", scene=1, sha256="0" * 64)

    title: str
    scene: int
    sha256: str


class ThumbnailsOut(Output):
    """All variants of a film, and the one that goes out."""

    model_config = shown(
        variants=[{"title": "Why bread rises", "scene": 1, "sha256": "0" * 64}], chosen=0
    )

    variants: list[ThumbnailOut]
    chosen: int | None

    @classmethod
    def of(cls, made: Thumbnails) -> "ThumbnailsOut":
        """As the API shows them."""
        rows = [
            ThumbnailOut(title=one.title, scene=one.scene_id, sha256=one.media.sha256)
            for one in made.variants
        ]
        return cls(variants=rows, chosen=made.chosen)
