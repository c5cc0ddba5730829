"""Accounts: connected by who began, secret at rest, renewed by one process at a time."""

import hashlib
import re
import threading
import time as real_time
from base64 import urlsafe_b64encode
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.publishing.machines import KEYS, PROJECT, Stand, auth_failed, fails, grant, make_stand
from video_platform.db.database import Database
from video_platform.db.repositories.accounts import Accounts, Health
from video_platform.db.repositories.publications import Publications
from video_platform.db.repositories.secrets import Secrets
from video_platform.db.repositories.webhooks import Webhooks
from video_platform.domain.events import EventKind
from video_platform.domain.formats import Format
from video_platform.domain.publication import Wish
from video_platform.errors import (
    BadProviderAnswer,
    InvalidInput,
    ProviderAuthFailed,
    ProviderUnavailable,
)
from video_platform.publishing.accounts import CONNECTION_LIFE_S
from video_platform.publishing.base import Grant
from video_platform.vault import Vault

SECRETS = ("access-canary-1f", "refresh-canary-2e", "upload-canary-3d", "code-canary-4c")


def begin(stand: Stand, user: str = "ada") -> tuple[str, str]:
    """The state and the PKCE challenge that a browser is sent with."""
    url = stand.keeper.begin("net", user=user, redirect_uri="https://here/back")
    sent = parse_qs(urlsplit(url).query)
    return sent["state"][0], sent["code_challenge"][0]


def refused(stand: Stand, *, user: str, state: str) -> str:
    with pytest.raises(InvalidInput) as error:
        stand.keeper.finish(user=user, state=state, code="code")
    return error.value.code


def test_an_account_is_connected_with_the_verifier_of_its_own_challenge(stand: Stand) -> None:
    seen = []

    def exchange(*, code: str, verifier: str, redirect_uri: str) -> Grant:
        seen.append((code, verifier, redirect_uri))
        return grant("new", external_id="channel 2")

    stand.net.exchange = exchange  # type: ignore[method-assign]
    state, challenge = begin(stand)
    account = stand.keeper.finish(user="ada", state=state, code="c")
    ((code, verifier, redirect_uri),) = seen
    digest = hashlib.sha256(verifier.encode()).digest()
    assert (code, redirect_uri) == ("c", "https://here/back")
    assert urlsafe_b64encode(digest).rstrip(b"=").decode() == challenge
    assert 43 <= len(verifier) <= 128
    assert stand.keeper.open(account.id).token == "access-new"


def test_a_connection_attacked_makes_no_link(database: Database, stand: Stand) -> None:
    before = stand.keeper.rows.all()
    state, _ = begin(stand)
    assert refused(stand, user="eve", state=state) == "connection_invalid"  # other user
    assert refused(stand, user="ada", state="made up") == "connection_invalid"
    eves, _ = begin(stand, user="eve")
    assert refused(stand, user="ada", state=eves) == "connection_invalid"  # swapped
    assert stand.keeper.rows.all() == before
    # Nothing of this took the right to finish from the one who began.
    stand.keeper.finish(user="ada", state=state, code="code")
    assert refused(stand, user="ada", state=state) == "connection_invalid"  # replayed
    old, _ = begin(stand)
    stand.time.wait(CONNECTION_LIFE_S + 1)
    assert refused(stand, user="ada", state=old) == "connection_invalid"  # expired


def test_another_tenants_state_is_nobodys_here(database: Database, tmp_path: Path) -> None:
    stands = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        stands.append(make_stand(database.of(name), tmp_path / name))
    state, _ = begin(stands[0])
    assert refused(stands[1], user="ada", state=state) == "connection_invalid"


def test_a_state_is_used_once_by_ten_at_the_same_time(stand: Stand) -> None:
    state, _ = begin(stand)

    def finish(_: int) -> bool:
        try:
            stand.keeper.finish(user="ada", state=state, code="c")
        except InvalidInput:
            return False
        return True

    with ThreadPoolExecutor(10) as pool:
        assert list(pool.map(finish, range(10))).count(True) == 1


def test_connecting_again_keeps_the_account_and_what_the_network_leaves_out(stand: Stand) -> None:
    again = stand.keeper.connect("net", grant("new", refresh_token="", name=""))
    assert (again.id, again.name) == (stand.account, "A channel")
    stand.net.on_refresh = lambda old: (_ for _ in ()).throw(AssertionError(old))  # type: ignore[assignment]
    assert stand.keeper.open(again.id).token == "access-new"
    assert again.sealed_refresh


