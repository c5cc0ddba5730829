"""Each command becomes one run, in its turn; what becomes of the run comes back."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest
from dagster._core.definitions.asset_checks.asset_check_evaluation import AssetCheckEvaluation
from dagster._core.execution.plan.objects import StepFailureData
from dagster_shared.error import SerializableErrorInfo
from sqlalchemy import update

from definitions import defs
from resources.studio import StudioResource
from sensors.commands import awaited, project_commands
from sensors.outcomes import run_cancelled, run_failed, run_succeeded
from sensors.upkeep import cancelled_commands, is_begun_again, lost_runs, retired_partitions
from video_platform.agents.studio import Studio
from video_platform.bootstrap import Installation, build_installation
from video_platform.db.models import CommandRow, ProjectRow
from video_platform.domain.brief import Brief
from video_platform.domain.command import CommandState
from video_platform.domain.events import EventKind
from video_platform.domain.project import ProjectStatus
from video_platform.settings import Settings


@pytest.fixture
def resource(settings: Settings) -> StudioResource:
    return StudioResource(data_dir=str(settings.data_dir))


@pytest.fixture
def installation(settings: Settings) -> Installation:
    return build_installation(settings)


@pytest.fixture
def studio(installation: Installation) -> Studio:
    return installation.studio()


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.instance_for_test() as made:
        yield made


def tick(resource: StudioResource) -> list[dg.RunRequest]:
    with dg.build_sensor_context() as context:
        result = project_commands(context, studio=resource)
    return [] if isinstance(result, dg.SkipReason) else list(result.run_requests or [])  # type: ignore[union-attr]


def ask(studio: Studio, project: str, **options: object) -> int:
    with studio.database.session() as session, session.begin():
        return studio.commands.add(session, project, "build_project", **options)  # type: ignore[arg-type]


def opened(studio: Studio, text: str) -> str:
    return studio.open_project(Brief(text=text), command="build_project").key


def test_each_command_is_requested_once(resource: StudioResource, studio: Studio) -> None:
    assert tick(resource) == []
    keys = [opened(studio, text) for text in ("One", "Two")]
    opened(studio, "One")  # the same wish again
    first = tick(resource)
    assert [request.partition_key for request in first] == keys
    assert len({request.run_key for request in first}) == 2
    assert tick(resource) == []


def test_partitions_are_added_in_the_tick_that_requests_their_runs(
    resource: StudioResource, studio: Studio
) -> None:
    key = opened(studio, "One")
    with dg.build_sensor_context() as context:
        result = project_commands(context, studio=resource)
    (request,) = result.dynamic_partitions_requests or []  # type: ignore[union-attr]
    assert list(request.partition_keys) == [key]


def test_a_projects_commands_wait_for_one_another(resource: StudioResource, studio: Studio) -> None:
    key = opened(studio, "One")
    second = ask(studio, key)
    (first,) = tick(resource)
    assert tick(resource) == []
    under_way = studio.commands.get(int(first.tags["video_platform/command"]))
    assert under_way is not None
    studio.commands.end(under_way, CommandState.SUCCEEDED)
    (following,) = tick(resource)
    assert following.tags["video_platform/command"] == str(second)


def test_the_most_urgent_project_comes_first(resource: StudioResource, studio: Studio) -> None:
    slow, quick = opened(studio, "One"), opened(studio, "Two")
    with studio.database.session() as session, session.begin():
        for row in session.query(CommandRow).where(CommandRow.project == quick):
            row.priority = 10
    assert [request.partition_key for request in tick(resource)] == [quick, slow]


def test_chosen_scenes_and_the_last_stage_reach_the_run(
    resource: StudioResource, studio: Studio
) -> None:
    key = studio.open_project(Brief(text="One")).key
    ask(studio, key, arguments={"only": {"scene_images": [3]}, "until": "scene_images"})
    (request,) = tick(resource)
    assert request.run_config == {"ops": {"scene_images": {"config": {"only": [3]}}}}
    assert [one.path[-1] for one in request.asset_selection or []] == ["script", "scene_images"]


def test_a_command_nobody_knows_ends_with_a_reason(
    resource: StudioResource, studio: Studio
) -> None:
    key = studio.open_project(Brief(text="One"), command="make_coffee").key
    assert tick(resource) == []
    (command,) = studio.commands.of_project(key)
    assert command.state is CommandState.FAILED
    assert command.failure is not None
    assert command.failure["code"] == "command_unknown"


def test_commands_of_all_tenants_are_started_and_say_whose_they_are(
    resource: StudioResource, installation: Installation
) -> None:
    keys = {opened(installation.studio(tenant), "One"): tenant for tenant in ("a", "b")}
    found = {
        request.partition_key: request.tags["video_platform/tenant"] for request in tick(resource)
    }
    assert found == keys


def test_a_tick_waits_for_what_is_asked_for_meanwhile_and_no_longer_than_it_may(
    studio: Studio,
) -> None:
    past = 0.0

    def pause(seconds: float) -> None:
        nonlocal past
        past += seconds
        if 1.0 <= past < 1.0 + seconds:
            opened(studio, "Asked for while the tick waits")

    assert len(awaited(studio.commands, 4.0, lambda: past, pause)) == 1
    assert past < 1.5
    with studio.database.session() as session, session.begin():
        session.execute(update(CommandRow).values(state="succeeded"))
    assert awaited(studio.commands, 4.0, lambda: past, pause) == []
    assert 5.0 <= past < 5.5


def test_a_tick_by_hand_does_not_wait(resource: StudioResource) -> None:
    assert resource.command_wait_s == 0.0
    assert tick(resource) == []


def started(resource: StudioResource, studio: Studio, text: str = "One") -> tuple[str, int]:
    key = opened(studio, text)
    (request,) = tick(resource)
    return key, int(request.tags["video_platform/command"])


def run_of(
    instance: dg.DagsterInstance, key: str, command: int, status: dg.DagsterRunStatus
) -> dg.DagsterRun:
    """A run as the daemon would have made it, with its outcome."""
    return instance.create_run_for_job(
        defs.resolve_job_def("build_project"),
        tags={"dagster/partition": key, "video_platform/command": str(command)},
        status=status,
    )


def outcome(
    sensor: dg.RunStatusSensorDefinition,
    instance: dg.DagsterInstance,
    run: dg.DagsterRun,
    resource: StudioResource,
) -> list[dg.RunRequest]:
    event = dg.DagsterEvent(
        event_type_value=dg.DagsterEventType.PIPELINE_SUCCESS.value, job_name=run.job_name
    )
    context = dg.build_run_status_sensor_context(
        sensor_name=sensor.name,
        dagster_event=event,
        dagster_instance=instance,
        dagster_run=run,
    )
    found = sensor(context, studio=resource)
    return list(found or [])  # type: ignore[call-overload]


def test_a_built_project_is_ready_and_goes_on_to_publishing(
    resource: StudioResource, studio: Studio, instance: dg.DagsterInstance
) -> None:
    key, command = started(resource, studio)
    run = run_of(instance, key, command, dg.DagsterRunStatus.SUCCESS)
    (request,) = outcome(run_succeeded, instance, run, resource)
    assert (request.job_name, request.partition_key) == ("publish_project", key)
    found = studio.commands.get(command)
    assert found is not None
    assert found.state is CommandState.SUCCEEDED
    assert status_of(studio, key) is ProjectStatus.READY
    kinds = [event.kind for event in studio.events.after(0)]
    assert kinds.count(EventKind.COMMAND_ENDED) == 1
    # A daemon that died after the first half does it again: nothing is told twice.
    outcome(run_succeeded, instance, run, resource)
    assert [event.kind for event in studio.events.after(0)] == kinds


def status_of(studio: Studio, key: str) -> ProjectStatus:
    with studio.database.session() as session:
        return ProjectStatus(session.get_one(ProjectRow, key).status)


def test_a_run_that_stops_for_approval_is_not_published(
    resource: StudioResource, studio: Studio, instance: dg.DagsterInstance
) -> None:
    key = studio.open_project(Brief(text="One")).key
    command = ask(studio, key, arguments={"until": "script"})
    tick(resource)
    run = run_of(instance, key, command, dg.DagsterRunStatus.SUCCESS)
    assert outcome(run_succeeded, instance, run, resource) == []
    assert status_of(studio, key) is ProjectStatus.AWAITING_APPROVAL


def judged(
    instance: dg.DagsterInstance, run: dg.DagsterRun, severity: dg.AssetCheckSeverity
) -> None:
    """Let a check of the run find fault."""
    found = AssetCheckEvaluation(
        asset_key=dg.AssetKey("montage"),
        check_name="film_is_sound",
        passed=False,
        metadata={},
        severity=severity,
        description="It is silent.",
    )
    event = dg.DagsterEvent(
        event_type_value=dg.DagsterEventType.ASSET_CHECK_EVALUATION.value,
        job_name=run.job_name,
        event_specific_data=found,
    )
    instance.report_dagster_event(event, run.run_id)


def test_a_failure_comes_back_with_its_reason(
    resource: StudioResource, studio: Studio, instance: dg.DagsterInstance
) -> None:
    key, command = started(resource, studio)
    run = run_of(instance, key, command, dg.DagsterRunStatus.FAILURE)
    judged(instance, run, dg.AssetCheckSeverity.ERROR)
    outcome(run_failed, instance, run, resource)
    assert status_of(studio, key) is ProjectStatus.FAILED
    found = studio.commands.get(command)
    assert found is not None
    assert found.failure is not None
    assert found.failure["code"] == "check_failed"
    assert tick(resource) == []


def test_a_run_that_died_is_begun_again_whatever_a_check_warned_of(
    resource: StudioResource, studio: Studio, instance: dg.DagsterInstance
) -> None:
    key, command = started(resource, studio)
    for attempt in (1, 2, 3):
        run = run_of(instance, key, command, dg.DagsterRunStatus.FAILURE)
        instance.add_run_tags(run.run_id, {"video_platform/attempt": str(attempt)})
        judged(instance, run, dg.AssetCheckSeverity.WARN)
        again = instance.get_run_by_id(run.run_id)
        assert again is not None
        outcome(run_failed, instance, again, resource)
        outcome(run_failed, instance, again, resource)  # heard twice, begun again once
        requests = tick(resource)
        assert len(requests) == (1 if attempt < 3 else 0)
        outcome(run_failed, instance, again, resource)  # late: the next attempt is under way
    found = studio.commands.get(command)
    assert found is not None
    assert found.failure is not None
    assert found.failure["code"] == "run_lost"
    assert status_of(studio, key) is ProjectStatus.FAILED


def test_two_sensors_that_see_the_same_death_begin_the_run_again_once(
    resource: StudioResource, studio: Studio
) -> None:
    _, command = started(resource, studio)
    seen = studio.commands.get(command)
    assert seen is not None
    assert is_begun_again(studio.commands, seen)
    assert is_begun_again(studio.commands, seen), "the later one took it for given up"
    assert len(tick(resource)) == 1
    assert is_begun_again(studio.commands, seen), "the later one saw the next run begun"
    assert tick(resource) == []


def test_a_stage_that_lost_the_database_is_begun_again(
    resource: StudioResource, studio: Studio, instance: dg.DagsterInstance
) -> None:
    key, command = started(resource, studio)
    run = run_of(instance, key, command, dg.DagsterRunStatus.FAILURE)
    instance.add_run_tags(run.run_id, {"video_platform/attempt": "1"})
    lost = SerializableErrorInfo("(psycopg2.OperationalError) gone", [], "OperationalError")
    told = SerializableErrorInfo("Failure: not noted", [], "Failure", cause=lost)
    event = dg.DagsterEvent(
        event_type_value=dg.DagsterEventType.STEP_FAILURE.value,
        job_name=run.job_name,
        step_key="montage",
        event_specific_data=StepFailureData(error=told, user_failure_data=None),
    )
    instance.report_dagster_event(event, run.run_id)
    again = instance.get_run_by_id(run.run_id)
    assert again is not None
    outcome(run_failed, instance, again, resource)
    assert status_of(studio, key) is not ProjectStatus.FAILED
    assert len(tick(resource)) == 1


def test_a_run_that_dagster_begins_again_has_not_failed(
    resource: StudioResource, studio: Studio, instance: dg.DagsterInstance
) -> None:
    key, command = started(resource, studio)
    run = run_of(instance, key, command, dg.DagsterRunStatus.FAILURE)
    instance.add_run_tags(run.run_id, {"dagster/will_retry": "true"})
    again = instance.get_run_by_id(run.run_id)
    assert again is not None
    outcome(run_failed, instance, again, resource)
    assert status_of(studio, key) is ProjectStatus.DRAFT


def test_a_run_ended_by_a_person_is_cancelled(
    resource: StudioResource, studio: Studio, instance: dg.DagsterInstance
) -> None:
    key, command = started(resource, studio)
    run = run_of(instance, key, command, dg.DagsterRunStatus.CANCELED)
    outcome(run_cancelled, instance, run, resource)
    assert status_of(studio, key) is ProjectStatus.CANCELLED


def test_a_run_that_failed_because_a_person_ended_it_is_cancelled(
    resource: StudioResource, studio: Studio, instance: dg.DagsterInstance
) -> None:
    key, command = started(resource, studio)
    with studio.database.session() as session, session.begin():
        studio.commands.ask_to_cancel(session, key)
    run = run_of(instance, key, command, dg.DagsterRunStatus.FAILURE)
    outcome(run_failed, instance, run, resource)
    found = studio.commands.get(command)
    assert found is not None
    assert found.state is CommandState.CANCELLED
    assert status_of(studio, key) is ProjectStatus.CANCELLED


def test_what_waits_is_cancelled_at_once(
    resource: StudioResource, studio: Studio, instance: dg.DagsterInstance
) -> None:
    key = opened(studio, "One")
    with studio.database.session() as session, session.begin():
        assert studio.commands.ask_to_cancel(session, key) == 1
    assert tick(resource) == []
    cancelled_commands(dg.build_sensor_context(instance=instance), studio=resource)
    (command,) = studio.commands.of_project(key)
    assert command.state is CommandState.CANCELLED
    assert status_of(studio, key) is ProjectStatus.CANCELLED


def silence(studio: Studio, command: int) -> None:
    """As if the run's last sign of life were two minutes old."""
    with studio.database.session() as session, session.begin():
        row = session.get_one(CommandRow, command)
        row.heartbeat_at = datetime.now(UTC) - timedelta(minutes=2)


