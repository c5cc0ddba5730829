"""Leonardo as its contract describes it, both versions; a job is not there at first."""

from tests.scenarios.media import jpg
from tests.scenarios.server import Call, Reply, World, bytes_reply, json_reply

_COST = {"amount": "0.0125", "unit": "DOLLARS"}


class LeonardoSpeaker:
    """Speaks for ``cloud.leonardo.ai``."""

    name = "leonardo"
    keys = ("test-key-123456",)

    def phase(self, call: Call) -> str:
        if call.method == "POST":
            return "submit"
        return "download" if call.path.startswith("/cdn/") else "poll"

    def answer(self, call: Call, world: World) -> Reply:
        if self.phase(call) == "download":
            return bytes_reply(jpg(), "image/jpeg")
        if call.headers.get("authorization") not in [f"Bearer {key}" for key in self.keys]:
            return _no("Authentication hook unauthorized this request", "access-denied", 401)
        if call.method == "POST":
            return self._begin(call, world)
        return self._look(call.path.rpartition("/")[2], world)

    def _begin(self, call: Call, world: World) -> Reply:
        asked = call.json()
        is_first = call.path == "/v1/generations"
        inner = asked if is_first else asked["parameters"]
        if not inner.get("prompt") or inner["width"] % 8 or not 32 <= inner["height"] <= 1536:
            return _no("invalid input", "validation-failed", 400)
        job = world.accept(self.name, {"path": call.path, **asked})
        envelope = "sdGenerationJob" if is_first else "generate"
        return json_reply({envelope: {"generationId": job, "apiCreditCost": 7, "cost": _COST}})

    def _look(self, job: str, world: World) -> Reply:
        if job not in world.jobs:
            return _no("no such generation", "not-found", 404)
        if not world.is_done(job):
            is_new = world.jobs[job]["polls"] == 1
            pending = {"status": "PENDING", "generated_images": []}
            return json_reply({"generations_by_pk": None if is_new else pending})
        link = world.url(self.name, f"/cdn/{job}.jpg")
        pictures = [{"id": "i1", "url": link, "nsfw": False}]
        return json_reply(
            {"generations_by_pk": {"status": "COMPLETE", "generated_images": pictures}}
        )


def _no(why: str, code: str, status: int) -> Reply:
    return json_reply({"error": why, "path": "$", "code": code}, status)


SPEAKER = LeonardoSpeaker()
