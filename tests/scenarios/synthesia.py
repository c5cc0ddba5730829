"""Synthesia: a bare key, a wrong one answered 403, a voice track uploaded as MP3."""

from tests.scenarios._film_jobs import FilmSpeaker
from tests.scenarios.server import Call, Reply, World, json_reply


class SynthesiaSpeaker(FilmSpeaker):
    """Speaks for ``api.synthesia.io`` and its host for uploads."""

    name = "synthesia"
    key_form = "{key}"
    submits = r"/v2/videos"

    def refuse(self, status: int, said: str) -> Reply:
        return json_reply({"error": said, "context": ""}, 403 if status == 401 else status)

    def keep(self, call: Call, world: World) -> Reply:
        assert call.path == "/v2/scriptAudio", "no such path"
        assert call.headers["content-type"] == "audio/mpeg", "only MP3"
        assert call.body[:3] == b"ID3" or call.body[:1] == b"\xff", "only MP3"
        return json_reply({"id": "user.audio-1"})

    def begin(self, call: Call, world: World) -> Reply:
        asked = call.json()
        (scene,) = asked["input"]
        if not scene.get("avatar") or not scene.get("background"):
            return self.refuse(400, "avatar and background are required")
        if scene.get("scriptAudio") != "user.audio-1" or not scene.get("scriptLanguage"):
            return self.refuse(400, "scriptAudio needs scriptLanguage")
        job = world.accept(self.name, asked)
        return json_reply({"id": job, "status": "in_progress", **asked})

    def look(self, call: Call, world: World) -> Reply:
        if call.path == "/v2/videos":
            return self._list(call, world)
        job = call.path.removeprefix("/v2/videos/")
        if job not in world.jobs:
            return self.refuse(404, "no such video")
        video = {**world.jobs[job]["request"], "id": job, "status": "in_progress"}
        if world.is_done(job):
            ends = world.jobs[job].get("ends")
            video |= {"status": ends} if ends else {"status": "complete"}
            video["download"] = "" if ends else self.link(world, job)
        return json_reply(video)

    def _list(self, call: Call, world: World) -> Reply:
        videos = [
            {**kept["request"], "id": job, "status": "in_progress"}
            for job, kept in reversed(world.jobs.items())
            if kept["service"] == self.name
        ][: int(call.query["limit"])]
        return json_reply({"videos": videos, "nextOffset": len(videos)})


SPEAKER = SynthesiaSpeaker()
