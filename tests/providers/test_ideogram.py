"""Ideogram: the answer holds the link; what is not safe is a refusal though it says 200."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.scenarios._drawing import Easel, draw, painter, sent
from tests.scenarios.ideogram import SPEAKER, answer_of
from tests.scenarios.samples import image_request
from tests.scenarios.server import json_reply
from tests.scenarios.specs import assert_answer_valid, assert_valid
from video_platform.domain.formats import Format
from video_platform.errors import (
    BadProviderAnswer,
    ContentRefused,
    LimitExceeded,
    NotConfigured,
    OutcomeUnknown,
    ProviderAuthFailed,
    ProviderError,
    ProviderQuotaExceeded,
    ProviderRateLimited,
    ProviderRequestInvalid,
    ProviderUnavailable,
)
from video_platform.providers.vendors.ideogram import IdeogramImages

SPEC = "ideogram.json"


@pytest.fixture
def scenarios(tmp_path: Path) -> Iterator[Easel]:
    server = Easel([SPEAKER], tmp_path / "accepted.log")
    yield server
    server.close()


def build(server: Easel, directory: Path, **settings: str) -> Any:
    return painter(IdeogramImages, server, directory, **settings)


@pytest.mark.parametrize("ratio", list(Format))
def test_request_is_as_the_description_says(
    scenarios: Easel, tmp_path: Path, ratio: Format
) -> None:
    build(scenarios, tmp_path).submit(image_request(ratio), "key")
    call = sent(scenarios)
    assert_valid(SPEC, "POST", call.path, call.json())
    assert call.json()["aspect_ratio"] == ratio.value.replace(":", "x")
    assert "resolution" not in call.json()
    assert call.headers["api-key"] == "test-key-123456"
    assert "authorization" not in call.headers


@pytest.mark.parametrize(
    ("model", "speed", "usd"),
    [
        ("ideogram-v3", "DEFAULT", "0.06"),
        ("ideogram-v3-turbo", "TURBO", "0.03"),
        ("ideogram-v3-quality", "QUALITY", "0.10"),
        ("ideogram-v3-flash", "FLASH", "0.03"),
    ],
)
def test_speeds_are_models_with_prices(
    scenarios: Easel, tmp_path: Path, model: str, speed: str, usd: str
) -> None:
    provider = build(scenarios, tmp_path, model=model)
    provider.submit(image_request(), "key")
    assert sent(scenarios).json()["rendering_speed"] == speed
    assert provider.price_usd(image_request()) == Decimal(usd)


def test_a_picture_is_drawn_and_fetched(scenarios: Easel, tmp_path: Path) -> None:
    made = draw(build(scenarios, tmp_path), image_request(), tmp_path)
    assert made.media_type == "image/png"
    assert "api-key" not in scenarios.world.calls[-1][2].headers
    assert [phase for _, phase, _ in scenarios.world.calls] == ["submit", "download"]


def test_a_download_that_breaks_does_not_lead_to_a_second_picture(
    scenarios: Easel, tmp_path: Path
) -> None:
    provider = build(scenarios, tmp_path)
    job = provider.submit(image_request(), "key")
    scenarios.world.faults["ideogram/download"] = lambda *_: json_reply({}, 503)
    with pytest.raises(ProviderUnavailable):
        provider.fetch(job, provider.check(job), tmp_path)
    del scenarios.world.faults["ideogram/download"]
    provider.fetch(job, provider.check(job), tmp_path)
    assert len(scenarios.world.accepted("ideogram")) == 1


def test_what_is_not_safe_is_a_refusal(scenarios: Easel, tmp_path: Path) -> None:
    body = answer_of("", is_safe=False)
    assert_answer_valid(SPEC, "POST", "/v1/ideogram-v3/generate", body)
    scenarios.world.faults["ideogram"] = lambda *_: json_reply(body)
    with pytest.raises(ContentRefused, match="billed") as caught:
        build(scenarios, tmp_path).submit(image_request(), "key")
    assert caught.value.hint


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (400, {"error": "Invalid input provided."}, ProviderRequestInvalid),
        (401, {"error": "Unauthorized"}, ProviderAuthFailed),
        (402, {"error": "no", "reject_reason": "insufficient_funds"}, ProviderQuotaExceeded),
        (402, {"error": "no", "reject_reason": "daily_limit"}, ProviderQuotaExceeded),
        (422, {"error": "Prompt provided failed safety check due to it."}, ContentRefused),
        (422, {"error": "seed is too large"}, ProviderRequestInvalid),
        (429, {"error": "no", "reject_reason": "inflight_limit"}, ProviderRateLimited),
        (429, {"error": "no", "reject_reason": "insufficient_funds"}, ProviderQuotaExceeded),
        (500, {"error": "Internal"}, OutcomeUnknown),
    ],
)
def test_refusals(
    scenarios: Easel,
    tmp_path: Path,
    status: int,
    body: dict[str, object],
    error: type[ProviderError],
) -> None:
    scenarios.world.faults["ideogram"] = lambda *_: json_reply(body, status)
    with pytest.raises(error) as caught:
        build(scenarios, tmp_path).submit(image_request(), "key")
    assert caught.value.hint
    assert len(scenarios.world.calls) == 1


@pytest.mark.parametrize("body", [{}, {"data": []}, {"created": "now", "data": [None]}])
def test_an_answer_without_a_picture_is_said_to_be_wrong(
    scenarios: Easel, tmp_path: Path, body: dict[str, object]
) -> None:
    scenarios.world.faults["ideogram"] = lambda *_: json_reply(body)
    with pytest.raises((BadProviderAnswer, OutcomeUnknown)):
        build(scenarios, tmp_path).submit(image_request(), "key")


def test_limits_models_and_a_missing_key_refuse_before_any_request(
    scenarios: Easel, tmp_path: Path
) -> None:
    with pytest.raises(LimitExceeded, match="characters"):
        build(scenarios, tmp_path).examine(replace(image_request(), prompt="x" * 10_001))
    with pytest.raises(NotConfigured, match="ideogram-v9") as caught:
        build(scenarios, tmp_path, model="ideogram-v9").examine(image_request())
    assert "ideogram-v3-turbo" in caught.value.hint
    with pytest.raises(NotConfigured, match="IDEOGRAM_API_KEY"):
        build(scenarios, tmp_path, key="").examine(image_request())
    assert scenarios.world.calls == []