def test_a_grant_of_nobody_makes_no_account(stand: Stand) -> None:
    for broken in (grant(external_id=""), grant(access_token="")):
        with pytest.raises(BadProviderAnswer):
            stand.keeper.connect("net", broken)
    assert len(stand.keeper.rows.all()) == 1


def expiring(stand: Stand, seconds: float) -> None:
    ends = stand.time.now() + timedelta(seconds=seconds)
    stand.keeper.connect("net", grant(expires_at=ends))


def test_a_token_is_renewed_before_it_ends_and_not_when_it_is_good(stand: Stand) -> None:
    expiring(stand, 3600)
    assert stand.keeper.open(stand.account).token == "access-one"
    stand.time.wait(3400)
    assert stand.keeper.open(stand.account).token == "access-again1"
    assert stand.net.refreshes == 1


def test_a_hundred_at_once_renew_a_token_once(stand: Stand) -> None:
    """A refresh token works once: whoever used it second would lose the account."""
    used: list[str] = []
    stand.keeper._wait = lambda _: real_time.sleep(0.01)

    def refresh(old: Grant) -> Grant:
        used.append(old.refresh_token)
        real_time.sleep(0.05)
        ends = stand.time.now() + timedelta(hours=1)
        return grant(f"n{len(used)}", expires_at=ends)

    stand.net.on_refresh = refresh
    expiring(stand, 10)
    with ThreadPoolExecutor(20) as pool:
        tokens = set(pool.map(lambda _: stand.keeper.open(stand.account).token, range(100)))
    assert (tokens, used) == ({"access-n1"}, ["refresh-one"])


def test_what_a_renewal_leaves_out_is_kept(stand: Stand) -> None:
    stand.net.on_refresh = lambda old: Grant(access_token="fresh")
    expiring(stand, 10)
    opened = stand.keeper.open(stand.account)
    assert (opened.token, opened.name, opened.external_id) == ("fresh", "A channel", "channel")
    used = []
    stand.net.on_refresh = lambda old: used.append(old.refresh_token) or grant("later")  # type: ignore[func-returns-value]
    stand.keeper.refused(stand.account, "fresh", "401")
    assert used == ["refresh-one"]


def test_a_renewal_that_cannot_be_done_now_leaves_the_token_in_use(stand: Stand) -> None:
    def fail(_: Grant) -> Grant:
        raise ProviderUnavailable("gone", provider="net", operation="token")

    stand.net.on_refresh = fail
    expiring(stand, 100)
    assert stand.keeper.open(stand.account).token == "access-one"
    stand.time.wait(101)
    with pytest.raises(ProviderUnavailable):
        stand.keeper.open(stand.account)
    assert stand.keeper.rows.get(stand.account).health is Health.OK


def test_a_refusal_while_a_person_connects_anew_does_not_disconnect(stand: Stand) -> None:
    def refuse(_: Grant) -> Grant:
        stand.keeper.connect("net", grant("anew"))
        raise auth_failed()

    stand.net.on_refresh = refuse
    expiring(stand, 10)
    with pytest.raises(ProviderAuthFailed):
        stand.keeper.open(stand.account)
    assert stand.keeper.open(stand.account).token == "access-anew"


def test_a_renewer_that_died_is_replaced(stand: Stand) -> None:
    expiring(stand, 10)
    account = stand.keeper.rows.get(stand.account)
    assert stand.keeper.rows.begin_refresh(account, hold_s=60)
    stand.time.wait(11)
    with pytest.raises(ProviderUnavailable, match="Another process"):
        stand.keeper.open(stand.account)
    stand.time.wait(31)
    assert stand.keeper.open(stand.account).token == "access-again1"


def test_a_disconnected_account_holds_no_token(stand: Stand) -> None:
    stand.keeper.rows.disconnect(stand.account)
    row = stand.keeper.rows.get(stand.account)
    assert (row.sealed_access, row.sealed_refresh) == ("", "")
    with pytest.raises(ProviderAuthFailed, match="accounts connect net"):
        stand.keeper.open(stand.account)
    assert stand.keeper.rows.all() == []


