"""One film is one trace, from its request to its last FFmpeg, and nothing waits for a collector."""

import logging
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from fastapi.testclient import TestClient
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from api.app import create_app
from definitions import defs
from resources.studio import StudioResource
from sensors.commands import project_commands
from sensors.outcomes import run_succeeded
from tests.api.conftest import headers_for
from tests.conftest import ROOT
from video_platform import tracing
from video_platform.bootstrap import build_installation
from video_platform.errors import InvalidInput
from video_platform.observing import tracing as observing
from video_platform.observing.logs import configure_logs, measured
from video_platform.observing.tracing import OpenTelemetry, make_provider, patient
from video_platform.settings import Settings

BRIEF = "Bread rises because yeast eats sugar and breathes out gas."
CALLER = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


class Spans:
    """What was exported, as a tree."""

    def __init__(self, exporter: InMemorySpanExporter, provider: TracerProvider) -> None:
        self._exporter, self._provider = exporter, provider

    def all(self) -> tuple[ReadableSpan, ...]:
        self._provider.force_flush()
        return self._exporter.get_finished_spans()

    def named(self, name: str) -> list[ReadableSpan]:
        return [span for span in self.all() if span.name == name]

    def path(self, span: ReadableSpan) -> list[str]:
        """Names from the trace's first span down to this one."""
        by_id = {one.context.span_id: one for one in self.all()}
        names = [span.name]
        while span.parent is not None and span.parent.span_id in by_id:
            span = by_id[span.parent.span_id]
            names.insert(0, span.name)
        return names


@pytest.fixture
def spans() -> Iterator[Spans]:
    exporter = InMemorySpanExporter()
    provider = make_provider("test", exporter)
    tracing.use(OpenTelemetry(provider))
    yield Spans(exporter, provider)
    tracing.use(None)
    provider.shutdown()


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    # Its usual log manager leaves a `tail` behind, of which it never asks the end.
    quiet = {
        "module": "dagster._core.storage.noop_compute_log_manager",
        "class": "NoOpComputeLogManager",
    }
    with dg.instance_for_test(overrides={"compute_logs": quiet}) as made:
        yield made


def run_of(
    request: dg.RunRequest, instance: dg.DagsterInstance, resource: StudioResource
) -> dg.ExecuteInProcessResult:
    """The run a sensor asked for, in this process."""
    assert request.partition_key is not None
    instance.add_dynamic_partitions("projects", [request.partition_key])
    return defs.resolve_job_def(request.job_name or "").execute_in_process(
        instance=instance,
        partition_key=request.partition_key,
        tags=dict(request.tags),
        run_config={
            **request.run_config,
            "resources": {"studio": {"config": {"data_dir": resource.data_dir}}},
            "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
        },
    )


def requested(resource: StudioResource) -> dg.RunRequest:
    with dg.build_sensor_context() as context:
        result = project_commands(context, studio=resource)
    (request,) = result.run_requests or []  # type: ignore[union-attr]
    return request


def ended(
    result: dg.ExecuteInProcessResult, instance: dg.DagsterInstance, resource: StudioResource
) -> list[dg.RunRequest]:
    """The tick that notices a run's success; what it asks for next."""
    event = next(e for e in result.all_events if e.event_type_value == "PIPELINE_SUCCESS")
    with dg.build_run_status_sensor_context(
        sensor_name="run_succeeded",
        dagster_instance=instance,
        dagster_run=result.dagster_run,
        dagster_event=event,
    ) as context:
        return [one for one in run_succeeded(context, studio=resource) if one]  # type: ignore[union-attr]


