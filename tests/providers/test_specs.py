"""The tool that holds requests against descriptions takes right ones and refuses wrong ones."""

from typing import Any

import pytest

from tests.scenarios.specs import assert_answer_valid, assert_valid, changed

_FLUX = {"prompt": "a lighthouse", "width": 1024, "height": 1440}
_CHAT = {"model": "m", "messages": [{"role": "user", "content": "x"}]}
_IDEOGRAM = {"prompt": "a lighthouse", "aspect_ratio": "9x16", "num_images": 1}

Case = tuple[str, str, Any, str]
RIGHT: tuple[Case, ...] = (
    ("bfl.json", "/v1/flux-2-pro", _FLUX, "application/json"),
    ("openai.yaml", "/v1/chat/completions", _CHAT, "application/json"),
    ("openai-sdk-3.54.0.json", "/chat/completions", _CHAT, "application/json"),
    ("groq.yaml", "/openai/v1/chat/completions", _CHAT, "application/json"),
    ("ideogram.json", "/v1/ideogram-v3/generate", _IDEOGRAM, "multipart/form-data"),
    (
        "stability.authored.json",
        "/v2beta/stable-image/generate/core",
        {"prompt": "a lighthouse", "seed": "7"},
        "multipart/form-data",
    ),
    (
        "runway.json",
        "/v1/text_to_video",
        {"model": "gen4.5", "promptText": "sea", "ratio": "720:1280", "duration": 5},
        "application/json",
    ),
    (
        "elevenlabs.json",
        "/v1/text-to-speech/some-voice/with-timestamps",
        {"text": "Hello", "model_id": "eleven_multilingual_v2"},
        "application/json",
    ),
    (
        "elevenlabs.json",
        "/v1/text-to-speech/some-voice",
        {"output_format": "mp3_44100_128"},
        "query",
    ),
    (
        "did.json",
        "/talks",
        {
            "source_url": "https://example.org/face.png",
            "script": {"type": "audio", "audio_url": "https://example.org/a.mp3"},
        },
        "application/json",
    ),
    (
        "fal-models.json",
        "/fal-ai/pika/v2.2/text-to-video",
        {"prompt": "sea", "duration": "5", "aspect_ratio": "9:16"},
        "application/json",
    ),
    (
        "google-gemini.json",
        "/v1beta/models/gemini:generateContent",
        {"contents": [{"parts": [{"text": "x"}]}]},
        "application/json",
    ),
    (
        "heygen.json",
        "/v3/videos",
        {"type": "avatar", "avatar_id": "a", "script": "Hello", "voice_id": "v"},
        "application/json",
    ),
)
WRONG: tuple[Case, ...] = (
    ("bfl.json", "/v1/flux-pro-1.1", changed(_FLUX, width=2000), "application/json"),
    ("bfl.json", "/v1/flux-2-pro", {"width": 1024}, "application/json"),
    ("bfl.json", "/v1/flux-2-pro", changed(_FLUX, promt="x"), "application/json"),
    ("openai.yaml", "/chat/completions", changed(_CHAT, temprature=1), "application/json"),
    (
        "ideogram.json",
        "/v1/ideogram-v3/generate",
        changed(_IDEOGRAM, aspect_ratio="9:16"),
        "multipart/form-data",
    ),
    (
        "runway.json",
        "/v1/image_to_video",
        {"model": "gen3a_turbo", "promptImage": "https://x.org/a.png", "ratio": "1280:768"},
        "application/json",
    ),
    (
        "fal-models.json",
        "/fal-ai/pika/v2.2/text-to-video",
        {"prompt": "sea", "duration": 5},
        "application/json",
    ),
    ("elevenlabs.json", "/v1/text-to-speech/v", {"output": "mp3"}, "query"),
    ("bfl.json", "/v1/no-such-model", _FLUX, "application/json"),
    ("bfl.json", "/v1/flux-2-pro", _FLUX, "multipart/form-data"),
)


def _name(case: Case) -> str:
    return f"{case[0]}:{case[1]}"


@pytest.mark.parametrize("case", RIGHT, ids=_name)
def test_right_request_is_taken(case: Case) -> None:
    spec, path, body, kind = case
    assert_valid(spec, "POST", path, body, content_type=kind)


@pytest.mark.parametrize("case", WRONG, ids=_name)
def test_wrong_request_is_refused(case: Case) -> None:
    spec, path, body, kind = case
    with pytest.raises(AssertionError):
        assert_valid(spec, "POST", path, body, content_type=kind)


def test_answers_of_a_stub_are_held_against_the_description_too() -> None:
    right = {"id": "a", "polling_url": "https://x.org/a"}
    assert_answer_valid("bfl.json", "POST", "/v1/flux-2-pro", right)
    with pytest.raises(AssertionError):
        assert_answer_valid("bfl.json", "POST", "/v1/flux-2-pro", {"id": "a"})
