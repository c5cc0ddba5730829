"""A language model at a real server, asked as the ledger asks it."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.generation.ledgers import FakeTime
from tests.scenarios.server import Reply, ScenarioServer, Speaker
from video_platform.domain.codec import from_json
from video_platform.domain.generation import ScriptRequest
from video_platform.domain.language import Language
from video_platform.domain.media import Media
from video_platform.domain.script import Script
from video_platform.errors import OutcomeUnknown
from video_platform.montage.probe import probe_media
from video_platform.providers.base import Produced
from video_platform.providers.chat import ChatProvider
from video_platform.providers.service import Access
from video_platform.providers.transport import Clock

KEY = "test-key-123456"
UNREADABLE = OutcomeUnknown
"""An answer to a paid request that breaks its form leaves open what was done and billed."""
TEXT = (
    "A lighthouse warns ships at night. Its lamp is small, its lens is not. "
    "The lens gathers the light into one beam of 40 km. "
    "Once a keeper lit it every evening; today a clock does."
)


def ask(language: Language = Language.ENGLISH, text: str = TEXT, **wishes: Any) -> ScriptRequest:
    """An ordinary request of 20 seconds."""
    wanted: dict[str, Any] = {"duration_s": 20, "style": "clean", **wishes}
    return ScriptRequest(text=text, language=language, **wanted)


@dataclass
class Desk:
    """A provider and the server it talks to."""

    provider: ChatProvider
    server: ScenarioServer
    directory: Path

    def write(self, request: ScriptRequest | None = None) -> tuple[Script, Produced]:
        """A script through every step, read back as the script agent reads it."""
        wanted = request or ask()
        self.provider.examine(wanted)
        made = self.provider.generate(wanted, self.directory)
        probe_media(made.path, made.media_type)
        return from_json(Script, made.path.read_bytes()), made

    def sent(self) -> Any:
        """The last body."""
        return self.server.world.calls[-1][2].json()

    def path(self) -> str:
        """Where the last request went."""
        return self.server.world.calls[-1][2].path

    def answers(self, reply: Reply) -> None:
        """Let the server answer this from now on."""
        self.server.world.faults[self.provider.service.name] = lambda *_: reply

    def alters(self, change: Callable[[Any], None]) -> None:
        """Let the server change its ordinary answer from now on."""

        def fault(_: Any, __: str, ordinary: Callable[[], Reply]) -> Reply:
            reply = ordinary()
            value = json.loads(reply.body)
            change(value)
            return Reply(reply.status, json.dumps(value).encode(), reply.headers)

        self.server.world.faults[self.provider.service.name] = fault


def no_media(media: Media) -> Path:
    raise AssertionError("a script needs no media")


@contextmanager
def desk(
    kind: type[ChatProvider], speaker: Speaker, directory: Path, **access: str
) -> Iterator[Desk]:
    """A provider in front of its server."""
    server = ScenarioServer([speaker], directory / "accepted.log")
    time = FakeTime()
    account = Access(base_url=server.url(speaker.name), **{"key": KEY, **access})
    provider = kind(account, no_media, clock=Clock(time.now, time.sleep))
    place = directory / "made"
    place.mkdir()
    try:
        yield Desk(provider, server, place)
    finally:
        provider.http.close()
        server.close()
