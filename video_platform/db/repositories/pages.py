"""Lists in pages: the newest rows first, each page after the last row seen."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, or_
from sqlalchemy.orm import InstrumentedAttribute

Mark = tuple[datetime, str]
"""When a row was made, and its key."""


def older_than(
    mark: Mark, made: InstrumentedAttribute[datetime], key: InstrumentedAttribute[Any]
) -> ColumnElement[bool]:
    """Rows behind ``mark`` in a list by time and key, both descending."""
    at, last = mark
    return or_(made < at, and_(made == at, key < last))
