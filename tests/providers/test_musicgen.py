"""MusicGen, and predictions at Replicate in general."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest

from tests.generation.ledgers import FakeTime
from tests.scenarios.media import wav
from tests.scenarios.replicate import SPEAKER
from tests.scenarios.samples import Drawer, music_request
from tests.scenarios.server import ScenarioServer, json_reply
from tests.scenarios.specs import assert_answer_valid, assert_valid
from video_platform.domain.generation import MusicRequest
from video_platform.domain.media import Media
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
from video_platform.providers.replicate_predictions import ReplicateProvider, output_links
from video_platform.providers.service import Access
from video_platform.providers.transport import Clock
from video_platform.providers.vendors.musicgen import AudioCraft, MusicGen

SPEC, MODELS = "replicate.json", "replicate-models.authored.json"
KEY = "test-key-123456"


@pytest.fixture
def scenarios(tmp_path: Path) -> Iterator[ScenarioServer]:
    server = ScenarioServer([SPEAKER], tmp_path / "accepted.log")
    yield server
    server.close()


def _provider(kind: Any, server: ScenarioServer, shelf: Drawer, **access: Any) -> Any:
    time = FakeTime()
    given = {"key": KEY, "base_url": server.url("replicate"), **access}
    return kind(Access(**given), shelf.path, clock=Clock(time.now, time.sleep))


@pytest.fixture
def shelf(tmp_path: Path) -> Drawer:
    return Drawer(tmp_path / "media")


@pytest.fixture
def musicgen(scenarios: ScenarioServer, shelf: Drawer) -> Iterator[MusicGen]:
    made = _provider(MusicGen, scenarios, shelf)
    yield made
    made.http.close()


@pytest.mark.parametrize(("asked_ms", "seconds"), [(400, 1), (9_100, 10), (90_000, 30)])
def test_request_is_as_the_descriptions_say(
    musicgen: MusicGen, scenarios: ScenarioServer, asked_ms: int, seconds: int
) -> None:
    musicgen.submit(music_request(asked_ms), "key")
    (*_, call) = scenarios.world.calls[0]
    assert_valid(SPEC, call.method, call.path, call.json())
    assert_valid(MODELS, call.method, "/predictions#meta/musicgen", call.json())
    assert call.json()["input"]["duration"] == seconds
    assert call.headers["authorization"] == f"Bearer {KEY}"
    assert call.headers["cancel-after"] == "30m"
    # Nothing is waited for: the id has to be stored first.
    assert "prefer" not in call.headers


def test_audiocraft_is_the_same_with_other_weights(
    scenarios: ScenarioServer, shelf: Drawer
) -> None:
    audiocraft = _provider(AudioCraft, scenarios, shelf)
    audiocraft.submit(music_request(), "key")
    (*_, call) = scenarios.world.calls[0]
    assert_valid(MODELS, call.method, "/predictions#meta/musicgen", call.json())
    assert call.json()["input"]["model_version"] == "stereo-large"
    audiocraft.http.close()


def test_music_is_made_looked_at_and_fetched_without_the_key(
    musicgen: MusicGen, scenarios: ScenarioServer, tmp_path: Path
) -> None:
    job = musicgen.submit(music_request(), "key")
    assert not musicgen.check(job).is_done
    made = musicgen.fetch(job, musicgen.check(job), tmp_path)
    assert made.media_type == "audio/mpeg"
    assert probe_media(made.path, made.media_type).duration_ms == pytest.approx(2_000, abs=100)
    assert "CC-BY-NC" in str(made.details["licence"])
    assert [phase for _, phase, _ in scenarios.world.calls] == [
        "submit",
        "poll",
        "poll",
        "download",
    ]
    assert "authorization" not in scenarios.world.calls[-1][2].headers
    assert len(scenarios.world.accepted()) == 1


def test_its_licence_is_told_before_it_is_chosen() -> None:
    assert "not for commercial" in MusicGen.service.notice


def test_the_key_goes_to_no_address_a_job_names(
    musicgen: MusicGen, scenarios: ScenarioServer
) -> None:
    scenarios.world.faults["replicate/submit"] = lambda *_: json_reply(
        {"id": "../../account", "urls": {"get": "https://198.51.100.1/steal"}}, 201
    )
    job = musicgen.submit(music_request(), "key")
    with pytest.raises(ProviderRequestInvalid):
        musicgen.check(job)
    assert scenarios.world.calls[-1][2].path == "/predictions/..%2F..%2Faccount"


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"status": "failed", "error": "NSFW content detected. Try again."}, ContentRefused),
        ({"status": "failed", "error": "The input was flagged as sensitive"}, ContentRefused),
        ({"status": "failed", "error": "CUDA out of memory"}, JobFailed),
        ({"status": "failed", "error": None}, JobFailed),
        ({"status": "canceled"}, JobFailed),
        ({"status": "aborted"}, JobFailed),
        ({"status": "succeeded", "output": None, "data_removed": True}, JobFailed),
        ({"status": "succeeded", "output": None}, BadProviderAnswer),
        ({"status": "succeeded", "output": {"text": "no link"}}, BadProviderAnswer),
        ({"status": None}, BadProviderAnswer),
        ({}, BadProviderAnswer),
    ],
)
def test_ways_a_prediction_ends_badly(
    musicgen: MusicGen,
    scenarios: ScenarioServer,
    answer: dict[str, object],
    error: type[ProviderError],
) -> None:
    scenarios.world.faults["replicate/poll"] = lambda *_: json_reply({"id": "p1", **answer})
    with pytest.raises(error) as caught:
        musicgen.check(Job(id="p1"))
    assert caught.value.hint


def test_a_status_nobody_knows_is_no_end(musicgen: MusicGen, scenarios: ScenarioServer) -> None:
    scenarios.world.faults["replicate/poll"] = lambda *_: json_reply({"status": "queued"})
    assert not musicgen.check(Job(id="p1")).is_done


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (401, {"title": "Unauthenticated", "detail": "no token"}, ProviderAuthFailed),
        (402, {"title": "Billing required", "detail": "no credit"}, ProviderQuotaExceeded),
        (422, {"title": "Invalid version", "detail": "x", "status": 422}, ProviderRequestInvalid),
        (
            429,
            {"detail": "Request was throttled. Expected available in 1 second."},
            ProviderRateLimited,
        ),
        (500, {"detail": "oops"}, OutcomeUnknown),
        (503, {"detail": "down"}, ProviderUnavailable),
    ],
)
def test_refusals(
    musicgen: MusicGen,
    scenarios: ScenarioServer,
    status: int,
    body: dict[str, object],
    error: type[ProviderError],
) -> None:
    scenarios.world.faults["replicate/submit"] = lambda *_: json_reply(body, status)
    with pytest.raises(error) as caught:
        musicgen.submit(music_request(), "key")
    assert caught.value.hint
    assert len(scenarios.world.calls) == 1
    assert scenarios.world.accepted() == []


def test_without_a_key_nothing_is_asked(scenarios: ScenarioServer, shelf: Drawer) -> None:
    with pytest.raises(NotConfigured, match="REPLICATE_API_TOKEN"):
        _provider(MusicGen, scenarios, shelf, key="").examine(music_request())
    assert scenarios.world.calls == []


def test_the_price_is_the_same_for_every_version(scenarios: ScenarioServer, shelf: Drawer) -> None:
    other = _provider(MusicGen, scenarios, shelf, model="meta/musicgen:other")
    ours = _provider(MusicGen, scenarios, shelf)
    assert other.price_usd(music_request()) == ours.price_usd(music_request()) > 0


class Official(ReplicateProvider[MusicRequest]):
    """An official model: it has no version, and a path of its own."""

    name: ClassVar[str] = "official"
    default_model: ClassVar[str] = "meta/official"


def test_an_official_model_is_asked_by_its_name(scenarios: ScenarioServer, shelf: Drawer) -> None:
    official = _provider(Official, scenarios, shelf)
    official.predict(official.model, {"prompt": "x"})
    (*_, call) = scenarios.world.calls[0]
    assert call.path == "/models/meta/official/predictions"
    assert_valid(SPEC, call.method, call.path, call.json())
    assert call.json() == {"input": {"prompt": "x"}}
    official.http.close()


def test_small_inputs_go_along_and_large_ones_are_uploaded(
    musicgen: MusicGen, scenarios: ScenarioServer, shelf: Drawer, tmp_path: Path
) -> None:
    small, large = (_sound(shelf, tmp_path, seconds) for seconds in (1.0, 8.0))
    assert musicgen.input_url(small).startswith("data:audio/wav;base64,")
    assert scenarios.world.calls == []
    assert musicgen.input_url(large) == scenarios.world.url("replicate", "/files/file-1")
    (*_, call) = scenarios.world.calls[0]
    form = call.form()
    assert_valid(SPEC, call.method, call.path, form, content_type="multipart/form-data")
    assert form["content"] == shelf.path(large).read_bytes()


def _sound(shelf: Drawer, directory: Path, seconds: float) -> Media:
    path = directory / f"sound-{seconds}"
    path.write_bytes(wav(seconds))
    return shelf.put(path, "audio/wav")


def test_an_output_is_a_link_a_list_or_an_object() -> None:
    link = "https://replicate.delivery/a.mp3"
    assert output_links(link) == output_links([link]) == output_links({"a": [link]}) == [link]
    assert output_links(None) == output_links("a text") == output_links(7) == []


def test_the_stub_answers_as_the_description_says(
    musicgen: MusicGen, scenarios: ScenarioServer
) -> None:
    import json

    job = musicgen.submit(music_request(), "key")
    (*_, call) = scenarios.world.calls[0]
    answer = json.loads(SPEAKER.answer(call, scenarios.world).body)
    assert answer["id"] != job.id
    assert_answer_valid(SPEC, "POST", "/predictions", answer, status=201)
