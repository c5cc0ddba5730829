"""A real HTTP server on loopback that speaks the services' protocols and keeps what it accepted.

Each service has a ``Speaker``. The log of accepted submits, append-only, is what judges duplicates:
not the ledger.
"""

import json
import socket
import struct
import threading
import time
import urllib.parse
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Protocol


@dataclass(frozen=True)
class Call:
    """A request as the server got it; ``path`` is without the service's prefix."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)

    def form(self) -> dict[str, str | bytes]:
        """Fields of a multipart or urlencoded body: texts as text, files as bytes."""
        import email.parser
        import email.policy

        kind = self.headers.get("content-type", "")
        if kind.startswith("application/x-www-form-urlencoded"):
            return dict(urllib.parse.parse_qsl(self.body.decode()))
        head = f"Content-Type: {kind}\r\n\r\n".encode()
        message = email.parser.BytesParser(policy=email.policy.default).parsebytes(head + self.body)
        fields: dict[str, str | bytes] = {}
        for part in message.iter_parts():
            content: bytes = part.get_payload(decode=True)  # type: ignore[assignment]
            name = str(part.get_param("name", header="content-disposition"))
            is_file = part.get_filename() is not None
            fields[name] = content if is_file else content.decode()
        return fields


@dataclass(frozen=True)
class Reply:
    """What the server answers, and how badly.

    Args:
        status: 0 sends nothing at all.
        cut_after: ends the connection after so many bytes of body.
        delay_s: keeps silent so long before the first byte.
        drip_s: pauses so long between pieces of the body; the last piece has what is left.
        resets: ends a cut connection rudely (RST).
    """

    status: int = 200
    body: bytes = b"{}"
    headers: Mapping[str, str] = field(default_factory=lambda: {"Content-Type": "application/json"})
    cut_after: int | None = None
    delay_s: float = 0.0
    drip_s: float = 0.0
    resets: bool = False


RESET = Reply(status=0, resets=True)
"""The connection is torn down where an answer was due."""
_DRIPS = 12


def json_reply(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
    merged = {"Content-Type": "application/json", **(headers or {})}
    return Reply(status, json.dumps(value).encode(), merged)


def bytes_reply(
    content: bytes, media_type: str, status: int = 200, headers: Mapping[str, str] | None = None
) -> Reply:
    return Reply(status, content, {"Content-Type": media_type, **(headers or {})})


class Speaker(Protocol):
    """Speaks one service's protocol. ``name`` is the prefix of its URLs."""

    name: str

    def phase(self, call: Call) -> str:
        """``submit`` (begins paid work), ``poll``, ``download`` or ``other``."""
        ...

    def answer(self, call: Call, world: "World") -> Reply:
        """The answer of a service in order."""
        ...


Fault = Callable[[Call, str, Callable[[], Reply]], Reply | None]
"""Given the call, its phase and the ordinary answer, what happens instead; None hangs up."""


class World:
    """What the server knows: jobs by service, and the log of accepted submits."""

    def __init__(self, log: Path, base_url: str) -> None:
        self.log = log
        self.base_url = base_url
        self.jobs: dict[str, dict[str, Any]] = {}
        self.calls: list[tuple[str, str, Call]] = []
        self.polls_until_done = 2
        self.faults: dict[str, Fault] = {}
        """Fault by ``service`` or by ``service/phase``."""
        self.mistakes: list[str] = []
        """What speakers held against requests by ``assert`` or did not find in them."""
        self._lock = threading.Lock()
        self._count = 0
        log.touch()

    def accept(self, service: str, request: Any) -> str:
        """Log an accepted submit and give it a job id. Paid from here on."""
        with self._lock:
            self._count += 1
            job = f"{service}-{self._count}"
            with self.log.open("a", encoding="utf-8") as writer:
                writer.write(
                    json.dumps({"service": service, "job": job, "request": request}) + "\n"
                )
            self.jobs[job] = {"service": service, "request": request, "polls": 0}
        return job

    def accepted(self, service: str = "") -> list[dict[str, Any]]:
        """Entries of the log."""
        rows = [json.loads(line) for line in self.log.read_text(encoding="utf-8").splitlines()]
        return [row for row in rows if not service or row["service"] == service]

    def is_done(self, job: str) -> bool:
        """Count a look at a job; true from the ``polls_until_done``-th on."""
        with self._lock:
            self.jobs[job]["polls"] += 1
            return bool(self.jobs[job]["polls"] >= self.polls_until_done)

    def url(self, service: str, path: str) -> str:
        """An absolute URL of this server, e.g. for a result link."""
        return f"{self.base_url}/{service}/{path.lstrip('/')}"


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128  # fifty clients at once must not be turned away

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hung up is no news."""


class ScenarioServer:
    """The server; ``url(service)`` is the base URL to configure the provider with."""

    def __init__(self, speakers: list[Speaker], log: Path) -> None:
        self._speakers = {speaker.name: speaker for speaker in speakers}
        self._http = _Server(("127.0.0.1", 0), self._handler())
        self.world = World(log, f"http://127.0.0.1:{self._http.server_address[1]}")
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def url(self, service: str) -> str:
        return f"{self.world.base_url}/{service}"

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def _respond(self, service: str, call: Call) -> Reply | None:
        speaker = self._speakers.get(service)
        if speaker is None:
            return json_reply({"error": f"there is no service {service!r} here"}, 404)
        phase = speaker.phase(call)
        self.world.calls.append((service, phase, call))

        def answer() -> Reply:
            try:
                return speaker.answer(call, self.world)
            except (AssertionError, LookupError, ValueError) as error:
                said = f"{type(error).__name__}: {error}"
                self.world.mistakes.append(f"{service} {call.method} {call.path}: {said}")
                return json_reply({"error": {"message": said}}, 400)

        fault = self.world.faults.get(f"{service}/{phase}") or self.world.faults.get(service)
        return answer() if fault is None else fault(call, phase, answer)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def _serve(self) -> None:
                split = urllib.parse.urlsplit(self.path)
                service, _, path = split.path.lstrip("/").partition("/")
                call = Call(
                    self.command,
                    f"/{path}",
                    dict(urllib.parse.parse_qsl(split.query, keep_blank_values=True)),
                    {name.lower(): value for name, value in self.headers.items()},
                    self._body(),
                )
                reply = outer._respond(service, call)
                if reply is None:
                    self.close_connection = True
                    return
                time.sleep(reply.delay_s)
                if reply.resets:
                    # Closing then sends RST: what is under way is dropped on both sides.
                    linger = struct.pack("ii", 1, 0)
                    self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                if reply.status:
                    self._say(reply)
                if reply.cut_after is not None or not reply.status:
                    self.close_connection = True

            def _body(self) -> bytes:
                if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
                    return self.rfile.read(int(self.headers.get("Content-Length") or 0))
                parts = []
                while size := int(self.rfile.readline().split(b";")[0], 16):
                    parts.append(self.rfile.read(size))
                    self.rfile.readline()
                self.rfile.readline()
                return b"".join(parts)

            def _say(self, reply: Reply) -> None:
                self.send_response(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(reply.body)))
                self.end_headers()
                body = reply.body[: reply.cut_after]
                if reply.drip_s:
                    for number in range(min(_DRIPS, len(body) - 1)):
                        self.wfile.write(body[number : number + 1])
                        time.sleep(reply.drip_s)
                    body = body[min(_DRIPS, max(0, len(body) - 1)) :]
                if self.command != "HEAD":
                    self.wfile.write(body)

            do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = _serve  # noqa: N815 - http.server's names

            def log_message(self, *_: Any) -> None:
                """Nothing on standard error."""

        return Handler
