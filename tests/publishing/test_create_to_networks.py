"""From ``create`` to every network, by the ways a person and the scheduler use."""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from assets_defs.publishing import publish_due
from resources import studio as resources
from resources.studio import StudioResource
from sensors.publications import due_publications
from tests.conftest import run_command
from tests.publishing.emulators.base import Emulator
from tests.publishing.emulators.instagram import InstagramEmulator
from tests.publishing.machines import FakeTime
from tests.publishing.networks import NETWORKS
from video_platform.agents.publish import When
from video_platform.db.database import Database
from video_platform.domain.formats import Format
from video_platform.domain.publication import Publication, Wish
from video_platform.domain.publication import PublicationState as S

BRIEF = "Bread rises because yeast eats sugar and breathes out gas."


@pytest.fixture
def running(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Emulator]]:
    """All five emulators, named in the environment as an operator would name them."""
    with ExitStack() as stack:
        found = {}
        for name, network in NETWORKS.items():
            emulator = stack.enter_context(network.start(FakeTime()))
            if isinstance(emulator, InstagramEmulator):
                emulator.looks_until_done = 1
            for variable, value in network.access(emulator.url).extra.items():
                monkeypatch.setenv(variable, value)
            monkeypatch.setenv(f"VIDEO_PLATFORM_{name.upper()}_BASE_URL", emulator.url)
            found[name] = emulator
        yield found


def _open(data: Path) -> tuple[StudioResource, Any]:
    """A resource and its studio as a process finds them that has just begun."""
    resources._build.cache_clear()
    resource = StudioResource(data_dir=str(data))
    studio = resource.installation().studio()
    studio.publish.machine.wait = lambda _: None
    return resource, studio


def _plan(studio: Any, project: Any, names: list[str], when: When) -> list[Publication]:
    agent, wish = studio.publish, Wish(title=f"Bread {when.local_time}")
    return [
        agent.schedule(project, agent.place(name), when=when, format=Format.TALL, wish=wish)
        for name in names
    ]


def _outcome(studio: Any, planned: list[Publication]) -> dict[str, str]:
    ended = [studio.publish.machine.reconcile(one.id) for one in planned]
    assert all(one.url for one in ended if one.state is S.PUBLISHED)
    return {one.platform: f"{one.state}{one.error}" for one in ended}


def test_a_created_film_goes_to_every_network_at_once_and_at_its_time(
    tmp_path: Path, running: dict[str, Emulator], monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "data"
    done = run_command("create", BRIEF, "-d", "6", "--format", "9:16", "--json", data_dir=data)
    assert done.returncode == 0, done.stderr
    resource, studio = _open(data)
    project = studio.projects.get(json.loads(done.stdout)["project"])
    for name, emulator in running.items():
        studio.publish.accounts.connect(name, NETWORKS[name].grant(emulator.token))
    names = [*running, "local_channel"]
    out = dict.fromkeys(names, "published")

    at_once = _plan(studio, project, names, When())
    for one in at_once:
        studio.publish.machine.work(one.id)
    assert _outcome(studio, at_once) == out

    tomorrow = studio.database.now() + timedelta(days=1)
    planned = _plan(studio, project, names, When(local_time=f"{tomorrow:%Y-%m-%dT%H:%M}"))
    assert isinstance(due_publications(studio=resource), dg.SkipReason)
    monkeypatch.setattr(Database, "now", lambda _: tomorrow + timedelta(minutes=1))
    resource, studio = _open(data)
    request = due_publications(studio=resource)
    assert isinstance(request, dg.RunRequest)
    with dg.instance_for_test() as instance:
        run = publish_due.execute_in_process(
            run_config=request.run_config, resources={"studio": resource}, instance=instance
        )
    assert run.success
    assert _outcome(studio, planned) == out

    posted = {name: len(emulator.commits) for name, emulator in running.items()}
    assert posted == dict.fromkeys(running, 2)
    assert [emulator.mistakes for emulator in running.values()] == [[]] * len(running)
    films = (data / "channel" / "posts").glob("*.json")
    titles = Counter(json.loads(film.read_bytes())["title"] for film in films)
    assert len(titles) == 3  # the one `create` published, and these two
