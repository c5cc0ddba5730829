"""The Suno gateway: every answer is a 200, and its ``code`` says what it means."""

from tests.scenarios.media import mp3
from tests.scenarios.server import Call, Reply, World, bytes_reply, json_reply

_MODELS = ("V4", "V4_5", "V4_5PLUS", "V4_5ALL", "V5", "V5_5")


def gateway_answer(code: int, message: str, data: object = None) -> Reply:
    """HTTP says 200 whatever ``code`` says."""
    return json_reply({"code": code, "msg": message, "data": data})


class SunoSpeaker:
    """Speaks for ``api.sunoapi.org``; two songs a request, of ``lengths_s``."""

    name = "suno"
    keys = ("test-key-123456",)
    lengths_s = (3.0, 2.0)

    def phase(self, call: Call) -> str:
        if call.path.startswith("/songs/"):
            return "download"
        return "submit" if call.method == "POST" else "poll"

    def answer(self, call: Call, world: World) -> Reply:
        if self.phase(call) == "download":
            return bytes_reply(mp3(float(call.query["s"])), "audio/mpeg")
        if call.headers.get("authorization") not in [f"Bearer {key}" for key in self.keys]:
            return gateway_answer(401, "You do not have access permissions")
        return self._begin(call, world) if call.method == "POST" else self._look(call, world)

    def _begin(self, call: Call, world: World) -> Reply:
        asked = call.json()
        if not str(asked.get("callBackUrl", "")).startswith("https://"):
            return gateway_answer(400, "Please enter callBackUrl")
        if asked.get("model") not in _MODELS or asked.get("customMode") is not False:
            return gateway_answer(400, "model or mode")
        if not 0 < len(asked.get("prompt", "")) <= 500:
            return gateway_answer(413, "The prompt is too long")
        job = world.accept(self.name, {"path": call.path, **asked})
        return gateway_answer(200, "success", {"taskId": job})

    def _look(self, call: Call, world: World) -> Reply:
        job = call.query["taskId"]
        if job not in world.jobs:
            return gateway_answer(404, "no such task")
        is_done = world.is_done(job)
        songs = [
            {
                "id": f"{job}-{number}",
                "audioUrl": world.url(self.name, f"/songs/{job}-{number}.mp3?s={length_s}"),
                "streamAudioUrl": "",
                "duration": length_s,
                "title": "Song",
            }
            for number, length_s in enumerate(self.lengths_s)
        ]
        status = "SUCCESS" if is_done else "PENDING"
        response = {"taskId": job, "sunoData": songs} if is_done else None
        return gateway_answer(
            200,
            "success",
            {"taskId": job, "status": status, "response": response, "errorMessage": None},
        )


SPEAKER = SunoSpeaker()
