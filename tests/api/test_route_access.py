"""Every route x {no token, expired, revoked, other tenant, viewer ...}, from the route table.

A route says whom it is for by a dependency of ``api.deps``; one that does not, or that names its
resources in a way unknown here, fails. Every call is a valid one but for who makes it: bodies are
the examples of the schemas, and ids belong to objects that exist.
"""

import json
import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import Depends, FastAPI
from fastapi.responses import StreamingResponse
from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient
from pydantic import BaseModel
from starlette.websockets import WebSocketDisconnect

from api.app import PREFIX, create_app
from api.deps import PUBLIC, ByHeader, Editor, Rule, Viewer, authority_of, rule_of
from api.limits import Limit, Standing, Windows
from tests.api.conftest import Headers, user_of
from video_platform.access.authority import Authority
from video_platform.access.keyring import keyring_of_machine
from video_platform.agents.studio import Studio
from video_platform.db.models import (
    AccountRow,
    AssetRow,
    Base,
    CommandRow,
    KitRow,
    PublicationRow,
    SlotRow,
    UploadRow,
    WebhookDeliveryRow,
    WebhookRow,
)
from video_platform.domain.access import Role
from video_platform.domain.brief import Brief
from video_platform.domain.language import Language
from video_platform.montage.hls import PLAYLIST
from video_platform.settings import Settings

SECRET_WORD = "saffron"
NOW = datetime.now(UTC)
PUBLIC_ROUTES = {"healthz", "readyz", "register", "login", "refresh", "show_connection"}
"""Anybody may call these. A new one is a decision: it is taken here."""
DOCUMENTATION = {"/openapi.json", "/docs", "/docs/oauth2-redirect", "/redoc"}
PAGES = {"/", "/_next/{path}", *(f"/{language}/{{path}}" for language in Language)}
"""The built front end: files without anybody's data."""


OTHERWISE = {("read_preview", "name"): "playlist"}
"""Parameters that mean something else on one route."""


@dataclass(frozen=True)
class RouteCase:
    """One method of one route."""

    method: str
    path: str
    name: str
    rule: Rule | None
    parameters: tuple[str, ...]
    body: Any
    is_stream: bool

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    def address(self, fill: Callable[[str], str]) -> str:
        """The path with its parameters filled in, in their order."""
        return re.sub(r"{[^}]*}", "{}", self.path).format(*map(fill, self.parameters))

    @property
    def role(self) -> Role:
        assert self.rule is not None
        assert self.rule.role is not None
        return self.rule.role


def _routes(app: FastAPI) -> Iterator[RouteCase]:
    for route in iter_route_contexts(app.routes):
        path = str(getattr(route, "path_format", route.path))
        dependant = getattr(route, "dependant", None)
        if dependant is None:
            assert path in DOCUMENTATION | PAGES, f"{path} is served by something that has no rule"
            continue
        body = getattr(route, "body_field", None)
        for method in sorted(route.methods or ["WEBSOCKET"]):
            yield RouteCase(
                method=method,
                path=path,
                name=str(route.name),
                rule=rule_of(dependant),
                parameters=tuple(
                    OTHERWISE.get((str(route.name), one.alias), one.alias)
                    for one in dependant.path_params
                ),
                body=body.field_info.annotation if body else None,
                is_stream=getattr(route, "response_class", None) is StreamingResponse,
            )


ALL = list(_routes(create_app()))
GUARDED = [one for one in ALL if one.path.startswith(PREFIX) and one.name not in PUBLIC_ROUTES]
ANSWERING = [one for one in GUARDED if one.method != "WEBSOCKET"]
SOCKETS = [one for one in GUARDED if one.method == "WEBSOCKET"]


class Unlimited(Windows):
    """Counts nobody: these tests call more often than any person may."""

    def hit(self, limit: Limit, who: str, *, is_read: bool = False) -> Standing | None:
        return None


