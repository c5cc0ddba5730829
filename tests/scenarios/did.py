"""D-ID: uploads first, then a talk whose links end as files do."""

import re

from tests.scenarios._film_jobs import FilmSpeaker, uploaded
from tests.scenarios.server import Call, Reply, World, json_reply

_AT = "2026-11-22T10:00:00Z"
_KINDS = {400: "BadRequestError", 401: "AuthorizationError", 404: "NotFoundError"}


class DIdSpeaker(FilmSpeaker):
    """Speaks for ``api.d-id.com``."""

    name = "did"
    key_form = "Basic {key}"
    submits = r"/talks"

    def refuse(self, status: int, said: str) -> Reply:
        return json_reply({"kind": _KINDS[status], "description": said}, status)

    def keep(self, call: Call, world: World) -> Reply:
        if call.path == "/images":
            assert str(call.form()["source_url"]).startswith("https://"), "no picture"
            return json_reply({"url": "s3://d-id-images/face.png", "id": "img_1"}, 201)
        assert call.path == "/audios", "no such path"
        uploaded(call, "audio")
        return json_reply({"url": "s3://d-id-audios/voice.wav", "id": "aud_1"}, 201)

    def begin(self, call: Call, world: World) -> Reply:
        asked = call.json()
        if not re.fullmatch(r"(https|s3):.*\.(jpg|jpeg|png)", asked.get("source_url", "")):
            return self.refuse(400, "source_url must end in .jpg, .jpeg or .png")
        script = asked.get("script", {})
        if script.get("type") != "audio" or not script.get("audio_url", "").endswith(".wav"):
            return self.refuse(400, "script must hold an audio_url")
        job = world.accept(self.name, asked)
        told = {"id": job, "object": "talk", "created_by": "me", "created_at": _AT}
        return json_reply({**told, "status": "created"}, 201)

    def look(self, call: Call, world: World) -> Reply:
        job = call.path.removeprefix("/talks/")
        if job not in world.jobs:
            return self.refuse(404, "no such talk")
        if not world.is_done(job):
            return json_reply({"id": job, "status": "started"})
        ends = world.jobs[job].get("ends")
        if ends == "rejected":
            return json_reply({"id": job, "status": "rejected"})
        if ends:
            error = {"kind": ends, "description": "It went wrong"}
            return json_reply({"id": job, "status": "error", "error": error})
        return json_reply({"id": job, "status": "done", "result_url": self.link(world, job)})


SPEAKER = DIdSpeaker()
