"""Every error of the API is one document: a problem after RFC 9457, with a stable ``code``.

Errors of the core get their status from one table; what FastAPI refuses by itself, unknown paths
and methods, and a database that cannot be reached get the same shape.
"""

import logging
import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.exc import IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.routing import Match

from video_platform import errors
from video_platform.access.denied import Forbidden, Unauthenticated

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_S = 5
"""After an outage of the database: long enough for a restart, short enough to go unnoticed."""
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")

_STATUS: tuple[tuple[type[errors.VideoPlatformError], int], ...] = (
    (Unauthenticated, 401),
    (Forbidden, 403),
    (errors.InvalidInput, 422),
    (errors.ProbeFailed, 422),
    (errors.ContentRefused, 422),
    (errors.LimitExceeded, 422),
    (errors.NotFound, 404),
    (errors.ProjectMissing, 404),
    (errors.MediaMissing, 404),
    (errors.WebhookMissing, 404),
    (errors.Conflict, 409),
    (errors.ProjectError, 409),
    (errors.BudgetExceeded, 409),
    (errors.LeaseLost, 409),
    (errors.Stopped, 409),
    # A service behind us: slow, shut to us for now, or not to be had of it at all.
    (errors.ProviderTimeout, 504),
    (errors.TransientProviderError, 503),
    (errors.ProviderAuthFailed, 503),
    (errors.ProviderQuotaExceeded, 503),
    (errors.ProviderError, 502),
    (errors.ScenesFailed, 502),
    (errors.FfmpegMissing, 503),
    (errors.StorageFull, 503),
    (errors.NotConfigured, 503),
    # Faults of ours.
    (errors.HashMismatch, 500),
    (errors.StoreError, 503),
    (errors.MontageError, 500),
    (errors.WrongTenant, 500),
    (errors.VideoPlatformError, 500),
)
"""The first that fits counts; the last line is for what nobody thought of, and a test finds it."""
_CODES = {
    400: "request_malformed",
    401: "unauthenticated",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    413: "body_too_large",
    415: "media_type_unsupported",
    416: "range_not_satisfiable",
    422: "request_invalid",
    429: "rate_limited",
    502: "bad_gateway",
    503: "unavailable",
    504: "gateway_timeout",
}
_ROUTES = tuple(
    (re.compile(f"`?video-platform {command}`?"), route)
    for command, route in (
        (r"accounts connect [\w-]+", "POST /accounts/connect"),
        ("accounts", "GET /accounts"),
        (r"generations decide [\w-]+", "the operator's list of generations"),
        (r"generations( --unknown)?", "the operator's list of generations"),
        (r"publish\b( [\w-]+ --to [\w-]+)?", "POST /publish"),
        ("publications", "GET /publications"),
        ("projects", "GET /projects"),
        ("regenerate", "POST /assets/generate"),
        (r"scene release [\w-]+( \w+)?", "DELETE /projects/{key}/material/{stage}/{scene_id}/lock"),
        (r"gate( [\w-]+)?", "GET /projects/{key}/verdict"),
        ("kit list", "GET /kits"),
        (r"thumbnails( [\w-]+)?", "GET /projects/{key}/thumbnails"),
        ("hints", "GET /hints"),
        ("doctor", "`doctor` on the server"),
    )
)
"""What a caller does instead of a command that a hint of the core names, the longer ones first."""
_log = logging.getLogger(__name__)


class FieldProblem(BaseModel):
    """What is wrong with one field of a request."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"field": "body.duration_s", "message": "Input should be at least 5", "code": "ge"}
            ]
        }
    )

    field: str = Field(description="Where it stands: `body.formats.0`, `query.limit` ...")
    message: str
    code: str


class Problem(BaseModel):
    """An error after RFC 9457. Rely on `code`; the sentences may change."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "urn:video-platform:problem:brief_empty",
                    "title": "Unprocessable Entity",
                    "status": 422,
                    "detail": "The brief is empty.",
                    "code": "brief_empty",
                    "hint": "Give a sentence, or a file with -f FILE.",
                    "errors": [],
                }
            ]
        }
    )

    type: str
    title: str
    status: int
    detail: str
    code: str
    hint: str = ""
    errors: list[FieldProblem] = Field(default_factory=list)


