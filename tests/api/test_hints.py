"""Hints over HTTP and on the command line: from posts and their figures, each tenant's own."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from tests.factories import make_film, make_scene, make_script
from video_platform.agents.studio import Studio
from video_platform.db.models import MetricRow, PublicationRow
from video_platform.domain.brief import Brief
from video_platform.domain.codec import to_manifest
from video_platform.domain.formats import Format
from video_platform.domain.manifests import Montage
from video_platform.domain.project import Stage
from video_platform.store.manifests import current_key

OUT = datetime(2026, 3, 2, 18, tzinfo=UTC)
ASKING, TELLING = "asking-0123456789", "telling-0123456789"


@pytest.fixture
def owner(api: TestClient, signed_in: Any) -> dict[str, str]:
    headers: dict[str, str] = signed_in(api)
    return headers


@pytest.fixture
def studio(api: TestClient, owner: dict[str, str]) -> Studio:
    assert isinstance(api.app, FastAPI)
    studio: Studio = api.app.state.installation.studio("a")
    for key, words in ((ASKING, "Why does bread rise? It is yeast."), (TELLING, "Bread rises.")):
        studio.projects.add(key, key, Brief(text="Bread"))
        script = make_script([make_scene(narration=words)])
        films = Montage(films=(make_film(format=Format.WIDE),))
        for stage, value in ((Stage.SCRIPT, script), (Stage.MONTAGE, films)):
            studio.store.blobs.write(current_key(stage, key), to_manifest(value))
    return studio


def post(studio: Studio, number: int, project: str, views: int, *, age_h: int = 50) -> None:
    identity = f"{number:040x}"
    with studio.database.session() as session, session.begin():
        session.add(
            PublicationRow(
                id=identity,
                project=project,
                platform="local_channel",
                format="16:9",
                post={},
                state="published",
                due_at=OUT,
                created_at=OUT,
                published_at=OUT,
                fence=0,
            )
        )
        session.flush()
        session.add(MetricRow(publication=identity, at=OUT + timedelta(hours=age_h), views=views))


def test_films_that_begin_with_a_question_and_fare_better_give_a_hint(
    api: TestClient, owner: dict[str, str], studio: Studio, signed_in: Any
) -> None:
    for number in range(5):
        post(studio, number, ASKING, 400)
        post(studio, 100 + number, TELLING, 100)
    found = api.get("/api/v1/hints", headers=owner).json()
    assert (found["posts"], found["is_enough"]) == (10, True)
    (hint,) = found["hints"]
    assert (hint["code"], hint["posts"], hint["others"]) == ("hook=question", 5, 5)
    assert hint["ratio"] == 4.0
    elsewhere = api.get("/api/v1/hints", params={"platform": "youtube"}, headers=owner).json()
    assert elsewhere["posts"] == 0
    stranger = signed_in(api, tenant="b")
    assert api.get("/api/v1/hints", headers=stranger).json()["posts"] == 0


def test_posts_looked_at_too_early_or_too_late_do_not_count(
    api: TestClient, owner: dict[str, str], studio: Studio
) -> None:
    for number in range(9):
        post(studio, number, ASKING, 400, age_h=12 if number % 2 else 24 * 9)
    found = api.get("/api/v1/hints", headers=owner).json()
    assert found == {"posts": 0, "is_enough": False, "hints": []}


def test_a_project_asked_for_with_a_hint_carries_it_and_an_unknown_one_is_refused(
    api: TestClient, owner: dict[str, str], studio: Studio
) -> None:
    wish = {"text": "Bread", "begin": False, "hints": ["hook=question"]}
    made = api.post("/api/v1/projects", json=wish, headers=owner)
    assert made.status_code == 202, made.text
    assert studio.projects.get(made.json()["id"]).brief.hints == ("hook=question",)
    plain = api.post("/api/v1/projects", json={**wish, "hints": []}, headers=owner)
    assert studio.projects.get(plain.json()["id"]).brief.hints == ()
    refused = api.post("/api/v1/projects", json={**wish, "hints": ["be loud"]}, headers=owner)
    assert (refused.status_code, refused.json()["code"]) == (422, "hint_unknown")
