"""Sends spans to an OpenTelemetry collector, and never lets a film wait for it.

Needs the extra ``traces``; without it, or without an endpoint, nothing is imported. Spans wait in a
bounded queue and leave from a thread of their own; a collector that fails is left alone for a
while, and what it would have got is dropped.
"""

import atexit
import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import TYPE_CHECKING, Any

from video_platform import tracing
from video_platform.errors import VideoPlatformError
from video_platform.tracing import ATTRIBUTES, Value

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
    from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

_QUEUE = 2048
"""Spans that wait to leave; more are dropped. A film of a minute has a few hundred."""
_BATCH = 256
_EVERY_MS = 1000
_TIMEOUT_S = 2.0
"""For one batch, its repeats included; also the most that the end of a process waits."""
_LEFT_ALONE_S = 30.0
_LONGEST_VALUE = 128
_log = logging.getLogger(__name__)
_forced: ContextVar[str] = ContextVar("forced_place", default="")


def configure_traces(service: str, endpoint: str) -> bool:
    """Send this process's spans to a collector; whether it does.

    Asked again it changes nothing: a process may load its code twice.

    Args:
        service: which process speaks: ``api``, ``runs``.
        endpoint: base URL of OTLP over HTTP, as ``http://host:4318``; empty: none.
    """
    if not endpoint or tracing.is_on():
        return tracing.is_on()
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    except ImportError:
        _log.warning("An OTLP endpoint is set, but the extra `traces` is not installed.")
        return False
    # The exporter says each failed batch, with a traceback; we say the first one in a sentence.
    logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)
    target = f"{endpoint.rstrip('/')}/v1/traces"
    exporter = patient(OTLPSpanExporter(endpoint=target, timeout=_TIMEOUT_S))
    provider = make_provider(service, exporter)
    tracing.use(OpenTelemetry(provider))
    atexit.register(provider.shutdown)
    return True


def make_provider(service: str, exporter: "SpanExporter") -> "TracerProvider":
    """A source of spans that leave for ``exporter`` from a thread of their own."""
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from opentelemetry.sdk.trace.id_generator import RandomIdGenerator

    class _Ids(RandomIdGenerator):
        """Random ids, or those computed before for a span that is over."""

        def generate_span_id(self) -> int:
            forced = _forced.get()
            return int(forced[36:52], 16) if forced else super().generate_span_id()

        def generate_trace_id(self) -> int:
            forced = _forced.get()
            return int(forced[3:35], 16) if forced else super().generate_trace_id()

    provider = TracerProvider(
        resource=Resource.create({"service.name": service}),
        id_generator=_Ids(),
        shutdown_on_exit=False,
    )
    provider.add_span_processor(
        BatchSpanProcessor(
            exporter,
            max_queue_size=_QUEUE,
            max_export_batch_size=_BATCH,
            schedule_delay_millis=_EVERY_MS,
        )
    )
    return provider


def patient(
    exporter: "SpanExporter", clock: Callable[[], float] = time.monotonic
) -> "SpanExporter":
    """An exporter that leaves a failing collector alone for half a minute, and drops meanwhile.

    So a collector that hangs costs the end of a process one batch's time, not one for each batch.
    """
    from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

    class _Patient(SpanExporter):
        def __init__(self) -> None:
            self._again_at = clock()
            self._was_told = False

        def export(self, spans: "Sequence[ReadableSpan]") -> "SpanExportResult":
            if clock() < self._again_at:
                return SpanExportResult.FAILURE
            result = exporter.export(spans)
            if result is not SpanExportResult.SUCCESS:
                self._again_at = clock() + _LEFT_ALONE_S
                self._tell()
            return result

        def _tell(self) -> None:
            if not self._was_told:
                self._was_told = True
                _log.warning("The collector of traces does not take them; films are made anyhow.")

        def shutdown(self) -> None:
            exporter.shutdown()

        def force_flush(self, timeout_millis: int = 30_000) -> bool:
            return exporter.force_flush(timeout_millis)

    return _Patient()


class OpenTelemetry:
    """The ``tracing.Tracer`` of an OpenTelemetry provider."""

    def __init__(self, provider: "TracerProvider") -> None:
        self._tracer = provider.get_tracer("video_platform")

    @contextmanager
    def span(self, name: str, parent: str, attributes: Mapping[str, Value]) -> Iterator[None]:
        """See ``tracing.Tracer``."""
        from opentelemetry.trace import Status, StatusCode

        with self._tracer.start_as_current_span(
            name,
            context=_context(parent) if parent else None,
            attributes=_kept(attributes),
            # Its message may hold words of people; the code does not.
            record_exception=False,
            set_status_on_exception=False,
        ) as made:
            try:
                yield
            except BaseException as error:
                code = _code(error)
                made.set_attribute("error.type", code)
                made.set_status(Status(StatusCode.ERROR, code))
                raise

    def note(self, attributes: Mapping[str, Value], name: str = "") -> None:
        """See ``tracing.Tracer``."""
        from opentelemetry.trace import get_current_span

        current = get_current_span()
        current.set_attributes(_kept(attributes))
        if name:
            current.update_name(name)

    def place(self) -> str:
        """See ``tracing.Tracer``."""
        from opentelemetry.trace import get_current_span

        found = get_current_span().get_span_context()
        if not found.is_valid:
            return ""
        return f"00-{found.trace_id:032x}-{found.span_id:016x}-{found.trace_flags:02x}"

    def past(
        self,
        name: str,
        place: str,
        parent: str,
        times: tuple[datetime, datetime],
        attributes: Mapping[str, Value],
    ) -> None:
        """See ``tracing.Tracer``."""
        from opentelemetry.context import Context
        from opentelemetry.trace import Status, StatusCode

        begun, ended = (round(moment.timestamp() * 1_000_000_000) for moment in times)
        token = _forced.set(place)
        try:
            made = self._tracer.start_span(
                name,
                context=_context(parent) if parent else Context(),
                attributes=_kept(attributes),
                start_time=begun,
            )
        finally:
            _forced.reset(token)
        if attributes.get("error.type"):
            made.set_status(Status(StatusCode.ERROR, str(attributes["error.type"])))
        made.end(max(begun, ended))


def _context(place: str) -> "Context":
    """A context whose innermost span is elsewhere."""
    from opentelemetry.context import Context
    from opentelemetry.trace import (
        NonRecordingSpan,
        SpanContext,
        TraceFlags,
        set_span_in_context,
    )

    there = SpanContext(
        trace_id=int(place[3:35], 16),
        span_id=int(place[36:52], 16),
        is_remote=True,
        trace_flags=TraceFlags(int(place[53:55], 16)),
    )
    return set_span_in_context(NonRecordingSpan(there), Context())


def _kept(attributes: Mapping[str, Value]) -> dict[str, Any]:
    """What may be said, cut to a length no text of a person would fit in."""
    return {
        name: value[:_LONGEST_VALUE] if isinstance(value, str) else value
        for name, value in attributes.items()
        if name in ATTRIBUTES and value != ""
    }


def _code(error: BaseException) -> str:
    return error.code if isinstance(error, VideoPlatformError) else type(error).__name__
