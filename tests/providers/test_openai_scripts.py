"""OpenAI's chat: held to the schema, refusals and cut answers told apart, money told from haste."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.providers.chats import UNREADABLE, Desk, desk
from tests.scenarios._chat import completion
from tests.scenarios.openai import SPEAKER
from tests.scenarios.server import json_reply
from tests.scenarios.specs import assert_answer_valid, assert_valid
from video_platform.errors import (
    BadProviderAnswer,
    ContentRefused,
    ProviderError,
    ProviderQuotaExceeded,
    ProviderRateLimited,
    ProviderRequestInvalid,
)
from video_platform.providers.script_draft import SCRIPT_SCHEMA
from video_platform.providers.vendors.openai import OpenAIScripts


@pytest.fixture
def openai(tmp_path: Path) -> Iterator[Desk]:
    with desk(OpenAIScripts, SPEAKER, tmp_path) as made:
        yield made


@pytest.mark.parametrize("spec", ["openai-sdk-3.54.0.json", "openai.yaml"])
def test_request_is_as_the_description_says(openai: Desk, spec: str) -> None:
    openai.write()
    assert_valid(spec, "POST", openai.path(), openai.sent())


def test_model_is_held_to_the_schema_and_not_told_how_to_sample(openai: Desk) -> None:
    openai.write()
    form = openai.sent()["response_format"]["json_schema"]
    assert (form["strict"], form["schema"]) == (True, SCRIPT_SCHEMA)
    assert not {"temperature", "max_tokens"} & set(openai.sent())


def test_answers_of_the_stub_are_as_described() -> None:
    answer = completion("gpt-5.6-luna", "{}")
    assert_answer_valid("openai-sdk-3.54.0.json", "POST", "/chat/completions", answer)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (completion("m", None, refusal="I can't help with that."), ContentRefused),
        (completion("m", "", ending="content_filter"), ContentRefused),
        (completion("m", '{"title": "A', ending="length"), BadProviderAnswer),
        (completion("m", "I would rather not."), BadProviderAnswer),
        (completion("m", '{"title": "A", "scenes": []}'), BadProviderAnswer),
        (completion("m", None), BadProviderAnswer),
        ({"choices": []}, UNREADABLE),
        ({"choices": [{"message": "x", "finish_reason": "stop"}]}, UNREADABLE),
        ({"choices": "none"}, UNREADABLE),
    ],
)
def test_success_that_is_none(openai: Desk, answer: object, expected: type[ProviderError]) -> None:
    openai.answers(json_reply(answer))
    with pytest.raises(expected) as caught:
        openai.write()
    assert caught.value.hint


def test_refusal_is_told_in_its_own_words_and_counts_as_spent(openai: Desk) -> None:
    openai.answers(json_reply(completion("m", None, refusal="I can't help with that.")))
    with pytest.raises(ContentRefused, match="I can't help") as caught:
        openai.write()
    assert caught.value.was_billed


def error(code: str, kind: str = "invalid_request_error") -> dict[str, object]:
    return {"error": {"message": "no", "type": kind, "param": None, "code": code}}


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (429, error("insufficient_quota", "insufficient_quota"), ProviderQuotaExceeded),
        (429, error("rate_limit_exceeded", "requests"), ProviderRateLimited),
        (400, error("billing_hard_limit_reached"), ProviderQuotaExceeded),
        (400, error("content_policy_violation"), ContentRefused),
        (404, error("model_not_found"), ProviderRequestInvalid),
        (200, error("insufficient_quota"), ProviderQuotaExceeded),
    ],
)
def test_its_own_words_come_first(
    openai: Desk, status: int, body: object, expected: type[ProviderError]
) -> None:
    openai.answers(json_reply(body, status, {"retry-after-ms": "1500"}))
    with pytest.raises(expected) as caught:
        openai.write()
    if isinstance(caught.value, ProviderRateLimited):
        assert caught.value.retry_after_s == 1.5


@pytest.mark.parametrize("count", [-1, 10**300, "many", True, None])
def test_count_that_is_none_is_not_billed(openai: Desk, count: object) -> None:
    def miscount(answer: dict[str, dict[str, object]]) -> None:
        answer["usage"]["completion_tokens"] = count

    openai.alters(miscount)
    _, made = openai.write()
    assert made.cost_usd is None


def test_empty_error_beside_an_answer_is_none(openai: Desk) -> None:
    openai.alters(lambda answer: answer.update(error=None))
    script, _ = openai.write()
    assert len(script.scenes) == 4


def test_model_of_the_operator_is_asked(tmp_path: Path) -> None:
    with desk(OpenAIScripts, SPEAKER, tmp_path, model="gpt-5.6-terra") as made:
        made.write()
        assert made.sent()["model"] == "gpt-5.6-terra"
