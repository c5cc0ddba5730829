"""A real HTTP server on loopback that speaks the services' protocols and keeps what it accepted.

Each service has a ``Speaker``. The log of accepted submits, append-only, is what judges duplicates:
not the ledger.
"""

import json
import threading
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
    """What the server answers. ``cut_after`` ends the connection after so many bytes of body."""

    status: int = 200
    body: bytes = b"{}"
    headers: Mapping[str, str] = field(default_factory=lambda: {"Content-Type": "application/json"})
    cut_after: int | None = None


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


class ScenarioServer:
    """The server; ``url(service)`` is the base URL to configure the provider with."""

    def __init__(self, speakers: list[Speaker], log: Path) -> None:
        self._speakers = {speaker.name: speaker for speaker in speakers}
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._http.daemon_threads = True
        self.world = World(log, f"http://127.0.0.1:{self._http.server_address[1]}")
        self._thread = threading.Thread(target=self._http.serve_forever, daemon=True)
        self._thread.start()

    def url(self, service: str) -> str:
        return f"{self.world.base_url}/{service}"

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def _respond(self, service: str, call: Call) -> Reply | None:
        speaker = self._speakers[service]
        phase = speaker.phase(call)
        self.world.calls.append((service, phase, call))
        fault = self.world.faults.get(f"{service}/{phase}") or self.world.faults.get(service)
        if fault is None:
            return speaker.answer(call, self.world)
        return fault(call, phase, lambda: speaker.answer(call, self.world))

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _serve(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length)
                split = urllib.parse.urlsplit(self.path)
                service, _, path = split.path.lstrip("/").partition("/")
                call = Call(
                    self.command,
                    f"/{path}",
                    dict(urllib.parse.parse_qsl(split.query)),
                    {name.lower(): value for name, value in self.headers.items()},
                    body,
                )
                reply = outer._respond(service, call)
                if reply is None:
                    self.close_connection = True
                    return
                self.send_response(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(reply.body)))
                self.end_headers()
                self.wfile.write(reply.body[: reply.cut_after])
                if reply.cut_after is not None:
                    self.close_connection = True

            do_GET = do_POST = do_PUT = do_DELETE = _serve  # noqa: N815 - http.server's names

            def log_message(self, *_: Any) -> None:
                """Nothing on standard error."""

        return Handler
