"""Each command becomes one run request, across ticks and restarts."""

import dagster as dg
import pytest

from resources.studio import StudioResource
from sensors.commands import project_commands
from video_platform.bootstrap import build_studio
from video_platform.domain.brief import Brief
from video_platform.settings import Settings


@pytest.fixture
def resource(settings: Settings) -> StudioResource:
    return StudioResource(data_dir=str(settings.data_dir))


def tick(resource: StudioResource, cursor: str | None) -> dg.SensorResult | dg.SkipReason:
    with dg.instance_for_test() as instance:
        context = dg.build_sensor_context(instance=instance, cursor=cursor)
        return project_commands(context, studio=resource)  # type: ignore[return-value]


def test_each_command_is_requested_once_and_the_cursor_moves_on(
    resource: StudioResource, settings: Settings
) -> None:
    studio = build_studio(settings)
    assert isinstance(tick(resource, None), dg.SkipReason)
    keys = [
        studio.open_project(Brief(text=text), command="build_project").key
        for text in ("One", "Two")
    ]
    studio.open_project(Brief(text="One"), command="build_project")  # the same wish again
    first = tick(resource, None)
    assert isinstance(first, dg.SensorResult)
    assert [request.partition_key for request in first.run_requests or []] == keys
    assert len({request.run_key for request in first.run_requests or []}) == 2
    assert isinstance(tick(resource, first.cursor), dg.SkipReason)


def test_partitions_are_added_in_the_tick_that_requests_their_runs(
    resource: StudioResource, settings: Settings
) -> None:
    project = build_studio(settings).open_project(Brief(text="One"), command="build_project")
    result = tick(resource, None)
    assert isinstance(result, dg.SensorResult)
    (request,) = result.dynamic_partitions_requests or []
    assert list(request.partition_keys) == [project.key]
