"""Listeners get every event once, in order, from any number on; the slow are cut."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from api.hub import QUEUE_FRAMES, Frame, Hub, TooSlow
from video_platform.db.database import Database, open_database
from video_platform.db.repositories.events import Events
from video_platform.domain.events import EventKind
from video_platform.settings import Settings


@pytest.fixture
def database(settings: Settings) -> Database:
    return open_database(settings.resolved_database_url)


def tell(database: Database, count: int, tenant: str = "a", project: str = "p") -> None:
    events = Events(database.of(tenant))
    for _ in range(count):
        events.tell(EventKind.PROJECT_CHANGED, {}, project=project)


def listen(
    hub: Hub, tenant: str = "a", project: str | None = None, after: int = 0
) -> AsyncIterator[Frame | None]:
    return hub.stream(tenant, project, after, idle=lambda: 0.01)


async def read(stream: AsyncIterator[Frame | None], count: int) -> list[int]:
    """The next ``count`` numbers."""
    found: list[int] = []
    while len(found) < count:
        frame = await anext(stream)
        if frame is not None:
            found.append(frame.seq)
    return found


def test_a_listener_gets_the_past_then_what_is_new(database: Database) -> None:
    async def play() -> None:
        hub = Hub(database.system())
        tell(database, 5)
        stream = listen(hub, after=2)
        assert await read(stream, 3) == [3, 4, 5]
        tell(database, 3)
        await hub.look()
        assert await read(stream, 3) == [6, 7, 8]
        assert await anext(stream) is None

    asyncio.run(play())


def test_what_happens_while_the_past_is_read_comes_once(database: Database) -> None:
    async def play() -> None:
        hub = Hub(database.system())
        tell(database, 4)
        stream = listen(hub)
        first = await read(stream, 2)
        tell(database, 4)
        await hub.look()
        assert first + await read(stream, 6) == list(range(1, 9))

    asyncio.run(play())


def test_nobody_hears_of_another_tenant_or_project(database: Database) -> None:
    async def play() -> None:
        hub = Hub(database.system())
        tell(database, 1, tenant="b")
        mine, other = listen(hub, project="p"), listen(hub, tenant="b", project="q")
        assert await anext(mine) is None
        assert await anext(other) is None
        tell(database, 2, tenant="b", project="q")
        tell(database, 1, tenant="a", project="q")
        tell(database, 1, tenant="a", project="p")
        await hub.look()
        assert await read(mine, 1) == [2]
        assert await read(other, 2) == [2, 3]
        assert await anext(mine) is None

    asyncio.run(play())


def test_a_slow_reader_is_cut_and_comes_back_without_a_gap(database: Database) -> None:
    async def play() -> None:
        hub = Hub(database.system())
        stream = listen(hub)
        assert await anext(stream) is None
        tell(database, QUEUE_FRAMES + 1)
        await hub.look()
        with pytest.raises(TooSlow):
            await read(stream, 1)
        assert await read(listen(hub), QUEUE_FRAMES + 1) == list(range(1, QUEUE_FRAMES + 2))

    asyncio.run(play())


def test_the_last_listener_leaves_nothing_behind(database: Database) -> None:
    async def play() -> None:
        hub = Hub(database.system())
        stream = listen(hub)
        assert await anext(stream) is None
        await stream.aclose()  # type: ignore[attr-defined]
        assert not hub._listeners
        assert not hub._seen
        tell(database, 3)
        await hub.look()
        assert await read(listen(hub, after=1), 2) == [2, 3]

    asyncio.run(play())


def test_frames_are_made_once_for_all(database: Database) -> None:
    async def play() -> None:
        hub = Hub(database.system())
        streams = [listen(hub) for _ in range(3)]
        for stream in streams:
            assert await anext(stream) is None
        tell(database, 1)
        await hub.look()
        frames = [await anext(stream) for stream in streams]
        assert len({id(frame) for frame in frames}) == 1

    asyncio.run(play())
