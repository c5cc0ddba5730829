"""Several candidates of a scene: each is paid, all are looked at, the best is used and said why."""

import hashlib
import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.agents.makers import image_agent
from tests.factories import make_project, make_script
from tests.fakes import CountingProvider
from tests.generation.ledgers import FakeTime, make_ledger
from tests.scenarios.accounts import KEY
from tests.scenarios.openai import SPEAKER
from tests.scenarios.server import ScenarioServer, json_reply
from video_platform.agents.estimate import estimate_brief
from video_platform.db.database import open_database
from video_platform.domain.brief import Brief
from video_platform.domain.direction import Direction
from video_platform.domain.generation import Capability, ImageRequest
from video_platform.domain.manifests import Candidate
from video_platform.errors import ContentRefused, ScenesFailed
from video_platform.generation.ledger import Ledger
from video_platform.montage.probe import probe_media
from video_platform.providers.registry import Catalogue
from video_platform.providers.service import Access
from video_platform.providers.transport import Clock
from video_platform.providers.vendors.openai import OpenAIJudge
from video_platform.settings import Settings
from video_platform.store import MediaStore

THREE = Brief(text="A brief.", direction=Direction(images=3))


def patches(seed: int, low: int, high: int, *, soft: bool = False) -> bytes:
    """A picture of 1920 by 1080 whose seed decides it; a soft one has no edges."""
    import numpy as np
    from PIL import Image

    drawn = np.random.default_rng(seed).integers(low, high, (54, 96, 3), dtype=np.uint8)
    kind = Image.Resampling.BICUBIC if soft else Image.Resampling.NEAREST
    kept = io.BytesIO()
    Image.fromarray(drawn).resize((1920, 1080), kind).save(kept, "PNG")
    return kept.getvalue()


def black() -> bytes:
    from PIL import Image

    kept = io.BytesIO()
    Image.new("RGB", (1920, 1080), (3, 3, 3)).save(kept, "PNG")
    return kept.getvalue()


@pytest.fixture
def ledger(settings: Settings, store: MediaStore) -> Ledger:
    database = open_database(settings.resolved_database_url)
    return make_ledger(database, store, settings.home / "s", probe=probe_media)


class Painter(CountingProvider):
    """Paints what it is told for its first, second, third picture of each scene."""

    def __init__(self, *paint: Callable[[int], bytes], **options: Any) -> None:
        super().__init__(Capability.IMAGE, "image/png", cost_usd=Decimal("0.05"), **options)
        self._paint = paint
        self._made: dict[str, int] = {}
        self.content = self._draw

    def _draw(self, request: ImageRequest) -> bytes:
        place = self._made.get(request.prompt, 0)
        self._made[request.prompt] = place + 1
        seed = int(hashlib.sha256(request.prompt.encode()).hexdigest()[:6], 16)
        return self._paint[place % len(self._paint)](seed + place)


SHARP = lambda seed: patches(seed, 40, 220)  # noqa: E731
SOFT = lambda seed: patches(seed, 100, 130, soft=True)  # noqa: E731
BRIGHT = lambda seed: patches(seed, 150, 255)  # noqa: E731
DIM = lambda seed: patches(seed, 30, 120)  # noqa: E731


def used(candidates: tuple[Candidate, ...]) -> list[bool]:
    return [one.is_used for one in candidates]


def test_the_sharpest_of_three_is_used_and_all_are_paid(ledger: Ledger, store: MediaStore) -> None:
    painter = Painter(SOFT, lambda _: black(), SHARP)
    result = image_agent(ledger, store).run(painter, make_project(brief=THREE), make_script())  # type: ignore[arg-type]
    assert (result.provider_calls, result.cost_usd) == (6, Decimal("0.30"))
    for image in result.value.images:
        (origin,) = image.origin.values()
        assert used(origin.candidates) == [False, False, True]
        assert origin.candidates[1].notes == ("black",)
        assert image.media[next(iter(image.media))].sha256 == origin.candidates[2].sha256
        assert origin.generation == origin.candidates[2].generation


def test_the_same_wish_again_asks_nobody_and_chooses_the_same(
    ledger: Ledger, store: MediaStore
) -> None:
    painter, project, script = Painter(SOFT, SHARP, SOFT), make_project(brief=THREE), make_script()
    agent = image_agent(ledger, store)
    first, again = (agent.run(painter, project, script) for _ in range(2))  # type: ignore[arg-type]
    assert (again.provider_calls, again.cost_usd) == (0, 0)
    assert again.value == first.value


def test_one_candidate_more_leaves_the_first_one_as_it_was(
    ledger: Ledger, store: MediaStore
) -> None:
    painter, script, agent = Painter(SHARP), make_script(), image_agent(ledger, store)
    agent.run(painter, make_project(), script)  # type: ignore[arg-type]
    two = replace(THREE, direction=Direction(images=2))
    assert agent.run(painter, make_project(brief=two), script).provider_calls == 2  # type: ignore[arg-type]


