"""Pika: clips over fal's queue, whose numbers are texts."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.providers.films import Bench
from tests.scenarios.fal import SPEAKER
from tests.scenarios.samples import video_request
from tests.scenarios.server import ScenarioServer
from tests.scenarios.specs import assert_valid
from video_platform.domain.formats import Format
from video_platform.domain.generation import VideoRequest
from video_platform.errors import ContentRefused, JobFailed, LimitExceeded, ProviderAuthFailed
from video_platform.providers.vendors.pika import PikaClips


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    server = ScenarioServer([SPEAKER], tmp_path / "accepted.log")
    made = Bench(server, "fal", tmp_path)
    yield made
    made.close()


@pytest.mark.parametrize("ratio", list(Format))
def test_picture_request_is_as_described(bench: Bench, ratio: Format) -> None:
    bench.provider(PikaClips).submit(video_request(bench.drawer, ratio), "k")
    (call,) = bench.calls("submit")
    assert_valid("fal-models.json", "POST", call.path, call.json())
    assert call.path == "/fal-ai/pika/v2.2/image-to-video"
    assert call.json()["duration"] == "5"
    assert call.json()["image_url"].startswith("data:image/png;base64,")
    assert call.headers["authorization"] == "Key test-key-123456"


def test_words_request_is_as_described(bench: Bench) -> None:
    words = VideoRequest(prompt="sea", images={}, duration_ms=8000, position=0, seed=1)
    bench.provider(PikaClips).submit(words, "k")
    (call,) = bench.calls("submit")
    assert_valid("fal-models.json", "POST", call.path, call.json())
    assert call.path == "/fal-ai/pika/v2.2/text-to-video"
    assert (call.json()["duration"], call.json()["aspect_ratio"]) == ("10", "16:9")


def test_clip_is_made(bench: Bench) -> None:
    provider = bench.provider(PikaClips)
    _, made = bench.make(provider, video_request(bench.drawer))
    assert made.details == {"seed": 42, "made_for": "9:16"}
    assert str(provider.price_usd(video_request(bench.drawer))) == "0.200"
    assert len(bench.accepted()) == 1


def test_completed_does_not_mean_succeeded(bench: Bench) -> None:
    provider = bench.provider(PikaClips)
    job = provider.submit(video_request(bench.drawer), "k")
    bench.say("poll", {"status": "COMPLETED", "error": "it broke", "error_type": "runtime"})
    with pytest.raises(JobFailed, match="it broke"):
        provider.check(job)


def test_content_is_refused_with_the_result(bench: Bench) -> None:
    provider = bench.provider(PikaClips)
    job = provider.submit(video_request(bench.drawer), "k")
    provider.check(job)
    state = provider.check(job)
    said = {"loc": ["body", "prompt"], "msg": "no", "type": "content_policy_violation"}
    bench.say("poll", {"detail": [said]}, 422)
    with pytest.raises(ContentRefused):
        provider.fetch(job, state, bench.directory)


def test_wrong_key(bench: Bench) -> None:
    with pytest.raises(ProviderAuthFailed):
        bench.provider(PikaClips, key="wrong-key-1234").submit(video_request(bench.drawer), "k")


def test_picture_of_another_kind_is_refused_unsent(bench: Bench) -> None:
    request = video_request(bench.drawer)
    media = next(iter(request.images.values()))
    odd = replace(media, media_type="image/gif")
    bad = VideoRequest(prompt="x", images={Format.TALL: odd}, duration_ms=1, position=0, seed=0)
    with pytest.raises(LimitExceeded, match="image/gif"):
        bench.provider(PikaClips).examine(bad)
    assert bench.server.world.calls == []
