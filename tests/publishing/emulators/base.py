"""What every emulated network has: a real HTTP server, faults by phase, and a log of commits.

The log ``commits`` only grows: it is what judges duplicates. Bodies are read as they come, so that
a film of gigabytes needs no memory.
"""

import hashlib
import json
import socket
import struct
import threading
import urllib.parse
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, BinaryIO, Self

from tests.scenarios.server import Reply, json_reply

PREPARE, COMMIT, LOOK_UP = "prepare", "commit", "look_up"
PHASES = (PREPARE, COMMIT, LOOK_UP)
STALL_S = 0.6
"""Longer than the patience of a client whose test shortened it."""
_PIECE = 1 << 20
_WHOLE = 32 << 20


@dataclass
class Request:
    """A request under way; whoever answers it reads the body, or the rest is thrown away."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    """Names in lower case."""
    body_size: int
    _reader: BinaryIO = field(repr=False)
    _left: int = field(default=-1, repr=False)
    _whole: bytes | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        self._left = self.body_size

    def pieces(self) -> Iterator[bytes]:
        """The body as it comes, at most a megabyte at a time. Can be read once.

        A connection that ends before the body does ends the pieces: see ``is_cut``.
        """
        while self._left:
            piece = self._reader.read(min(_PIECE, self._left))
            if not piece:
                return
            self._left -= len(piece)
            yield piece

    @property
    def is_cut(self) -> bool:
        """Whether the client went away in the middle of the body (after reading it)."""
        return self._left > 0

    def body(self) -> bytes:
        """A small body, whole; it can be asked for again."""
        if self._whole is None:
            assert self.body_size <= _WHOLE, f"a body of {self.body_size} bytes is read in pieces"
            self._whole = b"".join(self.pieces())
        return self._whole

    def json(self) -> Any:
        return json.loads(self.body())

    def form(self) -> dict[str, str]:
        """Fields of an urlencoded body."""
        kind = self.headers.get("content-type", "")
        assert kind.startswith("application/x-www-form-urlencoded"), kind
        return dict(urllib.parse.parse_qsl(self.body().decode(), keep_blank_values=True))


@dataclass(frozen=True)
class Seen:
    """What is kept of a request: small bodies, never a film."""

    phase: str
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Stored:
    """Bytes that arrived, counted and hashed instead of kept."""

    size: int = 0
    sha: Any = field(default_factory=hashlib.sha256)

    def add(self, piece: bytes) -> None:
        self.sha.update(piece)
        self.size += len(piece)

    @property
    def hash(self) -> str:
        return str(self.sha.hexdigest())


class Refused(Exception):
    """Raised by an emulator to answer with its network's own error."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.status)
        self.reply = reply


