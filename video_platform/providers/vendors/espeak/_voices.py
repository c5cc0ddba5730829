"""The voices on offer: engine voice, variant and prosody by language and plain name."""

from dataclasses import dataclass
from typing import Final, TypeAlias

from video_platform.domain.language import Language
from video_platform.errors import InvalidInput

RATE, PITCH, RANGE, WORD_GAP = 1, 3, 4, 7
"""espeak_PARAMETER numbers of speak_lib.h."""
Curve: TypeAlias = tuple[tuple[float, float], ...]
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
    curve: Curve

    def parameters(self, speed: float) -> dict[int, int]:
        """The engine's own settings for this voice at a pace."""
        return {
            RATE: round(self.rate * speed),
            PITCH: self.pitch,
            RANGE: self.pitch_range,
            WORD_GAP: self.word_gap,
        }


# Equalisers that bring each variant's average spectrum to that of human speech (Byrne et al.,
# JASA 96, 1994), within 5 dB, with 2 dB of presence at 3.6 kHz; measured over all three languages.
_M7: Final[Curve] = (
    (100, 1.0),
    (160, 3.8),
    (250, 1.6),
    (630, 0.5),
    (1000, -1.9),
    (1600, -0.3),
    (2500, 0.9),
    (4000, 3.2),
    (6300, 2.0),
)
_ROBERT: Final[Curve] = (
    (100, 1.9),
    (160, 4.0),
    (400, 2.1),
    (630, 0.1),
    (1000, -2.3),
    (1600, -0.5),
    (2500, 2.5),
    (4000, 0.9),
    (6300, -1.9),
)
_F2: Final[Curve] = (
    (160, 1.0),
    (250, 3.5),
    (400, 3.0),
    (630, -0.8),
    (1000, -5.0),
    (1600, -4.1),
    (2500, -2.9),
    (4000, -3.0),
    (6300, -1.9),
)
_F5: Final[Curve] = (
    (160, 1.0),
    (250, 3.5),
    (400, 3.2),
    (630, -0.8),
    (1000, -5.0),
    (1600, -4.4),
    (2500, -3.6),
    (4000, -4.2),
    (6300, -4.0),
)


def _voices(engine: str, rate: int) -> dict[str, Voice]:
    """The four voices every language has."""
    return {
        "narrator": Voice(engine=f"{engine}+m7", rate=rate, pitch_range=58, curve=_M7),
        "bright": Voice(engine=f"{engine}+f2", rate=rate, pitch=46, pitch_range=52, curve=_F2),
        "deep": Voice(
            engine=f"{engine}+robert", rate=rate - 5, pitch=46, pitch_range=55, curve=_ROBERT
        ),
        "soft": Voice(engine=f"{engine}+f5", rate=rate - 8, pitch=42, pitch_range=46, curve=_F5),
    }


DEFAULT_VOICE: Final = "narrator"
VOICES: Final[dict[Language, dict[str, Voice]]] = {
    Language.ENGLISH: {
        **_voices("en-us", 156),
        "british": Voice(engine="en+m7", rate=156, pitch_range=58, curve=_M7),
    },
    Language.FRENCH: _voices("fr", 134),
    Language.ARABIC: _voices("ar", 164),
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
