"""Runway as its description has it: a task, looked at by its id."""

from tests.scenarios._film_jobs import FilmSpeaker
from tests.scenarios.server import Call, Reply, World, json_reply

_RATIOS = ("1280:720", "720:1280", "1104:832", "832:1104", "960:960", "1584:672")
_AT = "2026-11-22T10:00:00Z"


class RunwaySpeaker(FilmSpeaker):
    """Speaks for ``api.dev.runwayml.com``."""

    name = "runway"
    submits = r"/v1/(image|text)_to_video"

    def begin(self, call: Call, world: World) -> Reply:
        if call.headers.get("x-runway-version") != "2024-11-06":
            return self.refuse(400, "X-Runway-Version is required")
        asked = call.json()
        picture = asked.get("promptImage", "")
        is_picture = picture.startswith(("data:image/", "https://", "runway://"))
        if call.path == "/v1/image_to_video" and not is_picture:
            return self._malformed("promptImage")
        if len(picture) > 5 << 20:
            return self._malformed("promptImage")
        if asked.get("ratio") not in _RATIOS:
            return self._malformed("ratio")
        if asked.get("duration") not in range(2, 11):
            return self._malformed("duration")
        if not 0 < len(asked.get("promptText", "")) <= 1000:
            return self._malformed("promptText")
        job = world.accept(self.name, {"path": call.path, **asked})
        return json_reply({"id": job, "estimatedCost": {"credits": 5 * asked["duration"]}})

    def look(self, call: Call, world: World) -> Reply:
        job = call.path.removeprefix("/v1/tasks/")
        if job not in world.jobs:
            return self.refuse(404, "no such task")
        task = {"id": job, "createdAt": _AT}
        cost = {"credits": 5 * world.jobs[job]["request"]["duration"]}
        if not world.is_done(job):
            running = {"status": "RUNNING", "progress": 0.5, "estimatedCost": cost}
            return json_reply({**task, **running})
        ends = world.jobs[job].get("ends")
        if ends:
            failed = {"status": "FAILED", "failure": "It went wrong", "failureCode": ends}
            return json_reply({**task, **failed, "cost": {"credits": 0}})
        done = {"status": "SUCCEEDED", "output": [self.link(world, job)], "cost": cost}
        return json_reply({**task, **done})

    def _malformed(self, field: str) -> Reply:
        issue = {"code": "invalid", "path": [field], "message": f"{field} is wrong"}
        return json_reply({"error": "Validation of body failed", "issues": [issue]}, 400)


SPEAKER = RunwaySpeaker()
