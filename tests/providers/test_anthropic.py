"""Anthropic: text beside thoughts, refusals that are 200, faults by type."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.providers.chats import UNREADABLE, Desk, desk
from tests.scenarios.anthropic import SPEAKER, fault, message
from tests.scenarios.server import json_reply
from tests.scenarios.specs import assert_answer_valid, assert_valid
from video_platform.errors import (
    BadProviderAnswer,
    ContentRefused,
    OutcomeUnknown,
    ProviderAuthFailed,
    ProviderError,
    ProviderQuotaExceeded,
    ProviderRateLimited,
    ProviderRequestInvalid,
    ProviderUnavailable,
)
from video_platform.providers.vendors.anthropic import AnthropicScripts

SPEC = "anthropic-sdk-2.12.0.json"


@pytest.fixture
def anthropic(tmp_path: Path) -> Iterator[Desk]:
    with desk(AnthropicScripts, SPEAKER, tmp_path) as made:
        yield made


@pytest.mark.parametrize("spec", [SPEC, "anthropic.yaml"])
def test_request_is_as_the_description_says(anthropic: Desk, spec: str) -> None:
    anthropic.write()
    body = anthropic.sent()
    if spec != SPEC:
        body = {**body, "model": "claude-sonnet-4-5"}  # older than today's models
    assert_valid(spec, "POST", anthropic.path(), body)


def test_answers_of_the_stub_are_as_described() -> None:
    assert_answer_valid(SPEC, "POST", "/v1/messages", message("{}"))


def test_thoughts_are_not_taken_for_the_script(anthropic: Desk) -> None:
    script, _ = anthropic.write()
    assert len(script.scenes) == 4


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (message("", stop="refusal"), ContentRefused),
        (message('{"title": "A', stop="max_tokens"), BadProviderAnswer),
        (message("", stop="model_context_window_exceeded"), BadProviderAnswer),
        (message("", stop="pause_turn"), BadProviderAnswer),
        ({"type": "message", "content": []}, UNREADABLE),
        ({"type": "message", "stop_reason": "end_turn", "content": None}, BadProviderAnswer),
    ],
)
def test_success_that_is_none(
    anthropic: Desk, answer: object, expected: type[ProviderError]
) -> None:
    anthropic.answers(json_reply(answer))
    with pytest.raises(expected):
        anthropic.write()


@pytest.mark.parametrize(
    ("kind", "status", "expected"),
    [
        ("invalid_request_error", 400, ProviderRequestInvalid),
        ("authentication_error", 401, ProviderAuthFailed),
        ("billing_error", 402, ProviderQuotaExceeded),
        ("permission_error", 403, ProviderAuthFailed),
        ("not_found_error", 404, ProviderRequestInvalid),
        ("request_too_large", 413, ProviderRequestInvalid),
        ("rate_limit_error", 429, ProviderRateLimited),
        ("api_error", 500, OutcomeUnknown),
        ("timeout_error", 504, OutcomeUnknown),
        ("overloaded_error", 529, ProviderUnavailable),
    ],
)
def test_fault_by_type(
    anthropic: Desk, kind: str, status: int, expected: type[ProviderError]
) -> None:
    anthropic.answers(fault(kind, status, {"retry-after": "3"}))
    with pytest.raises(expected):
        anthropic.write()
