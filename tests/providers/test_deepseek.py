"""DeepSeek: without thoughts, in JSON mode, out of money by 402."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.providers.chats import Desk, ask, desk
from tests.scenarios._chat import completion
from tests.scenarios.deepseek import SPEAKER
from tests.scenarios.server import json_reply
from tests.scenarios.specs import assert_valid
from video_platform.domain.language import Language
from video_platform.errors import (
    BadProviderAnswer,
    JobFailed,
    ProviderQuotaExceeded,
    ProviderRequestInvalid,
)
from video_platform.providers.vendors.deepseek import DeepSeekScripts


@pytest.fixture
def deepseek(tmp_path: Path) -> Iterator[Desk]:
    with desk(DeepSeekScripts, SPEAKER, tmp_path) as made:
        yield made


@pytest.mark.parametrize("language", list(Language))
def test_request_is_as_the_description_says(deepseek: Desk, language: Language) -> None:
    deepseek.write(ask(language))
    assert_valid("deepseek.authored.json", "POST", deepseek.path(), deepseek.sent())
    assert deepseek.sent()["thinking"] == {"type": "disabled"}
    assert "json" in deepseek.sent()["messages"][0]["content"].lower()


def test_script_in_fences_is_found(deepseek: Desk) -> None:
    script, _ = deepseek.write()  # its stub answers in fences
    assert len(script.scenes) == 4


@pytest.mark.parametrize(
    ("ending", "expected"),
    [("insufficient_system_resource", JobFailed), ("length", BadProviderAnswer)],
)
def test_answer_that_broke_off(deepseek: Desk, ending: str, expected: type[Exception]) -> None:
    deepseek.answers(json_reply(completion("deepseek-flash", "{", ending=ending)))
    with pytest.raises(expected):
        deepseek.write()


@pytest.mark.parametrize(
    ("status", "expected"), [(402, ProviderQuotaExceeded), (422, ProviderRequestInvalid)]
)
def test_fault_by_status(deepseek: Desk, status: int, expected: type[Exception]) -> None:
    body = {"error": {"message": "Insufficient Balance", "type": "unknown_error", "code": "x"}}
    deepseek.answers(json_reply(body, status))
    with pytest.raises(expected):
        deepseek.write()