@dataclass
class World:
    """An application with two tenants."""

    api: TestClient
    app: FastAPI
    settings: Settings
    made: dict[str, str] = field(default_factory=dict)

    @property
    def authority(self) -> Authority:
        return authority_of(self.app)

    def studio(self, tenant: str = "a") -> Studio:
        return self.app.state.installation.studio(tenant)  # type: ignore[no-any-return]

    def headers(self, *, role: str = "owner", tenant: str = "a") -> Headers:
        session = self.authority.open_session(user_of(self.app, role=role, tenant=tenant))
        return {"Authorization": f"Bearer {session.access_token}"}

    def add(self, row: Base) -> None:
        with self.studio().database.session() as session, session.begin():
            session.add(row)

    def make(self, parameter: str) -> str:
        """An object of tenant a that this path parameter names; the same while a case lasts."""
        if parameter not in self.made:
            self.made[parameter] = OBJECTS[parameter].make(self)
        return self.made[parameter]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    settings = Settings(data_dir=tmp_path_factory.mktemp("world") / "data")
    app = create_app(settings)
    app.state.windows = Unlimited()
    with TestClient(app, raise_server_exceptions=False) as api:
        for tenant in "ab":
            user_of(app, tenant=tenant)
        yield World(api, app, settings)


@pytest.fixture
def world(built: World) -> World:
    built.made = {}
    built.api.cookies.clear()
    return built


# -- objects that path parameters name ---------------------------------------------------------


def _project(world: World) -> str:
    brief = Brief(text=f"{SECRET_WORD} {uuid.uuid4().hex}")
    return world.studio().open_project(brief).key


def _sha256(world: World) -> str:
    path = world.settings.home / "picture.png"
    path.write_bytes(f"{SECRET_WORD}".encode())
    return world.studio().store.put(Path(path), "image/png").sha256


def _asset(world: World, kind: str = "image") -> str:
    row_id = str(uuid.uuid4())
    row = AssetRow(
        id=row_id,
        project=world.make("key"),
        kind=kind,
        stage="montage" if kind == "film" else "scene_images",
        sha256=_sha256(world),
        media_type="image/png",
        size_bytes=len(SECRET_WORD),
        prompt=SECRET_WORD,
        created_at=NOW,
    )
    world.add(row)
    return row_id


def _upload(world: World) -> str:
    row_id = str(uuid.uuid4())
    world.add(
        UploadRow(
            id=row_id,
            name=f"{SECRET_WORD}.png",
            media_type="image/png",
            size_bytes=9,
            created_at=NOW,
            expires_at=NOW + timedelta(days=1),
        )
    )
    return row_id


def _film(world: World) -> str:
    return _asset(world, "film")


def _command(world: World) -> str:
    row = CommandRow(project=world.make("key"), kind="render", created_at=NOW)
    with world.studio().database.session() as session, session.begin():
        session.add(row)
        session.flush()
        return str(row.id)


def _user(world: World) -> str:
    email = f"{SECRET_WORD}-{uuid.uuid4().hex}@a.test"
    return world.authority.invite("a", email=email, name="", role=Role.VIEWER)[0].id


def _api_key(world: World) -> str:
    owner = world.authority.identify(world.headers()["Authorization"].partition(" ")[2])
    return world.authority.create_key(owner, name=SECRET_WORD, role=Role.VIEWER)[0].id


def _webhook(world: World) -> str:
    row_id = uuid.uuid4().hex
    url = f"https://{SECRET_WORD}.test/hooks"
    world.add(WebhookRow(id=row_id, url=url, kinds=[], secret="", created_at=NOW))
    return row_id


def _delivery(world: World) -> str:
    row_id = f"msg_{uuid.uuid4().hex}"
    world.add(
        WebhookDeliveryRow(
            id=row_id,
            webhook=world.make("webhook_id"),
            seq=1,
            kind="video.rendered",
            body=SECRET_WORD,
            state="waiting",
            due_at=NOW,
            created_at=NOW,
        )
    )
    return row_id


def _account(world: World) -> str:
    row_id = str(uuid.uuid4())
    world.add(
        AccountRow(
            id=row_id,
            platform="youtube",
            external_id=uuid.uuid4().hex,
            name=SECRET_WORD,
            access_token="",
            connected_at=NOW,
        )
    )
    return row_id


def _publication(world: World) -> str:
    row_id = str(uuid.uuid4())
    world.add(
        PublicationRow(
            id=row_id,
            project=world.make("key"),
            platform="local_channel",
            format="16:9",
            post={"title": SECRET_WORD},
            state="scheduled",
            due_at=NOW + timedelta(days=1),
            created_at=NOW,
        )
    )
    return row_id


def _slot(world: World) -> str:
    row_id = str(uuid.uuid4())
    world.add(
        SlotRow(
            id=row_id, account=world.make("account_id"), weekday=1, minute=600, zone="Europe/Paris"
        )
    )
    return row_id


