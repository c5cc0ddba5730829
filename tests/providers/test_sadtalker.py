"""SadTalker at Replicate and at fal: one model, two spellings."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.providers.films import Bench
from tests.scenarios import fal, replicate
from tests.scenarios.samples import avatar_request, stored
from tests.scenarios.server import ScenarioServer
from tests.scenarios.specs import assert_valid
from video_platform.domain.formats import Format
from video_platform.domain.generation import AvatarRequest, Capability
from video_platform.domain.language import Language
from video_platform.domain.media import Media
from video_platform.errors import ContentRefused, JobFailed, LimitExceeded, ProviderError
from video_platform.providers.registry import Catalogue
from video_platform.providers.vendors.sadtalker import SadTalker, SadTalkerAtFal

FACE = "https://host.example/face.png"
MODEL = "replicate-models.authored.json"


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    server = ScenarioServer([replicate.SPEAKER, fal.SPEAKER], tmp_path / "accepted.log")
    made = Bench(server, "replicate", tmp_path)
    yield made
    made.close()


@pytest.fixture
def at_fal(bench: Bench) -> Bench:
    bench.service = "fal"
    return bench


def said(voice: Media, presenter: str = FACE) -> AvatarRequest:
    return AvatarRequest(
        voice=voice, presenter=presenter, format=Format.TALL, language=Language.ENGLISH
    )


def test_request_at_replicate_is_as_described(bench: Bench) -> None:
    bench.provider(SadTalker).submit(said(stored(bench.drawer, "audio/wav")), "k")
    (call,) = bench.calls("submit")
    assert_valid("replicate.json", "POST", call.path, call.json())
    assert_valid(MODEL, "POST", "/predictions#cjwbw/sadtalker", call.json())
    assert call.json()["input"]["driven_audio"].startswith("data:audio/wav;base64,")


@pytest.mark.parametrize("media_type", ["audio/mpeg", "audio/mp4", "audio/flac"])
def test_other_sounds_are_uploaded_as_wav(bench: Bench, media_type: str) -> None:
    bench.provider(SadTalker).submit(said(stored(bench.drawer, media_type)), "k")
    (upload,) = bench.calls("other")
    assert_valid("replicate.json", "POST", "/files", upload.form(), content_type=_FORM)
    content = upload.form()["content"]
    assert isinstance(content, bytes)
    assert bench.put(content, "audio/wav").probe.duration_ms == pytest.approx(1000, abs=120)
    (call,) = bench.calls("submit")
    assert_valid(MODEL, "POST", "/predictions#cjwbw/sadtalker", call.json())


def test_film_is_made_at_replicate(bench: Bench) -> None:
    provider = bench.provider(SadTalker)
    request = avatar_request(bench.drawer, presenter=FACE)
    bench.make(provider, request)
    assert len(bench.accepted()) == 1
    assert str(provider.price_usd(request)) == "0.300"


@pytest.mark.parametrize(
    ("error", "kind"), [("NSFW content detected", ContentRefused), ("no face found", JobFailed)]
)
def test_failed_prediction_says_why(bench: Bench, error: str, kind: type[ProviderError]) -> None:
    provider = bench.provider(SadTalker)
    job = provider.submit(avatar_request(bench.drawer, presenter=FACE), "k")
    bench.say("poll", {"id": job.id, "status": "failed", "output": None, "error": error})
    with pytest.raises(kind, match=error):
        provider.check(job)


def test_film_is_made_at_fal(at_fal: Bench) -> None:
    provider = at_fal.provider(SadTalkerAtFal)
    request = avatar_request(at_fal.drawer, presenter=FACE)
    at_fal.make(provider, request)
    (call,) = at_fal.calls("submit")
    assert_valid("fal-models.json", "POST", call.path, call.json())
    assert call.path == "/fal-ai/sadtalker"
    assert call.headers["authorization"] == "Key test-key-123456"
    assert str(provider.price_usd(request)) == "0.300"


@pytest.mark.parametrize("kind", [SadTalker, SadTalkerAtFal])
def test_presenter_is_a_link_to_a_picture(bench: Bench, kind: type[SadTalker]) -> None:
    with pytest.raises(LimitExceeded, match="https link"):
        bench.provider(kind).examine(said(stored(bench.drawer, "audio/wav"), "amy"))
    assert bench.server.world.calls == []


def test_both_are_found_by_name() -> None:
    for name, kind in (("sadtalker", SadTalker), ("sadtalker_fal", SadTalkerAtFal)):
        assert isinstance(Catalogue().find(Capability.AVATAR, name), kind)


_FORM = "multipart/form-data"
