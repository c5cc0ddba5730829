"""Published once, or honestly unconfirmed, whatever goes wrong on the way."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import pytest

from tests.publishing.machines import START, Stand, auth_failed, fails, grant, lost
from video_platform.db.repositories.accounts import Health
from video_platform.domain.publication import PublicationState as S
from video_platform.errors import (
    BadProviderAnswer,
    ContentRefused,
    InvalidInput,
    MediaMissing,
    ProviderError,
    ProviderQuotaExceeded,
    ProviderRateLimited,
    ProviderTimeout,
    ProviderUnavailable,
)
from video_platform.publishing.base import Finding, Outcome, Rules
from video_platform.publishing.machine import ATTEMPTS, SETTLE_S


def failure(kind: type[ProviderError], **more: float) -> ProviderError:
    return kind("It said no.", provider="net", operation="upload", hint="Do this.", **more)


def test_a_due_publication_goes_out_once_and_says_where(stand: Stand) -> None:
    stand.add()
    (done,) = stand.run_due()
    assert (done.state, done.url, done.commits) == (S.PUBLISHED, "https://net.test/one", 1)
    assert done.disclosure == {
        "is_synthetic": True,
        "shows_people": False,
        "is_declared": False,
    }
    stand.run_on(7200)
    assert stand.net.accepted == [("one", "title of one")]


def test_nothing_goes_out_before_its_time(stand: Stand) -> None:
    stand.add(due=START + timedelta(seconds=60))
    stand.time.wait(59)
    assert stand.run_due() == []
    stand.time.wait(1)
    assert stand.run_due()[0].state is S.PUBLISHED


def test_states_are_written_before_what_they_announce(stand: Stand) -> None:
    seen = []

    def look(where: str) -> Callable[..., None]:
        return lambda post, desk: seen.append((where, stand.rows.get("one").state))

    stand.net.on_prepare = [look("prepare")]
    stand.net.on_commit = [look("commit")]
    stand.add()
    stand.run_due()
    assert seen == [("prepare", S.PREPARING), ("commit", S.COMMITTING)]


@pytest.mark.parametrize("error", [lost(), failure(ProviderTimeout), failure(BadProviderAnswer)])
def test_a_lost_answer_is_never_posted_twice(stand: Stand, error: ProviderError) -> None:
    stand.net.after_commit = fails(error)
    stand.net.on_look = fails(failure(ProviderUnavailable))
    stand.add()
    (now,) = stand.run_due()
    assert (now.state, now.error_code) == (S.UNCONFIRMED, "outcome_unknown")
    assert "cannot be looked up" in now.error
    stand.run_on(120)
    done = stand.rows.get("one")
    assert (done.state, done.error, done.commits) == (S.PUBLISHED, "", 1)
    assert len(stand.net.accepted) == 1


def test_a_request_that_never_arrived_fails_and_is_not_sent_again_by_itself(stand: Stand) -> None:
    stand.net.on_commit = fails(lost())
    stand.add()
    stand.run_due()
    assert stand.rows.get("one").state is S.UNCONFIRMED  # it may still be on its way
    stand.run_on(2 * SETTLE_S)
    done = stand.rows.get("one")
    assert (done.state, done.error_code, stand.net.accepted) == (S.FAILED, "not_published", [])
    stand.machine.retry("one")
    stand.run_due()
    assert stand.rows.get("one").state is S.PUBLISHED
    assert len(stand.net.accepted) == 1


def test_an_unclear_outcome_stays_unconfirmed_with_its_reason_until_a_person_decides(
    stand: Stand,
) -> None:
    stand.net.after_commit = fails(lost())
    stand.net.on_look = [lambda *_: Finding(outcome=Outcome.UNCLEAR, why="No list of posts.")]
    stand.add()
    stand.run_on(86_400 * 8, step=3600)
    now = stand.rows.get("one")
    assert (now.state, now.retry_at) == (S.UNCONFIRMED, None)
    assert "No list of posts." in now.error
    with pytest.raises(InvalidInput, match="may be out"):
        stand.machine.retry("one")
    with pytest.raises(InvalidInput, match="is not the address"):
        stand.machine.confirm("one", "javascript:alert(1)")
    assert stand.machine.confirm("one", "https://net.test/9").state is S.PUBLISHED
    assert len(stand.net.accepted) == 1


def test_looks_grow_rarer(stand: Stand) -> None:
    stand.net.after_commit = fails(lost())
    stand.net.on_look = [lambda *_: Finding(outcome=Outcome.UNCLEAR, why="?")]
    stand.add()
    stand.run_on(86_400, step=60)
    assert 8 < stand.net.looks < 20


def test_trouble_while_preparing_is_tried_again_with_growing_pauses(stand: Stand) -> None:
    stand.net.on_prepare = fails(*(failure(ProviderUnavailable) for _ in range(4)))
    stand.add()
    (now,) = stand.run_due()
    assert (now.state, now.error_code) == (S.PREPARING, "provider_unavailable")
    assert now.retry_at == START + timedelta(seconds=15)
    stand.run_on(600)
    done = stand.rows.get("one")
    assert (done.state, done.attempts, done.error) == (S.PUBLISHED, 5, "")
    assert "attempt 5" in done.late_why


def test_attempts_are_bounded(stand: Stand) -> None:
    stand.net.on_prepare = [fails(failure(ProviderUnavailable))[0]]
    stand.add()
    stand.run_on(86_400, step=60)
    done = stand.rows.get("one")
    assert (done.state, done.error_code) == (S.FAILED, "provider_unavailable")
    assert len(stand.net.prepared) == ATTEMPTS


@pytest.mark.parametrize("where", ["on_prepare", "on_commit"])
def test_a_network_that_asks_for_a_pause_gets_it(stand: Stand, where: str) -> None:
    setattr(stand.net, where, fails(failure(ProviderRateLimited, retry_after_s=100.0)))
    stand.add()
    (now,) = stand.run_due()
    assert now.retry_at == START + timedelta(seconds=100)
    stand.run_on(90)
    assert stand.net.accepted == []
    stand.run_on(60)
    assert len(stand.net.accepted) == 1


@pytest.mark.parametrize("was_taken", [True, False])
@pytest.mark.parametrize("is_seen", [True, False])
def test_a_gateways_refusal_is_not_taken_for_the_networks(
    stand: Stand, was_taken: bool, is_seen: bool
) -> None:
    """Gateways say 503 of what went through behind them."""
    fault = fails(failure(ProviderUnavailable))
    stand.net.after_commit, stand.net.on_commit = (fault, []) if was_taken else ([], fault)
    stand.net.on_look = [] if is_seen else fails(failure(ProviderUnavailable))
    stand.add()
    first = stand.run_due()[0].state
    assert first is (S.PUBLISHED if was_taken and is_seen else S.UNCONFIRMED)
    stand.run_on(600)
    done = stand.rows.get("one")
    assert done.state is (S.PUBLISHED if was_taken else S.FAILED)
    assert done.commits == 1
    assert len(stand.net.accepted) == (done.state is S.PUBLISHED)


def test_what_was_refused_for_now_and_is_out_all_the_same_is_not_sent_again(stand: Stand) -> None:
    stand.net.after_commit = fails(failure(ProviderRateLimited))
    stand.add()
    assert stand.run_due()[0].state is S.PREPARED
    stand.run_on(120)
    assert stand.rows.get("one").state is S.PUBLISHED
    assert len(stand.net.accepted) == 1


@pytest.mark.parametrize("where", ["on_prepare", "on_commit"])
@pytest.mark.parametrize("kind", [ContentRefused, ProviderQuotaExceeded])
def test_a_refusal_fails_with_its_reason_and_hint(
    stand: Stand, where: str, kind: type[ProviderError]
) -> None:
    setattr(stand.net, where, fails(failure(kind)))
    stand.add()
    (done,) = stand.run_due()
    assert (done.state, done.error_code) == (S.FAILED, kind.code)
    assert done.error == "It said no. Do this."
    stand.run_on(3600)
    assert stand.net.accepted == []


@pytest.mark.parametrize("where", ["on_prepare", "on_commit"])
def test_a_token_that_ended_is_renewed_and_the_publication_goes_on(
    stand: Stand, where: str
) -> None:
    setattr(stand.net, where, fails(auth_failed()))
    stand.add()
    stand.run_due()
    stand.run_due()
    assert stand.rows.get("one").state is S.PUBLISHED
    assert (stand.net.refreshes, len(stand.net.accepted)) == (1, 1)


def test_a_revoked_account_fails_with_the_way_to_connect_it_again(stand: Stand) -> None:
    stand.net.on_prepare = fails(auth_failed())

    def refuse(_: object) -> None:
        raise auth_failed()

    stand.net.on_refresh = refuse  # type: ignore[assignment]
    stand.add()
    stand.add("two")
    stand.run_due()
    account = stand.keeper.rows.get(stand.account)
    assert account.health is Health.NEEDS_RECONNECT
    for name in ("one", "two"):
        done = stand.rows.get(name)
        assert (done.state, done.error_code) == (S.FAILED, "provider_auth")
    assert "accounts connect net" in stand.rows.get("two").error
    # Connected again, what was brought over is still good.
    assert stand.keeper.connect("net", grant("new")).id == stand.account
    assert stand.machine.retry("one").sealed_handle
    stand.run_due()
    assert stand.rows.get("one").state is S.PUBLISHED


def test_a_slow_network_is_waited_for(stand: Stand) -> None:
    looks = iter([False, False, False, True])
    stand.net.on_prepare = [lambda *_: next(looks)]
    stand.add()
    assert stand.run_due()[0].state is S.PUBLISHED
    assert stand.time.now() - START == timedelta(seconds=5 + 10 + 20)


def test_a_network_that_is_never_ready_ends_as_failed(stand: Stand) -> None:
    stand.net.on_prepare = [lambda *_: False]
    stand.add()
    stand.run_on(86_400 / 2, step=60)
    assert stand.rows.get("one").error_code == "provider_timeout"
    assert stand.rows.get("one").state is S.FAILED


def test_a_film_that_is_not_finished_is_waited_for(stand: Stand) -> None:
    stand.films.missing = MediaMissing("There is no film yet.")
    stand.add()
    stand.run_on(60)
    stand.films.missing = None
    stand.run_on(120)
    done = stand.rows.get("one")
    assert done.state is S.PUBLISHED
    assert done.late_why


def test_what_does_not_fit_never_reaches_the_network(stand: Stand) -> None:
    stand.net.rules = Rules(formats=stand.net.rules.formats, title_chars=5)
    stand.add()
    (done,) = stand.run_due()
    assert (done.state, done.error_code) == (S.FAILED, "title_too_long")
    assert stand.net.prepared == []


def test_a_late_one_says_why(stand: Stand) -> None:
    stand.add("late", due=START - timedelta(minutes=5))
    stand.add("in time", due=START - timedelta(seconds=20))
    done = {one.id: one.late_why for one in stand.run_due()}
    assert done["in time"] == ""
    assert done["late"].startswith("Begun 300 s after its time.")


def test_posts_a_day_are_bounded_and_wait_for_tomorrow(stand: Stand) -> None:
    stand.net.rules = Rules(formats=stand.net.rules.formats, per_day=2)
    for number in range(4):
        stand.add(f"post {number}")
    stand.run_due()
    assert len(stand.net.accepted) == 2
    stand.run_on(86_000, step=600)
    assert len(stand.net.accepted) == 2
    stand.run_on(3600, step=60)
    assert len(stand.net.accepted) == 4


def test_an_error_of_our_own_while_committing_is_looked_up(stand: Stand) -> None:
    def bug(*_: object) -> None:
        raise KeyError("id")

    stand.net.after_commit = [bug]
    stand.add()
    with pytest.raises(KeyError):
        stand.run_due()
    waiting = stand.rows.get("one")
    assert (waiting.state, "KeyError" in waiting.error) == (S.UNCONFIRMED, True)
    stand.run_on(60, step=10)
    assert stand.rows.get("one").state is S.PUBLISHED
    assert len(stand.net.accepted) == 1


def test_an_error_of_our_own_while_preparing_does_not_go_on_for_ever(stand: Stand) -> None:
    stand.net.on_prepare = [lambda *_: {}["id"]]
    stand.add()
    for _ in range(86_400 // 60):
        stand.time.wait(60)
        with suppress(KeyError):
            stand.run_due()
    done = stand.rows.get("one")
    assert (done.state, done.error_code) == (S.FAILED, "internal")
    assert "KeyError" in done.error
    assert len(stand.net.prepared) == ATTEMPTS


def test_an_answer_that_comes_after_the_row_was_taken_over_still_counts(stand: Stand) -> None:
    """A process that was asleep for minutes heard that it is out; the row said failed by then."""

    def sleep(*_: object) -> None:
        stand.time.wait(2 * SETTLE_S)
        stand.net.on_look = [lambda *_: Finding(outcome=Outcome.NOT_PUBLISHED, why="Not there.")]
        stand.run_due()
        assert stand.rows.get("one").state is S.FAILED

    stand.net.after_commit = [sleep]
    stand.add()
    (done,) = stand.run_due()
    assert (done.state, done.commits) == (S.PUBLISHED, 1)


def test_reconciling_never_commits(stand: Stand) -> None:
    stand.net.on_commit = fails(lost(), lost())
    stand.add()
    assert stand.machine.reconcile("one").state is S.SCHEDULED
    stand.run_due()
    for _ in range(3):
        stand.machine.reconcile("one")
    assert (stand.net.accepted, stand.rows.get("one").commits) == ([], 1)


def test_only_what_failed_can_be_retried(stand: Stand) -> None:
    stand.add()
    with pytest.raises(InvalidInput, match="nothing to retry"):
        stand.machine.retry("one")