class ApiError(HTTPException):
    """A refusal of the API itself, where no rule of the core was broken."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        hint: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(status, message, headers=dict(headers or {}))
        self.code = code
        self.hint = hint


_RETRY_AFTER = {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds to wait."}}
_HEADERS: dict[int, dict[str, Any]] = {
    401: {"WWW-Authenticate": {"schema": {"type": "string"}, "description": "`Bearer`."}},
    405: {"Allow": {"schema": {"type": "string"}, "description": "Methods this path knows."}},
    429: _RETRY_AFTER,
    503: _RETRY_AFTER,
}
_MEANINGS = {
    400: "The request cannot be read: not UTF-8, or not JSON.",
    401: "No valid token or key was given.",
    403: "The role of the caller does not allow it.",
    404: "There is no such thing, or not for this caller.",
    405: "The path does not know this method; `Allow` says which it knows.",
    409: "It contradicts what is there now.",
    413: "The body is larger than is taken.",
    415: "The body is of a type that is not read here.",
    422: "The request breaks a rule; `errors` names the fields, `hint` says what to do.",
    429: "Too many requests; `Retry-After` says when to come back.",
    502: "A service that is needed refused, or answered what cannot be used.",
    503: "Something the answer needs is out of order; `Retry-After` says when to come back.",
    504: "A service that is needed did not answer in time.",
}


def _documented(status: int) -> dict[str, Any]:
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    described = {"description": _MEANINGS[status], "content": content}
    return {**described, "headers": _HEADERS[status]} if status in _HEADERS else described


RESPONSES: dict[int | str, dict[str, Any]] = {status: _documented(status) for status in _MEANINGS}
"""What every route may answer instead of what it is for, declared once."""


def answer(
    status: int,
    code: str,
    message: str,
    *,
    hint: str = "",
    fields: Sequence[FieldProblem] = (),
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """A problem as a response."""
    problem = Problem(
        type=f"urn:video-platform:problem:{code}",
        title=HTTPStatus(status).phrase,
        status=status,
        detail=message,
        code=code,
        hint=hint,
        errors=list(fields),
    )
    wait = {"Retry-After": str(RETRY_AFTER_S)} if status == 503 else {}
    return JSONResponse(
        problem.model_dump(mode="json"),
        status_code=status,
        media_type=MEDIA_TYPE,
        headers={**wait, **(headers or {})},
    )


def status_of(error: errors.VideoPlatformError) -> int:
    """The status an error of the core is answered with."""
    return next(status for kind, status in _STATUS if isinstance(error, kind))


def for_callers(hint: str) -> str:
    """A hint of the core in the words of the API: routes in place of commands."""
    for command, route in _ROUTES:
        hint = command.sub(route, hint)
    return hint


def install(app: FastAPI) -> None:
    """Make the application answer every error as a problem."""
    app.add_exception_handler(errors.VideoPlatformError, _core_error)
    app.add_exception_handler(RequestValidationError, _invalid_request)
    app.add_exception_handler(HTTPException, _http_error)
    for kind in (OperationalError, InterfaceError, PoolTimeout):
        app.add_exception_handler(kind, _database_outage)
    app.add_exception_handler(IntegrityError, _collision)
    app.add_exception_handler(Exception, _fault)


def _core_error(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, errors.VideoPlatformError)  # noqa: S101 - what it is registered for
    status = status_of(error)
    if status == 500:
        _log.error("The core failed while answering.", exc_info=error)
    return answer(status, error.code, error.message, hint=for_callers(error.hint))


def _invalid_request(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - what it is registered for
    found = error.errors()
    if any(one["type"] == "json_invalid" for one in found):
        return answer(400, "body_not_json", "The body is not JSON.", hint="Send a JSON document.")
    is_body = any(tuple(one["loc"]) == ("body",) and one["type"] != "missing" for one in found)
    sent = request.headers.get("content-type", "")
    if is_body and "json" not in sent:
        return answer(
            415,
            _CODES[415],
            f"A body of type {sent[:80]!r} is not read here.",
            hint="Send application/json.",
        )
    fields = [
        FieldProblem(
            field=".".join(str(part) for part in one["loc"]),
            message=str(one["msg"]),
            code=str(one["type"]),
        )
        for one in found
    ]
    first = f"{fields[0].field}: {fields[0].message}." if fields else ""
    return answer(422, _CODES[422], f"The request breaks a rule. {first}".strip(), fields=fields)


def _http_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101 - what it is registered for
    headers = dict(error.headers or {})
    message = str(error.detail)
    if error.status_code == 405:
        headers["Allow"] = ", ".join(_allowed(request))
        message = f"{request.method} is not possible here."
    if isinstance(error, ApiError):
        return answer(error.status_code, error.code, message, hint=error.hint, headers=headers)
    code = _CODES.get(error.status_code, "http_error")
    return answer(error.status_code, code, message, headers=headers)


def _allowed(request: Request) -> list[str]:
    """The methods a path knows: several routes may share it, and each knows its own only."""
    return [
        method
        for method in _METHODS
        if any(
            route.matches({**request.scope, "method": method})[0] is Match.FULL
            for route in request.app.router.routes
        )
    ]


def _database_outage(_request: Request, error: Exception) -> JSONResponse:
    _log.error("The database cannot be used.", exc_info=error)
    return answer(
        503,
        "database_unavailable",
        "The database cannot be used at the moment.",
        hint=f"Nothing was changed. Ask again in {RETRY_AFTER_S} seconds.",
    )


def _collision(_request: Request, _error: Exception) -> JSONResponse:
    return answer(
        409,
        "changed_meanwhile",
        "Somebody else changed the same thing at this moment.",
        hint="Nothing of yours was written. Read it again, and ask again if it is still wanted.",
    )


def _fault(_request: Request, error: Exception) -> JSONResponse:
    _log.error("A fault of ours.", exc_info=error)
    return answer(500, "internal", "Something went wrong on our side.", hint="It was recorded.")
