"""HeyGen: the voice is uploaded, the video is found by its title."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.providers.films import Bench
from tests.scenarios.heygen import SPEAKER
from tests.scenarios.media import wav
from tests.scenarios.samples import avatar_request, stored
from tests.scenarios.server import ScenarioServer
from tests.scenarios.specs import assert_answer_valid, assert_valid
from video_platform.domain.formats import Format
from video_platform.domain.media import Probe
from video_platform.errors import (
    BadProviderAnswer,
    ContentRefused,
    JobFailed,
    LimitExceeded,
    OutcomeUnknown,
    ProviderAuthFailed,
    ProviderError,
    ProviderQuotaExceeded,
    ProviderRateLimited,
    ProviderUnavailable,
)
from video_platform.providers.jobs import FindsJobs
from video_platform.providers.vendors.heygen import HeyGenPresenter

SPEC = "heygen.json"


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    server = ScenarioServer([SPEAKER], tmp_path / "accepted.log")
    made = Bench(server, "heygen", tmp_path)
    yield made
    made.close()


@pytest.mark.parametrize("presenter", ["look_1", "https://host.example/face.png?size=2"])
@pytest.mark.parametrize("ratio", list(Format))
def test_request_is_as_described(bench: Bench, ratio: Format, presenter: str) -> None:
    bench.provider(HeyGenPresenter).submit(avatar_request(bench.drawer, ratio, presenter), "key-1")
    (call,) = bench.calls("submit")
    assert_valid(SPEC, "POST", call.path, call.json())
    assert call.json()["aspect_ratio"] == ratio.value
    assert call.json()["type"] == ("image" if presenter.startswith("https") else "avatar")
    assert call.headers["x-api-key"] == "test-key-123456"


def test_another_engine_is_named(bench: Bench) -> None:
    request = avatar_request(bench.drawer)
    bench.provider(HeyGenPresenter, "avatar_v").submit(request, "key-1")
    (call,) = bench.calls("submit")
    assert call.json()["engine"] == {"type": "avatar_v"}
    assert str(bench.provider(HeyGenPresenter, "avatar_v").price_usd(request)) == "0.070"


def test_voice_is_uploaded_first(bench: Bench) -> None:
    bench.provider(HeyGenPresenter).submit(avatar_request(bench.drawer), "key-1")
    (call,) = bench.calls("other")
    assert_valid(SPEC, "POST", call.path, call.form(), content_type="multipart/form-data")
    assert call.form() == {"file": wav()}


def test_film_is_made(bench: Bench) -> None:
    provider = bench.provider(HeyGenPresenter)
    request = avatar_request(bench.drawer)
    job, _ = bench.make(provider, request)
    assert len(bench.accepted()) == 1
    assert str(provider.price_usd(request)) == "0.050"
    answer = provider.http.read(f"/v3/videos/{job.id}").json()
    assert_answer_valid(SPEC, "GET", f"/v3/videos/{job.id}", answer)


def test_video_is_found_by_its_title(bench: Bench) -> None:
    provider = bench.provider(HeyGenPresenter)
    assert isinstance(provider, FindsJobs)
    assert provider.find("key-1") is None
    provider.submit(avatar_request(bench.drawer), "key-11")
    assert provider.find("key-1") is None
    job = provider.submit(avatar_request(bench.drawer), "key-1")
    found = provider.find("key-1")
    assert found is not None
    assert found.id == job.id
    assert_valid(SPEC, "GET", "/v3/videos", bench.calls("poll")[0].query, content_type="query")


def test_list_that_goes_on_decides_nothing(bench: Bench) -> None:
    bench.say("poll", {"data": [{"id": "v", "title": "key-11"}], "has_more": True})
    with pytest.raises(OutcomeUnknown, match="too many"):
        bench.provider(HeyGenPresenter).find("key-1")
    bench.say("poll", {"data": None})
    with pytest.raises(BadProviderAnswer):
        bench.provider(HeyGenPresenter).find("key-1")


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("MODERATION_FAILED", ContentRefused),
        ("content_policy_violation", ContentRefused),
        ("insufficient_credit", ProviderQuotaExceeded),
        ("rendering_failed", JobFailed),
    ],
)
def test_ended_job_says_why(bench: Bench, code: str, kind: type[ProviderError]) -> None:
    provider = bench.provider(HeyGenPresenter)
    job = provider.submit(avatar_request(bench.drawer), "key-1")
    bench.ends(job, code)
    with pytest.raises(kind, match="It went wrong") as caught:
        provider.check(job)
    assert type(caught.value) is kind


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (402, "insufficient_credit", ProviderQuotaExceeded),
        (429, "rate_limit_exceeded", ProviderRateLimited),
        (400, 400140, ProviderRateLimited),
        (403, "forbidden", ProviderAuthFailed),
    ],
)
def test_refused_submit(bench: Bench, status: int, code: object, kind: type[ProviderError]) -> None:
    bench.say("submit", {"error": {"code": code, "message": "no"}}, status)
    with pytest.raises(kind):
        bench.provider(HeyGenPresenter).submit(avatar_request(bench.drawer), "key-1")


def test_upload_that_fails_is_no_unknown_outcome(bench: Bench) -> None:
    bench.say("other", {"error": {"message": "bad gateway"}}, 502)
    with pytest.raises(ProviderUnavailable):
        bench.provider(HeyGenPresenter).submit(avatar_request(bench.drawer), "key-1")
    assert bench.calls("submit") == []


def test_limits_are_held_before_anything_is_sent(bench: Bench) -> None:
    provider = bench.provider(HeyGenPresenter)
    voice = stored(bench.drawer, "audio/wav")
    long = type(voice)(
        sha256=voice.sha256,
        media_type="audio/wav",
        size_bytes=9,
        probe=Probe(duration_ms=601_000),
    )
    for wrong, said in (
        (replace(avatar_request(bench.drawer), voice=long), "600"),
        (avatar_request(bench.drawer, presenter=""), "presenter"),
        (
            replace(avatar_request(bench.drawer), voice=stored(bench.drawer, "audio/flac")),
            "audio/flac",
        ),
    ):
        with pytest.raises(LimitExceeded, match=said):
            provider.examine(wrong)
    assert bench.server.world.calls == []
