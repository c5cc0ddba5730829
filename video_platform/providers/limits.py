"""What a provider can do, as data: a request beyond it is refused before anything is spent."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from video_platform.domain.formats import Format
from video_platform.domain.language import Language
from video_platform.errors import LimitExceeded


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of one provider's requests; what is empty or zero is not limited.

    Args:
        characters: longest text or prompt.
        formats: the provider's own spelling of each film format it can make; others are refused.
        languages: languages it speaks.
        durations_s: lengths it makes; a scene takes the shortest that covers it, else the longest.
        input_bytes: largest input file.
        input_types: media types of input it takes.
    """

    characters: int = 0
    formats: Mapping[Format, str] = field(default_factory=dict)
    languages: frozenset[Language] = frozenset()
    durations_s: tuple[float, ...] = ()
    longest_s: float = 0.0
    input_bytes: int = 0
    input_types: frozenset[str] = frozenset()

    def describe(self) -> dict[str, object]:
        """What is limited, for people and for JSON."""
        plain: dict[str, object] = {
            "characters": self.characters,
            "formats": [ratio.value for ratio in self.formats],
            "languages": sorted(self.languages),
            "durations_s": list(self.durations_s),
            "longest_s": self.longest_s,
            "input_bytes": self.input_bytes,
            "input_types": sorted(self.input_types),
        }
        return {name: value for name, value in plain.items() if value}

    def check_text(self, provider: str, text: str) -> None:
        """Refuse a text that is too long."""
        if self.characters and len(text) > self.characters:
            raise _exceeded(
                provider, "characters", f"{len(text):,}", f"at most {self.characters:,}"
            )

    def spell_format(self, provider: str, ratio: Format) -> str:
        """The provider's word for this format."""
        if ratio not in self.formats:
            known = ", ".join(wanted.value for wanted in self.formats)
            raise _exceeded(provider, "formats", ratio.value, known)
        return self.formats[ratio]

    def check_language(self, provider: str, language: Language) -> None:
        """Refuse a language it does not speak."""
        if self.languages and language not in self.languages:
            known = ", ".join(sorted(self.languages))
            raise _exceeded(provider, "languages", language.value, known)

    def choose_duration(self, duration_ms: int) -> float:
        """The length to ask for, in seconds: the shortest that covers the scene, or the longest."""
        wanted = duration_ms / 1000
        covering = [length for length in self.durations_s if length >= wanted]
        return min(covering) if covering else max(self.durations_s)

    def check_duration(self, provider: str, duration_ms: int) -> None:
        """Refuse what is longer than the provider makes."""
        if self.longest_s and duration_ms > self.longest_s * 1000:
            raise _exceeded(
                provider, "seconds", f"{duration_ms / 1000:g}", f"at most {self.longest_s:g}"
            )

    def check_input(self, provider: str, media_type: str, size_bytes: int) -> None:
        """Refuse an input file of another kind, or one that is too large."""
        if self.input_types and media_type not in self.input_types:
            known = ", ".join(sorted(self.input_types))
            raise _exceeded(provider, "input types", media_type, known)
        if self.input_bytes and size_bytes > self.input_bytes:
            raise _exceeded(
                provider, "input bytes", f"{size_bytes:,}", f"at most {self.input_bytes:,}"
            )


def _exceeded(provider: str, limit: str, value: str, allowed: str) -> LimitExceeded:
    return LimitExceeded(
        f"{provider} cannot take {limit} {value}: {allowed}.",
        provider=provider,
        operation="submit",
        hint="Shorten or change the scene, or choose another provider. Nothing was spent.",
    )
