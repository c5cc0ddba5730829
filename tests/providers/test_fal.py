"""fal: its queue, its returned addresses, and work that is completed without having succeeded."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.scenarios._drawing import Easel, draw, painter, sent
from tests.scenarios.fal import SPEAKER, picture
from tests.scenarios.samples import image_request
from tests.scenarios.server import json_reply
from tests.scenarios.specs import assert_answer_valid, assert_valid
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
from video_platform.providers.jobs import JobState
from video_platform.providers.vendors.fal import FalImages

SPEC = "fal-models.json"
MODELS = [
    "fal-ai/fast-sdxl",
    "fal-ai/flux-pro/v1.1",
    "fal-ai/flux-pro/v1.1-ultra",
    "fal-ai/flux-2-pro",
]


@pytest.fixture
def scenarios(tmp_path: Path) -> Iterator[Easel]:
    server = Easel([SPEAKER], tmp_path / "accepted.log")
    yield server
    server.close()


def build(server: Easel, directory: Path, **settings: str) -> Any:
    return painter(FalImages, server, directory, **settings)


@pytest.mark.parametrize("ratio", list(Format))
@pytest.mark.parametrize("model", MODELS)
def test_request_is_as_the_description_says(
    scenarios: Easel, tmp_path: Path, model: str, ratio: Format
) -> None:
    build(scenarios, tmp_path, model=model).submit(image_request(ratio), "key")
    call = sent(scenarios)
    assert call.path == f"/{model}"
    assert_valid(SPEC, "POST", call.path, call.json())
    assert call.headers["authorization"] == "Key test-key-123456"


@pytest.mark.parametrize("model", MODELS)
def test_returned_addresses_are_followed(scenarios: Easel, tmp_path: Path, model: str) -> None:
    made = draw(build(scenarios, tmp_path, model=model), image_request(), tmp_path)
    assert made.media_type == "image/png"
    asked = [call.path for _, phase, call in scenarios.world.calls if phase == "poll"]
    short = "/".join(model.split("/")[:2])
    assert {path.partition("/requests/")[0] for path in asked} == {f"/{short}"}
    assert len(scenarios.world.accepted("fal")) == 1
    assert "authorization" not in scenarios.world.calls[-1][2].headers


def test_the_speaker_answers_as_the_description_says(scenarios: Easel, tmp_path: Path) -> None:
    job = build(scenarios, tmp_path).submit(image_request(), "key")
    answer = {
        "status": "IN_QUEUE",
        "request_id": job.id,
        "status_url": job.handles["status"],
        "response_url": job.handles["response"],
        "queue_position": 0,
    }
    assert_answer_valid(SPEC, "POST", "/fal-ai/fast-sdxl", answer)


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"error": "the runner died", "error_type": "runner_disconnected"}, JobFailed),
        ({"error": "indecent", "error_type": "content_policy_violation"}, ContentRefused),
    ],
)
def test_completed_may_mean_failed(
    scenarios: Easel, tmp_path: Path, body: dict[str, str], error: type[ProviderError]
) -> None:
    provider = build(scenarios, tmp_path)
    job = provider.submit(image_request(), "key")
    scenarios.world.faults["fal/poll"] = lambda *_: json_reply({"status": "COMPLETED", **body})
    with pytest.raises(error, match=body["error"]) as caught:
        provider.check(job)
    assert caught.value.hint


def test_a_refusal_may_come_with_the_result(scenarios: Easel, tmp_path: Path) -> None:
    provider = build(scenarios, tmp_path)
    job = provider.submit(image_request(), "key")
    detail = [{"loc": ["body", "prompt"], "msg": "flagged", "type": "content_policy_violation"}]
    scenarios.world.faults["fal/poll"] = lambda *_: json_reply({"detail": detail}, 422)
    with pytest.raises(ContentRefused, match="flagged"):
        provider.fetch(job, JobState(is_done=True), tmp_path)


def test_a_picture_painted_black_is_a_refusal(scenarios: Easel, tmp_path: Path) -> None:
    provider = build(scenarios, tmp_path)
    job = provider.submit(image_request(), "key")
    body = {**picture("https://files.invalid/black.png"), "has_nsfw_concepts": [True]}
    scenarios.world.faults["fal/poll"] = lambda *_: json_reply(body)
    with pytest.raises(ContentRefused):
        provider.fetch(job, JobState(is_done=True), tmp_path)


@pytest.mark.parametrize("status", ["", "LOST", None, 7])
def test_an_unknown_state_is_a_wrong_answer(
    scenarios: Easel, tmp_path: Path, status: object
) -> None:
    provider = build(scenarios, tmp_path)
    job = provider.submit(image_request(), "key")
    scenarios.world.faults["fal/poll"] = lambda *_: json_reply({"status": status})
    with pytest.raises(BadProviderAnswer):
        provider.check(job)


@pytest.mark.parametrize(
    ("status", "detail", "error"),
    [
        (401, "No user found for Key ID and Secret", ProviderAuthFailed),
        (403, "User is locked. Reason: Exhausted balance. Top it up.", ProviderQuotaExceeded),
        (403, "User is locked. Reason: TOP_UP.", ProviderQuotaExceeded),
        (403, "User is locked. Reason: Admin lock.", ProviderAuthFailed),
        (422, [{"loc": ["body", "prompt"], "msg": "required"}], ProviderRequestInvalid),
        (429, "Too many requests", ProviderRateLimited),
        (500, "Internal Server Error", OutcomeUnknown),
    ],
)
def test_refusals(
    scenarios: Easel,
    tmp_path: Path,
    status: int,
    detail: object,
    error: type[ProviderError],
) -> None:
    scenarios.world.faults["fal"] = lambda *_: json_reply({"detail": detail}, status)
    with pytest.raises(error) as caught:
        build(scenarios, tmp_path).submit(image_request(), "key")
    assert caught.value.hint
    assert len(scenarios.world.calls) == 1


def test_limits_and_a_missing_key_refuse_before_any_request(
    scenarios: Easel, tmp_path: Path
) -> None:
    with pytest.raises(LimitExceeded, match="characters"):
        build(scenarios, tmp_path).examine(replace(image_request(), prompt="x" * 10_001))
    with pytest.raises(NotConfigured, match="FAL_KEY"):
        build(scenarios, tmp_path, key="").examine(image_request())
    assert scenarios.world.calls == []


@pytest.mark.parametrize(
    ("model", "usd"), list(zip(MODELS, ("0.005", "0.08", "0.06", "0.06"), strict=True))
)
def test_prices(scenarios: Easel, tmp_path: Path, model: str, usd: str) -> None:
    provider = build(scenarios, tmp_path, model=model)
    assert provider.price_usd(image_request()) == Decimal(usd)
