"""Where words go: JSON documents to standard output, everything else to standard error."""

import json
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any


def say(text: str) -> None:
    """A line for the person, on standard error; nothing in it moves or paints the terminal."""
    print(_seen(text), file=sys.stderr, flush=True)  # noqa: T201 - this is the door


def document(value: Any) -> None:
    """The command's one JSON document, on standard output."""
    print(json.dumps(value, ensure_ascii=False, indent=2))  # noqa: T201 - this is the door


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Rows for the person, on standard error; each cell is shown as it is."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    shown = Table(*columns, title=title, title_justify="left", box=None, pad_edge=False)
    for row in rows:
        shown.add_row(*(Text(_seen(cell)) for cell in row))
    Console(stderr=True).print(shown)


def _seen(text: str) -> str:
    """The text with control characters and halves of characters made visible: ``\\x1b``."""
    return "".join(
        c if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs") else ascii(c)[1:-1]
        for c in text
    )
