"""Runway: asked as its description says, followed to a film, and its faults told apart."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.providers.films import Bench
from tests.scenarios.runway import SPEAKER
from tests.scenarios.samples import video_request
from tests.scenarios.server import ScenarioServer
from tests.scenarios.specs import assert_answer_valid, assert_valid
from video_platform.domain.formats import Format
from video_platform.domain.generation import VideoRequest
from video_platform.errors import (
    ContentRefused,
    JobFailed,
    LimitExceeded,
    NotConfigured,
    ProviderAuthFailed,
    ProviderError,
    ProviderQuotaExceeded,
    ProviderRateLimited,
    ProviderRequestInvalid,
)
from video_platform.providers.vendors.runway import RunwayClips


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    server = ScenarioServer([SPEAKER], tmp_path / "accepted.log")
    made = Bench(server, "runway", tmp_path)
    yield made
    made.close()


@pytest.mark.parametrize("spec", ["runway-sdk-5.24.0.json", "runway.json"])
@pytest.mark.parametrize("ratio", list(Format))
def test_picture_request_is_as_described(bench: Bench, ratio: Format, spec: str) -> None:
    bench.provider(RunwayClips).submit(video_request(bench.drawer, ratio), "k")
    (call,) = bench.calls("submit")
    assert_valid(spec, "POST", call.path, call.json())
    assert call.path == "/v1/image_to_video"
    assert call.json()["duration"] == 4
    assert call.headers["x-runway-version"] == "2024-11-06"


@pytest.mark.parametrize("spec", ["runway-sdk-5.24.0.json", "runway.json"])
def test_words_alone_are_for_gen4_5(bench: Bench, spec: str) -> None:
    bench.provider(RunwayClips, "gen4.5").submit(_words(), "k")
    (call,) = bench.calls("submit")
    assert_valid(spec, "POST", call.path, call.json())
    with pytest.raises(LimitExceeded, match="picture"):
        bench.provider(RunwayClips).examine(_words())


def test_clip_is_made_and_its_cost_is_what_runway_says(bench: Bench) -> None:
    provider = bench.provider(RunwayClips)
    request = video_request(bench.drawer)
    _, made = bench.make(provider, request)
    assert str(made.cost_usd) == "0.20"
    assert made.details["made_for"] == "9:16"
    assert provider.price_usd(request) == made.cost_usd
    assert len(bench.accepted()) == 1


def test_stub_answers_as_described(bench: Bench) -> None:
    provider = bench.provider(RunwayClips)
    job = provider.submit(video_request(bench.drawer), "k")
    for _ in range(2):
        answer = provider.http.read(f"/v1/tasks/{job.id}")
        assert_answer_valid("runway-sdk-5.24.0.json", "GET", "/v1/tasks/x", answer.json())


def test_one_clip_is_made_of_several_formats(bench: Bench) -> None:
    wide, tall = (video_request(bench.drawer, ratio) for ratio in (Format.WIDE, Format.TALL))
    both = VideoRequest(
        prompt="sea",
        images={**wide.images, **tall.images},
        duration_ms=14_000,
        position=0,
        seed=1,
    )
    job = bench.provider(RunwayClips).submit(both, "k")
    (call,) = bench.calls("submit")
    assert call.json()["ratio"] == "1280:720"
    assert call.json()["duration"] == 10
    assert job.details["made_for"] == "16:9"


def test_large_picture_is_sent_as_a_small_one(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("video_platform.providers.vendors.runway._PICTURE_BYTES", 400_000)
    kept = BytesIO()
    noise = np.random.default_rng(1).integers(0, 255, (400, 600, 3), np.uint8)
    Image.fromarray(noise).save(kept, "PNG")
    large = bench.put(kept.getvalue(), "image/png")
    assert large.size_bytes > 700_000
    request = VideoRequest(
        prompt="sea", images={Format.WIDE: large}, duration_ms=2000, position=0, seed=1
    )
    bench.provider(RunwayClips).submit(request, "k")
    (call,) = bench.calls("submit")
    sent = call.json()["promptImage"]
    assert sent.startswith("data:image/jpeg;base64,")
    assert len(sent) < 400_000 * 4 / 3 + 100


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("SAFETY.INPUT.TEXT", ContentRefused),
        ("SAFETY.OUTPUT.VIDEO", ContentRefused),
        ("INPUT_PREPROCESSING.SAFETY.TEXT", ContentRefused),
        ("INPUT_PREPROCESSING.INTERNAL", JobFailed),
        ("ASSET.INVALID", ProviderRequestInvalid),
        ("INTERNAL.BAD_OUTPUT.CODE01", JobFailed),
    ],
)
def test_ended_job_says_why(bench: Bench, code: str, kind: type[ProviderError]) -> None:
    provider = bench.provider(RunwayClips)
    job = provider.submit(video_request(bench.drawer), "k")
    bench.ends(job, code)
    with pytest.raises(kind, match="It went wrong") as caught:
        provider.check(job)
    assert type(caught.value) is kind
    assert caught.value.hint


def test_waiting_in_its_queue_is_no_fault(bench: Bench) -> None:
    provider = bench.provider(RunwayClips)
    job = provider.submit(video_request(bench.drawer), "k")
    bench.say("poll", {"id": job.id, "status": "THROTTLED"})
    assert not provider.check(job).is_done


@pytest.mark.parametrize(
    ("status", "said", "kind"),
    [
        (400, "You do not have enough credits to run this task.", ProviderQuotaExceeded),
        (400, "Validation of body failed", ProviderRequestInvalid),
        (429, "Daily limit reached", ProviderRateLimited),
    ],
)
def test_refused_submit(bench: Bench, status: int, said: str, kind: type[ProviderError]) -> None:
    bench.say("submit", {"error": said}, status)
    with pytest.raises(kind):
        bench.provider(RunwayClips).submit(video_request(bench.drawer), "k")
    assert len(bench.calls("submit")) == 1


def test_wrong_key(bench: Bench) -> None:
    with pytest.raises(ProviderAuthFailed, match="wrong key"):
        bench.provider(RunwayClips, key="wrong-key-1234").submit(video_request(bench.drawer), "k")


def test_limits_are_held_before_anything_is_sent(bench: Bench) -> None:
    provider = bench.provider(RunwayClips)
    ordinary = video_request(bench.drawer)
    for prompt in ("x" * 1001, "🌊" * 501):
        long = VideoRequest(
            prompt=prompt, images=ordinary.images, duration_ms=1, position=0, seed=0
        )
        with pytest.raises(LimitExceeded, match="1,00"):
            provider.examine(long)
    with pytest.raises(NotConfigured, match="key"):
        bench.provider(RunwayClips, key="").examine(ordinary)
    assert bench.server.world.calls == []


def _words() -> VideoRequest:
    return VideoRequest(prompt="sea", images={}, duration_ms=4000, position=0, seed=1)
