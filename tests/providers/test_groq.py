"""Groq: OpenAI's form for chat, and Whisper billed by ten seconds at least."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.providers.chats import Desk, ask, desk
from tests.providers.ears import Ear, ear
from tests.scenarios.groq import SPEAKER
from tests.scenarios.samples import alignment_request
from tests.scenarios.server import json_reply
from tests.scenarios.specs import assert_valid
from video_platform.errors import (
    BadProviderAnswer,
    LimitExceeded,
    ProviderRateLimited,
    ProviderRequestInvalid,
)
from video_platform.providers.vendors.groq import GroqAlignment, GroqScripts


@pytest.fixture
def groq(tmp_path: Path) -> Iterator[Desk]:
    with desk(GroqScripts, SPEAKER, tmp_path) as made:
        yield made


@pytest.fixture
def whisper(tmp_path: Path) -> Iterator[Ear]:
    with ear(GroqAlignment, SPEAKER, tmp_path) as made:
        yield made


@pytest.mark.parametrize("spec", ["groq-sdk-1.7.0.json", "groq.yaml"])
def test_chat_request_is_as_the_description_says(groq: Desk, spec: str) -> None:
    groq.write()
    assert_valid(spec, "POST", f"/openai/v1{groq.path()}", groq.sent())


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (429, "rate_limit_exceeded", ProviderRateLimited),
        (413, "request_too_large", ProviderRequestInvalid),
        (400, "json_validate_failed", BadProviderAnswer),
    ],
)
def test_fault_by_code(groq: Desk, status: int, code: str, expected: type[Exception]) -> None:
    groq.answers(json_reply({"error": {"message": "no", "type": "tokens", "code": code}}, status))
    with pytest.raises(expected):
        groq.write()


def test_its_window_is_smaller(groq: Desk) -> None:
    with pytest.raises(LimitExceeded, match="characters"):
        groq.write(ask(text="x" * 100_001))


@pytest.mark.parametrize("spec", ["groq-sdk-1.7.0.json", "groq.yaml"])
def test_transcription_request_is_as_the_description_says(whisper: Ear, spec: str) -> None:
    whisper.listen()
    path = f"/openai/v1{whisper.path()}"
    assert_valid(spec, "POST", path, whisper.sent(), content_type="multipart/form-data")
    assert whisper.sent()["model"] == "whisper-large-v3"


def test_short_sound_counts_as_ten_seconds(whisper: Ear) -> None:
    request = alignment_request(whisper.drawer)
    assert whisper.provider.amounts(request)["minute"] == pytest.approx(10 / 60)
