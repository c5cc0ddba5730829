"""The Udio gateway: one form for every task, and a link somewhere in the output."""

from tests.scenarios.media import mp3
from tests.scenarios.server import Call, Reply, World, bytes_reply, json_reply


class UdioSpeaker:
    """Speaks for ``api.piapi.ai``."""

    name = "udio"
    keys = ("test-key-123456",)

    def phase(self, call: Call) -> str:
        if call.path.startswith("/songs/"):
            return "download"
        return "submit" if call.method == "POST" else "poll"

    def answer(self, call: Call, world: World) -> Reply:
        if self.phase(call) == "download":
            return bytes_reply(mp3(2.0), "audio/mpeg")
        if call.headers.get("x-api-key") not in self.keys:
            return json_reply({"code": 401, "message": "Invalid API key", "data": None}, 401)
        return self._begin(call, world) if call.method == "POST" else self._look(call, world)

    def _begin(self, call: Call, world: World) -> Reply:
        asked = call.json()
        given = asked.get("input")
        is_known = asked.get("model") == "music-u" and asked.get("task_type") == "generate_music"
        if not is_known or not isinstance(given, dict) or given.get("seed", -1) < -1:
            return json_reply({"code": 400, "message": "invalid task", "data": None}, 400)
        job = world.accept(self.name, {"path": call.path, **asked})
        return task(job, "pending")

    def _look(self, call: Call, world: World) -> Reply:
        job = call.path.rsplit("/", 1)[-1]
        if job not in world.jobs:
            return json_reply({"code": 404, "message": "task not found", "data": None}, 404)
        if not world.is_done(job):
            return task(job, "Processing")
        link = world.url(self.name, f"/songs/{job}.mp3")
        return task(job, "Completed", {"songs": [{"id": "s1", "song_path": link}]})


def task(job: str, status: str, output: object = None, error: object = None) -> Reply:
    """A task as the gateway tells of it."""
    said = error or {"code": 0, "message": ""}
    data = {"task_id": job, "status": status, "output": output, "error": said}
    return json_reply({"code": 200, "message": "success", "data": data})


SPEAKER = UdioSpeaker()
