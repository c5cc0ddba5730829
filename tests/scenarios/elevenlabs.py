"""ElevenLabs as its description has it: answers come at once, as JSON with sound or as bytes."""

import base64
import re

from tests.scenarios.media import mp3
from tests.scenarios.server import Call, Reply, World, bytes_reply, json_reply

_SPEECH = re.compile(r"/v1/text-to-speech/([A-Za-z0-9]{20})/with-timestamps")
_CHARACTER_S = 0.05
HEARD = "the lamp turns all night"
"""What the transcription hears in any sound."""
_FORMATS = ("mp3_44100_128", "mp3_22050_32")


def refusal(status: str, message: str, code: int) -> Reply:
    """The service's form of a refusal."""
    return json_reply({"detail": {"status": status, "message": message}}, code)


class ElevenLabsSpeaker:
    """Speaks for ``api.elevenlabs.io``. ``keys`` are the accounts it knows."""

    name = "elevenlabs"
    keys = ("test-key-123456",)

    def phase(self, call: Call) -> str:
        return "submit" if call.method == "POST" else "other"

    def answer(self, call: Call, world: World) -> Reply:
        if call.headers.get("xi-api-key") not in self.keys:
            return refusal("invalid_api_key", "Invalid API key", 401)
        speech = _SPEECH.fullmatch(call.path)
        if speech:
            return self._speak(call, world, speech[1])
        if call.path == "/v1/music":
            return self._compose(call, world)
        if call.path == "/v1/forced-alignment":
            return self._align(call, world)
        if call.path == "/v1/speech-to-text":
            return self._transcribe(call, world)
        return json_reply({"detail": "Not Found"}, 404)

    def _speak(self, call: Call, world: World, voice: str) -> Reply:
        asked = call.json()
        if not asked.get("text") or call.query.get("output_format") not in _FORMATS:
            return json_reply({"detail": [{"loc": ["body", "text"], "msg": "missing"}]}, 422)
        if len(asked["text"]) > 10_000:
            return refusal("max_character_limit_exceeded", "too long", 400)
        if "multilingual" in asked["model_id"] and "language_code" in asked:
            return refusal("unsupported_language", "this model takes no language_code", 400)
        job = world.accept(self.name, {"path": call.path, "voice": voice, **asked})
        sound = mp3(max(0.5, len(asked["text"]) * _CHARACTER_S))
        answer = {
            "audio_base64": base64.b64encode(sound).decode(),
            "alignment": spelled(asked["text"]),
            "normalized_alignment": spelled(f" {asked['text'].lower()} "),
        }
        return json_reply(answer, headers={"request-id": job})

    def _compose(self, call: Call, world: World) -> Reply:
        asked = call.json()
        is_whole = isinstance(asked.get("prompt"), str) and len(asked["prompt"]) <= 4_100
        length_ms = asked.get("music_length_ms", 3_000)
        if not is_whole or not 3_000 <= length_ms <= 600_000 or "seed" in asked:
            return json_reply({"detail": [{"loc": ["body"], "msg": "malformed"}]}, 422)
        job = world.accept(self.name, {"path": call.path, **asked})
        return bytes_reply(mp3(length_ms / 1000), "audio/mpeg", headers={"song-id": job})

    def _align(self, call: Call, world: World) -> Reply:
        form = call.form()
        text, sound = form.get("text"), form.get("file")
        if not isinstance(text, str) or not isinstance(sound, bytes) or not sound:
            return json_reply({"detail": [{"loc": ["body", "file"], "msg": "missing"}]}, 422)
        world.accept(self.name, {"path": call.path, "text": text, "bytes": len(sound)})
        letters = [
            {"text": letter, "start": at * _CHARACTER_S, "end": (at + 1) * _CHARACTER_S}
            for at, letter in enumerate(text)
        ]
        return json_reply({"characters": letters, "words": _words(text), "loss": 0.1})

    def _transcribe(self, call: Call, world: World) -> Reply:
        form = call.form()
        if form.get("model_id") not in ("scribe_v1", "scribe_v2") or not form.get("file"):
            return json_reply({"detail": [{"loc": ["body", "file"], "msg": "missing"}]}, 422)
        world.accept(self.name, {"path": call.path, "model": form["model_id"]})
        kinds = {True: "spacing", False: "word"}
        words = [{**word, "type": kinds[word["text"] == " "]} for word in _words(HEARD)]
        answer = {
            "language_code": "eng",
            "language_probability": 0.99,
            "text": HEARD,
            "words": [{**word, "logprob": -0.1} for word in words],
        }
        return json_reply(answer)


def spelled(text: str) -> dict[str, object]:
    """An alignment: every character of ``text`` takes 50 ms."""
    count = range(len(text))
    return {
        "characters": list(text),
        "character_start_times_seconds": [round(at * _CHARACTER_S, 3) for at in count],
        "character_end_times_seconds": [round((at + 1) * _CHARACTER_S, 3) for at in count],
    }


def _words(text: str) -> list[dict[str, object]]:
    """As the real one: white space is a word, too."""
    return [
        {
            "text": found[0],
            "start": round(found.start() * _CHARACTER_S, 3),
            "end": round(found.end() * _CHARACTER_S, 3),
            "loss": 0.1,
        }
        for found in re.finditer(r"\S+|\s+", text)
    ]


SPEAKER = ElevenLabsSpeaker()
