"""An aligner at a real server, with a real voice track to listen to."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.generation.ledgers import FakeTime
from tests.scenarios.samples import Drawer, alignment_request
from tests.scenarios.server import Reply, ScenarioServer, Speaker
from video_platform.domain.generation import AlignmentRequest
from video_platform.montage.probe import probe_media
from video_platform.providers.base import Produced
from video_platform.providers.service import Access
from video_platform.providers.transport import Clock
from video_platform.providers.whisper import WhisperAlignment


@dataclass
class Ear:
    """A provider and the server it talks to."""

    provider: WhisperAlignment
    server: ScenarioServer
    drawer: Drawer
    directory: Path

    def listen(self, request: AlignmentRequest | None = None) -> Produced:
        """An alignment through every step."""
        wanted = request or alignment_request(self.drawer)
        self.provider.examine(wanted)
        made = self.provider.generate(wanted, self.directory)
        probe_media(made.path, made.media_type)
        return made

    def sent(self) -> dict[str, Any]:
        """The last form."""
        return self.server.world.calls[-1][2].form()

    def path(self) -> str:
        """Where the last request went."""
        return self.server.world.calls[-1][2].path

    def answers(self, reply: Reply) -> None:
        """Let the server answer this from now on."""
        self.server.world.faults[self.provider.service.name] = lambda *_: reply


@contextmanager
def ear(kind: type[WhisperAlignment], speaker: Speaker, directory: Path) -> Iterator[Ear]:
    """An aligner in front of its server."""
    server = ScenarioServer([speaker], directory / "accepted.log")
    time = FakeTime()
    drawer = Drawer(directory / "media")
    access = Access(key="test-key-123456", base_url=server.url(speaker.name))
    provider = kind(access, drawer.path, clock=Clock(time.now, time.sleep))
    place = directory / "made"
    place.mkdir()
    try:
        yield Ear(provider, server, drawer, place)
    finally:
        provider.http.close()
        server.close()
