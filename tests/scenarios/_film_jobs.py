"""What the makers of films have in common: a key, jobs that are looked at, and a link to a film."""

import re
from typing import Any

from tests.scenarios.media import mp4
from tests.scenarios.server import Call, Reply, World, bytes_reply, json_reply


class FilmSpeaker:
    """A service whose jobs end as an MP4 at a link. A subclass says how it is spoken to.

    ``keys`` are the accounts it knows, ``key_header`` and ``key_form`` how they are spelled.
    ``world.jobs[job]["ends"]`` may hold words with which a test lets a job end badly.
    """

    name = ""
    keys = ("test-key-123456",)
    key_header = "authorization"
    key_form = "Bearer {key}"
    submits = r""
    """Paths that begin paid work, as a pattern."""

    def phase(self, call: Call) -> str:
        if call.path.startswith("/films/"):
            return "download"
        if call.method == "POST":
            return "submit" if re.fullmatch(self.submits, call.path) else "other"
        return "poll"

    def answer(self, call: Call, world: World) -> Reply:
        phase = self.phase(call)
        if phase == "download":
            assert self.key_header not in call.headers, "a delivery host must not get the key"
            return bytes_reply(mp4(), "video/mp4")
        if not self.is_known(call.headers.get(self.key_header, "")):
            return self.refuse(401, "wrong key")
        if phase == "submit":
            return self.begin(call, world)
        return self.look(call, world) if phase == "poll" else self.keep(call, world)

    def is_known(self, sent: str) -> bool:
        return sent in [self.key_form.format(key=key) for key in self.keys]

    def refuse(self, status: int, said: str) -> Reply:
        return json_reply({"error": said}, status)

    def begin(self, call: Call, world: World) -> Reply:
        raise NotImplementedError

    def look(self, call: Call, world: World) -> Reply:
        raise NotImplementedError

    def keep(self, call: Call, world: World) -> Reply:
        """Something else than work is posted, an upload for instance."""
        return self.refuse(404, f"no {call.path}")

    def link(self, world: World, job: str) -> str:
        return world.url(self.name, f"/films/{job}.mp4")


def uploaded(call: Call, field: str) -> bytes:
    """The file in this field of a form."""
    content = call.form().get(field)
    assert isinstance(content, bytes), f"{field} is not a file"
    assert content, f"{field} is empty"
    return content


def is_data_url(value: Any, kind: str) -> bool:
    return isinstance(value, str) and value.startswith(f"data:{kind}/") and ";base64," in value
