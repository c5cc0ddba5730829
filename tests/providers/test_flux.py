"""Flux: asked as its description says, looked at where it says, fetched before its link dies."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.generation.ledgers import FakeTime
from tests.scenarios.flux import SPEAKER
from tests.scenarios.samples import Drawer, image_request
from tests.scenarios.server import ScenarioServer, json_reply
from tests.scenarios.specs import assert_answer_valid, assert_valid
from video_platform.domain.formats import Format
from video_platform.errors import (
    ContentRefused,
    JobFailed,
    LimitExceeded,
    NotConfigured,
    ProviderAuthFailed,
    ProviderError,
    ProviderQuotaExceeded,
    ProviderRateLimited,
    ProviderRequestInvalid,
)
from video_platform.montage.probe import probe_media
from video_platform.providers.jobs import Job
from video_platform.providers.service import Access
from video_platform.providers.transport import Clock
from video_platform.providers.vendors.flux import FluxImages

SPEC = "bfl.json"


@pytest.fixture
def scenarios(tmp_path: Path) -> Iterator[ScenarioServer]:
    server = ScenarioServer([SPEAKER], tmp_path / "accepted.log")
    yield server
    server.close()


def provider(server: ScenarioServer, directory: Path, key: str = "test-key-123456") -> FluxImages:
    time = FakeTime()
    access = Access(key=key, base_url=server.url("flux"))
    return FluxImages(access, Drawer(directory).path, clock=Clock(time.now, time.sleep))


@pytest.fixture
def flux(scenarios: ScenarioServer, tmp_path: Path) -> Iterator[FluxImages]:
    made = provider(scenarios, tmp_path / "media")
    yield made
    made.http.close()


@pytest.mark.parametrize("ratio", list(Format))
def test_request_is_as_the_description_says(
    flux: FluxImages, scenarios: ScenarioServer, ratio: Format
) -> None:
    flux.submit(image_request(ratio), "key")
    (_, _, call) = scenarios.world.calls[0]
    assert_valid(SPEC, call.method, call.path, call.json())
    width, height = call.json()["width"], call.json()["height"]
    assert width % 16 == height % 16 == 0
    assert width * height <= 4_000_000
    assert call.headers["x-key"] == "test-key-123456"
    assert "test-key" not in call.path + str(call.query)


def test_a_picture_is_drawn_looked_at_and_fetched(
    flux: FluxImages, scenarios: ScenarioServer, tmp_path: Path
) -> None:
    job = flux.submit(image_request(), "key")
    assert not flux.check(job).is_done
    state = flux.check(job)
    made = flux.fetch(job, state, tmp_path)
    assert made.media_type == "image/png"
    assert probe_media(made.path, made.media_type).width_px == 64
    assert made.details["seed"] == 42
    assert len(scenarios.world.accepted("flux")) == 1
    assert [phase for _, phase, _ in scenarios.world.calls] == [
        "submit",
        "poll",
        "poll",
        "download",
    ]


def test_links_do_not_get_the_key(
    flux: FluxImages, scenarios: ScenarioServer, tmp_path: Path
) -> None:
    scenarios.world.polls_until_done = 1
    job = flux.submit(image_request(), "key")
    flux.fetch(job, flux.check(job), tmp_path)
    assert "x-key" not in scenarios.world.calls[-1][2].headers


def test_the_speaker_answers_as_the_description_says(
    flux: FluxImages, scenarios: ScenarioServer
) -> None:
    job = flux.submit(image_request(), "key")
    answer = {"id": job.id, "polling_url": job.handles["poll"], "cost": 4}
    assert_answer_valid(SPEC, "POST", "/v1/flux-2-pro", answer)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        ("Request Moderated", ContentRefused),
        ("Content Moderated", ContentRefused),
        ("Error", JobFailed),
        ("Task not found", JobFailed),
    ],
)
def test_ways_a_task_ends_badly(
    flux: FluxImages, scenarios: ScenarioServer, status: str, error: type[ProviderError]
) -> None:
    job = flux.submit(image_request(), "key")
    scenarios.world.faults["flux/poll"] = lambda *_: json_reply({"id": job.id, "status": status})
    with pytest.raises(error) as caught:
        flux.check(job)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (402, {"detail": "Insufficient credits"}, ProviderQuotaExceeded),
        (403, {"detail": "Not authenticated"}, ProviderAuthFailed),
        (422, {"detail": [{"loc": ["body", "width"], "msg": "too wide"}]}, ProviderRequestInvalid),
        (429, {"message": "24 tasks already"}, ProviderRateLimited),
    ],
)
def test_refusals(
    flux: FluxImages,
    scenarios: ScenarioServer,
    status: int,
    body: dict[str, object],
    error: type[ProviderError],
) -> None:
    scenarios.world.faults["flux/submit"] = lambda *_: json_reply(body, status)
    with pytest.raises(error) as caught:
        flux.submit(image_request(), "key")
    assert caught.value.hint
    assert scenarios.world.accepted() == []


def test_limits_and_a_missing_key_refuse_before_any_request(
    scenarios: ScenarioServer, tmp_path: Path
) -> None:
    from dataclasses import replace

    with pytest.raises(LimitExceeded, match="characters"):
        provider(scenarios, tmp_path).examine(replace(image_request(), prompt="x" * 20_000))
    with pytest.raises(NotConfigured, match="BFL_API_KEY"):
        provider(scenarios, tmp_path, key="").examine(image_request())
    assert scenarios.world.calls == []


def test_it_asks_where_the_service_says(flux: FluxImages, scenarios: ScenarioServer) -> None:
    job = flux.submit(image_request(), "key")
    moved = scenarios.world.url("flux", f"/v1/get_result?id={job.id}&region=eu")
    flux.check(Job(id=job.id, handles={"poll": moved}))
    assert scenarios.world.calls[-1][2].query["region"] == "eu"


def test_a_price_is_known(flux: FluxImages) -> None:
    assert flux.price_usd(image_request())
