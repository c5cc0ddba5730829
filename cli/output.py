"""Where words go: JSON documents to standard output, everything else to standard error."""

import json
import sys
from typing import Any


def say(text: str) -> None:
    """A line for the person, on standard error."""
    print(text, file=sys.stderr, flush=True)  # noqa: T201 - this is the door


def document(value: Any) -> None:
    """The command's one JSON document, on standard output."""
    print(json.dumps(value, ensure_ascii=False, indent=2))  # noqa: T201 - this is the door