@dataclass
class _Armed:
    fault: str
    times: int


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hung up is no news."""


# What is done before or instead of the ordinary answer; the network's own faults are below it.
_WAYS = ("timeout", "dropped", "broken", "unavailable", "rate_limited")


class Emulator:
    """One network. A subclass answers requests and says which of them commits.

    Faults that every network has, by name:

        timeout       the request is done, and the answer comes too late
        dropped       the request is done, and the connection torn down
        broken        the request is done, and a gateway answers 502
        unavailable   503, nothing is done
        rate_limited  429 in the network's words, nothing is done

    Faults the network words itself, in ``refusals``: ``token_expired``, ``token_revoked``,
    ``duplicate``, ``quota``, ``wrong_media``. Faults of state, asked by the subclass with
    ``is_armed``: ``never_ready``, ``failed``, ``expired``, ``published_without_id``.
    """

    name = ""
    refusals: Mapping[str, Reply] = {}
    rate_limited = json_reply({"error": "slow down"}, 429, {"Retry-After": "7"})
    unavailable = Reply(503, b"<html>Down</html>", {"Content-Type": "text/html"})
    state_faults: tuple[str, ...] = ("never_ready", "failed", "expired", "published_without_id")

    def __init__(self) -> None:
        self.commits: list[dict[str, Any]] = []
        """Accepted commits, each with ``id`` (the network's) and what was asked."""
        self.commit_attempts = 0
        self.seen: list[Seen] = []
        self.mistakes: list[str] = []
        """What was held against requests."""
        self.token = "token-that-is-good"
        self.lock = threading.RLock()
        self._faults: dict[str, _Armed] = {}
        self._calm = threading.Event()
        self._http = _Server(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._calm.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def arm(self, phase: str, fault: str, *, times: int = 1_000_000) -> None:
        """Let a fault happen in a phase, so many times."""
        assert phase in PHASES, phase
        known = (*_WAYS, *self.refusals, *self.state_faults)
        assert fault in known, f"{self.name} has no fault {fault}, only {known}"
        self._faults[phase] = _Armed(fault, times)

    def disarm(self) -> None:
        self._faults.clear()

    def is_armed(self, fault: str, *phases: str) -> bool:
        """Whether a fault of state holds now, in any of the phases (all, when none is named)."""
        armed = (self._faults.get(phase) for phase in phases or PHASES)
        return any(found is not None and found.fault == fault for found in armed)

    # What a subclass does.

    def is_commit(self, request: Request) -> bool:
        """Whether this request would make a post public."""
        raise NotImplementedError

    def answer(self, request: Request) -> Reply:
        """The answer of a network in order. ``assert`` and ``Refused`` refuse a request."""
        raise NotImplementedError

    def wrong(self, said: str) -> Reply:
        """How the network refuses a request that breaks its rules."""
        return json_reply({"error": {"message": said}}, 400)

    def phase(self, request: Request) -> str:
        """Everything is preparation until a commit was tried; then other requests look."""
        if self.is_commit(request):
            return COMMIT
        return LOOK_UP if self.commit_attempts else PREPARE

    # What is the same for all.

    def publish(self, external_id: str, **facts: Any) -> None:
        """Log an accepted commit. It is out from here on."""
        with self.lock:
            self.commits.append({"id": external_id, **facts})

    def check_token(self, request: Request, form: str = "Bearer {token}") -> None:
        """Hold the Authorization header against the account's token."""
        if request.headers.get("authorization") != form.format(token=self.token):
            raise Refused(self.refusals["token_revoked"])

    def _respond(self, request: Request) -> Reply:
        phase = self.phase(request)
        with self.lock:
            self.commit_attempts += phase == COMMIT
            fault = self._due(phase)
        if fault in self.refusals or fault in ("unavailable", "rate_limited"):
            self._remember(phase, request)
            return self.refusals.get(fault) or getattr(self, fault)
        reply = self._ordinary(request)
        self._remember(phase, request)
        if fault == "timeout":
            self._calm.wait(STALL_S)
        if fault == "broken":
            return Reply(502, b"<html>Bad gateway</html>", {"Content-Type": "text/html"})
        return Reply(status=0, resets=True) if fault in ("timeout", "dropped") else reply

    def _due(self, phase: str) -> str:
        """The fault of this request, counted; faults of state last until they are disarmed."""
        armed = self._faults.get(phase)
        if armed is None or armed.times < 1:
            return ""
        if armed.fault not in self.state_faults:
            armed.times -= 1
        return armed.fault

    def _ordinary(self, request: Request) -> Reply:
        try:
            return self.answer(request)
        except Refused as refused:
            return refused.reply
        except (AssertionError, LookupError, ValueError) as error:
            said = f"{type(error).__name__}: {error}"
            self.mistakes.append(f"{request.method} {request.path}: {said}")
            return self.wrong(said)

    def _remember(self, phase: str, request: Request) -> None:
        body = request._whole or b""
        kept = body if len(body) <= 1 << 16 else b""
        with self.lock:
            self.seen.append(
                Seen(phase, request.method, request.path, request.query, request.headers, kept)
            )

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def _serve(self) -> None:
                split = urllib.parse.urlsplit(self.path)
                request = Request(
                    self.command,
                    split.path,
                    dict(urllib.parse.parse_qsl(split.query, keep_blank_values=True)),
                    {name.lower(): value for name, value in self.headers.items()},
                    int(self.headers.get("Content-Length") or 0),
                    self.rfile,
                )
                assert "transfer-encoding" not in request.headers, "no network takes that"
                reply = outer._respond(request)
                for _ in request.pieces():
                    pass  # a body nobody read would be taken for the next request
                if reply.resets:
                    # Closing then sends RST: what is under way is dropped on both sides.
                    linger = struct.pack("ii", 1, 0)
                    self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                if not reply.status or request.is_cut:
                    self.close_connection = True
                    return
                # `send_response` would add a second Date.
                has_date = "Date" in reply.headers
                (self.send_response_only if has_date else self.send_response)(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(reply.body)))
                self.end_headers()
                self.wfile.write(reply.body)

            do_GET = do_POST = do_PUT = do_DELETE = _serve  # noqa: N815 - http.server's names

            def log_message(self, *_: Any) -> None:
                """Nothing on standard error."""

        return Handler
