"""Haiper as it was described: every answer says ``status`` and holds a ``value``."""

from tests.scenarios._film_jobs import FilmSpeaker, is_data_url
from tests.scenarios.server import Call, Reply, World, json_reply

_RATIOS = ("21:9", "16:9", "9:16", "3:4", "4:3", "1:1")


class HaiperSpeaker(FilmSpeaker):
    """Speaks for ``api.haiper.ai``."""

    name = "haiper"
    submits = r"/v1/jobs/gen2/(text|image)2video"

    def refuse(self, status: int, said: str) -> Reply:
        return json_reply({"code": str(status), "message": said}, status)

    def begin(self, call: Call, world: World) -> Reply:
        asked = call.json()
        settings = asked["settings"]
        if settings["duration"] not in (2, 4, 8) or settings["aspect_ratio"] not in _RATIOS:
            return self.refuse(400, "settings are wrong")
        if call.path.endswith("image2video"):
            is_right = asked["gen_mode"] in ("smooth", "enhanced")
            if not is_right or not is_data_url(asked["config"]["source_image"], "image"):
                return self.refuse(400, "config is wrong")
        job = world.accept(self.name, {"path": call.path, **asked})
        return _value({"generation_id": job})

    def look(self, call: Call, world: World) -> Reply:
        job = call.path.split("/")[3]
        if job not in world.jobs:
            return self.refuse(400, "no such job")
        if not world.is_done(job):
            return _value({"status": "processing", "progress": 0.5})
        ends = world.jobs[job].get("ends")
        return _value({"status": "failed" if ends else "succeed", "progress": 1.0})

    def keep(self, call: Call, world: World) -> Reply:
        job = call.path.split("/")[3]
        assert call.path == f"/v1/creation/{job}/watermark-free-url", "no such path"
        return _value({"url": self.link(world, job)})


def _value(value: dict[str, object]) -> Reply:
    return json_reply({"status": "success", "value": value})


SPEAKER = HaiperSpeaker()
