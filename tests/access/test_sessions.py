"""Refresh tokens: exchanged once, forgiven for 30 seconds, and the end of their session later."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from tests.access.conftest import KEY, OLD_KEY, HandClock
from video_platform.access.authority import REFRESH_GRACE, SESSION_LIFE, Authority, SignedIn
from video_platform.access.denied import Unauthenticated
from video_platform.access.keyring import SigningKey
from video_platform.db.database import Database
from video_platform.db.models import RefreshTokenRow, SessionRow
from video_platform.domain.access import Role

PASSWORD = "a password of four words"
GRACE_S = REFRESH_GRACE.total_seconds()


@pytest.fixture
def ana(authority: Authority) -> SignedIn:
    return authority.register(email="ana@studio.test", password=PASSWORD)


def _count(database: Database, table: type[SessionRow] | type[RefreshTokenRow]) -> int:
    with database.system().session() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def _is_over(act: Callable[[], object]) -> bool:
    try:
        act()
    except Unauthenticated as error:
        return error.code in {"session_over", "token_invalid"}
    return False


def test_a_hundred_refreshes_at_once_have_one_successor_and_sign_nobody_out(
    authority: Authority, database: Database, ana: SignedIn
) -> None:
    together = threading.Barrier(25, timeout=10)

    def refresh(_: int) -> SignedIn:
        together.wait()
        return authority.refresh(ana.refresh_token)

    with ThreadPoolExecutor(25) as pool:
        answers = list(pool.map(refresh, range(100)))
    assert len({one.refresh_token for one in answers}) == 1
    assert _count(database, SessionRow) == 1
    assert _count(database, RefreshTokenRow) == 2
    assert all(authority.identify(one.access_token).user_id == ana.user.id for one in answers)
    assert authority.refresh(answers[0].refresh_token).user == ana.user


def test_a_lost_answer_is_asked_for_again_within_the_grace(
    authority: Authority, clock: HandClock, ana: SignedIn
) -> None:
    first = authority.refresh(ana.refresh_token)
    clock.move(seconds=GRACE_S)
    assert authority.refresh(ana.refresh_token).refresh_token == first.refresh_token


def test_reuse_a_second_after_the_grace_ends_the_session(
    authority: Authority, clock: HandClock, ana: SignedIn
) -> None:
    first = authority.refresh(ana.refresh_token)
    clock.move(seconds=GRACE_S + 1)
    assert _is_over(lambda: authority.refresh(ana.refresh_token))
    assert _is_over(lambda: authority.refresh(first.refresh_token))
    assert _is_over(lambda: authority.identify(first.access_token))


def test_reuse_ends_that_session_only(
    authority: Authority, clock: HandClock, ana: SignedIn
) -> None:
    elsewhere = authority.sign_in("ana@studio.test", PASSWORD)
    authority.refresh(ana.refresh_token)
    clock.move(seconds=GRACE_S + 1)
    assert _is_over(lambda: authority.refresh(ana.refresh_token))
    assert authority.refresh(elsewhere.refresh_token).user == ana.user


def test_signing_out_ends_the_grace_too(authority: Authority, ana: SignedIn) -> None:
    first = authority.refresh(ana.refresh_token)
    authority.sign_out(authority.identify(first.access_token))
    assert _is_over(lambda: authority.refresh(ana.refresh_token))
    assert _is_over(lambda: authority.refresh(first.refresh_token))
    assert _is_over(lambda: authority.identify(first.access_token))


def test_a_session_ends_after_thirty_days_however_often_it_was_refreshed(
    authority: Authority, clock: HandClock, ana: SignedIn
) -> None:
    token = ana.refresh_token
    for _ in range(SESSION_LIFE.days - 1):
        clock.move(days=1)
        token = authority.refresh(token).refresh_token
    clock.move(days=1)
    assert _is_over(lambda: authority.refresh(token))


def test_a_new_signing_key_within_the_grace_changes_no_successor(
    authority: Authority, database: Database, clock: HandClock, ana: SignedIn
) -> None:
    first = authority.refresh(ana.refresh_token)
    newer = SigningKey("newer", b"w" * 32)
    other_process = Authority(database, [newer, KEY, OLD_KEY], clock=clock)
    again = other_process.refresh(ana.refresh_token)
    assert again.refresh_token == first.refresh_token
    assert other_process.identify(first.access_token).user_id == ana.user.id


@pytest.mark.parametrize("token", ["", "x", "a" * 43, "é" * 10])
def test_an_unknown_refresh_token_is_refused(authority: Authority, token: str) -> None:
    assert _is_over(lambda: authority.refresh(token))


def test_an_access_token_is_no_refresh_token_and_the_other_way_round(
    authority: Authority, ana: SignedIn
) -> None:
    assert _is_over(lambda: authority.refresh(ana.access_token))
    assert _is_over(lambda: authority.identify(ana.refresh_token))


@pytest.mark.parametrize("role", [Role.EDITOR, Role.VIEWER, Role.OWNER])
def test_another_role_ends_all_sessions(authority: Authority, ana: SignedIn, role: Role) -> None:
    ben, password = authority.invite(
        ana.user.tenant, email="ben@studio.test", name="Ben", role=Role.EDITOR
    )
    before = authority.sign_in("ben@studio.test", password)
    authority.change_user(ana.user.tenant, ben.id, role=role)
    assert _is_over(lambda: authority.identify(before.access_token))
    assert _is_over(lambda: authority.refresh(before.refresh_token))
    after = authority.sign_in("ben@studio.test", password)
    assert authority.identify(after.access_token).role is role


def test_nothing_stored_opens_the_door(database: Database, ana: SignedIn) -> None:
    with database.system().session() as session:
        stored = set(session.scalars(select(RefreshTokenRow.hash)))
    assert ana.refresh_token not in stored
    assert all(len(one) == 64 for one in stored)
