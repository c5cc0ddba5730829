"""Stability as its contract describes it: forms for the new models, JSON for the old engine."""

import base64

from tests.scenarios.media import png
from tests.scenarios.server import Call, Reply, World, bytes_reply, json_reply

_RATIOS = ("21:9", "16:9", "3:2", "5:4", "1:1", "4:5", "2:3", "9:16", "9:21")


class StabilitySpeaker:
    """Speaks for ``api.stability.ai``. Everything is answered at once."""

    name = "stability"
    keys = ("test-key-123456",)

    def phase(self, call: Call) -> str:
        return "submit"

    def answer(self, call: Call, world: World) -> Reply:
        if call.headers.get("authorization") not in [f"Bearer {key}" for key in self.keys]:
            return _no(401, "unauthorized", "missing or invalid key")
        if call.path.startswith("/v1/generation/"):
            return self._draw_old(call, world)
        if not call.headers.get("content-type", "").startswith("multipart/form-data"):
            return _no(400, "bad_request", "content-type: must be multipart/form-data")
        asked = call.form()
        if not asked.get("prompt") or asked.get("aspect_ratio", "1:1") not in _RATIOS:
            return _no(400, "bad_request", "prompt: is required")
        if call.path.endswith("/sd3") != ("model" in asked):
            return _no(400, "bad_request", "model: only of sd3")
        world.accept(self.name, {"path": call.path, **asked})
        headers = {"finish-reason": "SUCCESS", "seed": "42", "x-request-id": "r-1"}
        return bytes_reply(png(), "image/png", headers=headers)

    def _draw_old(self, call: Call, world: World) -> Reply:
        asked = call.json()
        if not asked.get("text_prompts") or asked["width"] % 64 or asked["height"] % 64:
            return json_reply({"id": "1", "name": "bad_request", "message": "malformed"}, 400)
        world.accept(self.name, {"path": call.path, **asked})
        content = base64.b64encode(png()).decode()
        return json_reply(
            {"artifacts": [{"base64": content, "seed": 42, "finishReason": "SUCCESS"}]}
        )


def _no(status: int, name: str, why: str) -> Reply:
    return json_reply({"id": "1", "name": name, "errors": [why]}, status)


SPEAKER = StabilitySpeaker()
