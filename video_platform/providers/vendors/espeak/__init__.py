"""The embedded speaker: espeak-ng in a child process, mastered, with the engine's word times.

espeak-ng is GPL-3. It is loaded by ``_worker`` in a process of its own and never linked here.
"""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar, Final

from video_platform.domain.generation import Capability, JsonValue, VoiceRequest
from video_platform.domain.language import Language
from video_platform.domain.timing import Word
from video_platform.errors import InvalidInput
from video_platform.providers.base import Produced
from video_platform.providers.vendors.espeak._engine import Speech, run_engine
from video_platform.providers.vendors.espeak._text import SpokenText, place_words, prepare_text
from video_platform.providers.vendors.espeak._voices import SPEEDS, VOICES, Voice, find_voice

__all__ = ["PROVIDERS", "VOICES", "EspeakSpeaker"]

LONGEST_TEXT: Final = 10_000
"""Characters in one request."""


class EspeakSpeaker:
    """Speaks English, French and Arabic without a key or a network.

    ``generate`` leaves ``voice.wav`` (48 kHz, mono, 16 bit, about -20 LUFS) with 60 ms of silence
    at both ends; ``details["words"]`` has one entry per token of ``request.text.split()``.
    """

    name: ClassVar[str] = "espeak"
    capability: ClassVar[Capability] = Capability.VOICE
    tells_times: ClassVar[bool] = True
    version: ClassVar[str] = "1"

    def choices(self, language: Language) -> Mapping[str, tuple[str, ...]]:
        """The voices of this language."""
        return {"voice": tuple(VOICES[language])}

    def generate(self, request: VoiceRequest, directory: Path) -> Produced:
        """Speak the request's text; see ``Provider.generate``."""
        voice = find_voice(request.language, request.voice)
        spoken = _check(request)
        with tempfile.TemporaryDirectory(prefix="speak-", dir=directory) as scratch:
            speech = run_engine(
                text=spoken.text,
                voice=voice.engine,
                parameters=voice.parameters(request.speed),
                directory=Path(scratch),
            )
            path = directory / "voice.wav"
            words = _finish(speech, spoken, voice, path)
        listed: list[JsonValue] = [
            {"text": word.text, "start_ms": word.start_ms, "end_ms": word.end_ms} for word in words
        ]
        details: dict[str, JsonValue] = {
            "words": listed,
            "timing": "engine_events",
            "voice": request.voice or "narrator",
            "engine": f"espeak-ng {voice.engine}",
        }
        return Produced(path=path, media_type="audio/wav", details=details)


def _check(request: VoiceRequest) -> SpokenText:
    """The text to speak, once the request is known to be within limits."""
    slowest, fastest = SPEEDS
    if not slowest <= request.speed <= fastest:
        raise InvalidInput(
            f"Speed {request.speed:g} is outside {slowest:g} to {fastest:g}.", code="voice_speed"
        )
    if len(request.text) > LONGEST_TEXT:
        raise InvalidInput(
            f"The text has {len(request.text):,} characters; {LONGEST_TEXT:,} is the most.",
            hint="Split the scene.",
            code="voice_text_too_long",
        )
    spoken = prepare_text(request.text, request.language)
    if not any(char.isalnum() for char in spoken.text):
        raise _nothing_to_say(request.text)
    return spoken


def _nothing_to_say(text: str) -> InvalidInput:
    return InvalidInput(
        f"There is nothing to say in {text[:60]!r}.",
        hint="Write the narration in words.",
        code="voice_text_silent",
    )


def _finish(speech: Speech, spoken: SpokenText, voice: Voice, path: Path) -> tuple[Word, ...]:
    """Trim, master and write the track; the words with their times in it."""
    from video_platform.providers.vendors.espeak import _sound

    raw = _sound.read_wav(speech.wav_path)
    rate_hz = speech.sample_rate_hz
    first, last = _sound.find_speech(raw, rate_hz)
    if last == 0 or not speech.events:
        raise _nothing_to_say(spoken.text)
    edge = rate_hz * _sound.EDGE_MS // 1000
    begin, end = first - edge, last + edge
    starts = [sample for _, sample in speech.events]
    ends = _sound.sound_ends(raw, rate_hz, starts)
    _sound.write_wav(path, _sound.master(_sound.cut_speech(raw, begin, end), voice.curve))

    def in_track_ms(sample: int) -> float:
        return max(0, min(sample, end) - begin) * 1000 / rate_hz

    return place_words(
        spoken,
        [(position, in_track_ms(sample)) for position, sample in speech.events],
        [in_track_ms(sample) for sample in ends],
    )


PROVIDERS = (EspeakSpeaker,)
