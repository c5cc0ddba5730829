"""Leonardo: its own models by id, others by name, and faults told apart by their sentences."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.scenarios._drawing import Easel, draw, painter, sent
from tests.scenarios.leonardo import SPEAKER
from tests.scenarios.samples import image_request
from tests.scenarios.server import json_reply
from tests.scenarios.specs import assert_valid
from video_platform.domain.formats import Format
from video_platform.errors import (
    BadProviderAnswer,
    ContentRefused,
    JobFailed,
    LimitExceeded,
    NotConfigured,
    OutcomeUnknown,
    ProviderAuthFailed,
    ProviderError,
    ProviderQuotaExceeded,
    ProviderRateLimited,
    ProviderRequestInvalid,
)
from video_platform.providers.jobs import Job
from video_platform.providers.vendors.leonardo import LeonardoImages


@pytest.fixture
def scenarios(tmp_path: Path) -> Iterator[Easel]:
    server = Easel([SPEAKER], tmp_path / "accepted.log")
    server.world.polls_until_done = 3
    yield server
    server.close()


def build(server: Easel, directory: Path, **settings: str) -> Any:
    return painter(LeonardoImages, server, directory, **settings)


@pytest.mark.parametrize("ratio", list(Format))
def test_its_own_models_are_asked_by_id(scenarios: Easel, tmp_path: Path, ratio: Format) -> None:
    build(scenarios, tmp_path).submit(image_request(ratio), "key")
    call = sent(scenarios)
    assert call.path == "/v1/generations"
    assert_valid("leonardo.json", "POST", "/generations", call.json())
    asked = call.json()
    assert asked["num_images"] == 1
    assert asked["width"] % 8 == asked["height"] % 8 == 0
    assert max(asked["width"], asked["height"]) <= 1536
    across, _, down = ratio.value.partition(":")
    assert asked["width"] / asked["height"] == pytest.approx(int(across) / int(down), rel=0.001)
    assert call.headers["authorization"] == "Bearer test-key-123456"


def test_models_of_others_are_asked_by_name(scenarios: Easel, tmp_path: Path) -> None:
    provider = build(scenarios, tmp_path, model="flux-pro-2.0")
    draw(provider, image_request(), tmp_path)
    call = sent(scenarios)
    assert_valid("leonardo-v2.authored.json", "POST", call.path, call.json())
    assert call.json()["model"] == "flux-pro-2.0"
    assert call.json()["public"] is False


def test_a_picture_is_drawn_looked_at_and_fetched(scenarios: Easel, tmp_path: Path) -> None:
    made = draw(build(scenarios, tmp_path), image_request(), tmp_path)
    assert made.media_type == "image/jpeg"
    assert made.cost_usd == Decimal("0.0125")
    assert "authorization" not in scenarios.world.calls[-1][2].headers
    phases = [phase for _, phase, _ in scenarios.world.calls]
    assert phases == ["submit", "poll", "poll", "poll", "download"]


@pytest.mark.parametrize("cost", [None, {}, "7", {"amount": "7", "unit": "CREDITS"}])
def test_a_cost_in_credits_is_no_money(scenarios: Easel, tmp_path: Path, cost: object) -> None:
    body = {"sdGenerationJob": {"generationId": "g1", "cost": cost}}
    scenarios.world.faults["leonardo"] = lambda *_: json_reply(body)
    job = build(scenarios, tmp_path).submit(image_request(), "key")
    assert job.details == {"seed": 42}


@pytest.mark.parametrize(
    "found",
    [{"status": "FAILED", "generated_images": []}, {"status": "COMPLETE", "generated_images": []}],
)
def test_a_job_that_ends_without_a_picture(
    scenarios: Easel, tmp_path: Path, found: dict[str, object]
) -> None:
    scenarios.world.faults["leonardo"] = lambda *_: json_reply({"generations_by_pk": found})
    with pytest.raises(JobFailed) as caught:
        build(scenarios, tmp_path).check(Job(id="g1"))
    assert caught.value.hint


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (400, {"error": "invalid input", "code": "validation-failed"}, ProviderRequestInvalid),
        (400, {"error": "Flagged by content moderation", "code": "unexpected"}, ContentRefused),
        (400, {"error": "not enough api tokens", "code": "unexpected"}, ProviderQuotaExceeded),
        (400, {"error": {"message": "Insufficient credits"}}, ProviderQuotaExceeded),
        (400, {"error": "unauthorized", "code": "access-denied"}, ProviderAuthFailed),
        (
            500,
            {"error": "Invalid response from authorization hook", "code": "unexpected"},
            ProviderAuthFailed,
        ),
        (500, {"error": "Internal", "code": "unexpected"}, OutcomeUnknown),
        (429, {"error": "queue is full"}, ProviderRateLimited),
    ],
)
def test_refusals(
    scenarios: Easel,
    tmp_path: Path,
    status: int,
    body: dict[str, object],
    error: type[ProviderError],
) -> None:
    scenarios.world.faults["leonardo"] = lambda *_: json_reply(body, status)
    with pytest.raises(error) as caught:
        build(scenarios, tmp_path).submit(image_request(), "key")
    assert type(caught.value) is error
    assert caught.value.hint
    assert len(scenarios.world.calls) == 1


@pytest.mark.parametrize("body", [{}, {"sdGenerationJob": None}, {"sdGenerationJob": {}}])
def test_an_answer_without_a_job_is_said_to_be_wrong(
    scenarios: Easel, tmp_path: Path, body: dict[str, object]
) -> None:
    scenarios.world.faults["leonardo"] = lambda *_: json_reply(body)
    with pytest.raises((BadProviderAnswer, OutcomeUnknown)):
        build(scenarios, tmp_path).submit(image_request(), "key")


def test_limits_and_a_missing_key_refuse_before_any_request(
    scenarios: Easel, tmp_path: Path
) -> None:
    with pytest.raises(LimitExceeded, match="1,500"):
        build(scenarios, tmp_path).examine(replace(image_request(), prompt="x" * 1501))
    with pytest.raises(NotConfigured, match="LEONARDO_API_KEY"):
        build(scenarios, tmp_path, key="").examine(image_request())
    assert scenarios.world.calls == []


def test_a_price_is_known_for_every_model(scenarios: Easel, tmp_path: Path) -> None:
    assert build(scenarios, tmp_path, model="any").price_usd(image_request()) == Decimal("0.03")
