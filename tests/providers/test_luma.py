"""Luma: the Agents API, and the older one for its older models."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.providers.films import Bench
from tests.scenarios.luma import SPEAKER
from tests.scenarios.samples import video_request
from tests.scenarios.server import ScenarioServer
from tests.scenarios.specs import assert_answer_valid, assert_valid
from video_platform.domain.formats import Format
from video_platform.domain.generation import VideoRequest
from video_platform.errors import (
    ContentRefused,
    JobFailed,
    LimitExceeded,
    ProviderAuthFailed,
    ProviderError,
    ProviderQuotaExceeded,
    ProviderRateLimited,
    ProviderRequestInvalid,
)
from video_platform.providers.service import Access
from video_platform.providers.vendors.luma import LumaClips

SPEC = "luma-agents-sdk-0.5.0.json"


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    server = ScenarioServer([SPEAKER], tmp_path / "accepted.log")
    made = Bench(server, "luma", tmp_path)
    yield made
    made.close()


@pytest.mark.parametrize("ratio", list(Format))
def test_request_is_as_described(bench: Bench, ratio: Format) -> None:
    bench.provider(LumaClips).submit(video_request(bench.drawer, ratio), "k")
    (call,) = bench.calls("submit")
    assert_valid(SPEC, "POST", call.path, call.json())
    assert call.json()["video"]["duration"] == "5s"
    assert call.json()["video"]["start_frame"]["media_type"] == "image/png"


def test_clip_is_made(bench: Bench) -> None:
    provider = bench.provider(LumaClips)
    job, made = bench.make(provider, video_request(bench.drawer))
    assert made.details["made_for"] == "9:16"
    assert len(bench.accepted()) == 1
    answer = provider.http.read(f"/generations/{job.id}").json()
    assert_answer_valid(SPEC, "GET", f"/generations/{job.id}", answer)


@pytest.mark.parametrize(("duration_ms", "usd"), [(4000, "0.30"), (5500, "0.90"), (60_000, "0.90")])
def test_ten_seconds_cost_three_times_what_five_cost(duration_ms: int, usd: str) -> None:
    provider = LumaClips(Access(), lambda _: Path())
    assert float(provider.price_usd(_words(duration_ms)) or 0) == float(usd)


def test_older_model_speaks_to_the_older_api(bench: Bench) -> None:
    provider = bench.provider(LumaClips, "ray-2")
    provider.examine(_words(8000))
    bench.make(provider, _words(8000))
    (call,) = bench.calls("submit")
    assert_valid("luma.yaml", "POST", call.path, call.json())
    assert (call.path, call.json()["duration"]) == ("/generations/video", "9s")


def test_older_model_cannot_take_our_pictures(bench: Bench) -> None:
    with pytest.raises(LimitExceeded, match="public addresses"):
        bench.provider(LumaClips, "ray-2").examine(video_request(bench.drawer))
    assert bench.server.world.calls == []


def test_older_model_has_an_address_of_its_own() -> None:
    provider = LumaClips(Access(key="k", model="ray-2"), lambda _: Path())
    assert provider._url("/x") == "https://api.lumalabs.ai/dream-machine/v1/x"


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("content_moderated", ContentRefused),
        ("budget_exhausted", ProviderQuotaExceeded),
        ("corrupt_input", ProviderRequestInvalid),
        ("image_too_large", ProviderRequestInvalid),
        ("generation_failed", JobFailed),
        ("output_not_found", JobFailed),
        ("rate_limited", JobFailed),
    ],
)
def test_ended_job_says_why(bench: Bench, code: str, kind: type[ProviderError]) -> None:
    provider = bench.provider(LumaClips)
    job = provider.submit(video_request(bench.drawer), "k")
    bench.ends(job, code)
    with pytest.raises(kind, match="It went wrong") as caught:
        provider.check(job)
    assert type(caught.value) is kind


def test_refused_submit(bench: Bench) -> None:
    with pytest.raises(ProviderAuthFailed, match="wrong key"):
        bench.provider(LumaClips, key="wrong-key-1234").submit(_words(1000), "k")
    bench.say("submit", {"detail": "Too many requests"}, 429)
    with pytest.raises(ProviderRateLimited, match="Too many"):
        bench.provider(LumaClips).submit(_words(1000), "k")
    assert bench.accepted() == []


def _words(duration_ms: int) -> VideoRequest:
    return VideoRequest(prompt="sea", images={}, duration_ms=duration_ms, position=0, seed=1)
