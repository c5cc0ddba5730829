"""Hands events to those who listen: one look at the database for all clients of this process.

A client is a bounded queue of frames that all clients share. Whoever reads too slowly is cut, and
comes back with the last number it saw: nothing is lost, the database has it.
"""

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from dataclasses import dataclass, field

from video_platform.db.database import Database
from video_platform.db.repositories.events import Events
from video_platform.domain.events import Event

QUEUE_FRAMES = 256
"""What a client may be behind: a few seconds of a busy project. Frames are shared, so a client's
queue holds references only."""
_PAGE = 500
_LOOK_S = 0.25


@dataclass(frozen=True, slots=True)
class Frame:
    """One event as clients get it; ``text`` is made once for all of them."""

    seq: int
    project: str | None
    kind: str
    text: str


class TooSlow(Exception):
    """The client did not read for so long that its queue is full."""


@dataclass(eq=False)
class Listener:
    """A client's place: frames it has not read, of one project or of the whole tenant."""

    tenant: str
    project: str | None
    frames: asyncio.Queue[Frame | None] = field(default_factory=lambda: asyncio.Queue(QUEUE_FRAMES))
    is_cut: bool = False

    def give(self, frame: Frame) -> None:
        """Put a frame into the queue, or cut the client when it is full."""
        if self.is_cut or self.project not in (None, frame.project):
            return
        try:
            self.frames.put_nowait(frame)
        except asyncio.QueueFull:
            self.is_cut = True
            # What it has not read is read again from the database when it comes back.
            while not self.frames.empty():
                self.frames.get_nowait()
            self.frames.put_nowait(None)


class Hub:
    """Looks for new events while anybody listens.

    Args:
        database: as the whole system; every tenant's part is read as that tenant.
    """

    def __init__(self, database: Database, *, look_s: float = _LOOK_S) -> None:
        self._database = database
        self._look_s = look_s
        self._listeners: dict[str, set[Listener]] = {}
        self._seen: dict[str, int] = {}
        self._wake = asyncio.Event()

    async def run(self) -> None:
        """Look and hand out, until cancelled; a database that is away is asked again."""
        from sqlalchemy.exc import SQLAlchemyError

        while True:
            if not self._listeners:
                self._wake.clear()
                await self._wake.wait()
            with contextlib.suppress(SQLAlchemyError):
                await self.look()
            await asyncio.sleep(self._look_s)

    async def look(self) -> None:
        """Hand out what is new for the tenants that are listened to."""
        known = {tenant: self._seen[tenant] for tenant in self._listeners}
        for tenant, events in (await asyncio.to_thread(self._new, known)).items():
            for event in events:
                if event.seq <= self._seen.get(tenant, event.seq):
                    continue
                self._seen[tenant] = event.seq
                frame = frame_of(event)
                for listener in tuple(self._listeners.get(tenant, ())):
                    listener.give(frame)

    def _new(self, known: dict[str, int]) -> dict[str, list[Event]]:
        last = Events(self._database).counters()
        return {
            tenant: self._events(tenant).after(seen, limit=_PAGE)
            for tenant, seen in known.items()
            if last.get(tenant, 0) > seen
        }

    def _events(self, tenant: str) -> Events:
        return Events(self._database.of(tenant))

    async def stream(
        self, tenant: str, project: str | None, after: int, *, idle: Callable[[], float]
    ) -> AsyncGenerator[Frame | None, None]:
        """Frames after number ``after``, in order and without a gap; ``None`` when nothing came
        for ``idle()`` seconds.

        Raises:
            TooSlow: the client has to come back with the last number it read.
        """
        events = self._events(tenant)
        listener = Listener(tenant, project)
        if tenant not in self._listeners:
            last = await asyncio.to_thread(events.last)
            self._seen.setdefault(tenant, last)
        # From here on the hub hands out everything newer than it has seen; what is older than that
        # is in the database already.
        self._listeners.setdefault(tenant, set()).add(listener)
        self._wake.set()
        try:
            sent = after
            async for frame in self._past(events, project, after, until=self._seen[tenant]):
                sent = frame.seq
                yield frame
            while True:
                try:
                    found = await asyncio.wait_for(listener.frames.get(), idle())
                except TimeoutError:
                    yield None
                    continue
                if found is None:
                    raise TooSlow
                if found.seq > sent:
                    sent = found.seq
                    yield found
        finally:
            mine = self._listeners[tenant]
            mine.discard(listener)
            if not mine:
                del self._listeners[tenant]
                self._seen.pop(tenant, None)

    async def _past(
        self, events: Events, project: str | None, after: int, *, until: int
    ) -> AsyncIterator[Frame]:
        while after < until:
            page = await asyncio.to_thread(events.after, after, limit=_PAGE, project=project)
            for event in page:
                if event.seq <= until:
                    yield frame_of(event)
            if len(page) < _PAGE:
                return
            after = page[-1].seq


def frame_of(event: Event) -> Frame:
    """The event as JSON: ``id``, ``kind``, ``project``, ``at``, ``data``."""
    body = {
        "id": event.seq,
        "kind": event.kind.value,
        "project": event.project,
        "at": event.at.isoformat(),
        "data": dict(event.data),
    }
    return Frame(event.seq, event.project, event.kind.value, json.dumps(body, ensure_ascii=False))