def sweep(instance: dg.DagsterInstance, resource: StudioResource) -> None:
    lost_runs(dg.build_sensor_context(instance=instance), studio=resource)


def test_a_lost_run_is_begun_again_three_times_at_most(
    resource: StudioResource, studio: Studio, instance: dg.DagsterInstance
) -> None:
    """Dagster still believes in it: a killed code server leaves runs started for ever."""
    key, command = started(resource, studio)
    keys = set()
    for attempt in (1, 2, 3):
        run = run_of(instance, key, command, dg.DagsterRunStatus.STARTED)
        silence(studio, command)
        sweep(instance, resource)
        ended = instance.get_run_by_id(run.run_id)
        assert ended is not None
        assert ended.status is dg.DagsterRunStatus.FAILURE
        requests = tick(resource)
        assert len(requests) == (1 if attempt < 3 else 0)
        keys |= {request.run_key for request in requests}
    assert len(keys) == 2
    assert status_of(studio, key) is ProjectStatus.FAILED


def test_a_lost_run_is_begun_again_by_us_alone(resource: StudioResource, studio: Studio) -> None:
    retries = {"run_retries": {"enabled": True, "max_retries": 2}}
    with dg.instance_for_test(overrides=retries) as instance:
        key = opened(studio, "One")
        (request,) = tick(resource)
        command = int(request.tags["video_platform/command"])
        run = run_of(instance, key, command, dg.DagsterRunStatus.STARTED)
        instance.add_run_tags(run.run_id, request.tags)
        silence(studio, command)
        sweep(instance, resource)
        ended = instance.get_run_by_id(run.run_id)
        assert ended is not None
        assert ended.tags.get("dagster/will_retry") != "true"
        assert len(tick(resource)) == 1


