"""Work that serves several formats is paid once, and estimated once."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.generation.ledgers import FakeTime, make_ledger
from tests.scenarios.accounts import account, request_for
from tests.scenarios.server import ScenarioServer
from tests.scenarios.speakers import all_speakers
from video_platform.agents.estimate import Estimate, estimate_brief
from video_platform.db.database import open_database
from video_platform.domain.brief import Brief
from video_platform.domain.formats import Format
from video_platform.domain.generation import Capability
from video_platform.montage.probe import probe_media
from video_platform.providers.registry import Catalogue
from video_platform.providers.transport import Clock
from video_platform.settings import Settings
from video_platform.store import open_store

FORMATS = (Format.WIDE, Format.TALL, Format.SQUARE)
FILMS = (("did", 1), ("sadtalker", 1), ("sadtalker_fal", 1), ("heygen", 3), ("synthesia", 3))


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ScenarioServer]:
    made = ScenarioServer(list(all_speakers().values()), tmp_path / "accepted.log")
    yield made
    made.close()


@pytest.mark.parametrize(("name", "films"), FILMS)
def test_a_face_that_speaks_is_filmed_once_for_all_formats(
    name: str, films: int, server: ScenarioServer, settings: Settings
) -> None:
    """Services that frame their presenter themselves are asked for each format."""
    from dataclasses import replace

    store: Any = open_store(settings.resolved_store_url, cache_dir=settings.home / "cache")
    database, time = open_database(settings.resolved_database_url), FakeTime()
    ledger = make_ledger(database, store, settings.home / "s", time=time, probe=probe_media)
    kind = type(Catalogue().find(Capability.AVATAR, name))
    access = account(kind, server.url(kind.service.name))
    provider = kind(access, store.path, clock=Clock(time.now, time.sleep))
    request = request_for(kind, store)
    made = [ledger.obtain(provider, replace(request, format=ratio)) for ratio in FORMATS]
    provider.http.close()
    database.engine.dispose()
    assert len(server.world.accepted(kind.service.name)) == films
    assert [one.reused for one in made].count(False) == films


def _estimate(**providers: str) -> Estimate:
    brief = Brief(text="A.", duration_s=30, formats=FORMATS, providers=providers)
    return estimate_brief(brief, Catalogue())


def _calls(found: Estimate) -> dict[str, int]:
    return {row.capability.value: row.calls for row in found.rows}


@pytest.mark.parametrize(("name", "films"), FILMS)
def test_the_estimate_counts_a_shared_film_once(name: str, films: int) -> None:
    assert _calls(_estimate(avatar=name))["avatar"] == 4 * films


def test_an_aligner_is_estimated_for_a_voice_that_tells_no_times() -> None:
    found = _estimate(voice="openai", alignment="groq")
    (row,) = [row for row in found.rows if row.capability is Capability.ALIGNMENT]
    assert (row.provider, row.calls) == ("groq", 4)
    assert row.cost_usd is not None
    assert Decimal(0) < row.cost_usd < found.cost_usd  # type: ignore[operator]
    assert found.scene_usd == (found.cost_usd or 0) / 4


@pytest.mark.parametrize("voice", ["elevenlabs", "espeak", "piper"])
def test_no_aligner_is_estimated_for_a_voice_that_tells_times(voice: str) -> None:
    assert "alignment" not in _calls(_estimate(voice=voice, alignment="groq"))


def test_no_aligner_is_estimated_where_none_is_wished() -> None:
    assert "alignment" not in _calls(_estimate(voice="openai"))
