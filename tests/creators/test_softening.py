"""A refused prompt is asked for once in milder words, and everybody is told."""

from typing import Any

import pytest

from tests.agents.makers import image_agent
from tests.factories import make_project, make_scene, make_script
from tests.fakes import CountingProvider
from tests.generation.ledgers import make_ledger
from video_platform.agents.softening import soften
from video_platform.db.database import open_database
from video_platform.domain.generation import Capability
from video_platform.domain.media import Probe
from video_platform.errors import ContentRefused, ScenesFailed
from video_platform.generation.ledger import Ledger
from video_platform.settings import Settings
from video_platform.store import open_store

PROMPT = "A knife on the table"


@pytest.fixture
def ledger(settings: Settings) -> Ledger:
    return make_ledger(
        open_database(settings.resolved_database_url),
        open_store(settings.resolved_store_url, cache_dir=settings.home / "cache"),
        settings.home / "s",
        probe=lambda *_: Probe(duration_ms=2000),
    )


def refusing(word: str, *, is_billed: bool = False) -> CountingProvider:
    def refuse(request: Any) -> Exception | None:
        if word not in request.prompt:
            return None
        error = ContentRefused("Not allowed.", provider="counting", operation="submit", hint="")
        error.was_billed = is_billed
        return error

    return CountingProvider(Capability.IMAGE, "image/png", refuse=refuse)


def draw(ledger: Ledger, provider: CountingProvider) -> Any:
    script = make_script([make_scene(1, visual_prompt=PROMPT)])
    return image_agent(ledger, max_parallel=1).run(provider, make_project(), script)  # type: ignore[arg-type]


def test_a_refused_prompt_is_asked_for_once_in_milder_words_and_that_is_told(
    ledger: Ledger,
) -> None:
    provider = refusing("knife")
    made = draw(ledger, provider)
    assert [one.prompt for one in provider.requests] == [PROMPT, soften(PROMPT)]
    assert "knife" not in soften(PROMPT)
    (note,) = made.instead_of
    assert "Not allowed." in note
    assert soften(PROMPT) in note
    (origin,) = made.value.images[0].origin.values()
    assert origin.instead_of == (note,)


def test_what_was_refused_is_never_sent_again(ledger: Ledger) -> None:
    provider = refusing("knife")
    first = draw(ledger, provider)
    again = draw(ledger, provider)
    assert len(provider.requests) == 2
    assert again.provider_calls == 0
    assert again.value == first.value


def test_milder_words_that_are_refused_too_are_the_end_of_it(ledger: Ledger) -> None:
    provider = refusing("table")
    with pytest.raises(ScenesFailed, match="Not allowed"):
        draw(ledger, provider)
    assert len(provider.requests) == 2


def test_a_refusal_that_was_billed_is_not_followed_by_another_bill(ledger: Ledger) -> None:
    provider = refusing("knife", is_billed=True)
    with pytest.raises(ScenesFailed):
        draw(ledger, provider)
    assert len(provider.requests) == 1