def _kit(world: World) -> str:
    row_id = str(uuid.uuid4())
    world.add(
        KitRow(
            id=row_id,
            name=row_id,
            kit={"style_words": SECRET_WORD},
            created_at=NOW,
            updated_at=NOW,
        )
    )
    return row_id


@dataclass(frozen=True)
class Named:
    """How an object of tenant a is made, and an id of the same shape that nothing has."""

    make: Callable[[World], str]
    missing: str

    @property
    def is_fixed(self) -> bool:
        """Whether it is no id but a word all tenants share."""
        return self.missing == ""


def _word(word: str) -> Named:
    return Named(lambda _: word, "")


_NO_UUID = "00000000-0000-4000-8000-000000000000"
OBJECTS = {
    "key": Named(_project, "missing-0123456789"),
    "asset_id": Named(_asset, _NO_UUID),
    "film_id": Named(_film, _NO_UUID),
    "upload_id": Named(_upload, _NO_UUID),
    "command_id": Named(_command, "2000000000"),
    "rendering_id": Named(_command, "2000000000"),
    "user_id": Named(_user, "u" + "0" * 16),
    "key_id": Named(_api_key, "k" + "0" * 16),
    "webhook_id": Named(_webhook, "0" * 32),
    "delivery_id": Named(_delivery, "msg_" + "0" * 32),
    "account_id": Named(_account, _NO_UUID),
    "publication_id": Named(_publication, _NO_UUID),
    "slot_id": Named(_slot, _NO_UUID),
    "kit": Named(_kit, _NO_UUID),
    "name": Named(lambda w: f"{_stored(w)}.png", "0" * 64 + ".png"),
    "playlist": _word(PLAYLIST),
    "scene_id": _word("1"),
    "stage": _word("script"),
    "slug": _word("16x9"),
    "platform": _word("youtube"),
}
"""How each path parameter is filled. A new one gets a line here."""
BODY_IDS = {"project": "key", "account": "account_id", "account_id": "account_id"}
"""Fields of bodies that name something which has an owner, and the parameter they are like."""


def _stored(world: World) -> str:
    world.make("asset_id")
    return _sha256(world)


# -- calls -------------------------------------------------------------------------------------

SPECIAL: dict[str, dict[str, Any]] = {
    "create_batch": {
        "content": json.dumps([{"text": "A film."}]),
        "headers": {"Content-Type": "application/json"},
    },
    "append_to_upload": {
        "content": b"saffron",
        "headers": {"Content-Type": "application/octet-stream", "Upload-Offset": "0"},
    },
}
"""What routes that read no JSON model are sent."""


def _example(case: RouteCase, fill: Callable[[str], str]) -> Any:
    if case.body is None:
        return None
    assert isinstance(case.body, type), f"{case}: say in SPECIAL what it is sent"
    assert issubclass(case.body, BaseModel), f"{case}: say in SPECIAL what it is sent"
    examples = case.body.model_json_schema().get("examples")
    assert examples, f"{case}: its body has no example"
    return _filled(examples[0], fill)


def _filled(value: Any, fill: Callable[[str], str]) -> Any:
    if isinstance(value, dict):
        return {
            name: fill(BODY_IDS[name])
            if name in BODY_IDS and isinstance(one, str)
            else _filled(one, fill)
            for name, one in value.items()
        }
    return [_filled(one, fill) for one in value] if isinstance(value, list) else value


def _names_objects(case: RouteCase) -> bool:
    asked: list[str] = []
    if case.name not in SPECIAL:
        _example(case, lambda parameter: asked.append(parameter) or "")  # type: ignore[func-returns-value]
    return bool(asked) or any(not OBJECTS[one].is_fixed for one in case.parameters)


def _missing(parameter: str) -> str:
    named = OBJECTS[parameter]
    return named.missing or named.make(None)  # type: ignore[arg-type]


def _call(
    world: World,
    case: RouteCase,
    headers: Headers,
    fill: Callable[[str], str],
    query: dict[str, str] | None = None,
) -> Any:
    sent = dict(SPECIAL.get(case.name, {}))
    if not sent:
        body = _example(case, fill)
        sent = {} if body is None else {"json": body}
    path = case.address(fill)
    wanted = {**sent.pop("headers", {}), **headers}
    return world.api.request(case.method, path, headers=wanted, params=query, **sent)


