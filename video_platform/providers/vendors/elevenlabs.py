"""ElevenLabs: speech with the time of every character, the times of given words, and music.

The official package is not used: it reads answers of any size, without an end to the wait.
"""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar, Final, TypeVar

from video_platform.domain.generation import (
    AlignmentRequest,
    Capability,
    JsonValue,
    MusicRequest,
    VoiceRequest,
)
from video_platform.domain.language import Language
from video_platform.domain.media import MediaPath
from video_platform.errors import (
    ContentRefused,
    LimitExceeded,
    ProviderAuthFailed,
    ProviderQuotaExceeded,
    ProviderRateLimited,
    ProviderRequestInvalid,
)
from video_platform.providers.base import Produced
from video_platform.providers.faults import Codes
from video_platform.providers.limits import Limits
from video_platform.providers.music_prompts import music_prompt
from video_platform.providers.remote import RemoteProvider
from video_platform.providers.service import Access, Service
from video_platform.providers.spoken_words import character_marks, heard_words, time_words
from video_platform.providers.transport import Answer, Clock
from video_platform.providers.words import align_words, word_details

RequestT = TypeVar("RequestT")

_FORMAT: Final = "mp3_44100_128"
_VOICES: Final = {
    "eric": "cjVigY5qzO86Huf0OWal",
    "george": "JBFqnCBsd6RMkjVDRZzb",
    "sarah": "EXAVITQu4vr4xnSDxMaL",
    "daniel": "onwK4e9ZLuTAKqWW03F9",
    "lily": "pFZP5JQG7iQjIQuC4Bku",
}
"""Voices every account has; each speaks all languages of a multilingual model."""
_DEFAULT_VOICES: Final = {
    Language.ENGLISH: "george",
    Language.FRENCH: "sarah",
    Language.ARABIC: "eric",
}
_VOICE_ID: Final = re.compile(r"[A-Za-z0-9]{20}")
_CHARACTERS: Final = {"eleven_v3": 5_000}
"""Models that take less text than the default one."""
_SPEEDS: Final = (0.7, 1.2)


class _ElevenLabs(RemoteProvider[RequestT]):
    name: ClassVar[str] = "elevenlabs"
    model_variable: ClassVar[str] = ""
    """Where the model of a capability is configured that is not the service's first."""
    service: ClassVar[Service] = Service(
        name="elevenlabs",
        base_url="https://api.elevenlabs.io",
        key_variable="ELEVENLABS_API_KEY",
        key_header="xi-api-key",
        key_form="{key}",
        sign_up_url="https://elevenlabs.io/app/settings/api-keys",
        submit_timeout_s=300.0,
        at_once=3,
        extra_variables=(
            "ELEVENLABS_VOICE_ID",
            "ELEVENLABS_ALIGNMENT_MODEL",
            "ELEVENLABS_MUSIC_MODEL",
        ),
    )
    codes: ClassVar[Codes] = {
        "quota_exceeded": ProviderQuotaExceeded,  # comes with a 401
        "insufficient_credits": ProviderQuotaExceeded,
        "invalid_api_key": ProviderAuthFailed,
        "missing_permissions": ProviderAuthFailed,
        "max_character_limit_exceeded": ProviderRequestInvalid,
        "voice_not_found": ProviderRequestInvalid,
        "too_many_concurrent_requests": ProviderRateLimited,
        "system_busy": ProviderRateLimited,
        "bad_prompt": ContentRefused,
        "content_against_policy": ContentRefused,
    }

    def __init__(
        self, access: Access, media_path: MediaPath, *, clock: Clock | None = None
    ) -> None:
        if self.model_variable:
            access = replace(access, model=access.extra.get(self.model_variable, ""))
        super().__init__(access, media_path, clock=clock)


