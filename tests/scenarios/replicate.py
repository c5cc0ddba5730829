"""Replicate as its description has it: a prediction is made, looked at by its id, and fetched."""

from tests.scenarios.media import mp3, mp4
from tests.scenarios.server import Call, Reply, World, bytes_reply, json_reply

COMMUNITY = {
    "meta/musicgen": "671ac645ce5e552cc63a54a2bbff63fcf798043055d2dac5fc9e36a837eedcfb",
    "cjwbw/sadtalker": "3aa3dac9353cc4d6bd62a8f95957bd844003b401ca4e4a9b33baa574c549d376",
}
_MAKES = {
    "meta/musicgen": ("music.mp3", "audio/mpeg", mp3),
    "cjwbw/sadtalker": ("film.mp4", "video/mp4", mp4),
}
_METRICS = {"succeeded": {"total_time": 1.2}, "canceled": {"predict_time": 0.8}}
_DATA_URL_BYTES = 256 * 1024


class ReplicateSpeaker:
    """Speaks for ``api.replicate.com`` and its delivery host."""

    name = "replicate"
    keys = ("test-key-123456",)

    def phase(self, call: Call) -> str:
        if call.path.startswith("/delivery/"):
            return "download"
        if call.method == "POST":
            return "submit" if call.path.endswith("/predictions") else "other"
        return "poll"

    def answer(self, call: Call, world: World) -> Reply:
        if self.phase(call) == "download":
            return self._deliver(call)
        known = [f"Bearer {key}" for key in self.keys]
        if call.headers.get("authorization") not in known:
            return _problem("Unauthenticated", "You did not pass a valid token", 401)
        if call.path == "/files":
            return self._keep(call, world)
        if call.path.endswith("/cancel"):
            return self._cancel(call, world)
        return self._begin(call, world) if call.method == "POST" else self._look(call, world)

    def _keep(self, call: Call, world: World) -> Reply:
        content = call.form().get("content")
        if not isinstance(content, bytes) or not content:
            return _problem("Input validation failed", "content is required", 422)
        file = f"file-{len(world.calls)}"
        urls = {"get": world.url(self.name, f"/files/{file}")}
        return json_reply({"id": file, "size": len(content), "urls": urls}, 201)

    def _begin(self, call: Call, world: World) -> Reply:
        asked = call.json()
        if not isinstance(asked.get("input"), dict):
            return _problem("Input validation failed", "input is required", 422)
        if call.path == "/predictions":
            model, _, version = str(asked.get("version", "")).partition(":")
            if COMMUNITY.get(model) != version:
                return _problem("Invalid version or not permitted", "no such version", 422)
        else:
            model = call.path.removeprefix("/models/").removesuffix("/predictions")
        if any(_is_long_data_url(value) for value in asked["input"].values()):
            return _problem("Input validation failed", "the data URL is too long", 422)
        job = world.accept(self.name, {"path": call.path, "model": model, **asked})
        return json_reply(self._prediction(world, job, "starting"), 201)

    def _cancel(self, call: Call, world: World) -> Reply:
        job = call.path.removeprefix("/predictions/").removesuffix("/cancel")
        if job not in world.jobs:
            return _problem("Not found", "no such prediction", 404)
        world.jobs[job].setdefault("ends", "canceled")
        return json_reply(self._prediction(world, job, world.jobs[job]["ends"]))

    def _look(self, call: Call, world: World) -> Reply:
        job = call.path.removeprefix("/predictions/")
        if job not in world.jobs:
            return _problem("Not found", "no such prediction", 404)
        is_done = world.is_done(job)
        if "ends" in world.jobs[job]:
            return json_reply(self._prediction(world, job, world.jobs[job]["ends"]))
        return json_reply(self._prediction(world, job, "succeeded" if is_done else "processing"))

    def _prediction(self, world: World, job: str, status: str) -> dict[str, object]:
        request = world.jobs[job]["request"]
        name = _MAKES.get(request["model"], _MAKES["meta/musicgen"])[0]
        link = world.url(self.name, f"/delivery/{job}/{name}")
        return {
            "id": job,
            "model": request["model"],
            "version": str(request.get("version", "")).partition(":")[2] or "hidden",
            "status": status,
            "input": request["input"],
            "output": link if status == "succeeded" else None,
            "error": None,
            "data_removed": False,
            "created_at": "2026-11-22T12:00:00Z",
            "logs": "",
            "urls": {
                "get": world.url(self.name, f"/predictions/{job}"),
                "cancel": world.url(self.name, f"/predictions/{job}/cancel"),
                "web": f"https://replicate.com/p/{job}",
            },
            "metrics": _METRICS.get(status, {}),
        }

    def _deliver(self, call: Call) -> Reply:
        name = call.path.rsplit("/", 1)[-1]
        _, media_type, make = next(made for made in _MAKES.values() if made[0] == name)
        return bytes_reply(make(2.0), media_type)


def _is_long_data_url(value: object) -> bool:
    is_data = isinstance(value, str) and value.startswith("data:")
    return is_data and len(str(value)) > _DATA_URL_BYTES


def _problem(title: str, detail: str, status: int) -> Reply:
    content_type = {"Content-Type": "application/problem+json"}
    return json_reply({"title": title, "detail": detail, "status": status}, status, content_type)


SPEAKER = ReplicateSpeaker()
