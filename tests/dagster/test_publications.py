"""Publications start by themselves at their time, once, whatever a sensor or a run does."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest

from assets_defs.publishing import publication_metrics, publish_due
from resources.studio import StudioResource
from sensors.publications import changed_zones, due_publications, metrics_schedule
from tests.factories import make_film, make_media, make_script
from video_platform.agents.publish import When
from video_platform.agents.studio import Studio
from video_platform.bootstrap import Installation, build_installation
from video_platform.db.models import PublicationRow
from video_platform.domain.brief import Brief
from video_platform.domain.codec import to_manifest
from video_platform.domain.manifests import Film, Montage
from video_platform.domain.project import Project, Stage
from video_platform.domain.publication import PublicationState
from video_platform.settings import Settings
from video_platform.store.manifests import current_key


@pytest.fixture
def resource(settings: Settings) -> StudioResource:
    return StudioResource(data_dir=str(settings.data_dir))


@pytest.fixture
def installation(settings: Settings) -> Installation:
    return build_installation(settings)


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.instance_for_test() as made:
        yield made


def finished(studio: Studio, place: Path, text: str = "A brief.") -> Project:
    """A project with a film."""
    project = studio.open_project(Brief(text=text))

    def keep(name: str, media_type: str):  # type: ignore[no-untyped-def]
        (place / name).write_text(f"{text} {name}")
        probe = make_media("f", "video/mp4", width_px=1920, height_px=1080).probe
        return studio.store.put(place / name, media_type, probe)

    film: Film = make_film(
        media=keep("f.mp4", "video/mp4"),
        poster=keep("p.jpg", "image/jpeg"),
        srt=keep("c.srt", "application/x-subrip"),
        vtt=keep("c.vtt", "text/vtt"),
    )
    for stage, value in ((Stage.MONTAGE, Montage(films=(film,))), (Stage.SCRIPT, make_script())):
        studio.store.blobs.write(current_key(stage, project.key), to_manifest(value))
    return project


def schedule(studio: Studio, project: Project, **when: str) -> str:
    agent = studio.publish
    return agent.schedule(project, agent.place("local_channel"), when=When(**when)).id


def tick(resource: StudioResource) -> dg.RunRequest | dg.SkipReason:
    result = due_publications(studio=resource)
    assert isinstance(result, dg.RunRequest | dg.SkipReason)
    return result


def run(
    request: dg.RunRequest, resource: StudioResource, instance: dg.DagsterInstance
) -> dict[str, str]:
    result = publish_due.execute_in_process(
        run_config=request.run_config, resources={"studio": resource}, instance=instance
    )
    ended: dict[str, str] = result.output_for_node("publish_batch")
    return ended


def test_what_is_due_is_published_by_one_run_and_seen_in_dagster(
    resource: StudioResource,
    installation: Installation,
    instance: dg.DagsterInstance,
    tmp_path: Path,
) -> None:
    studio, other = installation.studio(), installation.studio("other")
    ids = [schedule(each, finished(each, tmp_path)) for each in (studio, other)]
    later = schedule(studio, finished(studio, tmp_path, "Later."), local_time="2099-01-01 00:00")
    request = tick(resource)
    assert isinstance(request, dg.RunRequest)
    assert isinstance(tick(resource), dg.SkipReason)
    assert run(request, resource, instance) == dict.fromkeys(ids, "published")
    assert studio.publish.rows.get(later).state is PublicationState.SCHEDULED
    assert other.publish.rows.get(ids[1]).url.count("tenants/other")
    seen = instance.fetch_observations(dg.AssetKey("publications"), limit=10).records
    assert len(seen) == 2


def test_a_run_that_is_repeated_or_too_late_publishes_nothing(
    resource: StudioResource,
    installation: Installation,
    instance: dg.DagsterInstance,
    tmp_path: Path,
) -> None:
    studio = installation.studio()
    name = schedule(studio, finished(studio, tmp_path))
    request = tick(resource)
    assert isinstance(request, dg.RunRequest)
    studio.publish.rows.cancel(name)
    assert run(request, resource, instance) == {}
    assert studio.publish.rows.get(name).state is PublicationState.CANCELLED


def test_a_claim_whose_run_never_came_is_made_again_under_another_key(
    resource: StudioResource,
    installation: Installation,
    instance: dg.DagsterInstance,
    tmp_path: Path,
) -> None:
    studio = installation.studio()
    name = schedule(studio, finished(studio, tmp_path))
    first = tick(resource)
    with studio.database.session() as session, session.begin():
        session.get_one(PublicationRow, name).lease_until = datetime.now(UTC) - timedelta(seconds=1)
    second = tick(resource)
    assert isinstance(first, dg.RunRequest)
    assert isinstance(second, dg.RunRequest)
    assert first.run_key != second.run_key
    assert run(first, resource, instance) == {}
    assert run(second, resource, instance) == {name: "published"}


def test_views_are_counted_when_they_are_due(
    resource: StudioResource,
    installation: Installation,
    instance: dg.DagsterInstance,
    tmp_path: Path,
) -> None:
    studio = installation.studio()
    name = schedule(studio, finished(studio, tmp_path))
    studio.publish.machine.work(name)
    context = dg.build_schedule_context(instance=instance)
    assert isinstance(metrics_schedule(context, studio=resource), dg.SkipReason)
    with studio.database.session() as session, session.begin():
        session.get_one(PublicationRow, name).retry_at = datetime.now(UTC)
    assert isinstance(metrics_schedule(context, studio=resource), dg.RunRequest)
    result = publication_metrics.execute_in_process(resources={"studio": resource})
    assert result.output_for_node("count_views") == 1
    assert isinstance(metrics_schedule(context, studio=resource), dg.SkipReason)


def test_planned_times_follow_their_zone(
    resource: StudioResource, installation: Installation, tmp_path: Path
) -> None:
    studio = installation.studio()
    project = finished(studio, tmp_path)
    name = schedule(studio, project, local_time="2099-07-01 09:00", zone="Europe/Paris")
    wanted = studio.publish.rows.get(name).due_at
    with studio.database.session() as session, session.begin():
        session.get_one(PublicationRow, name).due_at = wanted + timedelta(hours=1)
    assert "1 publications moved" in str(changed_zones(studio=resource).skip_message)  # type: ignore[union-attr]
    assert studio.publish.rows.get(name).due_at == wanted
