"""Stability: a form for what is new, JSON for SDXL, and a blurred picture is not a picture."""

import base64
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.scenarios._drawing import Easel, painter, sent
from tests.scenarios.media import png
from tests.scenarios.samples import image_request
from tests.scenarios.server import bytes_reply, json_reply
from tests.scenarios.specs import assert_valid
from tests.scenarios.stability import SPEAKER
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
from video_platform.montage.probe import probe_media
from video_platform.providers.vendors.stability import StabilityImages

SPEC = "stability.authored.json"


@pytest.fixture
def scenarios(tmp_path: Path) -> Iterator[Easel]:
    server = Easel([SPEAKER], tmp_path / "accepted.log")
    yield server
    server.close()


def build(server: Easel, directory: Path, **settings: str) -> Any:
    return painter(StabilityImages, server, directory, **settings)


@pytest.mark.parametrize("ratio", list(Format))
@pytest.mark.parametrize(
    ("model", "path"), [("core", "core"), ("ultra", "ultra"), ("sd3.5-large", "sd3")]
)
def test_request_is_a_form_as_the_description_says(
    scenarios: Easel, tmp_path: Path, model: str, path: str, ratio: Format
) -> None:
    build(scenarios, tmp_path, model=model).generate(image_request(ratio), tmp_path)
    call = sent(scenarios)
    assert call.path == f"/v2beta/stable-image/generate/{path}"
    assert_valid(SPEC, "POST", call.path, call.form(), content_type="multipart/form-data")
    assert call.form()["aspect_ratio"] == ratio.value
    assert call.headers["accept"] == "image/*"
    assert call.headers["authorization"] == "Bearer test-key-123456"


@pytest.mark.parametrize("ratio", list(Format))
def test_sdxl_is_asked_on_its_own_path(scenarios: Easel, tmp_path: Path, ratio: Format) -> None:
    build(scenarios, tmp_path, model="sdxl").generate(image_request(ratio), tmp_path)
    call = sent(scenarios)
    assert_valid(SPEC, "POST", call.path, call.json())
    assert call.json()["width"] * call.json()["height"] <= 1024 * 1024


@pytest.mark.parametrize("model", ["core", "sdxl"])
def test_the_answer_is_the_picture(scenarios: Easel, tmp_path: Path, model: str) -> None:
    made = build(scenarios, tmp_path, model=model).generate(image_request(), tmp_path)
    assert made.media_type == "image/png"
    assert probe_media(made.path, made.media_type).width_px == 64
    assert made.details["seed"] == 42
    assert len(scenarios.world.accepted("stability")) == 1


def test_a_blurred_picture_is_a_refusal(scenarios: Easel, tmp_path: Path) -> None:
    headers = {"finish-reason": "CONTENT_FILTERED"}
    scenarios.world.faults["stability"] = lambda *_: bytes_reply(
        png(), "image/png", headers=headers
    )
    with pytest.raises(ContentRefused, match="billed") as caught:
        build(scenarios, tmp_path).generate(image_request(), tmp_path)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("reason", "error"), [("CONTENT_FILTERED", ContentRefused), ("ERROR", JobFailed)]
)
def test_sdxl_says_in_its_answer_that_it_failed(
    scenarios: Easel, tmp_path: Path, reason: str, error: type[ProviderError]
) -> None:
    content = base64.b64encode(png()).decode()
    body = {"artifacts": [{"base64": content, "finishReason": reason}]}
    scenarios.world.faults["stability"] = lambda *_: json_reply(body)
    with pytest.raises(error):
        build(scenarios, tmp_path, model="sdxl").generate(image_request(), tmp_path)


def test_when_sdxl_is_gone_the_way_on_is_named(scenarios: Easel, tmp_path: Path) -> None:
    body = {"id": "1", "name": "not_found", "message": "engine was not found"}
    scenarios.world.faults["stability"] = lambda *_: json_reply(body, 404)
    with pytest.raises(ProviderRequestInvalid, match="engine was not found") as caught:
        build(scenarios, tmp_path, model="sdxl").generate(image_request(), tmp_path)
    assert "fal-ai/fast-sdxl" in caught.value.hint
    assert len(scenarios.world.calls) == 1


@pytest.mark.parametrize(
    ("status", "name", "error"),
    [
        (400, "bad_request", ProviderRequestInvalid),
        (401, "unauthorized", ProviderAuthFailed),
        (402, "payment_required", ProviderQuotaExceeded),
        (403, "content_moderation", ContentRefused),
        (413, "payload_too_large", ProviderRequestInvalid),
        (422, "invalid_language", ProviderRequestInvalid),
        (422, "public_figure", ContentRefused),
        (429, "rate_limit_exceeded", ProviderRateLimited),
        (500, "internal_error", OutcomeUnknown),
    ],
)
def test_refusals(
    scenarios: Easel, tmp_path: Path, status: int, name: str, error: type[ProviderError]
) -> None:
    body = {"id": "1", "name": name, "errors": ["in words"]}
    scenarios.world.faults["stability"] = lambda *_: json_reply(body, status)
    with pytest.raises(error, match="in words") as caught:
        build(scenarios, tmp_path).generate(image_request(), tmp_path)
    assert caught.value.hint
    assert len(scenarios.world.calls) == 1


@pytest.mark.parametrize("model", ["core", "sdxl"])
def test_an_answer_that_is_no_picture_is_said_to_be_none(
    scenarios: Easel, tmp_path: Path, model: str
) -> None:
    body = {"artifacts": [{"base64": "%%%", "finishReason": "SUCCESS"}]}
    scenarios.world.faults["stability"] = lambda *_: json_reply(body)
    with pytest.raises((BadProviderAnswer, OutcomeUnknown)):
        build(scenarios, tmp_path, model=model).generate(image_request(), tmp_path)


def test_limits_and_a_missing_key_refuse_before_any_request(
    scenarios: Easel, tmp_path: Path
) -> None:
    long = replace(image_request(), prompt="x" * 2001)
    build(scenarios, tmp_path).examine(long)
    with pytest.raises(LimitExceeded, match="2,000"):
        build(scenarios, tmp_path, model="sdxl").examine(long)
    with pytest.raises(LimitExceeded, match="10,000"):
        build(scenarios, tmp_path).examine(replace(image_request(), prompt="x" * 10_001))
    with pytest.raises(NotConfigured, match="STABILITY_API_KEY"):
        build(scenarios, tmp_path, key="").examine(image_request())
    assert scenarios.world.calls == []


def test_a_wrong_key_is_said_to_be_wrong_and_not_repeated(scenarios: Easel, tmp_path: Path) -> None:
    with pytest.raises(ProviderAuthFailed) as caught:
        build(scenarios, tmp_path, key="wrong-key-1").generate(image_request(), tmp_path)
    assert "wrong-key-1" not in str(caught.value)


def test_prices(scenarios: Easel, tmp_path: Path) -> None:
    assert build(scenarios, tmp_path).price_usd(image_request()) == Decimal("0.03")
    assert build(scenarios, tmp_path, model="sd9").price_usd(image_request()) is None