@pytest.mark.slow
def test_a_film_is_one_trace_from_its_request_to_its_last_ffmpeg(
    settings: Settings, spans: Spans, instance: dg.DagsterInstance
) -> None:
    resource = StudioResource(data_dir=str(settings.data_dir))
    with TestClient(create_app(settings)) as api:
        answer = api.post(
            "/api/v1/projects",
            json={"text": BRIEF, "duration_s": 5},
            headers={**headers_for(api), "traceparent": CALLER},
        )
    assert answer.is_success, answer.text
    project = answer.json()["id"]
    request = requested(resource)
    built = run_of(request, instance, resource)
    (publish,) = ended(built, instance, resource)
    published = run_of(publish, instance, resource)
    ended(published, instance, resource)

    assert {f"{span.context.trace_id:032x}" for span in spans.all()} == {CALLER[3:35]}
    (asked,) = [one for one in spans.all() if one.name.startswith("request POST")]
    assert asked.parent is not None
    assert f"{asked.parent.span_id:016x}" == CALLER[36:52]
    assert asked.attributes is not None
    assert asked.attributes["project_id"] == project

    film = [asked.name, "command build_project", "run build_project"]
    for name, above in {
        "request run": film[:2],
        "stage script": film,
        "generate script": [*film, "stage script"],
        "stage scene_images": film,
        "generate image": [*film, "stage scene_images", "scene"],
        "submit": None,
        "stage montage": film,
        "film": [*film, "stage montage"],
        "segment": [*film, "stage montage", "film"],
        "sound": [*film, "stage montage", "film"],
        "ffmpeg": None,
        "check film_is_sound": film,
        "stage publications": [*film[:2], "run publish_project"],
    }.items():
        found = spans.named(name)
        assert found, name
        for one in found if above else ():
            assert spans.path(one)[:-1] == above
    assert all(spans.path(one)[-2].startswith("generate ") for one in spans.named("submit"))
    rendered = [spans.path(one)[-2] for one in spans.named("ffmpeg")]
    assert {"overlays", "sound", "film"} <= set(rendered)
    (made,) = spans.named("generate script")
    assert made.attributes is not None
    assert set(made.attributes) >= {"project_id", "provider", "capability", "cost_usd", "reused"}

    said = {str(value) for one in spans.all() for value in (one.attributes or {}).values()}
    # A project's id begins with the first words of its brief; nothing says the others.
    assert not [value for value in said if "breathes" in value.lower() or str(ROOT) in value]
    assert {name for one in spans.all() for name in one.attributes or {}} <= tracing.ATTRIBUTES
    # Times nest: nothing within a run began before it.
    (run,) = spans.named("run build_project")
    assert all((one.start_time or 0) >= (run.start_time or 0) - 1e9 for one in spans.named("scene"))


def test_what_people_wrote_and_what_no_list_names_stays_out(spans: Spans) -> None:
    with (
        pytest.raises(InvalidInput),
        tracing.span("stage script", stage="script", prompt="a secret wish", provider="p" * 999),
    ):
        raise InvalidInput("the words of a person", hint="")
    (one,) = spans.all()
    assert one.attributes is not None
    assert set(one.attributes) == {"stage", "provider", "error.type"}
    assert len(str(one.attributes["provider"])) == 128
    assert one.attributes["error.type"] == InvalidInput.code
    assert not one.events
    assert "words" not in str(one.status.description)


def test_a_run_nobody_asked_for_is_one_trace_all_the_same(spans: Spans) -> None:
    from assets_defs.traces import place_of_run

    run = dg.DagsterRun(job_name="build_project", run_id="r" * 32)
    for stage in ("script", "music"):
        with tracing.span(stage, parent=place_of_run(run)):
            pass
    assert len({span.context.trace_id for span in spans.all()}) == 1


@pytest.mark.parametrize("text", ["", "00", CALLER.upper(), CALLER + "-1", "00-" + "0" * 32
                                  + "-00f067aa0ba902b7-01", CALLER + "\n"])  # fmt: skip
def test_a_place_that_is_none_is_not_followed(settings: Settings, spans: Spans, text: str) -> None:
    assert not tracing.is_place(text)
    with TestClient(create_app(settings)) as api:
        api.get("/livez", headers={"traceparent": text.strip()} if "\n" not in text else {})
    (one,) = spans.all()
    assert one.parent is None


def test_the_request_of_a_command_is_no_argument_of_it(settings: Settings, spans: Spans) -> None:
    studio = build_installation(settings).studio()
    from video_platform.domain.brief import Brief

    with tracing.span("request"):
        here = tracing.place()
        key = studio.open_project(Brief(text=BRIEF), command="build_project").key
    (command,) = studio.commands.of_project(key)
    assert command.traceparent == here
    assert not command.arguments


