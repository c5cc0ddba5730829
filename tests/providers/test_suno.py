"""Suno's gateway: off unless allowed, and a 200 is believed only when its ``code`` is one, too."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.generation.ledgers import FakeTime
from tests.scenarios.samples import Drawer, music_request
from tests.scenarios.server import ScenarioServer, json_reply
from tests.scenarios.specs import assert_answer_valid, assert_valid
from tests.scenarios.suno import SPEAKER, gateway_answer
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
    ProviderUnavailable,
)
from video_platform.montage.probe import probe_media
from video_platform.providers.jobs import Job
from video_platform.providers.music_prompts import music_prompt
from video_platform.providers.service import Access
from video_platform.providers.transport import Clock
from video_platform.providers.vendors.suno import SunoMusic

SPEC = "suno-gateway.authored.json"
KEY = "test-key-123456"
ALLOWED = {"VIDEO_PLATFORM_ALLOW_UNOFFICIAL": "true"}


@pytest.fixture
def scenarios(tmp_path: Path) -> Iterator[ScenarioServer]:
    server = ScenarioServer([SPEAKER], tmp_path / "accepted.log")
    yield server
    server.close()


def _provider(server: ScenarioServer, directory: Path, **access: Any) -> SunoMusic:
    time = FakeTime()
    given = {"key": KEY, "base_url": server.url("suno"), "extra": ALLOWED, **access}
    return SunoMusic(Access(**given), Drawer(directory).path, clock=Clock(time.now, time.sleep))


@pytest.fixture
def suno(scenarios: ScenarioServer, tmp_path: Path) -> Iterator[SunoMusic]:
    made = _provider(scenarios, tmp_path)
    yield made
    made.http.close()


def test_request_is_as_the_description_says(suno: SunoMusic, scenarios: ScenarioServer) -> None:
    suno.submit(music_request(), "key")
    (*_, call) = scenarios.world.calls[0]
    assert_valid(SPEC, call.method, call.path, call.json())
    assert call.json()["instrumental"] is True
    assert call.json()["callBackUrl"].split("/")[2].endswith(".invalid")
    assert call.headers["authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize(("wanted_ms", "song_ms"), [(1_500, 2_000), (2_500, 3_000), (9_000, 3_000)])
def test_of_two_songs_the_one_that_fits_is_fetched(
    suno: SunoMusic, scenarios: ScenarioServer, tmp_path: Path, wanted_ms: int, song_ms: int
) -> None:
    job = suno.submit(music_request(wanted_ms), "key")
    assert not suno.check(job).is_done
    made = suno.fetch(job, suno.check(job), tmp_path)
    assert probe_media(made.path, made.media_type).duration_ms == pytest.approx(song_ms, abs=100)
    assert len(scenarios.world.accepted()) == 1
    polled = scenarios.world.calls[1][2]
    assert_valid(SPEC, polled.method, polled.path, polled.query, content_type="query")
    assert "authorization" not in scenarios.world.calls[-1][2].headers


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (401, ProviderAuthFailed),
        (405, ProviderRateLimited),
        (430, ProviderRateLimited),
        (413, ProviderRequestInvalid),
        (429, ProviderQuotaExceeded),
        (455, ProviderUnavailable),
        (400, ProviderRequestInvalid),
        (531, OutcomeUnknown),
        (500, OutcomeUnknown),
        (-1, ProviderRequestInvalid),
    ],
)
def test_a_200_may_be_a_failure(
    suno: SunoMusic, scenarios: ScenarioServer, code: int, error: type[ProviderError]
) -> None:
    scenarios.world.faults["suno"] = lambda *_: gateway_answer(code, "no")
    with pytest.raises(error) as caught:
        suno.submit(music_request(), "key")
    assert caught.value.hint
    assert scenarios.world.accepted() == []
    wanted = ProviderUnavailable if error is OutcomeUnknown else error
    with pytest.raises(wanted):
        suno.check(Job(id="t1"))


def _record(status: str, response: object = None, message: str | None = None) -> Any:
    data = {"taskId": "t1", "status": status, "response": response, "errorMessage": message}
    return lambda *_: gateway_answer(200, "success", data)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        ("SENSITIVE_WORD_ERROR", ContentRefused),
        ("CREATE_TASK_FAILED", JobFailed),
        ("GENERATE_AUDIO_FAILED", JobFailed),
    ],
)
def test_ways_a_task_ends_badly(
    suno: SunoMusic, scenarios: ScenarioServer, status: str, error: type[ProviderError]
) -> None:
    scenarios.world.faults["suno/poll"] = _record(status, message="because")
    with pytest.raises(error, match="because") as caught:
        suno.check(Job(id="t1"))
    assert caught.value.hint


@pytest.mark.parametrize("status", ["PENDING", "TEXT_SUCCESS", "FIRST_SUCCESS"])
def test_a_task_under_way_is_not_done(
    suno: SunoMusic, scenarios: ScenarioServer, status: str
) -> None:
    scenarios.world.faults["suno/poll"] = _record(status)
    assert not suno.check(Job(id="t1")).is_done


def test_a_call_back_that_failed_does_not_lose_the_song(
    suno: SunoMusic, scenarios: ScenarioServer
) -> None:
    songs = {"sunoData": [{"audioUrl": "https://host/song.mp3"}]}
    scenarios.world.faults["suno/poll"] = _record("CALLBACK_EXCEPTION", songs)
    assert suno.check(Job(id="t1")).handles["result"] == "https://host/song.mp3"
    scenarios.world.faults["suno/poll"] = _record("CALLBACK_EXCEPTION")
    assert not suno.check(Job(id="t1")).is_done


@pytest.mark.parametrize("body", [{}, {"code": None}, {"code": 200, "data": None}, []])
def test_answers_of_another_shape_are_bad(
    suno: SunoMusic, scenarios: ScenarioServer, body: object
) -> None:
    scenarios.world.faults["suno"] = lambda *_: json_reply(body)
    with pytest.raises((BadProviderAnswer, OutcomeUnknown)):
        suno.submit(music_request(), "key")
    with pytest.raises(BadProviderAnswer):
        suno.check(Job(id="t1"))


@pytest.mark.parametrize("extra", [{}, {"VIDEO_PLATFORM_ALLOW_UNOFFICIAL": "no"}])
def test_it_is_off_until_it_is_allowed_in_so_many_words(
    scenarios: ScenarioServer, tmp_path: Path, extra: dict[str, str]
) -> None:
    suno = _provider(scenarios, tmp_path, extra=extra)
    with pytest.raises(NotConfigured, match="third party") as caught:
        suno.examine(music_request())
    assert "VIDEO_PLATFORM_ALLOW_UNOFFICIAL" in caught.value.hint
    assert suno.missing() == ("VIDEO_PLATFORM_ALLOW_UNOFFICIAL",)
    assert scenarios.world.calls == []


def test_allowed_it_still_needs_its_key(scenarios: ScenarioServer, tmp_path: Path) -> None:
    suno = _provider(scenarios, tmp_path, key="")
    with pytest.raises(NotConfigured, match="SUNO_API_KEY"):
        suno.examine(music_request())
    _provider(scenarios, tmp_path).examine(music_request())


def test_a_price_is_known(suno: SunoMusic) -> None:
    assert suno.price_usd(music_request())


def test_a_prompt_says_the_mood_in_few_words() -> None:
    assert "piano" in music_prompt("calm, documentary")
    assert "documentary" in music_prompt("calm, documentary")
    assert music_prompt("").count("calm") == 1
    assert "Mood: nocturnal jazz." in music_prompt("nocturnal jazz")
    assert all(len(music_prompt(f"{mood}, {'x ' * 400}, y" * 9)) <= 400 for mood in ("tense", ""))


def test_the_stub_answers_as_the_description_says(
    suno: SunoMusic, scenarios: ScenarioServer
) -> None:
    import json

    job = suno.submit(music_request(), "key")
    scenarios.world.polls_until_done = 1
    suno.check(job)
    (*_, call) = scenarios.world.calls[-1]
    answer = json.loads(SPEAKER.answer(call, scenarios.world).body)
    assert_answer_valid(SPEC, "GET", "/api/v1/generate/record-info", answer)
