"""A log line is one JSON object in the architecture's words, and holds no secret."""

import io
import json
import logging
from collections.abc import Callable, Iterator

import pytest

from video_platform.observing.logs import Redactor, configure_logs, measured

SECRETS = {
    "OPENAI_API_KEY": "canary-openai-0123456789",
    "VIDEO_PLATFORM_SECRET_KEYS": "canary-first-0123456789,canary-second-0123456789",
    "VIDEO_PLATFORM_DATABASE_URL": "postgresql://me:canary-password@db/film",
    "YOUTUBE_CLIENT_SECRET": "canary-youtube-0123456789",
    "OTEL_EXPORTER_OTLP_HEADERS": "x-team=canary-team-0123456789,x-more=canary-more-0123456789",
    "VIDEO_PLATFORM_DATA_DIR": "a-plain-directory",
}
_log = logging.getLogger("video_platform.test_logs")
Lines = Callable[[], list[dict[str, object]]]


@pytest.fixture
def lines() -> Iterator[Lines]:
    stream = io.StringIO()
    handler = configure_logs("test", stream=stream, environment=SECRETS)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logging.getLogger().removeHandler(handler)


def test_a_line_has_the_architecture_s_fields_its_trace_and_no_others(lines: Lines) -> None:
    ticks = iter((1.0, 3.5))
    with measured(_log, "Stage voice", agent="voice", project="p-1", clock=lambda: next(ticks)):
        _log.warning("within")
    within, after = lines()
    assert list(after) == [
        *("timestamp", "level", "service", "agent", "project_id", "message", "duration_ms"),
        "trace_id",
    ]
    assert (after["level"], after["service"], after["agent"]) == ("INFO", "test", "voice")
    assert (after["project_id"], after["message"]) == ("p-1", "Stage voice done")
    assert after["duration_ms"] == 2500
    assert str(after["timestamp"]).endswith("+00:00")
    assert (within["project_id"], within["agent"], within["duration_ms"]) == ("p-1", "voice", None)


def test_a_failure_is_told_with_its_duration_and_goes_on(lines: Lines) -> None:
    with (
        pytest.raises(ValueError, match="why"),
        measured(_log, "Stage", agent="image", project="p"),
    ):
        raise ValueError("why")
    (line,) = lines()
    assert (line["level"], line["message"]) == ("ERROR", "Stage failed: why")
    assert isinstance(line["duration_ms"], int)


@pytest.mark.parametrize(
    "text",
    [
        *(f"said {secret}" for value in SECRETS.values() if "canary" in value
          for secret in value.split(",")),
        "Authorization: Bearer canary.0123456789abcdef",
        "Authorization: Basic Y2FuYXJ5OjAxMjM0NTY3ODk=canary",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.canary_signature",
        "sk-proj-canary0123456789abcdef",
        "https://me:canary-password@host/x",
        "GET /film.mp4?X-Amz-Signature=canary0123456789&x=1",
        'said {"access_token": "canary-0123456789"}',
        "said refresh_token=canary-0123456789",
    ],
)  # fmt: skip
def test_no_secret_reaches_a_line(lines: Lines, text: str) -> None:
    _log.error(text)
    _log.error("%s", text)
    try:
        raise RuntimeError(text)
    except RuntimeError:
        _log.exception("It failed")
    assert len(lines()) == 3
    assert "canary" not in json.dumps(lines())
    assert "***" in str(lines()[0]["message"])


def test_plain_words_stay() -> None:
    redactor = Redactor.of(SECRETS)
    for text in (
        "a-plain-directory holds 3 films; the key scene is https://example.org/a?page=2",
        "Stage scene_images of why-bread-rises-0123456789 done",
        "sha256 " + "ab" * 32,
    ):
        assert redactor.clean(text) == text


def test_a_name_cannot_forge_a_line(lines: Lines) -> None:
    _log.warning('film "\n{"level": "INFO"}\x1b[2J\u2028')
    (line,) = lines()
    assert line["level"] == "WARNING"


def test_asking_twice_writes_each_line_once(lines: Lines) -> None:
    configure_logs("test", environment=SECRETS)
    _log.warning("once")
    assert len(lines()) == 1


def test_the_server_s_own_lines_are_written_as_ours_without_secrets_or_tickets(
    lines: Lines,
) -> None:
    from api.app import create_app

    server, access = logging.getLogger("uvicorn.error"), logging.getLogger("uvicorn.access")
    server.addHandler(logging.StreamHandler(io.StringIO()))
    server.propagate = False
    create_app()
    server.error("said %s", SECRETS["OPENAI_API_KEY"])
    access.info("GET /assets/1/download?ticket=canary-ticket-0123456789")
    (line,) = [line for line in lines() if line["level"] == "ERROR"]
    assert line["message"] == "said ***"
    assert "canary" not in json.dumps(lines())
    assert not server.handlers
