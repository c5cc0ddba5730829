"""Spans: what took how long within what, from a request to its film, as one trace.

Any room may say ``with span("segment", frames=90)``; nothing happens, and nothing is imported,
unless a host has set a tracer (``observing.tracing``). Places in a trace travel as the text of W3C
Trace Context, ``00-TRACE-SPAN-FLAGS``: through the row of a command and the tags of a run.

Command and run are in nobody's hand from beginning to end, so their spans are written when they
are over; their ids are computed before, for those who work below them.
"""

import contextlib
import contextvars
import hashlib
import re
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from typing import ParamSpec, Protocol, TypeVar

Value = str | int | float | bool
Parameters = ParamSpec("Parameters")
ReturnT = TypeVar("ReturnT")

ATTRIBUTES = frozenset(
    {
        *("project_id", "stage", "scene", "format", "frames", "step", "command", "run_id"),
        *("provider", "capability", "generation_id", "cost_usd", "attempt", "reused", "platform"),
        *("http.request.method", "http.route", "http.response.status_code", "error.type"),
    }
)
"""All that a span may say: names, numbers and codes. Words of people are never among them."""
_PLACE = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")


class Tracer(Protocol):
    """Where spans go."""

    def span(
        self, name: str, parent: str, attributes: Mapping[str, Value]
    ) -> AbstractContextManager[None]:
        """A span for the length of a ``with`` block, below ``parent`` or the innermost one."""

    def note(self, attributes: Mapping[str, Value], name: str = "") -> None:
        """Say more of the innermost span, and call it otherwise."""

    def place(self) -> str:
        """The innermost span's place; empty: there is none."""

    def past(
        self,
        name: str,
        place: str,
        parent: str,
        times: tuple[datetime, datetime],
        attributes: Mapping[str, Value],
    ) -> None:
        """A span that is over, at the place computed for it."""


_tracer: Tracer | None = None


def use(tracer: Tracer | None) -> None:
    """Send this process's spans there from now on; nothing: nowhere."""
    global _tracer
    _tracer = tracer


def is_on() -> bool:
    """Whether anybody takes spans."""
    return _tracer is not None


def span(name: str, *, parent: str = "", **attributes: Value) -> AbstractContextManager[None]:
    """A span for the length of a ``with`` block; an error that leaves it is noted by its code.

    Args:
        parent: the place it stands below; default: the innermost span of this context.
        attributes: of ``ATTRIBUTES``; what is empty is left out.
    """
    if _tracer is None:
        return contextlib.nullcontext()
    return _tracer.span(name, parent, attributes)


def note(**attributes: Value) -> None:
    """Say more of the innermost span."""
    if _tracer is not None:
        _tracer.note(attributes)


def rename(name: str, attributes: Mapping[str, Value]) -> None:
    """Call the innermost span by what turned out later."""
    if _tracer is not None:
        _tracer.note(attributes, name)


def place() -> str:
    """The innermost span's place; empty: there is none, or nobody takes spans."""
    return "" if _tracer is None else _tracer.place()


def trace_id() -> str:
    """The trace this context belongs to, 32 hexadecimal digits; empty: none."""
    return place()[3:35]


def past(
    name: str,
    *,
    own: str,
    parent: str,
    times: tuple[datetime, datetime],
    attributes: Mapping[str, Value],
) -> None:
    """Write a span that is over.

    Args:
        own: its place, from ``below`` or ``root``.
        parent: the place above it; empty: it is the first of its trace.
        times: when it began and ended.
    """
    if _tracer is not None:
        _tracer.past(name, own, parent, times, attributes)


def below(parent: str, name: str) -> str:
    """The place of the span called so below ``parent``: the same for whoever computes it."""
    return f"{parent[:36]}{_digits(f'{parent}/{name}', 16)}{parent[52:]}"


def root(name: str) -> str:
    """The place of a trace's first span, for what nobody's request began."""
    return f"00-{_digits(name, 32)}-{_digits(f'{name}/', 16)}-01"


def is_place(text: str) -> bool:
    """Whether a text from elsewhere is a place in a trace."""
    return _PLACE.fullmatch(text) is not None


def carried(work: Callable[Parameters, ReturnT]) -> Callable[Parameters, ReturnT]:
    """``work`` for another thread, below the span and with the log fields of here.

    Make one for each call: a context is entered by one thread at a time.
    """
    context = contextvars.copy_context()

    def call(*arguments: Parameters.args, **values: Parameters.kwargs) -> ReturnT:
        return context.run(work, *arguments, **values)

    return call


def _digits(name: str, count: int) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:count]
