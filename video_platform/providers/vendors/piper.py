"""Piper: a neural voice that runs on this machine, for those who have a voice file.

Needs the extra ``piper`` and a voice (``.onnx`` with its ``.onnx.json``) named by
``VIDEO_PLATFORM_PIPER_VOICE``. The voice file decides the language. Piper's model draws lots: two
requests differ a little, which is why ``VoiceRequest.take`` changes what is heard.
"""

import math
import os
import re
import wave
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final

from video_platform.domain.generation import Capability, JsonValue, VoiceRequest
from video_platform.errors import InvalidInput, NotConfigured, PermanentProviderError
from video_platform.providers.base import Produced

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

VOICE_SETTING: Final = "VIDEO_PLATFORM_PIPER_VOICE"
RATE_HZ: Final = 48_000
LONGEST_TEXT: Final = 10_000
SPEEDS: Final = (0.7, 1.4)
_SENTENCE_END: Final = re.compile(r"[.!?؟…:;؛]+[»”\")\]]*$")
_PAUSE_S: Final = 0.28
_PEAK: Final = 10 ** (-3 / 20)

Span = tuple[float, float]
"""Start and end of a word in seconds."""


class PiperSpeaker:
    """Speaks with the Piper voice at ``voice_path`` (by default the setting's).

    ``generate`` leaves ``voice.wav`` (48 kHz, mono, 16 bit). ``details["timing"]`` is
    ``alignments`` when the model tells the length of every phoneme, else ``energy``.
    """

    name: ClassVar[str] = "piper"
    capability: ClassVar[Capability] = Capability.VOICE
    tells_times: ClassVar[bool] = True
    version: ClassVar[str] = "1"

    def __init__(self, voice_path: str | None = None, voice: Any = None) -> None:
        self._path = os.environ.get(VOICE_SETTING, "") if voice_path is None else voice_path
        self._voice = voice

    def generate(self, request: VoiceRequest, directory: Path) -> Produced:
        """Speak the request's text; see ``Provider.generate``."""
        import numpy as np

        tokens = request.text.split()
        _check(request, tokens)
        voice = self._load()
        track: list[NDArray[np.float32]] = []
        words: list[JsonValue] = []
        is_aligned, elapsed_s = True, 0.0
        for sentence in split_sentences(tokens):
            audio, gaps = self._speak(voice, " ".join(sentence), request.speed)
            spans = _spans_from_gaps(sentence, gaps)
            if spans is None:
                spans, is_aligned = _spans_from_energy(sentence, audio), False
            for token, (start_s, end_s) in zip(sentence, spans, strict=True):
                start_ms, end_ms = (round(1000 * (elapsed_s + at)) for at in (start_s, end_s))
                words.append({"text": token, "start_ms": start_ms, "end_ms": end_ms})
            track += [audio, np.zeros(int(_PAUSE_S * RATE_HZ), dtype=np.float32)]
            elapsed_s += (len(audio) + len(track[-1])) / RATE_HZ
        path = directory / "voice.wav"
        _write(path, np.concatenate(track[:-1]))
        details: dict[str, JsonValue] = {
            "words": words,
            "timing": "alignments" if is_aligned else "energy",
            "voice": Path(self._path).stem,
            "engine": "piper",
        }
        return Produced(path=path, media_type="audio/wav", details=details)

    def _load(self) -> Any:
        """The voice, read once."""
        if self._voice is not None:
            return self._voice
        if not self._path or not Path(self._path).is_file():
            raise NotConfigured(
                f"There is no Piper voice at {self._path!r}.",
                hint=f"Set {VOICE_SETTING} to an .onnx voice with its .onnx.json beside it.",
            )
        try:
            from piper import PiperVoice
        except ImportError as error:
            raise NotConfigured(
                "The package piper-tts is not installed.",
                hint="Run: pip install 'video-platform[piper]'.",
            ) from error
        self._voice = PiperVoice.load(self._path)
        return self._voice

    def _speak(
        self, voice: Any, sentence: str, speed: float
    ) -> tuple["NDArray[np.float32]", list[Span]]:
        """Audio of a sentence at 48 kHz, and its words' spans when the model knows them."""
        import numpy as np

        spoken = sentence.replace("[[", " ").replace("]]", " ")  # else raw phonemes
        parts: list[NDArray[np.float32]] = []
        spans: list[Span] = []
        knows_all, elapsed_s = True, 0.0
        for chunk in voice.synthesize(spoken, _configuration(speed), include_alignments=True):
            alignments = getattr(chunk, "phoneme_alignments", None)
            knows_all = knows_all and bool(alignments)
            spans += _spans_from_phonemes(alignments or (), chunk.sample_rate, elapsed_s)
            parts.append(_resample(np.asarray(chunk.audio_float_array), chunk.sample_rate))
            elapsed_s += len(parts[-1]) / RATE_HZ
        if not parts:
            raise PermanentProviderError(
                f"Piper made no sound of {sentence[:60]!r}.", provider="piper", operation="speak"
            )
        return np.concatenate(parts), spans if knows_all else []