def test_the_end_of_a_run_that_was_given_up_does_not_cancel_its_project(
    resource: StudioResource, studio: Studio, instance: dg.DagsterInstance
) -> None:
    """A warm worker that is told to stop waiting says that its run was cancelled."""
    key, command = started(resource, studio)
    run = run_of(instance, key, command, dg.DagsterRunStatus.STARTED)
    silence(studio, command)
    sweep(instance, resource)
    gone = instance.get_run_by_id(run.run_id)
    assert gone is not None
    outcome(run_cancelled, instance, gone, resource)
    assert status_of(studio, key) is not ProjectStatus.CANCELLED
    found = studio.commands.get(command)
    assert found is not None
    assert not found.state.is_over


def test_a_run_that_began_just_now_is_not_lost_for_the_silence_before_it(
    resource: StudioResource, studio: Studio, instance: dg.DagsterInstance
) -> None:
    key, command = started(resource, studio)
    run = run_of(instance, key, command, dg.DagsterRunStatus.STARTING)
    instance.report_dagster_event(
        dg.DagsterEvent(
            event_type_value=dg.DagsterEventType.PIPELINE_START.value, job_name=run.job_name
        ),
        run.run_id,
    )
    silence(studio, command)
    sweep(instance, resource)
    found = instance.get_run_by_id(run.run_id)
    assert found is not None
    assert found.status is dg.DagsterRunStatus.STARTED


