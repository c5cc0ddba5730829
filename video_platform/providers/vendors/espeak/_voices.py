"""The voices on offer: engine voice, variant and prosody by language and plain name."""

from dataclasses import dataclass
from typing import Final

from video_platform.domain.language import Language
from video_platform.errors import InvalidInput

RATE, PITCH, RANGE, WORD_GAP = 1, 3, 4, 7
"""espeak_PARAMETER numbers of speak_lib.h."""
SPEEDS: Final = (0.7, 1.4)
"""Slowest and fastest pace on offer; outside, the engine stops being understood."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """One way of speaking.

    Args:
        engine: espeak-ng's voice name, with its variant after ``+``.
        rate: the engine's words per minute at speed 1.0.
        pitch: 0 to 99, 50 is the variant's own.
        pitch_range: 0 to 99, 50 is the variant's own.
        word_gap: pause between words in 10 ms at the engine's default rate.
        curve: equaliser in (Hz, dB), towards the average spectrum of human speech.
    """

    engine: str
    rate: int
    pitch: int = 50
    pitch_range: int = 50
    word_gap: int = 0
    curve: tuple[tuple[float, float], ...] = ((100, 0), (10_000, 0))

    def parameters(self, speed: float) -> dict[int, int]:
        """The engine's own settings for this voice at a pace."""
        return {
            RATE: round(self.rate * speed),
            PITCH: self.pitch,
            RANGE: self.pitch_range,
            WORD_GAP: self.word_gap,
        }


DEFAULT_VOICE: Final = "narrator"
VOICES: Final[dict[Language, dict[str, Voice]]] = {
    Language.ENGLISH: {
        "narrator": Voice(engine="en-us+robert", rate=160),
        "bright": Voice(engine="en-us+f2", rate=160),
        "deep": Voice(engine="en-us+m7", rate=155),
        "soft": Voice(engine="en-us+f5", rate=155),
        "british": Voice(engine="en-gb+robert", rate=160),
    },
    Language.FRENCH: {
        "narrator": Voice(engine="fr+robert", rate=160),
        "bright": Voice(engine="fr+f2", rate=160),
        "deep": Voice(engine="fr+m7", rate=155),
        "soft": Voice(engine="fr+f5", rate=155),
    },
    Language.ARABIC: {
        "narrator": Voice(engine="ar+robert", rate=160),
        "bright": Voice(engine="ar+f2", rate=160),
        "deep": Voice(engine="ar+m7", rate=155),
        "soft": Voice(engine="ar+f5", rate=155),
    },
}
"""What ``VoiceRequest.voice`` may say; an empty name is the narrator."""


def find_voice(language: Language, name: str) -> Voice:
    """The voice called ``name`` in ``language``.

    Raises:
        InvalidInput: there is none (``voice_unknown``).
    """
    known = VOICES[language]
    try:
        return known[name or DEFAULT_VOICE]
    except KeyError:
        raise InvalidInput(
            f"The embedded speaker has no voice {name!r} for language {language.value!r}.",
            hint=f"Known: {', '.join(known)}.",
            code="voice_unknown",
        ) from None
