"""Another program makes, edits and publishes a film with the official client; nothing unconfirmed.

The server is the real command in a process of its own, spoken to over its standard streams.
"""

import asyncio
import json
import os
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.creators.films import script_text
from video_platform.agents.quotes import VALID_S, Quotes
from video_platform.errors import Conflict


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_confirmation_is_good_for_its_own_request_once_and_for_some_minutes() -> None:
    clock = Clock()
    quotes = Quotes(clock)

    def token(**asked: Any) -> str:
        return quotes.give("create", asked, "A film.", Decimal(1)).confirmation

    quotes.redeem(once := token(text="a"), "create", {"text": "a"})
    refused: list[tuple[str, str, dict[str, Any]]] = [
        (once, "create", {"text": "a"}),
        (token(text="a"), "create", {"text": "b"}),
        (token(text="a"), "publish", {"text": "a"}),
        ("guessed", "create", {"text": "a"}),
    ]
    for given, tool, asked in refused:
        with pytest.raises(Conflict, match="confirmation"):
            quotes.redeem(given, tool, asked)
    old = token(text="a")
    clock.now = VALID_S + 1
    with pytest.raises(Conflict):
        quotes.redeem(old, "create", {"text": "a"})


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_client_of_the_official_sdk_makes_edits_and_publishes_a_film(tmp_path: Path) -> None:
    asyncio.run(_make_edit_publish(tmp_path))
    films = list((tmp_path / "data").rglob("channel/**/*.mp4"))
    assert films


async def _make_edit_publish(folder: Path) -> None:
    from mcp import Client, StdioServerParameters

    server = StdioServerParameters(
        command=sys.executable,
        args=["-m", "cli.main", "mcp", "--out", str(folder / "films")],
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "VIDEO_PLATFORM_DATA_DIR": str(folder / "data"),
        },
        cwd=ROOT,
    )
    async with Client(server) as client:
        names = {tool.name for tool in (await client.list_tools()).tools}
        assert names >= {"create", "estimate", "watch", "edit_scene", "render", "publish"}

        async def call(tool: str, **arguments: Any) -> dict[str, Any]:
            answer = await client.call_tool(tool, arguments)
            found: dict[str, Any] = json.loads(answer.content[0].text)
            return found

        async def confirmed(tool: str, **arguments: Any) -> dict[str, Any]:
            quote = await call(tool, **arguments)
            assert quote["needs_confirmation"], quote
            assert quote["cost_usd"] == 0
            return await call(tool, **arguments, confirmation=quote["confirmation"])

        async def finished(project: str, is_so: Callable[[dict[str, Any]], bool]) -> Any:
            for _ in range(600):
                seen = await call("watch", project=project)
                if seen["build"] != "running":
                    assert seen["build"] == "done", seen
                    assert is_so(seen)
                    return seen
                await asyncio.to_thread(_until_something_happens)
            raise AssertionError("it never ended")

        brief = {"text": script_text(scenes=3), "duration_s": 10}
        assert (await call("estimate", **brief))["cost_usd"] == 0
        unconfirmed = await call("create", **brief)
        assert (await call("projects"))["projects"] == []
        made = await call("create", **brief, confirmation=unconfirmed["confirmation"])
        project = made["project"]
        first = await finished(project, lambda seen: len(seen["films"]) == 1)
        again = await call("create", **brief, confirmation=unconfirmed["confirmation"])
        assert again["error"]["code"] == "confirmation_invalid"

        await confirmed("edit_scene", project=project, scene=2, narration="Two gulls sleep.")
        second = await finished(project, lambda seen: len(seen["films"]) == 1)
        assert second["scenes"][1]["narration"] == "Two gulls sleep."
        assert second["films"][0]["sha256"] != first["films"][0]["sha256"]

        out = await confirmed("publish", project=project, to="local_channel")
        assert out["state"] == "published", out


def _until_something_happens() -> None:
    """A breath between two looks: the protocol has no way to be told."""
    import threading

    threading.Event().wait(0.5)
