"""Whisper wherever it is served: recognised words, laid onto the words that were written."""

import json
from pathlib import Path
from typing import Any, ClassVar

from video_platform.domain.generation import AlignmentRequest, Capability, JsonValue
from video_platform.domain.media import EXTENSIONS
from video_platform.domain.timing import Word
from video_platform.providers.base import Produced
from video_platform.providers.limits import Limits
from video_platform.providers.remote import RemoteProvider
from video_platform.providers.transport import Answer
from video_platform.providers.words import align_words, word_details

_TYPES = frozenset({"audio/flac", "audio/mpeg", "audio/mp4", "audio/wav"})


class WhisperAlignment(RemoteProvider[AlignmentRequest]):
    """Hears a voice track and tells when each written word is said."""

    capability: ClassVar[Capability] = Capability.ALIGNMENT
    limits: ClassVar[Limits] = Limits(input_bytes=25 << 20, input_types=_TYPES)
    least_billed_s: ClassVar[float] = 0.0
    """Shorter sound is billed as if it were so long."""

    def examine(self, request: AlignmentRequest) -> None:
        super().examine(request)
        self.limits.check_input(self.name, request.audio.media_type, request.audio.size_bytes)

    def amounts(self, request: AlignmentRequest) -> dict[str, float]:
        return {"minute": max(self.least_billed_s, request.audio.probe.duration_ms / 1000) / 60}

    def generate(self, request: AlignmentRequest, directory: Path) -> Produced:
        audio = request.audio
        content = self.media_path(audio).read_bytes()
        answer = self.http.submit(
            "/audio/transcriptions",
            data={
                "model": self.model,
                "response_format": "verbose_json",
                "timestamp_granularities[]": "word",
                "language": request.language.value,
            },
            files={"file": (f"voice.{EXTENSIONS[audio.media_type]}", content, audio.media_type)},
        )
        heard = _heard(answer)
        duration_ms = audio.probe.duration_ms or max((word.end_ms for word in heard), default=0)
        found = align_words(request.text, heard, duration_ms)
        details: dict[str, JsonValue] = {
            "words": word_details(found.words),
            "timing": "recognised" if found.matched else "estimated",
            "matched": round(found.matched, 3),
        }
        return self.save(json.dumps(details).encode(), directory, "application/json", details)


def _heard(answer: Answer) -> list[Word]:
    words: Any = answer.at("words")
    if not isinstance(words, list):
        raise answer.bad("its words are no list")
    return [_word(answer, entry) for entry in words]


def _word(answer: Answer, entry: Any) -> Word:
    """A recognised word; times are seconds, in some answers as texts."""
    try:
        start_ms, end_ms = (round(float(entry[name]) * 1000) for name in ("start", "end"))
        text = str(entry["word"])
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise answer.bad("a word has no times") from error
    return Word(text, max(0, start_ms), max(0, start_ms, end_ms))
