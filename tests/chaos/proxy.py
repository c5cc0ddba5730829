"""A TCP proxy of our own that breaks connections in the ways networks do."""

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import Iterator
from enum import StrEnum
from types import TracebackType

_PIECE = 16_384
_SLOW_PIECE = 512


class Fault(StrEnum):
    """What the proxy does to new connections and to those that are open."""

    NONE = "none"
    RESET = "reset"
    """Every connection is torn down with RST, and so is every new one."""
    BLACKHOLE = "blackhole"
    """Connections are taken, and nothing is passed on."""
    SLOW = "slow"
    """Half a kilobyte at a time, with pauses."""
    CUT = "cut"
    """Each connection ends after so many bytes of answer."""


class FaultProxy:
    """Listens on loopback and passes everything to ``target``, as the fault of the moment allows.

    Args:
        target: host and port of the real service.
        pause_s: between the pieces of a slow answer.
    """

    def __init__(self, target: tuple[str, int], *, pause_s: float = 0.01) -> None:
        self._target = target
        self._pause_s = pause_s
        self._fault = Fault.NONE
        self._left = 0
        self._open: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self.port = 0
        self.faults = 0

    def __enter__(self) -> "FaultProxy":
        self._thread.start()
        self.port = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    @contextlib.contextmanager
    def broken(self, fault: Fault, *, after_bytes: int = 0) -> Iterator[None]:
        """Break everything for the length of a ``with`` block; open connections are broken, too.

        Args:
            after_bytes: of answers, until ``CUT`` cuts; each connection by itself.
        """
        self.faults += 1
        self._set(fault, after_bytes)
        try:
            yield
        finally:
            # What a blackhole swallowed does not come back: those connections are dead.
            self._set(Fault.RESET)
            self._set(Fault.NONE)

    def _set(self, fault: Fault, after_bytes: int = 0) -> None:
        async def change() -> None:
            self._fault, self._left = fault, after_bytes
            if fault is Fault.RESET:
                for writer in list(self._open):
                    _reset(writer)

        asyncio.run_coroutine_threadsafe(change(), self._loop).result(10)

    async def _listen(self) -> int:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def _close(self) -> None:
        self._server.close()
        for writer in list(self._open):
            _reset(writer)
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            if self._fault is Fault.RESET:
                _reset(writer)
                return
            there, onward = await asyncio.open_connection(*self._target)
            self._open.add(onward)
            try:
                ways = (self._pass(reader, onward, is_answer=False), self._pass(there, writer))
                await asyncio.gather(*ways)
            finally:
                self._open.discard(onward)
                onward.close()
        except OSError:
            _reset(writer)  # the service is not there, or either side hung up rudely
        finally:
            self._open.discard(writer)
            writer.close()

    async def _pass(
        self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, *, is_answer: bool = True
    ) -> None:
        passed = 0
        while data := await source.read(_SLOW_PIECE if self._fault is Fault.SLOW else _PIECE):
            while self._fault is Fault.BLACKHOLE:
                await asyncio.sleep(0.05)
            if self._fault is Fault.SLOW:
                await asyncio.sleep(self._pause_s)
            passed += len(data)
            if self._fault is Fault.CUT and is_answer and passed > self._left:
                sink.write(data[: max(0, len(data) - (passed - self._left))])
                await sink.drain()
                _reset(sink)
                return
            sink.write(data)
            await sink.drain()
        if sink.can_write_eof():
            sink.write_eof()


def _reset(writer: asyncio.StreamWriter) -> None:
    """Close with RST: what is under way is lost on both sides."""
    handle: socket.socket | None = writer.get_extra_info("socket")
    if handle is not None:
        with contextlib.suppress(OSError):
            handle.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
