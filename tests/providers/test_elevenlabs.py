"""ElevenLabs: speech with its words' times, the times of given words, music, faults by name."""

import json
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.generation.ledgers import FakeTime
from tests.scenarios.elevenlabs import SPEAKER, refusal, spelled
from tests.scenarios.samples import Drawer, music_request, stored, voice_request
from tests.scenarios.server import Reply, ScenarioServer, json_reply
from tests.scenarios.specs import assert_answer_valid, assert_valid
from video_platform.domain.generation import AlignmentRequest, VoiceRequest
from video_platform.domain.language import Language
from video_platform.domain.timing import Word
from video_platform.errors import (
    BadProviderAnswer,
    ContentRefused,
    LimitExceeded,
    NotConfigured,
    OutcomeUnknown,
    ProviderAuthFailed,
    ProviderError,
    ProviderQuotaExceeded,
    ProviderRateLimited,
    ProviderRequestInvalid,
)
from video_platform.montage.probe import probe_media
from video_platform.providers.service import Access
from video_platform.providers.spoken_words import character_marks, time_words
from video_platform.providers.transport import Clock
from video_platform.providers.vendors.elevenlabs import (
    ElevenLabsAlignment,
    ElevenLabsMusic,
    ElevenLabsVoice,
)

SPEC = "elevenlabs.json"
KEY = "test-key-123456"
ARABIC = "المنارةُ تدورُ طوالَ الليل."


@pytest.fixture
def scenarios(tmp_path: Path) -> Iterator[ScenarioServer]:
    server = ScenarioServer([SPEAKER], tmp_path / "accepted.log")
    yield server
    server.close()


class Maker:
    """Providers in this server's world, closed at the end."""

    def __init__(self, server: ScenarioServer, directory: Path) -> None:
        self._server = server
        self.shelf = Drawer(directory)
        self._made: list[Any] = []

    def __call__(
        self, kind: Any, key: str = KEY, model: str = "", extra: dict[str, str] | None = None
    ) -> Any:
        time = FakeTime()
        url = self._server.url("elevenlabs")
        access = Access(key=key, base_url=url, model=model, extra=extra or {})
        self._made.append(kind(access, self.shelf.path, clock=Clock(time.now, time.sleep)))
        return self._made[-1]

    def close(self) -> None:
        for made in self._made:
            made.http.close()


@pytest.fixture
def make(scenarios: ScenarioServer, tmp_path: Path) -> Iterator[Maker]:
    maker = Maker(scenarios, tmp_path / "media")
    yield maker
    maker.close()


def test_speech_is_asked_for_as_the_description_says(
    make: Maker, scenarios: ScenarioServer, tmp_path: Path
) -> None:
    for model in ("", "eleven_v3"):
        make(ElevenLabsVoice, model=model).generate(voice_request(), tmp_path)
        (*_, call) = scenarios.world.calls[-1]
        assert_valid(SPEC, call.method, call.path, call.json())
        assert_valid(SPEC, call.method, call.path, call.query, content_type="query")
        assert call.headers["xi-api-key"] == KEY
        assert KEY not in call.path + str(call.query)
        # The multilingual model refuses to be told its language, the others need it.
        assert ("language_code" in call.json()) is (model == "eleven_v3")


@pytest.mark.parametrize(
    "text", ["The lamp turns: all  night,\nwhy?", "L’été, à 7 h 30 — déjà !", ARABIC]
)
def test_speech_carries_exactly_the_words_of_the_text(
    make: Maker, tmp_path: Path, text: str
) -> None:
    made = make(ElevenLabsVoice).generate(voice_request(text), tmp_path)
    words = made.details["words"]
    assert [word["text"] for word in words] == text.split()
    assert all(word["start_ms"] < word["end_ms"] for word in words)
    starts = [word["start_ms"] for word in words]
    assert starts == sorted(starts)
    assert made.media_type == "audio/mpeg"
    assert probe_media(made.path, made.media_type).duration_ms >= words[-1]["end_ms"]


def _with_alignment(alignment: object) -> Any:
    def fault(_call: object, _phase: str, ordinary: Any) -> Reply:
        answer = {**json.loads(ordinary().body), "alignment": alignment}
        return json_reply(answer)

    return fault


@pytest.mark.parametrize(
    "alignment",
    [
        None,
        {},
        [],
        "no",
        spelled("The lamp turns all days."),
        {**spelled("The lamp turns all night."), "character_end_times_seconds": [0.1]},
        {**spelled("The lamp turns all night."), "character_end_times_seconds": ["0.1"] * 25},
    ],
    ids=["null", "empty", "list", "text", "other words", "cut", "texts for numbers"],
)
def test_paid_speech_is_kept_when_its_times_cannot_be_used(
    make: Maker, scenarios: ScenarioServer, tmp_path: Path, alignment: object
) -> None:
    scenarios.world.faults["elevenlabs"] = _with_alignment(alignment)
    made = make(ElevenLabsVoice).generate(voice_request(), tmp_path)
    assert "words" not in made.details
    assert "timing" not in made.details
    assert probe_media(made.path, made.media_type).duration_ms > 0


