"""Black Forest Labs as its contract describes it: a task, a returned address to ask at, a link."""

from tests.scenarios.media import png
from tests.scenarios.server import Call, Reply, World, bytes_reply, json_reply

_KEYS = ("test-key-123456",)


class FluxSpeaker:
    """Speaks for ``api.bfl.ai``. ``keys`` are the accounts it knows."""

    name = "flux"
    keys = _KEYS

    def phase(self, call: Call) -> str:
        if call.method == "POST":
            return "submit"
        return "download" if call.path.startswith("/delivery/") else "poll"

    def answer(self, call: Call, world: World) -> Reply:
        if self.phase(call) == "download":
            return bytes_reply(png(), "image/png")
        if call.headers.get("x-key") not in self.keys:
            return json_reply({"detail": "Not authenticated"}, 403)
        return self._begin(call, world) if call.method == "POST" else self._look(call, world)

    def _begin(self, call: Call, world: World) -> Reply:
        asked = call.json()
        if not isinstance(asked.get("prompt"), str) or asked["width"] % 16 or asked["height"] % 16:
            return json_reply({"detail": [{"loc": ["body"], "msg": "malformed"}]}, 422)
        job = world.accept(self.name, {"path": call.path, **asked})
        poll = world.url(self.name, f"/v1/get_result?id={job}")
        return json_reply({"id": job, "polling_url": poll, "cost": 4})

    def _look(self, call: Call, world: World) -> Reply:
        job = call.query["id"]
        if job not in world.jobs:
            return json_reply({"id": job, "status": "Task not found", "result": None})
        if not world.is_done(job):
            return json_reply({"id": job, "status": "Pending", "result": None, "progress": 0.5})
        link = world.url(self.name, f"/delivery/{job}.png")
        return json_reply({"id": job, "status": "Ready", "result": {"sample": link, "seed": 1}})


SPEAKER = FluxSpeaker()
