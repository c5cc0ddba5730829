"""Udio's gateway: off unless allowed; its link is found wherever the gateway puts it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.generation.ledgers import FakeTime
from tests.scenarios.samples import Drawer, music_request
from tests.scenarios.server import ScenarioServer, json_reply
from tests.scenarios.specs import assert_answer_valid, assert_valid
from tests.scenarios.udio import SPEAKER, task
from video_platform.errors import (
    BadProviderAnswer,
    ContentRefused,
    JobFailed,
    NotConfigured,
    OutcomeUnknown,
    ProviderAuthFailed,
    ProviderError,
    ProviderQuotaExceeded,
    ProviderRateLimited,
    ProviderRequestInvalid,
)
from video_platform.montage.probe import probe_media
from video_platform.providers.jobs import Job
from video_platform.providers.service import Access
from video_platform.providers.transport import Clock
from video_platform.providers.vendors.udio import UdioMusic

SPEC = "udio-piapi.authored.json"
KEY = "test-key-123456"
ALLOWED = {"VIDEO_PLATFORM_ALLOW_UNOFFICIAL": "true"}


@pytest.fixture
def scenarios(tmp_path: Path) -> Iterator[ScenarioServer]:
    server = ScenarioServer([SPEAKER], tmp_path / "accepted.log")
    yield server
    server.close()


def _provider(server: ScenarioServer, directory: Path, **access: Any) -> UdioMusic:
    time = FakeTime()
    given = {"key": KEY, "base_url": server.url("udio"), "extra": ALLOWED, **access}
    return UdioMusic(Access(**given), Drawer(directory).path, clock=Clock(time.now, time.sleep))


@pytest.fixture
def udio(scenarios: ScenarioServer, tmp_path: Path) -> Iterator[UdioMusic]:
    made = _provider(scenarios, tmp_path)
    yield made
    made.http.close()


def test_request_is_as_the_description_says(udio: UdioMusic, scenarios: ScenarioServer) -> None:
    udio.submit(music_request(), "key")
    (*_, call) = scenarios.world.calls[0]
    assert_valid(SPEC, call.method, call.path, call.json())
    assert call.json()["input"]["lyrics_type"] == "instrumental"
    assert call.json()["input"]["seed"] == 42
    assert call.headers["x-api-key"] == KEY
    assert "authorization" not in call.headers


def test_a_song_is_made_looked_at_and_fetched(
    udio: UdioMusic, scenarios: ScenarioServer, tmp_path: Path
) -> None:
    job = udio.submit(music_request(), "key")
    assert not udio.check(job).is_done
    made = udio.fetch(job, udio.check(job), tmp_path)
    assert probe_media(made.path, made.media_type).duration_ms == pytest.approx(2_000, abs=100)
    assert len(scenarios.world.accepted()) == 1
    assert "x-api-key" not in scenarios.world.calls[-1][2].headers


LINK = "https://host/song.mp3"


@pytest.mark.parametrize("status", ["completed", "Completed", "COMPLETED"])
@pytest.mark.parametrize(
    "output",
    [
        {"audio_url": LINK},
        {"songs": [{"id": "1", "song_path": LINK}, {"id": "2", "song_path": "https://host/2"}]},
        {"songs": [{"audio_url": ""}, {"audio_url": LINK}]},
        [{"audioUrl": LINK}],
    ],
)
def test_the_link_is_found_wherever_it_stands(
    udio: UdioMusic, scenarios: ScenarioServer, status: str, output: object
) -> None:
    scenarios.world.faults["udio/poll"] = lambda *_: task("t1", status, output)
    assert udio.check(Job(id="t1")).handles["result"] == LINK


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ({"code": 10000, "message": "blocked by content moderation"}, ContentRefused),
        ({"code": 500, "message": "the model broke"}, JobFailed),
        ("the model broke", JobFailed),
        (None, JobFailed),
    ],
)
def test_ways_a_task_ends_badly(
    udio: UdioMusic, scenarios: ScenarioServer, said: object, error: type[ProviderError]
) -> None:
    scenarios.world.faults["udio/poll"] = lambda *_: task("t1", "Failed", None, said)
    with pytest.raises(error) as caught:
        udio.check(Job(id="t1"))
    assert caught.value.hint


@pytest.mark.parametrize("status", ["pending", "Processing", "staged"])
def test_a_task_under_way_is_not_done(
    udio: UdioMusic, scenarios: ScenarioServer, status: str
) -> None:
    scenarios.world.faults["udio/poll"] = lambda *_: task("t1", status)
    assert not udio.check(Job(id="t1")).is_done


def test_a_task_without_a_song_is_a_bad_answer(udio: UdioMusic, scenarios: ScenarioServer) -> None:
    scenarios.world.faults["udio/poll"] = lambda *_: task("t1", "completed", {"songs": []})
    with pytest.raises(BadProviderAnswer):
        udio.check(Job(id="t1"))


@pytest.mark.parametrize("http_status", [0, 200])
@pytest.mark.parametrize(
    ("code", "error"),
    [
        (400, ProviderRequestInvalid),
        (401, ProviderAuthFailed),
        (402, ProviderQuotaExceeded),
        (429, ProviderRateLimited),
        (500, OutcomeUnknown),
    ],
)
def test_refusals_by_status_and_by_a_200_alike(
    udio: UdioMusic,
    scenarios: ScenarioServer,
    http_status: int,
    code: int,
    error: type[ProviderError],
) -> None:
    body = {"code": code, "message": "no", "data": None}
    scenarios.world.faults["udio/submit"] = lambda *_: json_reply(body, http_status or code)
    with pytest.raises(error) as caught:
        udio.submit(music_request(), "key")
    assert caught.value.hint
    assert len(scenarios.world.calls) == 1


def test_it_is_off_until_it_is_allowed_and_has_a_key(
    scenarios: ScenarioServer, tmp_path: Path
) -> None:
    with pytest.raises(NotConfigured, match="third party"):
        _provider(scenarios, tmp_path, extra={}).examine(music_request())
    with pytest.raises(NotConfigured, match="PIAPI_API_KEY"):
        _provider(scenarios, tmp_path, key="").examine(music_request())
    _provider(scenarios, tmp_path).examine(music_request())
    assert scenarios.world.calls == []


def test_a_price_is_known(udio: UdioMusic) -> None:
    assert udio.price_usd(music_request())


def test_the_stub_answers_as_the_description_says() -> None:
    import json

    answer = json.loads(task("t1", "completed", {"songs": []}).body)
    assert_answer_valid(SPEC, "GET", "/api/v1/task/{task_id}", answer)