def test_times_of_words_end_where_their_last_character_ends() -> None:
    marks = [("H", 0.0, 0.1), ("i", 0.1, 0.25), (" ", 0.25, 0.4), ("!", 0.4, 0.5)]
    assert time_words("Hi !", marks) == [Word("Hi", 0, 250), Word("!", 400, 500)]
    assert time_words("Hi there !", marks) == []
    assert character_marks({"characters": ["a"]}) == []


def test_words_never_overlap_nor_last_no_time() -> None:
    marks = [("a", 0.0, 0.3), (" ", 0.3, 0.3), ("b", 0.2, 0.2), (" ", 0.2, 0.2), ("c", 0.1, 0.1)]
    assert time_words("a b c", marks) == [
        Word("a", 0, 300),
        Word("b", 300, 301),
        Word("c", 301, 302),
    ]
    assert character_marks({**spelled("a"), "character_start_times_seconds": [float("nan")]}) == []


def _alignment(make: Maker) -> AlignmentRequest:
    return AlignmentRequest(
        audio=stored(make.shelf, "audio/wav"),
        text="The lamp turns all night.",
        language=Language.ENGLISH,
    )


@pytest.mark.parametrize("model", ["", "scribe_v2"])
def test_given_words_get_the_times_they_are_said_at(
    make: Maker, scenarios: ScenarioServer, tmp_path: Path, model: str
) -> None:
    request = _alignment(make)
    made = make(ElevenLabsAlignment, extra={"ELEVENLABS_ALIGNMENT_MODEL": model})
    made.examine(request)
    produced = made.generate(request, tmp_path)
    (*_, call) = scenarios.world.calls[0]
    assert call.path == ("/v1/speech-to-text" if model else "/v1/forced-alignment")
    assert_valid(SPEC, call.method, call.path, call.form(), content_type="multipart/form-data")
    assert call.form()["file"] == make.shelf.path(request.audio).read_bytes()
    words: Any = produced.details["words"]
    assert [word["text"] for word in words] == request.text.split()
    assert words[1] == {"text": "lamp", "start_ms": 200, "end_ms": 400}
    assert produced.details["matched"] == 1
    probe_media(produced.path, produced.media_type)


@pytest.mark.parametrize("body", [{}, {"words": None}, {"words": [{"text": " "}, 7, {"start": 1}]}])
def test_an_alignment_without_words_is_a_bad_answer(
    make: Maker, scenarios: ScenarioServer, tmp_path: Path, body: object
) -> None:
    scenarios.world.faults["elevenlabs"] = lambda *_: json_reply(body)
    with pytest.raises((BadProviderAnswer, OutcomeUnknown)):
        make(ElevenLabsAlignment).generate(_alignment(make), tmp_path)


def test_sound_beyond_a_limit_is_refused_before_any_request(
    make: Maker, scenarios: ScenarioServer
) -> None:
    request = _alignment(make)
    large = replace(request, audio=replace(request.audio, size_bytes=1_000_000_001))
    with pytest.raises(LimitExceeded, match="bytes"):
        make(ElevenLabsAlignment).examine(large)
    assert scenarios.world.calls == []
    assert make(ElevenLabsAlignment).price_usd(request) > 0


def test_a_voice_is_the_briefs_else_the_operators_else_the_languages(
    make: Maker, scenarios: ScenarioServer, tmp_path: Path
) -> None:
    own = "A" * 20
    voice = make(ElevenLabsVoice)
    configured = make(ElevenLabsVoice, extra={"ELEVENLABS_VOICE_ID": own})
    voice.generate(replace(voice_request(), language=Language.ARABIC), tmp_path)
    voice.generate(replace(voice_request(), voice="Sarah"), tmp_path)
    configured.generate(voice_request(), tmp_path)
    configured.generate(replace(voice_request(), voice="B" * 20), tmp_path)
    spoken_by = [row["request"]["voice"] for row in scenarios.world.accepted()]
    assert spoken_by == ["cjVigY5qzO86Huf0OWal", "EXAVITQu4vr4xnSDxMaL", own, "B" * 20]
    assert (voice.variant, configured.variant) == ("", own)


@pytest.mark.parametrize(
    ("request_", "model", "limit"),
    [
        (voice_request("x" * 10_001), "", "characters"),
        (voice_request("x" * 5_001), "eleven_v3", "characters"),
        (replace(voice_request(), speed=1.5), "", "speed"),
        (replace(voice_request(), voice="../../user"), "", "voice"),
    ],
)
def test_speech_beyond_a_limit_is_refused_before_any_request(
    make: Maker, scenarios: ScenarioServer, request_: VoiceRequest, model: str, limit: str
) -> None:
    with pytest.raises(LimitExceeded, match=limit):
        make(ElevenLabsVoice, model=model).examine(request_)
    assert scenarios.world.calls == []


