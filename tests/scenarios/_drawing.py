"""How tests of picture providers build one and bring a picture to its end."""

from pathlib import Path
from typing import Any

from tests.generation.ledgers import FakeTime
from tests.scenarios.samples import Drawer
from tests.scenarios.server import Call, ScenarioServer, Speaker
from video_platform.domain.generation import ImageRequest
from video_platform.montage.probe import probe_media
from video_platform.providers.base import Produced
from video_platform.providers.remote import RemoteProvider
from video_platform.providers.service import Access
from video_platform.providers.transport import Clock

KEY = "test-key-123456"


class Easel(ScenarioServer):
    """A scenario server that closes, with itself, the connections of the painters made for it."""

    def __init__(self, speakers: list[Speaker], log: Path) -> None:
        super().__init__(speakers, log)
        self.painters: list[RemoteProvider[ImageRequest]] = []

    def close(self) -> None:
        for one in self.painters:
            one.http.close()
        super().close()


def painter(
    kind: type[RemoteProvider[ImageRequest]],
    server: Easel,
    directory: Path,
    *,
    model: str = "",
    key: str = KEY,
) -> Any:
    """A provider whose account is at the scenario server and whose pauses cost no time."""
    time = FakeTime()
    access = Access(key=key, base_url=server.url(kind.service.name), model=model)
    made = kind(access, Drawer(directory).path, clock=Clock(time.now, time.sleep))
    server.painters.append(made)
    return made


def draw(provider: Any, request: ImageRequest, directory: Path) -> Produced:
    """Submit, look, fetch; the picture is decoded to its end."""
    job = provider.submit(request, "key")
    state = provider.check(job)
    for _ in range(5):
        if state.is_done:
            break
        state = provider.check(job)
    made: Produced = provider.fetch(job, state, directory)
    assert probe_media(made.path, made.media_type).width_px == 64
    return made


def sent(server: ScenarioServer) -> Call:
    """The submit the server got: exactly one, and no key in its address."""
    submits = [call for _, phase, call in server.world.calls if phase == "submit"]
    assert len(submits) == 1
    assert KEY not in submits[0].path + str(submits[0].query)
    return submits[0]
