"""What every request and answer passes: size of bodies, security headers, limits told, origins.

Written against ASGI itself: Starlette's base class would hold streams back.
"""

import logging
import re
import time
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from starlette.datastructures import MutableHeaders
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.deps import api_settings_of
from api.limits import headers_of
from api.problems import ApiError, answer
from video_platform.access.denied import Forbidden, Unauthenticated
from video_platform.agents.intake import MAX_CHUNK_BYTES
from video_platform.tracing import is_place, rename, span

_log = logging.getLogger(__name__)
_QUIET = {"GET", "HEAD", "OPTIONS"}
"""Methods that change nothing: a line for each would hide the others."""
_MIB = 1024 * 1024
BODY_LIMIT_BYTES = 2 * _MIB
_BODY_LIMITS = (
    (re.compile(r"/uploads(/|$)"), MAX_CHUNK_BYTES),
    (re.compile(r"/batches(/|$)"), 8 * _MIB),
)
"""Paths that take more; how much is uploaded in all is counted by their routes."""

_SECURITY = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-site",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}
"""Where a route says something else, it stays."""
# What pages of other origins may send and read, beyond what browsers always allow.
_REQUEST_HEADERS = [
    "Authorization",
    "Content-Type",
    "Idempotency-Key",
    "If-Match",
    "If-None-Match",
    "Last-Event-ID",
    "Range",
    "Upload-Checksum",
    "Upload-Offset",
]
_ANSWER_HEADERS = [
    "Accept-Ranges",
    "Content-Range",
    "ETag",
    "Idempotent-Replayed",
    "Location",
    "RateLimit",
    "RateLimit-Policy",
    "Retry-After",
    "Upload-Length",
    "Upload-Offset",
]
_DOCUMENTATION = {"/docs", "/redoc"}
# FastAPI's pages load their scripts from a CDN.
_DOCUMENTATION_POLICY = (
    "default-src 'self'; script-src 'unsafe-inline' https://cdn.jsdelivr.net; "
    "style-src 'unsafe-inline' https://cdn.jsdelivr.net https://fonts.googleapis.com; "
    "font-src https://fonts.gstatic.com; worker-src blob:; "
    "img-src 'self' data: https://fastapi.tiangolo.com; frame-ancestors 'none'"
)


def install(app: FastAPI) -> None:
    """Put all of it around an application, and answer refusals of the door."""
    app.add_exception_handler(Unauthenticated, _unauthenticated)
    app.add_exception_handler(Forbidden, _forbidden)
    app.add_middleware(BodyLimit)
    origins = api_settings_of(app).cors_origins
    if origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=origins,
            allow_credentials=True,
            allow_methods=["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
            allow_headers=_REQUEST_HEADERS,
            expose_headers=_ANSWER_HEADERS,
        )
    app.add_middleware(AnswerHeaders)
    app.add_middleware(Followed)


class BodyLimit:
    """Refuses bodies that are too large, by what they say and by what they are."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, counting what it reads."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = body_limit(scope["path"])
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if not declared.isdigit() or int(declared) > limit:
            await _too_large(limit)(scope, receive, send)
            return
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > limit:
                raise ApiError(413, "body_too_large", _sentence(limit), hint=_HINT)
            return message

        await self._app(scope, counted, send)


_HINT = "Send less at once; large files go through uploads, in parts."


def body_limit(path: str) -> int:
    """The largest body a path takes, in bytes."""
    return next((size for found, size in _BODY_LIMITS if found.search(path)), BODY_LIMIT_BYTES)


def _sentence(limit: int) -> str:
    return f"The body is larger than {limit} bytes."


def _too_large(limit: int) -> JSONResponse:
    return answer(413, "body_too_large", _sentence(limit), hint=_HINT)


class AnswerHeaders:
    """Adds what browsers must know, and where the caller stands with a limit."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, completing its answer's headers."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def complete(message: Message) -> None:
            if message["type"] == "http.response.start":
                _complete(scope, MutableHeaders(scope=message))
            await send(message)

        await self._app(scope, receive, complete)


class Followed:
    """A span for each request, and a line in the log for each that changes something or fails.

    A caller that sends ``traceparent`` sees its own trace go on. Neither has the query: tickets are
    shown there.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, watching its answer's status."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun, status = time.monotonic(), 500

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        with span(f"request {scope['method']}", parent=_place_of_caller(scope)):
            try:
                await self._app(scope, receive, watched)
            finally:
                _follow(scope, status, time.monotonic() - begun)


def _place_of_caller(scope: Scope) -> str:
    found = dict(scope["headers"]).get(b"traceparent", b"").decode("latin-1")
    return found if is_place(found) else ""


def _follow(scope: Scope, status: int, seconds: float) -> None:
    """Say what a request was, in the words of the route it met."""
    method, route = scope["method"], getattr(scope.get("route"), "path", "")
    project = str(scope.get("path_params", {}).get("key", "")) if "/projects/" in route else ""
    facts: dict[str, Any] = {
        "http.request.method": method,
        "http.route": route,
        "http.response.status_code": status,
    }
    rename(
        f"request {method} {route}".strip(),
        facts if status < 500 else {**facts, "error.type": str(status)},
    )
    if method not in _QUIET or status >= 500:
        duration_ms = round(1000 * seconds)
        extra = {"project_id": project, "duration_ms": duration_ms}
        _log.info("%s %s answered %d", method, route, status, extra=extra)


def _complete(scope: Scope, headers: MutableHeaders) -> None:
    if scope["path"] in _DOCUMENTATION:
        headers.setdefault("Content-Security-Policy", _DOCUMENTATION_POLICY)
    for name, value in _SECURITY.items():
        headers.setdefault(name, value)
    if scope["scheme"] == "https":
        headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    standing = scope.get("state", {}).get("rate_limit")
    if standing is not None:
        headers.update(headers_of(standing))


def _unauthenticated(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Unauthenticated)  # noqa: S101 - what it is registered for
    headers = {"WWW-Authenticate": "Bearer"}
    return answer(401, error.code, error.message, hint=error.hint, headers=headers)


def _forbidden(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Forbidden)  # noqa: S101 - what it is registered for
    return answer(403, error.code, error.message, hint=error.hint)
