"""Kling: 200 with a code that says whether it is one, tasks by its id or by the caller's."""

import base64
import binascii
import hashlib
import hmac
import json
import time

from tests.scenarios._film_jobs import FilmSpeaker
from tests.scenarios.server import Call, Reply, World, json_reply


class KlingSpeaker(FilmSpeaker):
    """Speaks for ``api-singapore.klingai.com``. ``secrets`` are those of access keys."""

    name = "kling"
    submits = r"/v1/videos/(text|image)2video"
    secrets = ("test-secret-123456", "test-key-123456")

    def is_known(self, sent: str) -> bool:
        return super().is_known(sent) or self._is_signed(sent.removeprefix("Bearer "))

    def _is_signed(self, token: str) -> bool:
        signed, _, digest = token.rpartition(".")
        if signed.count(".") != 1:
            return False
        head, claims = (json.loads(_decoded(part)) for part in signed.split("."))
        is_current = claims["nbf"] <= time.time() <= claims["exp"] <= time.time() + 1800
        good = [
            hmac.new(secret.encode(), signed.encode(), hashlib.sha256).digest()
            for secret in self.secrets
        ]
        is_ours = head["alg"] == "HS256" and claims["iss"] in self.keys
        return is_current and is_ours and _decoded(digest) in good

    def refuse(self, status: int, said: str, code: int = 0) -> Reply:
        codes = {401: 1000, 400: 1201, 404: 1203}
        told = {"code": code or codes[status], "message": said, "request_id": "r"}
        return json_reply(told, status)

    def begin(self, call: Call, world: World) -> Reply:
        asked = call.json()
        has_picture = call.path.endswith("image2video")
        if has_picture and not _is_base64(asked.get("image", "")):
            return self.refuse(400, "image is not base64")
        if has_picture is ("aspect_ratio" in asked):
            return self.refuse(400, "aspect_ratio goes with words only")
        lengths = ("5", "10") if asked["model_name"].startswith("kling-v2") else _V3_LENGTHS
        if asked.get("duration") not in lengths:
            return self.refuse(400, "duration is wrong")
        job = world.accept(self.name, {"path": call.path, **asked})
        return self._told(world, job, "submitted")

    def look(self, call: Call, world: World) -> Reply:
        kind, _, name = call.path.rpartition("/")
        found = [
            job
            for job, kept in world.jobs.items()
            if kept["request"].get("path") == kind
            and name in (job, kept["request"].get("external_task_id"))
        ]
        if not found:
            return self.refuse(404, "no such task")
        job = found[-1]
        if not world.is_done(job):
            return self._told(world, job, "processing")
        return self._told(world, job, "failed" if world.jobs[job].get("ends") else "succeed")

    def _told(self, world: World, job: str, status: str) -> Reply:
        name = world.jobs[job]["request"].get("external_task_id")
        data = {
            "task_id": job,
            "task_status": status,
            "task_status_msg": world.jobs[job].get("ends", ""),
            "task_info": {"external_task_id": name},
            "created_at": 1,
            "updated_at": 1,
        }
        if status == "succeed":
            film = {"id": "f", "url": self.link(world, job), "duration": "5.1"}
            data["task_result"] = {"videos": [film]}
        return json_reply({"code": 0, "message": "SUCCEED", "request_id": "r", "data": data})


_V3_LENGTHS = tuple(str(length) for length in range(3, 16))


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _is_base64(text: str) -> bool:
    try:
        return bool(base64.b64decode(text, validate=True))
    except binascii.Error:
        return False


SPEAKER = KlingSpeaker()
