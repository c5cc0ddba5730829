"""Teaches Schemathesis the body types of the API that it does not know."""

from typing import Any

import schemathesis


@schemathesis.serializer("application/x-ndjson")
def _lines(_context: Any, value: Any) -> bytes:
    return str(value).encode("utf-8", "replace")