class ElevenLabsVoice(_ElevenLabs[VoiceRequest]):
    """Speaks. ``VoiceRequest.voice`` is a voice's id, or one of the names above."""

    capability: ClassVar[Capability] = Capability.VOICE
    default_model: ClassVar[str] = "eleven_multilingual_v2"
    tells_times: ClassVar[bool] = True
    limits: ClassVar[Limits] = Limits(characters=10_000, languages=frozenset(Language))

    @property
    def variant(self) -> str:
        """What else decides the result: the voice that is taken where a brief names none."""
        return self.access.extra.get("ELEVENLABS_VOICE_ID", "")

    def examine(self, request: VoiceRequest) -> None:
        super().examine(request)
        shorter = replace(self.limits, characters=_CHARACTERS.get(self.model, 0))
        shorter.check_text(self.name, request.text)
        self._voice(request)
        if not _SPEEDS[0] <= request.speed <= _SPEEDS[1]:
            raise self._beyond(f"speed {request.speed:g}: {_SPEEDS[0]:g} to {_SPEEDS[1]:g}")

    def amounts(self, request: VoiceRequest) -> dict[str, float]:
        return {"1000_characters": len(request.text) / 1000}

    def generate(self, request: VoiceRequest, directory: Path) -> Produced:
        """Speak the request's text; see ``Provider.generate``."""
        voice = self._voice(request)
        answer = self.http.submit(
            f"/v1/text-to-speech/{voice}/with-timestamps",
            params={"output_format": _FORMAT},
            json=self._body(request),
        )
        details: dict[str, JsonValue] = {
            "voice": voice,
            "engine": self.model,
            "request_id": answer.headers.get("request-id", ""),
        }
        # Of the text as written; the normalized one spells numbers out.
        words = time_words(request.text, character_marks(answer.json().get("alignment")))
        if words:
            details |= {"words": word_details(words), "timing": "provider"}
        content = self.decode(answer, answer.text_at("audio_base64"))
        return self.save(content, directory, "audio/mpeg", details)

    def _body(self, request: VoiceRequest) -> dict[str, Any]:
        body: dict[str, Any] = {
            "text": request.text,
            "model_id": self.model,
            "voice_settings": {
                "stability": 0.5,
                "similarity_boost": 0.75,
                "style": 0.0,
                "use_speaker_boost": True,
                "speed": request.speed,
            },
            "seed": request.take,
        }
        if "multilingual_v2" not in self.model:  # it finds out by itself, and refuses to be told
            body["language_code"] = request.language.value
        return body

    def _voice(self, request: VoiceRequest) -> str:
        wanted = request.voice or self.variant or _DEFAULT_VOICES[request.language]
        voice = _VOICES.get(wanted.lower(), wanted)
        if not _VOICE_ID.fullmatch(voice):
            raise self._beyond(f"voice {wanted!r}: {', '.join(_VOICES)}, or a voice's id")
        return voice

    def _beyond(self, limit: str) -> LimitExceeded:
        return LimitExceeded(
            f"{self.name} cannot take {limit}.",
            provider=self.name,
            operation="submit",
            hint="Choose another value, or another provider. Nothing was spent.",
        )


class ElevenLabsAlignment(_ElevenLabs[AlignmentRequest]):
    """Finds when each word is said, by the text; a ``scribe`` model hears for itself."""

    capability: ClassVar[Capability] = Capability.ALIGNMENT
    model_variable: ClassVar[str] = "ELEVENLABS_ALIGNMENT_MODEL"
    default_model: ClassVar[str] = "forced_alignment"
    limits: ClassVar[Limits] = Limits(
        characters=675_000, languages=frozenset(Language), input_bytes=1_000_000_000
    )

    def examine(self, request: AlignmentRequest) -> None:
        super().examine(request)
        self.limits.check_text(self.name, request.text)
        self.limits.check_input(self.name, request.audio.media_type, request.audio.size_bytes)

    def amounts(self, request: AlignmentRequest) -> dict[str, float]:
        return {"minute": request.audio.probe.duration_ms / 60_000}

    def generate(self, request: AlignmentRequest, directory: Path) -> Produced:
        """Find the words; see ``Provider.generate``."""
        answer = self._ask(request)
        heard = heard_words(answer.json().get("words"))
        if not heard:
            raise answer.bad("it names no word with its times")
        length_ms = max(request.audio.probe.duration_ms, heard[-1].end_ms)
        found = align_words(request.text, heard, length_ms)
        details: dict[str, JsonValue] = {
            "words": word_details(found.words),
            "timing": "provider",
            "matched": round(found.matched, 4),
        }
        return self.save(json.dumps(details).encode(), directory, "application/json", details)

    def _ask(self, request: AlignmentRequest) -> Answer:
        path, form = "/v1/forced-alignment", {"text": request.text}
        if self.model.startswith("scribe"):
            path = "/v1/speech-to-text"
            form = {
                "model_id": self.model,
                "language_code": request.language.value,
                "timestamps_granularity": "word",
                "tag_audio_events": "false",
            }
        with self.media_path(request.audio).open("rb") as reader:
            name = f"voice.{request.audio.extension}"
            file = {"file": (name, reader, request.audio.media_type)}
            return self.http.submit(path, data=form, files=file)


class ElevenLabsMusic(_ElevenLabs[MusicRequest]):
    """Composes a bed of the length asked for. With a prompt the service takes no seed."""

    capability: ClassVar[Capability] = Capability.MUSIC
    model_variable: ClassVar[str] = "ELEVENLABS_MUSIC_MODEL"
    default_model: ClassVar[str] = "music_v1"
    limits: ClassVar[Limits] = Limits(longest_s=600.0)

    def amounts(self, request: MusicRequest) -> dict[str, float]:
        return {"minute": float(-(-request.duration_ms // 60_000))}  # begun minutes count whole

    def generate(self, request: MusicRequest, directory: Path) -> Produced:
        """Compose the request's music; see ``Provider.generate``."""
        answer = self.http.submit(
            "/v1/music",
            params={"output_format": _FORMAT},
            json={
                "prompt": music_prompt(request.mood),
                "music_length_ms": max(3_000, request.duration_ms),
                "model_id": self.model,
                "force_instrumental": True,
            },
        )
        details = {
            "mood": request.mood,
            "licence": "ElevenLabs music terms",
            "song_id": answer.headers.get("song-id", ""),
        }
        return self.save(answer.content, directory, "audio/mpeg", details)


PROVIDERS = (ElevenLabsVoice, ElevenLabsAlignment, ElevenLabsMusic)
