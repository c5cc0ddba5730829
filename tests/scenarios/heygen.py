"""HeyGen: an uploaded voice, a video that is found by its title."""

from tests.scenarios._film_jobs import FilmSpeaker, uploaded
from tests.scenarios.server import Call, Reply, World, json_reply

_CODES = {400: "invalid_parameter", 401: "unauthorized", 404: "not_found"}
_ENGINES = ("avatar_iii", "avatar_iv", "avatar_v")


class HeyGenSpeaker(FilmSpeaker):
    """Speaks for ``api.heygen.com``."""

    name = "heygen"
    key_header = "x-api-key"
    key_form = "{key}"
    submits = r"/v3/videos"

    def refuse(self, status: int, said: str) -> Reply:
        error = {"code": _CODES[status], "message": said, "param": None, "doc_url": None}
        return json_reply({"error": error}, status)

    def keep(self, call: Call, world: World) -> Reply:
        assert call.path == "/v3/assets", "no such path"
        content = uploaded(call, "file")
        asset = {"asset_id": "asset-1", "url": "https://files.example/a.wav"}
        told = {**asset, "mime_type": "audio/wav", "size_bytes": len(content)}
        return json_reply({"data": told})

    def begin(self, call: Call, world: World) -> Reply:
        asked = call.json()
        if asked.get("audio_asset_id") != "asset-1" or "script" in asked:
            return self.refuse(400, "one voice is needed")
        shows = {"avatar": asked.get("avatar_id"), "image": asked.get("image")}
        if not shows.get(asked.get("type")):
            return self.refuse(400, "avatar_id or image is needed")
        if asked.get("engine", {"type": "avatar_iv"})["type"] not in _ENGINES:
            return self.refuse(400, "there is no such engine")
        job = world.accept(self.name, asked)
        return json_reply({"data": {"video_id": job, "status": "waiting", "output_format": "mp4"}})

    def look(self, call: Call, world: World) -> Reply:
        if call.path == "/v3/videos":
            return self._list(call, world)
        job = call.path.removeprefix("/v3/videos/")
        if job not in world.jobs:
            return self.refuse(404, "no such video")
        video = {"id": job, "title": world.jobs[job]["request"]["title"], "status": "processing"}
        if world.is_done(job):
            ends = world.jobs[job].get("ends")
            video["status"] = "failed" if ends else "completed"
            video |= {"failure_code": ends, "failure_message": "It went wrong" if ends else None}
            video["video_url"] = None if ends else self.link(world, job)
        return json_reply({"data": video})

    def _list(self, call: Call, world: World) -> Reply:
        videos = [
            {"id": job, "title": kept["request"]["title"], "status": "processing"}
            for job, kept in world.jobs.items()
            if kept["service"] == self.name and call.query["title"] in kept["request"]["title"]
        ]
        return json_reply({"data": videos, "has_more": False, "next_token": None})


SPEAKER = HeyGenSpeaker()
