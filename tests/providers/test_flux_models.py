"""Flux in its other models: each asked in its own way for a picture of the same shape."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from tests.scenarios._drawing import Easel, draw, painter, sent
from tests.scenarios.flux import FluxSpeaker
from tests.scenarios.samples import image_request
from tests.scenarios.server import Call, Reply, World, json_reply
from tests.scenarios.specs import assert_valid
from video_platform.domain.formats import Format
from video_platform.providers.vendors.flux import FluxImages


class AnyShape(FluxSpeaker):
    """Takes ratios, too, as the ultra model does."""

    def _begin(self, call: Call, world: World) -> Reply:
        job = world.accept(self.name, {"path": call.path, **call.json()})
        poll = world.url(self.name, f"/v1/get_result?id={job}")
        return json_reply({"id": job, "polling_url": poll, "cost": 6.0})


@pytest.fixture
def scenarios(tmp_path: Path) -> Iterator[Easel]:
    server = Easel([AnyShape()], tmp_path / "accepted.log")
    yield server
    server.close()


@pytest.mark.parametrize("ratio", list(Format))
@pytest.mark.parametrize(
    "model", ["flux-2-pro", "flux-2-max", "flux-pro-1.1", "flux-pro-1.1-ultra", "flux-dev"]
)
def test_every_model_is_asked_in_its_own_way(
    scenarios: Easel, tmp_path: Path, model: str, ratio: Format
) -> None:
    provider = painter(FluxImages, scenarios, tmp_path, model=model)
    draw(provider, image_request(ratio), tmp_path)
    call = sent(scenarios)
    assert call.path == f"/v1/{model}"
    assert_valid("bfl.json", "POST", call.path, call.json())
    assert ("aspect_ratio" in call.json()) == model.endswith("ultra")


@pytest.mark.parametrize("ratio", list(Format))
@pytest.mark.parametrize("model", ["flux-2-pro", "flux-pro-1.1"])
def test_sizes_have_the_films_shape(
    scenarios: Easel, tmp_path: Path, model: str, ratio: Format
) -> None:
    painter(FluxImages, scenarios, tmp_path, model=model).submit(image_request(ratio), "key")
    asked = sent(scenarios).json()
    across, _, down = ratio.value.partition(":")
    assert asked["width"] / asked["height"] == pytest.approx(int(across) / int(down), rel=0.015)


def test_what_the_service_says_it_cost_is_the_cost(scenarios: Easel, tmp_path: Path) -> None:
    made = draw(painter(FluxImages, scenarios, tmp_path), image_request(), tmp_path)
    assert made.cost_usd == Decimal("0.06")


@pytest.mark.parametrize("cost", [None, "dear", -1, 10**9, True, {"credits": 4}, float("nan")])
def test_a_cost_that_is_none_leaves_the_estimate(
    scenarios: Easel, tmp_path: Path, cost: object
) -> None:
    poll = scenarios.world.url("flux", "/v1/get_result?id=1")
    body = {"id": "1", "polling_url": poll, "cost": cost}
    scenarios.world.faults["flux/submit"] = lambda *_: json_reply(body)
    job = painter(FluxImages, scenarios, tmp_path).submit(image_request(), "key")
    assert "cost_usd" not in job.details


@pytest.mark.parametrize(
    ("model", "usd"),
    [("flux-2-pro", "0.06"), ("flux-pro-1.1", "0.04"), ("flux-pro-1.1-ultra", "0.06")],
)
def test_prices_count_begun_megapixels_where_those_are_paid(
    scenarios: Easel, tmp_path: Path, model: str, usd: str
) -> None:
    provider = painter(FluxImages, scenarios, tmp_path, model=model)
    assert provider.price_usd(image_request(Format.WIDE)) == Decimal(usd)
