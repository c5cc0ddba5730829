"""fal's queue as its contract describes it, for every model: what a model makes is told by a table.

The addresses it returns drop the endpoint's last parts, as fal's do.
"""

from collections.abc import Callable
from typing import Any

from tests.scenarios.media import BY_TYPE
from tests.scenarios.server import Call, Reply, World, bytes_reply, json_reply

Output = Callable[[str], dict[str, Any]]


def picture(link: str) -> dict[str, Any]:
    """What a picture model returns."""
    return {
        "images": [{"url": link, "content_type": "image/png", "width": 64, "height": 64}],
        "has_nsfw_concepts": [False],
        "prompt": "as asked",
        "seed": 1,
        "timings": {},
    }


def clip(link: str) -> dict[str, Any]:
    """What a model of moving pictures returns."""
    return {"video": {"url": link, "content_type": "video/mp4"}}


def sound(link: str) -> dict[str, Any]:
    """What a model of sound returns."""
    return {"audio": {"url": link, "content_type": "audio/wav"}}


_OUTPUTS: tuple[tuple[str, str, Output, str], ...] = (
    ("/fal-ai/pika", "video/mp4", clip, "prompt"),
    ("/fal-ai/kling", "video/mp4", clip, "prompt"),
    ("/fal-ai/sadtalker", "video/mp4", clip, "source_image_url"),
    ("/fal-ai/stable-audio", "audio/wav", sound, "prompt"),
    ("", "image/png", picture, "prompt"),
)
"""Begin of the endpoint, media type, result, and the field without which it is refused."""


class FalSpeaker:
    """Speaks for ``queue.fal.run``. ``keys`` are the accounts it knows."""

    keys = ("test-key-123456",)

    def __init__(self, name: str = "fal") -> None:
        self.name = name

    def phase(self, call: Call) -> str:
        if call.method == "POST":
            return "submit"
        return "download" if call.path.startswith("/files/") else "poll"

    def answer(self, call: Call, world: World) -> Reply:
        if self.phase(call) == "download":
            return self._deliver(call)
        if call.headers.get("authorization") not in [f"Key {key}" for key in self.keys]:
            return json_reply(
                {"detail": "Cannot access application. Authentication required."}, 401
            )
        if call.method == "POST":
            return self._begin(call, world)
        job = call.path.partition("/requests/")[2].removesuffix("/status")
        if job not in world.jobs:
            return json_reply({"detail": "Request not found"}, 404)
        return self._look(call, world, job)

    def _begin(self, call: Call, world: World) -> Reply:
        asked = call.json()
        needed = _model(call.path)[3]
        if not isinstance(asked.get(needed), str) or not asked[needed]:
            return json_reply({"detail": [{"loc": ["body", needed], "type": "missing"}]}, 422)
        job = world.accept(self.name, {"path": call.path, **asked})
        owner, model = call.path.strip("/").split("/")[:2]
        at = world.url(self.name, f"{owner}/{model}/requests/{job}")
        return json_reply(
            {
                "status": "IN_QUEUE",
                "request_id": job,
                "response_url": at,
                "status_url": f"{at}/status",
                "cancel_url": f"{at}/cancel",
                "queue_position": 0,
            }
        )

    def _look(self, call: Call, world: World, job: str) -> Reply:
        at = world.url(self.name, call.path.removesuffix("/status"))
        if call.path.endswith("/status"):
            is_done = world.is_done(job)
            state = {"request_id": job, "status_url": f"{at}/status", "response_url": at}
            status = "COMPLETED" if is_done else "IN_PROGRESS"
            return json_reply({"status": status, "logs": None, **state}, 200 if is_done else 202)
        path = world.jobs[job]["request"]["path"]
        _, media_type, output, _ = _model(path)
        kind = media_type.replace("/", "-")
        return json_reply(output(world.url(self.name, f"/files/{kind}/{job}")))

    def _deliver(self, call: Call) -> Reply:
        if "authorization" in call.headers:
            return json_reply({"detail": "a delivery host must not get the key"}, 400)
        media_type = call.path.split("/")[2].replace("-", "/", 1)
        return bytes_reply(BY_TYPE[media_type](), media_type)


def _model(path: str) -> tuple[str, str, Output, str]:
    return next(row for row in _OUTPUTS if path.startswith(row[0]))


SPEAKER = FalSpeaker()
