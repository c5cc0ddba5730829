"""The film gate over HTTP: findings with their mend, and people who let a film pass."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from tests.factories import (
    make_clips,
    make_film,
    make_media,
    make_music,
    make_scene,
    make_script,
    make_voice,
)
from video_platform.agents import gate
from video_platform.agents.gate import GateAgent, project_order
from video_platform.agents.studio import Studio
from video_platform.agents.timeline import build_timeline
from video_platform.agents.verdicts import VerdictDesk
from video_platform.domain.brief import Brief
from video_platform.domain.codec import to_manifest
from video_platform.domain.formats import Format
from video_platform.domain.manifests import AvatarClips, Montage
from video_platform.domain.project import Stage
from video_platform.domain.publication import PublicationState, Wish
from video_platform.errors import InvalidInput
from video_platform.quality.findings import Finding, Mend, Report
from video_platform.store.manifests import current_key

V = "/api/v1"
KEY = "bread-0123456789"
FILM = make_film(media=make_media("a", "video/mp4"))
SHA = FILM.media.sha256
FOUND = Report(
    findings=(
        Finding(name="decode", passed=True, value="300 pictures"),
        Finding(name="loudness", passed=False, value="-20 LUFS", mend=Mend.RENDER, why="Quiet."),
        Finding(name="watermark", passed=False, value="corner", scene=1, mend=Mend.REGENERATE),
        Finding(name="safe_zone", passed=False, value="outside", scene=1, mend=Mend.EDIT),
        Finding(name="caption_words", passed=False, value="another", mend=Mend.EDIT),
        Finding(name="spending", passed=True, value="0.00 USD", mend=Mend.OVERRIDE),
    )
)


@pytest.fixture
def studio(api: TestClient, signed_in: Any) -> Studio:
    """The studio of a project whose film is there, and was not judged."""
    api.get(f"{V}/projects", headers=signed_in(api))
    assert isinstance(api.app, FastAPI)
    studio: Studio = api.app.state.installation.studio("a")
    studio.projects.add(KEY, "Bread", Brief(text="Bread"))
    script = make_script([make_scene(1, "Yeast eats sugar.")])
    timeline = build_timeline(
        script, make_voice(script), make_clips(script), AvatarClips(), make_music()
    )
    for stage, value in (
        (Stage.SCRIPT, script),
        (Stage.TIMELINE, timeline),
        (Stage.MONTAGE, Montage(films=(FILM,))),
    ):
        studio.store.blobs.write(current_key(stage.value, KEY), to_manifest(value))
    return studio


@pytest.fixture
def judged(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> Studio:
    """The same, and the montage's check has looked at the film."""
    (waiting,) = VerdictDesk(studio).verdicts(KEY)
    monkeypatch.setattr(studio.store, "path", lambda _: Path(__file__))
    monkeypatch.setattr(gate, "expectation", lambda *_: None)
    monkeypatch.setattr(gate, "read_captions", lambda _: None)
    monkeypatch.setattr(gate, "check_file", lambda *_: FOUND)
    GateAgent(studio.store).run(KEY, FILM, waiting.order)
    monkeypatch.undo()
    return studio


def verdict(api: TestClient, headers: dict[str, str]) -> dict[str, Any]:
    (film,) = api.get(f"{V}/projects/{KEY}/verdict", headers=headers).json()["films"]
    return dict(film)


def override(api: TestClient, headers: dict[str, str], check: str, **changes: str) -> Any:
    body = {"film": SHA, "check": check, "reason": "The client wants it so.", **changes}
    return api.post(f"{V}/projects/{KEY}/overrides", json=body, headers=headers)


def test_a_film_nobody_looked_at_has_no_verdict_and_cannot_be_let_pass(
    api: TestClient, signed_in: Any, studio: Studio
) -> None:
    owner = signed_in(api)
    assert verdict(api, owner) == {
        "format": "16:9",
        "sha256": SHA,
        "is_judged": False,
        "passed": None,
        "checks": [],
    }
    answer = override(api, owner, "loudness")
    assert (answer.status_code, answer.json()["code"]) == (409, "film_unjudged")