def _masked(world: World, text: str) -> str:
    """Without the ids: a refusal may repeat what was asked for, and nothing else."""
    ids = [*world.made.values(), *(one.missing for one in OBJECTS.values() if one.missing)]
    for one in sorted(ids, key=len, reverse=True):
        text = text.replace(one, "ID")
    return text


# -- who is asking -----------------------------------------------------------------------------


def _nobody(_: World) -> Headers:
    return {}


def _expired(world: World) -> Headers:
    import jwt

    key = keyring_of_machine(world.settings.home / "token-keys")[0]
    valid = world.headers()["Authorization"].partition(" ")[2]
    claims = jwt.decode(valid, options={"verify_signature": False})
    claims["exp"] = int((NOW - timedelta(minutes=1)).timestamp())
    headers = jwt.get_unverified_header(valid)
    token = jwt.encode(claims, key.secret, algorithm="HS256", headers=headers)
    return {"Authorization": f"Bearer {token}"}


def _signed_out(world: World) -> Headers:
    headers = world.headers()
    token = headers["Authorization"].partition(" ")[2]
    world.authority.sign_out(world.authority.identify(token))
    return headers


def _shut_out(world: World) -> Headers:
    user = world.make("user_id")
    session = world.authority.open_session(
        next(one for one in world.authority.users("a") if one.id == user)
    )
    world.authority.change_user("a", user, is_disabled=True)
    return {"Authorization": f"Bearer {session.access_token}"}


def _key(world: World, role: Role) -> tuple[str, str]:
    owner = world.authority.identify(world.headers()["Authorization"].partition(" ")[2])
    made, key = world.authority.create_key(owner, name="machine", role=role)
    return made.id, key


def _revoked_key(world: World) -> Headers:
    key_id, key = _key(world, Role.OWNER)
    world.authority.revoke_key("a", key_id)
    return {"Authorization": f"Bearer {key}"}


STRANGERS: dict[str, Callable[[World], Headers]] = {
    "no token": _nobody,
    "expired": _expired,
    "signed out": _signed_out,
    "shut out": _shut_out,
    "revoked key": _revoked_key,
}
each_stranger = pytest.mark.parametrize("stranger", STRANGERS)
each_ending_route = pytest.mark.parametrize(
    "case", [one for one in ANSWERING if not one.is_stream], ids=str
)
"""Streams that open have tests of their own: they never end."""
each_route = pytest.mark.parametrize("case", ANSWERING, ids=str)
each_socket = pytest.mark.parametrize("case", SOCKETS, ids=str)


def test_every_route_says_whom_it_is_for() -> None:
    assert [str(one) for one in ALL if one.rule is None] == []


def test_a_route_that_says_nothing_is_found() -> None:
    app = FastAPI()
    app.get("/forgotten")(lambda: None)
    app.get("/public", dependencies=[PUBLIC])(lambda: None)

    def below(who: Viewer) -> None:
        pass

    def edit(who: Editor, more: None = Depends(below)) -> None:
        pass

    app.get("/edited")(edit)
    rules = {one.path: one.rule for one in _routes(app) if one.path not in DOCUMENTATION}
    assert rules["/forgotten"] is None
    assert rules["/public"] is not None
    assert rules["/public"].role is None
    assert rules["/edited"] == ByHeader(Role.EDITOR)


def test_only_the_door_and_health_are_open_to_anybody() -> None:
    assert {one.name for one in ALL if one.rule and one.rule.role is None} == PUBLIC_ROUTES


def test_both_addresses_of_a_route_have_the_same_rule() -> None:
    rules: dict[tuple[str, str], set[Rule | None]] = {}
    for one in ALL:
        rules.setdefault((one.method, one.path.removeprefix(PREFIX)), set()).add(one.rule)
    assert all(len(found) == 1 for found in rules.values())
    assert {one.path.removeprefix(PREFIX) for one in ALL} >= {"/projects", "/assets", "/videos"}


def test_every_path_parameter_is_known() -> None:
    unknown = {name for one in ALL for name in one.parameters} - set(OBJECTS)
    assert unknown == set(), "say in OBJECTS how such an object is made"


@each_stranger
@each_route
def test_whoever_may_not_come_in_gets_401(world: World, case: RouteCase, stranger: str) -> None:
    answer = _call(world, case, STRANGERS[stranger](world), world.make)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert SECRET_WORD not in answer.text


TOO_LOW = [(one, role) for one in ANSWERING for role in Role if one.rule and not role.may(one.role)]


