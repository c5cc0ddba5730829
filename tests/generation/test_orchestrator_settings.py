"""The orchestrator's settings reach what they decide, from the environment to the provider."""

import threading
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.factories import make_project, make_scene, make_script
from tests.fakes import CountingProvider
from tests.generation.ledgers import FakeTime, JobStudio, voice
from video_platform.bootstrap import build_studio
from video_platform.domain.generation import Capability, VideoRequest
from video_platform.domain.media import Probe
from video_platform.errors import OutcomeUnknown, ProviderTimeout, ProviderUnavailable
from video_platform.generation.ledger import Ledger
from video_platform.providers import transport
from video_platform.providers.base import Produced
from video_platform.providers.service import Access, Service
from video_platform.providers.transport import Clock, Transport
from video_platform.settings import Settings

Set = Callable[..., Any]


@pytest.fixture
def studio_with(monkeypatch: pytest.MonkeyPatch) -> Set:
    """The whole studio, on settings as an operator writes them."""

    def build(**values: str) -> Any:
        for name, value in values.items():
            monkeypatch.setenv(f"VIDEO_PLATFORM_{name.upper()}", value)
        return build_studio(Settings())

    return build


def _ledger(studio: Any, time: FakeTime | None = None) -> Ledger:
    """The ledger all agents share; nobody waits in it, and any bytes are media."""
    ledger: Ledger = studio.voice._ledger
    time = time or FakeTime()
    ledger.clock = Clock(time.now, time.sleep)
    ledger.turnstile = replace(ledger.turnstile, clock=ledger.clock)
    ledger.probe = lambda *_: Probe(duration_ms=2000)
    return ledger


class Crowd(CountingProvider):
    """Makes pictures in groups: nobody is done before ``together`` are inside."""

    def __init__(self, together: int) -> None:
        super().__init__(Capability.IMAGE, "image/png")
        self.door, self.lock = threading.Barrier(together), threading.Lock()
        self.inside = self.most = 0

    def generate(self, request: Any, directory: Path) -> Produced:
        with self.lock:
            self.inside += 1
            self.most = max(self.most, self.inside)
        self.door.wait(20)
        with self.lock:
            self.inside -= 1
        self.door.wait(20)
        return super().generate(request, directory)


@pytest.mark.parametrize("parallel", [1, 2, 4])
def test_max_parallel_agents(studio_with: Set, parallel: int) -> None:
    """So many are made at once, and never one more."""
    studio = studio_with(max_parallel_agents=str(parallel))
    _ledger(studio)
    crowd = Crowd(parallel)
    script = make_script([make_scene(number) for number in range(1, 9)])
    made = studio.image.run(crowd, make_project(), script)
    assert made.provider_calls == 8
    assert crowd.most == parallel


@pytest.mark.parametrize("attempts", [1, 3, 5])
def test_retry_attempts(studio_with: Set, attempts: int) -> None:
    tries: list[str] = []

    def refuse(key: str) -> None:
        tries.append(key)
        raise ProviderUnavailable("gone", provider="s", operation="submit")

    ledger = _ledger(studio_with(retry_attempts=str(attempts)))
    with pytest.raises(ProviderUnavailable):
        ledger.obtain(JobStudio(on_submit=refuse), voice())
    # After five failures in a row the service is left alone anyway.
    assert len(tries) == attempts


class FilmStudio(JobStudio):
    capability = Capability.VIDEO


def _film() -> VideoRequest:
    return VideoRequest(prompt="x", images={}, duration_ms=4000, position=0, seed=1)


@pytest.mark.parametrize(
    ("settings", "voice_s", "film_s"),
    [
        ({}, 300, 1200),
        ({"timeout_per_step": "40"}, 40, 1200),
        ({"timeout_per_step": "40", "timeouts": '{"video": 90}'}, 40, 90),
        ({"timeouts": "{}"}, 300, 300),
    ],
)
def test_timeout_per_step(
    studio_with: Set, settings: dict[str, str], voice_s: int, film_s: int
) -> None:
    time = FakeTime()
    ledger = _ledger(studio_with(**settings), time)
    orders: list[tuple[Any, Any, int]] = [
        (JobStudio(), voice(), voice_s),
        (FilmStudio(name="film"), _film(), film_s),
    ]
    for studio, request, wanted_s in orders:
        studio.looks["job-1"] = -100_000
        began = time.now()
        with pytest.raises(ProviderTimeout, match=f"{wanted_s} s"):
            ledger.obtain(studio, request)
        assert wanted_s <= time.now() - began < wanted_s + 20
        # It is resumed later, by its id.
        studio.looks["job-1"] = 0
        assert ledger.obtain(studio, request).media
        assert len(studio.accepted) == 1


def test_timeout_per_step_ends_repeated_sending(studio_with: Set) -> None:
    tries: list[float] = []
    time = FakeTime()

    def refuse(_: str) -> None:
        tries.append(time.now())
        time.sleep(30)
        raise ProviderUnavailable("gone", provider="s", operation="submit")

    ledger = _ledger(studio_with(timeout_per_step="50", retry_attempts="10"), time)
    with pytest.raises(ProviderUnavailable):
        ledger.obtain(JobStudio(on_submit=refuse), voice())
    assert tries[-1] - tries[0] < 50


class AtOnce:
    """A paid service that answers at once, or in this case never."""

    name, version, capability = "quiet", "1", Capability.VOICE
    service = Service(name="quiet", base_url="http://127.0.0.1:1", key_variable="QUIET_KEY")

    def __init__(self, base_url: str) -> None:
        self.http = Transport(self.service, Access(key="k" * 12, base_url=base_url), {})
        self.patience: list[float] = []

    def price_usd(self, _: object) -> Decimal:
        return Decimal("0.30")

    def generate(self, *_: object) -> Produced:
        self.patience.append(transport._patience_s.get())
        self.http.submit("/voice", json={})
        raise AssertionError("nobody answers")


def test_timeout_per_step_ends_the_wait_for_an_answer(studio_with: Set) -> None:
    """It left: what became of it is not known."""
    import socket

    ledger = _ledger(studio_with(timeout_per_step="0.2"))
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        silent = AtOnce(f"http://127.0.0.1:{listening.getsockname()[1]}")
        with pytest.raises(OutcomeUnknown, match="ReadTimeout"):
            ledger.obtain(silent, voice())  # type: ignore[type-var]
        silent.http.close()
    assert silent.patience == [0.2]
    assert transport._patience_s.get() == float("inf")


@pytest.mark.parametrize(("setting", "calls"), [("true", 1), ("false", 2)])
def test_enable_caching(studio_with: Set, setting: str, calls: int) -> None:
    ledger = _ledger(studio_with(enable_caching=setting))
    studio = JobStudio()
    made = [ledger.obtain(studio, voice()) for _ in range(2)]
    assert len(studio.accepted) == calls
    assert made[1].reused is (calls == 1)


def test_the_defaults_are_those_of_the_architecture() -> None:
    settings = Settings()
    assert (settings.max_parallel_agents, settings.retry_attempts) == (4, 3)
    assert (settings.timeout_per_step, settings.enable_caching) == (300.0, True)
