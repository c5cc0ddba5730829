"""OpenAI's pictures, voice and Whisper: base64, bytes and words become media and times."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.generation.ledgers import FakeTime
from tests.providers.chats import UNREADABLE
from tests.providers.ears import Ear, ear
from tests.scenarios._whisper import heard
from tests.scenarios.openai import SPEAKER
from tests.scenarios.samples import Drawer, alignment_request, image_request
from tests.scenarios.server import ScenarioServer, json_reply
from tests.scenarios.specs import assert_answer_valid, assert_valid
from video_platform.domain.formats import Format
from video_platform.domain.generation import VoiceRequest
from video_platform.domain.language import Language
from video_platform.errors import (
    ContentRefused,
    LimitExceeded,
    ProviderAuthFailed,
    ProviderQuotaExceeded,
)
from video_platform.montage.probe import probe_media
from video_platform.providers.remote import RemoteProvider
from video_platform.providers.service import Access
from video_platform.providers.transport import Clock
from video_platform.providers.vendors.openai import OpenAIAlignment, OpenAIImages, OpenAIVoice

SPECS = ("openai-sdk-3.54.0.json", "openai.yaml")
NEW = "openai-sdk-3.54.0.json"


@pytest.fixture
def scenarios(tmp_path: Path) -> Iterator[ScenarioServer]:
    server = ScenarioServer([SPEAKER], tmp_path / "accepted.log")
    yield server
    server.close()


def built(kind: type[Any], server: ScenarioServer, directory: Path, model: str = "") -> Any:
    time = FakeTime()
    access = Access(key="test-key-123456", base_url=server.url("openai"), model=model)
    return kind(access, Drawer(directory / "media").path, clock=Clock(time.now, time.sleep))


@pytest.fixture
def images(scenarios: ScenarioServer, tmp_path: Path) -> Iterator[OpenAIImages]:
    made = built(OpenAIImages, scenarios, tmp_path)
    yield made
    made.http.close()


@pytest.fixture
def voice(scenarios: ScenarioServer, tmp_path: Path) -> Iterator[OpenAIVoice]:
    made = built(OpenAIVoice, scenarios, tmp_path)
    yield made
    made.http.close()


@pytest.fixture
def whisper(tmp_path: Path) -> Iterator[Ear]:
    with ear(OpenAIAlignment, SPEAKER, tmp_path) as made:
        yield made


def say(text: str = "A short text to say.", **wishes: Any) -> VoiceRequest:
    return VoiceRequest(text=text, language=Language.ENGLISH, **wishes)


@pytest.mark.parametrize("ratio", list(Format))
def test_picture_request_is_as_the_description_says(
    images: OpenAIImages, scenarios: ScenarioServer, tmp_path: Path, ratio: Format
) -> None:
    images.generate(image_request(ratio), tmp_path)
    body = scenarios.world.calls[0][2].json()
    for spec in SPECS:
        assert_valid(spec, "POST", "/images/generations", body)
    width, _, height = body["size"].partition("x")
    assert int(width) % 16 == int(height) % 16 == 0
    assert not {"style", "response_format"} & set(body)


def test_base64_becomes_a_picture_at_the_price_of_its_tokens(
    images: OpenAIImages, tmp_path: Path
) -> None:
    made = images.generate(image_request(), tmp_path)
    assert probe_media(made.path, made.media_type).width_px == 64
    assert made.cost_usd == (10 * Decimal(5) + 1500 * Decimal(30)) / 10**6
    assert images.price_usd(image_request()) > Decimal("0.01")  # type: ignore[operator]


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (400, "moderation_blocked", ContentRefused),
        (400, "content_policy_violation", ContentRefused),
        (429, "insufficient_quota", ProviderQuotaExceeded),
        (403, "organization_not_verified", ProviderAuthFailed),
    ],
)
def test_refused_picture(
    images: OpenAIImages,
    scenarios: ScenarioServer,
    tmp_path: Path,
    status: int,
    code: str,
    expected: type[Exception],
) -> None:
    error = {"message": "no", "type": "image_generation_user_error", "param": None, "code": code}
    scenarios.world.faults["openai"] = lambda *_: json_reply({"error": error}, status)
    with pytest.raises(expected):
        images.generate(image_request(), tmp_path)


@pytest.mark.parametrize("data", [None, [], [{"url": "https://x.org/a.png"}], [{"b64_json": "%"}]])
def test_answer_without_a_picture(
    images: OpenAIImages, scenarios: ScenarioServer, tmp_path: Path, data: Any
) -> None:
    scenarios.world.faults["openai"] = lambda *_: json_reply({"created": 1, "data": data})
    with pytest.raises(UNREADABLE):
        images.generate(image_request(), tmp_path)


def test_prompt_that_is_too_long_is_not_sent(
    images: OpenAIImages, scenarios: ScenarioServer
) -> None:
    with pytest.raises(LimitExceeded, match="characters"):
        images.examine(replace(image_request(), prompt="x" * 32_001))
    assert scenarios.world.calls == []


@pytest.mark.parametrize("model", ["", "tts-1-hd"])
def test_speech_request_is_as_the_description_says(
    scenarios: ScenarioServer, tmp_path: Path, model: str
) -> None:
    provider = built(OpenAIVoice, scenarios, tmp_path, model)
    made = provider.generate(say(speed=1.1), tmp_path)
    provider.http.close()
    body = scenarios.world.calls[0][2].json()
    for spec in SPECS:
        assert_valid(spec, "POST", "/audio/speech", body)
    assert ("instructions" in body) is (model == "")
    assert probe_media(made.path, made.media_type).duration_ms > 800
    assert "words" not in made.details, "it tells no times"


def test_voice_is_priced_by_what_its_model_is_billed_by(
    voice: OpenAIVoice, scenarios: ScenarioServer, tmp_path: Path
) -> None:
    text = "x" * 850
    assert voice.price_usd(say(text)) == Decimal("0.015")
    hd = built(OpenAIVoice, scenarios, tmp_path, "tts-1-hd")
    assert hd.price_usd(say(text)) == Decimal("0.0255")


def test_voices_are_offered_and_limits_refuse(
    voice: OpenAIVoice, scenarios: ScenarioServer
) -> None:
    assert "marin" in voice.choices(Language.ARABIC)["voice"]
    for beyond in (say("x" * 4097), say(speed=5.0)):
        with pytest.raises(LimitExceeded):
            voice.examine(beyond)
    assert scenarios.world.calls == []


def test_models_that_will_go_say_so() -> None:
    kinds: tuple[type[RemoteProvider[Any]], ...] = (OpenAIVoice, OpenAIAlignment)
    assert all("2027" in kind.service.notice for kind in kinds)


@pytest.mark.parametrize("spec", SPECS)
def test_transcription_request_is_as_the_description_says(whisper: Ear, spec: str) -> None:
    whisper.listen()
    path = whisper.path()
    assert_valid(spec, "POST", path, whisper.sent(), content_type="multipart/form-data")


def test_answers_of_the_stub_are_as_described() -> None:
    assert_answer_valid(NEW, "POST", "/audio/transcriptions", heard("a", "b"))


def test_words_are_those_of_the_text_with_the_times_of_the_sound(whisper: Ear) -> None:
    request = replace(alignment_request(whisper.drawer), text="A short text — to say!")
    made = whisper.listen(request)
    words: Any = made.details["words"]
    assert [word["text"] for word in words] == request.text.split()
    assert words[1] == {"text": "short", "start_ms": 200, "end_ms": 400}
    assert words[-1] == {"text": "say!", "start_ms": 800, "end_ms": 1000}
    assert made.details["timing"] == "recognised"


@pytest.mark.parametrize(
    "answer",
    [
        {"text": "hi", "duration": 1.0, "language": "english"},
        {"text": "hi", "words": [{"word": "hi"}]},
        {"text": "hi", "words": [{"word": "hi", "start": "x", "end": 1}]},
        {"text": "hi", "words": [{"word": "hi", "start": 0, "end": float("inf")}]},
        {"text": "hi", "words": "hi"},
    ],
)
def test_transcription_without_times(whisper: Ear, answer: Any) -> None:
    whisper.answers(json_reply(answer))
    with pytest.raises(UNREADABLE):
        whisper.listen()


def test_sound_in_which_nothing_is_recognised_says_that_times_are_estimated(whisper: Ear) -> None:
    whisper.answers(json_reply({"text": "", "words": []}))
    request = alignment_request(whisper.drawer)
    made = whisper.listen(request)
    words: Any = made.details["words"]
    assert [word["text"] for word in words] == request.text.split()
    assert (made.details["timing"], made.details["matched"]) == ("estimated", 0.0)


def test_times_as_texts_are_read(whisper: Ear) -> None:
    words = [{"word": "The", "start": "0.1", "end": "0.4"}]
    whisper.answers(json_reply({"text": "The", "words": words}))
    found: Any = whisper.listen().details["words"]
    assert (found[0]["start_ms"], found[0]["end_ms"]) == (100, 400)


def test_sound_that_is_too_large_or_of_another_kind_is_not_sent(whisper: Ear) -> None:
    request = alignment_request(whisper.drawer)
    for audio in (
        replace(request.audio, size_bytes=26 << 20),
        replace(request.audio, media_type="video/webm"),
    ):
        with pytest.raises(LimitExceeded):
            whisper.provider.examine(replace(request, audio=audio))
    assert whisper.server.world.calls == []


def test_minute_costs_what_the_list_says(whisper: Ear) -> None:
    request = alignment_request(whisper.drawer)
    probe = replace(request.audio.probe, duration_ms=60_000)
    minute = replace(request, audio=replace(request.audio, probe=probe))
    assert whisper.provider.price_usd(minute) == Decimal("0.006")
