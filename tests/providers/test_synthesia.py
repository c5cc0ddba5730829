"""Synthesia: a bare key, an uploaded MP3, videos found by their callback id."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.providers.films import KEY, Bench
from tests.scenarios.samples import avatar_request
from tests.scenarios.server import ScenarioServer
from tests.scenarios.specs import assert_answer_valid, assert_valid
from tests.scenarios.synthesia import SPEAKER
from video_platform.domain.formats import Format
from video_platform.domain.language import Language
from video_platform.errors import (
    ContentRefused,
    JobFailed,
    OutcomeUnknown,
    ProviderAuthFailed,
    ProviderError,
)
from video_platform.providers.jobs import FindsJobs
from video_platform.providers.vendors.synthesia import SynthesiaPresenter

SPEC = "synthesia.json"


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    server = ScenarioServer([SPEAKER], tmp_path / "accepted.log")
    made = Bench(server, "synthesia", tmp_path)
    yield made
    made.close()


@pytest.mark.parametrize("ratio", list(Format))
def test_request_is_as_described(bench: Bench, ratio: Format) -> None:
    provider = bench.provider(SynthesiaPresenter)
    provider.submit(avatar_request(bench.drawer, ratio), "key-1")
    (call,) = bench.calls("submit")
    assert_valid(SPEC, "POST", call.path, call.json())
    assert call.json()["aspectRatio"] == ratio.value
    assert call.json()["test"] is False
    assert call.headers["authorization"] == KEY


@pytest.mark.parametrize(
    ("language", "spoken"),
    [(Language.ENGLISH, "en-US"), (Language.FRENCH, "fr-FR"), (Language.ARABIC, "ar-001")],
)
def test_the_voices_language_is_said(bench: Bench, language: Language, spoken: str) -> None:
    request = replace(avatar_request(bench.drawer), language=language)
    bench.provider(SynthesiaPresenter).submit(request, "key-1")
    (call,) = bench.calls("submit")
    assert call.json()["input"][0]["scriptLanguage"] == spoken
    assert_valid(SPEC, "POST", call.path, call.json())


def test_voice_goes_as_mp3_whatever_it_is(bench: Bench) -> None:
    bench.provider(SynthesiaPresenter).submit(avatar_request(bench.drawer), "key-1")
    (call,) = bench.calls("other")
    assert call.path == "/v2/scriptAudio"
    assert bench.put(call.body, "audio/mpeg").probe.duration_ms == pytest.approx(1000, abs=120)


def test_presenter_may_be_left_to_us(bench: Bench) -> None:
    bench.provider(SynthesiaPresenter).submit(avatar_request(bench.drawer, presenter=""), "key-1")
    (call,) = bench.calls("submit")
    assert call.json()["input"][0]["avatar"] == "anna_costume1_cameraA"
    assert call.json()["input"][0]["scriptLanguage"] == "en-US"


def test_film_is_made(bench: Bench) -> None:
    provider = bench.provider(SynthesiaPresenter)
    bench.make(provider, avatar_request(bench.drawer))
    assert len(bench.accepted()) == 1


def test_test_films_are_free(bench: Bench) -> None:
    provider = bench.provider(SynthesiaPresenter, "test")
    request = avatar_request(bench.drawer)
    assert provider.price_usd(request) == 0
    provider.submit(request, "key-1")
    (call,) = bench.calls("submit")
    assert call.json()["test"] is True


def test_video_is_found_by_its_callback_id(bench: Bench) -> None:
    provider = bench.provider(SynthesiaPresenter)
    assert isinstance(provider, FindsJobs)
    assert provider.find("key-1") is None
    job = provider.submit(avatar_request(bench.drawer), "key-1")
    found = provider.find("key-1")
    assert found is not None
    assert found.id == job.id
    assert provider.find("key-2") is None
    query = bench.calls("poll")[0].query
    assert_valid(SPEC, "GET", "/v2/videos", query, content_type="query")


def test_full_list_decides_nothing(bench: Bench) -> None:
    bench.say("poll", {"videos": [{"id": str(number)} for number in range(100)]})
    with pytest.raises(OutcomeUnknown, match="too many"):
        bench.provider(SynthesiaPresenter).find("key-1")


@pytest.mark.parametrize(
    ("status", "kind"), [("rejected", ContentRefused), ("error", JobFailed), ("deleted", JobFailed)]
)
def test_ended_job_says_why(bench: Bench, status: str, kind: type[ProviderError]) -> None:
    provider = bench.provider(SynthesiaPresenter)
    job = provider.submit(avatar_request(bench.drawer), "key-1")
    bench.ends(job, status)
    with pytest.raises(kind, match=status):
        provider.check(job)


def test_wrong_key_is_answered_403(bench: Bench) -> None:
    with pytest.raises(ProviderAuthFailed, match="403"):
        bench.provider(SynthesiaPresenter, key="wrong-key-1234").submit(
            avatar_request(bench.drawer), "key-1"
        )


def test_stub_answers_as_described(bench: Bench) -> None:
    provider = bench.provider(SynthesiaPresenter)
    job = provider.submit(avatar_request(bench.drawer), "key-1")
    answer = {**provider.http.read(f"/v2/videos/{job.id}").json(), "id": _UUID}
    assert_answer_valid(SPEC, "GET", f"/v2/videos/{job.id}", answer)


_UUID = "2f6a3f0e-4f0a-4a52-9c9b-111111111111"
