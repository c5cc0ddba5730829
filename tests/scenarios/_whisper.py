"""Whisper as it is served: bare words with times, for a sound that is really sent."""

from typing import Any

from tests.scenarios.server import Call, Reply, World, json_reply

HEARD = ("a", "short", "text", "to", "say")


def transcribe(service: str, call: Call, world: World) -> Reply:
    """The transcription of any sound: the same few words, evenly spread over a second."""
    form = call.form()
    assert isinstance(form.get("file"), bytes), "there is no file"
    assert form["response_format"] == "verbose_json"
    assert form["timestamp_granularities[]"] == "word"
    assert form["language"] in ("en", "fr", "ar"), "a language is a code here"
    world.accept(service, {name: value for name, value in form.items() if name != "file"})
    return json_reply(heard(*HEARD))


def heard(*words: str, seconds: float = 1.0) -> dict[str, Any]:
    """An answer with these words, evenly spread."""
    each = seconds / len(words)
    return {
        "task": "transcribe",
        "language": "english",
        "duration": seconds,
        "text": " ".join(words),
        "words": [
            {"word": word, "start": round(n * each, 3), "end": round((n + 1) * each, 3)}
            for n, word in enumerate(words)
        ],
    }
