"""Haiper: off by default and honest about it, yet whole against its described interface."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.providers.films import KEY, Bench
from tests.scenarios.haiper import SPEAKER
from tests.scenarios.samples import video_request
from tests.scenarios.server import ScenarioServer
from tests.scenarios.specs import assert_answer_valid, assert_valid
from video_platform.domain.formats import Format
from video_platform.domain.generation import VideoRequest
from video_platform.errors import (
    JobFailed,
    NotConfigured,
    ProviderAuthFailed,
    ProviderRequestInvalid,
    ProviderUnavailable,
)
from video_platform.providers.service import Access
from video_platform.providers.vendors.haiper import HaiperClips

SPEC = "haiper-unofficial.yaml"


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    server = ScenarioServer([SPEAKER], tmp_path / "accepted.log")
    made = Bench(server, "haiper", tmp_path)
    yield made
    made.close()


def test_it_is_off_until_an_address_is_set(bench: Bench) -> None:
    off = HaiperClips(Access(key=KEY), bench.drawer.path)
    with pytest.raises(NotConfigured, match="discontinued") as caught:
        off.examine(video_request(bench.drawer))
    assert "pika, luma or kling" in caught.value.hint
    assert "discontinued" in HaiperClips.service.notice
    bench.provider(HaiperClips).examine(video_request(bench.drawer))


def test_address_that_does_not_answer_says_why(bench: Bench) -> None:
    gone = HaiperClips(Access(key=KEY, base_url="http://127.0.0.1:9"), bench.drawer.path)
    with pytest.raises(ProviderUnavailable) as caught:
        gone.submit(video_request(bench.drawer), "k")
    assert "discontinued" in caught.value.hint


@pytest.mark.parametrize("ratio", list(Format))
def test_picture_request_is_as_described(bench: Bench, ratio: Format) -> None:
    bench.provider(HaiperClips).submit(video_request(bench.drawer, ratio), "k")
    (call,) = bench.calls("submit")
    assert_valid(SPEC, "POST", call.path, call.json())
    assert call.json()["settings"]["duration"] == 4


def test_words_request_is_as_described(bench: Bench) -> None:
    words = VideoRequest(prompt="sea", images={}, duration_ms=60_000, position=0, seed=1)
    bench.provider(HaiperClips).submit(words, "k")
    (call,) = bench.calls("submit")
    assert_valid(SPEC, "POST", call.path, call.json())
    assert call.path == "/v1/jobs/gen2/text2video"
    assert call.json()["settings"]["duration"] == 8


def test_clip_is_made(bench: Bench) -> None:
    job, made = bench.make(bench.provider(HaiperClips), video_request(bench.drawer))
    assert made.details == {"seed": 42, "made_for": "9:16"}
    (call,) = bench.calls("other")
    assert call.path == f"/v1/creation/{job.id}/watermark-free-url"
    answer = bench.provider(HaiperClips).http.read(f"/v1/jobs/{job.id}/status").json()
    assert_answer_valid(SPEC, "GET", f"/v1/jobs/{job.id}/status", answer)


def test_faults(bench: Bench) -> None:
    provider = bench.provider(HaiperClips)
    request = video_request(bench.drawer)
    job = provider.submit(request, "k")
    bench.ends(job, "failed")
    with pytest.raises(JobFailed):
        provider.check(job)
    with pytest.raises(ProviderAuthFailed):
        bench.provider(HaiperClips, key="wrong-key-1234").submit(request, "k")
    bench.say("submit", {"status": "error", "message": "no such setting"})
    with pytest.raises(ProviderRequestInvalid, match="no such setting"):
        provider.submit(request, "k")
