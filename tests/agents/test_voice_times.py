"""A voice that tells no times is listened to, or its words are spread; no word is lost."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from tests.factories import make_project, make_script
from tests.fakes import CountingProvider
from tests.scenarios.media import wav
from video_platform.agents.voice import VoiceAgent
from video_platform.domain.generation import AlignmentRequest, Capability, JsonValue
from video_platform.errors import PermanentProviderError
from video_platform.generation.ledger import Ledger
from video_platform.store import MediaStore

Details = Callable[[AlignmentRequest], dict[str, JsonValue]]


def mute_voice() -> CountingProvider:
    """A voice without word times, as OpenAI's."""
    return CountingProvider(Capability.VOICE, "audio/wav", content=lambda _: wav(1.0))


def listener(timed: Callable[[str], list[str]] = str.split) -> CountingProvider:
    """Times every word of what it is told was said, 50 ms each."""
    return CountingProvider(
        Capability.ALIGNMENT,
        details=lambda request: {
            "words": [
                {"text": word, "start_ms": 50 * n, "end_ms": 50 * (n + 1)}
                for n, word in enumerate(timed(request.text))
            ],
            "timing": "recognised",
        },
        cost_usd=Decimal("0.001"),
        name="listener",
    )


def test_aligner_is_asked_for_a_voice_without_times(ledger: Ledger) -> None:
    script, ears = make_script(), listener()
    agent = VoiceAgent(ledger, max_parallel=2)
    result = agent.run(mute_voice(), make_project(), script, ears)  # type: ignore[arg-type]
    for scene, track in zip(script.scenes, result.value.tracks, strict=True):
        assert tuple(word.text for word in track.words) == scene.words
        assert (track.timing, track.origin.provider) == ("recognised", "counting")
    heard = {request.text for request in ears.requests}
    assert heard == {scene.narration for scene in script.scenes}
    assert result.provider_calls == 2 * len(script.scenes)
    assert result.cost_usd == Decimal("0.001") * len(script.scenes)


def test_same_film_again_is_not_listened_to_again(ledger: Ledger) -> None:
    ears, agent = listener(), VoiceAgent(ledger, max_parallel=2)
    for _ in range(2):
        result = agent.run(mute_voice(), make_project(), make_script(), ears)  # type: ignore[arg-type]
    assert result.provider_calls == 0
    assert result.reused == 2 * len(make_script().scenes)
    assert len(ears.requests) == len(make_script().scenes)


def test_voice_that_tells_times_is_not_listened_to(ledger: Ledger) -> None:
    timed = CountingProvider(Capability.VOICE, "audio/wav", details=listener().details)
    ears, agent = listener(), VoiceAgent(ledger, max_parallel=2)
    agent.run(timed, make_project(), make_script(), ears)  # type: ignore[arg-type]
    assert ears.requests == []


def test_without_an_aligner_times_are_estimated_within_the_speech(
    ledger: Ledger, store: MediaStore
) -> None:
    script = make_script()
    agent = VoiceAgent(ledger, max_parallel=2, media_path=store.path)
    result = agent.run(mute_voice(), make_project(), script)  # type: ignore[arg-type]
    for scene, track in zip(script.scenes, result.value.tracks, strict=True):
        assert tuple(word.text for word in track.words) == scene.words
        assert track.timing == "estimated"
        assert track.words[-1].end_ms <= 1000
        starts = [word.start_ms for word in track.words]
        assert starts == sorted(set(starts))


def test_aligner_that_loses_a_word_is_named(ledger: Ledger) -> None:
    deaf = listener(lambda text: text.split()[1:])
    with pytest.raises(PermanentProviderError, match="listener timed 2 words of the 3"):
        VoiceAgent(ledger, max_parallel=2).run(
            mute_voice(),  # type: ignore[arg-type]
            make_project(),
            make_script(),
            deaf,  # type: ignore[arg-type]
        )