def test_a_dump_of_the_database_shows_no_secret(
    stand: Stand, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    access, refresh, upload, code = SECRETS
    stand.net.exchange = lambda **_: grant(access_token=access, refresh_token=refresh)  # type: ignore[assignment,method-assign]
    state, _ = begin(stand)
    stand.keeper.finish(user="ada", state=state, code=code)
    stand.net.on_prepare = [lambda _, desk: desk.save(url=upload)]
    stand.net.on_commit = fails(auth_failed())
    stand.net.on_refresh = lambda _: (_ for _ in ()).throw(auth_failed())  # type: ignore[assignment]
    stand.add()
    (done,) = stand.run_due()
    assert done.error_code == "provider_auth"
    connection = stand.database.engine.raw_connection()
    dump = "\n".join(connection.driver_connection.iterdump())  # type: ignore[union-attr]
    connection.close()
    files = b"".join(path.read_bytes() for path in tmp_path.glob("platform.db*"))
    for secret in (*SECRETS, state, *KEYS):
        assert secret not in dump
        assert secret.encode() not in files
        assert secret not in repr(stand.keeper.rows.get(stand.account))
    assert re.search(r"[0-9a-f]{8}\.gAAAA", dump), "tokens were there to be found"
    assert not set(SECRETS) & set(capfd.readouterr().out.split())


def test_keys_are_rotated_without_a_failed_read(database: Database, tmp_path: Path) -> None:
    """Old key, then new and old, then new alone, while others read all the time."""
    old, new = KEYS
    places = [tmp_path / name for name in ("a", "b", "c")]
    for place in places:
        place.mkdir()
    before = make_stand(database, places[0], keys=[old])
    during = make_stand(database, places[1], keys=[new, old])
    after = make_stand(database, places[2], keys=[new])
    ids = [before.keeper.connect("net", grant(str(n), external_id=str(n))).id for n in range(50)]
    reads: list[str] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            reads.extend(during.keeper.open(one).token for one in ids)

    with ThreadPoolExecutor(2) as pool:
        readers = [pool.submit(read) for _ in range(2)]
        renew = Secrets(database).renew
        assert renew(Vault([new, old]).reseal) == 100, "an access and a refresh token each"
        assert renew(Vault([new, old]).reseal) == 0
        done.set()
        for reader in readers:
            reader.result()
    assert [after.keeper.open(one).token for one in ids] == [f"access-{n}" for n in range(50)]
    assert set(reads) <= {f"access-{n}" for n in range(50)}


def test_every_kind_of_secret_of_every_tenant_is_put_under_the_new_key(database: Database) -> None:
    """A verifier, a webhook's two secrets and a handle are sealed, too."""
    old, new = Vault([KEYS[0]]), Vault([KEYS[1], KEYS[0]])
    for tenant in ("default", "other"):
        own = database.of(tenant)
        Accounts(own).open_connection(
            f"state of {tenant}",
            user="ana",
            platform="net",
            sealed_verifier=old.seal("v", "x"),
            redirect_uri="https://studio.test",
            life_s=600,
        )
        hooks = Webhooks(own)
        hooks.add(f"hook of {tenant}", "https://a.test", (EventKind.PUBLICATION_STATE,), "")
        hooks.change(f"hook of {tenant}", secret=old.seal("s", "x"), previous_secret="")
        rows = Publications(own)
        rows.add(
            f"post of {tenant}", project=PROJECT, platform="net", format=Format.WIDE, wish=Wish()
        )
        held = rows.claim(f"post of {tenant}")
        assert held is not None
        rows.save_handle(held, old.seal("h", "x"))
        rows.let_go(held)
    assert Secrets(database).renew(new.reseal) == 6
    assert Secrets(database).renew(new.reseal) == 0
    kept = Publications(database.of("other")).get("post of other").sealed_handle
    assert Vault([KEYS[1]]).open(kept, "x") == "h"


def test_a_handle_that_is_being_used_is_left_to_whoever_uses_it(database: Database) -> None:
    rows = Publications(database)
    rows.add("one", project=PROJECT, platform="net", format=Format.WIDE, wish=Wish())
    held = rows.claim("one")
    assert held is not None
    rows.save_handle(held, Vault([KEYS[0]]).seal("h", "x"))
    assert Secrets(database).renew(Vault([KEYS[1], KEYS[0]]).reseal) == 0
    rows.save_handle(held, "still mine")
