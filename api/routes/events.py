"""What happens, live: WebSocket and server-sent events on one stream, from any number on."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, FastAPI, Header, Query, Request, WebSocket, WebSocketDisconnect
from fastapi.responses import StreamingResponse

from api.deps import TheAuthority, Viewer, Watcher, installation_of
from api.hub import Frame, Hub, TooSlow
from api.schemas.events import EventView, Ticket
from video_platform.access.tokens import LIFE, TokenType
from video_platform.db.repositories.events import Events
from video_platform.db.repositories.projects import Projects
from video_platform.domain.access import Principal
from video_platform.errors import ProjectMissing

router = APIRouter(tags=["events"])

_PING_S = 20.0
_SEND_S = 10.0
"""How long one frame may take to be read; a client that sleeps longer comes back later."""
_LIFE_S = 900.0
"""A stream ends after as long as an access token lives: who was shut out meanwhile stays out."""
_NO_PROJECT = 4404
_COME_BACK = 1013

After = Annotated[
    int | None,
    Query(ge=0, le=2**62, description="The last number seen; default: only what is new."),
]


@contextlib.asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """The hub's task lives as long as the application."""
    tasks: list[asyncio.Task[None]] = []
    app.state.hub_tasks = tasks
    yield
    for task in tasks:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _hub(app: FastAPI) -> Hub:
    if getattr(app.state, "hub", None) is None:
        installation = await asyncio.to_thread(installation_of, app)
        if getattr(app.state, "hub", None) is None:
            app.state.hub = Hub(installation.database.system())
            app.state.hub_tasks.append(asyncio.create_task(app.state.hub.run()))
    hub: Hub = app.state.hub
    return hub


@router.post("/events/tickets", summary="A ticket for where no header can be sent")
def make_ticket(who: Viewer, authority: TheAuthority) -> Ticket:
    """It may stand in the address (``?ticket=``) of streams and media, and lives a minute."""
    seconds = int(LIFE[TokenType.TICKET].total_seconds())
    return Ticket(ticket=authority.ticket(who), expires_in=seconds)


@router.get("/events/log", summary="Events that happened, the oldest first")
def list_events(
    who: Viewer,
    request: Request,
    after: Annotated[int, Query(ge=0, le=2**62)] = 0,
    project: Annotated[str | None, Query(max_length=80)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> list[EventView]:
    """For who cannot keep a stream open: ask with the last ``id`` seen."""
    events = Events(installation_of(request.app).database.of(who.tenant))
    return [
        EventView(id=one.seq, kind=one.kind, project=one.project, at=one.at, data=dict(one.data))
        for one in events.after(after, limit=limit, project=project)
    ]


@router.get(
    "/events",
    summary="The tenant's events as they happen (server-sent events)",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}},
)
async def stream_events(
    who: Watcher,
    request: Request,
    after: After = None,
    last_event_id: Annotated[str | None, Header(max_length=18, pattern="^[0-9]*$")] = None,
) -> StreamingResponse:
    """A browser that loses the connection comes back with ``Last-Event-ID`` and misses nothing."""
    return await _sse(request, who, None, after, last_event_id)


@router.get(
    "/projects/{key}/events",
    summary="A project's events as they happen (server-sent events)",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}},
)
async def stream_project_events(
    key: str,
    who: Watcher,
    request: Request,
    after: After = None,
    last_event_id: Annotated[str | None, Header(max_length=18, pattern="^[0-9]*$")] = None,
) -> StreamingResponse:
    """As ``/events``, one project's only."""
    await asyncio.to_thread(_check_project, request.app, who, key)
    return await _sse(request, who, key, after, last_event_id)


@router.websocket("/events")
async def watch_events(websocket: WebSocket, who: Watcher, after: After = None) -> None:
    """The tenant's events, one JSON text each; ``{"kind": "ping"}`` while nothing happens."""
    await _serve(websocket, who, None, after)


@router.websocket("/projects/{key}/events")
async def watch_project_events(
    websocket: WebSocket, key: str, who: Watcher, after: After = None
) -> None:
    """As ``/events``, one project's only."""
    try:
        await asyncio.to_thread(_check_project, websocket.app, who, key)
    except ProjectMissing as error:
        await websocket.accept()
        await websocket.close(_NO_PROJECT, error.message[:120])
        return
    await _serve(websocket, who, key, after)


def _check_project(app: FastAPI, who: Principal, key: str) -> None:
    Projects(installation_of(app).database.of(who.tenant)).tenant_of(key)


async def _frames(
    app: FastAPI, who: Principal, project: str | None, after: int | None
) -> AsyncIterator[Frame | None]:
    """The stream, until its life is over."""
    hub = await _hub(app)
    if after is None:
        events = Events(installation_of(app).database.of(who.tenant))
        after = await asyncio.to_thread(events.last)
    ends_at = asyncio.get_running_loop().time() + _LIFE_S
    stream = hub.stream(who.tenant, project, after, idle=lambda: _PING_S)
    async with contextlib.aclosing(stream) as frames:
        async for frame in frames:
            yield frame
            if asyncio.get_running_loop().time() > ends_at:
                return


async def _sse(
    request: Request, who: Principal, project: str | None, after: int | None, last: str | None
) -> StreamingResponse:
    begin = int(last) if last else after

    async def lines() -> AsyncIterator[str]:
        # Said at once, so that whoever waits for an answer knows that the stream is open.
        yield "retry: 2000\n\n"
        with contextlib.suppress(TooSlow):
            async for frame in _frames(request.app, who, project, begin):
                if frame is None:
                    yield ": still here\n\n"
                else:
                    yield f"id: {frame.seq}\nevent: {frame.kind}\ndata: {frame.text}\n\n"

    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(lines(), media_type="text/event-stream", headers=headers)


async def _serve(
    websocket: WebSocket, who: Principal, project: str | None, after: int | None
) -> None:
    await websocket.accept()
    gone = asyncio.create_task(_until_gone(websocket))
    sending = asyncio.create_task(_send_all(websocket, who, project, after))
    try:
        await asyncio.wait({gone, sending}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (gone, sending):
            task.cancel()
        await asyncio.gather(gone, sending, return_exceptions=True)


async def _until_gone(websocket: WebSocket) -> None:
    """Clients say nothing here; what they send is dropped, and the end of it is the end."""
    with contextlib.suppress(WebSocketDisconnect, RuntimeError):
        while True:
            await websocket.receive()


async def _send_all(
    websocket: WebSocket, who: Principal, project: str | None, after: int | None
) -> None:
    why = "The stream's time is over; come back with the last number."
    try:
        async for frame in _frames(websocket.app, who, project, after):
            text = '{"kind": "ping"}' if frame is None else frame.text
            await asyncio.wait_for(websocket.send_text(text), _SEND_S)
    except (TooSlow, TimeoutError):
        why = "Too slow; come back with the last number."
    except (WebSocketDisconnect, RuntimeError):
        return
    with contextlib.suppress(RuntimeError):
        await websocket.close(_COME_BACK, why)