def test_without_a_key_nothing_is_asked(make: Maker, scenarios: ScenarioServer) -> None:
    with pytest.raises(NotConfigured, match="ELEVENLABS_API_KEY"):
        make(ElevenLabsVoice, key="").examine(voice_request())
    assert scenarios.world.calls == []


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (refusal("quota_exceeded", "0 credits are left", 401), ProviderQuotaExceeded),
        (refusal("invalid_api_key", "Invalid API key", 401), ProviderAuthFailed),
        (refusal("voice_not_found", "no such voice", 404), ProviderRequestInvalid),
        (refusal("voice_not_found", "no such voice", 400), ProviderRequestInvalid),
        (refusal("max_character_limit_exceeded", "627 characters", 400), ProviderRequestInvalid),
        (refusal("too_many_concurrent_requests", "wait", 429), ProviderRateLimited),
        (refusal("system_busy", "later", 429), ProviderRateLimited),
        (refusal("bad_prompt", "names an artist", 400), ContentRefused),
        (
            json_reply({"detail": [{"loc": ["body"], "msg": "wrong", "type": "x"}]}, 422),
            ProviderRequestInvalid,
        ),
        (json_reply({"detail": "gateway"}, 502), OutcomeUnknown),
        (None, OutcomeUnknown),
    ],
)
def test_faults_by_their_names(
    make: Maker,
    scenarios: ScenarioServer,
    tmp_path: Path,
    answer: Reply | None,
    error: type[ProviderError],
) -> None:
    scenarios.world.faults["elevenlabs"] = lambda *_: answer
    for provider, request in (
        (make(ElevenLabsVoice), voice_request()),
        (make(ElevenLabsMusic), music_request()),
    ):
        with pytest.raises(error) as caught:
            provider.generate(request, tmp_path)
        assert caught.value.hint
        assert KEY not in str(caught.value)
    assert len(scenarios.world.calls) == 2


def test_speech_that_is_not_base64_is_a_bad_answer(
    make: Maker, scenarios: ScenarioServer, tmp_path: Path
) -> None:
    scenarios.world.faults["elevenlabs"] = lambda *_: json_reply({"audio_base64": "?!"})
    with pytest.raises((BadProviderAnswer, OutcomeUnknown)):
        make(ElevenLabsVoice).generate(voice_request(), tmp_path)


def test_music_is_asked_for_as_the_description_says_and_decodes(
    make: Maker, scenarios: ScenarioServer, tmp_path: Path
) -> None:
    for asked_ms, given_ms in ((8_000, 8_000), (500, 3_000)):
        made = make(ElevenLabsMusic).generate(music_request(asked_ms), tmp_path)
        (*_, call) = scenarios.world.calls[-1]
        assert_valid(SPEC, call.method, call.path, call.json())
        assert_valid(SPEC, call.method, call.path, call.query, content_type="query")
        assert call.json()["music_length_ms"] == given_ms
        assert call.json()["force_instrumental"] is True
        assert "seed" not in call.json()
        assert "calm" in call.json()["prompt"]
        found = probe_media(made.path, made.media_type)
        assert found.duration_ms == pytest.approx(given_ms, abs=100)
        assert made.details["song_id"]


def test_music_has_a_model_of_its_own(make: Maker) -> None:
    assert make(ElevenLabsMusic, model="eleven_v3").model == "music_v1"
    assert make(ElevenLabsMusic, extra={"ELEVENLABS_MUSIC_MODEL": "music_v2"}).model == "music_v2"
    assert make(ElevenLabsVoice, model="eleven_v3").model == "eleven_v3"


def test_music_beyond_ten_minutes_is_refused_before_any_request(
    make: Maker, scenarios: ScenarioServer
) -> None:
    with pytest.raises(LimitExceeded, match="600"):
        make(ElevenLabsMusic).examine(music_request(600_001))
    make(ElevenLabsMusic).examine(music_request(600_000))
    assert scenarios.world.calls == []


def test_prices_are_of_the_text_and_of_begun_minutes(make: Maker) -> None:
    text = voice_request("x" * 500)
    flash = make(ElevenLabsVoice, model="eleven_flash_v2_5")
    assert (make(ElevenLabsVoice).price_usd(text), flash.price_usd(text)) == (
        Decimal("0.04"),
        Decimal("0.02"),
    )
    one, two = (make(ElevenLabsMusic).price_usd(music_request(ms)) for ms in (60_000, 60_001))
    assert two == 2 * one


def test_the_stub_answers_as_the_description_says(
    make: Maker, scenarios: ScenarioServer, tmp_path: Path
) -> None:
    make(ElevenLabsAlignment).generate(_alignment(make), tmp_path)
    (*_, call) = scenarios.world.calls[0]
    aligned = json.loads(SPEAKER.answer(call, scenarios.world).body)
    assert_answer_valid(SPEC, "POST", "/v1/forced-alignment", aligned)
    answer = {"audio_base64": "AAAA", "alignment": spelled("Hi"), "normalized_alignment": None}
    path = "/v1/text-to-speech/{voice_id}/with-timestamps"
    assert_answer_valid(SPEC, "POST", path, answer)
