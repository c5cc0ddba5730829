"""What a person asks for."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated

from pydantic import Field

from video_platform.domain.codec import ABSENT
from video_platform.domain.direction import Direction
from video_platform.domain.formats import Format
from video_platform.domain.hints import guides_script
from video_platform.domain.language import Language
from video_platform.domain.look import Look
from video_platform.errors import BriefError

MAX_TEXT_CHARACTERS = 200_000
"""About 30,000 words: a long report. More is a book, and no film of it would be watched."""
MIN_DURATION_S = 5
MAX_DURATION_S = 1_800


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """A request for one film.

    Args:
        text: article, notes, Markdown or a single line; never empty.
        duration_s: length aimed at; the voice decides the exact one.
        providers: provider name by capability, where the default is not wanted.
        voice: voice name of the voice provider; empty for its default.
        avatar: who presents, as the avatar provider calls them; empty for its default.
        look: captions, grade, overlays and exports of the cut.
        direction: brand kit, reference sheets, candidates and footage of the pictures.
        hints: codes of ``domain.hints`` that a person wants told to whoever writes the script.
    """

    text: str
    language: Language = Language.ENGLISH
    duration_s: int = 60
    formats: tuple[Format, ...] = (Format.WIDE,)
    style: str = "clean"
    voice: str = ""
    avatar: str = ""
    providers: Mapping[str, str] = field(default_factory=dict)
    source: str = ""
    look: Look = field(default_factory=Look)
    direction: Annotated[
        Direction, Field(exclude_if=lambda direction: direction == Direction())
    ] = field(default_factory=Direction)
    hints: Annotated[tuple[str, ...], ABSENT] = ()

    def __post_init__(self) -> None:
        """Refuse what no agent could work with; see ``BriefError`` codes."""
        if not self.text.strip():
            raise BriefError(
                "The brief is empty.",
                hint="Give a sentence, or a file with -f FILE.",
                code="brief_empty",
            )
        if len(self.text) > MAX_TEXT_CHARACTERS:
            raise BriefError(
                f"The brief has {len(self.text):,} characters, more than {MAX_TEXT_CHARACTERS:,}.",
                hint="Cut it to the part the film is about.",
                code="brief_too_long",
            )
        if not MIN_DURATION_S <= self.duration_s <= MAX_DURATION_S:
            raise BriefError(
                f"A duration of {self.duration_s} s is not possible.",
                hint=f"Choose {MIN_DURATION_S} to {MAX_DURATION_S} seconds.",
                code="duration_impossible",
            )
        if not self.formats or len(set(self.formats)) != len(self.formats):
            raise BriefError(
                "A brief needs at least one format, and each only once.",
                hint=f"Known formats: {', '.join(Format)}.",
                code="format_invalid",
            )
        unknown = [code for code in self.hints if not guides_script(code)]
        if unknown:
            raise BriefError(
                f"{unknown[0]!r} is not a hint a script can follow.",
                hint="List them with `video-platform hints`; openings can be followed.",
                code="hint_unknown",
            )

    @property
    def bare(self) -> "Brief":
        """What the film is about and made with; how it is to look is another matter."""
        return replace(self, look=Look(), direction=Direction())