def test_every_broken_rule_comes_with_the_request_that_mends_it(
    api: TestClient, signed_in: Any, judged: Studio
) -> None:
    told = verdict(api, signed_in(api, role="viewer"))
    assert told["passed"] is False
    checks = {one["check"]: one for one in told["checks"]}
    assert checks["decode"]["offer"] is None
    assert checks["loudness"]["offer"] == {
        "method": "POST",
        "path": f"{V}/videos/render",
        "body": {"project": KEY, "formats": ["16:9"]},
    }
    assert checks["watermark"]["offer"]["body"] == {
        "project": KEY,
        "stage": "scene_images",
        "scenes": [1],
    }
    assert checks["safe_zone"]["offer"]["path"] == f"{V}/projects/{KEY}/scenes/1"
    assert [checks[name]["override_role"] for name in ("loudness", "safe_zone", "decode")] == [
        "editor",
        "owner",
        None,
    ]


@pytest.mark.parametrize(
    ("role", "check", "status", "code"),
    [
        ("viewer", "loudness", 403, "role_missing"),
        ("editor", "loudness", 201, ""),
        ("editor", "safe_zone", 422, "override_role"),
        ("owner", "safe_zone", 201, ""),
        ("owner", "caption_words", 422, "override_never"),
        ("owner", "decode", 422, "override_needless"),
        ("owner", "no_such_rule", 422, "override_needless"),
    ],
)
def test_who_may_let_which_rule_pass(
    api: TestClient, signed_in: Any, judged: Studio, role: str, check: str, status: int, code: str
) -> None:
    answer = override(api, signed_in(api, role=role), check)
    assert answer.status_code == status
    assert answer.json().get("code", "") == code


def test_an_override_tells_who_and_why_and_stops_the_rule_alone(
    api: TestClient, signed_in: Any, judged: Studio
) -> None:
    told = override(api, signed_in(api, role="editor"), "loudness").json()
    checks = {one["check"]: one for one in told["checks"]}
    assert checks["loudness"]["overridden"] == "editor@a.test (editor): The client wants it so."
    assert [name for name, one in checks.items() if one["stops"]] == [
        "watermark",
        "safe_zone",
        "caption_words",
    ]
    assert verdict(api, signed_in(api)) == told


def test_what_a_gate_sees_stays_kept_while_the_project_spends(
    api: TestClient, signed_in: Any, judged: Studio
) -> None:
    """Money spent since is told at once, without looking at the film again."""
    (known,) = VerdictDesk(judged).verdicts(KEY)
    poorer = replace(known.order, spent_usd=Decimal(3), cap_usd=Decimal(2))
    report = GateAgent(judged.store).kept(KEY, FILM, poorer)
    assert report is not None
    assert "spending" in [one.name for one in report.findings if one.stops]


def test_another_file_or_another_tenants_project_is_not_found(
    api: TestClient, signed_in: Any, judged: Studio
) -> None:
    answer = override(api, signed_in(api), "loudness", film="0" * 64)
    assert (answer.status_code, answer.json()["code"]) == (404, "film_missing")
    stranger = signed_in(api, tenant="b")
    assert api.get(f"{V}/projects/{KEY}/verdict", headers=stranger).status_code == 404
    assert override(api, stranger, "loudness").status_code == 404


def test_the_order_of_a_project_is_the_one_the_montages_check_uses(judged: Studio) -> None:
    (known,) = VerdictDesk(judged).verdicts(KEY)
    order = project_order(judged, KEY, known.order.script, known.order.timeline, None)
    assert GateAgent(judged.store).kept(KEY, FILM, order) == known.report


def test_a_film_the_gate_stopped_is_not_published_by_a_schedule_either(judged: Studio) -> None:
    publish = judged.publish
    planned = publish.rows.add(
        "one", project=KEY, platform="local_channel", format=Format.WIDE, wish=Wish(title="Bread")
    )
    ended = publish.machine.work(planned.id)
    assert (ended.state, ended.error_code) == (PublicationState.FAILED, "film_stopped")
    assert "loudness: -20 LUFS" in ended.error
    assert ended.commits == 0


def test_a_film_that_passed_may_go_out_while_the_next_one_is_being_made(
    judged: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = Report(findings=tuple(replace(one, passed=True) for one in FOUND.findings))
    monkeypatch.setattr(VerdictDesk, "verdicts", lambda *_, **__: pytest.fail("judged again"))
    monkeypatch.setattr(GateAgent, "told_before", lambda *_: [FOUND, good])
    VerdictDesk(judged).require(KEY, FILM)


def test_a_film_nobody_judged_is_judged_before_it_goes_out(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(GateAgent, "run", lambda *_: FOUND)
    with pytest.raises(InvalidInput, match="loudness"):
        VerdictDesk(studio).require(KEY, FILM)