def test_a_command_whose_run_never_came_to_be_is_requested_again(
    resource: StudioResource, studio: Studio, instance: dg.DagsterInstance
) -> None:
    _, command = started(resource, studio)
    sweep(instance, resource)
    assert tick(resource) == []
    silence(studio, command)
    sweep(instance, resource)
    (request,) = tick(resource)
    assert request.run_key == f"command:{command}:2"


def test_a_run_that_waits_for_its_turn_is_not_lost(
    resource: StudioResource, studio: Studio, instance: dg.DagsterInstance
) -> None:
    key, command = started(resource, studio)
    run_of(instance, key, command, dg.DagsterRunStatus.NOT_STARTED)
    silence(studio, command)
    sweep(instance, resource)
    assert tick(resource) == []


def test_an_archived_projects_partition_retires_once(
    resource: StudioResource, studio: Studio
) -> None:
    key = opened(studio, "One")
    with studio.database.session() as session, session.begin():
        session.get_one(ProjectRow, key).archived_at = datetime.now(UTC)
    with dg.build_sensor_context() as context:
        result = retired_partitions(context, studio=resource)
    (request,) = result.dynamic_partitions_requests or []  # type: ignore[union-attr]
    assert list(request.partition_keys) == [key]
    with dg.build_sensor_context() as context:
        assert isinstance(retired_partitions(context, studio=resource), dg.SkipReason)


def test_a_run_whose_step_waits_for_a_worker_is_not_lost(
    resource: StudioResource,
    studio: Studio,
    instance: dg.DagsterInstance,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    key, command = started(resource, studio)
    run = run_of(instance, key, command, dg.DagsterRunStatus.STARTED)
    silence(studio, command)
    queued = {run.run_id}
    monkeypatch.setattr(instance.run_launcher, "waits", queued.__contains__, raising=False)
    sweep(instance, resource)
    (seen,) = studio.commands.under_way()
    assert seen.state is CommandState.STARTED
    queued.clear()
    sweep(instance, resource)
    assert len(tick(resource)) == 1, "its message is gone, and nobody works on it"
