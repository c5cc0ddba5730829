"""Who appears is said in every prompt, and shown to those who take pictures."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.factories import make_project, make_scene, make_script
from tests.generation.ledgers import FakeTime
from tests.scenarios.accounts import KEY
from tests.scenarios.flux import SPEAKER as FLUX
from tests.scenarios.openai import SPEAKER as OPENAI
from tests.scenarios.samples import Drawer, image_request, stored
from tests.scenarios.server import ScenarioServer
from tests.scenarios.specs import assert_valid
from video_platform.agents.image import plan_images
from video_platform.domain.brief import Brief
from video_platform.domain.direction import Direction, Sheet, SheetKind
from video_platform.domain.generation import ImageRequest, Reference
from video_platform.errors import LimitExceeded
from video_platform.generation.ledger import request_key
from video_platform.providers.references import reduced
from video_platform.providers.service import Access
from video_platform.providers.transport import Clock
from video_platform.providers.vendors.embedded_painter import EmbeddedPainter
from video_platform.providers.vendors.flux import FluxImages
from video_platform.providers.vendors.openai import OpenAIImages
from video_platform.providers.vendors.stability import StabilityImages


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ScenarioServer]:
    made = ScenarioServer([FLUX, OPENAI], tmp_path / "accepted.log")
    yield made
    made.close()


@pytest.fixture
def drawer(tmp_path: Path) -> Drawer:
    return Drawer(tmp_path / "media")


def built(kind: type[Any], server: ScenarioServer, drawer: Drawer, model: str = "") -> Any:
    time = FakeTime()
    access = Access(key=KEY, base_url=server.url(kind.service.name), model=model)
    return kind(access, drawer.path, clock=Clock(time.now, time.sleep))


def shown(drawer: Drawer, count: int = 2) -> ImageRequest:
    pictures = [stored(drawer, kind) for kind in ("image/png", "image/jpeg")]
    references = tuple(
        Reference(name=f"Person {number}", media=pictures[number % 2]) for number in range(count)
    )
    return replace(image_request(), references=references)


def test_flux_is_shown_whom_it_shall_draw(
    server: ScenarioServer, drawer: Drawer, tmp_path: Path
) -> None:
    flux = built(FluxImages, server, drawer)
    flux.submit(reduced(flux, shown(drawer, 10)), "key")
    flux.http.close()
    (_, _, call) = server.world.calls[0]
    body = call.json()
    assert_valid("bfl.json", "POST", call.path, body)
    assert {name for name in body if name.startswith("input_image")} == {
        "input_image",
        *(f"input_image_{number}" for number in range(2, 9)),
    }
    assert "image 1 shows Person 0; image 2 shows Person 1" in body["prompt"]


def test_each_picture_shown_to_flux_is_priced(server: ScenarioServer, drawer: Drawer) -> None:
    flux = built(FluxImages, server, drawer)
    without, with_two = flux.price_usd(image_request()), flux.price_usd(shown(drawer))
    assert with_two - without == 2 * Decimal("0.015")


def test_openai_is_shown_whom_it_shall_draw(
    server: ScenarioServer, drawer: Drawer, tmp_path: Path
) -> None:
    images = built(OpenAIImages, server, drawer)
    images.generate(shown(drawer), tmp_path)
    images.http.close()
    (_, _, call) = server.world.calls[0]
    form = call.form()
    body = {("image" if name == "image[]" else name): value for name, value in form.items()}
    assert_valid("openai.yaml", "POST", "/images/edits", body, content_type="multipart/form-data")
    (row,) = server.world.accepted("openai")
    assert row["request"]["references"] == 2
    assert not server.world.mistakes


@pytest.mark.parametrize(("kind", "model"), [(StabilityImages, ""), (FluxImages, "flux-pro-1.1")])
def test_who_takes_no_pictures_is_not_asked_anew_for_another_one(
    server: ScenarioServer, drawer: Drawer, kind: type[Any], model: str
) -> None:
    provider = built(kind, server, drawer, model)
    one, other = shown(drawer), shown(drawer, 1)
    assert reduced(provider, one).references == ()
    assert request_key(provider, reduced(provider, one)) == request_key(
        provider, reduced(provider, other)
    )
    assert reduced(EmbeddedPainter(), one).references == ()


def test_the_table_says_who_takes_pictures(server: ScenarioServer, drawer: Drawer) -> None:
    told = {
        name: built(FluxImages, server, drawer, name).describe_limits().get("references")
        for name in ("flux-2-pro", "flux-pro-1.1")
    }
    assert told == {"flux-2-pro": 8, "flux-pro-1.1": None}


def test_a_prompt_says_who_appears_in_its_own_scene(drawer: Drawer) -> None:
    picture = stored(drawer, "image/png")
    direction = Direction(
        style_words="oil on canvas",
        sheets=(
            Sheet(name="Mara", description="grey hair, yellow coat", pictures=(picture, picture)),
            Sheet(name="the mill", description="a red mill.", kind=SheetKind.PLACE),
        ),
    )
    script = make_script(
        [make_scene(1, appears=("mara", "the mill")), make_scene(2, appears=("somebody",))]
    )
    project = make_project(brief=Brief(text="A brief.", direction=direction))
    (_, first), (_, second) = plan_images(project, script)
    assert first.prompt == (
        "picture 1 Mara (character): grey hair, yellow coat. the mill (place): a red mill. "
        "Style: oil on canvas."
    )
    assert [one.name for one in first.references] == ["Mara", "Mara"]
    assert second.prompt == "picture 2 Style: oil on canvas."
    assert second.references == ()


def test_a_prompt_that_grew_too_long_is_refused_before_it_is_sent(
    server: ScenarioServer, drawer: Drawer
) -> None:
    flux = built(FluxImages, server, drawer)
    with pytest.raises(LimitExceeded):
        flux.examine(replace(shown(drawer), prompt="x" * 10_001))
    assert server.world.calls == []
