"""What a film should be: everything its timeline asks for, as plain values the rules compare.

A file alone has no expectation; then only the rules that need none are applied.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from video_platform.domain.language import Language
from video_platform.domain.loudness import LoudnessTarget
from video_platform.domain.timing import Word
from video_platform.quality.lettering import TextPlace
from video_platform.quality.picture import Span

Box = tuple[int, int, int, int]
"""Left, top, right and bottom in pixels; half open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SceneSpan:
    """When a scene's picture is seen; ``is_footage``: it is film, and may stand still by itself."""

    scene: int
    start_s: float
    end_s: float
    is_footage: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Speech:
    """A voice track and when it should be heard.

    Args:
        timing: how its words were timed; ``confidence`` (0 to 1) in them; 0 when it is not known.
    """

    path: Path
    media_type: str
    start_s: float
    scene: int
    timing: str = ""
    confidence: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """One film as it was ordered.

    Args:
        script_words: the approved words, in order.
        words: the same with their times in the film.
        black, still: spans in which a black or a standing picture is asked for.
        texts: what is burned in, and where.
        safe: where a network leaves text alone.
        solids: places of logos and insets, by name, with their time.
        spent_usd, cap_usd: of the project; no cap: nothing to pass.
    """

    width_px: int
    height_px: int
    rate: Fraction
    frames: int
    target: LoudnessTarget
    language: Language
    script_words: tuple[str, ...]
    words: tuple[Word, ...]
    scenes: tuple[SceneSpan, ...]
    black: tuple[Span, ...]
    still: tuple[Span, ...]
    speech: tuple[Speech, ...]
    texts: tuple[TextPlace, ...]
    safe: Box
    solids: tuple[tuple[str, Span, Box], ...] = ()
    providers: tuple[str, ...] = ()
    spent_usd: Decimal = Decimal(0)
    cap_usd: Decimal | None = None

    @property
    def duration_s(self) -> float:
        """How long the film should be."""
        return float(self.frames / self.rate)

    def scene_at(self, at_s: float) -> int:
        """Whose picture is seen then; 0 outside the film."""
        found = [scene for scene in self.scenes if scene.start_s <= at_s < scene.end_s]
        return found[0].scene if found else 0


def overlap(one: Span, other: Span) -> float:
    """For how long two spans share time, in seconds."""
    return max(0.0, min(one[1], other[1]) - max(one[0], other[0]))


def meets(one: Box, other: Box) -> bool:
    """Whether two boxes share a pixel."""
    return max(one[0], other[0]) < min(one[2], other[2]) and max(one[1], other[1]) < min(
        one[3], other[3]
    )


def longest(spans: Sequence[Span]) -> Span | None:
    """The longest span, if there is one."""
    return max(spans, key=lambda span: span[1] - span[0], default=None)
