"""Whose process died is noticed in a minute, and what it had bought comes home by itself."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import dagster as dg
import pytest
from dagster._daemon.sensor import MIN_INTERVAL_LOOP_TIME
from sqlalchemy import update

from assets_defs.upkeep import reap
from resources.studio import StudioResource
from sensors import publications, upkeep
from sensors.generations import abandoned_generations
from sensors.publications import due_publications
from sensors.upkeep import lost_runs
from tests.generation.ledgers import FakeTime
from tests.generation.workers import HASTY
from tests.scenarios.accounts import KEY, account, request_for
from tests.scenarios.server import ScenarioServer
from tests.scenarios.speakers import all_speakers
from video_platform.agents import journal
from video_platform.bootstrap import Installation, build_installation
from video_platform.db.models import CommandRow, GenerationRow, PublicationRow
from video_platform.db.repositories import publications as publication_rows
from video_platform.db.repositories.budgets import Budgets
from video_platform.db.repositories.generations import GenerationState
from video_platform.domain.brief import Brief
from video_platform.domain.command import CommandState
from video_platform.domain.generation import Capability
from video_platform.domain.project import ProjectStatus
from video_platform.errors import ProviderTimeout
from video_platform.generation import ledger as ledger_module
from video_platform.providers.transport import Clock
from video_platform.settings import Settings

WITHIN_S = 60.0


def between_looks_s(sensor: dg.SensorDefinition) -> float:
    """The longest time between two ticks: the daemon goes round all sensors, then waits."""
    return float(sensor.minimum_interval_seconds or 30) + MIN_INTERVAL_LOOP_TIME


def slowest_notice_s() -> dict[str, float]:
    """Seconds from a death to its notice, at the worst, from the very constants."""
    return {
        "run": upkeep._SILENCE_S + between_looks_s(lost_runs),
        "generation": ledger_module.LEASE_S + between_looks_s(abandoned_generations),
        "publication": publication_rows.LEASE_S + between_looks_s(due_publications),
        "publication handed over": publications._HAND_OVER_S + between_looks_s(due_publications),
    }


def test_every_death_is_noticed_within_a_minute() -> None:
    assert {kind: s for kind, s in slowest_notice_s().items() if s > WITHIN_S} == {}


def test_the_living_say_so_often_enough_not_to_be_taken_for_dead() -> None:
    """Twice missed is not dead yet."""
    assert 3 * journal._BEAT_S <= upkeep._SILENCE_S
    assert 3 * ledger_module._RENEW_S <= ledger_module.LEASE_S


@pytest.mark.parametrize(
    ("module", "name"),
    [
        (upkeep, "_SILENCE_S"),
        (ledger_module, "LEASE_S"),
        (publication_rows, "LEASE_S"),
        (publications, "_HAND_OVER_S"),
    ],
)
def test_a_raised_constant_is_noticed_here(
    module: ModuleType, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, name, getattr(module, name) + 30)
    assert max(slowest_notice_s().values()) > WITHIN_S


@pytest.fixture
def resource(settings: Settings) -> StudioResource:
    return StudioResource(data_dir=str(settings.data_dir))


@pytest.fixture
def installation(resource: StudioResource) -> Installation:
    made: Installation = resource.installation()
    return made


class Later(datetime):
    """A clock that a test moves."""

    by = timedelta()

    @classmethod
    def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
        return datetime.now(tz) + cls.by


def first_notice_s(look: Callable[[float], bool], every_s: float) -> float:
    """Seconds from a death to the first look that sees it; looks begin right after the death."""
    at_s = 0.1
    while not look(at_s):
        at_s += every_s
        assert at_s < 600, "never noticed"
    return at_s


def test_a_dead_run_is_noticed_within_a_minute(
    resource: StudioResource, installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio = installation.studio()
    project = studio.open_project(Brief(text="One"), command="build_project").key
    (command,) = studio.commands.of_project(project)
    studio.commands.requested(command)
    studio.commands.running(command.id, "run")  # its last sign of life
    monkeypatch.setattr(upkeep, "datetime", Later)

    def look(at_s: float) -> bool:
        monkeypatch.setattr(Later, "by", timedelta(seconds=at_s))
        with dg.instance_for_test() as instance:
            lost_runs(dg.build_sensor_context(instance=instance), studio=resource)
        now = studio.commands.get(command.id)
        return now is not None and now.state is CommandState.WAITING

    # With `running`, it is begun again: it waits for its next run.
    assert first_notice_s(look, between_looks_s(lost_runs)) <= WITHIN_S


@pytest.mark.parametrize("state", ["sending", "submitted", "claimed"])
def test_a_dead_generation_is_noticed_within_a_minute(
    state: str, resource: StudioResource, installation: Installation
) -> None:
    with installation.database.session() as session, session.begin():
        session.add(_row(state, datetime.now(UTC).timestamp() + ledger_module.LEASE_S))

    def look(at_s: float) -> bool:
        # The lease was made at the death; it ends so much earlier now.
        with installation.database.session() as session, session.begin():
            until = datetime.now(UTC).timestamp() + ledger_module.LEASE_S - at_s
            session.execute(update(GenerationRow).values(lease_until=until))
        said = abandoned_generations(studio=resource)
        words = str(getattr(said, "skip_message", ""))
        return isinstance(said, dg.RunRequest) or "unknown outcome" in words

    assert first_notice_s(look, between_looks_s(abandoned_generations)) <= WITHIN_S


def _row(state: str, lease_until: float) -> GenerationRow:
    return GenerationRow(
        key=state,
        tenant="default",
        project="gone",
        provider="runway",
        capability="video",
        request={},
        state=state,
        owner="elsewhere:1",
        fence=1,
        lease_until=lease_until,
        attempts=1,
        created_at=datetime.now(UTC),
        sent_at=datetime.now(UTC),
    )


def test_a_dead_publication_is_noticed_within_a_minute(
    resource: StudioResource, installation: Installation
) -> None:
    studio = installation.studio()
    project = studio.open_project(Brief(text="One")).key
    began = datetime.now(UTC)
    with installation.database.session() as session, session.begin():
        session.add(
            PublicationRow(
                id="p1",
                tenant="default",
                project=project,
                platform="local",
                format="9:16",
                post={},
                state="preparing",
                due_at=began - timedelta(minutes=5),
                created_at=began - timedelta(minutes=5),
                owner="elsewhere:1",
                fence=1,
            )
        )

    def look(at_s: float) -> bool:
        with installation.database.session() as session, session.begin():
            left = timedelta(seconds=publication_rows.LEASE_S - at_s)
            session.execute(update(PublicationRow).values(lease_until=datetime.now(UTC) + left))
        return isinstance(due_publications(studio=resource), dg.RunRequest)

    assert first_notice_s(look, between_looks_s(due_publications)) <= WITHIN_S


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ScenarioServer]:
    made = ScenarioServer(list(all_speakers().values()), tmp_path / "accepted.log")
    monkeypatch.setenv("RUNWAYML_API_SECRET", KEY)
    monkeypatch.setenv("VIDEO_PLATFORM_RUNWAY_BASE_URL", made.url("runway"))
    yield made
    made.close()


@pytest.mark.parametrize("tenant", ["default", "another"])
def test_a_paid_job_of_a_failed_project_comes_home_through_sensor_and_run(
    tenant: str, server: ScenarioServer, resource: StudioResource, settings: Settings
) -> None:
    """As an operator sets it up: settings, sensor, run, a service over HTTP."""
    buyer = build_installation(settings).studio(tenant)
    project = buyer.open_project(Brief(text="One"), command="build_project").key
    provider = buyer.providers.find(Capability.VIDEO, "runway")
    assert provider.access.base_url == account(type(provider), server.url("runway")).base_url
    time = FakeTime()
    ledger = buyer.ledger
    ledger.clock, ledger.policy = Clock(time.now, time.sleep), HASTY
    ledger.turnstile = replace(ledger.turnstile, clock=ledger.clock)
    server.world.polls_until_done = 1_000_000
    request = request_for(type(provider), buyer.store)
    with pytest.raises(ProviderTimeout):
        ledger.obtain(provider, request, project=project)
    server.world.polls_until_done = 1

    # While its command is under way, its run will come for it.
    assert isinstance(abandoned_generations(studio=resource), dg.SkipReason)
    with buyer.database.session() as session, session.begin():
        session.execute(update(CommandRow).values(state=CommandState.FAILED.value))
    buyer.lifecycle.move(project, ProjectStatus.FAILED, {"code": "run_lost"})
    asked = abandoned_generations(studio=resource)
    assert isinstance(asked, dg.RunRequest)
    assert reap.execute_in_process(resources={"studio": resource}).success

    (entry,) = buyer.generations.list()
    assert entry.state is GenerationState.STORED
    assert entry.result is not None
    assert entry.result.details["model"] == provider.model
    assert buyer.store.has(entry.result.media)
    budget = Budgets(buyer.database).get(f"project:{project}")
    assert (budget.held_microusd, budget.spent_microusd) == (0, entry.cost_microusd)
    assert len(server.world.accepted()) == 1
    assert server.world.mistakes == []
    assert isinstance(abandoned_generations(studio=resource), dg.SkipReason)
    provider.http.close()
