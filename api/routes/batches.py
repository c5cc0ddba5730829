"""Batches: a CSV or JSONL file of briefs, one project for each line that can be one."""

import csv
import io
import json
from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Request
from pydantic import ValidationError

from api.desks import WritingDesk
from api.idempotency import IdempotentRoute, once
from api.limits import limited
from api.problems import ApiError
from api.routes.projects import find_brief
from api.schemas.batches import BatchOut, BatchRow
from api.schemas.projects import ProjectIn
from video_platform.agents.desk import IN_BATCH, Desk, Wish
from video_platform.errors import VideoPlatformError

router = APIRouter(prefix="/batches", tags=["batches"], route_class=IdempotentRoute)
MAX_LINES = 1000
_LISTS = {"formats", "approvals"}
"""Columns of a CSV that hold several values, with blanks between."""
_TYPES = ("application/x-ndjson", "application/jsonl", "text/csv")
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/x-ndjson": {
                "schema": {"type": "string", "format": "binary"},
                "example": '{"text": "Why bread rises", "duration_s": 60}\n',
            },
            "text/csv": {
                "schema": {"type": "string", "format": "binary"},
                "example": "text,language,formats\nWhy bread rises,en,16:9 9:16\n",
            },
        },
    }
}


@router.post(
    "",
    status_code=202,
    summary="Ask for many films",
    dependencies=[once("create_projects"), Depends(limited("projects"))],
    openapi_extra=_BODY,
)
def create_batch(
    request: Request,
    desk: WritingDesk,
    lines: Annotated[bytes, Body(media_type=_TYPES[0])],
) -> BatchOut:
    """Every line is a body of `POST /projects`; one that is refused does not stop the others.

    In CSV the columns are its fields; formats stand with blanks between.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    if kind not in _TYPES:
        raise ApiError(
            415,
            "media_type_unsupported",
            f"A batch of type {kind[:80]!r} is not read here.",
            hint=f"Send {' or '.join(_TYPES)}.",
        )
    rows = [
        _take(desk, number, document)
        for number, document in enumerate(_documents(lines, kind), start=1)
    ]
    made = sum(row.project is not None for row in rows)
    return BatchOut(made=made, refused=len(rows) - made, rows=rows)


def _documents(content: bytes, kind: str) -> Iterator[Any]:
    """One document a line; text that is none stands for itself, and is refused by its line."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ApiError(400, "body_not_utf8", "The batch is not UTF-8.") from error
    documents = list(_csv(text) if kind == "text/csv" else _jsonl(text))
    if not 1 <= len(documents) <= MAX_LINES:
        raise ApiError(
            422,
            "batch_size",
            f"The batch has {len(documents)} lines.",
            hint=f"Send 1 to {MAX_LINES}.",
        )
    yield from documents


def _jsonl(text: str) -> Iterator[Any]:
    for line in text.splitlines():
        if line.strip():
            try:
                yield json.loads(line)
            except (ValueError, RecursionError):
                yield line


def _csv(text: str) -> Iterator[Any]:
    try:
        for row in csv.DictReader(io.StringIO(text, newline=""), strict=True):
            given = {name: value for name, value in row.items() if name and value}
            yield {
                name: value.split() if name in _LISTS else value for name, value in given.items()
            }
    except csv.Error as error:
        raise ApiError(422, "csv_malformed", f"The batch is not CSV: {error}.") from error


def _take(desk: Desk, number: int, document: Any) -> BatchRow:
    try:
        wish = ProjectIn.model_validate(document)
        stored = desk.open(
            Wish(
                brief=find_brief(desk, wish),
                title=wish.title,
                description=wish.description,
                approvals=tuple(dict.fromkeys(wish.approvals)),
                priority=IN_BATCH,
                is_begun=wish.begin,
            )
        )
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        message = f"{where}: {first['msg']}" if where else str(first["msg"])
        return BatchRow(line=number, project=None, code="request_invalid", message=message)
    except VideoPlatformError as error:
        return BatchRow(line=number, project=None, code=error.code, message=error.message)
    return BatchRow(line=number, project=stored.key, code="", message="")
