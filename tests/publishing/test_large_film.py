"""A film is never held whole: memory while it is uploaded, beside its size.

``benchmarks/publishing`` measures the same with two gigabytes, in a process of its own.
"""

import tracemalloc
from pathlib import Path

import pytest

from tests.publishing.desks import FakeDesk, make_post
from tests.publishing.driving import prepare
from tests.publishing.emulators.tiktok import TikTokEmulator
from tests.publishing.machines import FakeTime
from tests.publishing.networks import NETWORKS
from video_platform.publishing.base import Account
from video_platform.publishing.registry import platform_class

FILM_BYTES = 96 << 20
PEAK_BYTES = 40 << 20
"""Of client and emulator together: both are in this process."""


@pytest.mark.parametrize("name", NETWORKS)
def test_a_film_needs_less_memory_than_it_is_long(name: str, tmp_path: Path) -> None:
    network, time = NETWORKS[name], FakeTime()
    post = make_post(tmp_path, size=FILM_BYTES)
    with network.start(time) as emulator:
        if isinstance(emulator, TikTokEmulator):
            emulator.smallest_chunk = 5 << 20
        platform = platform_class(name)(network.access(emulator.url), now=time.now)
        account = Account(external_id=network.external_id, name="Bees", token=emulator.token)
        tracemalloc.start()
        try:
            desk = prepare(platform, post, FakeDesk(account=account))
            platform.commit(post, desk) if name != "tiktok" else None
            _, peak_bytes = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert emulator.mistakes == []
    assert peak_bytes < PEAK_BYTES
