"""D-ID: uploads, links that end as files do, and faults by their kind."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.providers.films import Bench
from tests.scenarios.did import SPEAKER
from tests.scenarios.media import wav
from tests.scenarios.samples import avatar_request
from tests.scenarios.server import ScenarioServer
from tests.scenarios.specs import assert_answer_valid, assert_valid
from video_platform.domain.generation import AvatarRequest
from video_platform.errors import (
    ContentRefused,
    JobFailed,
    LimitExceeded,
    ProviderAuthFailed,
    ProviderError,
    ProviderQuotaExceeded,
    ProviderRequestInvalid,
)
from video_platform.providers.vendors.did import DIdPresenter

SPEC = "did.json"
FACE = "https://host.example/face.png"


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    server = ScenarioServer([SPEAKER], tmp_path / "accepted.log")
    made = Bench(server, "did", tmp_path)
    yield made
    made.close()


def asked(bench: Bench, face: str = FACE) -> AvatarRequest:
    return avatar_request(bench.drawer, presenter=face)


def test_request_is_as_described(bench: Bench) -> None:
    bench.provider(DIdPresenter).submit(asked(bench), "key-1")
    (call,) = bench.calls("submit")
    assert_valid(SPEC, "POST", call.path, call.json())
    assert call.json()["source_url"] == FACE
    assert call.headers["authorization"] == "Basic test-key-123456"
    (upload,) = bench.calls("other")
    assert_valid(SPEC, "POST", upload.path, upload.form(), content_type="multipart/form-data")
    assert (upload.path, upload.form()) == ("/audios", {"audio": wav()})


def test_link_that_does_not_end_as_a_picture_is_copied_there_first(bench: Bench) -> None:
    bench.provider(DIdPresenter).submit(asked(bench, f"{FACE}?signed=1"), "key-1")
    (call,) = bench.calls("submit")
    assert call.json()["source_url"] == "s3://d-id-images/face.png"
    assert_valid(SPEC, "POST", call.path, call.json())
    image, _ = bench.calls("other")
    assert (image.path, image.form()) == ("/images", {"source_url": f"{FACE}?signed=1"})
    assert_valid(SPEC, "POST", image.path, image.form(), content_type="multipart/form-data")


def test_film_is_made(bench: Bench) -> None:
    provider = bench.provider(DIdPresenter)
    bench.make(provider, asked(bench))
    assert len(bench.accepted()) == 1
    assert float(provider.price_usd(asked(bench))) == pytest.approx(1.5 / 60, abs=1e-4)


def test_stub_answers_as_described(bench: Bench) -> None:
    provider = bench.provider(DIdPresenter)
    answer = provider.http.submit(
        "/talks",
        json={
            "source_url": FACE,
            "script": {"type": "audio", "audio_url": "https://host.example/a.wav"},
        },
    )
    assert_answer_valid(SPEC, "POST", "/talks", answer.json(), status=201)


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        ("rejected", ContentRefused),
        ("ImageModerationError", ContentRefused),
        ("CelebrityRecognizedError", ContentRefused),
        ("AudioModerationError", ContentRefused),
        ("BadRequestError", ProviderRequestInvalid),
        ("InternalServerError", JobFailed),
    ],
)
def test_ended_job_says_why(bench: Bench, reason: str, kind: type[ProviderError]) -> None:
    provider = bench.provider(DIdPresenter)
    job = provider.submit(asked(bench), "key-1")
    bench.ends(job, reason)
    with pytest.raises(kind, match=reason) as caught:
        provider.check(job)
    assert type(caught.value) is kind


@pytest.mark.parametrize(
    ("status", "reason", "kind"),
    [
        (402, "InsufficientCreditsError", ProviderQuotaExceeded),
        (403, "PermissionError", ProviderAuthFailed),
        (451, "TextModerationError", ContentRefused),
        (451, "SomethingNewError", ContentRefused),
        (400, "BadRequestError", ProviderRequestInvalid),
    ],
)
def test_refused_submit(bench: Bench, status: int, reason: str, kind: type[ProviderError]) -> None:
    bench.say("submit", {"kind": reason, "description": "no"}, status)
    with pytest.raises(kind):
        bench.provider(DIdPresenter).submit(asked(bench), "key-1")


def test_wrong_key(bench: Bench) -> None:
    with pytest.raises(ProviderAuthFailed):
        bench.provider(DIdPresenter, key="wrong-key-1234").submit(asked(bench), "key-1")


def test_presenter_is_a_link_to_a_picture(bench: Bench) -> None:
    with pytest.raises(LimitExceeded, match="https link"):
        bench.provider(DIdPresenter).examine(asked(bench, "amy"))
    assert bench.server.world.calls == []
