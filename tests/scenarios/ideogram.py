"""Ideogram as its contract describes it: the answer waits for the picture and holds its link."""

from tests.scenarios.media import png
from tests.scenarios.server import Call, Reply, World, bytes_reply, json_reply


class IdeogramSpeaker:
    """Speaks for ``api.ideogram.ai``."""

    name = "ideogram"
    keys = ("test-key-123456",)

    def phase(self, call: Call) -> str:
        return "submit" if call.method == "POST" else "download"

    def answer(self, call: Call, world: World) -> Reply:
        if call.method != "POST":
            return bytes_reply(png(), "image/png")
        if call.headers.get("api-key") not in self.keys:
            return json_reply({"error": "Unauthorized"}, 401)
        asked = call.json()
        if not asked.get("prompt") or ":" in asked.get("aspect_ratio", "1x1"):
            return json_reply({"error": "Invalid input provided."}, 400)
        job = world.accept(self.name, {"path": call.path, **asked})
        return json_reply(answer_of(world.url(self.name, f"/ephemeral/{job}.png")))


def answer_of(link: str, *, is_safe: bool = True) -> dict[str, object]:
    """What is answered when the picture is drawn; one that is not safe has no link."""
    picture = {
        "url": link if is_safe else "",
        "prompt": "as asked",
        "resolution": "736x1312",
        "seed": 42,
        "is_image_safe": is_safe,
        "style_type": "GENERAL",
    }
    return {"created": "2026-11-22T10:00:00Z", "data": [picture]}


SPEAKER = IdeogramSpeaker()
