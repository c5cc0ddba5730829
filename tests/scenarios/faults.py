"""Faults by name: what a service, or the way to it, may do instead of an ordinary answer.

Where a request may have been taken before the fault shows, it *is* taken: the worst case. What is
refused by a status (400, 401, 429, 503 ...) is not taken.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

from tests.scenarios import media
from tests.scenarios.server import RESET, Call, Fault, Reply, World, bytes_reply, json_reply

PHASES = ("other", "submit", "poll", "download")
STALL_S = 0.3
"""Longer than the patience of a client whose test shortened it."""
Ordinary = Callable[[], Reply]


@dataclass(frozen=True)
class Trouble:
    """A named fault.

    Args:
        make: gives a fresh fault; it may count.
        phases: where it can happen.
        is_stall: the client's patience must be shortened, or the test takes minutes.
    """

    name: str
    make: Callable[[World], Fault]
    phases: tuple[str, ...] = PHASES
    is_stall: bool = False


def _always(answer: Callable[[Call, str, Ordinary], Reply | None]) -> Callable[[World], Fault]:
    return lambda _: answer


def _refuse(
    status: int, body: Any = None, headers: dict[str, str] | None = None
) -> Callable[[World], Fault]:
    said = {"error": {"message": f"scenario {status}"}} if body is None else body
    return _always(lambda *_: json_reply(said, status, headers))


def _break_after(status: int) -> Callable[[World], Fault]:
    """The work is begun, then a gateway on the way answers."""

    def fault(_: Call, __: str, ordinary: Ordinary) -> Reply:
        ordinary()
        return bytes_reply(b"<html><h1>Bad day</h1></html>", "text/html", status)

    return _always(fault)


def _instead(body: bytes, media_type: str = "application/json") -> Callable[[World], Fault]:
    """The work is begun and the answer is nonsense with 200."""

    def fault(_: Call, __: str, ordinary: Ordinary) -> Reply:
        ordinary()
        return bytes_reply(body, media_type)

    return _always(fault)


def _changed(change: Callable[[Reply], Reply]) -> Callable[[World], Fault]:
    return _always(lambda _, __, ordinary: change(ordinary()))


def _once(make: Callable[[World], Fault]) -> Callable[[World], Fault]:
    """The first time only."""

    def build(world: World) -> Fault:
        inner, seen = make(world), []

        def fault(call: Call, phase: str, ordinary: Ordinary) -> Reply | None:
            seen.append(call)
            return inner(call, phase, ordinary) if len(seen) == 1 else ordinary()

        return fault

    return build


def _is_json(reply: Reply) -> bool:
    return "json" in reply.headers.get("Content-Type", "")


def _wrong_members(reply: Reply) -> Reply:
    """The right names with values of the wrong kinds."""
    if not _is_json(reply):
        return reply

    def twist(value: Any) -> Any:
        if isinstance(value, dict):
            return [twist(item) for item in value.values()] or "none"
        if isinstance(value, list):
            return {"0": "x"}
        return {"value": None} if isinstance(value, str) else "seven"

    value = json.loads(reply.body)
    outer = {name: twist(item) for name, item in value.items()} if isinstance(value, dict) else 7
    return json_reply(outer, reply.status)


def _nulls(reply: Reply) -> Reply:
    if not _is_json(reply):
        return reply
    value = json.loads(reply.body)
    return json_reply(dict.fromkeys(value) if isinstance(value, dict) else None, reply.status)


def _halved(reply: Reply) -> Reply:
    return replace(reply, body=reply.body[: max(1, len(reply.body) // 2)])


def _cut(reply: Reply, *, resets: bool = False) -> Reply:
    return replace(reply, cut_after=len(reply.body) // 2, resets=resets)


def _wrong_media(reply: Reply) -> Reply:
    if _is_json(reply):
        return reply
    kind = reply.headers.get("Content-Type", "")
    other = media.mp3() if kind.startswith("image/") else media.png()
    return replace(reply, body=other)


def _ten_times(reply: Reply) -> Reply:
    kind = reply.headers.get("Content-Type", "").partition(";")[0]
    if kind.startswith("image/") and kind in media.BY_TYPE:
        return replace(reply, body=media.BY_TYPE[kind](640, 640))
    if kind in media.BY_TYPE:
        return replace(reply, body=media.BY_TYPE[kind](10.0))
    return reply


def _bomb(reply: Reply) -> Reply:
    is_picture = reply.headers.get("Content-Type", "").startswith("image/")
    return replace(reply, body=media.bomb_png()) if is_picture else reply


def _stuck(world: World) -> Fault:
    """The job never gets further."""

    def fault(_: Call, __: str, ordinary: Ordinary) -> Reply:
        for job in world.jobs.values():
            job["polls"] = -(10**9)
        return ordinary()

    return fault


def _backwards(world: World) -> Fault:
    """Done, and at the next look running again, once; its link answers only afterwards."""
    looks = []

    def fault(_: Call, __: str, ordinary: Ordinary) -> Reply:
        looks.append(1)
        if len(looks) == 3:
            for job in world.jobs.values():
                job["polls"] = min(0, job["polls"])
        return ordinary()

    return fault


def _stall(_: Call, __: str, ordinary: Ordinary) -> Reply:
    return replace(ordinary(), delay_s=STALL_S)


def _reset_before(_: Call, __: str, ordinary: Ordinary) -> Reply:
    ordinary()
    return RESET


def _hang_up(_: Call, __: str, ordinary: Ordinary) -> None:
    ordinary()


def http_date(seconds: float) -> str:
    """A date so far from now, as HTTP spells it."""
    at = datetime.now(UTC) + timedelta(seconds=seconds)
    return format_datetime(at.replace(microsecond=0), usegmt=True)


def _dated(_: World) -> Fault:
    return lambda *_: json_reply({"error": "slow"}, 429, {"Retry-After": http_date(30)})


_DEEP = b"[" * 100_000 + b"]" * 100_000
_RESULTS = ("submit", "download")

TROUBLES: tuple[Trouble, ...] = (
    Trouble("400", _refuse(400)),
    Trouble("401", _refuse(401)),
    Trouble("402", _refuse(402)),
    Trouble("403", _refuse(403)),
    Trouble("404", _refuse(404)),
    Trouble("409", _refuse(409)),
    Trouble("422", _refuse(422, {"detail": [{"loc": ["body", "x"], "msg": "wrong"}]})),
    Trouble("429", _refuse(429)),
    Trouble("429-seconds", _refuse(429, headers={"Retry-After": "7"})),
    Trouble("429-date", _dated),
    Trouble("429-ms", _refuse(429, headers={"retry-after-ms": "1500"})),
    Trouble("429-once", _once(_refuse(429, headers={"Retry-After": "3"}))),
    Trouble("500", _break_after(500)),
    Trouble("502", _break_after(502)),
    Trouble("503", _refuse(503)),
    Trouble("503-once", _once(_refuse(503))),
    Trouble("504", _break_after(504)),
    Trouble("hang-up", _always(_hang_up)),
    Trouble("reset-before-headers", _always(_reset_before)),
    Trouble("reset-after-headers", _changed(lambda reply: _cut(reply, resets=True))),
    Trouble("stall", _always(_stall), is_stall=True),
    Trouble("slow-drip", _changed(lambda reply: replace(reply, drip_s=0.004))),
    Trouble("malformed-json", _instead(b'{"id": "a", ')),
    Trouble("json-list", _instead(b"[1, 2]")),
    Trouble("json-null", _instead(b"null")),
    Trouble("json-deep", _instead(_DEEP)),
    Trouble("json-wrong-members", _changed(_wrong_members)),
    Trouble("json-nulls", _changed(_nulls)),
    Trouble("html", _instead(b"<html><body>Welcome</body></html>", "text/html")),
    Trouble("empty", _instead(b"")),
    Trouble("400-deep", _always(lambda *_: bytes_reply(_DEEP, "application/json", 400))),
    Trouble("job-vanishes", _refuse(404, {"error": "no such job"}), ("poll",)),
    Trouble("job-stuck", _stuck, ("poll",)),
    Trouble("goes-backwards", _backwards, ("poll",)),
    Trouble("link-expired", _refuse(403, {"error": "Request has expired"}), ("download",)),
    Trouble("link-expired-once", _once(_refuse(403, {"error": "expired"})), ("download",)),
    Trouble("truncated-media", _changed(_halved), _RESULTS),
    Trouble("truncated-once", _once(_changed(_halved)), ("download",)),
    Trouble("cut-media", _changed(_cut), _RESULTS),
    Trouble("wrong-media", _changed(_wrong_media), _RESULTS),
    Trouble("zero-bytes", _changed(lambda reply: replace(reply, body=b"")), _RESULTS),
    Trouble("ten-times-too-long", _changed(_ten_times), _RESULTS),
    Trouble("picture-bomb", _changed(_bomb), _RESULTS),
)
"""The list of faults; ``connect refused`` is no answer of a server and is made by the test."""
BY_NAME = {trouble.name: trouble for trouble in TROUBLES}
