"""Fifteen faults at five networks in three phases: never two posts, and never without a reason."""

import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.publishing.emulators.base import COMMIT, LOOK_UP, PHASES, PREPARE, Emulator
from tests.publishing.machines import FakeTime, add_project
from tests.publishing.networks import (
    NETWORKS,
    START,
    NetworkStand,
    end_token,
    make_network_stand,
    open_quick,
    use_small_pieces,
)
from video_platform.db.database import Database
from video_platform.domain.publication import Publication
from video_platform.domain.publication import PublicationState as S

PASSING = ("timeout", "dropped", "broken", "unavailable", "rate_limited")
FAULTS = (
    *PASSING,
    "token_ended",
    "token_expired",
    "token_revoked",
    "duplicate",
    "quota",
    "wrong_media",
    "never_ready",
    "failed",
    "expired",
    "published_without_id",
)
ENDS = {S.PUBLISHED, S.FAILED, S.UNCONFIRMED}
_METHODS = {PREPARE: "prepare", COMMIT: "commit", LOOK_UP: "look_up"}
_TAKEN_AND_GIVEN_UP = ("tiktok", "failed")
"""TikTok publishes with the upload, and may give a film up after it was taken."""
_HIDDEN = {("linkedin", "never_ready", LOOK_UP), ("linkedin", "never_ready", COMMIT)}
"""The network keeps a post off its list for good: no look can find it."""


@pytest.fixture(scope="module", autouse=True)
def _small_pieces() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        use_small_pieces(patch)
        yield


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """One database for all cases; each has an account and a publication of its own."""
    opened = open_quick(f"sqlite:///{tmp_path_factory.mktemp('matrix') / 'platform.db'}")
    add_project(opened)
    yield opened
    opened.engine.dispose()


def _arm(emulator: Emulator, stand: NetworkStand, fault: str, phase: str) -> None:
    if phase == LOOK_UP:
        # There is something to look up only when the answer to the commit was not heard.
        emulator.arm(COMMIT, "dropped", times=1)
    if fault in (*PASSING, "token_expired"):
        emulator.arm(phase, fault, times=1 if fault == "token_expired" else 2)
        return
    begin = partial(emulator.arm, phase, fault)
    if fault == "token_ended":
        begin = partial(end_token, stand, emulator.name)
    _before_first(stand.platforms[emulator.name], _METHODS[phase], begin)


def _before_first(platform: Any, method: str, act: Callable[[], None]) -> None:
    """Do something right before the platform is asked for this the first time."""
    ordinary = getattr(platform, method)

    def call(*arguments: Any) -> Any:
        setattr(platform, method, ordinary)
        act()
        return ordinary(*arguments)

    setattr(platform, method, call)


def _run(
    database: Database, directory: Path, name: str, fault: str, phase: str
) -> tuple[Emulator, Publication, NetworkStand]:
    time, case = FakeTime(START), f"{name}-{fault}-{phase}"
    with NETWORKS[name].start(time) as emulator:
        stand = make_network_stand(database, directory, {name: emulator.url}, time=time)
        external_id = NETWORKS[name].external_id
        stand.connect(name, emulator.token, external_id=external_id)
        stand.add(case, name)
        _arm(emulator, stand, fault, phase)
        ended = stand.run_to_its_end(case)
    return emulator, ended, stand


def _check(emulator: Emulator, ended: Publication, fault: str, phase: str) -> None:
    assert len(emulator.commits) <= 1, "posted twice"
    assert ended.state in ENDS
    if ended.state is S.PUBLISHED:
        assert len(emulator.commits) == 1
        assert ended.url.startswith("https://")
        assert ended.published_at
        return
    assert_a_person_understands(ended, emulator.token)
    is_taken_and_lost = (emulator.name, fault) == _TAKEN_AND_GIVEN_UP
    is_hidden = (emulator.name, fault, phase) in _HIDDEN
    if ended.state is S.FAILED and not is_taken_and_lost and not is_hidden:
        assert emulator.commits == [], "it is out, and was called failed"


def assert_a_person_understands(ended: Publication, token: str) -> None:
    """A code, what happened and what to do: two sentences at least, no secrets, no markup."""
    assert re.fullmatch(r"[a-z_]+", ended.error_code)
    sentences = [part for part in re.split(r"(?<=[.!?:;])\s", ended.error) if len(part) > 5]
    assert len(sentences) >= 2, ended.error
    assert ended.error.rstrip().endswith((".", "!")), ended.error
    for secret in (token, "client-secret", "refresh-token", "renew-1", "Traceback", "<html"):
        assert secret not in ended.error


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("name", NETWORKS)
def test_no_fault_posts_twice_and_each_ends_with_a_reason(
    shared: Database, tmp_path: Path, name: str, phase: str, fault: str
) -> None:
    emulator, ended, stand = _run(shared, tmp_path, name, fault, phase)
    _check(emulator, ended, fault, phase)
    print(f"\nCASE {name} {phase} {fault}: {ended.state} steps={stand.steps} commits={len(emulator.commits)}/{emulator.commit_attempts} {ended.error_code} | {ended.error}")
