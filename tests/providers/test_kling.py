"""Kling: one key or a signed token, tasks found by our name, money that comes as 429."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.providers.films import Bench
from tests.scenarios.kling import SPEAKER
from tests.scenarios.samples import video_request
from tests.scenarios.server import ScenarioServer
from tests.scenarios.specs import assert_answer_valid, assert_valid
from video_platform.domain.formats import Format
from video_platform.domain.generation import VideoRequest
from video_platform.errors import (
    ContentRefused,
    JobFailed,
    LimitExceeded,
    OutcomeUnknown,
    ProviderAuthFailed,
    ProviderError,
    ProviderQuotaExceeded,
    ProviderRateLimited,
    ProviderRequestInvalid,
)
from video_platform.providers.jobs import FindsJobs
from video_platform.providers.vendors.kling import KlingClips

SPEC = "kling.authored.json"


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    server = ScenarioServer([SPEAKER], tmp_path / "accepted.log")
    made = Bench(server, "kling", tmp_path)
    yield made
    made.close()


@pytest.mark.parametrize("ratio", list(Format))
def test_picture_request_is_as_described(bench: Bench, ratio: Format) -> None:
    bench.provider(KlingClips).submit(video_request(bench.drawer, ratio), "key-1")
    (call,) = bench.calls("submit")
    assert_valid(SPEC, "POST", call.path, call.json())
    assert call.path == "/v1/videos/image2video"
    assert call.json()["duration"] == "4"
    assert call.json()["external_task_id"] == "key-1"
    assert not call.json()["image"].startswith("data:")


def test_words_request_is_as_described(bench: Bench) -> None:
    bench.provider(KlingClips).submit(_words(), "key-1")
    (call,) = bench.calls("submit")
    assert_valid(SPEC, "POST", call.path, call.json())
    assert (call.path, call.json()["aspect_ratio"]) == ("/v1/videos/text2video", "16:9")


def test_lengths_are_those_of_the_model(bench: Bench) -> None:
    bench.provider(KlingClips, "kling-v2-5-turbo").submit(video_request(bench.drawer), "key-1")
    (call,) = bench.calls("submit")
    assert call.json()["duration"] == "5"
    assert_valid(SPEC, "POST", call.path, call.json())


def test_clip_is_made(bench: Bench) -> None:
    provider = bench.provider(KlingClips)
    job, made = bench.make(provider, video_request(bench.drawer))
    assert made.details["made_for"] == "9:16"
    assert str(provider.price_usd(video_request(bench.drawer))) == "0.4480"
    answer = provider.http.read(f"/v1/videos/image2video/{job.id}").json()
    assert_answer_valid(SPEC, "GET", f"/v1/videos/image2video/{job.id}", answer)


def test_access_key_and_secret_make_a_token(bench: Bench) -> None:
    extra = {"KLING_SECRET_KEY": "test-secret-123456"}
    bench.make(bench.provider(KlingClips, extra=extra), video_request(bench.drawer))
    (call,) = bench.calls("submit")
    assert call.headers["authorization"].count(".") == 2
    assert "test-secret" not in str(bench.server.world.calls)
    wrong = bench.provider(KlingClips, extra={"KLING_SECRET_KEY": "another-secret-1"})
    with pytest.raises(ProviderAuthFailed):
        wrong.submit(video_request(bench.drawer), "key-2")


def test_task_is_found_by_our_name(bench: Bench) -> None:
    provider = bench.provider(KlingClips)
    assert isinstance(provider, FindsJobs)
    assert provider.find("key-1") is None
    for request, name in ((video_request(bench.drawer), "key-1"), (_words(), "key-2")):
        job = provider.submit(request, name)
        found = provider.find(name)
        assert found is not None
        assert found.id == job.id
        assert found.details["kind"] == job.details["kind"]
        provider.check(found)
    assert provider.find("key-3") is None


def test_look_up_that_fails_does_not_say_it_is_absent(bench: Bench) -> None:
    bench.say("poll", {"code": 1000, "message": "wrong token"}, 401)
    with pytest.raises(ProviderAuthFailed):
        bench.provider(KlingClips).find("key-1")


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (401, 1004, ProviderAuthFailed),
        (429, 1101, ProviderQuotaExceeded),
        (429, 1102, ProviderQuotaExceeded),
        (200, 1102, ProviderQuotaExceeded),
        (403, 1103, ProviderAuthFailed),
        (400, 1201, ProviderRequestInvalid),
        (400, 1301, ContentRefused),
        (200, 1301, ContentRefused),
        (429, 1302, ProviderRateLimited),
        (429, 1303, ProviderRateLimited),
        (500, 5000, OutcomeUnknown),
        (200, 5000, OutcomeUnknown),
    ],
)
def test_code_says_what_is_wrong(
    bench: Bench, status: int, code: int, kind: type[ProviderError]
) -> None:
    bench.say("submit", {"code": code, "message": "no", "request_id": "r"}, status)
    with pytest.raises(kind) as caught:
        bench.provider(KlingClips).submit(video_request(bench.drawer), "key-1")
    assert type(caught.value) is kind
    assert caught.value.hint


def test_answer_without_a_code_cannot_be_used(bench: Bench) -> None:
    bench.say("submit", {"code": "zero", "data": {"task_id": "1"}})
    with pytest.raises(OutcomeUnknown):
        bench.provider(KlingClips).submit(video_request(bench.drawer), "key-1")


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("Failure to pass the risk control system", ContentRefused),
        ("internal error", JobFailed),
    ],
)
def test_ended_task_says_why(bench: Bench, said: str, kind: type[ProviderError]) -> None:
    provider = bench.provider(KlingClips)
    job = provider.submit(video_request(bench.drawer), "key-1")
    bench.ends(job, said)
    with pytest.raises(kind, match=said):
        provider.check(job)


def test_limits_are_held_before_anything_is_sent(bench: Bench) -> None:
    long = VideoRequest(prompt="x" * 2501, images={}, duration_ms=1, position=0, seed=0)
    with pytest.raises(LimitExceeded, match="2,500"):
        bench.provider(KlingClips).examine(long)
    assert bench.server.world.calls == []


def _words() -> VideoRequest:
    return VideoRequest(prompt="sea", images={}, duration_ms=4000, position=0, seed=1)
