"""Planted keys come out nowhere: no error, no repr, no log, no row, no stored object, no URL."""

import itertools
import logging
import pickle
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import inspect, text

from tests.generation.ledgers import FakeTime, make_ledger
from tests.scenarios.accounts import KEY, account, name_of, request_for
from tests.scenarios.faults import PHASES
from tests.scenarios.server import Call, Fault, Reply, ScenarioServer, json_reply
from tests.scenarios.speakers import all_speakers
from video_platform.db.database import Database, open_database
from video_platform.generation.ledger import LedgerPolicy
from video_platform.montage.probe import probe_media
from video_platform.providers.registry import provider_classes
from video_platform.providers.remote import RemoteProvider
from video_platform.providers.service import Access
from video_platform.providers.transport import Clock
from video_platform.settings import Settings
from video_platform.store import MediaStore, open_store

OTHER = "canary-5f1e9c-second-account"
REMOTE = [
    kind
    for kind in provider_classes()
    if issubclass(kind, RemoteProvider) and kind.service.name in all_speakers()
]


def _provider(
    kind: type[RemoteProvider[Any]], server: ScenarioServer, store: MediaStore, key: str
) -> RemoteProvider[Any]:
    time = FakeTime()
    access = account(kind, server.url(kind.service.name), key)
    return kind(access, store.path, clock=Clock(time.now, time.sleep))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("canaries")


@pytest.fixture(scope="module")
def database(home: Path) -> Iterator[Database]:
    made = open_database(Settings(data_dir=home / "data").resolved_database_url)
    yield made
    made.engine.dispose()


@pytest.fixture(scope="module")
def store(home: Path) -> MediaStore:
    settings = Settings(data_dir=home / "data")
    return open_store(settings.resolved_store_url, cache_dir=home / "cache")


@pytest.fixture(scope="module")
def server(home: Path) -> Iterator[ScenarioServer]:
    made = ScenarioServer(list(all_speakers().values()), home / "accepted.log")
    yield made
    made.close()


@pytest.fixture(autouse=True)
def _empty(database: Database, home: Path) -> Iterator[None]:
    """One provider's leak is not held against the next one."""
    yield
    with database.engine.begin() as connection:
        for table in _tables(database):
            connection.execute(text(f'DELETE FROM "{table}"'))  # noqa: S608 - own tables
    shutil.rmtree(home / "data" / "store" / "media", ignore_errors=True)


_COUNT = itertools.count()


def _run(
    provider: RemoteProvider[Any], database: Database, store: MediaStore, home: Path
) -> BaseException | None:
    ledger = make_ledger(
        database,
        store,
        home / "s",
        policy=LedgerPolicy(timeout_s=30, timeouts_s={}, retry_attempts=1),
        probe=probe_media,
        tenant=f"t{next(_COUNT)}",
    )
    try:
        ledger.obtain(provider, request_for(type(provider), store))
    except Exception as error:  # noqa: BLE001 - whatever it is must not carry the key
        return error
    finally:
        provider.http.close()
    return None


def _shown(error: BaseException | None) -> str:
    """Everything a traceback, a log or a report would print of an error and its causes."""
    said: list[str] = []
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        said += [str(error), repr(error), repr(error.args), repr(vars(error))]
        said += getattr(error, "__notes__", [])
        error = error.__cause__ or error.__context__
    return "\n".join(said)


def _dump(database: Database) -> str:
    """Every value of every table."""
    lines = []
    with database.engine.connect() as connection:
        for table in inspect(database.engine).get_table_names():
            rows = connection.execute(text(f'SELECT * FROM "{table}"'))  # noqa: S608 - own tables
            lines += [f"{table}: {tuple(row)!r}" for row in rows]
    return "\n".join(lines)


def _tables(database: Database) -> list[str]:
    return [name for name in inspect(database.engine).get_table_names() if "version" not in name]


def _assert_hidden(
    key: str, error: BaseException | None, database: Database, home: Path, logged: str
) -> None:
    places = {"an error": _shown(error), "the database": _dump(database), "a log": logged}
    for file in (home / "data").rglob("*"):
        # What was deleted from a database stays in its file for a while: its rows were read above.
        if file.is_file() and ".db" not in file.name:
            places[file.name] = file.read_bytes().decode("latin-1")
    found = {place: _around(key, said) for place, said in places.items() if key in said}
    assert not found


def _around(key: str, said: str) -> str:
    at = said.index(key)
    return said[max(0, at - 120) : at + len(key) + 20]


@pytest.mark.parametrize("kind", REMOTE, ids=name_of)
def test_nothing_wrong(
    kind: type[Any],
    server: ScenarioServer,
    database: Database,
    store: MediaStore,
    home: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    server.world.calls.clear()
    provider = _provider(kind, server, store, KEY)
    assert _run(provider, database, store, home) is None
    _assert_hidden(KEY, None, database, home, caplog.text)
    for _, phase, call in server.world.calls:
        assert KEY not in f"{call.path} {call.query}", "in a URL"
        assert KEY.encode() not in call.body, "in a body"
        if phase == "download" and not kind.service.trusts_links:
            assert KEY not in str(call.headers), "given to a link"
    for value in (provider, provider.http, provider.access, provider.http.service):
        assert KEY not in repr(value)


def _echo(status: int) -> Fault:
    """A service that repeats all it was sent."""

    def fault(call: Call, _: str, __: Any) -> Reply:
        sent = " ".join(f"{name}: {value}" for name, value in call.headers.items())
        body = {
            "error": {"message": f"I got {sent}", "code": sent},
            "detail": [{"msg": sent}],
            "status": sent,
            "id": sent,
        }
        return json_reply(body, status)

    return fault


@pytest.mark.parametrize("status", [200, 401])
@pytest.mark.parametrize("kind", REMOTE, ids=name_of)
def test_a_service_that_repeats_the_key(
    kind: type[Any],
    status: int,
    server: ScenarioServer,
    database: Database,
    store: MediaStore,
    home: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    for phase in PHASES:
        server.world.faults = {f"{kind.service.name}/{phase}": _echo(status)}
        try:
            error = _run(_provider(kind, server, store, KEY), database, store, home)
        finally:
            server.world.faults = {}
        _assert_hidden(KEY, error, database, home, caplog.text)


@pytest.mark.parametrize("kind", REMOTE, ids=name_of)
def test_two_accounts_in_one_process_do_not_mix(
    kind: type[Any], server: ScenarioServer, database: Database, store: MediaStore, home: Path
) -> None:
    server.world.calls.clear()
    _run(_provider(kind, server, store, OTHER), database, store, home)
    assert not any(KEY in str(call.headers) for _, _, call in server.world.calls)
    assert OTHER not in _dump(database)


def test_an_account_does_not_show_its_secrets() -> None:
    access = Access(key=KEY, base_url="https://a.example", extra={"SECOND": OTHER})
    for shown in (repr(access), str(access), f"{access}", repr(replace(access, model="m"))):
        assert KEY not in shown
        assert OTHER not in shown


def test_errors_survive_being_sent_to_another_process_without_secrets() -> None:
    """Dagster sends errors between processes by pickle."""
    from video_platform.errors import ProviderAuthFailed, ProviderRateLimited

    for kind in (ProviderAuthFailed, ProviderRateLimited):
        error = kind("no", provider="p", operation="submit", hint="h")
        again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
        assert (again.message, again.hint, again.provider) == ("no", "h", "p")
