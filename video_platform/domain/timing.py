"""Exact time: frame rates are rational, lengths on a timeline are whole frames."""

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class FrameRate:
    """Frames per second as a fraction: 30/1, 30000/1001."""

    numerator: int = 30
    denominator: int = 1

    @property
    def fraction(self) -> Fraction:
        """Frames per second."""
        return Fraction(self.numerator, self.denominator)

    def seconds(self, frames: int) -> Fraction:
        """Exact length of so many frames."""
        return frames / self.fraction

    def frames_covering(self, seconds: Fraction) -> int:
        """The fewest whole frames that last at least ``seconds``."""
        return -(-(seconds * self.fraction) // 1)

    def samples(self, frames: int, sample_rate_hz: int) -> int:
        """Audio samples in so many frames, rounded to the nearest sample."""
        return round(self.seconds(frames) * sample_rate_hz)

    def __str__(self) -> str:
        return f"{self.numerator}/{self.denominator}"


@dataclass(frozen=True, slots=True)
class Word:
    """A spoken word as captions show it, in milliseconds of its track; half open."""

    text: str
    start_ms: int
    end_ms: int

    def shifted(self, offset_ms: int) -> "Word":
        """The same word later by ``offset_ms``."""
        return Word(self.text, self.start_ms + offset_ms, self.end_ms + offset_ms)