def _check(request: VoiceRequest, tokens: Sequence[str]) -> None:
    if not SPEEDS[0] <= request.speed <= SPEEDS[1]:
        raise InvalidInput(
            f"Speed {request.speed:g} is outside {SPEEDS[0]:g} to {SPEEDS[1]:g}.",
            code="voice_speed",
        )
    if len(request.text) > LONGEST_TEXT:
        raise InvalidInput(
            f"The text has {len(request.text):,} characters; {LONGEST_TEXT:,} is the most.",
            code="voice_text_too_long",
        )
    if not any(char.isalnum() for token in tokens for char in token):
        raise InvalidInput("There is nothing to say.", code="voice_text_silent")


def split_sentences(tokens: Sequence[str]) -> list[list[str]]:
    """Tokens by sentence; a sentence without a letter or digit joins its neighbour."""
    sentences: list[list[str]] = [[]]
    for token in tokens:
        if _is_spoken(sentences[-1]) and _SENTENCE_END.search(sentences[-1][-1]):
            sentences.append([])
        sentences[-1].append(token)
    if len(sentences) > 1 and not _is_spoken(sentences[-1]):
        silent = sentences.pop()
        sentences[-1].extend(silent)
    return sentences


def _is_spoken(tokens: Sequence[str]) -> bool:
    return any(char.isalnum() for token in tokens for char in token)


def _configuration(speed: float) -> Any:
    """Piper's own settings; nothing when a stand-in is used without the package."""
    try:
        from piper import SynthesisConfig
    except ImportError:
        return None
    return SynthesisConfig(length_scale=1 / speed)


def _spans_from_phonemes(alignments: Sequence[Any], rate_hz: int, offset_s: float) -> list[Span]:
    """Words as the model spoke them: what stands between two blanks, without its marks."""
    spans: list[Span] = []
    begin = end = offset_s
    at = offset_s
    for alignment in alignments:
        length_s = alignment.num_samples / rate_hz
        if alignment.phoneme.isspace():
            if end > begin:
                spans.append((begin, end))
            begin = end = at + length_s
        elif any(char.isalpha() for char in alignment.phoneme):
            begin = begin if end > begin else at
            end = at + length_s
        at += length_s
    return [*spans, (begin, end)] if end > begin else spans


def _spans_from_gaps(tokens: Sequence[str], spans: Sequence[Span]) -> list[Span] | None:
    """One span per token when the model spoke as many words as there are, else nothing."""
    if len(spans) != sum(_is_spoken([token]) for token in tokens):
        return None
    placed: list[Span] = []
    rest = iter(spans)
    now = spans[0][0]
    for token in tokens:
        placed.append(next(rest) if _is_spoken([token]) else (now, now))
        now = placed[-1][1]
    return placed


def _spans_from_energy(tokens: Sequence[str], audio: "NDArray[np.float32]") -> list[Span]:
    """The sentence's sounding part divided by the letters of its words: an estimate."""
    import numpy as np

    loud = np.flatnonzero(np.abs(audio) > 0.02 * np.abs(audio).max(initial=1e-6))
    first_s, last_s = (loud[0] / RATE_HZ, loud[-1] / RATE_HZ) if loud.size else (0.0, 0.0)
    weights = [sum(char.isalnum() for char in token) * 1.0 for token in tokens]
    weights = [weight + 1.5 if weight else 0.0 for weight in weights]
    edges = [0.0]
    for weight in weights:
        edges.append(edges[-1] + weight / sum(weights))
    at_s = [float(first_s + (last_s - first_s) * edge) for edge in edges]
    return list(pairwise(at_s))


def _resample(audio: "NDArray[Any]", rate_hz: int) -> "NDArray[np.float32]":
    """A sentence at 48 kHz, by its spectrum; half a second of silence keeps its ends apart."""
    import numpy as np

    # A length that both rates share, so that the ratio is exact.
    step = rate_hz // math.gcd(rate_hz, RATE_HZ)
    size = -(-(len(audio) + rate_hz // 2) // step) * step
    size_out = size * RATE_HZ // rate_hz
    spectrum = np.fft.rfft(audio, size)
    kept = min(len(spectrum), size_out // 2 + 1)
    spread = np.zeros(size_out // 2 + 1, dtype=complex)
    spread[:kept] = spectrum[:kept]
    wave_out = np.fft.irfft(spread, size_out) * (size_out / size)
    track: NDArray[np.float32] = wave_out[: round(len(audio) * RATE_HZ / rate_hz)].astype("f4")
    return track


def _write(path: Path, track: "NDArray[np.float32]") -> None:
    """48 kHz mono 16-bit PCM with its peak at -3 dBFS."""
    import numpy as np

    scaled = track * (_PEAK / max(float(np.abs(track).max(initial=0.0)), 1e-6))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(np.round(scaled * 32767).astype("<i2").tobytes())


PROVIDERS = (PiperSpeaker,)
