"""Fifteen faults at five networks in three phases: never two posts, and never without a reason."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import product
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
from video_platform.db.repositories.accounts import Health
from video_platform.domain.publication import Publication
from video_platform.domain.publication import PublicationState as S
from video_platform.errors import InvalidInput

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
    emulator, ended, _ = _run(shared, tmp_path, name, fault, phase)
    _check(emulator, ended, fault, phase)


def test_on_postgresql_no_fault_posts_twice_either(empty_postgres: str, tmp_path: Path) -> None:
    database = open_quick(empty_postgres)
    add_project(database)
    for name in NETWORKS:
        for phase, fault in product(PHASES, ("dropped", "token_expired", "unavailable")):
            emulator, ended, _ = _run(database, tmp_path, name, fault, phase)
            _check(emulator, ended, fault, phase)
    database.engine.dispose()


@dataclass
class Case:
    """A post at LinkedIn, whose list of posts may be late: the hardest to look something up at."""

    emulator: Emulator
    stand: NetworkStand
    name: str = "one"

    def row(self) -> Publication:
        return self.stand.rows.get(self.name)


@pytest.fixture
def case(database: Database, tmp_path: Path) -> Iterator[Case]:
    time = FakeTime(START)
    with NETWORKS["linkedin"].start(time) as emulator:
        stand = make_network_stand(database, tmp_path, {"linkedin": emulator.url}, time=time)
        stand.connect("linkedin", emulator.token)
        stand.add("one", "linkedin")
        yield Case(emulator, stand)


@pytest.mark.parametrize("answer", ["broken", "unavailable"])
def test_a_gateways_word_on_a_commit_is_never_followed_by_another_commit(
    case: Case, answer: str
) -> None:
    case.emulator.arm(COMMIT, answer, times=1)
    case.emulator.arm(LOOK_UP, "unavailable")
    ended = case.stand.run_to_its_end("one")
    assert (ended.state, case.emulator.commit_attempts) == (S.UNCONFIRMED, 1)
    assert_a_person_understands(ended, case.emulator.token)


def test_an_empty_list_right_after_a_commit_is_not_believed(case: Case) -> None:
    case.emulator.arm(COMMIT, "broken", times=1)
    case.emulator.arm(LOOK_UP, "never_ready")
    case.stand.machine.work("one")
    case.stand.time.wait(60)
    assert case.stand.machine.work("one").state is S.UNCONFIRMED
    case.emulator.disarm()
    assert case.stand.run_to_its_end("one").state is S.PUBLISHED
    assert (len(case.emulator.commits), case.emulator.commit_attempts) == (1, 1)


def test_what_may_be_out_can_be_neither_edited_nor_cancelled(case: Case) -> None:
    case.emulator.arm(COMMIT, "broken", times=1)
    case.emulator.arm(LOOK_UP, "never_ready")
    case.stand.machine.work("one")
    with pytest.raises(InvalidInput, match="may be out"):
        case.stand.rows.edit("one", lambda wish: replace(wish, title="new"))
    with pytest.raises(InvalidInput, match="may be out"):
        case.stand.rows.cancel("one")
    case.emulator.disarm()
    assert case.stand.run_to_its_end("one").state is S.PUBLISHED
    assert len(case.emulator.commits) == 1


def test_a_retry_looks_by_what_the_last_try_left_before_it_commits(case: Case) -> None:
    case.emulator.arm(COMMIT, "broken", times=1)
    case.emulator.arm(LOOK_UP, "never_ready")
    assert case.stand.run_to_its_end("one").error_code == "not_published"
    case.emulator.disarm()  # the list has caught up
    case.stand.machine.retry("one")
    assert case.stand.run_to_its_end("one").state is S.PUBLISHED
    assert len(case.emulator.commits) == 1


def _held_for_absent(case: Case) -> None:
    """One that is out, and that the network's late list did not show: a person retries it."""
    case.emulator.arm(COMMIT, "broken", times=1)
    case.emulator.arm(LOOK_UP, "never_ready")
    assert case.stand.run_to_its_end("one").error_code == "not_published"
    case.emulator.disarm()
    case.stand.machine.retry("one")


def test_an_edit_after_a_retry_still_looks_for_what_was_committed_before(case: Case) -> None:
    _held_for_absent(case)
    case.stand.rows.edit("one", lambda wish: replace(wish, title="new"))
    assert case.stand.run_to_its_end("one").state is S.PUBLISHED
    assert len(case.emulator.commits) == 1


def test_a_retry_whose_look_tells_nothing_is_unconfirmed_again(case: Case) -> None:
    _held_for_absent(case)
    case.emulator.arm(LOOK_UP, "unavailable")
    case.stand.machine.work("one")
    waiting = case.row()
    assert waiting.state is not S.PUBLISHED
    assert case.emulator.commit_attempts == 1


def test_a_token_that_is_refused_again_wants_a_person(case: Case) -> None:
    case.emulator.arm(COMMIT, "token_revoked")
    ended = case.stand.run_to_its_end("one")
    assert ended.error_code == "provider_auth"
    assert case.emulator.commit_attempts <= 2
    health = case.stand.keeper.rows.get(case.stand.accounts["linkedin"]).health
    assert health is Health.NEEDS_RECONNECT


def test_a_reconciliation_that_read_an_old_state_never_commits(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    case.emulator.arm(COMMIT, "rate_limited", times=1)
    case.stand.machine.work("one")
    assert case.row().state is S.PREPARED
    old, ordinary = [replace(case.row(), state=S.COMMITTING)], case.stand.rows.get
    monkeypatch.setattr(case.stand.rows, "get", lambda name: old.pop() if old else ordinary(name))
    case.stand.machine.reconcile("one")
    assert (case.emulator.commit_attempts, case.emulator.commits) == (1, [])
