"""What the tests of film makers share: a server, files, an instant clock, and one whole round."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.generation.ledgers import FakeTime
from tests.scenarios.samples import Drawer
from tests.scenarios.server import Call, Fault, ScenarioServer, json_reply
from video_platform.domain.media import Media
from video_platform.montage.probe import probe_media
from video_platform.providers.base import Produced
from video_platform.providers.jobs import Job, JobState
from video_platform.providers.service import Access
from video_platform.providers.transport import Clock

KEY = "test-key-123456"


@dataclass
class Bench:
    """One service's server, and a drawer of media."""

    server: ScenarioServer
    service: str
    directory: Path

    def __post_init__(self) -> None:
        self.drawer = Drawer(self.directory / "media")
        self.time = FakeTime()
        self.providers: list[Any] = []

    def close(self) -> None:
        for provider in self.providers:
            provider.http.close()
        self.server.close()

    def provider(
        self, kind: type[Any], model: str = "", key: str = KEY, extra: dict[str, str] | None = None
    ) -> Any:
        access = Access(
            key=key, base_url=self.server.url(self.service), model=model, extra=extra or {}
        )
        made = kind(access, self.drawer.path, clock=Clock(self.time.now, self.time.sleep))
        self.providers.append(made)
        return made

    def calls(self, phase: str) -> list[Call]:
        """What the server was asked in this phase."""
        return [call for _, seen, call in self.server.world.calls if seen == phase]

    def accepted(self) -> list[dict[str, Any]]:
        return self.server.world.accepted(self.service)

    def put(self, content: bytes, media_type: str) -> Media:
        path = self.directory / "put"
        path.write_bytes(content)
        return self.drawer.put(path, media_type, probe_media(path, media_type))

    def ends(self, job: Job, reason: str) -> None:
        """Let a job end badly, at the next look."""
        self.server.world.jobs[job.id]["ends"] = reason
        self.server.world.polls_until_done = 1

    def say(self, phase: str, body: object, status: int = 200) -> None:
        """Answer this instead, from now on."""
        fault: Fault = lambda *_: json_reply(body, status)  # noqa: E731 - one name, one line
        self.server.world.faults[f"{self.service}/{phase}"] = fault

    def make(self, provider: Any, request: Any, key: str = "key-1") -> tuple[Job, Produced]:
        """One round: the first look finds it going on, the second finds it done."""
        job = provider.submit(request, key)
        first: JobState = provider.check(job)
        assert not first.is_done
        state = provider.check(job)
        assert state.is_done
        made: Produced = provider.fetch(job, state, self.directory)
        assert made.media_type == "video/mp4"
        assert probe_media(made.path, made.media_type).frames > 0
        assert all(KEY not in call.path + str(call.query) for *_, call in self.server.world.calls)
        return job, made