def test_lines_carry_the_trace_they_were_said_in_other_threads_too(
    spans: Spans, caplog: pytest.LogCaptureFixture
) -> None:
    import io
    import json
    from concurrent.futures import ThreadPoolExecutor

    stream, log = io.StringIO(), logging.getLogger("video_platform.test_tracing")
    handler = configure_logs("traced", stream=stream)
    try:
        with (
            tracing.span("stage"),
            measured(log, "Stage", agent="voice", project="p-1"),
            ThreadPoolExecutor(1) as pool,
        ):
            pool.submit(tracing.carried(log.warning), "within").result()
    finally:
        logging.getLogger().removeHandler(handler)
    (stage,) = spans.all()
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [line["message"] for line in lines] == ["within", "Stage done"]
    for line in lines:
        assert line["trace_id"] == f"{stage.context.trace_id:032x}"
        assert (line["project_id"], line["agent"]) == ("p-1", "voice")


class Failing(SpanExporter):
    """A collector that takes nothing."""

    def __init__(self) -> None:
        self.asked = 0

    def export(self, spans: object) -> SpanExportResult:
        self.asked += 1
        return SpanExportResult.FAILURE


def test_a_collector_that_fails_is_left_alone_for_a_while() -> None:
    now, collector = [0.0], Failing()
    exporter = patient(collector, clock=lambda: now[0])
    for _ in range(5):
        exporter.export([])
    assert collector.asked == 1
    now[0] = 31.0
    exporter.export([])
    assert collector.asked == 2


class Hanging(SpanExporter):
    """A collector that answers when it is let go."""

    def __init__(self) -> None:
        import threading

        self.go_on = threading.Event()

    def export(self, spans: object) -> SpanExportResult:
        self.go_on.wait(60)
        return SpanExportResult.FAILURE


def test_a_hanging_collector_holds_nobody_and_only_so_much_memory() -> None:
    collector = Hanging()
    provider = make_provider("test", patient(collector))
    tracing.use(OpenTelemetry(provider))
    try:
        # More than the queue takes; would any of them wait for room, this would never end.
        for _ in range(10_000):
            with tracing.span("segment", frames=1):
                pass
        (processor,) = provider._active_span_processor._span_processors
        assert len(processor._batch_processor._queue) <= 2048  # type: ignore[attr-defined]
    finally:
        tracing.use(None)
        collector.go_on.set()
        provider.shutdown()


def test_a_dead_collector_costs_a_process_no_failure(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: connections are refused
        endpoint = f"http://127.0.0.1:{taken.getsockname()[1]}"
        done = python(
            "from video_platform import tracing\n"
            "from video_platform.observing.tracing import configure_traces\n"
            f"assert configure_traces('test', {endpoint!r})\n"
            "for number in range(3000):\n"
            "    with tracing.span('segment', frames=number): pass\n"
            "print('made')",
            tmp_path,
        )
    assert (done.returncode, done.stdout.strip()) == (0, "made"), done.stderr
    assert "Traceback" not in done.stderr


def test_without_the_extra_nothing_is_imported_and_nothing_breaks(tmp_path: Path) -> None:
    done = python(
        "import sys\n"
        "class Blocked:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name.startswith(('opentelemetry.sdk', 'opentelemetry.exporter')):\n"
        "            raise ImportError(name)\n"
        "sys.meta_path.insert(0, Blocked())\n"
        "from video_platform import tracing\n"
        "import definitions, api.app\n"
        "api.app.create_app()\n"
        "assert not tracing.is_on()\n"
        "with tracing.span('stage', stage='script'):\n"
        "    tracing.note(reused=True)\n"
        "    assert tracing.place() == tracing.trace_id() == ''\n"
        "assert tracing.carried(max)(1, 2) == 2\n"
        "print('made')",
        tmp_path,
        VIDEO_PLATFORM_OTLP_ENDPOINT="http://127.0.0.1:9",
    )
    assert (done.returncode, done.stdout.strip()) == (0, "made"), done.stderr
    assert "the extra `traces` is not installed" in done.stderr


def test_without_an_endpoint_no_sdk_is_loaded(tmp_path: Path) -> None:
    done = python(
        "import sys, definitions, api.app\n"
        "api.app.create_app()\n"
        "assert not [m for m in sys.modules if m.startswith('opentelemetry.sdk')]\n"
        "print('made')",
        tmp_path,
    )
    assert (done.returncode, done.stdout.strip()) == (0, "made"), done.stderr


def test_asking_twice_is_asking_once(monkeypatch: pytest.MonkeyPatch, spans: Spans) -> None:
    before = tracing._tracer
    assert observing.configure_traces("api", "http://127.0.0.1:9")
    assert tracing._tracer is before


def python(code: str, folder: Path, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **env},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
