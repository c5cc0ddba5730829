"""Gemini: no candidates is a refusal, thoughts are paid, the pause it wants stands in the body."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from tests.providers.chats import UNREADABLE, Desk, desk
from tests.scenarios._chat import TOKENS_OUT
from tests.scenarios.gemini import SPEAKER, THOUGHTS, candidates, fault
from tests.scenarios.server import json_reply
from tests.scenarios.specs import assert_answer_valid, assert_valid
from video_platform.errors import (
    BadProviderAnswer,
    ContentRefused,
    OutcomeUnknown,
    ProviderAuthFailed,
    ProviderError,
    ProviderRateLimited,
    ProviderUnavailable,
)
from video_platform.providers.vendors.gemini import GeminiScripts

SPEC = "google-gemini.json"


@pytest.fixture
def gemini(tmp_path: Path) -> Iterator[Desk]:
    with desk(GeminiScripts, SPEAKER, tmp_path) as made:
        yield made


def test_request_is_as_the_description_says(gemini: Desk) -> None:
    gemini.write()
    assert gemini.path() == "/v1beta/models/gemini-3.8-flash:generateContent"
    assert_valid(SPEC, "POST", gemini.path(), gemini.sent())


def test_answers_of_the_stub_are_as_described() -> None:
    path = "/v1beta/models/gemini-3.8-flash:generateContent"
    assert_answer_valid(SPEC, "POST", path, candidates("{}"))


def test_thoughts_are_paid_and_not_read(gemini: Desk) -> None:
    _, made = gemini.write()
    assert made.details["tokens_out"] == TOKENS_OUT + THOUGHTS
    assert made.cost_usd == (Decimal(900) * Decimal("0.75") + 1100 * Decimal("3.75")) / 10**6


@pytest.mark.parametrize(
    "ending", ["SAFETY", "RECITATION", "PROHIBITED_CONTENT", "SPII", "BLOCKLIST"]
)
def test_policy_ends_an_answer(gemini: Desk, ending: str) -> None:
    gemini.answers(json_reply(candidates("", ending=ending)))
    with pytest.raises(ContentRefused, match=ending):
        gemini.write()


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"promptFeedback": {"blockReason": "SAFETY"}}, ContentRefused),
        ({"promptFeedback": {}}, UNREADABLE),
        (candidates("", ending="MAX_TOKENS"), BadProviderAnswer),
        (candidates(""), BadProviderAnswer),
        (candidates("", ending="OTHER"), BadProviderAnswer),
    ],
)
def test_success_that_is_none(gemini: Desk, answer: object, expected: type[ProviderError]) -> None:
    gemini.answers(json_reply(answer))
    with pytest.raises(expected):
        gemini.write()


def test_wrong_key_is_a_400(tmp_path: Path) -> None:
    with (
        desk(GeminiScripts, SPEAKER, tmp_path, key="another-key-1") as made,
        pytest.raises(ProviderAuthFailed),
    ):
        made.write()


@pytest.mark.parametrize(
    ("status", "word", "expected"),
    [
        (403, "PERMISSION_DENIED", ProviderAuthFailed),
        (500, "INTERNAL", OutcomeUnknown),
        (503, "UNAVAILABLE", ProviderUnavailable),
        (504, "DEADLINE_EXCEEDED", OutcomeUnknown),
    ],
)
def test_fault_by_status(
    gemini: Desk, status: int, word: str, expected: type[ProviderError]
) -> None:
    gemini.answers(fault(status, word))
    with pytest.raises(expected):
        gemini.write()


def test_pause_stands_in_the_body(gemini: Desk) -> None:
    info = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "17s"}
    gemini.answers(fault(429, "RESOURCE_EXHAUSTED", [info]))
    with pytest.raises(ProviderRateLimited) as caught:
        gemini.write()
    assert caught.value.retry_after_s == 17