@pytest.mark.parametrize(("case", "role"), TOO_LOW, ids=[f"{one}-{role}" for one, role in TOO_LOW])
def test_a_role_that_is_too_low_gets_403(world: World, case: RouteCase, role: Role) -> None:
    answer = _call(world, case, world.headers(role=role.value), world.make)
    assert answer.status_code == 403
    if case.method != "HEAD":
        assert answer.json()["code"] == "role_missing"
    weak_key = {"Authorization": f"Bearer {_key(world, role)[1]}"}
    assert _call(world, case, weak_key, world.make).status_code == 403


@each_ending_route
def test_the_role_a_route_names_may_call_it(world: World, case: RouteCase) -> None:
    answer = _call(world, case, world.headers(role=case.role.value), world.make)
    assert answer.status_code not in {401, 403, 429}
    assert answer.status_code < 500


@each_ending_route
def test_what_is_for_people_is_closed_to_keys(world: World, case: RouteCase) -> None:
    assert case.rule is not None
    headers = {"Authorization": f"Bearer {_key(world, Role.OWNER)[1]}"}
    answer = _call(world, case, headers, world.make)
    is_refused = answer.status_code == 403 and answer.json()["code"] == "people_only"
    assert is_refused or not case.rule.is_for_people_only
    assert answer.status_code != 401


@pytest.mark.parametrize(
    "case", [one for one in ANSWERING if isinstance(one.rule, ByHeader)], ids=str
)
def test_a_ticket_opens_only_what_says_so(world: World, case: RouteCase) -> None:
    owner = world.authority.identify(world.headers()["Authorization"].partition(" ")[2])
    query = {"ticket": world.authority.ticket(owner)}
    assert _call(world, case, {}, world.make, query).status_code == 401


@pytest.mark.parametrize("case", [one for one in ANSWERING if _names_objects(one)], ids=str)
def test_another_tenants_id_answers_like_a_missing_one(world: World, case: RouteCase) -> None:
    other = world.headers(tenant="b")
    foreign = _call(world, case, other, world.make)
    missing = _call(world, case, other, _missing)
    assert foreign.status_code == missing.status_code == 404
    assert _masked(world, foreign.text) == _masked(world, missing.text)
    assert SECRET_WORD not in _masked(world, foreign.text)


@each_ending_route
def test_no_answer_to_another_tenant_holds_anything_of_this_one(
    world: World, case: RouteCase
) -> None:
    key = world.make("key")
    for parameter in OBJECTS:
        world.make(parameter)
    queries = [{}, {"project": key}, {"q": SECRET_WORD}, {"key": key}]
    for query in queries if case.method == "GET" else queries[:1]:
        answer = _call(world, case, world.headers(tenant="b"), _missing, query)
        assert SECRET_WORD not in answer.text.replace(key, "")


def test_every_kind_of_object_is_found_by_its_own_tenant(world: World) -> None:
    """Else a 404 to another tenant would prove nothing."""
    found: set[str] = set()
    for case in ANSWERING:
        if case.is_stream or case.method not in {"GET", "HEAD", "PATCH", "POST", "DELETE"}:
            continue
        world.made = {}
        if _call(world, case, world.headers(), world.make).status_code < 300:
            found |= set(case.parameters)
    used = {name for one in ANSWERING for name in one.parameters if not OBJECTS[name].is_fixed}
    assert used - found == set()


def _connect(world: World, case: RouteCase, headers: Headers, fill: Callable[[str], str]) -> int:
    """The code a WebSocket is closed with."""
    path = case.address(fill)
    with (
        pytest.raises(WebSocketDisconnect) as closed,
        world.api.websocket_connect(path, headers=headers) as socket,
    ):
        socket.receive_text()
    return closed.value.code


@each_stranger
@each_socket
def test_whoever_may_not_come_in_opens_no_socket(
    world: World, case: RouteCase, stranger: str
) -> None:
    assert _connect(world, case, STRANGERS[stranger](world), world.make) == 1008


@pytest.mark.parametrize("case", [one for one in SOCKETS if one.parameters], ids=str)
def test_another_tenants_socket_closes_like_a_missing_one(world: World, case: RouteCase) -> None:
    other = world.headers(tenant="b")
    codes = {_connect(world, case, other, fill) for fill in (world.make, _missing)}
    assert len(codes) == 1
    assert codes != {1000}
