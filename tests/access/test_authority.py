"""People and keys: who may come in, and what a refusal gives away."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from tests.access.conftest import KEY, HandClock
from video_platform.access.authority import Authority, SignedIn
from video_platform.access.denied import Forbidden, Unauthenticated
from video_platform.access.passwords import LONGEST, SHORTEST, Passwords
from video_platform.access.tokens import TokenType
from video_platform.db.database import Database
from video_platform.db.models import ApiKeyRow, TenantRow, UserRow
from video_platform.domain.access import CallerKind, Role
from video_platform.errors import Conflict, InvalidInput, NotFound

PASSWORD = "a password of four words"


@pytest.fixture
def ana(authority: Authority) -> SignedIn:
    return authority.register(email="Ana@Studio.test ", password=PASSWORD, name="Ana")


def test_whoever_registers_owns_a_new_tenant(authority: Authority, ana: SignedIn) -> None:
    other = authority.register(email="zoe@other.test", password=PASSWORD)
    assert ana.user.email == "ana@studio.test"
    assert ana.user.role is Role.OWNER
    assert ana.user.tenant != other.user.tenant


def test_an_address_signs_in_however_it_is_written(authority: Authority, ana: SignedIn) -> None:
    assert authority.sign_in("ANA@studio.test", PASSWORD).user == ana.user


def test_a_refused_sign_in_does_not_say_which_of_the_two_was_wrong(
    authority: Authority, database: Database, ana: SignedIn
) -> None:
    ben, password = authority.invite(
        ana.user.tenant, email="ben@studio.test", name="", role=Role.VIEWER
    )
    authority.change_user(ana.user.tenant, ben.id, is_disabled=True)
    tries = [
        ("ana@studio.test", "another password"),
        ("nobody@studio.test", PASSWORD),
        ("ben@studio.test", password),
        ("ana@studio.test", "p" * 10_000),
    ]
    answers = set()
    for email, tried in tries:
        with pytest.raises(Unauthenticated) as refused:
            authority.sign_in(email, tried)
        answers.add((refused.value.code, refused.value.message, refused.value.hint))
    assert len(answers) == 1


def test_an_unknown_person_costs_the_same_hash(
    authority: Authority, ana: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pwdlib.hashers.argon2 import Argon2Hasher

    checked: list[str] = []
    real = Argon2Hasher.verify

    def counting(self: Argon2Hasher, password: str, known: str) -> bool:
        checked.append(known.rsplit("$", 2)[0])
        return real(self, password, known)

    with pytest.raises(Unauthenticated):
        authority.sign_in("nobody@studio.test", PASSWORD)
    monkeypatch.setattr(Argon2Hasher, "verify", counting)
    for email in ("ana@studio.test", "nobody@studio.test"):
        with pytest.raises(Unauthenticated):
            authority.sign_in(email, "wrong")
    assert len(checked) == 2
    assert checked[0] == checked[1], "the same algorithm with the same costs"


@pytest.mark.parametrize("length", [0, SHORTEST - 1, LONGEST + 1])
def test_a_password_has_a_length_that_is_worth_it(length: int) -> None:
    with pytest.raises(InvalidInput, match=str(length)):
        Passwords().hash("p" * length)


@pytest.mark.parametrize("email", ["", "ana", "@x", "a@", "a b@c", "a@b\x00", "a@" + "b" * 251])
def test_what_is_no_address_is_refused(authority: Authority, email: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        authority.register(email=email, password=PASSWORD)
    assert refused.value.code == "email_invalid"


def test_a_taken_address_is_refused_without_saying_so(
    authority: Authority, database: Database, ana: SignedIn
) -> None:
    with pytest.raises(Conflict) as refused:
        authority.register(email="ana@studio.test", password=PASSWORD)
    assert "taken" not in str(refused.value)
    assert "ana@" not in str(refused.value)
    with database.system().session() as session:
        assert len(session.scalars(select(TenantRow)).all()) == 1


def test_the_last_owner_stays(authority: Authority, ana: SignedIn) -> None:
    tenant = ana.user.tenant
    for change in ({"role": Role.EDITOR}, {"is_disabled": True}):
        with pytest.raises(Conflict) as refused:
            authority.change_user(tenant, ana.user.id, **change)  # type: ignore[arg-type]
        assert refused.value.code == "last_owner"
    ben, _ = authority.invite(tenant, email="ben@studio.test", name="", role=Role.OWNER)
    assert authority.change_user(tenant, ana.user.id, role=Role.EDITOR).role is Role.EDITOR
    with pytest.raises(Conflict):
        authority.change_user(tenant, ben.id, is_disabled=True)


def test_a_user_of_another_tenant_is_a_missing_one(authority: Authority, ana: SignedIn) -> None:
    zoe = authority.register(email="zoe@other.test", password=PASSWORD)
    for user in (zoe.user.id, "u0123456789abcdef"):
        with pytest.raises(NotFound):
            authority.change_user(ana.user.tenant, user, role=Role.VIEWER)
    assert [one.id for one in authority.users(ana.user.tenant)] == [ana.user.id]


def test_a_disabled_tenant_is_shut_out_whole(
    authority: Authority, database: Database, clock: HandClock, ana: SignedIn
) -> None:
    principal = authority.identify(ana.access_token)
    _, key = authority.create_key(principal, name="machine", role=Role.VIEWER)
    with database.system().session() as session, session.begin():
        session.execute(update(TenantRow).values(disabled_at=clock.now))
    for act in (
        lambda: authority.identify(ana.access_token),
        lambda: authority.identify(key),
        lambda: authority.refresh(ana.refresh_token),
        lambda: authority.sign_in("ana@studio.test", PASSWORD),
    ):
        with pytest.raises(Unauthenticated):
            act()


def test_a_new_password_needs_the_old_one_and_ends_every_session(
    authority: Authority, ana: SignedIn
) -> None:
    principal = authority.identify(ana.access_token)
    with pytest.raises(Forbidden) as refused:
        authority.change_password(principal, current="wrong", new="n" * SHORTEST)
    assert refused.value.code == "password_wrong"
    fresh = authority.change_password(principal, current=PASSWORD, new="n" * SHORTEST)
    with pytest.raises(Unauthenticated):
        authority.identify(ana.access_token)
    with pytest.raises(Unauthenticated):
        authority.sign_in("ana@studio.test", PASSWORD)
    assert authority.identify(fresh.access_token).user_id == ana.user.id


def test_a_key_acts_for_its_person_with_no_more_than_either_may(
    authority: Authority, ana: SignedIn
) -> None:
    tenant = ana.user.tenant
    owner = authority.identify(ana.access_token)
    ben, _ = authority.invite(tenant, email="ben@studio.test", name="", role=Role.OWNER)
    _, strong = authority.create_key(owner, name="strong", role=Role.OWNER)
    made, weak = authority.create_key(owner, name="weak", role=Role.VIEWER)
    assert weak.startswith(made.prefix)
    assert authority.identify(weak).role is Role.VIEWER
    authority.change_user(tenant, ana.user.id, role=Role.EDITOR)
    assert authority.identify(strong).role is Role.EDITOR
    assert authority.identify(strong).kind is CallerKind.KEY
    editor = authority.identify(strong)
    with pytest.raises(Conflict) as refused:
        authority.create_key(editor, name="stronger", role=Role.OWNER)
    assert refused.value.code == "role_too_high"
    assert ben.role is Role.OWNER


def test_a_key_ends_with_its_time_its_person_or_when_it_is_revoked(
    authority: Authority, clock: HandClock, ana: SignedIn
) -> None:
    tenant = ana.user.tenant
    owner = authority.identify(ana.access_token)
    authority.invite(tenant, email="ben@studio.test", name="", role=Role.OWNER)
    _, timed = authority.create_key(owner, name="timed", role=Role.OWNER, life=timedelta(days=1))
    revoked, shown = authority.create_key(owner, name="revoked", role=Role.OWNER)
    _, orphan = authority.create_key(owner, name="orphan", role=Role.OWNER)
    assert all(authority.identify(one).user_id == ana.user.id for one in (timed, shown, orphan))
    clock.move(days=1)
    authority.revoke_key(tenant, revoked.id)
    authority.change_user(tenant, ana.user.id, is_disabled=True)
    for key in (timed, shown, orphan, "vpk_", f"vpk_{'a' * 52}"):
        with pytest.raises(Unauthenticated):
            authority.identify(key)


def test_a_key_is_not_kept_and_its_use_is_noted_by_the_minute(
    authority: Authority, database: Database, clock: HandClock, ana: SignedIn
) -> None:
    made, key = authority.create_key(
        authority.identify(ana.access_token), name="m", role=Role.VIEWER
    )
    used = []
    for seconds in (0, 30, 61):
        clock.move(seconds=seconds)
        authority.identify(key)
        used.append(authority.keys(ana.user.tenant)[0].last_used_at)
    assert used[0] == used[1] != used[2]
    with database.system().session() as session:
        row = session.get_one(ApiKeyRow, made.id)
    assert key not in (row.hash, row.prefix, row.name)


def test_a_ticket_opens_what_takes_tickets_and_nothing_else(
    authority: Authority, ana: SignedIn
) -> None:
    principal = authority.identify(ana.access_token)
    ticket = authority.ticket(principal)
    assert authority.identify(ticket, TokenType.TICKET) == principal
    with pytest.raises(Unauthenticated):
        authority.identify(ticket)
    with pytest.raises(Unauthenticated):
        authority.identify(ana.access_token, TokenType.TICKET)
    _, key = authority.create_key(principal, name="m", role=Role.VIEWER)
    with pytest.raises(Unauthenticated):
        authority.identify(key, TokenType.TICKET)
    with pytest.raises(Forbidden):
        authority.ticket(authority.identify(key))


def test_another_tenants_key_cannot_be_revoked(authority: Authority, ana: SignedIn) -> None:
    zoe = authority.register(email="zoe@other.test", password=PASSWORD)
    made, key = authority.create_key(
        authority.identify(zoe.access_token), name="m", role=Role.VIEWER
    )
    with pytest.raises(NotFound):
        authority.revoke_key(ana.user.tenant, made.id)
    assert authority.identify(key).user_id == zoe.user.id


def test_passwords_are_stored_as_argon2_hashes(
    authority: Authority, database: Database, ana: SignedIn
) -> None:
    with database.system().session() as session:
        stored = session.scalars(select(UserRow.password_hash)).one()
    assert stored.startswith("$argon2id$")
    assert PASSWORD not in stored


@pytest.mark.parametrize("broken", ["", "x", "$argon2id$", "$2b$12$abc"])
def test_a_password_hash_that_cannot_be_read_lets_nobody_in_and_is_logged(
    authority: Authority,
    database: Database,
    ana: SignedIn,
    broken: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with database.system().session() as session, session.begin():
        session.execute(update(UserRow).values(password_hash=broken))
    for tried in ("any password of words", "the hash that is checked when there is nobody"):
        with pytest.raises(Unauthenticated) as refused:
            authority.sign_in(ana.user.email, tried)
        assert refused.value.code == "credentials_wrong"
    assert ana.user.id in caplog.text


def test_a_link_lives_for_hours_and_opens_one_path(
    authority: Authority, database: Database, ana: SignedIn
) -> None:
    path = "/media/a.mp4"

    def link_made(**ago: float) -> str:
        then = datetime.now(UTC) - timedelta(**ago)
        past = Authority(database, [KEY], clock=lambda: then)
        return past.link(authority.identify(ana.access_token), path)

    link = link_made(hours=5, minutes=59)
    assert authority.identify(link, TokenType.LINK, path=path).user_id == ana.user.id
    for other in ("/media/b.mp4", "/media", "/media/a.mp45", ""):
        with pytest.raises(Unauthenticated):
            authority.identify(link, TokenType.LINK, path=other)
    for kind in (TokenType.ACCESS, TokenType.TICKET):
        with pytest.raises(Unauthenticated):
            authority.identify(link, kind, path=path)
    with pytest.raises(Unauthenticated):
        authority.identify(link_made(hours=6, minutes=2), TokenType.LINK, path=path)
