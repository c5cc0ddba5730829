"""Luma's two interfaces: generations of the Agents API, and those of the older Dream Machine."""

from tests.scenarios._film_jobs import FilmSpeaker
from tests.scenarios.server import Call, Reply, World, json_reply

_AT = "2026-11-22T10:00:00Z"


class LumaSpeaker(FilmSpeaker):
    """Speaks for ``agents.lumalabs.ai/v1`` and ``api.lumalabs.ai/dream-machine/v1``."""

    name = "luma"
    submits = r"/generations(/video)?"

    def refuse(self, status: int, said: str) -> Reply:
        return json_reply({"detail": said}, status)

    def begin(self, call: Call, world: World) -> Reply:
        asked = call.json()
        is_older = call.path.endswith("/video")
        film = asked if is_older else asked.get("video", {})
        lengths = ("5s", "9s") if is_older else ("5s", "10s")
        models = ("ray-2", "ray-flash-2") if is_older else ("ray-3.2",)
        if film.get("duration") not in lengths or asked.get("model") not in models:
            return self.refuse(422, "duration or model is wrong")
        if not asked.get("prompt") or asked.get("aspect_ratio") == "4:5":
            return self.refuse(422, "prompt or aspect_ratio is wrong")
        if not is_older and "start_frame" in film and not film["start_frame"].get("media_type"):
            return self.refuse(422, "media_type goes with data")
        job = world.accept(self.name, {"path": call.path, **asked})
        return json_reply(self._generation(world, job, "queued"), 201 if is_older else 200)

    def look(self, call: Call, world: World) -> Reply:
        job = call.path.removeprefix("/generations/")
        if job not in world.jobs:
            return self.refuse(404, "no such generation")
        if not world.is_done(job):
            is_older = world.jobs[job]["request"]["model"] != "ray-3.2"
            return json_reply(
                self._generation(world, job, "dreaming" if is_older else "processing")
            )
        failed = "failed" if world.jobs[job].get("ends") else "completed"
        return json_reply(self._generation(world, job, failed))

    def _generation(self, world: World, job: str, state: str) -> dict[str, object]:
        model = world.jobs[job]["request"]["model"]
        found: dict[str, object] = {"id": job, "state": state, "model": model, "created_at": _AT}
        link = self.link(world, job) if state == "completed" else None
        if model != "ray-3.2":
            assets = {"video": link} if link else {}
            return {**found, "assets": assets, "failure_reason": world.jobs[job].get("ends")}
        code = world.jobs[job].get("ends")
        return {
            **found,
            "type": "video",
            "output": [{"type": "video", "url": link}] if link else None,
            "failure_code": code,
            "failure_reason": "It went wrong" if code else None,
        }


SPEAKER = LumaSpeaker()
