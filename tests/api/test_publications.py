"""Publications over HTTP: planned, moved and called off in time, and decided when in doubt."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import update

from api.limits import LIMITS
from tests.factories import make_film, make_scene, make_script
from video_platform.agents.studio import Studio
from video_platform.db.models import AccountRow, MetricRow, PublicationRow
from video_platform.domain.brief import Brief
from video_platform.domain.codec import to_manifest
from video_platform.domain.formats import Format
from video_platform.domain.manifests import Montage
from video_platform.domain.project import Stage
from video_platform.store.manifests import current_key

V = "/api/v1"
P = f"{V}/publications"
KEY = "bread-0123456789"
LATER = "2099-12-01T09:00"
WISH = {"project": KEY, "platforms": ["local_channel"], "at": LATER, "zone": "Europe/Paris"}
Headers = dict[str, str]


@pytest.fixture
def owner(api: TestClient, signed_in: Any) -> Headers:
    headers: Headers = signed_in(api)
    return headers


@pytest.fixture
def studio(api: TestClient, owner: Headers) -> Studio:
    assert isinstance(api.app, FastAPI)
    studio: Studio = api.app.state.installation.studio("a")
    studio.projects.add(KEY, "Bread", Brief(text="Bread", formats=(Format.WIDE, Format.TALL)))
    return studio


def plan(api: TestClient, owner: Headers, **changes: Any) -> dict[str, Any]:
    answer = api.post(P, json={**WISH, **changes}, headers=owner)
    assert answer.status_code == 202, answer.text
    (made,) = answer.json()["publications"]
    return dict(made)


def read(api: TestClient, owner: Headers, publication: str) -> dict[str, Any]:
    return dict(api.get(f"{P}/{publication}", headers=owner).json())


def put(studio: Studio, publication: str, **values: Any) -> None:
    """Put a publication where only the state machine brings it."""
    with studio.database.session() as session, session.begin():
        found = update(PublicationRow).where(PublicationRow.id == publication)
        session.execute(found.values(**values))


def in_doubt(api: TestClient, owner: Headers, studio: Studio) -> str:
    made: str = plan(api, owner)["id"]
    values = {"state": "unconfirmed", "error_code": "outcome_unknown", "error": "No answer came."}
    put(studio, made, commits=1, committed_at=datetime.now(UTC), **values)
    return made


def add_account(studio: Studio, name: str, platform: str = "youtube", **values: Any) -> str:
    row = AccountRow(
        id=name.encode().hex(),
        platform=platform,
        external_id=name,
        name=name,
        access_token="",
        connected_at=datetime.now(UTC),
        **values,
    )
    with studio.database.session() as session, session.begin():
        session.add(row)
    return name.encode().hex()


def add_film(studio: Studio, tmp_path: Path, ratio: Format = Format.WIDE) -> None:
    def kept(name: str, kind: str) -> Any:
        path = tmp_path / name
        path.write_bytes(name.encode())
        return studio.store.put(path, kind)

    film = make_film(
        format=ratio,
        media=kept("film", "video/mp4"),
        poster=kept("poster", "image/jpeg"),
        srt=kept("srt", "application/x-subrip"),
        vtt=kept("vtt", "text/vtt"),
    )
    script = make_script([make_scene(1, "Flour, water and time.")], title="Why bread rises slowly")
    for stage, value in ((Stage.MONTAGE, Montage(films=(film,))), (Stage.SCRIPT, script)):
        studio.store.blobs.write(current_key(stage.value, KEY), to_manifest(value))


def test_a_time_of_a_zone_becomes_its_instant(
    api: TestClient, owner: Headers, studio: Studio
) -> None:
    answer = api.post(P, json=WISH, headers=owner)
    (made,) = answer.json()["publications"]
    assert answer.headers["location"] == f"{P}/{made['id']}"
    assert (made["due_at"], made["at"]) == ("2099-12-01T08:00:00Z", LATER)
    assert (made["state"], made["choices"]) == ("scheduled", ["edit", "unschedule"])
    assert studio.publish.rows.get(made["id"]).platform == "local_channel"


def test_the_plain_path_of_the_architecture_publishes(
    api: TestClient, owner: Headers, studio: Studio
) -> None:
    for path in ("/publish", f"{V}/publish"):
        assert api.post(path, json=WISH, headers=owner).status_code == 202


def test_without_a_time_it_is_due_at_once(api: TestClient, owner: Headers, studio: Studio) -> None:
    made = plan(api, owner, at=None)
    assert datetime.fromisoformat(made["due_at"]) <= datetime.now(UTC) + timedelta(seconds=2)
    assert [one.id for one in studio.publish.rows.claim_due()] == [made["id"]]


def test_a_lost_answer_is_never_posted_twice(
    api: TestClient, owner: Headers, studio: Studio
) -> None:
    named = {**owner, "Idempotency-Key": "one-post"}
    first, again = (api.post(P, json=WISH, headers=named) for _ in range(2))
    assert first.json() == again.json()
    assert again.headers["idempotent-replayed"] == "true"
    assert len(api.get(P, headers=owner).json()["items"]) == 1


def test_each_platform_gets_its_own_words(api: TestClient, owner: Headers, studio: Studio) -> None:
    add_account(studio, "bees")
    posts = {"youtube": {"title": "For YouTube", "ai_disclosure": False}}
    post = {"title": "For all", "caption": "Below", "hashtags": ["bread"]}
    wish = {**WISH, "platforms": ["local_channel", "youtube"], "post": post, "posts": posts}
    made = api.post(P, json=wish, headers=owner).json()
    words = {one["platform"]: one["post"] for one in made["publications"]}
    assert words["local_channel"]["title"] == "For all"
    assert words["youtube"]["title"] == "For YouTube"
    assert words["youtube"]["caption"] == "Below"
    assert (words["youtube"]["hashtags"], words["youtube"]["ai_disclosure"]) == (["bread"], False)
    listed = api.get(P, params={"batch": made["batch"]}, headers=owner).json()["items"]
    assert {one["platform"] for one in listed} == {"local_channel", "youtube"}


def test_one_that_is_refused_stops_no_other(
    api: TestClient, owner: Headers, studio: Studio
) -> None:
    wish = {**WISH, "platforms": ["local_channel", "tiktok", "nowhere"]}
    answer = api.post(P, json=wish, headers=owner).json()
    assert [one["platform"] for one in answer["publications"]] == ["local_channel"]
    refused = {one["to"]: one["code"] for one in answer["refused"]}
    assert refused == {"tiktok": "account_missing", "nowhere": "platform_unknown"}


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"platforms": []}, 422, "place_missing"),
        ({"platforms": ["nowhere"]}, 422, "platform_unknown"),
        ({"platforms": ["youtube"]}, 422, "account_missing"),
        ({"posts": {"youtub": {"title": "Lost"}}}, 422, "platform_unknown"),
        ({"platforms": [], "accounts": ["0" * 20]}, 404, "account_unknown"),
        ({"project": "missing-0123456789"}, 404, "project_missing"),
        ({"format": "1:1"}, 422, "format_missing"),
        ({"at": "2001-01-01T09:00"}, 422, "time_past"),
        ({"at": "2099-13-01T09:00"}, 422, "time_invalid"),
        ({"at": "2099-12-01T09:00Z"}, 422, "request_invalid"),
        ({"zone": "Europe/Atlantis"}, 422, "zone_unknown"),
        ({"zone": "../../etc/passwd"}, 422, "request_invalid"),
        ({"queue": True}, 422, "request_invalid"),
        ({"at": None, "queue": True}, 422, "queue_empty"),
        ({"post": {"privacy": "friends"}}, 422, "request_invalid"),
        ({"post": {"title": "nul \0"}}, 422, "request_invalid"),
        ({"state": "published"}, 422, "request_invalid"),
        ({"tenant": "b"}, 422, "request_invalid"),
    ],
)
def test_an_impossible_post_is_a_problem_and_plans_nothing(
    api: TestClient,
    owner: Headers,
    studio: Studio,
    change: dict[str, Any],
    status: int,
    code: str,
) -> None:
    answer = api.post(P, json={**WISH, **change}, headers=owner)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert api.get(P, headers=owner).json()["items"] == []


def test_a_batch_tells_of_every_project(api: TestClient, owner: Headers, studio: Studio) -> None:
    studio.projects.add("cake-0123456789", "Cake", Brief(text="Cake"))
    wish = {name: value for name, value in WISH.items() if name != "project"}
    projects = [KEY, "missing-0123456789", "cake-0123456789", KEY]
    answer = api.post(f"{P}/batch", json={**wish, "projects": projects}, headers=owner)
    assert answer.status_code == 202
    made = answer.json()
    assert [one["project"] for one in made["publications"]] == [KEY, "cake-0123456789"]
    assert [(one["project"], one["code"]) for one in made["refused"]] == [
        ("missing-0123456789", "project_missing")
    ]
    assert len(api.get(P, params={"batch": made["batch"]}, headers=owner).json()["items"]) == 2


def test_a_queue_gives_every_post_a_time_of_its_own(
    api: TestClient, owner: Headers, studio: Studio
) -> None:
    account = add_account(studio, "bees")
    slots = [{"weekday": day, "time": "09:00", "zone": "UTC"} for day in (0, 3)]
    where = f"{V}/accounts/{account}/slots"
    first = api.put(where, json={"slots": slots}, headers=owner).json()["next_free_at"]
    wish = {"project": KEY, "accounts": [account], "queue": True}
    made = [api.post(P, json=wish, headers=owner).json()["publications"][0] for _ in range(3)]
    times = [one["due_at"] for one in made]
    assert times[0] == first
    assert times == sorted(set(times))
    assert {datetime.fromisoformat(one).weekday() for one in times} == {0, 3}
    assert api.get(where, headers=owner).json()["next_free_at"] > times[-1]


def test_findings_come_before_anything_is_planned(
    api: TestClient, owner: Headers, studio: Studio, tmp_path: Path
) -> None:
    add_film(studio, tmp_path)
    asked = {"project": KEY, "platforms": ["local_channel", "youtube"], "title": "x" * 101}
    found = api.get(f"{P}/check", params=asked, headers=owner).json()
    fits = {one["platform"]: one for one in found}
    assert fits["local_channel"]["fits"]
    assert fits["local_channel"]["post"]["hashtags"] == ["bread", "rises", "slowly"]
    codes = [one["code"] for one in fits["youtube"]["findings"]]
    assert codes == ["account_missing", "title_too_long"]
    assert all(one["hint"] for one in fits["youtube"]["findings"])
    assert api.get(P, headers=owner).json()["items"] == []


def test_what_does_not_fit_is_not_planned(
    api: TestClient, owner: Headers, studio: Studio, tmp_path: Path
) -> None:
    add_film(studio, tmp_path)
    account = add_account(studio, "bees")
    wish = {"project": KEY, "accounts": [account], "at": LATER, "post": {"title": "x" * 101}}
    answer = api.post(P, json=wish, headers=owner)
    assert (answer.status_code, answer.json()["code"]) == (422, "title_too_long")
    assert api.post(P, json={**wish, "post": {}}, headers=owner).status_code == 202


def test_a_calendar_is_cut_out_of_the_list_and_paged(
    api: TestClient, owner: Headers, studio: Studio
) -> None:
    days = [plan(api, owner, at=f"2099-12-{day:02}T09:00", zone="UTC") for day in range(1, 8)]
    asked = {"from": "2099-12-02T09:00:00Z", "to": "2099-12-06T11:00:00+02:00", "limit": 2}
    seen: list[str] = []
    cursor = ""
    while True:
        page = api.get(P, params={**asked, "cursor": cursor}, headers=owner).json()
        seen += [one["id"] for one in page["items"]]
        cursor = page["next"]
        if not cursor:
            break
    assert seen == [one["id"] for one in reversed(days[1:5])]


def test_lists_are_filtered(api: TestClient, owner: Headers, studio: Studio) -> None:
    first, second = plan(api, owner)["id"], plan(api, owner)["id"]
    put(studio, second, state="failed", late_why="Begun 90 s after its time.", error="No.")

    def found(**asked: Any) -> list[str]:
        items = api.get(P, params=asked, headers=owner).json()["items"]
        return [one["id"] for one in items]

    assert found(state="failed") == found(late=True) == [second]
    assert found(state="scheduled", project=KEY) == [first]
    assert set(found(state=["scheduled", "failed"], platform="local_channel")) == {first, second}
    assert found(platform="youtube") == found(project="other-0123456789") == []


@pytest.mark.parametrize(
    "asked",
    [
        {"from": "0001-01-01T00:00:00+23:59"},
        {"to": "9999-12-31T23:59:59-23:59"},
        {"from": "2026-12-01"},
        {"cursor": "x"},
        {"state": "out"},
        {"limit": 101},
    ],
)
def test_an_impossible_search_is_a_problem(
    api: TestClient, owner: Headers, studio: Studio, asked: dict[str, str]
) -> None:
    assert api.get(P, params=asked, headers=owner).status_code == 422


def test_an_edit_changes_what_it_names_and_nothing_else(
    api: TestClient, owner: Headers, studio: Studio
) -> None:
    before = plan(api, owner, post={"title": "Old", "caption": "Kept", "hashtags": ["bread"]})
    seen = {**owner, "If-Match": f'"{before["version"]}"'}
    where = f"{P}/{before['id']}"
    after = api.patch(where, json={"title": "New"}, headers=seen)
    assert after.headers["etag"] == '"2"'
    assert after.json()["post"] == {**before["post"], "title": "New"}
    assert after.json()["due_at"] == before["due_at"]
    late = api.patch(where, json={"title": "Newer"}, headers=seen)
    assert (late.status_code, late.json()["code"]) == (409, "publication_changed")


def test_a_post_is_moved_within_its_zone_and_to_now(
    api: TestClient, owner: Headers, studio: Studio
) -> None:
    where = f"{P}/{plan(api, owner)['id']}"
    moved = api.patch(where, json={"at": "2099-07-01T09:00"}, headers=owner).json()
    assert (moved["due_at"], moved["zone"]) == ("2099-07-01T07:00:00Z", "Europe/Paris")
    now = api.patch(where, json={"now": True}, headers=owner).json()
    assert datetime.fromisoformat(now["due_at"]) <= datetime.now(UTC) + timedelta(seconds=2)
    assert now["at"] == ""


@pytest.mark.parametrize(
    "change",
    [{"zone": "UTC"}, {"now": True, "queue": True}, {"state": "published"}, {"at": "soon"}],
)
def test_an_impossible_edit_is_a_problem(
    api: TestClient, owner: Headers, studio: Studio, change: dict[str, Any]
) -> None:
    where = f"{P}/{plan(api, owner)['id']}"
    assert api.patch(where, json=change, headers=owner).status_code == 422


Act = Callable[[TestClient, str, Headers], Any]


def edit(api: TestClient, where: str, who: Headers) -> Any:
    return api.patch(where, json={"title": "New"}, headers=who)


def unschedule(api: TestClient, where: str, who: Headers) -> Any:
    return api.delete(where, headers=who)


@pytest.mark.parametrize("act", [edit, unschedule])
@pytest.mark.parametrize(
    ("state", "code"),
    [
        ("committing", "publication_committing"),
        ("unconfirmed", "publication_committing"),
        ("published", "publication_ended"),
    ],
)
def test_once_it_goes_out_it_is_too_late(
    api: TestClient, owner: Headers, studio: Studio, state: str, code: str, act: Act
) -> None:
    made = plan(api, owner)
    put(studio, made["id"], state=state)
    answer = act(api, f"{P}/{made['id']}", owner)
    assert (answer.status_code, answer.json()["code"]) == (409, code)
    assert read(api, owner, made["id"])["post"] == made["post"]


def test_what_is_taken_off_the_schedule_never_goes_out(
    api: TestClient, owner: Headers, studio: Studio
) -> None:
    made = plan(api, owner, at=None)
    assert api.delete(f"{P}/{made['id']}", headers=owner).status_code == 204
    assert read(api, owner, made["id"])["state"] == "cancelled"
    assert studio.publish.rows.claim_due() == []


def test_one_in_doubt_explains_itself(api: TestClient, owner: Headers, studio: Studio) -> None:
    shown = read(api, owner, in_doubt(api, owner, studio))
    assert shown["sentence"] == "We could not confirm this. Check the account, then choose."
    assert shown["choices"] == ["confirm", "deny", "reconcile"]
    assert shown["error"]["message"] == "No answer came."


def test_one_in_doubt_is_not_retried_before_it_is_denied(
    api: TestClient, owner: Headers, studio: Studio
) -> None:
    where = f"{P}/{in_doubt(api, owner, studio)}"
    early = api.post(f"{where}/retry", headers=owner)
    assert (early.status_code, early.json()["code"]) == (409, "publication_unconfirmed")
    assert studio.publish.rows.claim_due() == []
    denied = api.post(f"{where}/deny", headers=owner).json()
    assert (denied["state"], denied["error"]["code"]) == ("failed", "not_published")
    assert api.post(f"{where}/retry", headers=owner).json()["state"] == "scheduled"


def test_a_person_says_where_it_is(api: TestClient, owner: Headers, studio: Studio) -> None:
    where = f"{P}/{in_doubt(api, owner, studio)}"
    for wrong in ("nowhere", "ftp://a.test/b", "http://[", "https://"):
        assert api.post(f"{where}/confirm", json={"url": wrong}, headers=owner).status_code == 422
    found = {"url": "https://net.test/post/1"}
    done = api.post(f"{where}/confirm", json=found, headers=owner).json()
    assert (done["state"], done["url"]) == ("published", found["url"])
    assert done["published_at"]
    again = api.post(f"{where}/confirm", json=found, headers=owner)
    assert (again.status_code, again.json()["code"]) == (409, "publication_not_unconfirmed")


def test_a_look_is_due_at_once_and_posts_nothing(
    api: TestClient, owner: Headers, studio: Studio
) -> None:
    publication = in_doubt(api, owner, studio)
    assert studio.publish.rows.claim_due() == []
    answer = api.post(f"{P}/{publication}/reconcile", headers=owner)
    assert (answer.status_code, answer.json()["state"]) == (202, "unconfirmed")
    rows = studio.publish.rows
    looked = rows.get(publication)
    assert looked.retry_at is not None
    assert looked.retry_at <= datetime.now(UTC)
    assert looked.commits == 1
    assert rows.claim(publication) is not None, "nobody holds it"


def test_while_one_is_looked_at_nobody_decides(
    api: TestClient, owner: Headers, studio: Studio
) -> None:
    publication = in_doubt(api, owner, studio)
    assert studio.publish.rows.claim(publication) is not None
    assert api.post(f"{P}/{publication}/reconcile", headers=owner).status_code == 202
    busy = api.post(f"{P}/{publication}/deny", headers=owner)
    assert (busy.status_code, busy.json()["code"]) == (409, "publication_busy")


@pytest.mark.parametrize("act", ["retry", "confirm", "deny", "reconcile"])
def test_what_is_not_in_doubt_is_not_decided(
    api: TestClient, owner: Headers, studio: Studio, act: str
) -> None:
    made = plan(api, owner)
    body = {"json": {"url": "https://net.test/1"}} if act == "confirm" else {}
    answer = api.post(f"{P}/{made['id']}/{act}", headers=owner, **body)
    assert answer.status_code == 409
    assert read(api, owner, made["id"])["version"] == made["version"]


def test_another_tenant_sees_and_reaches_nothing(
    api: TestClient, owner: Headers, studio: Studio, signed_in: Any
) -> None:
    account = add_account(studio, "bees")
    made = plan(api, owner, platforms=[], accounts=[account])
    stranger = signed_in(api, tenant="b")
    assert api.get(P, headers=stranger).json()["items"] == []
    wishes = (WISH, {**WISH, "platforms": [], "accounts": [account]})
    assert {api.post(P, json=wish, headers=stranger).status_code for wish in wishes} == {404}
    asked = {"project": KEY, "accounts": [account]}
    assert api.get(f"{P}/check", params=asked, headers=stranger).status_code == 404
    batch = {"projects": [KEY, "missing-0123456789"], "platforms": ["local_channel"]}
    rows = api.post(f"{P}/batch", json=batch, headers=stranger).json()["refused"]
    assert {one["code"] for one in rows} == {"project_missing"}
    assert api.delete(f"{P}/{made['id']}", headers=stranger).status_code == 404
    assert read(api, owner, made["id"])["state"] == "scheduled"


def test_an_account_of_ones_own_does_not_open_anothers_project(
    api: TestClient, owner: Headers, studio: Studio, signed_in: Any
) -> None:
    theirs = signed_in(api, tenant="b")
    assert isinstance(api.app, FastAPI)
    api.app.state.installation.studio("b").projects.add("cake-0123456789", "Cake", Brief(text="C"))
    account = add_account(studio, "bees")
    wish = {"project": "cake-0123456789", "accounts": [account]}
    assert api.post(P, json=wish, headers=theirs).status_code == 404


def test_the_eleventh_post_of_an_hour_is_refused(
    api: TestClient, owner: Headers, studio: Studio
) -> None:
    most = LIMITS["publish"].calls
    answers = [api.post("/publish", json=WISH, headers=owner) for _ in range(most + 1)]
    assert [one.status_code for one in answers] == [202] * most + [429]
    assert answers[-1].headers["retry-after"]


def test_words_beside_ids_are_no_ids(api: TestClient, owner: Headers) -> None:
    beside = {"/publications/batch": "POST", "/publications/check": "GET"}
    beside |= {"/accounts/connect": "POST", "/accounts/callback": "GET, POST"}
    for path, methods in beside.items():
        answer = api.delete(V + path, headers=owner)
        assert (answer.status_code, answer.headers["allow"]) == (405, methods)


def count(studio: Studio, publication: str, day: int, **figures: int | None) -> None:
    at = datetime(2099, 12, day, 12, tzinfo=UTC)
    with studio.database.session() as session, session.begin():
        session.add(MetricRow(publication=publication, at=at, **figures))


def test_figures_are_shown_as_they_grow(
    api: TestClient, owner: Headers, studio: Studio, signed_in: Any
) -> None:
    first, second = plan(api, owner)["id"], plan(api, owner)["id"]
    count(studio, first, 1, views=10, likes=1)
    count(studio, second, 2, views=5, likes=None)
    count(studio, first, 3, views=30, likes=None)
    count(studio, first, 4, views=31, likes=2)
    alone = api.get(f"{P}/{first}/metrics", headers=owner).json()["points"]
    assert [(one["views"], one["likes"]) for one in alone] == [(10, 1), (30, None), (31, 2)]
    (both,) = api.get(f"{V}/projects/{KEY}/metrics", headers=owner).json()["series"]
    assert (both["platform"], both["publications"]) == ("local_channel", 2)
    assert [one["views"] for one in both["points"]] == [10, 15, 35, 36]
    assert [one["likes"] for one in both["points"]] == [1, 1, 1, 2]
    assert {one["shares"] for one in both["points"]} == {None}
    where = f"{V}/platforms/local_channel/metrics"
    asked = {"from": "2099-12-02T00:00:00Z", "to": "2099-12-03T00:00:00Z"}
    cut = api.get(where, params=asked, headers=owner).json()["points"]
    assert [one["views"] for one in cut] == [15]
    stranger = signed_in(api, tenant="b")
    assert api.get(where, headers=stranger).json() == {
        "platform": "local_channel",
        "publications": 0,
        "points": [],
    }
    assert api.get(f"{V}/projects/{KEY}/metrics", headers=stranger).status_code == 404


def test_one_key_posts_once_by_whichever_path(
    api: TestClient, owner: Headers, studio: Studio
) -> None:
    keyed = {**owner, "Idempotency-Key": "post-1"}
    paths = ("/publish", f"{V}/publish", "/publications", P)
    first, *others = (api.post(path, json=WISH, headers=keyed) for path in paths)
    assert first.status_code == 202
    assert [one.headers.get("idempotent-replayed") for one in others] == ["true"] * 3
    assert {one.text for one in others} == {first.text}
    assert len(api.get(P, headers=owner).json()["items"]) == 1


def test_a_batch_under_the_key_of_a_post_is_refused(
    api: TestClient, owner: Headers, studio: Studio
) -> None:
    keyed = {**owner, "Idempotency-Key": "post-1"}
    assert api.post(P, json=WISH, headers=keyed).status_code == 202
    batch = {**WISH, "projects": [KEY]}
    del batch["project"]
    answer = api.post(f"{P}/batch", json=batch, headers=keyed)
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
