"""Piper's half that needs no voice file: times, rates and clear refusals."""

import wave
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from video_platform.domain.generation import VoiceRequest
from video_platform.domain.language import Language
from video_platform.errors import InvalidInput, NotConfigured, PermanentProviderError
from video_platform.providers.vendors.piper import PiperSpeaker, split_sentences

TEXT = "« Hello there — friend. » How are [[you]] ? »"


@dataclass
class Alignment:
    phoneme: str
    num_samples: int


@dataclass
class Chunk:
    audio_float_array: NDArray[np.float32]
    sample_rate: int = 22_050
    phoneme_alignments: list[Alignment] | None = None


@dataclass
class FakeVoice:
    """Says every word as 0.2 s of tone with 0.1 s of silence behind it."""

    is_aligned: bool = False
    heard: list[str] = field(default_factory=list)

    def synthesize(self, text: str, _: Any, *, include_alignments: bool) -> Iterator[Chunk]:
        self.heard.append(text)
        words = [word for word in text.split() if any(char.isalnum() for char in word)]
        tone = 0.5 * np.sin(2 * np.pi * 440 * np.arange(4410) / 22_050)
        word_audio = np.concatenate((tone, np.zeros(2205)))
        alignments = [Alignment("^", 0)]
        for _word in words:
            alignments += [Alignment("a", 4410), Alignment(" ", 2205)]
        yield Chunk(
            np.tile(word_audio, len(words)).astype(np.float32),
            phoneme_alignments=alignments if self.is_aligned else None,
        )


def speak(voice: Any, directory: Path, text: str = TEXT, speed: float = 1.0) -> Any:
    request = VoiceRequest(text=text, language=Language.ENGLISH, speed=speed)
    return PiperSpeaker("fake.onnx", voice).generate(request, directory)


@pytest.mark.parametrize("is_aligned", [True, False])
def test_every_token_is_timed_inside_the_track(tmp_path: Path, is_aligned: bool) -> None:
    produced = speak(FakeVoice(is_aligned), tmp_path)
    words = produced.details["words"]
    with wave.open(str(produced.path)) as file:
        assert (file.getframerate(), file.getnchannels()) == (48_000, 1)
        length_ms = file.getnframes() / 48
    assert [word["text"] for word in words] == TEXT.split()
    assert produced.details["timing"] == ("alignments" if is_aligned else "energy")
    edges = [at for word in words for at in (word["start_ms"], word["end_ms"])]
    assert edges == sorted(edges)
    assert edges[-1] <= length_ms


def test_alignments_give_exact_times(tmp_path: Path) -> None:
    words = speak(FakeVoice(is_aligned=True), tmp_path, "one two. three").details["words"]
    assert [(word["start_ms"], word["end_ms"]) for word in words] == [
        (0, 200),
        (300, 500),
        (880, 1080),
    ]


def test_raw_phonemes_are_not_taken_from_the_text(tmp_path: Path) -> None:
    voice = FakeVoice()
    speak(voice, tmp_path)
    assert not any("[[" in text for text in voice.heard)


def test_sentences_keep_every_token() -> None:
    for text in (TEXT, "— A. B! »", "One", "Oui ! » dit-il. « Non »", "..."):
        assert [token for part in split_sentences(text.split()) for token in part] == text.split()


def test_missing_voice_names_the_setting(tmp_path: Path) -> None:
    request = VoiceRequest(text="Hello", language=Language.ENGLISH)
    with pytest.raises(NotConfigured, match="VIDEO_PLATFORM_PIPER_VOICE"):
        PiperSpeaker().generate(request, tmp_path)


def test_missing_package_names_the_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "piper", None)
    voice_file = tmp_path / "voice.onnx"
    voice_file.touch()
    request = VoiceRequest(text="Hello", language=Language.ENGLISH)
    with pytest.raises(NotConfigured, match="pip install"):
        PiperSpeaker(str(voice_file)).generate(request, tmp_path)


def test_limits_and_silence_are_refused(tmp_path: Path) -> None:
    for text, speed, code in (
        ("…", 1.0, "voice_text_silent"),
        ("Hi", 2.0, "voice_speed"),
        ("a" * 10_001, 1.0, "voice_text_too_long"),
    ):
        with pytest.raises(InvalidInput) as caught:
            speak(FakeVoice(), tmp_path, text, speed)
        assert caught.value.code == code


def test_voice_without_sound_is_a_permanent_error(tmp_path: Path) -> None:
    class Mute:
        def synthesize(self, *_: Any, **__: Any) -> Iterator[Chunk]:
            return iter(())

    with pytest.raises(PermanentProviderError, match="no sound"):
        speak(Mute(), tmp_path)
