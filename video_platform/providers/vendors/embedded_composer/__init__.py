"""The embedded composer: instrumental music by mood, computed note by note.

Nothing is sampled or quoted, so what it makes is given away under CC0.
"""

from pathlib import Path
from typing import ClassVar, Final

from video_platform.domain.generation import Capability, MusicRequest
from video_platform.errors import InvalidInput
from video_platform.providers.base import Produced

__all__ = ["PROVIDERS", "EmbeddedComposer"]

SHORTEST_MS: Final = 500
LONGEST_MS: Final = 60 * 60 * 1000
LICENCE: Final = "CC0-1.0 (composed by this software)"


class EmbeddedComposer:
    """Composes a bed for narration without a key or a network.

    ``generate`` leaves ``music.wav`` (48 kHz, stereo, 16 bit, about -18 LUFS, peaks under
    -3 dBFS), exactly as long as asked to the nearest sample. The first known word of
    ``request.mood`` counts: calm, upbeat, inspiring, dramatic, warm, playful, tense, corporate.
    """

    name: ClassVar[str] = "embedded_composer"
    capability: ClassVar[Capability] = Capability.MUSIC
    version: ClassVar[str] = "1"

    def generate(self, request: MusicRequest, directory: Path) -> Produced:
        """Compose the request's music; see ``Provider.generate``."""
        if not SHORTEST_MS <= request.duration_ms <= LONGEST_MS:
            raise InvalidInput(
                f"Music of {request.duration_ms} ms is outside {SHORTEST_MS} to {LONGEST_MS} ms.",
                code="music_duration",
            )
        # Here, not above: finding a provider should not cost an import of NumPy.
        from video_platform.providers.vendors.embedded_composer import _moods, _score, _studio

        mood = _moods.find_mood(request.mood)
        piece = _score.plan_piece(mood, request.seed, request.duration_ms / 1000)
        samples = request.duration_ms * 48
        path = _studio.render_piece(piece, samples, directory)
        return Produced(
            path=path,
            media_type="audio/wav",
            details={
                "mood": mood,
                "tempo_bpm": round(piece.tempo_bpm, 4),  # an hour later still on the beat
                "key": piece.key_name,
                "licence": LICENCE,
            },
        )


PROVIDERS = (EmbeddedComposer,)
