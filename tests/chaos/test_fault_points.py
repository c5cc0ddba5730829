"""Every durable boundary has a point to die at, and a death at each is survived."""

import ast
import inspect
import multiprocessing
import signal
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.chaos.dying import SCENARIOS, Scene, prepare
from tests.scenarios.server import Call, Reply, ScenarioServer, json_reply
from tests.scenarios.speakers import all_speakers
from video_platform.agents.montage import StoredSegments
from video_platform.bootstrap import build_installation
from video_platform.boundaries import BOUNDARIES, MOMENTS, arm
from video_platform.db.repositories.budgets import Budgets
from video_platform.db.repositories.commands import Commands
from video_platform.db.repositories.generations import Generations
from video_platform.db.repositories.lifecycle import Lifecycle
from video_platform.db.repositories.publications import Publications
from video_platform.errors import NotConfigured
from video_platform.settings import Settings
from video_platform.store import MediaStore

PROCESSES = multiprocessing.get_context("forkserver")
"""Each is forked off a server that has read the code already and holds no connection."""
PROCESSES.set_forkserver_preload(["tests.chaos.dying", "tests.chaos.test_fault_points"])

WITHOUT = {
    "Generations.renew": "a lease that is not renewed ends: that is what a death is",
    "Generations.close_abandoned": "one statement; the next sweep does it again",
    "Publications.renew": "a lease that is not renewed ends: that is what a death is",
    "Publications.edit": "goes through `_decide`, which has one",
    "Publications.cancel": "goes through `_decide`, which has one",
    "Publications.restart": "goes through `_decide`, which has one",
    "Publications.resolve_times": "each row by itself; the next look does the rest",
    "Commands.running": "a sign of life; its absence is what a death is",
    "Commands.beat": "a sign of life; its absence is what a death is",
    "Lifecycle.begin": "repeated with every request of a run",
    "Lifecycle.progress": "a figure for eyes; the next one is written over it",
    "Lifecycle.retired": "the next look retires the same ones",
    "Budgets.set_cap": "one statement of a person, who repeats it",
}
"""Writers that need none, and why."""


def _writers(owner: type) -> set[str]:
    """Methods that write, by themselves or through private ones of the same class."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(owner)))
    bodies = {
        node.name: ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)
    }
    found = {
        name
        for name, body in bodies.items()
        if "session.begin()" in body or "blobs.upload(" in body
    }
    while True:
        more = {
            name
            for name, body in bodies.items()
            if any(f"self.{one}(" in body for one in found if one.startswith("_"))
        }
        if more <= found:
            return {name for name in found if not name.startswith("_")}
        found |= more


@pytest.mark.parametrize(
    "owner", [Generations, Publications, Commands, Budgets, Lifecycle, StoredSegments, MediaStore]
)
def test_every_writer_is_a_boundary_or_says_why_not(owner: type) -> None:
    marked = {method.__qualname__ for method, _ in BOUNDARIES.values()}
    writers = {f"{owner.__name__}.{name}" for name in _writers(owner)}
    assert writers, "nothing was found: the search is broken"
    assert writers - marked - set(WITHOUT) == set()


def test_every_boundary_has_a_scenario_that_dies_at_it() -> None:
    assert set(SCENARIOS) == set(BOUNDARIES)


def test_the_marks_cost_nothing_until_they_are_armed() -> None:
    for method, _ in BOUNDARIES.values():
        assert not hasattr(method, "__wrapped__")


def test_nobody_dies_where_faults_are_not_allowed(tmp_path: Path) -> None:
    with pytest.raises(NotConfigured) as caught:
        build_installation(Settings(data_dir=tmp_path, fault_points=tmp_path))
    assert caught.value.code == "faults_not_allowed"


def _hang_up(_: Call, __: str, ordinary: Callable[[], Reply]) -> None:
    ordinary()


def _refuse(_: Call, __: str, ___: Callable[[], Reply]) -> Reply:
    return json_reply({"error": "no"}, 400)


def _vanish(_: Call, __: str, ___: Callable[[], Reply]) -> Reply:
    return json_reply({"error": "no such task"}, 404)


def _go_on(_: Call, __: str, ___: Callable[[], Reply]) -> Reply:
    return json_reply({"id": "runway-1", "status": "RUNNING", "progress": 0.5})


FAULTS: dict[str, tuple[str, Any]] = {
    "hang_up": ("openai/submit", _hang_up),
    "refuse": ("runway/submit", _refuse),
    "go_on": ("runway/poll", _go_on),
    "vanish": ("runway/poll", _vanish),
}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ScenarioServer]:
    made = ScenarioServer(list(all_speakers().values()), tmp_path / "accepted.log")
    made.world.polls_until_done = 1
    yield made
    made.close()


def die(scene: Scene, boundary: str, points: Path) -> None:
    """What the process does that is killed."""
    arm(points)
    SCENARIOS[boundary].act(scene)


def go_on(scene: Scene, boundary: str) -> None:
    """What the process does that comes after it."""
    SCENARIOS[boundary].act(scene)


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("boundary", SCENARIOS)
def test_a_death_at_each_boundary_is_survived(
    boundary: str, moment: str, server: ScenarioServer, tmp_path: Path
) -> None:
    scene, points = Scene(tmp_path / "home", server.world.base_url), tmp_path / "points"
    scene.home.mkdir()
    points.mkdir()
    prepare(scene)
    scenario = SCENARIOS[boundary]
    if scenario.fault:
        place, fault = FAULTS[scenario.fault]
        server.world.faults[place] = fault
    (points / f"{boundary}.{moment}").touch()
    victim = PROCESSES.Process(target=die, args=(scene, boundary, points))
    victim.start()
    victim.join(120)
    assert victim.exitcode == -signal.SIGKILL, "the point was never met"
    assert list(points.iterdir()) == []
    server.world.faults.clear()
    for _ in range(2):
        heir = PROCESSES.Process(target=go_on, args=(scene, boundary))
        heir.start()
        heir.join(120)
        assert heir.exitcode == 0
    scenario.ends(scene, len(server.world.accepted()))
