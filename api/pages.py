"""Lists in pages: a cursor names the last row seen, so that new rows move nothing."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Annotated, TypeVar

from fastapi import Query

from api.problems import ApiError

MAX_LIMIT = 100
RowT = TypeVar("RowT")
Mark = tuple[datetime, str]
"""When a row was made, and its key: rows are listed by both, the newest first."""

Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT, description="Rows in one page.")]
Cursor = Annotated[
    str | None,
    Query(
        max_length=400,
        description="`next` of the page before; none: the first page.",
        examples=["WyIyMDI2LTExLTIyVDEwOjAwOjAwKzAwOjAwIiwgIndoeS1icmVhZCJd"],
    ),
]


def read_cursor(cursor: str | None) -> Mark | None:
    """The row a cursor names.

    Raises:
        ApiError: 422, it is none of ours.
    """
    if not cursor:
        return None
    try:
        at, key = json.loads(base64.urlsafe_b64decode(cursor.encode("ascii")))
        moment = datetime.fromisoformat(at)
        if moment.tzinfo is None or not isinstance(key, str) or "\0" in key:
            raise _unknown_cursor()
        return moment.astimezone(UTC), key
    except (ValueError, TypeError, OverflowError, binascii.Error, RecursionError) as error:
        raise _unknown_cursor() from error


def write_cursor(mark: Mark) -> str:
    """The cursor that names a row."""
    text = json.dumps([mark[0].isoformat(), mark[1]])
    return base64.urlsafe_b64encode(text.encode()).decode("ascii")


def cut(rows: Sequence[RowT], limit: int, mark: Callable[[RowT], Mark]) -> tuple[list[RowT], str]:
    """A page of rows that were asked for one beyond ``limit``, and the next page's cursor."""
    page = list(rows[:limit])
    return page, write_cursor(mark(page[-1])) if len(rows) > limit else ""


def _unknown_cursor() -> ApiError:
    return ApiError(
        422,
        "cursor_unknown",
        "The cursor is not one of this list.",
        hint="Take `next` of the page before as it is, or leave it out.",
    )