def test_a_single_picture_says_nothing_of_candidates(ledger: Ledger, store: MediaStore) -> None:
    made = image_agent(ledger, store).run(Painter(SHARP), make_project(), make_script()).value  # type: ignore[arg-type]
    assert all(not origin.candidates for one in made.images for origin in one.origin.values())


def test_a_candidate_that_fails_leaves_the_others_to_choose_from(
    ledger: Ledger, store: MediaStore
) -> None:
    def refuse(request: ImageRequest) -> Exception | None:
        if "softly" not in request.prompt and len(painter.requests) % 3 == 2:
            return ContentRefused("no", provider="counting", operation="submit")
        return None

    painter = Painter(SHARP, refuse=refuse)
    one = make_script(make_script().scenes[:1])
    made = image_agent(ledger, store, max_parallel=1).run(
        painter,  # type: ignore[arg-type]
        make_project(brief=THREE),
        one,
    )
    (origin,) = made.value.images[0].origin.values()
    assert sum(bool(one.generation) for one in origin.candidates) >= 2
    nobody = Painter(
        SHARP, refuse=lambda _: ContentRefused("never", provider="counting", operation="submit")
    )
    nobody.name = "nobody"
    with pytest.raises(ScenesFailed, match="never"):
        image_agent(ledger, store).run(nobody, make_project(brief=THREE), one)  # type: ignore[arg-type]


@pytest.fixture
def judging(store: MediaStore, tmp_path: Path) -> Iterator[tuple[OpenAIJudge, ScenarioServer]]:
    server, time = ScenarioServer([SPEAKER], tmp_path / "accepted.log"), FakeTime()
    access = Access(key=KEY, base_url=server.url("openai"))
    judge = OpenAIJudge(access, store.path, clock=Clock(time.now, time.sleep))
    yield judge, server
    judge.http.close()
    server.close()


def test_a_model_that_sees_decides_among_whole_pictures(
    ledger: Ledger, store: MediaStore, judging: tuple[OpenAIJudge, ScenarioServer]
) -> None:
    judge, server = judging
    painter = Painter(DIM, BRIGHT, lambda _: black())
    agent, project = image_agent(ledger, store), make_project(brief=THREE)
    made = agent.run(painter, project, make_script(), judge)  # type: ignore[arg-type]
    for image in made.value.images:
        (origin,) = image.origin.values()
        assert used(origin.candidates) == [False, True, False]
        assert origin.candidates[1].judge == "openai"
        assert origin.candidates[1].notes == ("Judged by light.",)
    # Black pictures are not worth a question: two of three were asked after, and paid.
    assert len(server.world.accepted("openai")) == 4
    assert made.provider_calls == 6 + 4
    assert made.cost_usd > Decimal("0.30")
    assert agent.run(painter, project, make_script(), judge).provider_calls == 0  # type: ignore[arg-type]
    assert not server.world.mistakes


def test_a_verdict_that_breaks_its_form_leaves_the_choice_to_the_checks(
    ledger: Ledger, store: MediaStore, judging: tuple[OpenAIJudge, ScenarioServer]
) -> None:
    judge, server = judging
    server.world.faults["openai"] = lambda *_: json_reply(
        {
            "model": "m",
            "choices": [{"message": {"content": '{"match": 7}'}, "finish_reason": "stop"}],
        }
    )
    made = image_agent(ledger, store).run(
        Painter(SOFT, SHARP),  # type: ignore[arg-type]
        make_project(brief=THREE),
        make_script(),
        judge,
    )
    (origin,) = made.value.images[0].origin.values()
    assert used(origin.candidates) == [False, True, False]
    assert origin.candidates[1].notes[0].startswith("not judged: openai gave no verdict")


def test_estimates_count_candidates_and_verdicts() -> None:
    usual = Brief(text="A.", duration_s=30, providers={"image": "flux", "video": "kling"})
    wished = replace(
        usual,
        providers={**usual.providers, "judge": "openai"},
        direction=Direction(images=3, clips=2),
    )
    before, after = (estimate_brief(one, Catalogue()) for one in (usual, wished))
    calls = {row.capability: row.calls for row in after.rows}
    prices = {row.capability: row.cost_usd for row in before.rows}
    assert calls[Capability.IMAGE] == 12
    assert calls[Capability.VIDEO] == 8
    assert calls[Capability.JUDGE] == 4 * (3 + 2)
    for row in after.rows:
        if row.capability in (Capability.IMAGE, Capability.VIDEO):
            price = prices[row.capability]
            assert price is not None
            assert (
                row.cost_usd == price * {Capability.IMAGE: 3, Capability.VIDEO: 2}[row.capability]
            )


def test_a_judge_is_asked_nothing_where_there_is_no_choice() -> None:
    found = estimate_brief(Brief(text="A.", providers={"judge": "openai"}), Catalogue())
    assert Capability.JUDGE not in {row.capability for row in found.rows}
