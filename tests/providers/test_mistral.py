"""Mistral: a seed of its own name, faults in three forms."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.providers.chats import Desk, ask, desk
from tests.scenarios._chat import completion
from tests.scenarios.mistral import SPEAKER
from tests.scenarios.server import json_reply
from tests.scenarios.specs import assert_valid
from video_platform.errors import (
    BadProviderAnswer,
    JobFailed,
    ProviderAuthFailed,
    ProviderRateLimited,
    ProviderRequestInvalid,
)
from video_platform.providers.vendors.mistral import MistralScripts


@pytest.fixture
def mistral(tmp_path: Path) -> Iterator[Desk]:
    with desk(MistralScripts, SPEAKER, tmp_path) as made:
        yield made


def test_request_is_as_the_description_says(mistral: Desk) -> None:
    mistral.write(ask(take=3))
    assert_valid("mistral.yaml", "POST", f"/v1{mistral.path()}", mistral.sent())
    assert mistral.sent()["random_seed"] == 3


@pytest.mark.parametrize(
    ("status", "body", "expected", "says"),
    [
        (
            422,
            {"detail": [{"loc": ["body", "model"], "msg": "field required", "type": "missing"}]},
            ProviderRequestInvalid,
            "field required",
        ),
        (401, {"message": "Unauthorized", "request_id": "1"}, ProviderAuthFailed, "Unauthorized"),
        (
            429,
            {"object": "error", "message": "Rate limit", "type": "rate_limited", "code": "1300"},
            ProviderRateLimited,
            "Rate limit",
        ),
    ],
)
def test_every_form_of_fault_is_read(
    mistral: Desk, status: int, body: Any, expected: type[Exception], says: str
) -> None:
    mistral.answers(json_reply(body, status))
    with pytest.raises(expected, match=says):
        mistral.write()


@pytest.mark.parametrize(
    ("ending", "expected"), [("model_length", BadProviderAnswer), ("error", JobFailed)]
)
def test_answer_that_broke_off(mistral: Desk, ending: str, expected: type[Exception]) -> None:
    mistral.answers(json_reply(completion("mistral-small-latest", "{", ending=ending)))
    with pytest.raises(expected):
        mistral.write()


def test_text_in_parts_is_joined_and_thoughts_are_left_out(mistral: Desk) -> None:
    def in_parts(answer: Any) -> None:
        message = answer["choices"][0]["message"]
        text = message["content"]
        message["content"] = [
            {"type": "thinking", "thinking": [{"type": "text", "text": "{}"}]},
            {"type": "text", "text": text[:20]},
            {"type": "text", "text": text[20:]},
        ]

    mistral.alters(in_parts)
    script, _ = mistral.write()
    assert len(script.scenes) == 4
